package elf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/elf/elftest"
)

// ltoObject is an object file with sections of the given names and contents, and no others but
// that of the names.
func ltoObject(sections ...string) []byte {
	const header, entry = 64, 64
	names := []byte("\x00.shstrtab\x00")
	type section struct{ name, offset, size uint64 }
	list := []section{{}}
	var content []byte
	add := func(name uint64, text string) {
		list = append(list, section{name, uint64(header + len(content)), uint64(len(text))})
		content = append(content, text...)
	}
	for i := 0; i < len(sections); i += 2 {
		add(uint64(len(names)), sections[i+1])
		names = append(append(names, sections[i]...), 0)
	}
	add(1, string(names))
	var b bytes.Buffer
	write := func(values ...any) {
		for _, v := range values {
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				panic(err)
			}
		}
	}
	write([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"), uint16(1), uint16(62), uint32(1), uint64(0), uint64(0),
		uint64(header+len(content)), uint32(0), uint16(header), uint16(0), uint16(0), uint16(entry), uint16(len(list)), uint16(len(list)-1), content)
	for _, s := range list {
		write(uint32(s.name), uint32(1), uint64(0), uint64(0), s.offset, s.size, uint32(0), uint32(0), uint64(1), uint64(0))
	}
	return b.Bytes()
}

// ltoSymbol is an entry of gcc's table.
func ltoSymbol(name, group string, kind byte) string {
	return name + "\x00" + group + "\x00" + string([]byte{kind, 0}) + strings.Repeat("\x08", 8) + "\x01\x00\x00\x00"
}

func TestLTOSymbols(t *testing.T) {
	one := ltoSymbol("defined", "", 0) + ltoSymbol("wanted", "", 2) + ltoSymbol("in_group", "group", 3)
	two := ltoSymbol(strings.Repeat("long", 5000), "", 4)
	for _, test := range []struct {
		what string
		file []byte
		want string // "name kind"
		err  error
	}{
		{"none", ltoObject(".text", "x"), "", nil},
		{"one table", ltoObject(".gnu.lto_.decls.1", "x", ".gnu.lto_.symtab.c0ffee", one), "defined 0,wanted 2,in_group 3", nil},
		{"two tables", ltoObject(".gnu.lto_.symtab.1", two, ".gnu.lto_.symtab.2", one), strings.Repeat("long", 5000) + " 4,defined 0,wanted 2,in_group 3", nil},
		{"another table", ltoObject(".gnu.lto_.ext_symtab.1", one, ".gnu.lto_.symta", one), "", nil},
		{"cut", ltoObject(".gnu.lto_.symtab.1", one[:len(one)-3]), "defined 0,wanted 2", &elf.DamageError{}},
		{"empty", ltoObject(".gnu.lto_.symtab.1", ""), "", nil},
	} {
		f, err := elf.Open(bytes.NewReader(test.file), int64(len(test.file)))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		err = f.LTOSymbols(func(name []byte, kind elf.LTOKind) bool {
			got = append(got, string(name)+" "+string('0'+rune(kind)))
			return true
		})
		var damage *elf.DamageError
		if strings.Join(got, ",") != test.want || errors.As(err, &damage) != (test.err != nil) || err != nil && test.err == nil {
			t.Errorf("%s: %.200q, %v", test.what, got, err)
		}
		calls := 0
		_ = f.LTOSymbols(func([]byte, elf.LTOKind) bool { calls++; return false })
		if calls > 1 {
			t.Errorf("%s: %d calls after the end", test.what, calls)
		}
	}
}

// Tables that lie on one another are not read again and again.
func TestLTOSymbolsOverlap(t *testing.T) {
	b := ltoObject(".gnu.lto_.symtab.1", strings.Repeat(ltoSymbol("x", "", 2), 100), ".gnu.lto_.symtab.2", "y", ".gnu.lto_.symtab.3", "z")
	headers := int(binary.LittleEndian.Uint64(b[40:]))
	for i := 2; i <= 3; i++ {
		copy(b[headers+i*64+24:headers+i*64+40], b[headers+64+24:headers+64+40])
	}
	f, err := elf.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var excess *elf.ExcessError
	if err := f.LTOSymbols(func([]byte, elf.LTOKind) bool { return true }); !errors.As(err, &excess) {
		t.Error(err)
	}
}

// Without section headers the hash tables tell of the symbols.
func TestLinkedSymbols(t *testing.T) {
	recipe, err := elftest.Parse("elf: library\nneeded: libc.so.6\nundefined: f g@GLIBC_2.3\nweak: h\ndefined: d e\n")
	if err != nil {
		t.Fatal(err)
	}
	b := recipe.Bytes()
	f, err := elf.Open(bytes.NewReader(b), int64(len(b)))
	if err == nil {
		err = f.Prepare()
	}
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = f.LinkedSymbols(func(i uint32, name []byte, s elf.Symbol) bool {
		text := string(name)
		if s.Undefined() {
			text = "?" + text
		}
		if v := f.SymbolVersion(i); v.Node != "" {
			text += "@" + v.Node
		}
		got = append(got, text)
		return true
	})
	slices.Sort(got)
	if want := "?f,?g@GLIBC_2.3,?h,d,e"; err != nil || strings.Join(got, ",") != want {
		t.Errorf("%q, %v", got, err)
	}
	calls := 0
	if err := f.LinkedSymbols(func(uint32, []byte, elf.Symbol) bool { calls++; return false }); calls != 1 || err != nil {
		t.Errorf("%d calls, %v", calls, err)
	}
}
