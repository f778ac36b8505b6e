package facts

import (
	_ "embed"
	"slices"
	"strings"
)

// releasesText is derived from docker-library/repo-info (musl, GCC) and Alpine's own
// release page (dates). Its rows are sorted by name like those of every table, and not by
// age.
//
//go:embed releases.tsv
var releasesText table

// Release is one release of Alpine Linux.
type Release struct {
	Name     string // "3.20" or "edge"
	Musl     string // upstream version, such as "1.2.5"
	GCC      string // major and minor version, empty when not known
	Released string // day, such as "2024-05-22", empty for edge
	EOL      string // last day of support, empty for edge
}

// Releases returns all known releases, the oldest first and edge last.
func Releases() []Release {
	var all []Release
	for line := range strings.Lines(releasesText.body()) {
		all = append(all, readRelease(strings.Split(line, "\t")))
	}
	slices.SortFunc(all, func(a, b Release) int { return CompareReleases(a.Name, b.Name) })
	return all
}

func readRelease(columns []string) Release {
	return Release{Name: columns[0], Musl: columns[1], GCC: columns[2], Released: columns[3], EOL: columns[4]}
}

// ReleaseOf returns the release of that name. A point release such as "3.20.1" is the
// release it belongs to.
func ReleaseOf(name string) (Release, bool) {
	columns := releasesText.row(releaseName(name))
	if columns == nil {
		return Release{}, false
	}
	return readRelease(columns), true
}

// releaseName cuts "3.20.1", "v3.20" and "3.20_rc1" down to "3.20".
func releaseName(s string) string {
	s = strings.TrimPrefix(s, "v")
	end, dots := 0, 0
	for ; end < len(s); end++ {
		if s[end] == '.' {
			if dots++; dots == 2 {
				break
			}
		} else if !isDigit(s[end]) {
			break
		}
	}
	if end == 0 {
		return s // "edge"
	}
	return strings.TrimSuffix(s[:end], ".")
}

// Newest returns the newest release that is not edge: what alpine:latest is today.
func Newest() string { return newest }

// newest is a constant rather than a search because every floating tag asks for it.
const newest = "3.24"

// CompareReleases orders releases of Alpine: "3.9" before "3.10" before "edge". It returns
// a negative number, zero or a positive number. What is no release comes first.
func CompareReleases(a, b string) int {
	return CompareVersions("", releaseRank(a), releaseRank(b))
}

func releaseRank(name string) string {
	if name == "edge" {
		return "1000000"
	}
	return releaseName(name)
}
