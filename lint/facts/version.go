package facts

import (
	"cmp"
	"strings"
)

// CompareVersions orders two versions as their ecosystem does: "apk", "pep440", "semver"
// or "gem"; anything else is ordered as plain numbers. It returns a negative number, zero
// or a positive number.
//
// A version is read as runs of digits and runs of letters. Digits compare as numbers, a
// missing number is zero, and letters mark a pre-release (before the same version without
// them) unless they are known to mark something later: post and rev of PEP 440, _p and the
// -r revision of apk. Epochs, local versions and build metadata are ignored.
func CompareVersions(eco, a, b string) int {
	aRelease, aRest := versionParts(eco, a)
	bRelease, bRest := versionParts(eco, b)
	return cmp.Or(compareParts(aRelease, bRelease), compareParts(aRest, bRest))
}

// compareParts compares two lists part by part, the shorter one filled up with zeros.
func compareParts(a, b []versionPart) int {
	for i := range max(len(a), len(b)) {
		var x, y versionPart
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if c := x.compare(y); c != 0 {
			return c
		}
	}
	return 0
}

// versionPart is a number, or a word with the number behind it.
type versionPart struct {
	stage  int // <0 before the release, 0 the release itself, >0 after it
	word   string
	number string // digits without leading zeros
}

func (p versionPart) compare(o versionPart) int {
	return cmp.Or(
		cmp.Compare(p.stage, o.stage),
		cmp.Compare(p.word, o.word),
		cmp.Compare(len(p.number), len(o.number)),
		cmp.Compare(p.number, o.number),
	)
}

// versionParts splits a version into the numbers of the release and what follows them
// from the first word on.
func versionParts(eco, s string) (release, rest []versionPart) {
	s = strings.TrimPrefix(strings.ToLower(s), "v")
	switch eco {
	case "pep440":
		if _, rest, ok := strings.Cut(s, "!"); ok {
			s = rest
		}
		s, _, _ = strings.Cut(s, "+")
	case "semver":
		s, _, _ = strings.Cut(s, "+")
	}
	var parts []versionPart
	var pending versionPart // a word still waiting for its number
	for s != "" {
		n := 0
		switch {
		case isDigit(s[0]):
			for n < len(s) && isDigit(s[n]) {
				n++
			}
			pending.number = strings.TrimLeft(s[:n], "0")
			parts = append(parts, pending)
			pending = versionPart{}
		case isLetter(s[0]):
			for n < len(s) && isLetter(s[n]) {
				n++
			}
			if pending.word != "" {
				parts = append(parts, pending)
			}
			pending = versionPart{stage: stageOf(eco, s[:n]), word: wordOf(s[:n])}
		default:
			n = 1
		}
		s = s[n:]
	}
	if pending.word != "" {
		parts = append(parts, pending)
	}
	for i, part := range parts {
		if part.word != "" {
			return parts[:i], parts[i:]
		}
	}
	return parts, nil
}

// stageOf places a word relative to the release that it is attached to.
func stageOf(eco, word string) int {
	switch word {
	case "post", "rev", "p", "patch", "git", "svn", "cvs", "hg":
		return 1
	case "r":
		if eco == "gem" || eco == "semver" {
			return -1
		}
		return 1
	case "dev":
		return -2
	}
	if eco == "apk" && len(word) == 1 {
		return 1 // 1.1.1g follows 1.1.1
	}
	return -1
}

// wordOf gives the short and the long spelling of a stage the same name.
func wordOf(word string) string {
	switch word {
	case "a":
		return "alpha"
	case "b":
		return "beta"
	case "c", "pre", "preview":
		return "rc"
	}
	return word
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' }
