package sourcefix

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/musllint/musllint/buildwrap/diagnostic"
	"github.com/musllint/musllint/fix"
	"github.com/musllint/musllint/lint"
)

// With -update the uses of a recipe are what a musl gcc, named by MUSLLINT_MUSL_GCC, complains
// about, and its result is what comes out.
var update = flag.Bool("update", false, "rewrite the recipes in testdata")

// strict makes errors of what newer compilers refuse.
var strict = []string{"-Werror=implicit-function-declaration", "-Werror=int-conversion", "-Werror=incompatible-pointer-types"}

// recipe is a file of testdata: a source, the uses in it, and what becomes of it. In its comment
// a line "flags:" has options of the compiler, "target:" the target, "other object:" the reason
// why the object file is another one on glibc, though it does the same, "remains:" what a musl
// gcc still complains about.
type recipe struct {
	archive *txtar.Archive
	name    string // of the source
	before  []byte
	uses    []lint.Use
}

func (r *recipe) option(name string) (string, bool) {
	for line := range strings.Lines(string(r.archive.Comment)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

func (r *recipe) file(name string) []byte {
	for _, f := range r.archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func (r *recipe) set(name string, data []byte) {
	for i := range r.archive.Files {
		if r.archive.Files[i].Name == name {
			r.archive.Files[i].Data = data
			return
		}
	}
	r.archive.Files = append(r.archive.Files, txtar.File{Name: name, Data: data})
}

func readRecipe(t testing.TB, path string) *recipe {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := &recipe{archive: archive}
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "in.") {
			r.name, r.before = f.Name, f.Data
		}
	}
	if r.name == "" {
		t.Fatalf("%s has no in.*", path)
	}
	if _, crlf := r.option("crlf"); crlf { // which no editor keeps in an archive
		r.before = bytes.ReplaceAll(r.before, []byte("\n"), []byte("\r\n"))
	}
	for line := range strings.Lines(string(r.file("uses"))) {
		var u lint.Use
		line, u.Message, _ = strings.Cut(strings.TrimSpace(line), "\t")
		kind, rest, _ := strings.Cut(line, " ")
		place, name, _ := strings.Cut(rest, " ")
		u.Kind, u.Name, u.File, u.Proof = lint.UseKind(kind), name, r.name, lint.ProofCompile
		fmt.Sscanf(place, "%d:%d", &u.Line, &u.Column)
		r.uses = append(r.uses, u)
	}
	return r
}

func (r *recipe) target() lint.Target {
	version, ok := r.option("target")
	if !ok {
		version = "1.2.5"
	}
	return lint.Target{Libc: lint.Musl, Version: version, Distro: "alpine", Release: "3.20", Arch: "amd64"}
}

// write puts the files of a recipe into a folder, with a text for its source.
func (r *recipe) write(t *testing.T, dir string, text []byte) {
	for _, f := range r.archive.Files {
		if f.Name == "uses" || f.Name == "fixes" || strings.HasPrefix(f.Name, "out.") {
			continue
		}
		data := f.Data
		if f.Name == r.name {
			data = text
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// unit is what is compiled: the source, or main of a header.
func (r *recipe) unit() string {
	for _, name := range []string{"main.c", "main.cc"} {
		if r.file(name) != nil {
			return name
		}
	}
	return r.name
}

func (r *recipe) arguments() []string {
	flags, _ := r.option("flags")
	return append([]string{"-c", "-O1", "-fdiagnostics-column-unit=byte", "-fno-diagnostics-show-caret"}, append(strings.Fields(flags), r.unit())...)
}

// compile returns the object file and what the compiler says.
func compile(dir, compiler string, arguments ...string) (object []byte, output string, err error) {
	cmd := exec.Command(compiler, append(arguments, "-o", "unit.o")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	object, _ = os.ReadFile(filepath.Join(dir, "unit.o"))
	return object, string(out), err
}

// muslGCC returns the compiler of musl, for C++ the one beside it.
func muslGCC(cxx bool) string {
	gcc := os.Getenv("MUSLLINT_MUSL_GCC")
	if gcc != "" && cxx {
		return filepath.Join(filepath.Dir(gcc), strings.Replace(filepath.Base(gcc), "gcc", "g++", 1))
	}
	return gcc
}

func hostGCC(cxx bool) string {
	if cxx {
		return "g++"
	}
	return "gcc"
}

// findUses compiles a recipe for musl as the wrapper does, with an empty file for each header
// that is missing.
func (r *recipe) findUses(t *testing.T) []lint.Use {
	dir := t.TempDir()
	r.write(t, dir, r.before)
	stubs := filepath.Join(dir, "stubs")
	var uses []lint.Use
	for range 10 {
		_, output, _ := compile(dir, muslGCC(strings.HasSuffix(r.unit(), ".cc")), append(append([]string{"-I", "stubs"}, strict...), r.arguments()...)...)
		again := false
		var found []lint.Use
		for _, d := range diagnostic.Parse([]byte(output)) {
			kind, name, ok := diagnostic.Classify(d)
			if ok && kind == lint.UseRedirect && len(d.Via) > 0 {
				d.File, d.Line, d.Column = d.Via[len(d.Via)-1].File, d.Via[len(d.Via)-1].Line, 0
			}
			if !ok || filepath.Base(d.File) != r.name {
				continue
			}
			u := lint.Use{Kind: kind, Name: name, File: r.name, Line: d.Line, Column: d.Column, Message: d.Message, Proof: lint.ProofCompile}
			if kind == lint.UseHeader {
				path := filepath.Join(stubs, name)
				os.MkdirAll(filepath.Dir(path), 0o777)
				os.WriteFile(path, nil, 0o666)
				uses = append(uses, u)
				again = true
				continue
			}
			found = append(found, u)
		}
		if !again {
			// The same name and kind is one use, as one file's findings are.
			for _, u := range found {
				if !slices.ContainsFunc(uses, func(o lint.Use) bool {
					return o.Kind == u.Kind && o.Name == u.Name && u.Kind != lint.UseConflict && u.Name != ""
				}) {
					uses = append(uses, u)
				}
			}
			return uses
		}
	}
	t.Fatal("no end of missing headers")
	return nil
}

// first collects the edits of the first alternatives.
func first(plans [][]lint.Fix) (edits []lint.Edit, safe bool) {
	safe = true
	for _, list := range plans {
		if len(list) == 0 {
			continue
		}
		edits = append(edits, list[0].Edits...)
		safe = safe && list[0].Safety != lint.Unsafe
	}
	return edits, safe
}

func describe(plans [][]lint.Fix, uses []lint.Use) string {
	var b strings.Builder
	for i, list := range plans {
		fmt.Fprintf(&b, "%s %s\n", uses[i].Kind, uses[i].Name)
		for _, f := range list {
			fmt.Fprintf(&b, "\t%s: %s\n", f.Safety, f.Title)
		}
	}
	return b.String()
}

func TestRecipes(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) < 20 {
		t.Fatalf("%d recipes", len(files))
	}
	proved := 0
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			r := readRecipe(t, path)
			musl := muslGCC(strings.HasSuffix(r.unit(), ".cc"))
			if _, byHand := r.option("uses"); *update && musl != "" && !byHand {
				r.uses = r.findUses(t)
				var b strings.Builder
				for _, u := range r.uses {
					fmt.Fprintf(&b, "%s %d:%d %s\t%s\n", u.Kind, u.Line, u.Column, u.Name, u.Message)
				}
				r.set("uses", []byte(b.String()))
			}
			if len(r.uses) == 0 {
				t.Fatal("no uses")
			}
			plans := Plan(lint.NewSource(r.name, r.before), r.uses, r.target())
			edits, safe := first(plans)
			after, err := fix.Apply(r.before, edits)
			if err != nil {
				t.Fatalf("%v\n%s", err, describe(plans, r.uses))
			}
			out := "out" + strings.TrimPrefix(r.name, "in")
			shown := after
			if _, crlf := r.option("crlf"); crlf {
				shown = bytes.ReplaceAll(after, []byte("\r\n"), []byte("\n"))
				if bytes.Count(after, []byte("\r\n")) != bytes.Count(after, []byte("\n")) {
					t.Errorf("ends of lines are mixed: %q", after)
				}
			}
			if *update {
				r.set(out, shown)
				r.set("fixes", []byte(describe(plans, r.uses)))
				if err := os.WriteFile(path, txtar.Format(r.archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if want := r.file(out); string(shown) != string(want) {
				t.Errorf("%s", fix.Unified(out, string(want), string(shown)))
			}
			if got, want := describe(plans, r.uses), string(r.file("fixes")); got != want {
				t.Errorf("%s", fix.Unified("fixes", want, got))
			}
			// Fixing again changes nothing.
			again := Plan(lint.NewSource(r.name, after), r.uses, r.target())
			if edits, _ := first(again); len(edits) > 0 {
				second, err := fix.Apply(after, edits)
				if err != nil || string(second) != string(after) {
					t.Errorf("a second run (%v):\n%s", err, fix.Unified(out, string(after), string(second)))
				}
			}
			r.confirm(t, after, safe, &proved)
		})
	}
	if os.Getenv("MUSLLINT_MUSL_GCC") != "" {
		t.Logf("%d of %d recipes compiled for musl: not before, and after", proved, len(files))
	}
}

// confirm compiles a recipe before and after.
func (r *recipe) confirm(t *testing.T, after []byte, safe bool, proved *int) {
	cxx := strings.HasSuffix(r.unit(), ".cc")
	if _, err := exec.LookPath(hostGCC(cxx)); err != nil {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	_, foreign := r.option("not on glibc") // a header that glibc has dropped too
	if !foreign {
		r.write(t, dir, r.before)
		one, output, err := compile(dir, hostGCC(cxx), append([]string{"-w"}, r.arguments()...)...)
		if err != nil {
			t.Fatalf("glibc, before: %v\n%s", err, output)
		}
		r.write(t, dir, after)
		two, output, err := compile(dir, hostGCC(cxx), append([]string{"-w"}, r.arguments()...)...)
		if err != nil {
			t.Fatalf("glibc, after: %v\n%s\n%s", err, output, after)
		}
		_, other := r.option("other object")
		if same := bytes.Equal(one, two); !same && !other {
			t.Errorf("with glibc the object file is another one")
		} else if same && other {
			t.Errorf("with glibc the object file is the same one")
		}
	}
	if muslGCC(cxx) == "" {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal("MUSLLINT_MUSL_GCC is not set")
		}
		return
	}
	if cxx {
		if _, err := os.Stat(muslGCC(cxx)); err != nil {
			t.Log(err)
			return
		}
	}
	r.write(t, dir, r.before)
	_, output, err := compile(dir, muslGCC(cxx), append(slices.Clone(strict), r.arguments()...)...)
	if _, quiet := r.option("uses"); err == nil && !quiet && !strings.Contains(output, "#warning") {
		t.Errorf("musl, before: it compiles")
	}
	for i, u := range r.uses { // the first header that is missing hides what comes behind it
		if i == 0 && u.Kind == lint.UseHeader && !strings.Contains(output, u.Message) {
			t.Errorf("musl, before: it does not print %q:\n%s", u.Message, output)
		}
	}
	r.write(t, dir, after)
	_, output, err = compile(dir, muslGCC(cxx), append(slices.Clone(strict), r.arguments()...)...)
	remains, incomplete := r.option("remains")
	switch {
	case incomplete && (err == nil || !regexp.MustCompile(remains).MatchString(output)):
		t.Errorf("musl, after: %q does not remain:\n%s", remains, output)
	case !incomplete && (err != nil || strings.Contains(output, "#warning")):
		t.Errorf("musl, after: %v\n%s\n%s", err, output, after)
	case !incomplete:
		*proved++
	}
}
