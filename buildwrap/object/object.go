// Package object tells what an object file, a program or a library wants from elsewhere.
package object

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/musllint/musllint/lint/elf"
)

// Symbol is a function or variable that a file does not have itself.
type Symbol struct {
	Name    string
	Version string // that it has to have, of a linked file: "GLIBC_2.34"
	Library string // that is to have that version: "libc.so.6"
	Weak    bool   // it may be missing
}

var (
	// ErrNotELF says that a file is neither ELF nor LLVM's bitcode.
	ErrNotELF = elf.ErrNotELF
	// ErrBitcode says that a file is for LLVM to optimize when it is linked: what it wants is
	// known after that.
	ErrBitcode = errors.New("LLVM bitcode")
	// ErrKind says that an object file was expected and the file is linked, or the other way.
	ErrKind = errors.New("an ELF file of another kind")
)

// open opens an ELF file. done releases it.
func open(path string) (f *elf.File, done func(), err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: %w", path, ErrNotELF)
	}
	f, err = read(file, info.Size())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, func() { f.Release(); _ = file.Close() }, nil
}

func read(r io.ReaderAt, size int64) (*elf.File, error) {
	f, err := elf.Open(r, size)
	if errors.Is(err, elf.ErrNotELF) && isBitcode(r) {
		err = ErrBitcode
	}
	return f, err
}

// isBitcode knows bitcode with and without its wrapper.
func isBitcode(r io.ReaderAt) bool {
	var head [4]byte
	_, _ = r.ReadAt(head[:], 0)
	return bytes.Equal(head[:], []byte("BC\xc0\xde")) || bytes.Equal(head[:], []byte("\xde\xc0\x17\x0b"))
}

// Undefined returns the symbols that an object file wants, in the order of its symbol table.
// Where gcc left its intermediate code alone, it is that code's symbols before optimization.
func Undefined(path string) ([]Symbol, error) {
	f, done, err := open(path)
	if err != nil {
		return nil, err
	}
	defer done()
	list, err := undefined(f)
	if err != nil {
		return list, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// ltoSlim is a variable that marks an object file without machine code.
const ltoSlim = "__gnu_lto_slim"

func undefined(f *elf.File) ([]Symbol, error) {
	if f.Type != elf.Relocatable {
		return nil, ErrKind
	}
	var list []Symbol
	symbols, slim := 0, false
	err := f.ObjectSymbols(func(name []byte, s elf.Symbol) bool {
		symbols++
		switch {
		case s.Common() && string(name) == ltoSlim:
			slim = true
		case s.Undefined() && len(name) > 0:
			list = append(list, Symbol{Name: string(name), Weak: s.Bind() == elf.STBWeak})
		}
		return true
	})
	if err != nil || symbols > 0 && !slim {
		return list, err
	}
	// Code and intermediate code may both be there, after a link with -r.
	seen := make(map[string]bool, len(list))
	for _, s := range list {
		seen[s.Name] = true
	}
	err = f.LTOSymbols(func(name []byte, kind elf.LTOKind) bool {
		if (kind == elf.LTOUndefined || kind == elf.LTOWeakUndefined) && len(name) > 0 && !seen[string(name)] {
			list = append(list, Symbol{Name: string(name), Weak: kind == elf.LTOWeakUndefined})
			seen[string(name)] = true
		}
		return true
	})
	return list, err
}

// Imports returns the symbols that a program or library wants from the libraries it is linked
// with, and those libraries as it names them: "libc.so.6". A static program wants none.
func Imports(path string) (symbols []Symbol, needed []string, err error) {
	f, done, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	symbols, needed, err = imports(f)
	if err != nil {
		return symbols, needed, fmt.Errorf("%s: %w", path, err)
	}
	return symbols, needed, nil
}

func imports(f *elf.File) (list []Symbol, needed []string, err error) {
	if f.Type != elf.Executable && f.Type != elf.Shared {
		return nil, nil, ErrKind
	}
	if err := f.Prepare(); err != nil || !f.HasDynamic() {
		return nil, nil, err
	}
	if needed, err = f.Needed(); err != nil {
		return nil, needed, err
	}
	err = f.LinkedSymbols(func(i uint32, name []byte, s elf.Symbol) bool {
		if s.Undefined() && len(name) > 0 {
			text := string(name) // before the version is read
			v := f.SymbolVersion(i)
			list = append(list, Symbol{Name: text, Version: v.Node, Library: v.Library, Weak: s.Bind() == elf.STBWeak})
		}
		return true
	})
	return list, needed, err
}
