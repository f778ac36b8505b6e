package judge

import (
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// trial is what came of loading a subject on a machine.
type trial struct {
	failures []loader.Failure
	deferred []loader.Failure // symbols that are missed only when they are called
	relr     []string         // objects whose relative relocations the loader passes over
	fault    error            // why the loader itself would crash
	invalid  bool             // not a dynamic program
	assumed  []string         // libraries of packages that are known by name alone
	ifuncs   map[string]bool  // missing symbols that are defined, but by STT_GNU_IFUNC

	loads []string // files that were loaded with the subject

	loader  startup // of a program
	preload bool    // gcompat is loaded before the program
}

// startup is what the kernel makes of a program's PT_INTERP.
type startup uint8

const (
	musl       startup = iota // it is musl's loader, or a link to it
	byGcompat                 // it is gcompat's
	notThere                  // no such file
	byOtherOne                // it is something else, such as a real glibc
)

// try loads the subject.
func (j *judge) try(m *machine) (*trial, error) {
	t := &trial{}
	opt := loader.Options{LibraryPath: j.env.LibraryPath}
	if folder := m.added.folder; folder != "" {
		opt.LibraryPath = strings.TrimPrefix(opt.LibraryPath+":"+folder, ":")
	}
	if j.form == lint.FormProgram {
		t.loader = j.startup(m)
		t.preload = t.loader == byGcompat
	}
	if t.preload {
		opt.Preload = append(opt.Preload, facts.GcompatPath)
	}
	opt.Preload = append(append(opt.Preload, j.env.Preload...), m.added.preload...)
	var r *loader.Result
	var err error
	if j.form == lint.FormPlugin {
		r, err = m.Dlopen(m, j.host.libraries(), j.opened(), j.host.lazy, opt)
	} else {
		r, err = m.List(m, j.path, opt)
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	t.failures, t.deferred, t.relr = r.Failures, r.Deferred, r.RelRIgnored
	t.fault, t.invalid = r.Fault, r.Invalid
	t.assumed = j.assumedIn(m, r)
	for _, o := range r.Objects {
		if o.File() != nil && o.Name != j.path && o.Name != j.opened() {
			t.loads = append(t.loads, path.Clean(o.Name))
		}
	}
	t.ifuncs = ifuncsIn(r)
	return t, nil
}

// ifuncsIn returns the missing symbols that an object defines as functions which choose their
// code when they are loaded. The loader passes over such definitions.
func ifuncsIn(r *loader.Result) map[string]bool {
	var found map[string]bool
	for _, f := range slices.Concat(r.Failures, r.Deferred) {
		if f.Kind != loader.SymbolFailure || f.Version.Library != "" {
			continue
		}
		key := elf.NewKey([]byte(f.Symbol))
		for _, o := range r.Objects {
			if o.File() == nil {
				continue
			}
			if s, ok, err := o.File().Lookup(key); ok && err == nil && s.Type() == elf.STTGNUIFunc {
				if found == nil {
					found = map[string]bool{}
				}
				found[f.Symbol] = true
			}
		}
	}
	return found
}

// opened is the path that a plugin is loaded by: dlopen searches names without a slash.
func (s *subject) opened() string {
	if strings.Contains(s.path, "/") {
		return s.path
	}
	return "./" + s.path
}

// startup finds out what becomes of a program's interpreter.
func (j *judge) startup(m *machine) startup {
	if j.interp == m.LoaderPath() {
		return musl
	}
	s, err := m.Open(j.interp, loader.NeededPath)
	if err != nil {
		return notThere
	}
	if s.Close != nil && !s.Keep {
		defer s.Close()
	}
	if s.Library == nil { // a file
		switch {
		case j.same(m, s, m.LoaderPath()):
			return musl // a link of libc6-compat, or of the user
		case j.there(m, facts.GcompatPath):
			return byGcompat
		}
		return byOtherOne
	}
	if s.ID == m.glibcLoader {
		return byGcompat
	}
	return musl // of libc6-compat
}

// there reports whether a path is that of a file at hand.
func (j *judge) there(m *machine, path string) bool {
	s, err := m.files.Open(path, loader.Preload)
	if err == nil && s.Close != nil && !s.Keep {
		s.Close()
	}
	return err == nil
}

// same reports whether a path leads to an open file.
func (j *judge) same(m *machine, file *loader.Source, path string) bool {
	s, err := m.files.Open(path, loader.Preload)
	if err != nil {
		return false
	}
	if s.Close != nil && !s.Keep {
		defer s.Close()
	}
	return s.ID != nil && s.ID == file.ID
}

// assumedIn returns the libraries that are known by name alone, but for those of which the
// tables of facts know what they have.
func (j *judge) assumedIn(m *machine, r *loader.Result) []string {
	var names []string
	for _, o := range r.Objects {
		if !o.Assumed() {
			continue
		}
		name, ok := strings.CutPrefix(o.Name, libraries)
		if !ok || m.isKnown(name) || slices.Contains(names, name) {
			continue
		}
		names = append(names, name)
	}
	return names
}

// isKnown reports whether more than the name is known of a library.
func (s *site) isKnown(soname string) bool {
	switch soname {
	case "libstdc++.so.6", "libgcc_s.so.1", facts.GcompatSoname, s.glibcLoader:
		return true
	}
	_, ok := s.compatLibrary(soname)
	return ok || s.packageOf(soname).name == "gcompat" || s.packageOf(soname).name == "libc6-compat"
}
