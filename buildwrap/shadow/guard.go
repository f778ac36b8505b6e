package shadow

import (
	"bytes"
	"path/filepath"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// guard returns the macro of a configured header that a use depends on: a configure script
// found on this machine what musl does not have, and would not find it there.
func (u *unit) guard(x *lint.Use) string {
	spots := append([]lint.Spot{{File: x.File, Line: x.Line}}, reversed(x.Via)...)
	for _, spot := range spots {
		t := u.text(spot.File)
		if t == nil || spot.Line <= 0 {
			continue
		}
		offset, ok := t.file.Offset(spot.Line, 1)
		if !ok {
			continue
		}
		branches := t.file.Enclosing(offset)
		for i := len(branches) - 1; i >= 0; i-- {
			if name := u.probed(t.file, branches[i]); name != "" {
				return name
			}
		}
	}
	return ""
}

func reversed(list []lint.Spot) []lint.Spot {
	out := make([]lint.Spot, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		out = append(out, list[i])
	}
	return out
}

// probed returns the macro in a condition that says that something is there which musl lacks.
func (u *unit) probed(f *csource.File, b csource.Branch) string {
	if b.Name == "ifndef" || b.Name == "elifndef" {
		return ""
	}
	for i, token := range b.Condition {
		if token.Kind != csource.Ident {
			continue
		}
		name := f.Spelling(token)
		if !strings.Contains(name, "HAVE_") || !probesMissing(name) {
			continue
		}
		// !defined(HAVE_X) and !HAVE_X
		for back := i - 1; back >= 0 && back >= i-3; back-- {
			if f.Is(b.Condition[back], "!") {
				return ""
			}
			if !f.Is(b.Condition[back], "(") && !f.Is(b.Condition[back], "defined") {
				break
			}
		}
		if u.configured(name) {
			return name
		}
	}
	return ""
}

// probesMissing reports whether a macro such as HAVE_EXECINFO_H or HAVE_DECL_MALLINFO2 is about
// a header or a function that musl does not have.
func probesMissing(macro string) bool {
	_, what, _ := strings.Cut(macro, "HAVE_")
	what = strings.ToLower(strings.TrimPrefix(what, "DECL_"))
	if stem, ok := strings.CutSuffix(what, "_h"); ok {
		for _, header := range headerNames(stem) {
			if h, known := facts.LookupHeader(header + ".h"); known && h.State == "no" && h.Name == header+".h" {
				return true
			}
		}
		return false
	}
	for _, name := range [...]string{what, strings.TrimPrefix(what, "struct_"), strings.TrimSuffix(what, "_func")} {
		if i, ok := facts.LookupInterface(name); ok {
			return len(i.Musl) == 0 || i.LFS64
		}
	}
	return false
}

// headerNames are what a name may have been before its slashes became underscores.
func headerNames(stem string) []string {
	names := []string{stem}
	if first, rest, ok := strings.Cut(stem, "_"); ok {
		names = append(names, first+"/"+rest)
	}
	return names
}

// configured reports whether a macro is defined by a header that a configure script made, or
// on the command line.
func (u *unit) configured(macro string) bool {
	for i, option := range u.cmdOptions() {
		value := strings.TrimPrefix(option, "-D")
		if option == "-D" && i+1 < len(u.cmdOptions()) {
			value = u.cmdOptions()[i+1]
		} else if !strings.HasPrefix(option, "-D") {
			continue
		}
		if name, _, _ := strings.Cut(value, "="); name == macro {
			return true
		}
	}
	for _, file := range u.read {
		path := u.abs(file)
		if !strings.Contains(filepath.Base(path), "conf") || u.zone(path) != project {
			continue
		}
		if t := u.text(path); t != nil && bytes.Contains(t.file.Text(), []byte("#define "+macro)) {
			return true
		}
	}
	return false
}

func (u *unit) cmdOptions() []string {
	if u.cmd == nil {
		return nil
	}
	return u.cmd.Shadow
}
