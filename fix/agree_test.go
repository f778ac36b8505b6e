package fix

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files are the contents of a folder by name. A name that begins with + is that of a program.
type files map[string]string

func (f files) write(t testing.TB, dir string) {
	t.Helper()
	for name, text := range f {
		name, program := strings.CutPrefix(name, "+")
		mode := fs.FileMode(0o644)
		if program {
			mode = 0o755
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
}

func readFiles(t testing.TB, dir string) files {
	t.Helper()
	f := files{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		name = filepath.ToSlash(name)
		if info.Mode()&0o100 != 0 {
			name = "+" + name
		}
		f[name] = string(text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// requireTool returns an outside program. A test that needs it is skipped without, unless
// MUSLLINT_REQUIRE says that nothing is.
func requireTool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("MUSLLINT_REQUIRE") != "" {
		t.Fatalf("%s is not installed, and MUSLLINT_REQUIRE is set", name)
	}
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

// cases is how many generated cases a test runs: some always, all with MUSLLINT_FIX_CASES.
func cases(t testing.TB, some int) int {
	t.Helper()
	text := os.Getenv("MUSLLINT_FIX_CASES")
	if text == "" {
		return some
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("MUSLLINT_FIX_CASES=%s: want a number", text)
	}
	return n
}

// TestAgreesWithGit lets git and this package apply the same patch to the same files.
func TestAgreesWithGit(t *testing.T) {
	git := requireTool(t, "git")
	diff := requireTool(t, "diff")
	n := cases(t, 60)
	applied, refused, glued := 0, 0, 0
	for i := range n {
		g := generator{rand.New(rand.NewPCG(uint64(i), 7))}
		dir := t.TempDir()
		before := g.files()
		after := g.changed(before)
		before.write(t, filepath.Join(dir, "a"))
		after.write(t, filepath.Join(dir, "b"))
		os.MkdirAll(filepath.Join(dir, "a"), 0o755)
		os.MkdirAll(filepath.Join(dir, "b"), 0o755)
		var patch []byte
		switch g.IntN(6) {
		case 0:
			patch = output(t, dir, diff, "-ruN", "a", "b")
		case 1:
			patch = []byte(ownDiff(before, after))
		case 2:
			patch = output(t, dir, git, "diff", "--no-index", "--no-prefix", "-U1", "-M", "a", "b")
		case 3:
			patch = output(t, dir, git, "diff", "--no-index", "--no-prefix", "-C", "--find-copies-harder", "--full-index", "a", "b")
		default:
			patch = output(t, dir, git, "diff", "--no-index", "--no-prefix", "-M", "a", "b")
		}
		if len(patch) == 0 {
			continue
		}
		patch = movedNames.ReplaceAll(patch, []byte("$1$2"))
		reverse := g.IntN(4) == 0
		target := before
		if reverse {
			target = after
		}
		if g.IntN(2) == 0 {
			target = g.disturbed(target)
		}
		target.write(t, filepath.Join(dir, "git"))
		target.write(t, filepath.Join(dir, "own"))
		os.MkdirAll(filepath.Join(dir, "git"), 0o755)
		os.MkdirAll(filepath.Join(dir, "own"), 0o755)
		args := []string{"apply", "-"}
		if reverse {
			args = append(args, "--reverse")
		}
		gitErr := run(filepath.Join(dir, "git"), patch, git, args...)
		ownErr := applyTo(t, filepath.Join(dir, "own"), patch, reverse)
		if gitErr == nil && ownErr != nil && endsInContext.Match(patch) {
			glued++ // git lets such a line fit one that goes on, and joins the two
			continue
		}
		if (gitErr == nil) != (ownErr == nil) {
			t.Fatalf("case %d, reverse %v:\ngit: %v\nown: %v\nfiles: %q\n%s", i, reverse, gitErr, ownErr, target, patch)
		}
		if diff := cmp.Diff(readFiles(t, filepath.Join(dir, "git")), readFiles(t, filepath.Join(dir, "own"))); diff != "" {
			t.Fatalf("case %d, reverse %v (-git +own):\n%s\nfiles: %q\n%s", i, reverse, diff, target, patch)
		}
		if gitErr == nil {
			applied++
		} else {
			refused++
		}
		if _, conflict := errors.AsType[Conflicts](ownErr); ownErr != nil && !conflict && !strings.HasSuffix(ownErr.Error(), "was copied cannot be taken back") {
			t.Fatalf("case %d: a patch that can be read is refused: %v\ngit: %v\n%s", i, ownErr, gitErr, patch)
		}
		os.RemoveAll(dir)
	}
	t.Logf("%d applied, %d refused by both, %d by us alone", applied, refused, glued)
	if glued > n/100 {
		t.Error("too many of them")
	}
	if applied < n/4 || refused < n/20 {
		t.Errorf("of %d cases %d were applied and %d refused: the generator is lopsided", n, applied, refused)
	}
}

// endsInContext is a hunk whose last line is one that stays and has no ending.
var endsInContext = regexp.MustCompile(`(?m)^ .*\n\\ No newline`)

// movedNames are those of renamed and copied files, before which git diff --no-index leaves
// the folders that it compares.
var movedNames = regexp.MustCompile(`(?m)^((?:rename|copy) (?:from|to) )("?)[ab]/`)

// output runs a program that says by 1 that it has found differences.
func output(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, plainGit(dir)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() != 1 {
		t.Fatalf("%s %v: %s", name, args, exit.Stderr)
	}
	return out
}

func plainGit(dir string) []string {
	return append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C", "TZ=UTC")
}

func run(dir string, in []byte, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdin, cmd.Env = dir, bytes.NewReader(in), plainGit(dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// applyTo applies a patch to the files of a folder.
func applyTo(t *testing.T, dir string, text []byte, reverse bool) error {
	t.Helper()
	p, err := ReadPatch("test.patch", text)
	if err == nil && reverse {
		p, err = p.Reverse()
	}
	if err != nil {
		return err
	}
	tree, err := OpenTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	d := NewDraft(tree)
	if err := d.Apply(p); err != nil {
		return err
	}
	return tree.Write(t.Context(), d.Changes())
}

// ownDiff is our diff of two folders.
func ownDiff(before, after files) string {
	d := NewDraft(memory{})
	hold := func(f files) map[string]File {
		m := map[string]File{}
		for name, text := range f {
			name, program := strings.CutPrefix(name, "+")
			mode := fs.FileMode(0o644)
			if program {
				mode = 0o755
			}
			m[name] = File{[]byte(text), mode}
		}
		return m
	}
	old, now := hold(before), hold(after)
	for name, f := range old {
		d.Hold(name, f)
	}
	for name, f := range now {
		if _, err := d.entry(name); err != nil {
			panic(err)
		}
		d.put(name, f)
	}
	for name := range old {
		if _, ok := now[name]; !ok {
			d.remove(name)
		}
	}
	return Diff(d.Changes(), false)
}

// memory are files that are not on a disk.
type memory map[string]File

func (m memory) Read(name string) (File, error) {
	f, ok := m[name]
	if !ok {
		return File{}, fs.ErrNotExist
	}
	return f, nil
}

// generator makes up files and what becomes of them.
type generator struct{ *rand.Rand }

var fileNames = []string{
	"Dockerfile", "deploy/Dockerfile", "a b/with blanks.txt", "ü/größe.c", "日本語", "quote\"d", "tab\there",
	"back\\slash", "-dash", "a/b", "b/a", "x'y", "new\nline", "euro€ und mehr", "deep/er/and/deeper", "end ", "(1).c", "\x01ctl",
}

func (g generator) pick(list []string) string { return list[g.IntN(len(list))] }

func (g generator) files() files {
	f := files{}
	for range 1 + g.IntN(3) {
		g.add(f, g.text())
	}
	return f
}

// add puts a text under a name that is free.
func (g generator) add(f files, text string) {
	for range 20 {
		name := g.pick(fileNames)
		if f.has(name) {
			continue
		}
		if g.IntN(8) == 0 {
			name = "+" + name
		}
		f[name] = text
		return
	}
}

// has reports whether a name is taken, also as a folder or below a file.
func (f files) has(name string) bool {
	for other := range f {
		other = strings.TrimPrefix(other, "+")
		if other == name || strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/") {
			return true
		}
	}
	return false
}

// text has many lines twice, so that hunks fit in several places.
func (g generator) text() string {
	var b strings.Builder
	ending := "\n"
	if g.IntN(4) == 0 {
		ending = "\r\n"
	}
	n := g.IntN(30)
	if g.IntN(10) == 0 {
		n = 0
	}
	for range n {
		b.WriteString(g.line() + ending)
	}
	if n > 0 && g.IntN(4) == 0 {
		return strings.TrimSuffix(b.String(), ending)
	}
	return b.String()
}

func (g generator) line() string {
	if g.IntN(3) == 0 {
		return g.pick([]string{"", "}", "RUN x", "\t", "-- a", "++ b", "@@ -1 +1 @@", "--- a/x", "+++ b/x", "diff --git a/x b/x", "\\ No", "ä€"})
	}
	return fmt.Sprintf("line %d", g.IntN(60))
}

// changed is what a change makes of files: other lines, new files, renamed ones, none.
func (g generator) changed(before files) files {
	after := files{}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		text := before[name]
		if after.has(strings.TrimPrefix(name, "+")) {
			continue
		}
		switch g.IntN(10) {
		case 0: // it goes
		case 1:
			g.add(after, text) // renamed
		case 2:
			g.add(after, g.edited(text))
		case 3:
			if other, ok := strings.CutPrefix(name, "+"); ok {
				after[other] = text
			} else {
				after["+"+name] = g.edited(text)
			}
		case 4:
			after[name] = text
			g.add(after, text) // copied
		default:
			after[name] = g.edited(text)
		}
	}
	if g.IntN(3) == 0 {
		g.add(after, g.text())
	}
	return after
}

func (g generator) edited(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for range 1 + g.IntN(4) {
		i := g.IntN(len(lines))
		switch g.IntN(4) {
		case 0:
			lines[i] = ""
		case 1:
			lines[i] = g.line() + "\n" + lines[i]
		case 2:
			lines[i] = g.line() + "\n"
		case 3:
			lines[i] = strings.TrimSuffix(lines[i], "\n") + " more\n"
		}
	}
	text = strings.Join(lines, "")
	switch g.IntN(12) {
	case 0:
		text = strings.TrimSuffix(text, "\n")
	case 1:
		text = ""
	}
	return text
}

// disturbed is what others made of the files meanwhile: most of it far from the patch.
func (g generator) disturbed(f files) files {
	f = maps.Clone(f)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		text := f[name]
		switch g.IntN(8) {
		case 0:
			f[name] = g.line() + "\n" + text
		case 1:
			if strings.HasSuffix(text, "\n") {
				f[name] = text + g.line() + "\n"
			}
		case 2:
			f[name] = strings.Repeat(g.line()+"\n", 3) + text
		case 3:
			f[name] = g.edited(text)
		case 4:
			if g.IntN(4) == 0 {
				delete(f, name)
			}
		}
	}
	if g.IntN(6) == 0 {
		g.add(f, g.text())
	}
	return f
}
