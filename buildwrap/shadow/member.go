package shadow

import (
	"bytes"

	"github.com/musllint/musllint/lint/csource"
)

// isGlibcMember is true of names that members of glibc's structures have, musl's do not, and
// hardly anything else has. What begins with two underscores is known by that.
func isGlibcMember(name string) bool {
	switch name {
	case "gl_flags", "gl_closedir", "gl_readdir", "gl_opendir", "gl_lstat", "gl_stat", "c_ispeed", "c_ospeed",
		"_sifields", "_sigev_un", "_fileno", "_flags", "_flags2":
		return true
	}
	return false
}

// takesStream reports whether stdin, stdout or stderr is given a value, or is the name of
// something else: they are macros with musl, of what cannot be assigned to.
func takesStream(name, before, after string) bool {
	switch name {
	case "stdin", "stdout", "stderr":
		return after == "=" || before == "." || before == "->" || before == "*"
	}
	return false
}

// streamsAreSuspicious looks for that in the files of a unit.
func (u *Unit) streamsAreSuspicious() bool {
	for _, name := range append([]string{u.src.Path}, u.read...) {
		path := u.abs(name)
		if u.zone(path) != project {
			continue
		}
		t := u.text(path)
		if t == nil || !bytes.Contains(t.file.Text(), []byte("std")) {
			continue
		}
		tokens := codeTokens(t.file)
		for i := 1; i+1 < len(tokens); i++ {
			if tokens[i].Kind == csource.Ident && takesStream(t.file.Spelling(tokens[i]), t.file.Spelling(tokens[i-1]), t.file.Spelling(tokens[i+1])) {
				return true
			}
		}
	}
	return false
}
