package landing

import (
	"io"
	"path"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/loader"
)

// shape is what an ELF file says of itself, without a look at its symbols.
type shape struct {
	arch    string // OCI's name; empty for a processor that no Alpine runs on
	program bool   // the kernel can start it
	dynamic bool   // a loader reads it
	interp  string
	soname  string
	needed  []string
}

// shapeOf reads the headers of a file; ok is false for what neither kernel nor loader takes.
func shapeOf(r io.ReaderAt, size int64) (s shape, ok bool) {
	f, err := elf.Open(r, size)
	if err != nil {
		return s, false
	}
	defer f.Release()
	if f.Type != elf.Executable && f.Type != elf.Shared || f.Prepare() != nil {
		return s, false
	}
	s.arch, s.interp, s.dynamic = loader.ArchOf(f.Machine, f.Layout), f.Interp(), f.HasDynamic()
	s.soname = f.SoName()
	if s.needed, err = f.Needed(); err != nil {
		return s, false
	}
	flags, _ := f.FirstValue(elf.DTFlags1)
	s.program = f.Type == elf.Executable || s.interp != "" || flags&elf.Flag1PIE != 0
	return s, true
}

// libc is the C library that a file names: musl, glibc, none for a static program; unknown
// for a library that names none.
func (s shape) libc() lint.Libc {
	switch {
	case strings.HasPrefix(path.Base(s.interp), "ld-musl-"):
		return lint.Musl
	case strings.HasPrefix(path.Base(s.interp), "ld-linux"), strings.HasPrefix(path.Base(s.interp), "ld64.so"):
		return lint.Glibc
	case s.program && !s.dynamic, s.program && len(s.needed) == 0 && s.interp == "":
		return lint.None
	}
	for _, n := range s.needed {
		switch {
		case strings.HasPrefix(n, "libc.musl-"):
			return lint.Musl
		case n == "libc.so": // musl's own name, on whatever distribution
			return lint.Musl
		case n == "libc.so.6", strings.HasPrefix(n, "ld-linux"):
			return lint.Glibc
		}
	}
	return lint.Unknown
}

// sameArch tells whether a file of one architecture is for a stage of the other. ARM files
// do not say which ARM.
func sameArch(file, stage string) bool {
	f, _, _ := strings.Cut(file, "/")
	s, _, _ := strings.Cut(stage, "/")
	return f == s
}
