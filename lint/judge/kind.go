package judge

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// subject is the file that is judged, and what it is.
type subject struct {
	path     string
	arch     string // OCI's name, empty when no Alpine runs on it
	role     Role   // that was asked for
	form     lint.ArtifactForm
	host     *host // of a plugin
	interp   string
	soname   string
	needed   []string
	versions []elf.Version // that it asks for
	libc     lint.ArtifactLibc
	reasons  []string
	language string
	packer   string
	system   string // what a foreign file was made for: "FreeBSD"
	// goLibrary is set for a library that brings Go's run-time.
	goLibrary bool
	// staticTLS is set for a library with thread-local data that it reaches by a fixed offset.
	staticTLS bool
	damage    error
}

// describe finds out what a file is.
func describe(f *elf.File, at string, as Role) *subject {
	s := &subject{path: at, arch: loader.ArchOf(f.Machine, f.Layout), libc: lint.LibcUnknown}
	switch {
	case f.Machine == elf.MNone:
		s.form, s.system = lint.FormForeign, "no processor at all"
		return s
	case s.arch == "":
		s.form, s.system = lint.FormForeign, "a processor that no Alpine runs on"
		return s
	}
	switch f.Type {
	case elf.Core:
		s.form = lint.FormCore
		return s
	case elf.Relocatable:
		s.form = lint.FormObject
		if strings.HasSuffix(at, ".ko") || f.HasSection(".modinfo") {
			s.form = lint.FormKernelModule
		}
		return s
	}
	s.damage = f.Prepare()
	s.interp = f.Interp()
	s.soname = f.SoName()
	s.needed, _ = f.Needed()
	s.versions = f.NeededVersions()
	s.packer = f.Packer()
	if s.system = systemOf(f, s); s.system != "" {
		s.form = lint.FormForeign
		return s
	}
	s.form = formOf(f, s)
	s.language = f.Language()
	switch {
	case s.form == lint.FormDebug:
		return s
	case as == AsProgram && s.interp != "":
		s.form = lint.FormProgram
	case as == AsLibrary && s.form != lint.FormStatic:
		s.form = lint.FormLibrary
	case as != Auto && as != AsProgram && as != AsLibrary && s.form == lint.FormLibrary:
		s.host = hostNamed(string(as))
	}
	if s.form == lint.FormLibrary || s.form == lint.FormPlugin {
		if s.host == nil && as != AsLibrary && s.damage == nil {
			s.host = recognize(f, "/"+strings.TrimPrefix(at, "/"))
		}
		if s.host != nil {
			s.form = lint.FormPlugin
		}
		flags, _ := f.Value(elf.DTFlags)
		_, tls := f.Segment(elf.PTTLS)
		s.staticTLS = tls && flags&elf.FlagStaticTLS != 0
		s.goLibrary = s.language == "go" && !isGoPlugin(f)
	}
	s.libc, s.reasons = libcOf(f, s)
	if s.libc == lint.LibcUnknown || s.libc == lint.LibcNone {
		if system := systemIn(at); system != "" {
			s.form, s.system = lint.FormForeign, system
		}
	}
	return s
}

// otherSystems are as folders for the builds of several systems are called: "freebsd-x64".
var otherSystems = []struct{ word, system string }{
	{"freebsd", "FreeBSD"}, {"netbsd", "NetBSD"}, {"openbsd", "OpenBSD"}, {"dragonfly", "DragonFly"},
	{"sunos", "Solaris"}, {"solaris", "Solaris"}, {"android", "Android"}, {"aix", "AIX"},
}

// systemIn returns the system that a folder of a path is called by. It is a hint, for files
// that themselves say nothing.
func systemIn(at string) string {
	folders := strings.Split(strings.ToLower(path.Dir(at)), "/")
	for _, o := range otherSystems {
		if slices.ContainsFunc(folders, func(folder string) bool {
			return folder == o.word || strings.HasPrefix(folder, o.word+"-")
		}) {
			return o.system
		}
	}
	return ""
}

// formOf tells programs from libraries.
func formOf(f *elf.File, s *subject) lint.ArtifactForm {
	flags1, _ := f.FirstValue(elf.DTFlags1)
	pie := flags1&elf.Flag1PIE != 0
	switch {
	case f.HasNoCode():
		return lint.FormDebug
	case s.interp != "" && (s.soname == "" || pie):
		return lint.FormProgram // libc.so.6 has an interpreter, too, and a name
	case f.Type == elf.Executable && s.interp == "":
		return lint.FormStatic
	case pie:
		return lint.FormStaticPIE
	case s.soname == "" && len(s.needed) == 0 && f.Entry != 0 && s.interp == "" && !looksLikeLibrary(s.path):
		return lint.FormStaticPIE
	}
	return lint.FormLibrary
}

func looksLikeLibrary(at string) bool {
	base := path.Base(at)
	return strings.Contains(base, ".so") || strings.HasSuffix(base, ".node") || strings.HasPrefix(base, "lib")
}

// systemOf returns the operating system that a file was made for, empty for Linux.
func systemOf(f *elf.File, s *subject) string {
	switch f.OSABI() {
	case elf.ABIFreeBSD:
		return "FreeBSD"
	case elf.ABINetBSD:
		return "NetBSD"
	case elf.ABIOpenBSD:
		return "OpenBSD"
	case elf.ABISolaris:
		return "Solaris"
	}
	for _, n := range f.Notes() {
		switch n.Name {
		case "FreeBSD", "NetBSD", "OpenBSD", "Android", "DragonFly":
			return n.Name
		}
	}
	switch {
	case strings.HasPrefix(s.interp, "/system/bin/linker"), slices.Contains(s.needed, "liblog.so") && slices.Contains(s.needed, "libc.so"):
		return "Android"
	case s.interp == "/libexec/ld-elf.so.1", slices.Contains(s.needed, "libc.so.7"):
		return "FreeBSD"
	case slices.Contains(s.needed, "libc.so.12"):
		return "NetBSD"
	case s.interp == "/usr/lib/ld.so.1", s.interp == "/usr/lib/amd64/ld.so.1", slices.Contains(s.needed, "libc.so.1"):
		return "Solaris"
	}
	for _, v := range s.versions {
		switch {
		case v.Node == "LIBC" && v.Library == "libc.so":
			return "Android"
		case strings.HasPrefix(v.Node, "FBSD_"):
			return "FreeBSD"
		case strings.HasPrefix(v.Node, "SUNW_"), strings.HasPrefix(v.Node, "ILLUMOS_"):
			return "Solaris"
		}
	}
	return ""
}

// isGoPlugin reports whether a Go library is one of -buildmode=plugin, which only a Go program
// loads.
func isGoPlugin(f *elf.File) bool {
	found := false
	f.Symbols(func(_ uint32, sym elf.Symbol) bool {
		name, err := f.SymbolName(sym)
		found = err == nil && (strings.HasPrefix(string(name), "go:link.pkghash") || strings.HasPrefix(string(name), "go.link.pkghash"))
		return !found && err == nil
	})
	return found
}

// libcOf tells which C library a file was made for, and why.
func libcOf(f *elf.File, s *subject) (lint.ArtifactLibc, []string) {
	var reasons []string
	libc := lint.LibcUnknown
	is := func(l lint.ArtifactLibc, format string, args ...any) {
		if libc == lint.LibcUnknown {
			libc = l
		}
		if libc == l {
			reasons = append(reasons, fmt.Sprintf(format, args...))
		}
	}
	if s.form == lint.FormStatic || s.form == lint.FormStaticPIE {
		if s.packer != "" {
			return lint.LibcUnknown, []string{"it is packed by " + s.packer + ", which hides the program"}
		}
		is(lint.LibcStatic, "it asks for no loader and needs no library")
		if slices.Contains(f.Notes(), elf.NoteABITag) {
			reasons = append(reasons, "it has the start-up code of glibc")
		}
		return libc, reasons
	}
	switch base := path.Base(s.interp); {
	case strings.HasPrefix(base, "ld-musl-"):
		is(lint.LibcMusl, "it asks for the loader %s", s.interp)
	case strings.HasPrefix(base, "ld-linux"), strings.HasPrefix(base, "ld64.so"), strings.HasPrefix(base, "ld.so."), strings.HasPrefix(base, "ld-lsb"):
		is(lint.LibcGlibc, "it asks for the loader %s", s.interp)
	}
	if name := firstOf(s.needed, func(name string) bool { return strings.HasPrefix(name, "libc.musl-") || name == "libc.so" }); name != "" {
		is(lint.LibcMusl, "it needs %s", name)
	}
	if name := firstOf(s.needed, func(name string) bool { return name == "libc.so.6" }); name != "" {
		is(lint.LibcGlibc, "it needs %s", name)
	} else if name := firstOf(s.needed, isGlibcName); name != "" {
		is(lint.LibcGlibc, "it needs %s", name)
	}
	if newest := newestGlibc(s.versions); newest != "" {
		is(lint.LibcGlibc, "it asks for symbols of version %s", newest)
	}
	if libc == lint.LibcUnknown && len(s.needed) == 0 {
		if needsNothing(f) {
			return lint.LibcNone, []string{"it needs no library and no symbol"}
		}
	}
	return libc, reasons
}

func firstOf(names []string, is func(string) bool) string {
	if i := slices.IndexFunc(names, is); i >= 0 {
		return names[i]
	}
	return ""
}

func isGlibcName(name string) bool {
	return strings.HasPrefix(name, "ld-linux") || name == "libm.so.6" || name == "libpthread.so.0" || name == "libdl.so.2" || name == "librt.so.1"
}

// newestGlibc is the newest version node of glibc that is asked for.
func newestGlibc(versions []elf.Version) string {
	newest := ""
	for _, v := range versions {
		number, ok := strings.CutPrefix(v.Node, "GLIBC_")
		if ok && number != "PRIVATE" && number != "ABI_DT_RELR" && (newest == "" || facts.CompareVersions("", number, newest) > 0) {
			newest = number
		}
	}
	if newest == "" {
		return ""
	}
	return "GLIBC_" + newest
}

// needsNothing reports whether a file has no strong reference to anything outside of it.
func needsNothing(f *elf.File) bool {
	nothing := true
	err := f.Symbols(func(_ uint32, s elf.Symbol) bool {
		nothing = !s.Undefined() || s.Bind() != elf.STBGlobal
		return nothing
	})
	return nothing && err == nil
}
