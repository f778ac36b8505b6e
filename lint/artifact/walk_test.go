package artifact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// folder writes files below a new folder; a content that begins with "->" makes a link.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		must(0, os.MkdirAll(filepath.Dir(path), 0o755))
		if target, ok := strings.CutPrefix(content, "->"); ok {
			must(0, os.Symlink(target, path))
			continue
		}
		must(0, os.WriteFile(path, []byte(content), 0o755))
	}
	return root
}

var project = map[string]string{
	"node_modules/x/build/x.node": string(lib),
	"node_modules/x/index.js":     string(text),
	"lib/libx.a":                  string(arOf(part{name: "x.o", content: obj})),
	"lib/libx.so.1.2":             string(lib),
	"lib/libx.so.1":               "->libx.so.1.2",
	"lib/libx.so":                 "/* GNU ld script */ GROUP ( libx.so.1 )",
	"a.whl":                       string(zipOf(part{name: "x.so", content: lib})),
	"empty":                       "",
	"loop":                        "->.",
	"out":                         "->../../../../etc",
	"dangling":                    "->nowhere",
}

func TestFolder(t *testing.T) {
	root := folder(t, project)
	var files, links []string
	opt := Options{
		Problem: func(p Problem) { t.Errorf("problem: %s", p) },
		Link: func(l *Link) error {
			links = append(links, must(filepath.Rel(root, l.Path))+" -> "+l.Target)
			return nil
		},
	}
	err := Walk(t.Context(), root, opt, func(f *File) error {
		c, err := f.Open()
		if err != nil {
			t.Error(err)
			return nil
		}
		defer c.Close()
		files = append(files, filepath.ToSlash(must(filepath.Rel(root, f.String()))))
		if f.In == nil && c.Size() != f.Size {
			t.Errorf("%s: size %d, and %d when opened", f, f.Size, c.Size())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"a.whl!/x.so", "lib/libx.a!/x.o", "lib/libx.so.1.2", "node_modules/x/build/x.node"}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"dangling -> nowhere", "lib/libx.so.1 -> libx.so.1.2", "loop -> .", "out -> ../../../../etc"}, links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

// A link is followed when it is what the caller named.
func TestNamedLink(t *testing.T) {
	root := folder(t, map[string]string{"real/x.so": string(lib), "dir": "->real", "file.so": "->real/x.so"})
	for _, name := range []string{"dir", "file.so"} {
		n := 0
		if err := Walk(t.Context(), filepath.Join(root, name), Options{}, func(*File) error { n++; return nil }); err != nil || n != 1 {
			t.Errorf("%s: %d files, %v", name, n, err)
		}
	}
}

func TestNamedFile(t *testing.T) {
	root := folder(t, map[string]string{
		"text": string(text), "empty": "", "text.gz": string(gzipOf(text)), "script.sh": "#!/bin/sh\nexec true, whatever follows\n", "nothing.zip": string(zipOf(part{name: "x", content: text})),
	})
	for name, want := range map[string]error{
		"text": ErrUnrecognized, "empty": ErrUnrecognized, "text.gz": ErrUnrecognized, "script.sh": ErrUnrecognized, "nothing.zip": nil,
	} {
		var problems []Problem
		path := filepath.Join(root, name)
		err := Walk(t.Context(), path, Options{Problem: func(p Problem) { problems = append(problems, p) }}, func(*File) error { return errFound })
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case want == nil && len(problems) > 0, want != nil && (len(problems) != 1 || !errors.Is(problems[0].Err, want) || problems[0].Path != path):
			t.Errorf("%s: problems %v, want %v", name, problems, want)
		}
	}
	if err := Walk(t.Context(), filepath.Join(root, "missing"), Options{}, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := Walk(t.Context(), os.DevNull, Options{}, nil); !errors.Is(err, errNotRegular) {
		t.Errorf("a device: %v", err)
	}
}

// streams is a file system whose files can only be read forwards.
type streams struct{ fs.FS }

func (s streams) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if d, ok := f.(fs.ReadDirFile); ok {
		return d, err
	}
	return struct{ fs.File }{f}, err
}

func TestWalkFS(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, s := range samples {
		fsys["samples/"+s.name] = &fstest.MapFile{Data: s.container()}
	}
	fsys["readme"] = &fstest.MapFile{Data: text}
	list := func(fsys fs.FS, name string) (out []string) {
		err := WalkFS(t.Context(), fsys, name, Options{Problem: func(p Problem) { t.Errorf("problem: %s", p) }}, func(f *File) error {
			c, err := f.Open()
			if err != nil {
				return err
			}
			defer c.Close()
			out = append(out, fmt.Sprintf("%s %d", f, c.Size()))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return out
	}
	for _, name := range []string{".", "samples", "samples/x.jar"} {
		random, forward := list(fsys, name), list(streams{fsys}, name)
		if diff := cmp.Diff(random, forward); diff != "" {
			t.Errorf("%s: (-random +forward)\n%s", name, diff)
		}
		if len(random) == 0 {
			t.Errorf("%s: nothing", name)
		}
	}
}

// Contents outlive the walk, in memory and in temporary files, and can be read by many.
func TestContentsAreKept(t *testing.T) {
	big := append(library(""), noise(300_000)...)
	root := folder(t, map[string]string{
		"plain.so": string(big), "stored.zip": string(zipOf(part{name: "x.so=stored", content: big})),
		"deflated.zip": string(zipOf(part{name: "a.so", content: big}, part{name: "b.so", content: big})),
		"x.tar.gz":     string(gzipOf(tarOf(part{name: "a.so", content: big}, part{name: "in.zip", content: zipOf(part{name: "b.so=stored", content: big})}))),
	})
	for _, memory := range []int64{1, 400_000, 64 << 20} {
		spill := t.TempDir()
		var kept []*Content
		opt := Options{Limits: Limits{Memory: memory, TempDir: spill}, Problem: func(p Problem) { t.Errorf("problem: %s", p) }}
		err := Walk(t.Context(), root, opt, func(f *File) error {
			for range 2 { // opening it again costs nothing and gives the same
				c, err := f.Open()
				if err != nil {
					return err
				}
				kept = append(kept, c)
			}
			return nil
		})
		if err != nil || len(kept) != 12 {
			t.Fatalf("%d contents, %v", len(kept), err)
		}
		if left := must(os.ReadDir(spill)); len(left) > 0 && runtime.GOOS != "windows" {
			t.Errorf("temporary files with a name: %v", left)
		}
		var wg sync.WaitGroup
		for i, c := range kept {
			wg.Go(func() {
				defer c.Close()
				b := make([]byte, 5000)
				for off := int64(0); off < c.Size(); off += 4999 {
					n, err := c.ReadAt(b, off)
					if err != nil && err != io.EOF || !bytes.Equal(b[:n], big[off:off+int64(n)]) {
						t.Errorf("content %d at %d: %d bytes, %v", i, off, n, err)
					}
				}
				if n, err := c.ReadAt(b, c.Size()); n != 0 || err != io.EOF {
					t.Errorf("content %d behind its end: %d bytes, %v", i, n, err)
				}
				c.Close()
			})
		}
		wg.Wait()
		if left := must(os.ReadDir(spill)); len(left) > 0 {
			t.Errorf("temporary files are left: %v", left)
		}
	}
}

// All memory comes back: the same walk over many files needs what one of them needs.
func TestMemoryComesBack(t *testing.T) {
	big := append(library(""), noise(300_000)...)
	var parts []part
	for i := range 50 {
		parts = append(parts, part{name: fmt.Sprintf("%d.so", i), content: big})
	}
	container := gzipOf(tarOf(parts...))
	w := newWalker(t.Context(), Options{}, func(f *File) error {
		c, err := f.Open()
		if err != nil {
			return err
		}
		return c.Close()
	})
	w.memory.left = 512 << 10
	w.memory.dir = "/nonexistent"
	err := w.outermost(&item{size: int64(len(container)), source: source{at: bytes.NewReader(container), handle: newHandle(func() {})}, head: container[:headSize]}, true)
	if err != nil {
		t.Error(err)
	}
	if w.memory.left+int64(len(w.memory.free))*chunkSize != 512<<10 {
		t.Errorf("%d bytes and %d chunks of 512 KiB are left", w.memory.left, len(w.memory.free))
	}
}

func TestNoTemporaryFiles(t *testing.T) {
	got := walkBytes(t, "x.zip", zipOf(part{name: "a.so", content: append(lib, noise(1<<20)...)}, part{name: "b.so", content: lib}),
		Limits{Memory: 64 << 10, TempDir: filepath.Join(t.TempDir(), "missing")})
	if len(got.problems) != 1 || !errors.Is(got.problems[0].Err, fs.ErrNotExist) {
		t.Errorf("problems %v, want that of the temporary folder", got.problems)
	}
	if len(got.contents) != 2 || got.contents[0] != nil || !bytes.Equal(got.contents[1], lib) {
		t.Error("the file that fits is not read")
	}
}

func TestOpenAfterVisit(t *testing.T) {
	var late *File
	container := zipOf(part{name: "a.so", content: lib})
	err := WalkReader(t.Context(), bytes.NewReader(container), int64(len(container)), "x.zip", Options{}, func(f *File) error {
		late = f
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := late.Open(); err == nil {
		t.Error("a file can be opened when the walk has gone on")
	}
}

func TestEnds(t *testing.T) {
	container := gzipOf(tarOf(part{name: "a.jar", content: zipOf(part{name: "x.so", content: lib})}, part{name: "b.so", content: lib}))
	walk := func(ctx context.Context, opt Options, visit func(*File) error) (files []string, err error) {
		err = WalkReader(ctx, bytes.NewReader(container), int64(len(container)), "x", opt, func(f *File) error {
			files = append(files, f.Inner)
			return visit(f)
		})
		return files, err
	}
	t.Run("error", func(t *testing.T) {
		if files, err := walk(t.Context(), Options{}, func(*File) error { return errFound }); err != errFound || len(files) != 1 {
			t.Error(files, err)
		}
	})
	t.Run("SkipAll", func(t *testing.T) {
		if files, err := walk(t.Context(), Options{}, func(*File) error { return fs.SkipAll }); err != nil || len(files) != 1 {
			t.Error(files, err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		opt := Options{Problem: func(p Problem) { t.Errorf("problem: %s", p) }}
		files, err := walk(ctx, opt, func(*File) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) || len(files) != 1 {
			t.Error(files, err)
		}
	})
	t.Run("SkipDir of a container", func(t *testing.T) {
		opt := Options{Container: func(c *Container) error {
			if c.Kind == Jar {
				if c.In == nil || c.In.Kind != Tar {
					t.Errorf("the jar is in %v", c.In)
				}
				return fs.SkipDir
			}
			return nil
		}}
		files, err := walk(t.Context(), opt, func(*File) error { return nil })
		if err != nil || !slices.Equal(files, []string{"b.so"}) {
			t.Error(files, err)
		}
	})
	t.Run("error of a container", func(t *testing.T) {
		if files, err := walk(t.Context(), Options{Container: func(*Container) error { return errFound }}, nil); err != errFound || files != nil {
			t.Error(files, err)
		}
	})
}

// refusals are inputs that are recognised and cannot be read, and what is said about them.
var refusals = []struct {
	name      string
	container func() []byte
	want      error
	says      string
}{
	{"thin archive", func() []byte { return []byte(thinMagic + strings.Repeat("x", 100)) }, ErrUnsupported, "x: not supported: a thin archive only names its object files, which lie elsewhere"},
	{"Alpine package of apk-tools 3", func() []byte { return []byte("ADBd" + strings.Repeat("x", 100)) }, ErrUnsupported, "x: not supported: it is an Alpine package of the ADB format (apk-tools 3)"},
	{"7z", func() []byte { return []byte("7z\xbc\xaf\x27\x1c" + strings.Repeat("x", 100)) }, ErrUnsupported, "it is a 7z archive"},
	{"encrypted", func() []byte {
		b := zipOf(part{name: "x.so", content: lib}, part{name: "y.so", content: lib})
		for i := bytes.Index(b, []byte(centralMagic)); i >= 0; {
			b[i+8] |= 1
			next := bytes.Index(b[i+4:], []byte(centralMagic))
			if next < 0 {
				break
			}
			i += 4 + next
		}
		return b
	}, ErrUnsupported, "x: not supported: 2 encrypted files in it"},
	{"unknown compression method", func() []byte {
		b := zipOf(part{name: "x.so", content: lib})
		b[bytes.Index(b, []byte(centralMagic))+10] = 14
		return b
	}, ErrUnsupported, "x!/x.so: not supported: compression method 14"},
	{"zip without a directory", func() []byte { return zipOf(part{name: "x.so", content: lib})[:100] }, ErrDamaged, "no directory at its end; it may be cut off"},
	{"part of a zip file", func() []byte {
		b := zipOf(part{name: "x.so", content: lib})
		b[len(b)-endSize+4] = 1
		return b
	}, ErrUnsupported, "the last of several parts"},
	{"wrong checksum", func() []byte {
		b := zipOf(part{name: "x.so", content: lib})
		b[bytes.Index(b, []byte(centralMagic))+16] ^= 1
		return b
	}, ErrDamaged, "x!/x.so: damaged: its checksum differs from that in the directory of the zip file"},
	{"wrong size", func() []byte {
		b := zipOf(part{name: "x.so", content: lib})
		b[bytes.Index(b, []byte(centralMagic))+24]--
		return b
	}, ErrDamaged, "x!/x.so: damaged: it is not of the"},
	{"wrong checksum of gzip", func() []byte {
		b := gzipOf(lib)
		b[len(b)-8] ^= 1
		return b
	}, ErrDamaged, "gzip: invalid checksum"},
	{"no tar header in the middle", func() []byte {
		b := tarOf(part{name: "a", content: text}, part{name: "b", content: text}, part{name: "c.so", content: lib})
		copy(b[1536:], "broken")
		return b
	}, ErrDamaged, "no tar header, or a broken one, before offset 2048"},
	{"debian package without files", func() []byte { return debOf("data.txt", text) }, ErrDamaged, "there is no data.tar in it"},
	{"debian package of lzma", func() []byte { return debOf("data.tar.lzma", []byte("\x5d\x00\x00\x80\x00")) }, ErrUnsupported, "x!/data.tar.lzma: not supported: it is not compressed in any way known here"},
	{"ar member without a size", func() []byte {
		b := arOf(part{name: "a.o", content: obj})
		copy(b[len(arMagic)+48:], "-1        ")
		return b
	}, ErrDamaged, `the member at offset 8 has no size: "-1        "`},
	{"ar member of a huge size", func() []byte {
		b := arOf(part{name: "a.o", content: obj})
		copy(b[len(arMagic)+48:], "9999999999")
		return b
	}, ErrDamaged, "the member at offset 8 ends too early: 99999998"},
	{"ar name that is not in the table", func() []byte {
		b := arOf(part{name: "a.o", content: obj})
		copy(b[len(arMagic)+arHeader+4:], "/99999999 ")
		return b
	}, ErrDamaged, "which is not in the table of names"},
	{"AppImage", func() []byte {
		b := bytes.Clone(lib)
		copy(b[8:], "AI\x02")
		return b
	}, ErrUnsupported, "the file system inside an AppImage is not opened"},
}

func TestRefusals(t *testing.T) {
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			got := walkBytes(t, "x", r.container(), Limits{})
			if len(got.problems) != 1 || !errors.Is(got.problems[0].Err, r.want) || !strings.Contains(got.problems[0].String(), r.says) {
				t.Errorf("problems %v, want %v that says %q", got.problems, r.want, r.says)
			}
		})
	}
}

// Behind a damaged header the walk goes on.
func TestGoesOnBehindDamage(t *testing.T) {
	b := tarOf(part{name: "a.so", content: lib}, part{name: "b.so", content: lib}, part{name: "c.so", content: lib})
	clear(b[2048:2560])
	copy(b[2048:], "broken")
	got := walkBytes(t, "x.tar", b, Limits{})
	if want := []string{"elf a.so", "elf c.so"}; !slices.Equal(got.files, want) || len(got.problems) != 1 {
		t.Errorf("%v, %v; want %v", got.files, got.problems, want)
	}
	z := zipOf(part{name: "a.so", content: lib}, part{name: "b.so", content: lib}, part{name: "c.so", content: lib})
	second := bytes.Index(z[4:], []byte(zipLocal)) + 4
	clear(z[second : second+4])
	got = walkBytes(t, "x.zip", z, Limits{})
	if want := []string{"elf a.so", "elf c.so"}; !slices.Equal(got.files, want) || len(got.problems) != 1 {
		t.Errorf("%v, %v; want %v", got.files, got.problems, want)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	var parts []part
	for i := range 500 {
		parts = append(parts, part{name: fmt.Sprintf("%d.so", i), content: []byte("\xff\xff\xff\xff")})
	}
	got := walkBytes(t, "x.zip", zipRaw(parts...), Limits{})
	if len(got.problems) != maxProblems+1 {
		t.Fatalf("%d problems", len(got.problems))
	}
	if last := got.problems[maxProblems].String(); last != "x.zip: limit reached: more than 100 problems in it, of which the others are not told" {
		t.Errorf("the last problem is %q", last)
	}
}

// unreadable is a file system in which some things cannot be read.
type unreadable struct{ fstest.MapFS }

func (u unreadable) Open(name string) (fs.File, error) {
	if strings.Contains(name, "secret") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.Open(name)
}

func (u unreadable) ReadDir(name string) ([]fs.DirEntry, error) {
	if strings.Contains(name, "closed") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.ReadDir(name)
}

func TestUnreadable(t *testing.T) {
	fsys := unreadable{fstest.MapFS{"a/secret.so": {Data: lib}, "b/closed/x.so": {Data: lib}, "c/x.so": {Data: lib}}}
	var got []string
	opt := Options{Problem: func(p Problem) {
		got = append(got, p.String())
		if !errors.Is(p.Err, fs.ErrPermission) {
			t.Errorf("%v is not a matter of permission", p)
		}
	}}
	err := WalkFS(t.Context(), fsys, ".", opt, func(f *File) error { got = append(got, f.Path); return nil })
	want := []string{"a/secret.so: permission denied", "b/closed: permission denied", "c/x.so"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	if err := WalkFS(t.Context(), fsys, "b/closed", Options{}, nil); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a folder that the caller names: %v", err)
	}
}

// Every file of a folder has a budget of its own.
func TestBudgetIsPerFile(t *testing.T) {
	bomb := string(zeros(lib, 4<<20))
	root := folder(t, map[string]string{"a.gz": bomb, "b.gz": bomb, "c.gz": string(gzipOf(lib))})
	opened, problems := 0, 0
	opt := Options{Limits: Limits{Bytes: 1 << 20}, Problem: func(p Problem) { problems++ }}
	err := Walk(t.Context(), root, opt, func(f *File) error {
		if c, err := f.Open(); err == nil {
			opened++
			c.Close()
		}
		return nil
	})
	if err != nil || opened != 1 || problems != 2 {
		t.Errorf("%d opened, %d problems, %v", opened, problems, err)
	}
}

func TestInBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1 << 10: "1 KiB", 1536: "1.5 KiB", 256 << 20: "256 MiB", 4 << 30: "4 GiB", 1<<63 - 1: "8589934592 GiB"} {
		if got := inBytes(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
