package shadow

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// guard returns the macro of a configured header that a use depends on: a configure script
// found on this machine what musl does not have, and would not find it there.
func (u *Unit) guard(x *lint.Use) string {
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
			if name := u.probed(t.file, branches[i], x.Name); name != "" {
				return name
			}
		}
	}
	return u.replaced(x)
}

// replaced returns the macro of a configured header whose absence gives a name a definition of
// the project's own, or that decides whether a macro in the line of the use means the name:
//
//	#ifndef HAVE_STRNDUPA             #ifdef HAVE_RAWMEMCHR
//	char *strndupa(…) { … }           #define STRCHR rawmemchr
//	#endif                            #endif
func (u *Unit) replaced(x *lint.Use) string {
	name := strings.TrimSuffix(x.Name, "()")
	if name == "" || x.Kind == lint.UseHeader || u.zone(x.File) != project {
		return ""
	}
	own, meant := u.definedWithout(x.File, name)
	if own != "" {
		return own
	}
	if meant != "" {
		return meant
	}
	for _, file := range u.read {
		if path := u.abs(file); path != x.File && u.zone(path) == project {
			if own, _ := u.definedWithout(path, name); own != "" {
				return own
			}
		}
	}
	for _, file := range append([]string{u.src.Path}, u.read...) {
		if path := u.abs(file); u.zone(path) == project {
			if macro := u.includedWithout(path, name); macro != "" {
				return macro
			}
		}
	}
	return ""
}

// includedWithout returns the macro without which a file of the project includes a header that has a
// name.
func (u *Unit) includedWithout(path, name string) string {
	t := u.text(path)
	if t == nil || !bytes.Contains(t.file.Text(), []byte("HAVE_")) {
		return ""
	}
	for _, include := range t.file.Includes() {
		for _, b := range t.file.Enclosing(t.file.Directives()[include.Directive].Start) {
			if macro := u.probedAway(t.file, b, name); macro != "" && u.headerHas(filepath.Dir(path), include.Name, name) {
				return macro
			}
		}
	}
	return ""
}

// headerHas reports whether a header of the project, included from a folder, has a name.
func (u *Unit) headerHas(dir, header, name string) bool {
	dirs := []string{dir}
	options := u.options()
	for i, o := range options {
		switch {
		case (o == "-I" || o == "-iquote") && i+1 < len(options):
			dirs = append(dirs, u.abs(options[i+1]))
		case strings.HasPrefix(o, "-I"):
			dirs = append(dirs, u.abs(o[2:]))
		}
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, header)
		if u.zone(path) != project {
			continue
		}
		if t := u.text(path); t != nil {
			return slices.ContainsFunc(t.file.Tokens(), func(token csource.Token) bool { return t.file.Is(token, name) })
		}
	}
	return false
}

// definedWithout returns the macro without which a file of the project defines a name, and the
// one under which all macros stand that mean it, if nothing else in the file does.
func (u *Unit) definedWithout(path, name string) (own, meant string) {
	t := u.text(path)
	if t == nil || !bytes.Contains(t.file.Text(), []byte("HAVE_")) || !bytes.Contains(t.file.Text(), []byte(name)) {
		return "", ""
	}
	elsewhere := false
	for i, token := range t.file.Tokens() {
		if token.Kind != csource.Ident || !t.file.Is(token, name) {
			continue
		}
		branches := t.file.Enclosing(token.Start)
		d, in := t.file.DirectiveAt(token.Start)
		defines := in && t.file.Directives()[d].Name == "define" && len(t.file.Directives()[d].Tokens) > 0
		switch {
		case defines && t.file.Directives()[d].Tokens[0] == token || !in && isOfFile(t.file, i):
			for _, b := range branches {
				if macro := u.probedAway(t.file, b, name); macro != "" {
					return macro, ""
				}
			}
		case defines:
			macro := ""
			for _, b := range branches {
				if m := u.probed(t.file, b, name); m != "" {
					macro = m
				}
			}
			meant = macro
			elsewhere = elsewhere || macro == ""
		case !in:
			elsewhere = true
		}
	}
	if elsewhere {
		meant = ""
	}
	return "", meant
}

// isOfFile reports whether a name is that of a function that the file defines, or declares:
// name(…) { and void name(…);
func isOfFile(f *csource.File, i int) bool {
	tokens := f.Tokens()
	declared := i > 0 && (f.Is(tokens[i-1], "*") || tokens[i-1].Kind == csource.Ident && isDeclared(f.Spelling(tokens[i-1])))
	depth := 0
	for j := i + 1; j < len(tokens) && j < i+200; j++ {
		switch {
		case tokens[j].Kind == csource.Comment:
		case f.Is(tokens[j], "("):
			depth++
		case f.Is(tokens[j], ")"):
			depth--
		case depth == 0 && j == i+1:
			return false
		case depth == 0 && declared && (f.Is(tokens[j], ";") || f.Is(tokens[j], "__attribute__")):
			return true
		case depth == 0:
			return f.Is(tokens[j], "{") && (i == 0 || !f.Is(tokens[i-1], ")"))
		}
	}
	return false
}

// probedAway returns the macro in a condition that says that something is not there which musl
// lacks: #ifndef HAVE_X, #if !HAVE_X, #if !defined(HAVE_X), and the #else of #ifdef HAVE_X.
func (u *Unit) probedAway(f *csource.File, b csource.Branch, name string) string {
	if b.Name == "else" {
		first := f.Branches()[b.Chain]
		if first.Name == "ifdef" || first.Name == "if" && len(first.Condition) <= 4 { // nothing else is asked for
			return u.probed(f, first, name)
		}
		return ""
	}
	for i, token := range b.Condition {
		macro := f.Spelling(token)
		negated := b.Name == "ifndef" || b.Name == "if" && i >= 1 && i <= 3 && f.Is(b.Condition[0], "!") && (i < 3 || f.Is(b.Condition[1], "defined"))
		if token.Kind == csource.Ident && negated && asks(macro, name) && u.configured(macro) {
			return macro
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

// probed returns the macro in a condition that says that a name, or something else which musl
// lacks, is there.
func (u *Unit) probed(f *csource.File, b csource.Branch, used string) string {
	if b.Name == "ifndef" || b.Name == "elifndef" {
		return ""
	}
	for i, token := range b.Condition {
		if token.Kind != csource.Ident {
			continue
		}
		name := f.Spelling(token)
		if !asks(name, used) {
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

// asks reports whether a macro says that a name is there, or another thing that musl lacks:
// HAVE_LANGINFO_ALTMON of ALTMON_1, HAVE_STRUCT_UTMP_UT_XTIME of utmpx.ut_xtime.
func asks(macro, name string) bool {
	if !strings.Contains(macro, "HAVE_") {
		return false
	}
	if cut := strings.LastIndexAny(name, ". "); cut >= 0 && !strings.HasSuffix(name, ".h") {
		name = name[cut+1:]
	}
	stem := strings.ToUpper(strings.Trim(strings.TrimRight(name, "()0123456789"), "_"))
	return len(stem) > 3 && strings.HasSuffix(macro, "_"+stem) || probesMissing(macro)
}

// probesMissing reports whether a macro such as HAVE_EXECINFO_H or HAVE_DECL_MALLINFO2 is about
// a header or a function that musl does not have.
func probesMissing(macro string) bool {
	_, what, _ := strings.Cut(macro, "HAVE_")
	what = strings.TrimPrefix(what, "DECL_")
	if i, ok := facts.LookupInterface(what); ok && i.Kind != "function" {
		return len(i.Musl) == 0 || i.LFS64
	}
	what = strings.ToLower(what)
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
func (u *Unit) configured(macro string) bool {
	for i, option := range u.cmdOptions() {
		if option == "-include" && i+1 < len(u.cmdOptions()) && strings.Contains(filepath.Base(u.cmdOptions()[i+1]), "conf") {
			if t := u.text(u.abs(u.cmdOptions()[i+1])); t != nil && bytes.Contains(t.file.Text(), []byte("#define "+macro)) {
				return true
			}
		}
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

func (u *Unit) cmdOptions() []string {
	if u.cmd == nil {
		return nil
	}
	return u.cmd.Shadow
}
