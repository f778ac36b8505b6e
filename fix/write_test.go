package fix

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// opened is a folder with files, as a tree.
func opened(t *testing.T, f files) (*Tree, string) {
	t.Helper()
	dir := t.TempDir()
	f.write(t, dir)
	tree, err := OpenTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree, dir
}

// changed are changes of files of a tree: a new text by name, and none for a file that goes.
func changed(t *testing.T, tree *Tree, texts map[string]string) []Change {
	t.Helper()
	d := NewDraft(tree)
	for name, text := range texts {
		e, err := d.entry(name)
		if err != nil {
			t.Fatal(err)
		}
		f := File{Content: []byte(text)}
		if e.now != nil {
			f.Mode = e.now.Mode
		}
		if d.put(name, f); text == "" {
			d.remove(name)
		}
	}
	return d.Changes()
}

func TestWrite(t *testing.T) {
	tree, dir := opened(t, files{"a": "1\n", "+sub/b": "2\n", "gone": "3\n", "same": "4\n"})
	err := tree.Write(t.Context(), changed(t, tree, map[string]string{"a": "one\n", "sub/b": "two\n", "gone": "", "same": "4\n", "new/er/c": "5\n"}))
	if err != nil {
		t.Fatal(err)
	}
	want := files{"a": "one\n", "+sub/b": "two\n", "same": "4\n", "new/er/c": "5\n"}
	if diff := cmp.Diff(want, readFiles(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWriteKeepsMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes")
	}
	tree, dir := opened(t, files{"a": "1\n"})
	file := filepath.Join(dir, "a")
	for _, mode := range []fs.FileMode{0o640, 0o400, 0o777, 0o755 | fs.ModeSetgid} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		if err := tree.Write(t.Context(), changed(t, tree, map[string]string{"a": mode.String()})); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode() & (fs.ModePerm | fs.ModeSetgid); got != mode {
			t.Errorf("mode %v became %v", mode, got)
		}
	}
}

// When one file cannot be written, none is, and nothing is left behind.
func TestWriteAllOrNone(t *testing.T) {
	before := files{"a": "1\n", "b": "2\n", "d": "4\n"}
	for _, tt := range []struct {
		name    string
		disturb func(dir string) error
		texts   map[string]string
		want    string
	}{
		{"changed by somebody else", func(dir string) error { return os.WriteFile(filepath.Join(dir, "b"), []byte("other\n"), 0o644) },
			map[string]string{"a": "one\n", "b": "two\n"}, "b: it was changed by somebody else meanwhile"},
		{"gone", func(dir string) error { return os.Remove(filepath.Join(dir, "b")) },
			map[string]string{"a": "one\n", "b": "two\n"}, "b: no such file or directory"},
		{"there by now", func(dir string) error { return os.WriteFile(filepath.Join(dir, "c"), nil, 0o644) },
			map[string]string{"a": "one\n", "new/x": "new\n", "c": "three\n"}, "c: file already exists"},
		{"a folder that is a file", func(string) error { return nil },
			map[string]string{"a": "one\n", "d/e": "five\n"}, "d/e: not a directory"},
	} {
		tree, dir := opened(t, before)
		var changes []Change
		if tt.name == "a folder that is a file" {
			changes = append(changed(t, tree, map[string]string{"a": "one\n"}), Change{To: "d/e", After: File{Content: []byte("x")}})
		} else {
			changes = changed(t, tree, tt.texts)
		}
		if err := tt.disturb(dir); err != nil {
			t.Fatal(err)
		}
		want := readFiles(t, dir)
		err := tree.Write(t.Context(), changes)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
		if diff := cmp.Diff(want, readFiles(t, dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
			t.Errorf("%s: a folder is left behind", tt.name)
		}
	}
}

// What was done is taken back when a later step fails.
func TestWriteUndo(t *testing.T) {
	before := files{"a": "1\n", "+b": "2\n", "gone": "3\n"}
	tree, dir := opened(t, before)
	w := writing{tree: tree}
	changes := changed(t, tree, map[string]string{"a": "one\n", "b": "two\n", "gone": "", "new/x": "new\n"})
	for i := range changes {
		if err := w.prepare(&changes[i]); err != nil {
			t.Fatal(err)
		}
	}
	w.steps = append(w.steps, w.removals...)
	for i := range w.steps {
		if w.steps[i].name == "b" {
			continue // it has not been done yet
		}
		if err := w.steps[i].do(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.undo(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, readFiles(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWriteCancelled(t *testing.T) {
	tree, dir := opened(t, files{"a": "1\n"})
	changes := changed(t, tree, map[string]string{"a": "one\n"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tree.Write(ctx, changes); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(files{"a": "1\n"}, readFiles(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not everybody may make links")
	}
	tree, dir := opened(t, files{"real/a": "1\n"})
	outside := t.TempDir()
	files{"secret": "s\n"}.write(t, outside)
	for name, target := range map[string]string{
		"near": "real/a", "folder": "real", "whole": filepath.Join(dir, "real", "a"), "out": filepath.Join(outside, "secret"),
		"outdir": outside, "up": "../../../../../../etc/passwd", "nothing": "missing", "circle": "circle", "twice": "folder/a",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"near": "real/a", "folder/a": "real/a", "whole": "real/a", "twice": "real/a", "real/../near": "real/a",
		"folder/new": "real/new", "missing": "missing", "real/a": "real/a",
	} {
		if got, err := tree.Resolve(name); err != nil || got != want {
			t.Errorf("%s is %s, %v, want %s", name, got, err, want)
		}
	}
	for _, name := range []string{"out", "outdir/secret", "outdir/new", "up", "../x", filepath.Join(outside, "secret")} {
		if got, err := tree.Resolve(name); !errors.Is(err, ErrRefused) {
			t.Errorf("%s is %s, %v", name, got, err)
		}
		if _, err := tree.Read(name); !errors.Is(err, ErrRefused) {
			t.Errorf("%s is read: %v", name, err)
		}
		err := tree.Write(t.Context(), []Change{{To: name, After: File{Content: []byte("x")}}})
		if !errors.Is(err, ErrRefused) {
			t.Errorf("%s is written: %v", name, err)
		}
	}
	for _, name := range []string{"nothing", "circle"} {
		if _, err := tree.Read(name); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := tree.Write(t.Context(), changed(t, tree, map[string]string{"near": "one\n"})); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "real", "a")); err != nil || string(text) != "one\n" {
		t.Errorf("%q, %v", text, err)
	}
	if target, err := os.Readlink(filepath.Join(dir, "near")); err != nil || target != "real/a" {
		t.Errorf("the link is one to %q, %v", target, err)
	}
	if text, _ := os.ReadFile(filepath.Join(outside, "secret")); string(text) != "s\n" {
		t.Errorf("the file outside is %q", text)
	}
}

// A tree of several folders knows files of the others by their absolute names.
func TestFolders(t *testing.T) {
	here, there := t.TempDir(), t.TempDir()
	files{"a": "1\n"}.write(t, here)
	files{"sub/b": "2\n"}.write(t, there)
	tree, err := OpenTree(here, there)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	far := filepath.Join(there, "sub", "b")
	if err := tree.Write(t.Context(), changed(t, tree, map[string]string{"a": "one\n", far: "two\n", filepath.Join(here, "c"): "3\n"})); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files{"a": "one\n", "c": "3\n"}, readFiles(t, here)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(files{"sub/b": "two\n"}, readFiles(t, there)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
