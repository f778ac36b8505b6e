package judge

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf/elftest"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
	"golang.org/x/tools/txtar"
)

// TestCases judges what testdata/cases describes: ELF files by their recipes, under "ask" a
// line for each question, under "want" the answers. With MUSLLINT_UPDATE=1 it rewrites these.
//
// A question is TARGET FILE, and may go on with packages that are installed (+gcompat) or may
// be (?gcompat), a role (as=python), preload=FILE, library-path=DIR, partial or complete.
func TestCases(t *testing.T) {
	names, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			source, _ := filepath.Abs(name)
			dir := t.TempDir()
			ask, want := "", -1
			for i, f := range archive.Files {
				switch f.Name {
				case "ask":
					ask = string(f.Data)
				case "want":
					want = i
				default:
					writeRecipe(t, filepath.Join(dir, f.Name), string(f.Data))
				}
			}
			if want < 0 || ask == "" {
				t.Fatal("a case has ask and want")
			}
			t.Chdir(dir)
			var b strings.Builder
			for line := range strings.Lines(ask) {
				fmt.Fprintf(&b, "> %s", line)
				b.WriteString(answer(t, strings.Fields(line)))
			}
			if os.Getenv("MUSLLINT_UPDATE") != "" {
				archive.Files[want].Data = []byte(b.String())
				if err := os.WriteFile(source, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[want].Data), b.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func writeRecipe(t testing.TB, name, recipe string) {
	t.Helper()
	f, err := elftest.Parse(recipe)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(name), 0o777)
	}
	if err == nil {
		err = os.WriteFile(name, f.Bytes(), 0o777)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// answer judges what a line asks.
func answer(t *testing.T, words []string) string {
	t.Helper()
	target, err := facts.ParseTarget(words[0])
	if err != nil {
		t.Fatal(err)
	}
	env := Environment{Target: target}
	role := Auto
	answers := map[string]facts.Tri{}
	for _, w := range words[2:] {
		key, value, _ := strings.Cut(w, "=")
		switch {
		case w[0] == '+':
			answers[w[1:]] = facts.Yes
		case w[0] == '?':
			answers[w[1:]] = facts.Maybe
		case key == "as":
			role = Role(value)
		case key == "preload":
			env.Preload = append(env.Preload, value)
		case key == "library-path":
			env.LibraryPath = value
		case w == "partial":
			env.Partial = true
		case w == "complete":
			env.Complete = true
		default:
			t.Fatalf("unknown word %q", w)
		}
	}
	if len(answers) > 0 {
		has := With(target, nil)
		env.Has = func(pkg string) facts.Tri {
			if a, ok := answers[pkg]; ok {
				return a
			}
			return has(pkg)
		}
	}
	var disk loader.Host
	defer disk.Close()
	a, err := Judge(&disk, words[1], role, env)
	if err != nil {
		return "  error: " + err.Error() + "\n"
	}
	return describeArtifact(a)
}

// describeArtifact is what tests compare of an artifact.
func describeArtifact(a *lint.Artifact) string {
	var b strings.Builder
	head := string(a.Form)
	for _, s := range []string{a.Host, a.Language, a.Packer, string(a.Libc), a.Arch} {
		if s != "" {
			head += " " + s
		}
	}
	fmt.Fprintf(&b, "  %s: %s", head, a.Verdict)
	if a.Summary != "" {
		fmt.Fprintf(&b, ": %s", a.Summary)
	}
	b.WriteString("\n")
	for _, e := range a.Errors {
		fmt.Fprintf(&b, "  | %s\n", e)
	}
	for _, l := range a.MissingLibraries {
		fmt.Fprintf(&b, "  library %s: %s%s\n", l.Name, l.Package, unsure(l.Package != "" && !l.Certain))
	}
	for _, s := range a.MissingSymbols {
		fmt.Fprintf(&b, "  %s %s", s.Group, s.Name)
		if s.Package != "" {
			fmt.Fprintf(&b, ": %s", s.Package)
		}
		if s.Deferred {
			b.WriteString(" (when called)")
		}
		b.WriteString("\n")
	}
	if len(a.Assumed) > 0 {
		fmt.Fprintf(&b, "  assumed: %s\n", strings.Join(a.Assumed, " "))
	}
	if len(a.InTheWay) > 0 {
		fmt.Fprintf(&b, "  in the way: %s\n", strings.Join(a.InTheWay, " "))
	}
	for _, r := range a.Repairs {
		proved := ""
		if r.Proved {
			proved = " proved"
		}
		fmt.Fprintf(&b, "  do%s: %s\n", proved, r.Title)
		for _, line := range r.Dockerfile {
			fmt.Fprintf(&b, "      %s\n", line)
		}
		if r.Note != "" {
			fmt.Fprintf(&b, "      (%s)\n", r.Note)
		}
	}
	for _, n := range a.Notes {
		fmt.Fprintf(&b, "  note: %s\n", n)
	}
	return b.String()
}

func unsure(b bool) string {
	if b {
		return ", perhaps"
	}
	return ""
}

// TestHosts keeps the table of hosts consistent.
func TestHosts(t *testing.T) {
	var names []string
	for _, h := range hosts {
		if h.name == "" || h.title == "" || h.plugin == "" {
			t.Errorf("%q has no name, title or word for its plugins", h.name)
		}
		if slices.Contains(names, h.name) {
			t.Errorf("%s is there twice", h.name)
		}
		names = append(names, h.name)
		if len(h.files)+len(h.folders)+len(h.exports)+len(h.prefixes) == 0 {
			t.Errorf("nothing tells a plugin of %s", h.name)
		}
	}
}

// TestLibstdcxx: what g++ links on Alpine has no versions, and its names alone tell that they
// are the C++ library's.
func TestLibstdcxx(t *testing.T) {
	for name, want := range map[string]bool{
		"_ZNSolsEi": true, "_ZNKSs4findEcm": true, "_ZTVNSt7__cxx1115basic_stringbufIcSt11char_traitsIcESaIcEEE": true,
		"_ZTISt9exception": true, "_ZSt4cout": true, "_ZNRSiC2Ev": true, "_ZTIPKc": true, "_ZTIDn": true, "__once_proxy": true,
		"_Znwm": true, "_ZN3FooC1Ev": false, "_ZlsRSoRK3Foo": false, "_ZTI3Foo": false, "_ZNS_3FooEv": false, "__foo": false, "_Z": false,
	} {
		if got := isLibstdcxx([]byte(name)); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
}
