package judge

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// site is a release of Alpine (or a version of musl) on an architecture, with what its
// packages have. It is safe for concurrent use.
type site struct {
	*loader.System
	release        string // of Alpine, empty for a musl of unknown surroundings
	gcompat        facts.SymbolSet
	gcompatVersion string
	gcompatCertain bool
	gcompatLinks   []facts.Link
	libc6Links     []facts.Link // of libc6-compat
	glibcLoader    string       // "ld-linux-x86-64.so.2"
	gcc            string       // version of GCC, empty when not known
	compat         []facts.CompatLibrary
	holders        sync.Map // soname → holder
	nodes          sync.Map // version node of GCC's libraries → bool: the release has it
}

var sites sync.Map // lint.Target → *site

// siteOf returns the site of a target, which has an architecture.
func siteOf(t lint.Target) (*site, error) {
	t = lint.Target{Libc: t.Libc, Version: t.Version, Distro: t.Distro, Release: t.Release, Arch: t.Arch}
	if s, ok := sites.Load(t); ok {
		return s.(*site), nil
	}
	system, err := loader.New(t)
	if err != nil {
		return nil, err
	}
	s := &site{System: system, glibcLoader: facts.GlibcLoader(t.Arch)}
	if t.Distro == "alpine" {
		s.release = t.Release
	}
	newest := s.release
	if newest == "" {
		newest = facts.Newest()
	}
	s.gcompatVersion, s.gcompatCertain = facts.GcompatVersion(newest)
	s.gcompat = facts.Gcompat(s.gcompatVersion)
	s.gcompatLinks, _ = facts.GcompatLinks(newest, t.Arch)
	s.libc6Links, _ = facts.Libc6CompatLinks(s.release, t.Arch)
	if r, ok := facts.ReleaseOf(s.release); ok {
		s.gcc = r.GCC
	}
	for _, c := range facts.CompatLibraries(s.release) {
		if !c.Static {
			s.compat = append(s.compat, c)
		}
	}
	actual, _ := sites.LoadOrStore(t, s)
	return actual.(*site), nil
}

// name is the site for people: "Alpine 3.20", or "musl 1.2.5" where no more is known.
func (s *site) name() string {
	if s.release == "" {
		return "musl " + s.Target.Version
	}
	return "Alpine " + s.release
}

// compatLibrary returns one of the small libraries that stand in for parts of glibc.
func (s *site) compatLibrary(soname string) (facts.CompatLibrary, bool) {
	for _, c := range s.compat {
		if c.File == soname {
			return c, true
		}
	}
	return facts.CompatLibrary{}, false
}

// machine is a site with files and packages: what a loader there can open.
type machine struct {
	*site
	files    loader.Files
	has      func(pkg string) facts.Tri
	complete bool
	host     *host
	hopeful  bool // what may be there is there
	added    changes
	maybe    bool // something was asked for that may be there
	sources  map[string]*loader.Source
}

// libraries is the folder that packages have their libraries in.
const libraries = "/usr/lib/"

// Open implements loader.Files: the files that are there, then what packages bring.
func (m *machine) Open(name string, way loader.Way) (*loader.Source, error) {
	s, err := m.files.Open(name, way)
	if err == nil || !errors.Is(err, fs.ErrNotExist) || way == loader.Program {
		return s, err
	}
	if s := m.fromPackage(name); s != nil {
		return s, nil
	}
	return nil, err
}

// fromPackage returns the file of a path that a package has brought, nil where there is none.
func (m *machine) fromPackage(name string) *loader.Source {
	if s, ok := m.sources[name]; ok {
		return s
	}
	s := m.library(name)
	if m.sources == nil {
		m.sources = map[string]*loader.Source{}
	}
	m.sources[name] = s
	return s
}

func (m *machine) library(name string) *loader.Source {
	for _, l := range m.gcompatLinks {
		if l.Path == name && m.installed("gcompat") {
			return m.gcompatFile(l)
		}
	}
	for _, l := range m.libc6Links {
		if l.Path == name && m.installed("libc6-compat") {
			return &loader.Source{Library: empty, ID: name, Keep: true}
		}
	}
	soname, ok := strings.CutPrefix(name, libraries)
	if !ok || !m.hasLibrary(soname) {
		return nil
	}
	return &loader.Source{Library: m.libraryOf(soname), ID: soname, Keep: true}
}

// gcompatFile is one of the files of gcompat: its library, a link to it, or its loader, which
// is a library without symbols to whoever needs it by name.
func (m *machine) gcompatFile(l facts.Link) *loader.Source {
	if l.Path == facts.GcompatPath || l.Target == facts.GcompatSoname {
		return &loader.Source{Library: m.libraryOf(facts.GcompatSoname), ID: facts.GcompatSoname, Keep: true}
	}
	return &loader.Source{Library: empty, ID: m.glibcLoader, Keep: true}
}

// hasLibrary reports whether a library of a package is there.
func (m *machine) hasLibrary(soname string) bool {
	if pkg := m.added.sonames[soname]; m.host.has(soname) || pkg != "" && m.added.has(pkg) {
		return true
	}
	if soname == "libgcc_s.so.1" && m.installed("libstdc++") {
		return true
	}
	for _, needed := range facts.GcompatNeeds {
		if needed == soname && m.installed("gcompat") {
			return true
		}
	}
	pkg := m.packageOf(soname)
	if pkg.name == "" || pkg.name == "gcompat" || pkg.name == "libc6-compat" || !m.installed(pkg.name) {
		return false
	}
	if !pkg.certain && m.release != "" {
		m.maybe = true
		return m.hopeful
	}
	return true
}

// installed reports whether a package is there, or may be there and hope is allowed.
func (m *machine) installed(pkg string) bool {
	if m.added.has(pkg) {
		return true
	}
	if m.complete {
		return false
	}
	switch m.has(pkg) {
	case facts.Yes:
		return true
	case facts.Maybe:
		m.maybe = true
		return m.hopeful
	}
	if pkg == "gcompat" && facts.CompareReleases(m.release, "3.19") >= 0 {
		return m.installed("libc6-compat") // gcompat goes by that name, too
	}
	return false
}

// holder is the package that has a library.
type holder struct {
	name    string
	certain bool
}

// packageOf returns the package of a library on the site, the zero holder where none is known.
func (s *site) packageOf(soname string) holder {
	if h, ok := s.holders.Load(soname); ok {
		return h.(holder)
	}
	h := s.holderOf(soname)
	s.holders.Store(soname, h)
	return h
}

func (s *site) holderOf(soname string) holder {
	for _, l := range s.gcompatLinks {
		if path.Base(l.Path) == soname {
			return holder{"gcompat", s.gcompatCertain}
		}
	}
	pkg, certain, ok := facts.SonamePackage(soname, s.release)
	if !ok {
		return holder{}
	}
	return holder{pkg, certain && s.release != ""}
}

// bare tells which packages a bare image of a release of Alpine has.
func bare(release string) func(pkg string) facts.Tri {
	if release == "" {
		return func(string) facts.Tri { return facts.No }
	}
	ref := facts.Ref{Repository: "alpine", Tag: release}
	return func(pkg string) facts.Tri { return facts.ImageHas(ref, release, pkg) }
}

// With tells which packages an image has: those that a bare one has, and more.
func With(t lint.Target, packages []string) func(pkg string) facts.Tri {
	release := ""
	if t.Distro == "alpine" {
		release = t.Release
	}
	has := bare(release)
	return func(pkg string) facts.Tri {
		for _, p := range packages {
			if facts.ApkBrings(p, pkg) == facts.Yes {
				return facts.Yes
			}
		}
		return has(pkg)
	}
}
