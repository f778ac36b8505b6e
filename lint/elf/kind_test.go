package elf_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/elf/elftest"
)

func openRecipe(t *testing.T, recipe string, change func(b []byte)) *elf.File {
	t.Helper()
	r, err := elftest.Parse(recipe)
	if err != nil {
		t.Fatal(err)
	}
	b := r.Bytes()
	if change != nil {
		change(b)
	}
	f, err := elf.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestLanguage(t *testing.T) {
	if got := openRecipe(t, "elf: library\nnote: Go\n", nil).Language(); got != "go" {
		t.Errorf("a file with Go's note is of %q", got)
	}
	if got := openRecipe(t, "elf: library\ndefined: f\n", nil).Language(); got != "" {
		t.Errorf("a plain file is of %q", got)
	}
	notes := openRecipe(t, "elf: program arm64\ninterp: /lib/ld-musl-aarch64.so.1\nnote: Go\n", nil).Notes()
	if !slices.Contains(notes, elf.NoteGoBuildID) {
		t.Errorf("notes are %v", notes)
	}
}

func TestPacker(t *testing.T) {
	const recipe = "elf: static\nsize: 4096\n"
	if got := openRecipe(t, recipe, nil).Packer(); got != "" {
		t.Errorf("a plain file is packed by %q", got)
	}
	packed := openRecipe(t, recipe, func(b []byte) {
		headers := 64 + 56*int(binary.LittleEndian.Uint16(b[56:]))
		copy(b[headers+4:], "UPX!")
	})
	if got := packed.Packer(); got != "upx" {
		t.Errorf("a packed file is packed by %q", got)
	}
}

func TestOSABI(t *testing.T) {
	f := openRecipe(t, "elf: library\n", func(b []byte) { b[7] = 9 })
	if f.OSABI() != elf.ABIFreeBSD {
		t.Errorf("OSABI is %d", f.OSABI())
	}
}

// Damaged notes and section headers give what there is, and never more than an error.
func TestDamagedHints(t *testing.T) {
	r, err := elftest.Parse("elf: library\nnote: Go\ndefined: f\nundefined: g\n")
	if err != nil {
		t.Fatal(err)
	}
	whole := r.Bytes()
	for i := range whole {
		for _, bit := range []byte{1, 0x80, 0xff} {
			b := bytes.Clone(whole)
			b[i] ^= bit
			f, err := elf.Open(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				continue
			}
			f.Notes()
			f.Language()
			f.Packer()
			f.HasNoCode()
			_ = f.ObjectSymbols(func([]byte, elf.Symbol) bool { return true })
		}
	}
}

// FuzzHints asks a file what it is.
func FuzzHints(f *testing.F) {
	for _, recipe := range []string{"elf: library\nnote: Go\n", "elf: object\n", "elf: static\n", "elf: program s390x\ninterp: /lib/ld64.so.1\n"} {
		r, err := elftest.Parse(recipe)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(r.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := elf.Open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		file.Notes()
		file.Language()
		file.Packer()
		file.OSABI()
		file.HasNoCode()
		_ = file.ObjectSymbols(func(name []byte, s elf.Symbol) bool { return len(name) >= 0 })
	})
}
