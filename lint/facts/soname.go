package facts

import (
	_ "embed"
	"strings"
)

// sonamesText says which apk package holds a shared library: one row a library and package,
// with the releases of Alpine in which it was seen there, the package that came last first.
// An empty package says that no package of those releases has the library. It is derived from
// package indexes, from the apk databases of images, and from lists of their packages where
// the version is one whose libraries are known.
//
//go:embed sonames.tsv
var sonamesText table

// IndexRead is the newest release of Alpine of which the whole index of the main repository was
// read. Of later ones some packages were looked into: that a library was not seen there says
// nothing.
const IndexRead = "3.17"

// SonamePackage returns the apk package that holds a shared library in a release of Alpine;
// release is empty when it is not known, and the newest package is meant then. It reports ok
// false when no package is known. certain says that the library was seen in that package of
// that release, or of an older and of a newer one and nowhere else between; without a release,
// that no other package ever had it.
func SonamePackage(soname, release string) (pkg string, certain, ok bool) {
	if release == "" {
		return newestHolder(soname)
	}
	release = releaseName(release)
	var before, after, unplaced holder // nearest to the release
	for columns := range sonamesText.rows(soname) {
		row := readHolder(columns)
		if len(row.seen) == 0 {
			unplaced = row
		}
		for _, seen := range row.seen {
			row.at = seen
			c := CompareReleases(seen, release)
			if c <= 0 && (before.at == "" || CompareReleases(seen, before.at) > 0) {
				before = row
			}
			if c >= 0 && (after.at == "" || CompareReleases(seen, after.at) < 0) {
				after = row
			}
		}
	}
	switch {
	case before.at != "" && after.at != "":
		certain = before.pkg == after.pkg && before.certain && after.certain
	case after.at != "":
		before = after
	case before.at == "":
		before = unplaced
	}
	return before.pkg, certain && before.pkg != "", before.pkg != ""
}

// newestHolder answers SonamePackage without a release.
func newestHolder(soname string) (pkg string, certain, ok bool) {
	rows := 0
	for columns := range sonamesText.rows(soname) {
		if row := readHolder(columns); pkg == "" {
			pkg, certain = row.pkg, row.certain
		}
		rows++
	}
	return pkg, certain && rows == 1 && pkg != "", pkg != ""
}

// holder is a row of sonames.tsv.
type holder struct {
	pkg     string
	seen    []string // releases
	at      string   // one of them
	certain bool
}

func readHolder(columns []string) holder {
	return holder{pkg: columns[1], seen: list(columns[2]), certain: certain(columns[3])}
}

// PackageSonames returns the shared libraries that an apk package holds in a release of
// Alpine, sorted. Where the package was not seen in that release, they are those of the
// nearest older one, else of the nearest newer one, and certain is false. The whole table is
// read for that.
func PackageSonames(pkg, release string) (sonames []string, certain bool) {
	release = releaseName(release)
	seenIn := map[string][]string{} // release → libraries
	for line := range strings.Lines(sonamesText.body()) {
		columns := strings.Split(line, "\t")
		if columns[1] != pkg || pkg == "" {
			continue
		}
		for seen := range strings.FieldsSeq(columns[2]) {
			seenIn[seen] = append(seenIn[seen], columns[0])
		}
	}
	if found := seenIn[release]; found != nil {
		return found, true
	}
	best := ""
	for seen := range seenIn {
		if best == "" || closer(seen, best, release) {
			best = seen
		}
	}
	return seenIn[best], false
}

// closer reports whether a is a better stand-in for a release than b: the newest of the older
// ones, else the oldest of the newer ones. Without a release the newest is the best.
func closer(a, b, release string) bool {
	older := release == "" || CompareReleases(a, release) < 0
	if bOlder := release == "" || CompareReleases(b, release) < 0; older != bOlder {
		return older
	}
	if older {
		return CompareReleases(a, b) > 0
	}
	return CompareReleases(a, b) < 0
}
