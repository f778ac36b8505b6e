package loader

import (
	"errors"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/elf"
)

// Options say how the loader is called. The zero value is `ldd FILE` in an empty environment.
type Options struct {
	LibraryPath string   // LD_LIBRARY_PATH
	Preload     []string // LD_PRELOAD
	// Caller is the name by which the loader is called, which it prints where a file names
	// no loader itself. Empty: where it lies on every system.
	Caller string
	// Verbatim keeps every failure in the order of the loader, which repeats itself; otherwise
	// a failure of an object is kept once.
	Verbatim bool
	// FirstError ends a dlopen at its first error, as the loader does. Otherwise the other
	// ones that stand in the way are found too.
	FirstError bool
}

// replay is the loader at work: the variables of ldso/dynlink.c.
type replay struct {
	*System
	files    Files
	options  Options
	result   *Result
	self     Object          // libc.so
	loaded   bool            // self is among the objects
	chain    []*Object       // the global symbol table
	reported map[string]bool // reserved names that were printed
	errno    errno
	search   string // the system's search path
	searched bool   // search is known
	assumed  bool   // a Library is in the chain
	memo     map[string]state
	scratch  []byte
	runtime  bool  // dlopen rather than start
	static   int   // objects that were loaded at start, whose TLS is static
	lazy     bool  // dlopen with RTLD_LAZY
	opening  bool  // what is loaded now is what dlopen was called with
	aborted  bool  // dlopen gave up
	effort   int   // spent on the search of libraries
	printed  int   // bytes of failures
	unread   error // why there is no answer
}

// List replays `ldd path`: the start of a program, or of a library as if it were one. The
// error says that there is no answer: the file could not be opened, or a file could not be
// read to where it matters.
func (s *System) List(files Files, path string, opt Options) (*Result, error) {
	r := s.replay(files, path, opt)
	source, err := files.Open(path, Program)
	if err != nil {
		return nil, err
	}
	r.result.Objects = []*Object{{Name: path, source: source}}
	return r.answer(r.list)
}

func (r *replay) list() {
	program := r.result.Objects[0]
	if r.mapObject(program) != noError || r.result.Fault != nil {
		r.result.Invalid = r.result.Fault == nil
		return
	}
	interp, ok, err := program.file.MappedInterp()
	if ok {
		r.result.Loader = interp
	}
	r.crash(err)
	r.self.Name = r.result.Loader
	r.start()
	r.relocateAll()
}

// answer replays what do does, and returns what came of it.
func (r *replay) answer(do func()) (*Result, error) {
	err := Guard(func() error {
		do()
		return r.readError()
	})
	if err != nil {
		r.result.Close()
		return nil, err
	}
	return r.result, nil
}

func (s *System) replay(files Files, path string, opt Options) *replay {
	caller := opt.Caller
	if caller == "" {
		caller = s.LoaderPath()
	}
	return &replay{
		System: s, files: files, options: opt, errno: noError, reported: map[string]bool{},
		self:   Object{Name: caller, short: "libc.so", libc: true},
		result: &Result{System: s, Path: path, Loader: caller, Caller: caller},
	}
}

// start loads what the program needs and makes the symbols of all of it known.
func (r *replay) start() {
	for _, p := range r.options.Preload {
		for _, name := range strings.FieldsFunc(p, func(c rune) bool { return strings.ContainsRune(": \t\n\v\f\r", c) }) {
			r.loadLibrary(name, nil) // what cannot be preloaded is passed over in silence
		}
	}
	r.loadNeeded(0)
	r.extendChain(0)
	r.static = len(r.result.Objects)
}

// loadNeeded loads what the objects from an index on need, and what that needs.
func (r *replay) loadNeeded(from int) {
	for i := from; i < len(r.result.Objects); i++ {
		o := r.result.Objects[i]
		for _, name := range r.needed(o) {
			if r.over() {
				return
			}
			if r.loadLibrary(name, o) == nil && r.result.Fault == nil {
				r.fail(Failure{Kind: LoadFailure, Object: o.Name, Library: name, Reason: string(r.errno)})
			}
		}
	}
}

func (r *replay) needed(o *Object) []string {
	switch {
	case o.libc:
		return nil
	case o.source.Library != nil:
		return o.source.Library.Needed
	}
	names, err := o.file.Needed()
	r.crash(err)
	return names
}

// extendChain makes the symbols of the objects from an index on global.
func (r *replay) extendChain(from int) {
	for _, o := range r.result.Objects[from:] {
		r.chain = append(r.chain, o)
		r.assumed = r.assumed || o.Assumed()
	}
}

// maxFailures bounds the failures of a replay, in bytes of their texts.
const maxFailures = 128 << 20

func (r *replay) fail(f Failure) {
	if r.printed += len(f.Symbol) + len(f.Library) + len(f.Object); r.printed > maxFailures {
		r.crash(&elf.ExcessError{What: "the list of errors"})
		return
	}
	r.result.Failures = append(r.result.Failures, f)
	r.aborted = r.runtime && r.options.FirstError
}

// crash notes the first reason for which the loader would crash.
func (r *replay) crash(err error) {
	if err != nil && r.result.Fault == nil {
		r.result.Fault = err
	}
}

// over reports whether nothing of interest happens any more.
func (r *replay) over() bool { return r.result.Fault != nil || r.aborted }

// readError is an error that says nothing about what the loader does: that of a reader, or of
// a file that nobody reads to its end.
func (r *replay) readError() error {
	var excess *elf.ExcessError
	switch {
	case r.unread != nil:
		return r.unread
	case errors.As(r.result.Fault, &excess):
		return r.result.Fault
	}
	for _, o := range r.result.Objects {
		if o.file != nil && o.file.Err() != nil {
			return o.file.Err()
		}
	}
	return nil
}

// mapObject reads the headers of a file, as map_library does.
func (r *replay) mapObject(o *Object) errno {
	s := o.source
	switch {
	case s.Library != nil:
		return noError
	case s.Dir:
		return isDir
	}
	f := s.file
	if f == nil {
		var err error
		if f, err = elf.OpenAs(s.Reader, s.Size, r.arch.layout); err != nil {
			if damage := (*elf.DamageError)(nil); !errors.As(err, &damage) {
				r.crash(err)
				r.unread = err
			}
			return noExec
		}
		if !f.HasDynamic() || f.Type != elf.Executable && f.Type != elf.Shared {
			return noExec
		}
	}
	o.file = f
	if e := r.place(o); e != noError {
		return e
	}
	r.crash(f.Prepare())
	if s.Keep {
		s.file = f
	}
	return noError
}

const (
	// lowestAddress is vm.mmap_min_addr as ARM's kernels have it; others have twice as much.
	// No linker goes as low.
	lowestAddress = 1 << 15
	// addressSpace is what a process of 64 bits has on most processors.
	addressSpace = 1 << 47
)

// place finds room for an object. Linux gives it the address that it asks for where that is
// free, and one that is not relocatable has to have it.
func (r *replay) place(o *Object) errno {
	start, end, ok := o.file.Extent()
	if !ok {
		return invalid
	}
	if end-start >= addressSpace { // also where the end is before the start
		return noMemory
	}
	o.placed = start >= lowestAddress && end < addressSpace && !r.occupied(start, end)
	if o.file.Type == elf.Executable && start != 0 && !o.placed {
		return busy
	}
	if r.rules.emptyLoadFails && o.file.HasEmptyLoad() {
		return invalid
	}
	return noError
}

// occupied reports whether an object lies between two addresses.
func (r *replay) occupied(start, end uint64) bool {
	return slices.ContainsFunc(r.result.Objects, func(o *Object) bool {
		if !o.placed {
			return false
		}
		s, e, _ := o.file.Extent()
		return start < e && s < end
	})
}
