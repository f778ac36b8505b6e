package object

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/elf/elftest"
)

// FuzzRead reads any bytes as an object file and as a linked one: no panic, no end without
// symbols of names that the file holds.
func FuzzRead(f *testing.F) {
	for _, recipe := range []string{
		"elf: object\n", "elf: library s390x\nneeded: libc.so.6\nundefined: f g@GLIBC_2.3\nweak: h\n",
		"elf: program 386\ninterp: /lib/ld-linux.so.2\nneeded: libc.so.6\nundefined: printf@GLIBC_2.0\n",
	} {
		file, err := elftest.Parse(recipe)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
	}
	if gcc, err := exec.LookPath("gcc"); err == nil {
		dir := f.TempDir()
		source := filepath.Join(dir, "x.c")
		if err := os.WriteFile(source, []byte("int g(void); int f(void) { return g(); }\n"), 0o666); err != nil {
			f.Fatal(err)
		}
		for _, option := range []string{"-O1", "-flto"} {
			out := filepath.Join(dir, "x.o")
			if err := exec.Command(gcc, option, "-c", source, "-o", out).Run(); err != nil {
				continue
			}
			if text, err := os.ReadFile(out); err == nil {
				f.Add(text)
			}
		}
	}
	f.Add([]byte("BC\xc0\xde"))
	f.Fuzz(func(t *testing.T, text []byte) {
		start := time.Now()
		defer func() {
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("%d bytes took %v", len(text), took)
			}
		}()
		file, err := read(bytes.NewReader(text), int64(len(text)))
		if err != nil {
			return
		}
		defer file.Release()
		for _, list := range [][]Symbol{objectOf(file), linkedOf(file)} {
			for _, s := range list {
				if s.Name == "" || len(s.Name) > len(text) && !bytes.Contains(text, []byte(s.Name[:1])) {
					t.Fatalf("a symbol %q in %d bytes", s.Name, len(text))
				}
			}
		}
	})
}

func objectOf(f *elf.File) []Symbol {
	f.Type = elf.Relocatable
	list, _ := undefined(f)
	return list
}

func linkedOf(f *elf.File) []Symbol {
	f.Type = elf.Shared
	list, _, _ := imports(f)
	return list
}
