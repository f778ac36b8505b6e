package main

import (
	"path/filepath"
	"slices"
	"strings"
)

// root is something that does not compile or link on musl, at one place.
type root struct {
	File     string // behind links; the unit's source for a symbol, the output for a library
	Line     int    // 0 for symbols and libraries
	Kind     kind
	Name     string
	Message  string
	Also     []place
	Units    int
	Required bool // a cause; what is not may be a consequence of one
	Why      string
}

type rootKey struct {
	file string
	line int
	kind kind
	name string
}

// roots is the truth about a project.
type roots struct {
	all    map[rootKey]*root
	order  []*root
	failed map[string]bool // sources of the units that fail on musl alone
	broken int             // units that do not compile on the host either
	real   map[string]string
}

func (r *roots) add(n root) {
	key := rootKey{n.File, n.Line, n.Kind, n.Name}
	if n.Name == "" {
		key.name = n.Message
	}
	old := r.all[key]
	if old == nil {
		old = &n
		r.all[key] = old
		r.order = append(r.order, old)
	} else if n.Required && !old.Required {
		old.Required, old.Why = true, n.Why
	}
	old.Units++
	for _, a := range n.Also {
		if !slices.Contains(old.Also, a) {
			old.Also = append(old.Also, a)
		}
	}
}

// behind is a path without symbolic links.
func (r *roots) behind(path string) string {
	if real, ok := r.real[path]; ok {
		return real
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		real = path
	}
	r.real[path] = real
	return real
}

func (p *project) roots(all []unit, links []command, verdicts []*verdict) *roots {
	r := &roots{all: map[rootKey]*root{}, failed: map[string]bool{}, real: map[string]string{}}
	brought := map[string]bool{}
	for _, v := range verdicts {
		for _, name := range v.Brings {
			brought[name] = true
		}
	}
	for name := range p.ofLibraries(links) {
		brought[name] = true
	}
	for i, u := range all {
		v := verdicts[i]
		if v.Broken {
			r.broken++
			continue
		}
		if len(v.Errors) > 0 {
			r.failed[u.source] = true
		}
		p.compileRoots(r, v)
		p.symbolRoots(r, u, v, brought)
	}
	for _, c := range links {
		for _, library := range c.libraries {
			if p.glibcLibs[library] && !p.muslLibs[library] && library != "gcc_s" && library != "c" {
				r.add(root{File: c.output, Kind: kindLibrary, Name: library, Message: "cannot find -l" + library, Required: true})
			}
		}
	}
	return r
}

// compileRoots tells the causes among a unit's errors from what follows of them.
func (p *project) compileRoots(r *roots, v *verdict) {
	lines := map[place]int{}
	causes := 0 // before the error that is looked at
	named := map[string]bool{}
	types := map[string]bool{} // that errors are about, be it behind those about their members
	for _, e := range v.Errors {
		lines[place{e.File, e.Line}]++
		if k, name := classify(e.Message); k == kindName {
			types[name] = true
		}
	}
	for i, e := range v.Errors {
		k, name := classify(e.Message)
		known := v.Known[name]
		file := r.behind(e.File)
		required, why := false, ""
		switch {
		case !p.isProject(file):
			why = whyInSystem
		case k == kindHeader:
			required = true
		case k == kindName || k == kindMember || k == kindSyntax && name != "":
			switch {
			case p.ofProject(v, membersOf(e.Message)) && (causes > 0 || len(v.Stubs) > 0):
				// gcc forgets the members behind one that it does not understand.
				why = "a member of a type of the project's own"
			case p.missed(v, membersOf(e.Message), types):
				why = "a member of a type that is missing"
			case len(known.Stubs) > 0:
				why = "comes by " + strings.Join(known.Stubs, ", ")
			case known.System && k == kindSyntax && known.Musl:
				why = "syntax, after another error"
			case known.System && known.Musl && (causes > 0 || len(v.Stubs) > 0):
				// Such as the variable f, where the type of its declaration is not known.
				why = "a name of other things too"
			case known.System:
				required = true
			case causes > 0 || len(v.Stubs) > 0 || k == kindSyntax && i > 0:
				why = "no name of glibc's headers"
			default:
				required = true
			}
		case k == kindConflict:
			required = causes == 0 && len(v.Stubs) == 0 && lines[place{e.File, e.Line}] == 1 && !named[name]
			why = "may follow from another error"
		default:
			required = causes == 0 && len(v.Stubs) == 0 && i == 0
			why = "may follow from another error"
		}
		if required {
			causes++
			why = ""
		}
		if name != "" {
			named[name] = true
		}
		also := make([]place, 0, len(e.Also))
		for _, a := range e.Also {
			also = append(also, place{r.behind(a.File), a.Line})
		}
		r.add(root{File: file, Line: e.Line, Kind: k, Name: name, Message: e.Message, Also: also, Required: required, Why: why})
	}
}

const whyInSystem = "in a header of the system"

// missed is true of a type, by its names, that musl lacks and that another error is about.
func (p *project) missed(v *verdict, names []string, types map[string]bool) bool {
	return slices.ContainsFunc(names, func(name string) bool { return types[name] && !v.Known[name].Musl })
}

// ofProject is true of a type, by its names, that no header of a system has.
func (p *project) ofProject(v *verdict, names []string) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return v.Known[name].System || v.Known[name].Musl })
}

// symbolRoots are the symbols that glibc has, musl's library does not, and neither an object of
// the project nor a library that it is linked with brings. Where the unit does not compile for
// musl, the host's object tells what it might need, which need not be: it may come from code for
// glibc alone.
func (p *project) symbolRoots(r *roots, u unit, v *verdict, brought map[string]bool) {
	for _, name := range v.Needs {
		if !p.glibc[name] || p.muslFuncs[name] || brought[name] {
			continue
		}
		if slices.ContainsFunc(v.Errors, func(e diagnostic) bool { _, n := classify(e.Message); return n == name }) {
			continue
		}
		n := root{File: r.behind(u.source), Kind: kindSymbol, Name: name, Message: "undefined reference to `" + name + "'", Required: !v.OfHost}
		if v.OfHost {
			if strings.HasPrefix(name, "__") { // of glibc's own headers
				continue
			}
			n.Required = slices.Contains(v.Declared, name)
			n.Why = "the host's object alone"
		}
		r.add(n)
	}
}
