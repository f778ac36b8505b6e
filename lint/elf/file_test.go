package elf_test

import (
	"bytes"
	stdelf "debug/elf"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/elf/elftest"
)

// realFiles are ELF files of the machine that the tests run on.
func realFiles(t testing.TB, most int) []string {
	var names []string
	for _, pattern := range []string{"/usr/lib/*-linux-gnu/*.so*", "/usr/lib/lib*.so*", "/lib/ld-musl*", "/usr/bin/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found[:min(len(found), most)] {
			if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
				names = append(names, name)
			}
		}
	}
	return names
}

// What is read by way of the program headers is what the standard library reads by way of the
// section headers.
func TestLikeDebugELF(t *testing.T) {
	compared := 0
	for _, name := range realFiles(t, 300) {
		std, err := stdelf.Open(name)
		if err != nil {
			continue // a script, or a linker's text
		}
		defer std.Close()
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		f, err := elf.Open(file, info.Size())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := f.Prepare(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !f.HasDynamic() {
			continue
		}
		compared++
		if got, want := uint16(f.Machine), uint16(std.Machine); got != want {
			t.Errorf("%s: machine %d, want %d", name, got, want)
		}
		libraries, err := f.Needed()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wantLibraries, _ := std.ImportedLibraries()
		if !slices.Equal(libraries, wantLibraries) {
			t.Errorf("%s: needs %q, want %q", name, libraries, wantLibraries)
		}
		compareSymbols(t, name, f, std)
		f.Release()
	}
	if compared == 0 {
		t.Skip("no dynamic programs on this machine to compare with")
	}
	t.Logf("%d files", compared)
}

type symbol struct {
	Name, Version, Library string
	Info                   uint8
	Shndx                  uint16
	Value, Size            uint64
}

func compareSymbols(t *testing.T, name string, f *elf.File, std *stdelf.File) {
	var got, want []symbol
	err := f.Symbols(func(i uint32, s elf.Symbol) bool {
		text, err := f.SymbolName(s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		version := elf.Version{}
		row := symbol{Name: string(text), Info: s.Info, Shndx: s.Shndx, Value: s.Value, Size: s.Size}
		if s.Undefined() {
			version = f.SymbolVersion(i)
			row.Version, row.Library = version.Node, version.Library
		}
		got = append(got, row)
		return true
	})
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	symbols, err := std.DynamicSymbols()
	if err != nil {
		return // no section of symbols to compare with
	}
	for _, s := range symbols {
		row := symbol{s.Name, s.Version, s.Library, s.Info, uint16(s.Section), s.Value, s.Size}
		if row.Shndx != 0 {
			row.Version, row.Library = "", ""
		}
		want = append(want, row)
	}
	// Without DT_HASH nobody says how many undefined symbols there are behind the last hashed one.
	if diff := cmp.Diff(want[:min(len(got), len(want))], got); diff != "" {
		t.Errorf("%s: symbols (-want +got):\n%s", name, diff[:min(len(diff), 1000)])
	}
	for _, s := range symbols[:min(len(symbols), 200)] {
		key := elf.NewKey([]byte(s.Name))
		found, ok, err := f.Lookup(key)
		if defined := s.Section != stdelf.SHN_UNDEF && s.Name != "" && !s.VersionIndex.IsHidden(); defined && (!ok || err != nil) {
			t.Errorf("%s: %s is not found: %v", name, s.Name, err)
		} else if defined && found.Size != s.Size && found.Value == s.Value {
			t.Errorf("%s: %s has size %d, want %d", name, s.Name, found.Size, s.Size)
		}
	}
}

// recipe makes the file that a text describes.
func recipe(t testing.TB, text string) []byte {
	f, err := elftest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f.Bytes()
}

// read asks everything of a file that a judge asks, and returns the first error.
func read(r io.ReaderAt, size int64) error {
	f, err := elf.Open(r, size)
	if err != nil {
		return err
	}
	defer f.Release()
	f.Interp()
	f.MappedInterp()
	f.Language()
	f.Packer()
	f.Notes()
	f.RelroMapped()
	errs := []error{f.Prepare()}
	_, err = f.Needed()
	errs = append(errs, err)
	f.SoName()
	f.RunPath()
	f.BindNow()
	f.NeededVersions()
	seen := 0
	errs = append(errs, f.Symbols(func(i uint32, s elf.Symbol) bool {
		f.SymbolVersion(i)
		_, err := f.SymbolName(s)
		errs = append(errs, err)
		seen++
		return err == nil
	}))
	errs = append(errs, f.ObjectSymbols(func([]byte, elf.Symbol) bool { return true }))
	for _, name := range []string{"", "puts", "stdin", "fcntl64"} {
		_, _, err := f.Lookup(elf.NewKey([]byte(name)))
		if err != elf.ErrNoSymbols {
			errs = append(errs, err)
		}
	}
	for _, table := range f.Tables() {
		errs = append(errs, f.Relocations(table, 8, func(_, i uint32) bool {
			_, err := f.Symbol(i)
			errs = append(errs, err)
			return err == nil
		}))
	}
	return errors.Join(errs...)
}

// memory is a reader that counts.
type memory struct {
	*bytes.Reader
	read int64
}

func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	n, err := m.Reader.ReadAt(p, off)
	m.read += int64(n)
	return n, err
}

// Damaged copies of real files, cut at every page or with bits turned, give an error or an
// answer, and cost no more than the file does.
func TestDamaged(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	files := 0
	for _, name := range realFiles(t, 40) {
		whole, err := os.ReadFile(name)
		if err != nil || len(whole) > 2<<20 || !bytes.HasPrefix(whole, []byte(elf.Magic)) {
			continue
		}
		if files++; files > 12 {
			break
		}
		for end := 0; end <= len(whole); end += 4096 {
			read(bytes.NewReader(whole[:end]), int64(end))
		}
		for end := 0; end < min(len(whole), 512); end++ {
			read(bytes.NewReader(whole[:end]), int64(end))
		}
		for range 300 {
			damaged := bytes.Clone(whole)
			for range 1 + random.IntN(16) {
				at := random.IntN(len(damaged))
				if random.IntN(2) == 0 {
					at = random.IntN(min(len(damaged), 4096)) // the headers, where it hurts
				}
				damaged[at] ^= 1 << random.IntN(8)
			}
			m := &memory{Reader: bytes.NewReader(damaged)}
			read(m, int64(len(damaged)))
			if limit := 64 * int64(len(damaged)); m.read > limit {
				t.Errorf("%s: %d bytes were read of %d", name, m.read, len(damaged))
			}
		}
	}
	if files == 0 {
		t.Skip("no ELF files on this machine to damage")
	}
}

// A file that is cut short says where.
func TestTruncated(t *testing.T) {
	whole := recipe(t, "elf: program\ninterp: /lib/ld-musl-x86_64.so.1\nneeded: libc.so\nundefined: puts\n")
	for _, tt := range []struct {
		size int
		want string
	}{
		{3, "not an ELF file"},
		{10, "damaged ELF file: the ELF header at offset 0xa lies outside of the file"},
		{40, "damaged ELF file: the ELF header at offset 0x28 lies outside of the file"},
		{100, "damaged ELF file: the program headers at offset"},
	} {
		err := read(bytes.NewReader(whole[:tt.size]), int64(tt.size))
		if err == nil || len(err.Error()) < len(tt.want) || err.Error()[:len(tt.want)] != tt.want {
			t.Errorf("%d bytes: %v, want %s", tt.size, err, tt.want)
		}
	}
	if err := read(bytes.NewReader(whole), int64(len(whole))); err != nil {
		t.Errorf("whole file: %v", err)
	}
}

func FuzzFile(f *testing.F) {
	for _, text := range []string{
		"elf: program\ninterp: /lib64/ld-linux-x86-64.so.2\nneeded: libc.so.6\nundefined: fcntl64@GLIBC_2.28\n",
		"elf: library arm64\nneeded: libc.so\ndefined: f\nweak: w\n",
		"elf: library s390x\nneeded: libc.so\ndefined: f\n",
		"elf: library 386\nneeded: libc.so\ndefined: f\n",
	} {
		f.Add(recipe(f, text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &memory{Reader: bytes.NewReader(data)}
		first := read(m, int64(len(data)))
		if limit := 1<<16 + 4096*int64(len(data)); m.read > limit {
			t.Errorf("%d bytes were read of %d", m.read, len(data))
		}
		again := read(bytes.NewReader(data), int64(len(data)))
		if (first == nil) != (again == nil) || first != nil && first.Error() != again.Error() {
			t.Errorf("once %v, then %v", first, again)
		}
	})
}
