package sourcefix

import (
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// Hint is what a project's build files need to use something that Alpine has in a library or a
// package of its own. Lines are as they are to be written; where the name of a target has to be
// filled in, it is TARGET.
type Hint struct {
	Package string   // apk package
	Library string   // what to hand to -l; empty when the package has headers alone
	Macro   string   // to be defined for all of the project, "_LARGEFILE64_SOURCE"
	Names   []string // the headers, functions and types that need it, sorted

	Makefile   string
	Configure  string // configure.ac
	CMake      string // CMakeLists.txt, several lines
	Meson      string // meson.build
	Dockerfile string
}

// Hints returns what the uses of a whole project ask of its build files, sorted by package.
func Hints(uses []lint.Use, target lint.Target) []Hint {
	var hints []Hint
	find := func(pkg, library, macro string) *Hint {
		for i := range hints {
			if hints[i].Package == pkg && hints[i].Library == library && hints[i].Macro == macro {
				return &hints[i]
			}
		}
		hints = append(hints, Hint{Package: pkg, Library: library, Macro: macro})
		return &hints[len(hints)-1]
	}
	for i := range uses {
		u := &uses[i]
		pkg, library, macro := needs(u, target)
		if pkg == "" && macro == "" {
			continue
		}
		h := find(pkg, library, macro)
		if !slices.Contains(h.Names, u.Name) {
			h.Names = append(h.Names, u.Name)
		}
	}
	slices.SortFunc(hints, func(a, b Hint) int { return strings.Compare(a.Package+a.Macro, b.Package+b.Macro) })
	for i := range hints {
		slices.Sort(hints[i].Names)
		hints[i].write()
	}
	return hints
}

// needs is what a use needs.
func needs(u *lint.Use, target lint.Target) (pkg, library, macro string) {
	switch u.Kind {
	case lint.UseHeader:
		h, ok := facts.LookupHeader(u.Name)
		if !ok || h.State == "yes" || h.Package == "" || h.Package == "linux-headers" {
			return "", "", ""
		}
		i := facts.Interface{Package: h.Package, Library: facts.LinkName(h.Package)}
		pkg, _, ok = i.PackageIn(target.Release)
		if !ok {
			return "", "", ""
		}
		return pkg, i.Library, ""
	case lint.UseFunction, lint.UseType, lint.UseMacro, lint.UseSymbol:
		i, ok := facts.LookupInterface(u.Name)
		if !ok {
			return "", "", ""
		}
		if i.LFS64 {
			return "", "", "_LARGEFILE64_SOURCE"
		}
		if pkg, _, ok = i.PackageIn(target.Release); ok && i.Package != "" {
			return pkg, i.Library, ""
		}
	}
	return "", "", ""
}

// write fills in the lines.
func (h *Hint) write() {
	if h.Package != "" {
		h.Dockerfile = "RUN apk add --no-cache " + h.Package
	}
	switch {
	case h.Macro != "":
		h.Makefile = "CPPFLAGS += -D" + h.Macro
		h.Configure = "CPPFLAGS=\"$CPPFLAGS -D" + h.Macro + "\""
		h.CMake = "add_compile_definitions(" + h.Macro + ")"
		h.Meson = "add_project_arguments('-D" + h.Macro + "', language : ['c', 'cpp'])"
	case h.Library != "":
		name := strings.ToUpper(h.Library) + "_LIBRARY"
		h.Makefile = "LDLIBS += -l" + h.Library
		h.Configure = "AC_SEARCH_LIBS([" + probe(h.Library) + "], [" + h.Library + "])"
		h.CMake = "find_library(" + name + " " + h.Library + ")\nif(" + name + ")\n  target_link_libraries(TARGET PRIVATE ${" + name + "})\nendif()"
		h.Meson = h.Library + "_dep = meson.get_compiler('c').find_library('" + h.Library + "', required : false)"
	}
}

// probe is a function that a library is known by.
func probe(library string) string {
	switch library {
	case "argp":
		return "argp_parse"
	case "execinfo":
		return "backtrace"
	case "fts":
		return "fts_open"
	case "obstack":
		return "obstack_free"
	case "ucontext":
		return "makecontext"
	}
	return library
}

// packageWords says what package to install, empty when there is none.
func (p *planner) packageWords(i facts.Interface) string {
	pkg, _, ok := i.PackageIn(p.target.Release)
	if !ok || i.Package == "" || pkg == "linux-headers" && i.Library == "" {
		return ""
	}
	words := "install " + pkg + " (apk add " + pkg + ")"
	if i.Library != "" {
		words += " and link with -l" + i.Library
	}
	return words
}
