// Package elftest makes small ELF files for tests: programs and libraries with the parts
// that a dynamic loader reads and no code. The same File always gives the same bytes, and
// musl's own loader takes them: what it says of one is what it would say of a real file
// with the same interpreter, libraries and symbols.
//
// A file can be described by a few lines, for testdata (see Parse):
//
//	elf: program
//	interp: /lib64/ld-linux-x86-64.so.2
//	needed: libc.so.6
//	undefined: fcntl64@GLIBC_2.28
package elftest

// Kind is what an ELF file is.
type Kind string

const (
	Program Kind = "program" // position-independent, as compilers make them today
	Fixed   Kind = "fixed"   // a program at a fixed address
	Library Kind = "library"
	Static  Kind = "static" // a program without a dynamic section
	Object  Kind = "object" // what a compiler hands to a linker
)

// File describes an ELF file.
type File struct {
	Kind      Kind
	Arch      string // OCI's name; empty: amd64
	Interp    string // of a program
	Needed    []string
	SoName    string
	RunPath   string
	Defined   []string // symbols that it exports: functions
	Undefined []Symbol // symbols that it needs
	Now       bool     // all symbols are wanted when it is loaded, as -z now has it
	Go        bool     // it carries the note that Go's linker writes
	Size      int      // at least so many bytes: zeros are put behind the end
}

// Symbol is a symbol that a file needs.
type Symbol struct {
	Name    string
	Version string // such as GLIBC_2.28; empty: none
	Library string // that has the version; empty: the first of Needed
	Weak    bool
	Data    bool // its address is taken, where others are only called
}
