package judge

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf/elftest"
	"github.com/musllint/musllint/lint/facts"
)

// file is one of a container: its content, or the target of a link.
type file struct {
	name, content string
	link          bool
}

func recipe(t testing.TB, text string) string {
	t.Helper()
	f, err := elftest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(f.Bytes())
}

func zipped(t testing.TB, files []file) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		out, err := w.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte(f.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarred(t testing.TB, files []file) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Mode: 0o755, Size: int64(len(f.content)), Typeflag: tar.TypeReg}
		if f.link {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, f.content, 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if !f.link {
			if _, err := w.Write([]byte(f.content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// archived is a static library of object files.
func archived(members ...string) string {
	var b strings.Builder
	b.WriteString("!<arch>\n")
	for i, m := range members {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", fmt.Sprintf("m%d.o/", i), 0, 0, 0, 0o644, len(m))
		b.WriteString(m)
		if len(m)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

const (
	muslAddon  = "elf: library\nneeded: libc.musl-x86_64.so.1\nundefined: napi_create_object malloc\n"
	glibcAddon = "elf: library\nneeded: libc.so.6 ld-linux-x86-64.so.2\nundefined: napi_create_object malloc@GLIBC_2.2.5\n"
)

// wheel has an extension whose libraries find each other by its run path alone.
func wheel(t testing.TB) string {
	return zipped(t, []file{
		{name: "pkg/mod.cpython-312-x86_64-linux-musl.so", content: recipe(t, "elf: library\nneeded: libone.so libc.musl-x86_64.so.1\nrunpath: $ORIGIN/../pkg.libs\ndefined: PyInit_mod\nundefined: Py_IncRef one malloc\n")},
		{name: "pkg.libs/libone.so", content: recipe(t, "elf: library\nneeded: libtwo.so libc.musl-x86_64.so.1\ndefined: one\nundefined: two\n")},
		{name: "pkg.libs/libtwo.so", content: recipe(t, "elf: library\nneeded: libc.musl-x86_64.so.1\ndefined: two\n")},
		{name: "pkg/__init__.py", content: "import mod\n"},
	})
}

// tree is a folder with all that a scan meets.
func tree(t testing.TB) string {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"README.md": "nothing native\n",
		"node_modules/@x/a-linux-x64-gnu/a.linux-x64-gnu.node":   recipe(t, glibcAddon),
		"node_modules/@x/a-linux-x64-musl/a.linux-x64-musl.node": recipe(t, muslAddon),
		"node_modules/b/b.node":                                  recipe(t, glibcAddon),
		"dist/pkg-1.0-cp312-cp312-musllinux_1_2_x86_64.whl":      wheel(t),
		"app.jar": zipped(t, []file{{name: "native/libx.so", content: recipe(t, "elf: library\nneeded: libc.so.6\ndefined: Java_X_run\nundefined: fcntl64@GLIBC_2.28\n")}}),
		"root.tar": tarred(t, []file{
			{name: "usr/bin/app", content: recipe(t, "elf: program\ninterp: /lib/ld-musl-x86_64.so.1\nneeded: libdemo.so.1 libc.musl-x86_64.so.1\nundefined: demo malloc\n")},
			{name: "usr/lib/libdemo.so.1", content: "libdemo.so.1.2", link: true},
			{name: "usr/lib/libdemo.so.1.2", content: recipe(t, "elf: library\nneeded: libc.musl-x86_64.so.1\ndefined: demo\n")},
		}),
		"libs.tar":  tarred(t, []file{{name: "lib/libz.a", content: archived(string(objectFile("malloc", "+z")), string(objectFile("z", "fopen64")))}}),
		"static.o":  string(objectFile("malloc")),
		"truncated": recipe(t, muslAddon)[:100],
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestScan(t *testing.T) {
	t.Chdir(tree(t))
	target, err := facts.ParseTarget("alpine:3.20")
	if err != nil {
		t.Fatal(err)
	}
	const want = `app.jar!/native/libx.so: plugin unknown: loads, crashes when it calls fcntl64
dist/pkg-1.0-cp312-cp312-musllinux_1_2_x86_64.whl!/pkg/mod.cpython-312-x86_64-linux-musl.so: plugin runs
dist/pkg-1.0-cp312-cp312-musllinux_1_2_x86_64.whl!/pkg.libs/libone.so: library runs: as part of what loads it
dist/pkg-1.0-cp312-cp312-musllinux_1_2_x86_64.whl!/pkg.libs/libtwo.so: library runs
libs.tar!/lib/libz.a: archive fails: not all of it links: fopen64
node_modules/@x/a-linux-x64-gnu/a.linux-x64-gnu.node: plugin fails: misses ld-linux-x86-64.so.2, instead node_modules/@x/a-linux-x64-musl/a.linux-x64-musl.node
node_modules/@x/a-linux-x64-musl/a.linux-x64-musl.node: plugin runs
node_modules/b/b.node: plugin fails: misses ld-linux-x86-64.so.2
root.tar!/usr/bin/app: program runs
root.tar!/usr/lib/libdemo.so.1.2: library runs
static.o: object runs: links
failed truncated: damaged ELF file: the program headers at offset 0x64 lies outside of the file
`
	for _, workers := range []int{1, 2, 7} {
		s := Scan{Env: Environment{Target: target}, Workers: workers}
		r, err := s.Run(context.Background(), []string{"."})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, describeResult(r)); diff != "" {
			t.Errorf("%d workers: -want +got:\n%s", workers, diff)
		}
	}
}

func describeResult(r *Result) string {
	var b strings.Builder
	for i := range r.Artifacts {
		a := &r.Artifacts[i]
		fmt.Fprintf(&b, "%s: %s %s", a.Place(), a.Form, a.Verdict)
		if a.Summary != "" {
			fmt.Fprintf(&b, ": %s", a.Summary)
		}
		if a.Instead != "" {
			fmt.Fprintf(&b, ", instead %s", a.Instead)
		}
		b.WriteString("\n")
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "failed %s: %v\n", f.File, f.Err)
	}
	return b.String()
}

// TestScanRoot searches libraries in the root and nowhere else.
func TestScanRoot(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"usr/bin/app":              "elf: program\ninterp: /lib/ld-musl-x86_64.so.1\nneeded: libdemo.so libc.musl-x86_64.so.1\nundefined: demo\n",
		"usr/bin/other":            "elf: program\ninterp: /lib/ld-musl-x86_64.so.1\nneeded: libz.so.1 libc.musl-x86_64.so.1\nundefined: zlibVersion\n",
		"usr/local/lib/libdemo.so": "elf: library\ndefined: demo\n",
	} {
		writeRecipe(t, filepath.Join(root, filepath.FromSlash(name)), text)
	}
	target, err := facts.ParseTarget("alpine:3.20")
	if err != nil {
		t.Fatal(err)
	}
	s := Scan{Env: Environment{Target: target, Complete: true}, Root: root}
	r, err := s.Run(context.Background(), []string{filepath.Join(root, "usr")})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(describeResult(r), root, "ROOT")
	want := `ROOT/usr/bin/app: program runs
ROOT/usr/bin/other: program fails: misses libz.so.1
ROOT/usr/local/lib/libdemo.so: library runs
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestFamilies tells which artifacts are builds of one thing.
func TestFamilies(t *testing.T) {
	for _, names := range [][2]string{
		{"node_modules/@x/y-linux-x64-gnu/y.linux-x64-gnu.node", "node_modules/@x/y-linux-x64-musl/y.linux-x64-musl.node"},
		{"prebuilds/linux-x64/node.napi.glibc.node", "prebuilds/linux-x64/node.napi.musl.node"},
		{"@img/sharp-linux-x64/lib/sharp-linux-x64.node", "@img/sharp-linuxmusl-x64/lib/sharp-linuxmusl-x64.node"},
		{"runtimes/linux-x64/native/libfoo.so", "runtimes/linux-musl-x64/native/libfoo.so"},
	} {
		a, b := lint.Artifact{Path: names[0], Arch: "amd64"}, lint.Artifact{Path: names[1], Arch: "amd64"}
		if family(&a) != family(&b) {
			t.Errorf("%s and %s count as different things", names[0], names[1])
		}
	}
	a, b := lint.Artifact{Path: "x-gnu.node", Arch: "amd64"}, lint.Artifact{Path: "x-musl.node", Arch: "arm64"}
	if family(&a) == family(&b) {
		t.Error("builds for two processors count as one thing")
	}
}
