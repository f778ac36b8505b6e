package fix

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// ErrRefused is what a patch is refused with that names a file which is not its business.
var ErrRefused = errors.New("refused")

// confined returns an error for a name that is not plainly that of a file below the folder
// that it is relative to, or is one of git's own files.
func confined(name string) error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
	}
	switch {
	case name == "":
		return refuse("a file without a name")
	case strings.HasPrefix(name, "/") || filepath.VolumeName(name) != "" || path.IsAbs(filepath.ToSlash(name)) || drive(name):
		return refuse("%q is an absolute path", name)
	case strings.ContainsRune(name, 0):
		return refuse("%q has a NUL in its name", name)
	}
	for part := range strings.SplitSeq(filepath.ToSlash(name), "/") {
		switch {
		case part == "..":
			return refuse("%q leads out of the folder", name)
		case part == "" || part == ".":
			return refuse("%q is not the plain name of a file", name)
		case gitFolder(part):
			return refuse("%q is in git's own folder", name)
		}
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) { // names that Windows keeps for devices
		return refuse("%q is not the name of a file here", name)
	}
	return nil
}

// drive reports whether a name begins with the letter of a drive, as on Windows.
func drive(name string) bool {
	return len(name) >= 3 && name[1] == ':' && (name[2] == '\\' || name[2] == '/') && ('a' <= name[0]|0x20 && name[0]|0x20 <= 'z')
}

// gitFolder reports whether a file system could take a name for .git: some pay no attention
// to case, to dots and blanks at the end, or to characters that nobody sees, and Windows has
// a second name for it.
func gitFolder(part string) bool {
	part = strings.Map(func(r rune) rune {
		switch {
		case 0x200c <= r && r <= 0x200f, 0x202a <= r && r <= 0x202e, 0x206a <= r && r <= 0x206f, r == 0xfeff, r == utf8.RuneError:
			return -1
		}
		return r
	}, part)
	part, _, _ = strings.Cut(part, ":") // a stream of a file
	part = strings.TrimRight(part, ". ")
	return strings.EqualFold(part, ".git") || strings.EqualFold(part, "git~1")
}
