package buildcontext

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lay makes a context. Names that end in a slash are folders, "a -> b" is a link; every other
// one is a file that begins like an ELF file, unless a text follows behind a colon.
func lay(t testing.TB, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		name, text, ok := strings.Cut(name, ":")
		if !ok {
			text = elfMagic
		}
		link, target, isLink := strings.Cut(name, " -> ")
		path := filepath.Join(dir, link)
		err := os.MkdirAll(filepath.Dir(path), 0o777)
		switch {
		case err != nil:
		case isLink:
			err = os.Symlink(target, path)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o777)
		default:
			err = os.WriteFile(path, []byte(text), 0o777)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func open(t testing.TB, dir string, opt Options) *Context {
	t.Helper()
	c, err := Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// destinations writes what a selection brings, one file a word.
func destinations(b *Brought) string {
	var words []string
	for _, e := range b.Entries {
		word := e.Path
		if e.Dest != "" {
			word += "=>" + e.Dest
		}
		if e.Kind != Native {
			word += "(" + string(e.Kind) + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// These are the cases of Docker's reference of COPY and .dockerignore, and those in which
// BuildKit was asked what it does.
func TestSelect(t *testing.T) {
	context := []string{
		"app", "lib/a.so", "lib/b.so", "lib/deep/c.so", "hom1", "hom2", "xhom", "arr[0]", "link -> lib", "one -> app", "up -> ../../x",
		"abs -> /lib/a.so", "readme.md", "a/b/x", "a/b/y", "a/c/x", "dir.js/bin",
	}
	for _, test := range []struct {
		name, ignore string
		selection    Selection
		want         string
		part         bool // something that is asked for is not there
	}{
		{name: "file to file", selection: Selection{Sources: []string{"app"}, Dest: "/bin/server"}, want: "app=>/bin/server"},
		{name: "file into folder", selection: Selection{Sources: []string{"app"}, Dest: "/bin", Folder: true}, want: "app=>/bin/app"},
		{name: "folder's contents", selection: Selection{Sources: []string{"lib"}, Dest: "/usr/lib"}, want: "lib/a.so=>/usr/lib/a.so lib/b.so=>/usr/lib/b.so lib/deep/c.so=>/usr/lib/deep/c.so"},
		{name: "absolute and climbing sources", selection: Selection{Sources: []string{"/app", "../../hom1"}, Dest: "/x", Folder: true}, want: "app=>/x/app hom1=>/x/hom1"},
		{name: "wildcards", selection: Selection{Sources: []string{"hom*", "?hom"}, Dest: "/x", Folder: true}, want: "hom1=>/x/hom1 hom2=>/x/hom2 xhom=>/x/xhom"},
		{name: "a wildcard is no slash", selection: Selection{Sources: []string{"*.so"}, Dest: "/x", Folder: true}, part: true},
		{name: "contents of matched folders", selection: Selection{Sources: []string{"a/*"}, Dest: "/x", Folder: true}, want: "a/b/x=>/x/x a/c/x=>/x/x a/b/y=>/x/y"},
		{name: "escaped bracket", selection: Selection{Sources: []string{"arr[[]0]"}, Dest: "/x", Folder: true}, want: "arr[0]=>/x/arr[0]"},
		{name: "named links are followed", selection: Selection{Sources: []string{"link", "one", "abs"}, Dest: "/x", Folder: true},
			want: "lib/a.so=>/x/a.so lib/b.so=>/x/b.so lib/deep/c.so=>/x/deep/c.so app=>/x/one lib/a.so=>/x/abs"},
		{name: "never out of the context", selection: Selection{Sources: []string{"up"}, Dest: "/x", Folder: true}, part: true},
		{name: "absent", selection: Selection{Sources: []string{"dist", "app"}, Dest: "/x", Folder: true}, want: "app=>/x/app", part: true},
		{name: "a named file is looked at whatever its name", selection: Selection{Sources: []string{"readme.md"}, Dest: "/x", Folder: true}, want: "readme.md=>/x/readme.md"},
		{name: "everything", selection: Selection{Sources: []string{"."}, Dest: "/"},
			want: "a/b/x=>/a/b/x a/b/y=>/a/b/y a/c/x=>/a/c/x abs=>/abs(link) app=>/app arr[0]=>/arr[0] dir.js/bin=>/dir.js/bin hom1=>/hom1 hom2=>/hom2 lib/a.so=>/lib/a.so lib/b.so=>/lib/b.so lib/deep/c.so=>/lib/deep/c.so link=>/link(link) one=>/one(link) up=>/up(link) xhom=>/xhom"},
		{name: "exclude", selection: Selection{Sources: []string{"lib"}, Dest: "/x", Exclude: []string{"a.so", "deep"}}, want: "lib/b.so=>/x/b.so"},
		{name: "exclude does not touch named files", selection: Selection{Sources: []string{"app"}, Dest: "/x", Folder: true, Exclude: []string{"app"}}, want: "app=>/x/app"},
		{name: "parents", selection: Selection{Sources: []string{"a/b/x", "lib/deep"}, Dest: "/x", Parents: true}, want: "a/b/x=>/x/a/b/x lib/deep/c.so=>/x/lib/deep/c.so"},
		{name: "parents from a pivot", selection: Selection{Sources: []string{"a/./*/x"}, Dest: "/x", Parents: true}, want: "a/b/x=>/x/b/x a/c/x=>/x/c/x"},
		{name: "parents with two stars", selection: Selection{Sources: []string{"**/x"}, Dest: "/x", Parents: true}, want: "a/b/x=>/x/a/b/x a/c/x=>/x/a/c/x"},
		{name: "parents of all is nothing", selection: Selection{Sources: []string{"."}, Dest: "/x", Parents: true}, part: true},
		{name: "ignored", ignore: "lib/*.so\n# hom1\n\n", selection: Selection{Sources: []string{"lib", "hom1"}, Dest: "/x", Folder: true}, want: "lib/deep/c.so=>/x/deep/c.so hom1=>/x/hom1"},
		{name: "the last pattern counts", ignore: "*\n!a/b\na/b/y\n", selection: Selection{Sources: []string{"."}, Dest: "/x"}, want: "a/b/x=>/x/a/b/x"},
		{name: "only what is named", ignore: "*\n!lib/deep\n", selection: Selection{Sources: []string{"."}, Dest: "/x"}, want: "lib/deep/c.so=>/x/lib/deep/c.so"},
		{name: "a pattern of an ignore file is one of the top", ignore: "x\nc.so\n", selection: Selection{Sources: []string{"a/b", "lib/deep"}, Dest: "/x", Folder: true}, want: "a/b/x=>/x/x a/b/y=>/x/y lib/deep/c.so=>/x/c.so"},
		{name: "two stars are any folders", ignore: "**/x\n", selection: Selection{Sources: []string{"a"}, Dest: "/x"}, want: "a/b/y=>/x/b/y"},
		{name: "an ignored file is not there", ignore: "app\n", selection: Selection{Sources: []string{"app"}, Dest: "/x"}, part: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			lay(t, dir, context...)
			if test.ignore != "" {
				lay(t, dir, ".dockerignore:"+test.ignore)
			}
			b := open(t, dir, Options{}).Select(test.selection)
			if diff := cmp.Diff(test.want, destinations(b)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if b.Whole == test.part {
				t.Errorf("whole is %v, seen are %v", b.Whole, b.Seen)
			}
			if len(b.Problems) > 0 {
				t.Errorf("problems: %v", b.Problems)
			}
		})
	}
}

func TestKinds(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, "x/app.jar:"+zipMagic, "x/app.zip:"+zipMagic, "x/p.whl:"+zipMagic, "x/libc.so:INPUT(libc.so.6)", "x/run.sh:#!/bin/sh", "x/node_modules/y:text", "x/tool:#!/bin/sh", "x/ld-musl-x86_64.path:/opt/lib",
		"x.tar.gz:\x1f\x8b\x08", ".git/objects/aa")
	c := open(t, dir, Options{})
	for _, test := range []struct {
		selection Selection
		want      string
	}{
		{Selection{Sources: []string{"x"}, Dest: "/x"}, "x/app.jar=>/x/app.jar(jar) x/ld-musl-x86_64.path=>/x/ld-musl-x86_64.path(plain) x/libc.so=>/x/libc.so(plain) x/node_modules=>/x/node_modules(modules) x/p.whl=>/x/p.whl(wheel)"},
		{Selection{Sources: []string{"x.tar.gz"}, Dest: "/x", Folder: true}, ""},
		{Selection{Sources: []string{"x.tar.gz"}, Dest: "/x", Folder: true, Unpack: true}, "x.tar.gz=>/x(archive)"},
		{Selection{Sources: []string{"."}, Dest: "/x", Exclude: []string{"x"}}, ""},
	} {
		if got := destinations(c.Select(test.selection)); got != test.want {
			t.Errorf("%v:\ngot  %s\nwant %s", test.selection, got, test.want)
		}
	}
}

// The file beside the Dockerfile goes before that of the context, even when it is empty.
func TestIgnorePrecedence(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	lay(t, dir, "a", "b", ".dockerignore:a", "Dockerfile:", "Dockerfile.dev.dockerignore:b", "Dockerfile.all.dockerignore:")
	lay(t, other, "Dockerfile.dockerignore:?")
	for dockerfile, want := range map[string]string{
		"":                                     "b=>/b",
		filepath.Join(dir, "Dockerfile"):       "b=>/b",
		filepath.Join(dir, "Dockerfile.dev"):   "a=>/a",
		filepath.Join(dir, "Dockerfile.all"):   "a=>/a b=>/b",
		filepath.Join(other, "Dockerfile"):     "",
		filepath.Join(other, "Dockerfile.dev"): "b=>/b",
	} {
		b := open(t, dir, Options{Dockerfile: dockerfile}).Select(Selection{Sources: []string{"."}, Dest: "/"})
		if got := destinations(b); got != want {
			t.Errorf("%s: got %q, want %q", dockerfile, got, want)
		}
	}
	lay(t, dir, "Dockerfile.bad.dockerignore:[")
	if _, err := Open(dir, Options{Dockerfile: filepath.Join(dir, "Dockerfile.bad")}); err == nil || !strings.Contains(err.Error(), "Dockerfile.bad.dockerignore") {
		t.Errorf("a malformed pattern: %v", err)
	}
}

// A folder is walked once, whoever asks for it or for a part of it.
func TestScanIsRemembered(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, "a/b/x", "a/bc/x", "a/b0/x")
	c := open(t, dir, Options{})
	c.Select(Selection{Sources: []string{"."}, Dest: "/"})
	lay(t, dir, "a/b/late")
	if got, want := destinations(c.Select(Selection{Sources: []string{"a/b"}, Dest: "/"})), "a/b/x=>/x"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLimit(t *testing.T) {
	dir := t.TempDir()
	for i := range 20 {
		lay(t, dir, fmt.Sprintf("many/%d", i))
	}
	lay(t, dir, "few/x")
	c := open(t, dir, Options{Files: 10, Name: "ctx"})
	b := c.Select(Selection{Sources: []string{"many", "few"}, Dest: "/x", Folder: true})
	if got, want := destinations(b), "few/x=>/x/x"; got != want || b.Whole {
		t.Errorf("got %s, want %s; whole %v", got, want, b.Whole)
	}
	if len(b.Problems) != 1 || !strings.HasPrefix(b.Problems[0].Error(), "ctx/many holds more than 10 files") {
		t.Errorf("problems: %v", b.Problems)
	}
}

func TestUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := t.TempDir()
	lay(t, dir, "x/secret/y", "x/z", "x/closed")
	for _, name := range []string{"x/secret", "x/closed"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "x/secret"), 0o700) })
	b := open(t, dir, Options{Name: "."}).Select(Selection{Sources: []string{"x"}, Dest: "/x"})
	if got := destinations(b); got != "x/z=>/x/z" || b.Whole {
		t.Errorf("got %s, whole %v", got, b.Whole)
	}
	if got := fmt.Sprint(b.Problems); got != "[x/closed: permission denied x/secret: permission denied]" && got != "[x/secret: permission denied x/closed: permission denied]" {
		t.Errorf("problems: %s", got)
	}
}

// Folders within folders, further than anybody goes
func TestDeep(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	at := root
	name := strings.Repeat("d", 40)
	for range 150 { // the path as a whole is longer than Linux takes
		if err := at.Mkdir(name, 0o777); err != nil {
			t.Fatal(err)
		}
		next, err := at.OpenRoot(name)
		if err != nil {
			t.Fatal(err)
		}
		if at != root {
			at.Close()
		}
		at = next
	}
	at.Close()
	b := open(t, dir, Options{Name: "."}).Select(Selection{Sources: []string{"."}, Dest: "/"})
	if len(b.Problems) != 1 || !strings.HasSuffix(b.Problems[0].Error(), "deeper than 128 folders: not looked at") {
		t.Errorf("problems: %.200v", b.Problems)
	}
}

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, "a/b/c", "round -> round", "ping -> pong", "pong -> ping", "in -> a/b", "deep -> in/c", "top -> /", "abs -> /a/b/c", "far -> ../../../a", "gone -> nowhere")
	c := open(t, dir, Options{})
	for name, want := range map[string]string{
		"a/b/c": "a/b/c", "in/c": "a/b/c", "deep": "a/b/c", "top/in/c": "a/b/c", "abs": "a/b/c", "far/b": "a/b", "a/../a": "a", ".": ".", "../..": ".",
		"round": "", "ping": "", "gone": "", "a/b/c/d": "",
	} {
		got, err := c.resolve(name)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
	}
	if _, _, err := c.OpenFile("a"); !errors.Is(err, errNotRegular) {
		t.Errorf("a folder is opened as a file: %v", err)
	}
	if _, _, err := c.OpenFile("gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a broken link: %v", err)
	}
}

// BenchmarkScan walks a context of the size of a large node_modules without native files.
func BenchmarkScan(b *testing.B) {
	dir := b.TempDir()
	for i := range 500 {
		for j := range 100 {
			lay(b, dir, fmt.Sprintf("node_modules/p%d/lib/f%d.js:1", i, j))
		}
		lay(b, dir, fmt.Sprintf("node_modules/p%d/LICENSE:x", i), fmt.Sprintf("node_modules/p%d/package.json:x", i), fmt.Sprintf("node_modules/p%d/bin:x", i))
	}
	b.ReportAllocs()
	for b.Loop() {
		c := open(b, dir, Options{})
		if got := c.Select(Selection{Sources: []string{"."}, Dest: "/"}); len(got.Entries) != 1 {
			b.Fatal(got.Entries)
		}
	}
	b.ReportMetric(51_500, "files")
}

// FuzzSelect: whatever is asked for, only files of the context come, and land below the
// destination.
func FuzzSelect(f *testing.F) {
	f.Add("**/x\n!a\n", "a/*", "b", true)
	f.Add("*\n!lib/**/c.so\n", "../[a-c]/./?", "**", false)
	f.Add("[", "\\*", "[", true)
	f.Add("!\n/\n..\n", "link/../..", "/", false)
	dir := f.TempDir()
	lay(f, dir, "app", "lib/a.so", "lib/deep/c.so", "a/b/x", "a/c/y", "link -> lib", "up -> ../..", "loop -> loop", "node_modules/z")
	f.Fuzz(func(t *testing.T, ignore, source, exclude string, parents bool) {
		name := filepath.Join(t.TempDir(), "Dockerfile")
		if err := os.WriteFile(name+IgnoreFile, []byte(ignore), 0o666); err != nil {
			t.Fatal(err)
		}
		c, err := Open(dir, Options{Dockerfile: name})
		if err != nil {
			return
		}
		defer c.Close()
		s := Selection{Sources: []string{source, "."}, Dest: "/dest", Folder: true, Parents: parents, Exclude: []string{exclude}}
		for _, e := range c.Select(s).Entries {
			if e.Dest != "/dest" && !strings.HasPrefix(e.Dest, "/dest/") {
				t.Errorf("%q lands at %q", e.Path, e.Dest)
			}
			if _, err := os.Lstat(filepath.Join(dir, e.Path)); err != nil || !filepath.IsLocal(e.Path) {
				t.Errorf("%q is no file of the context: %v", e.Path, err)
			}
		}
	})
}

// A file whose name says that it is text costs little more than its name.
func TestScanIsCheap(t *testing.T) {
	dir := t.TempDir()
	const files = 1000
	for i := range files {
		lay(t, dir, fmt.Sprintf("node_modules/p%d/f%d.js:1", i/50, i))
	}
	allocations := testing.AllocsPerRun(3, func() {
		c, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Select(Selection{Sources: []string{"."}, Dest: "/"})
	})
	if allocations > 4*files {
		t.Errorf("%.0f allocations for %d files, budget %d", allocations, files, 4*files)
	}
}
