package loader

import (
	"strings"
	"unicode"

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
	runtime  bool // dlopen rather than start
	static   int  // objects that were loaded at start, whose TLS is static
	lazy     bool // dlopen with RTLD_LAZY
	opening  bool // what is loaded now is what dlopen was called with
	aborted  bool // dlopen gave up
}

// List replays `ldd path`: the start of a program, or of a library as if it were one. The
// error says that the file could not be opened at all.
func (s *System) List(files Files, path string, opt Options) (*Result, error) {
	r := s.replay(files, path, opt)
	source, err := files.Open(path, Program)
	if err != nil {
		return nil, err
	}
	return r.result, Guard(func() error { return r.list(source) })
}

func (r *replay) list(source *Source) error {
	program := &Object{Name: r.result.Path, source: source}
	r.result.Objects = []*Object{program}
	if r.mapObject(program) != noError || r.result.Fault != nil {
		r.result.Invalid = r.result.Fault == nil
		return r.readError()
	}
	if interp := program.file.MappedInterp(); interp != "" {
		r.result.Loader = interp
	}
	r.self.Name = r.result.Loader
	r.start()
	r.relocateAll()
	return r.readError()
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
		for _, name := range strings.FieldsFunc(p, func(c rune) bool { return c == ':' || unicode.IsSpace(c) }) {
			r.loadLibrary(name, nil) // what cannot be preloaded is passed over in silence
		}
	}
	r.loadNeeded(0)
	r.extendChain(0)
	r.static = len(r.result.Objects)
}

// loadNeeded loads what the objects from an index on need, and what that needs.
func (r *replay) loadNeeded(from int) {
	for i := from; i < len(r.result.Objects) && r.result.Fault == nil; i++ {
		o := r.result.Objects[i]
		for _, name := range r.needed(o) {
			if r.loadLibrary(name, o) != nil || r.result.Fault != nil {
				continue
			}
			r.fail(Failure{Kind: LoadFailure, Object: o.Name, Library: name, Reason: string(r.errno)})
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

func (r *replay) fail(f Failure) { r.result.Failures = append(r.result.Failures, f) }

// crash notes the first reason for which the loader would crash.
func (r *replay) crash(err error) {
	if err != nil && r.result.Fault == nil {
		r.result.Fault = err
	}
}

// readError is the error of a reader, which says nothing about the file.
func (r *replay) readError() error {
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
	case s.file != nil:
		o.file = s.file
		return r.placeable(o)
	}
	f, err := elf.OpenAs(s.Reader, s.Size, r.arch.layout)
	if err != nil {
		return noExec
	}
	if !f.HasDynamic() || f.Type != elf.Executable && f.Type != elf.Shared {
		return noExec
	}
	o.file = f
	if s.Keep {
		s.file = f
	}
	if e := r.placeable(o); e != noError {
		return e
	}
	r.crash(f.Prepare())
	return noError
}

// placeable reports whether there is room for an object. One that is not relocatable has to
// lie at its address, where another one may lie already.
func (r *replay) placeable(o *Object) errno {
	start, end, ok := o.file.Extent()
	if !ok {
		return invalid
	}
	if o.file.Type == elf.Shared || start == 0 {
		return noError
	}
	for _, other := range r.result.Objects {
		if other == o || other.file == nil || other.file.Type == elf.Shared {
			continue
		}
		if s, e, _ := other.file.Extent(); start < e && s < end {
			return busy
		}
	}
	return noError
}
