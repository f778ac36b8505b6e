package artifact

import (
	"path"
	"strings"
)

// maxName is the longest path that Linux opens.
const maxName = 4096

// cleanName makes a stored name one that can be shown and joined: below the container, with
// slashes, valid UTF-8, without NUL. Climbs tells that it was meant to leave the container.
func cleanName(stored string) (name string, climbs bool) {
	name = cleanTarget(stored)
	depth := 0
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		switch part {
		case ".":
		case "..":
			depth--
		default:
			depth++
		}
		climbs = climbs || depth < 0
	}
	if climbs {
		// A backslash is part of a name for those who do not climb by it.
		name = strings.ReplaceAll(name, `\`, "/")
	}
	name = path.Clean("/" + name)[1:]
	if name == "" {
		name = "unnamed"
	}
	return name, climbs
}

// cleanTarget makes the stored target of a link one that can be shown. It may lead anywhere.
func cleanTarget(stored string) string {
	stored = stored[:min(len(stored), maxName)]
	return strings.ReplaceAll(strings.ToValidUTF8(stored, "\uFFFD"), "\x00", "\uFFFD")
}

// inner is the place of a stored name in a container.
func (w *walker) inner(c *Container, stored string) Place {
	name, climbs := cleanName(stored)
	at := Place{c.Path, name}
	if c.Inner != "" {
		at.Inner = c.Inner + "!/" + name
	}
	if climbs {
		w.tell(at, damaged("its stored name %q leads out of the container", stored[:min(len(stored), 100)]))
	}
	return at
}

// without removes the first of the suffixes that a name has.
func without(name string, suffixes ...string) string {
	for _, s := range suffixes {
		if n := len(name) - len(s); n > 0 && strings.EqualFold(name[n:], s) {
			return name[:n]
		}
	}
	return name
}
