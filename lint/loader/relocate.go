package loader

import (
	"errors"
	"slices"

	"github.com/musllint/musllint/lint/elf"
)

// relocateAll works through the relocations of all objects, those of the program last since
// it may copy what the libraries relocate.
func (r *replay) relocateAll() {
	objects := r.result.Objects
	for _, o := range slices.Concat(objects[1:], objects[:1]) {
		r.relocate(o)
	}
}

// relocate works through the relocations of one object: reloc_all and do_relocs.
func (r *replay) relocate(o *Object) {
	if o.file == nil || r.over() {
		return
	}
	o.now = r.lazy && o.file.BindNow()
	for _, t := range o.file.Tables() {
		err := o.file.Relocations(t, r.arch.relative, func(number, symbol uint32) bool {
			r.relocateOne(o, number, symbol)
			return !r.over()
		})
		r.crash(err)
		if r.over() {
			return
		}
	}
	if o.file.HasRelR() && !r.rules.relr {
		r.result.RelRIgnored = append(r.result.RelRIgnored, o.Name)
	}
	if !o.file.RelroMapped() {
		if r.rules.relroErrno {
			r.errno = noMemory
		}
		r.fail(Failure{Kind: RelroFailure, Object: o.Name, Reason: string(r.errno)})
	}
	o.symbols = nil
}

func (r *replay) relocateOne(o *Object, number, index uint32) {
	k := r.kind(number)
	owner := o // of the definition
	if index != 0 {
		var ok bool
		if owner, ok = r.reference(o, number, index, k); !ok {
			return
		}
	}
	switch {
	case k == unsupported:
		r.failType(o, number)
	case k == copied && index == 0:
		r.crash(errors.New("a copy of nothing"))
	case k == tlsStatic && r.dynamicTLS(owner):
		r.failTLS(o, index, owner)
	}
}

// reference finds the definition of the symbol that a relocation names; nil for a weak one
// that nothing defines. ok is false when the relocation ends here.
func (r *replay) reference(o *Object, number, index uint32, k kind) (owner *Object, ok bool) {
	found, missing := ask(k)
	known := o.state(index)
	if known&found != 0 && (k != tlsStatic || !r.runtime) {
		return &r.self, true // which object it was does not matter
	}
	if known&missing != 0 && known&reportedMissing != 0 && !r.options.Verbatim {
		return nil, false
	}
	s, err := o.file.Symbol(index)
	if err != nil {
		r.crash(err)
		return nil, false
	}
	if r.isLocal(s) {
		return o, true
	}
	name, err := o.file.SymbolName(s)
	if err != nil {
		r.crash(err)
		return nil, false
	}
	if owner = r.resolve(o, index, name, k); r.result.Fault != nil {
		return nil, false
	}
	if owner != nil {
		o.mark(index, found)
		return owner, true
	}
	o.mark(index, missing)
	if s.Undefined() && s.Bind() == elf.STBWeak {
		if k == tlsModule || k == tlsStatic || k == tlsDesc || k == copied && s.Size > 0 {
			// The loader looks into the object that has the definition, and there is none.
			r.crash(errors.New("a weak reference to thread-local or copied data that nothing defines"))
		}
		return nil, r.result.Fault == nil
	}
	f := Failure{
		Kind: SymbolFailure, Object: o.Name, Symbol: string(r.scratch),
		Version: o.file.SymbolVersion(index), Data: k != plt && s.Type() != elf.STTFunc,
	}
	if r.lazy && (k == plt || k == got) && !o.now {
		if known&deferred == 0 {
			o.mark(index, deferred)
			r.result.Deferred = append(r.result.Deferred, f)
		}
		return nil, false // retried at the next dlopen
	}
	o.mark(index, reportedMissing)
	r.fail(f)
	return nil, false
}

// isLocal reports whether a symbol stands for itself.
func (r *replay) isLocal(s elf.Symbol) bool {
	if r.rules.localByBind {
		return s.Bind() == elf.STBLocal
	}
	return s.Type() == elf.STTSection
}

func (r *replay) failType(o *Object, number uint32) {
	if !r.options.Verbatim && slices.Contains(o.badTypes, number) {
		return
	}
	o.badTypes = append(o.badTypes, number)
	r.fail(Failure{Kind: TypeFailure, Object: o.Name, Type: number})
}

// maxKnown bounds the table of what is known of symbols, in symbols. Those behind it are
// looked up again and again.
const maxKnown = 1 << 24

func (o *Object) state(index uint32) state {
	if int(index) < len(o.symbols) {
		return o.symbols[index]
	}
	return 0
}

func (o *Object) mark(index uint32, s state) {
	if index >= maxKnown {
		return
	}
	if n := int(index) + 1; n > len(o.symbols) {
		o.symbols = append(o.symbols, make([]state, n-len(o.symbols))...)
	}
	o.symbols[index] |= s
}

// kind returns what this loader makes of a type of relocation.
func (r *replay) kind(number uint32) kind {
	if number < uint32(len(r.kinds)) {
		return r.kinds[number]
	}
	return unsupported
}
