package judge

import (
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// diagnosis is what the failures of a trial come down to.
type diagnosis struct {
	site      *site
	trial     *trial
	libraries []missingLibrary
	symbols   []missingSymbol // that no missing library would bring
	deferred  []missingSymbol // of these, those that are missed when they are called
	others    []loader.Failure
}

type missingLibrary struct {
	loader.Failure
	holder
	library *loader.Library
	beside  bool // a file of that name lies beside the subject, where the loader does not look
}

type missingSymbol struct {
	loader.Failure
	owner   owner
	group   lint.SymbolGroup
	certain bool
	gcompat bool   // gcompat has it
	compat  string // soname of a compat library that has it
	pkg     string // of the one or the other
	ifunc   bool   // the object itself defines it, in a way that musl does not see
}

// diagnose sorts the failures of a trial on a site.
func (j *judge) diagnose(on *site, t *trial) *diagnosis {
	d := &diagnosis{site: on, trial: t}
	for _, f := range t.failures {
		switch f.Kind {
		case loader.LoadFailure:
			if !slices.ContainsFunc(d.libraries, func(l missingLibrary) bool { return l.Library == f.Library }) {
				l := missingLibrary{Failure: f}
				if f.Reason == noSuchFile {
					l.holder = on.packageOf(f.Library)
					l.beside = !l.holder.certain && j.liesBeside(f.Library)
				}
				l.library = on.bring(f.Library)
				d.libraries = append(d.libraries, l)
			}
		case loader.SymbolFailure:
		default:
			d.others = append(d.others, f)
		}
	}
	for _, f := range t.failures {
		if f.Kind == loader.SymbolFailure && !d.explains(f) {
			d.symbols = append(d.symbols, j.missing(d, f))
		}
	}
	for _, f := range t.deferred {
		if !d.explains(f) {
			d.deferred = append(d.deferred, j.missing(d, f))
		}
	}
	return d
}

// host returns the host that missing symbols belong to, nil where they are not all of one.
func (d *diagnosis) host() *host {
	var only *host
	for _, s := range d.symbols {
		if s.owner != ofHost {
			continue
		}
		h := hostOf([]byte(s.Symbol))
		if only != nil && only != h {
			return nil
		}
		only = h
	}
	return only
}

// liesBeside reports whether the subject's folder has a file of that name.
func (j *judge) liesBeside(name string) bool {
	if strings.Contains(name, "/") {
		return false
	}
	s, err := j.files.Open(path.Join(path.Dir(j.path), name), loader.LibraryPath)
	if err != nil {
		return false
	}
	if s.Close != nil && !s.Keep {
		s.Close()
	}
	return !s.Dir
}

// noSuchFile is musl's text for ENOENT.
const noSuchFile = "No such file or directory"

// bring is the library that a package would bring by a soname; that of gcompat, where the
// soname is one of its links.
func (s *site) bring(soname string) *loader.Library {
	for _, l := range s.gcompatLinks {
		if strings.HasSuffix(l.Path, "/"+soname) {
			if l.Target == facts.GcompatSoname {
				return s.libraryOf(facts.GcompatSoname)
			}
			return empty
		}
	}
	if s.packageOf(soname).name == "libc6-compat" {
		return empty
	}
	return s.libraryOf(soname)
}

// explains reports whether a symbol is missing only because a library is.
func (d *diagnosis) explains(f loader.Failure) bool {
	for _, l := range d.libraries {
		if l.library.Has([]byte(f.Symbol), f.Version) {
			return true
		}
	}
	return false
}

// missing finds out whose a missing symbol is, and who has it.
func (j *judge) missing(d *diagnosis, f loader.Failure) missingSymbol {
	on := d.site
	s := missingSymbol{Failure: f, owner: ownerOf([]byte(f.Symbol), f.Version), certain: true, ifunc: d.trial.ifuncs[f.Symbol]}
	switch s.owner {
	case ofGlibc:
		s.group = lint.GroupGlibc
		if facts.ClassifyGlibc(f.Symbol).Kind == "fortify" {
			s.group = lint.GroupFortify
		}
		// What no release of musl ever had is certainly not there; other symbols may have been
		// patched in where nobody looked.
		if _, ever := facts.MuslHistory(f.Symbol); ever && !on.Exports().Verified() {
			s.certain = false
		}
	case ofLibstdcxx:
		s.group = lint.GroupLibstdcxx
		s.certain = on.gcc != "" && f.Version.Node != "" || j.form == lint.FormProgram
	default:
		s.group = lint.GroupOther
		if s.owner == ofHost {
			s.group = lint.GroupHost
		}
		// Whoever loads a library may have the symbol, unless it is asked of a library that was
		// loaded and does not have it.
		s.certain = j.form == lint.FormProgram || s.ifunc || f.Version.Library != ""
	}
	if s.gcompat = on.gcompatHas(f.Symbol); s.gcompat {
		s.pkg = "gcompat"
	}
	for _, c := range on.compat {
		if c.Has(f.Symbol) {
			s.compat, s.pkg = c.File, c.Package
			break
		}
	}
	return s
}

// gcompatHas reports whether gcompat has a symbol, or one of the libraries that it needs.
func (s *site) gcompatHas(symbol string) bool {
	if s.gcompat.Has(symbol) {
		return true
	}
	if facts.CompareVersions("", s.gcompatVersion, "1.0.0") < 0 {
		return false
	}
	for _, soname := range facts.GcompatNeeds {
		if c, ok := s.compatLibrary(soname); ok && c.Has(symbol) {
			return true
		}
	}
	return false
}

// failed reports whether the trial failed at all.
func (t *trial) failed() bool {
	return len(t.failures) > 0 || len(t.relr) > 0 || t.fault != nil || t.loader == notThere
}

// certain reports whether the failure is certain.
func (d *diagnosis) certain(j *judge) bool {
	t := d.trial
	if t.loader == notThere || len(t.relr) > 0 || t.fault != nil || len(d.others) > 0 {
		return true
	}
	for _, l := range d.libraries {
		switch {
		case l.Reason != noSuchFile:
			return true
		case l.name == "" && j.env.Partial:
		case l.beside && j.form == lint.FormLibrary: // the run path of whoever loads it may find it
		default:
			return true
		}
	}
	for _, s := range d.symbols {
		if s.certain {
			return true
		}
	}
	return false
}

// write puts what is missing, and what is printed about it, into an artifact.
func (d *diagnosis) write(a *lint.Artifact) {
	t := d.trial
	if t.loader == notThere {
		a.Errors = append(a.Errors, "exec "+a.Path+": no such file or directory")
	}
	for _, f := range t.failures {
		a.Errors = append(a.Errors, f.String())
	}
	if t.fault != nil || len(t.relr) > 0 {
		a.Errors = append(a.Errors, "Segmentation fault")
	}
	for _, l := range d.libraries {
		a.MissingLibraries = append(a.MissingLibraries, lint.MissingLibrary{
			Name: l.Library, NeededBy: l.Object, Package: l.name, Certain: l.holder.certain,
		})
	}
	for _, s := range d.symbols {
		a.MissingSymbols = append(a.MissingSymbols, s.vocabulary(false))
	}
	for _, s := range d.deferred {
		a.MissingSymbols = append(a.MissingSymbols, s.vocabulary(true))
	}
}

func (s *missingSymbol) vocabulary(deferred bool) lint.MissingSymbol {
	m := lint.MissingSymbol{
		Name: s.Symbol, Version: s.Version.Node, Library: s.Version.Library, Object: s.Object,
		Group: s.group, Deferred: deferred, Package: s.pkg,
	}
	if m.Library == "" && s.owner == ofGlibc {
		for _, e := range facts.GlibcSymbol(s.Symbol) {
			m.Library = e.Library
			break
		}
	}
	return m
}
