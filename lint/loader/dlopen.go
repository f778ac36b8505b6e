package loader

import "github.com/musllint/musllint/lint/elf"

// Dlopen replays a running program that opens a library. host is what the program and what
// it has loaded export, in their order; the first of them is the program. With lazy the
// mode is RTLD_LAZY.
func (s *System) Dlopen(files Files, host []*Library, path string, lazy bool, opt Options) (*Result, error) {
	r := s.replay(files, path, opt)
	for i, l := range host {
		o := &Object{Name: path, source: &Source{Library: l, Keep: true}}
		if i == 0 {
			o.Name = ""
		}
		r.result.Objects = append(r.result.Objects, o)
	}
	return r.answer(func() {
		r.start()
		r.loadLibrary("libc.so", nil) // the program itself needs it
		r.result.Mappings = nil
		r.extendChain(len(r.chain))
		r.static = len(r.result.Objects)
		r.runtime, r.lazy = true, lazy
		r.dlopen(path)
	})
}

func (r *replay) dlopen(path string) {
	r.opening = true
	o := r.loadLibrary(path, r.result.Objects[0])
	r.opening = false
	if o == nil {
		r.fail(Failure{Kind: OpenFailure, Library: path, Reason: string(r.errno)})
		return
	}
	r.loadNeeded(r.static)
	r.extendChain(r.static)
	for _, o := range r.result.Objects[r.static:] {
		r.relocate(o)
	}
}

// dynamicTLS reports whether the TLS of an object has no fixed place: it was loaded by
// dlopen.
func (r *replay) dynamicTLS(o *Object) bool {
	if !r.runtime || o.file == nil {
		return false
	}
	if tls, ok := o.file.Segment(elf.PTTLS); !ok || tls.MemSize == 0 {
		return false
	}
	for _, old := range r.result.Objects[:r.static] {
		if old == o {
			return false
		}
	}
	return true
}

func (r *replay) failTLS(o *Object, index uint32, owner *Object) {
	symbol := ""
	if index != 0 { // otherwise the loader prints what is left in a variable
		if s, err := o.file.Symbol(index); err == nil {
			if name, err := o.file.SymbolName(s); err == nil {
				symbol = string(name)
			}
		}
	}
	r.fail(Failure{Kind: TLSFailure, Object: o.Name, Symbol: symbol, Other: owner.Name})
	r.aborted = true // this error ends dlopen in any case
}
