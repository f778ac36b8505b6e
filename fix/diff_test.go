package fix

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d\n", i+1)
	}
	return b.String()
}

func TestUnified(t *testing.T) {
	text := numbered(20)
	tests := []struct{ name, before, after, want string }{
		{"the same", text, text, ""},
		{"both empty", "", "", ""},
		{"an insertion", "a\nb\nc\nd\ne\n", "a\nb\nc\nx\nd\ne\n", "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,5 +1,6 @@\n a\n b\n c\n+x\n d\n e\n"},
		{"at the start", "a\n", "x\na\n", "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1 +1,2 @@\n+x\n a\n"},
		{"a new file", "", "x\n", "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -0,0 +1 @@\n+x\n"},
		{"an emptied file", "x\n", "", "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1 +0,0 @@\n-x\n"},
		{"no newline at the end", "a\nb", "a\nb\n", "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
		{"two hunks", text, strings.Replace(strings.Replace(text, "line 2\n", "", 1), "line 19\n", "line nineteen\n", 1),
			"--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,5 +1,4 @@\n line 1\n-line 2\n line 3\n line 4\n line 5\n@@ -16,5 +15,5 @@\n line 16\n line 17\n line 18\n-line 19\n+line nineteen\n line 20\n"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, Unified("Dockerfile", tt.before, tt.after)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Where the usual header does not say it all, it is git's, and then in the whole diff: git
// would take the header of the next file for a part of it.
func TestDiffHeaders(t *testing.T) {
	text := func(s string) File { return File{Content: []byte(s), Mode: 0o644} }
	program := File{Content: []byte("a\n"), Mode: 0o755}
	for _, tt := range []struct {
		name    string
		changes []Change
		want    string
	}{
		{"a new file", []Change{{To: "x", After: text("a\n")}}, "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"},
		{"a file that goes", []Change{{From: "x", Before: text("a\n")}}, "--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"},
		{"a new program", []Change{{To: "x", After: program}}, "diff --git a/x b/x\nnew file mode 100755\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"},
		{"a new empty file", []Change{{To: "x", After: text("")}}, "diff --git a/x b/x\nnew file mode 100644\n"},
		{"an empty file that goes", []Change{{From: "x", Before: text("")}}, "diff --git a/x b/x\ndeleted file mode 100644\n"},
		{"a new name", []Change{{From: "x", To: "ä", Before: text("a\n"), After: text("a\n")}}, "diff --git a/x \"b/\\303\\244\"\nrename from x\nrename to \"\\303\\244\"\n"},
		{"a mode, and another file", []Change{{From: "x", To: "x", Before: text("a\n"), After: program}, {From: "y z", To: "y z", Before: text("a\n"), After: text("b\n")}},
			"diff --git a/x b/x\nold mode 100644\nnew mode 100755\ndiff --git a/y z b/y z\n--- a/y z\t\n+++ b/y z\t\n@@ -1 +1 @@\n-a\n+b\n"},
		{"none", []Change{{From: "x", To: "x", Before: text("a\n"), After: text("a\n")}}, ""},
	} {
		if diff := cmp.Diff(tt.want, Diff(tt.changes, false)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// On a terminal nothing of a file drives it.
func TestDiffColour(t *testing.T) {
	c := Change{From: "f", To: "f", Before: File{Content: []byte("\ta\r\n\x1b[2J\xff\u202e\n")}, After: File{Content: []byte("b\n")}}
	want := "\x1b[1m--- a/f\x1b[0m\n\x1b[1m+++ b/f\x1b[0m\n\x1b[36m@@ -1,2 +1 @@\x1b[0m\n" +
		"\x1b[31m-\ta^M\x1b[0m\n\x1b[31m-^[[2J\\xff\\u202e\x1b[0m\n\x1b[32m+b\x1b[0m\n"
	if diff := cmp.Diff(want, c.Diff(true)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A text of which every line is another one is compared in a bounded time.
func TestDiffOfManyLines(t *testing.T) {
	var before, after strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&before, "before %d\n", i)
		fmt.Fprintf(&after, "after %d\n", i)
	}
	if n := strings.Count(Unified("f", before.String(), after.String()), "\n"); n != 400_003 {
		t.Errorf("a diff of %d lines", n)
	}
	if n := strings.Count(Unified("f", before.String(), "first\n"+before.String()+"last\n"), "\n"); n > 20_000_000 {
		t.Errorf("a diff of %d lines", n)
	}
}

func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"Dockerfile":       "a/Dockerfile",
		"./x/Dockerfile":   "a/x/Dockerfile",
		"/srv/Dockerfile":  "a/srv/Dockerfile",
		"my Dockerfile":    "a/my Dockerfile\t",
		"Dockerfile.äöü":   `"a/Dockerfile.\303\244\303\266\303\274"`,
		"tab\there":        `"a/tab\there"`,
		"back\\slash":      `"a/back\\slash"`,
		"Docker\"file":     `"a/Docker\"file"`,
		"deploy//prod/x.D": "a/deploy/prod/x.D",
	} {
		if got := terminated(below("a", name)); got != want {
			t.Errorf("name of %q is %q, want %q", name, got, want)
		}
	}
}

// git and patch make the new text of the old one and the diff.
func TestUnifiedApplies(t *testing.T) {
	git, patch := requireTool(t, "git"), requireTool(t, "patch")
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		before, after := texts(random)
		diff := Unified("sub/Dockerfile", before, after)
		if diff == "" {
			continue
		}
		appliedBy(t, before, after, diff, git, "apply", "--unidiff-zero", "-")
		appliedBy(t, before, after, diff, patch, "-p1", "--batch", "--quiet")
	}
}

func appliedBy(t *testing.T, before, after, diff string, command ...string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "sub", "Dockerfile")
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff)
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s\n%s", command, err, out, diff)
	}
	got, err := os.ReadFile(file)
	if err != nil && after != "" {
		t.Fatal(err)
	}
	if string(got) != after {
		t.Fatalf("%v makes %q of %q with\n%s", command, got, before, diff)
	}
}

// texts returns a text and what some changes make of it.
func texts(random *rand.Rand) (before, after string) {
	lines := strings.SplitAfter(numbered(1+random.IntN(40)), "\n")
	before = strings.Join(lines, "")
	for range 1 + random.IntN(4) {
		i := random.IntN(len(lines))
		switch random.IntN(3) {
		case 0:
			lines[i] = ""
		case 1:
			lines[i] = "changed\n" + lines[i]
		case 2:
			lines[i] = "other\n"
		}
	}
	after = strings.Join(lines, "")
	if random.IntN(4) == 0 {
		after = strings.TrimSuffix(after, "\n")
	}
	if random.IntN(6) == 0 {
		before = strings.TrimSuffix(before, "\n")
	}
	return before, after
}

// A diff makes the new text of the old one, and the old one of the new one.
func FuzzDiff(f *testing.F) {
	f.Add("Dockerfile", "a\nb\n", "a\nc\n")
	f.Add("ü b", "", "x")
	f.Add("--- a", "x\r\ny", "")
	f.Add("a\tb", "--- a\n+++ b\n@@ -1 +1 @@\n", "\\ No\n")
	f.Fuzz(func(t *testing.T, name, before, after string) {
		if len(before)+len(after) > 2000 || confined(name) != nil || name != filepath.ToSlash(filepath.Clean(name)) || strings.HasSuffix(name, "\\") || strings.HasSuffix(name, "\r") {
			return
		}
		text := Unified(name, before, after)
		if before == after {
			if text != "" {
				t.Fatalf("a diff of nothing:\n%s", text)
			}
			return
		}
		p, err := ReadPatch("test", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		patched(t, p, name, before, after)
		back, err := p.Reverse()
		if err != nil {
			t.Fatal(err)
		}
		patched(t, back, name, after, before)
	})
}

func patched(t *testing.T, p *Patch, name, before, after string) {
	t.Helper()
	d := NewDraft(memory{name: {Content: []byte(before)}})
	if err := d.Apply(p); err != nil {
		t.Fatalf("%q to %q: %v", before, after, err)
	}
	if got, err := d.Read(name); err != nil || string(got.Content) != after {
		t.Fatalf("%q became %q and not %q, %v", before, got.Content, after, err)
	}
}

func FuzzUnified(f *testing.F) {
	f.Add("a\nb\n", "a\nc\n")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.ContainsAny(before+after, "\x00") || len(before)+len(after) > 1000 {
			return
		}
		var old, changed strings.Builder
		lines := lineDiff(before, after)
		for _, l := range lines {
			if l.sign != '+' {
				old.WriteString(l.text)
			}
			if l.sign != '-' {
				changed.WriteString(l.text)
			}
		}
		if old.String() != before || changed.String() != after {
			t.Fatalf("the diff of %q and %q is of other texts", before, after)
		}
		covered := 0
		for _, h := range hunks(lines) {
			if h.from < covered || h.to > len(lines) || h.before < 0 || h.after < 0 {
				t.Fatalf("hunk %+v of %d lines", h, len(lines))
			}
			covered = h.to
		}
	})
}
