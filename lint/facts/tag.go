package facts

import (
	_ "embed"
	"path"
	"strings"

	"github.com/musllint/musllint/lint"
)

// distrosText maps the words by which tags name a distribution: "bookworm", "ubi9",
// "alpine3.20".
//
//go:embed distros.tsv
var distrosText table

// imageTag is a tag taken apart.
type imageTag struct {
	text   string // "latest" when none is written
	known  bool   // false when a digest or a variable hides the tag
	digest bool
	distro tagDistro
}

// tagDistro is the distribution that a tag names.
type tagDistro struct {
	piece   string // as written, such as "alpine3.20"
	name    string // empty when the tag names none
	libc    lint.Libc
	release string
}

func readTag(ref Ref) imageTag {
	tag := imageTag{text: ref.Tag, known: !strings.Contains(ref.Tag, "$"), digest: ref.Digest != ""}
	if ref.Tag == "" {
		tag.text, tag.known = "latest", !tag.digest
	}
	tag.distro = distroOf(tag.text)
	return tag
}

func isPieceBreak(r rune) bool { return r == '-' || r == '_' }

// distroOf looks for a distribution among the pieces of a tag. A piece that names the
// release too, such as bullseye in debian-bullseye, goes before one that does not.
func distroOf(tag string) tagDistro {
	var found tagDistro
	pieces := strings.FieldsFunc(dropVariables(tag), isPieceBreak)
	for i, piece := range pieces {
		word := strings.TrimRight(piece, "0123456789.$")
		columns := distrosText.row(word)
		if columns == nil || found.name != "" && (found.release != "" || found.name != columns[1]) {
			continue
		}
		number := piece[len(word):]
		found = tagDistro{piece: word, name: columns[1], libc: lint.Libc(columns[2]), release: columns[3]}
		if strings.Contains(number, "$") {
			continue
		}
		found.piece = piece
		if word == "alpine" {
			if number == "" && i+1 < len(pieces) && isRelease(pieces[i+1]) {
				// eclipse-temurin and sapmachine write 17-jre-alpine-3.24.
				number = pieces[i+1]
				found.piece += "-" + number
			}
			number = releaseName(number)
		}
		if found.release == "" {
			found.release = number
		}
	}
	return found
}

func isRelease(s string) bool {
	_, known := ReleaseOf(s)
	return known
}

// dropVariables replaces each $NAME and ${…} by a bare "$".
func dropVariables(s string) string {
	if !strings.Contains(s, "$") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteByte(s[i])
		if s[i] != '$' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '{' {
			depth := 0
			for i++; i < len(s); i++ {
				if s[i] == '{' {
					depth++
				} else if s[i] == '}' {
					if depth--; depth == 0 {
						break
					}
				}
			}
			continue
		}
		for i+1 < len(s) && (isLetter(s[i+1]|0x20) || isDigit(s[i+1]) || s[i+1] == '_') {
			i++
		}
	}
	return b.String()
}

// matches reports whether a tag is what one of the words of a condition asks for:
//
//   - any tag
//     ~alpine    a tag with that piece, with or without a number: 3.12-alpine3.20
//     @arm/v6    that architecture, whatever the tag
//     <2.64      a version before that
//     >=2.64     that version or a later one
//     release<3.17, release>=3.17  the same for the release of the distribution
//     latest v3* anything else is a glob
//
// Conditions joined by "&" have to hold together.
func (t imageTag) matches(condition, arch string) bool {
	for word := range strings.FieldsSeq(condition) {
		all := true
		for part := range strings.SplitSeq(word, "&") {
			all = all && t.matchesWord(part, arch)
		}
		if all {
			return true
		}
	}
	return false
}

func (t imageTag) matchesWord(word, arch string) bool {
	switch {
	case word == "*":
		return true
	case word[0] == '~':
		return t.hasPiece(word[1:])
	case word[0] == '@':
		return arch == word[1:]
	case strings.HasPrefix(word, "release<"):
		return t.distro.release != "" && CompareReleases(t.distro.release, word[len("release<"):]) < 0
	case strings.HasPrefix(word, "release>="):
		return t.distro.release != "" && CompareReleases(t.distro.release, word[len("release>="):]) >= 0
	case !t.known:
		return false
	case word[0] == '<':
		return t.startsWithVersion() && CompareVersions("", t.version(), word[1:]) < 0
	case word[0] == '>':
		return t.startsWithVersion() && CompareVersions("", t.version(), word[2:]) >= 0
	}
	ok, err := path.Match(word, t.text)
	return ok && err == nil
}

func (t imageTag) hasPiece(word string) bool {
	for piece := range strings.FieldsFuncSeq(dropVariables(t.text), isPieceBreak) {
		if rest, ok := strings.CutPrefix(piece, word); ok && strings.Trim(rest, "0123456789.$") == "" {
			return true
		}
	}
	return false
}

func (t imageTag) startsWithVersion() bool {
	return t.version() != ""
}

// version is the number at the start of a tag: "2.64.0" of "v2.64.0-slim".
func (t imageTag) version() string {
	s := strings.TrimPrefix(t.text, "v")
	end := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end >= 0 {
		s = s[:end]
	}
	return s
}

// release reads a tag of the distribution's own image. The second result says whether
// the tag moves to another release over time.
func (t imageTag) release(distro string) (release string, floating bool) {
	if t.distro.name == distro && t.distro.release != "" {
		return t.distro.release, false
	}
	if !t.known {
		return "", !t.digest
	}
	if distro != "alpine" {
		if t.startsWithVersion() {
			return t.version(), false
		}
		return "", !t.digest
	}
	release = releaseName(t.text)
	switch _, known := ReleaseOf(release); {
	case known && release != "edge":
		return release, false
	case release == "edge":
		return "edge", !t.digest
	case len(release) == len("20240807"): // dated tags are snapshots of edge
		return "edge", false
	case t.digest: // latest at a time that the digest does not tell
		return "", false
	case t.text == "latest" || release == "3":
		return Newest(), true
	}
	return "", true
}

// tells reports whether enough of a tag is known to choose between the variants of an
// image.
func (t imageTag) tells() bool { return t.known || t.distro.name != "" || t.hasPiece("slim") }

// isFinal reports whether a tag starts with a version that is no pre-release.
func (t imageTag) isFinal() bool {
	rest := strings.TrimPrefix(strings.TrimPrefix(t.text, "v"), t.version())
	for _, word := range [...]string{"rc", "-rc", "beta", "-beta", "alpha", "-ea", "-dev"} {
		if strings.HasPrefix(rest, word) {
			return false
		}
	}
	return t.version() != ""
}
