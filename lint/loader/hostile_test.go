package loader

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/elf/elftest"
)

// memoryFiles is a file system in memory.
type memoryFiles map[string][]byte

func (m memoryFiles) Open(path string, _ Way) (*Source, error) {
	data, ok := m[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return &Source{Reader: bytes.NewReader(data), Size: int64(len(data)), ID: path}, nil
}

func systemOf(t testing.TB, arch string) *System {
	s, err := New(lint.Target{Libc: lint.Musl, Version: "1.2.5", Arch: arch})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// FuzzList gives the loader a program and a library that anybody may have written.
func FuzzList(f *testing.F) {
	for _, text := range []string{
		"elf: program\ninterp: /lib/ld-musl-x86_64.so.1\nneeded: libx.so libc.so\nundefined: x puts fcntl64\n",
		"elf: library\nneeded: libx.so\nrunpath: $ORIGIN/lib:/lib\ndefined: f\nweak: w\n",
	} {
		file, err := elftest.Parse(text)
		if err != nil {
			f.Fatal(err)
		}
		library, err := elftest.Parse("elf: library\nneeded: libx.so\ndefined: x\n")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes(), library.Bytes())
	}
	systems := []*System{systemOf(f, "amd64"), systemOf(f, "386"), systemOf(f, "s390x")}
	f.Fuzz(func(t *testing.T, program, library []byte) {
		files := memoryFiles{"/bin/x": program, "/lib/libx.so": library}
		for _, s := range systems {
			r, err := s.List(files, "/bin/x", Options{Preload: []string{"libx.so"}})
			if excess := (*elf.ExcessError)(nil); errors.As(err, &excess) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			var first, again bytes.Buffer
			if err := r.Write(&first, &first, false); err != nil {
				t.Fatal(err)
			}
			if code := r.ExitCode(); code == ExitLoaded && len(r.Failures) > 0 || code == ExitFailed && len(r.Failures) == 0 {
				t.Errorf("exit code %d with %d failures", code, len(r.Failures))
			}
			r.Close()
			if r, err = s.List(files, "/bin/x", Options{Preload: []string{"libx.so"}}); err != nil {
				t.Fatal(err)
			}
			r.Write(&again, &again, false)
			r.Close()
			if first.String() != again.String() {
				t.Errorf("first\n%sthen\n%s", first.String(), again.String())
			}
		}
	})
}

// A hash chain that goes round and a thousand names that share it end soon, and with a word.
func TestEndlessChain(t *testing.T) {
	var names []string
	for i := range 1000 {
		names = append(names, "undefined_"+strings.Repeat("x", i%50)+string(rune('a'+i%26)))
	}
	file, err := elftest.Parse("elf: library\ndefined: f\nundefined: " + strings.Join(names, " ") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	data := file.Bytes()
	f, err := elf.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Prepare(); err != nil {
		t.Fatal(err)
	}
	at, ok := f.Value(elf.DTHash)
	if !ok {
		t.Fatal("no DT_HASH to spoil")
	}
	// The one segment begins at offset 0: every element of the table becomes 1.
	start, _, _ := f.Extent()
	table := data[at-start:]
	buckets, chains := table[0], 2000
	if buckets == 0 {
		t.Fatal("no buckets")
	}
	for i := 8; i < 8+4*chains && i+4 <= len(table); i += 4 {
		copy(table[i:], []byte{1, 0, 0, 0})
	}
	started := time.Now()
	_, err = systemOf(t, "amd64").List(memoryFiles{"x": data}, "x", Options{})
	if excess := (*elf.ExcessError)(nil); !errors.As(err, &excess) {
		t.Errorf("error is %v", err)
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// The file system of an image is read as after a chroot: absolute links lead inside, and
// nothing leads out.
func TestRoot(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	root := filepath.Join(dir, "root")
	library := func(text string) []byte {
		f, err := elftest.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return f.Bytes()
	}
	write := func(name string, data []byte) {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, name); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, "usr/bin/app"), library("elf: program\ninterp: /lib/ld-musl-x86_64.so.1\nneeded: liba.so libb.so libc1.so libd.so libe.so libf.so libg.so libc.so\nundefined: a b puts\nrunpath: $ORIGIN/../share/app:/opt/lib:/usr/current/../lib:/nowhere/../opt/other:/etc/ld-musl-x86_64.path/../../opt/other\n"))
	write(filepath.Join(root, "usr/share/app/liba.so"), library("elf: library\ndefined: a\n"))
	write(filepath.Join(root, "opt/real/libb.so.1"), library("elf: library\ndefined: b\n"))
	link("/opt/real", filepath.Join(root, "opt/lib"))
	link("../../../../../../opt/real/libb.so.1", filepath.Join(root, "opt/real/libb.so"))
	write(filepath.Join(outside, "libc1.so"), library("elf: library\ndefined: c\n"))
	link(outside+"/libc1.so", filepath.Join(root, "usr/lib/libc1.so"))
	link("../../../outside/libc1.so", filepath.Join(root, "lib/libc1.so"))
	link("libd.so", filepath.Join(root, "lib/libd.so"))
	// A parent is that of where a link leads; a path through nothing, or a file, leads nowhere.
	write(filepath.Join(root, "opt/v5/lib/libf.so"), library("elf: library\ndefined: f\n"))
	link("/opt/v5/bin", filepath.Join(root, "usr/current"))
	write(filepath.Join(root, "opt/v5/bin/tool"), nil)
	write(filepath.Join(root, "opt/other/libg.so"), library("elf: library\ndefined: g\n"))
	write(filepath.Join(root, "etc/ld-musl-x86_64.path"), []byte("/lib\n/usr/lib"))

	files, err := OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	r, err := systemOf(t, "amd64").List(files, "/usr/bin/app", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out bytes.Buffer
	if err := r.Write(&out, &out, true); err != nil {
		t.Fatal(err)
	}
	want := `	/lib/ld-musl-x86_64.so.1
	liba.so => /usr/bin/../share/app/liba.so
	libb.so => /opt/lib/libb.so
	libf.so => /usr/current/../lib/libf.so
	libc.so => /lib/ld-musl-x86_64.so.1
Error loading shared library libc1.so: No such file or directory (needed by /usr/bin/app)
Error loading shared library libd.so: Symbolic link loop (needed by /usr/bin/app)
Error loading shared library libe.so: No such file or directory (needed by /usr/bin/app)
Error loading shared library libg.so: No such file or directory (needed by /usr/bin/app)
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}
