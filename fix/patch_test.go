package fix

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestConfined(t *testing.T) {
	for _, name := range []string{
		"Dockerfile", "deploy/Dockerfile", "a b/ü", ".gitignore", ".github/x", "x.git/config", "..x", "x..", "a/...", "git", "-x", "C", "c:", "a\\b",
	} {
		if err := confined(name); err != nil {
			t.Errorf("%q is refused: %v", name, err)
		}
	}
	for _, name := range []string{
		"", ".", "..", "/", "/etc/passwd", "../../etc/passwd", "a/../../b", "a/..", "a//b", "a/", "./a", "a/./b", "a\x00b",
		".git/config", ".GIT/config", "sub/.git/hooks/pre-commit", ".git", ".git./config", ".git /config", "git~1/config",
		".g\u200cit/config", ".git\u200d/x", ".git::$INDEX_ALLOCATION/config", "C:/x", "c:\\x",
	} {
		if err := confined(name); !errors.Is(err, ErrRefused) {
			t.Errorf("%q is not refused: %v", name, err)
		}
	}
}

// What is no patch, or not one that can be made, is told with the line where it stands.
func TestReadPatchErrors(t *testing.T) {
	head := "--- a/f\n+++ b/f\n"
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "p: there is no patch in it"},
		{"prose", "hello\n--- \n+++ \n", "p: there is no patch in it"},
		{"a hunk alone", "text\n@@ -1 +1 @@\n-a\n+b\n", "p: line 2: a hunk without a file above it"},
		{"too few lines", head + "@@ -1,2 +1,2 @@\n-a\n+b\n", "p: line 3: the hunk has more or fewer lines than its header says"},
		{"too many lines", head + "@@ -1 +1,2 @@\n-a\n-b\n+b\n", "p: line 3: the hunk has more or fewer lines than its header says"},
		{"a line that is none", head + "@@ -1 +1 @@\n-a\n?b\n", "p: line 3: the hunk has more or fewer lines than its header says"},
		{"no change", head + "@@ -1 +1 @@\n a\n", "p: line 5: fragment contains no changes"},
		{"no numbers", head + "@@ -x +1 @@\n-a\n+b\n", `p: line 3: invalid fragment header: bad start of range: x: invalid syntax`},
		{"negative numbers", head + "@@ --1 +1 @@\n-a\n+b\n", "p: line 3: a hunk at a line before the first"},
		{"an ending in the middle", head + "@@ -1,2 +1 @@\n-a\n\\ No newline at end of file\n-b\n+c\n", "p: line 3: a line without an ending that is not the last"},
		{"CR in the header", "--- a/f\r\n+++ b/f\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n", `p: line 1: the lines of the header end in CR, so that the name is "f\r"`},
		{"out of the folder", "--- a/../f\n+++ b/../f\n@@ -1 +1 @@\n-a\n+b\n", `p: line 1: refused: "../f" leads out of the folder`},
		{"out of it as a new name", "diff --git a/f b/f\nrename from f\nrename to ../f\n", `p: line 1: refused: "../f" leads out of the folder`},
		{"quoted", "--- \"a/../f\"\n+++ \"b/\\056\\056/f\"\n@@ -1 +1 @@\n-a\n+b\n", `p: line 1: refused: "../f" leads out of the folder`},
		{"absolute", "diff --git a/f b/f\n--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n", `p: line 1: refused: "/etc/passwd" is an absolute path`},
		{"absolute and quoted", "--- \"/etc/p\\tq\"\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", `p: line 1: refused: "/etc/p\tq" is an absolute path`},
		{"git's", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\ndiff --git a/.git/config b/.git/config\nold mode 100644\nnew mode 100755\n", `p: line 6: refused: ".git/config" is in git's own folder`},
		{"a submodule", "diff --git a/s b/s\nnew file mode 160000\nindex 0000000..1111111\n--- /dev/null\n+++ b/s\n@@ -0,0 +1 @@\n+Subproject commit 1\n", `p: line 1: refused: "s" is a submodule`},
		{"a link", "diff --git a/s b/s\nindex 0000000..1111111 120000\n--- a/s\n+++ b/s\n@@ -1 +1 @@\n-x\n+y\n", `p: line 1: refused: "s" is a symbolic link`},
		{"binary", "diff --git a/s b/s\nindex 0000000..1111111\nGIT binary patch\nliteral 0\nHcmV?d00001\n\n", `p: line 1: "s" is a binary file, which is not patched here`},
		{"a long header", "diff --git " + strings.Repeat(" ", 1<<20) + "\n", "p: line 1: the header of a file is too long"},
	} {
		start := time.Now()
		p, err := ReadPatch("p", []byte(tt.text))
		if err == nil {
			t.Errorf("%s: read as %+v", tt.name, p)
		} else if err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s takes %v", tt.name, d)
		}
	}
}

func apply(t *testing.T, m memory, text string) (memory, error) {
	t.Helper()
	p, err := ReadPatch("p", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	d := NewDraft(m)
	if err := d.Apply(p); err != nil {
		return nil, err
	}
	after := memory{}
	for name, f := range m {
		after[name] = f
	}
	for _, c := range d.Changes() {
		delete(after, c.From)
		if c.To != "" {
			after[c.To] = c.After
		}
	}
	return after, nil
}

func TestConflicts(t *testing.T) {
	file := func(text string) memory { return memory{"f": {Content: []byte(text)}} }
	head := "--- a/f\n+++ b/f\n"
	for _, tt := range []struct {
		name  string
		files memory
		patch string
		want  string
	}{
		{"another line", file("a\nb\nc\nd\ne\n"), head + "@@ -2,3 +2,3 @@\n b\n-x\n+y\n d\n",
			"p: f: hunk 1 (@@ -2,3 +2,3 @@, line 3 of the patch) does not fit\n  line 3 is        c\n         should be x"},
		{"at another place", file("1\n2\n3\n4\na\nb\nc\n"), head + "@@ -2,3 +2,3 @@\n a\n-x\n+y\n c\n",
			"p: f: hunk 1 (@@ -2,3 +2,3 @@, line 3 of the patch) does not fit\n  line 6 is        b\n         should be x"},
		{"a file that is too short", file("a\n"), head + "@@ -1,3 +1,3 @@\n a\n-b\n+y\n c\n",
			"p: f: hunk 1 (@@ -1,3 +1,3 @@, line 3 of the patch) does not fit\n  line 2 is behind the end of the file\n         should be b\n  line 3 is behind the end of the file\n         should be c"},
		{"an ending", file("a\nb"), head + "@@ -1,2 +1,2 @@\n a\n-b\n+y\n",
			"p: f: hunk 1 (@@ -1,2 +1,2 @@, line 3 of the patch) does not fit\n  line 2 is        b (without a line ending)\n         should be b"},
		{"not at the start", file("0\na\nb\n"), head + "@@ -1,2 +1,2 @@\n-a\n+y\n b\n",
			"p: f: hunk 1 (@@ -1,2 +1,2 @@, line 3 of the patch) is of the start of the file, and its lines are at line 2"},
		{"not at the end", file("1\na\nb\nc\n"), head + "@@ -2,2 +2,2 @@\n a\n-b\n+y\n",
			"p: f: hunk 1 (@@ -2,2 +2,2 @@, line 3 of the patch) shows nothing behind its changes, so that they have to end the file, which has 4 lines"},
		{"no context at all", file("a\nb\nc\n"), head + "@@ -1,0 +2 @@\n+y\n",
			"p: f: hunk 1 (@@ -1,0 +2,1 @@, line 3 of the patch) shows no line of the file, so that only its end could be meant, and that is behind line 3"},
		{"the same lines twice", file("1\na\nb\nc\n"), head + "@@ -2,3 +2,3 @@\n a\n-b\n+y\n c\n@@ -2,3 +2,3 @@\n a\n-y\n+z\n c\n",
			"p: f: hunk 2 (@@ -2,3 +2,3 @@, line 8 of the patch) is about line 2, which another hunk has changed"},
		{"there is none", memory{}, head + "@@ -1 +1 @@\n-a\n+b\n", "p: f: there is no f"},
		{"there is one", file("a\n"), "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+b\n", "p: f: the patch makes it, and it is there already"},
		{"it has more lines", file("a\nb\n"), "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
			"p: f: hunk 1 (@@ -1,1 +0,0 @@, line 3 of the patch) shows nothing behind its changes, so that they have to end the file, which has 2 lines"},
		{"a name that is taken", memory{"f": {}, "g": {}}, "diff --git a/f b/g\nrename from f\nrename to g\n", "p: g: f is to get this name, and it is there already"},
		{"two of them", memory{}, head + "@@ -1 +1 @@\n-a\n+b\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n", "p: f: there is no f\np: g: there is no g"},
		{"what drives a terminal", file("\x1b[2J\n"), head + "@@ -1 +1 @@\n-\x1b]0;\a\n+b\n",
			"p: f: hunk 1 (@@ -1,1 +1,1 @@, line 3 of the patch) does not fit\n  line 1 is        ^[[2J\n         should be ^[]0;^G"},
	} {
		_, err := apply(t, tt.files, tt.patch)
		if _, ok := errors.AsType[Conflicts](err); !ok {
			t.Errorf("%s: got %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Names are those of patch -p1, and where such a file does not exist those of patch -p0.
func TestWhichFile(t *testing.T) {
	hunk := "@@ -1 +1 @@\n-a\n+b\n"
	a := File{Content: []byte("a\n")}
	for _, tt := range []struct {
		header string
		files  memory
		want   string
	}{
		{"--- a/f\n+++ b/f\n", memory{"f": a}, "f"},
		{"--- f.orig\t2026-01-01 00:00:00 +0000\n+++ f\t2026-01-01 00:00:00 +0000\n", memory{"f": a}, "f"},
		{"--- f\n+++ f.new\n", memory{"f": a}, "f"},
		{"--- old/f\n+++ new/f\n", memory{"f": a}, "f"},
		{"--- deploy/f.orig\n+++ deploy/f\n", memory{"deploy/f": a}, "deploy/f"},
		{"--- deploy/f.orig\n+++ deploy/f\n", memory{"deploy/f": a, "f": a}, "f"},
		{"diff --git i/f w/f\n--- i/f\n+++ w/f\n", memory{"f": a}, "f"},
		{"--- a/a b\t\n+++ b/a b\t\n", memory{"a b": a}, "a b"},
		{"--- \"a/\\303\\244\\t\"\n+++ \"b/\\303\\244\\t\"\n", memory{"ä\t": a}, "ä\t"},
	} {
		after, err := apply(t, tt.files, tt.header+hunk)
		if err != nil || string(after[tt.want].Content) != "b\n" {
			t.Errorf("%q: %q, %v", tt.header, after, err)
		}
	}
}

// Every mail of a series is a patch of what those before it made.
func TestSeries(t *testing.T) {
	mail := func(n int, text string) string {
		return fmt.Sprintf("From %040x Mon Sep 17 00:00:00 2001\nFrom: x <x@example.org>\nSubject: [PATCH %d/2] x\n\n---\n f | 2 +-\n\n%s-- \n2.39.5\n\n", n, n, text)
	}
	series := mail(1, "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n") +
		mail(2, "diff --git a/f b/g\nsimilarity index 50%\nrename from f\nrename to g\n--- a/f\n+++ b/g\n@@ -1 +1 @@\n-b\n+c\n")
	after, err := apply(t, memory{"f": {Content: []byte("a\n")}}, series)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(memory{"g": {Content: []byte("c\n")}}, after); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWithin(t *testing.T) {
	p, err := ReadPatch("p", []byte("--- a/sub/f\n+++ b/sub/f\n@@ -1 +1 @@\n-a\n+b\n"))
	if err != nil {
		t.Fatal(err)
	}
	q, ok := p.Within("sub")
	if !ok {
		t.Fatal("it is of sub")
	}
	patched(t, q, "f", "a\n", "b\n")
	if same, ok := p.Within("."); !ok || same != p {
		t.Error("it is of the folder itself, too")
	}
	for _, other := range []string{"other", "su", "sub/f"} {
		if _, ok := p.Within(other); ok {
			t.Errorf("it is not of %s", other)
		}
	}
}

// Files and patches of many lines that are all alike do not take for ever.
func TestManyLines(t *testing.T) {
	same := strings.Repeat("x\n", 200_000)
	var b strings.Builder
	fmt.Fprintf(&b, "--- a/f\n+++ b/f\n@@ -2,100002 +2,100001 @@\n")
	b.WriteString(strings.Repeat(" x\n", 100_000) + "-y\n x\n")
	start := time.Now()
	_, err := apply(t, memory{"f": {Content: []byte(same)}}, b.String())
	if _, ok := errors.AsType[Conflicts](err); !ok {
		t.Errorf("got %v", err)
	}
	b.Reset()
	b.WriteString("--- a/f\n+++ b/f\n")
	for i := range 50_000 {
		fmt.Fprintf(&b, "@@ -%d,3 +%d,2 @@\n x\n-x\n x\n", 2+3*i, 2+2*i)
	}
	if _, err := apply(t, memory{"f": {Content: []byte(same)}}, b.String()); err == nil {
		t.Log("50,000 hunks were made")
	}
	if d := time.Since(start); d > 30*time.Second {
		t.Errorf("takes %v", d)
	}
}

// FuzzReadPatch: whatever is read ends, and is about files below the folder.
func FuzzReadPatch(f *testing.F) {
	for _, text := range []string{
		"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n",
		"diff --git a/f b/g\nsimilarity index 50%\nrename from f\nrename to g\nindex 1..2 100644\n--- a/f\n+++ b/g\n@@ -1,2 +1,2 @@ ML1101\n a\n-b\n+c\n\\ No newline at end of file\n",
		"diff --git \"a/\\303\\244\" \"b/\\303\\244\"\nnew file mode 100755\nindex 0000000..1111111\n--- /dev/null\n+++ \"b/\\303\\244\"\n@@ -0,0 +1 @@\n+x\n",
		"diff --git a/x b/x\ndeleted file mode 100644\nindex e69de29..0000000\ndiff --git a/y b/y\nold mode 100644\nnew mode 100755\n",
		"--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n",
		"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nSubject: x\n\n---\n--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+x\n+\n-- \n2\n",
		"diff --git a/c b/d\ncopy from c\ncopy to d\nGIT binary patch\nliteral 3\nKcmZPo\n\n",
	} {
		f.Add(text, "a\nb\n")
	}
	f.Fuzz(func(t *testing.T, text, content string) {
		if len(text) > 4000 || len(content) > 4000 {
			return
		}
		p, err := ReadPatch("p", []byte(text))
		if err != nil {
			return
		}
		m := memory{}
		for _, s := range p.sections {
			if confined(s.from) != nil || confined(s.to) != nil {
				t.Fatalf("a patch of %q and %q", s.from, s.to)
			}
			if !s.made {
				m[s.from] = File{Content: []byte(content)}
			}
		}
		for _, p := range []*Patch{p, reversed(p)} {
			d := NewDraft(m)
			if err := d.Apply(p); err != nil {
				_ = err.Error()
				continue
			}
			for _, c := range d.Changes() {
				if confined(c.Name()) != nil {
					t.Fatalf("a change of %q", c.Name())
				}
			}
			if text := Diff(d.Changes(), false); text != "" {
				if _, err := ReadPatch("again", []byte(text)); err != nil && !strings.Contains(text, `\\"`) && !strings.Contains(text, "\\\r") {
					t.Fatalf("%v:\n%s", err, text)
				}
			}
		}
	})
}

func reversed(p *Patch) *Patch {
	if r, err := p.Reverse(); err == nil {
		return r
	}
	return p
}
