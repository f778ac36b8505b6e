package loader

import (
	"bytes"

	"github.com/musllint/musllint/lint/elf"
)

// state is what is known of a symbol, for each of the three ways to ask for it.
type state uint8

const (
	foundAny state = 1 << iota
	missingAny
	foundDefined // for a JUMP_SLOT, which wants a definition
	missingDefined
	foundCopy // for a COPY, which passes over the program
	missingCopy
	reportedMissing
	deferred
)

// ask returns the two bits of a way to ask.
func ask(k kind) (found, missing state) {
	switch k {
	case plt:
		return foundDefined, missingDefined
	case copied:
		return foundCopy, missingCopy
	}
	return foundAny, missingAny
}

// longChain is the number of objects from which on it pays to remember names.
const longChain = 4

// resolve returns the object that defines a symbol, nil when none does: find_sym.
func (r *replay) resolve(by *Object, index uint32, name []byte, k kind) *Object {
	r.scratch = append(r.scratch[:0], name...)
	key := elf.NewKey(r.scratch)
	remember := len(r.chain) >= longChain && !r.assumed && !r.runtime
	found, missing := ask(k)
	if remember {
		switch s := r.memo[string(key.Name)]; {
		case s&found != 0:
			return &r.self // any object will do
		case s&missing != 0:
			return nil
		}
	}
	o := r.lookup(by, index, key, k)
	if remember {
		if r.memo == nil {
			r.memo = map[string]state{}
		}
		if o != nil {
			r.memo[string(key.Name)] |= found
		} else {
			r.memo[string(key.Name)] |= missing
		}
	}
	return o
}

func (r *replay) lookup(by *Object, index uint32, key elf.Key, k kind) *Object {
	chain := r.chain
	if k == copied {
		chain = chain[1:]
	}
	for _, o := range chain {
		switch {
		case o.libc:
			if r.exports.HasBytes(key.Name) {
				return o
			}
		case o.source.Library != nil:
			if o.source.Library.Has(key.Name, by.version(index)) {
				return o
			}
		case r.defines(o, key, k == plt):
			return o
		}
	}
	// The names of the interfaces for large files, open64 and the like; musl has them in the
	// loader alone.
	if bytes.Contains(key.Name, []byte("64")) {
		if _, ok := r.exports.Remaps(string(key.Name)); ok {
			return &r.self
		}
	}
	return nil
}

// defines reports whether an object has a symbol in a form that the loader takes.
func (r *replay) defines(o *Object, key elf.Key, wantDefinition bool) bool {
	s, ok, err := o.file.Lookup(key)
	r.crash(err)
	if !ok {
		return false
	}
	if s.Undefined() && (wantDefinition || s.Type() == elf.STTTLS) || s.Value == 0 && s.Type() != elf.STTTLS {
		return false
	}
	switch s.Type() {
	case elf.STTNoType, elf.STTObject, elf.STTFunc, elf.STTCommon, elf.STTTLS:
	default:
		return false // STT_GNU_IFUNC above all
	}
	switch s.Bind() {
	case elf.STBGlobal, elf.STBWeak, elf.STBGNUUnique:
		return true
	}
	return false
}

func (o *Object) version(index uint32) elf.Version {
	if o.file == nil {
		return elf.Version{}
	}
	return o.file.SymbolVersion(index)
}

// isLibc reports whether a file is a C library of its own, glibc's or another musl.
func (r *replay) isLibc(o *Object) bool {
	if o.file == nil || r.result.Fault != nil {
		return false
	}
	return r.defines(o, elf.NewKey([]byte("__libc_start_main")), true) && r.defines(o, elf.NewKey([]byte("stdin")), true)
}
