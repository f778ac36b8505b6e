package loader

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/elf"
)

// Exit codes of the loader, and that of a shell for a process that was killed by SIGSEGV.
const (
	ExitLoaded  = 0
	ExitInvalid = 1 // not a dynamic program
	ExitFailed  = 127
	ExitCrashed = 139
)

// Object is a file that was loaded.
type Object struct {
	Name     string // the path that it was opened by, as the loader prints it
	NeededBy *Object
	short    string // the file name that a search found it by, empty when it was named with a path
	file     *elf.File
	source   *Source
	libc     bool
	placed   bool // it lies where it asks to
	now      bool // dlopen with RTLD_LAZY looks for all its symbols all the same
	runPath  string
	runReady bool
	beside   map[string]bool // the folders of runPath that begin with $ORIGIN
	symbols  []state
	badTypes []uint32
}

// File returns the ELF file, nil for the libc itself and for a Library.
func (o *Object) File() *elf.File { return o.file }

// Libc reports whether the object is musl itself.
func (o *Object) Libc() bool { return o.libc }

// Assumed reports whether the object is a Library.
func (o *Object) Assumed() bool { return o.source != nil && o.source.Library != nil }

// FailureKind is what went wrong.
type FailureKind uint8

const (
	LoadFailure   FailureKind = iota // a needed library
	SymbolFailure                    // a symbol
	TypeFailure                      // a type of relocation
	TLSFailure                       // an initial-exec reference to TLS that is not static
	RelroFailure                     // making memory read-only
	OpenFailure                      // the library that dlopen was called with
)

// Failure is one line that the loader prints.
type Failure struct {
	Kind    FailureKind
	Object  string      // name of the object that asked, as printed
	Library string      // LoadFailure and OpenFailure: what was asked for
	Reason  string      // LoadFailure, OpenFailure, RelroFailure: musl's words for errno
	Symbol  string      // SymbolFailure, TLSFailure
	Version elf.Version // SymbolFailure: what the object asks for, which musl does not care about
	Data    bool        // SymbolFailure: not only called, but its address or value taken
	Type    uint32      // TypeFailure
	Other   string      // TLSFailure: the object that has the variable
}

// String returns the line in the words of the loader.
func (f Failure) String() string {
	switch f.Kind {
	case LoadFailure:
		return fmt.Sprintf("Error loading shared library %s: %s (needed by %s)", f.Library, f.Reason, f.Object)
	case OpenFailure:
		return fmt.Sprintf("Error loading shared library %s: %s", f.Library, f.Reason)
	case TypeFailure:
		return fmt.Sprintf("Error relocating %s: unsupported relocation type %d", f.Object, int32(f.Type))
	case TLSFailure:
		return fmt.Sprintf("Error relocating %s: %s: initial-exec TLS resolves to dynamic definition in %s", f.Object, f.Symbol, f.Other)
	case RelroFailure:
		return fmt.Sprintf("Error relocating %s: RELRO protection failed: %s", f.Object, f.Reason)
	}
	return "Error relocating " + f.Object + ": " + f.Symbol + ": symbol not found"
}

// Mapping is a line `name => path`.
type Mapping struct{ Name, Path string }

// Result is what came of a replay.
type Result struct {
	System   *System
	Path     string // of the program, as it was named
	Loader   string // the name that the loader goes by: PT_INTERP, or how it was called
	Caller   string // how the loader was called
	Invalid  bool   // "Not a valid dynamic program"
	Mappings []Mapping
	Failures []Failure
	Objects  []*Object // in the order in which they were loaded, the program first
	// Deferred are the symbols that dlopen with RTLD_LAZY does not find and does not report,
	// each once. Calling one crashes the program.
	Deferred []Failure
	// RelRIgnored are the objects whose DT_RELR this loader does not know: it reports
	// nothing, and the program crashes when it runs.
	RelRIgnored []string
	// Fault is why the loader itself would crash, nil when it does not.
	Fault error
}

// ExitCode returns the exit code of the loader.
func (r *Result) ExitCode() int {
	switch {
	case r.Fault != nil:
		return ExitCrashed
	case r.Invalid:
		return ExitInvalid
	case len(r.Failures) > 0:
		return ExitFailed
	}
	return ExitLoaded
}

// Write prints what `ldd` prints, without addresses: first what was found, on out, then what
// was not, on diag. In verbatim order lines come as the loader writes them, again and again
// where it does; otherwise they are sorted and unique.
func (r *Result) Write(out, diag io.Writer, verbatim bool) error {
	if r.Invalid {
		_, err := fmt.Fprintf(diag, "%s: %s: Not a valid dynamic program\n", r.Caller, r.Path)
		return err
	}
	found := make([]string, len(r.Mappings))
	for i, m := range r.Mappings {
		found[i] = "\t" + m.Name + " => " + m.Path
	}
	if err := write(out, append([]string{"\t" + r.Loader}, canonical(found, verbatim)...)); err != nil {
		return err
	}
	failed := make([]string, len(r.Failures))
	for i, f := range r.Failures {
		failed[i] = f.String()
	}
	return write(diag, canonical(failed, verbatim))
}

func canonical(lines []string, verbatim bool) []string {
	if verbatim {
		return lines
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func write(w io.Writer, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// Close frees the files. The objects of a closed result must not be read any more.
func (r *Result) Close() {
	for _, o := range r.Objects {
		o.close()
	}
}

func (o *Object) close() {
	if o.source == nil || o.source.Keep {
		return
	}
	if o.file != nil {
		o.file.Release()
		o.file = nil
	}
	if o.source.Close != nil {
		o.source.Close()
	}
	o.source = nil
}
