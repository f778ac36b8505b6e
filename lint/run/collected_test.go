package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/lint"
)

// project is a folder with a store of records in it, which is the current one.
type project struct {
	t     *testing.T
	root  string
	store record.Store
}

func newProject(t *testing.T) *project {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root = filepath.Join(root, "project")
	if err := os.Mkdir(root, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	p := &project{t, root, record.Store{Dir: filepath.Join(root, record.Folder)}}
	if err := p.store.Prepare(); err != nil {
		t.Fatal(err)
	}
	return p
}

// unit records uses of a translation unit.
func (p *project) unit(output string, uses ...lint.Use) *record.Unit {
	p.t.Helper()
	u := &record.Unit{Root: p.root, Dir: p.root, Output: filepath.Join(p.root, output), On: "alpine:3.20/amd64", Files: map[string]string{}}
	for i := range uses {
		if uses[i].File == "" {
			continue
		}
		uses[i].File = filepath.Join(p.root, uses[i].File)
		text, err := os.ReadFile(uses[i].File)
		if err != nil {
			p.t.Fatal(err)
		}
		u.Files[uses[i].File] = record.Hash(text)
	}
	u.Uses = uses
	p.save(u)
	return u
}

func (p *project) save(u *record.Unit) {
	p.t.Helper()
	if err := p.store.Save(u); err != nil {
		p.t.Fatal(err)
	}
}

// collected returns what a linter makes of the records, and the findings in a line each.
func (p *project) collected(opt Options) (*Collected, []string) {
	p.t.Helper()
	opt.NoConfig = true
	c, err := newLinter(p.t, opt).Collected(p.store)
	if err != nil {
		p.t.Fatal(err)
	}
	var lines []string
	for _, f := range c.Report.Findings {
		place := f.Range.File
		if src := c.Report.Sources[f.Range.File]; src != nil && f.Range.End > 0 {
			at := src.Position(f.Range.Start)
			place = fmt.Sprintf("%s:%d:%d", place, at.Line, at.Column)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s", place, f.Severity, f.Rule, f.Message))
	}
	return c, lines
}

func use(file string, line, column int, kind lint.UseKind, name string, proof lint.UseProof) lint.Use {
	return lint.Use{Kind: kind, Name: name, File: file, Line: line, Column: column, Proof: proof}
}

// What several units use in the same place is one finding, by the best of their proofs, and
// depends on a macro only if it does so by all that are as good.
func TestCollectedMerges(t *testing.T) {
	p := newProject(t)
	write(t, "a.h", "\nstrfry(x);\nstrfry(y);\nmemfrob(z);\nmemfrob(y);\n")
	guarded := use("a.h", 4, 1, lint.UseFunction, "memfrob", lint.ProofCompile)
	guarded.Guard = "HAVE_MEMFROB"
	p.unit("1.o", use("a.h", 2, 1, lint.UseFunction, "strfry", lint.ProofObject), guarded)
	p.unit("2.o", use("a.h", 2, 1, lint.UseFunction, "strfry", lint.ProofCompile), use("a.h", 4, 1, lint.UseFunction, "memfrob", lint.ProofObject))
	also := use("a.h", 5, 1, lint.UseFunction, "memfrob", lint.ProofCompile)
	also.Guard = "HAVE_MEMFROB"
	p.unit("3.o", use("a.h", 3, 1, lint.UseFunction, "strfry", lint.ProofText), also)
	p.unit("4.o", use("a.h", 5, 1, lint.UseFunction, "memfrob", lint.ProofCompile))
	c, got := p.collected(Options{})
	want := []string{
		"a.h:2:1 error ML4002 implicit declaration of function 'strfry'",
		"a.h:5:1 error ML4002 implicit declaration of function 'memfrob'",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if c.Units != 4 || c.Report.Files != 1 || !slices.Equal(c.Roots, []string{p.root}) {
		t.Errorf("units %d, files %d, roots %v", c.Units, c.Report.Files, c.Roots)
	}
}

// A symbol that the linker misses is not told where its place in a source is.
func TestCollectedSymbols(t *testing.T) {
	p := newProject(t)
	write(t, "a.c", "fts_open();\n")
	p.unit("a.o", use("a.c", 1, 1, lint.UseFunction, "fts_open", lint.ProofCompile))
	p.unit("a", use("", 0, 0, lint.UseSymbol, "fts_open", lint.ProofLink), use("", 0, 0, lint.UseSymbol, "strfry", lint.ProofLink))
	p.unit("b", use("", 0, 0, lint.UseSymbol, "strfry", lint.ProofLink))
	c, got := p.collected(Options{})
	want := []string{
		"a.c:1:1 error ML4014 implicit declaration of function 'fts_open'",
		"a error ML5001 undefined reference to `strfry'",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	last := c.Report.Findings[1].Evidence
	if len(last) == 0 || last[len(last)-1] != (lint.Related{Message: lint.HereToo, Range: lint.Range{File: "b"}}) {
		t.Errorf("evidence: %+v", last)
	}
}

// A file that changed is left out of all units that saw the old one, and not of those that saw
// the new one.
func TestCollectedStale(t *testing.T) {
	p := newProject(t)
	write(t, "a.c", "strfry(x);\n")
	write(t, "b.c", "strfry(x);\n")
	write(t, "gone.c", "strfry(x);\n")
	p.unit("old.o", use("a.c", 1, 1, lint.UseFunction, "strfry", lint.ProofCompile), use("b.c", 1, 1, lint.UseFunction, "strfry", lint.ProofCompile))
	p.unit("gone.o", use("gone.c", 1, 1, lint.UseFunction, "strfry", lint.ProofCompile))
	write(t, "a.c", "\nmemfrob(x);\n")
	if err := os.Remove("gone.c"); err != nil {
		t.Fatal(err)
	}
	p.unit("new.o", use("a.c", 2, 1, lint.UseFunction, "memfrob", lint.ProofCompile))
	c, got := p.collected(Options{})
	want := []string{
		"a.c:2:1 error ML4002 implicit declaration of function 'memfrob'",
		"b.c:1:1 error ML4002 implicit declaration of function 'strfry'",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"a.c": 1, "gone.c": 1}, c.Stale); diff != "" {
		t.Errorf("stale, -want +got:\n%s", diff)
	}
	if len(c.Report.Notes) != 1 || c.Report.Notes[0].Text != "2 uses of 2 files that changed since the build are left out; build again" {
		t.Errorf("notes: %v", c.Report.Notes)
	}
}

// Records may come with somebody else's project: of a file that was not hashed nothing is told, and
// of one that is said to lead to another no line but an #include.
func TestCollectedShowsWhatWasCompiled(t *testing.T) {
	p := newProject(t)
	write(t, "a.c", "# include <a.h>\nsecret\n")
	write(t, "a.h", "strfry(x);\n")
	write(t, "b.h", "strfry(x);\n")
	known := use("a.h", 1, 1, lint.UseFunction, "strfry", lint.ProofCompile)
	for line := range 4 {
		known.Via = append(known.Via, lint.Spot{File: filepath.Join(p.root, "a.c"), Line: line})
	}
	u := p.unit("a.o", known)
	u.Uses = append(u.Uses, use(filepath.Join(p.root, "b.h"), 1, 1, lint.UseFunction, "strfry", lint.ProofCompile))
	p.save(u)
	c, got := p.collected(Options{})
	if diff := cmp.Diff([]string{"a.h:1:1 error ML4002 implicit declaration of function 'strfry'"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"b.h": 1}, c.Stale); diff != "" {
		t.Errorf("stale, -want +got:\n%s", diff)
	}
	var shown []lint.Range
	for _, e := range c.Report.Findings[0].Evidence {
		if e.Range.End > 0 {
			shown = append(shown, e.Range)
		}
	}
	if diff := cmp.Diff([]lint.Range{{File: "a.c", Start: 0, End: len("# include <a.h>")}}, shown); diff != "" {
		t.Errorf("shown, -want +got:\n%s", diff)
	}
}

// What other projects' headers use is one line for each of them, without repairs.
func TestCollectedForeign(t *testing.T) {
	p := newProject(t)
	write(t, "../lib/x.h", "strfry(x);\nmemfrob(x);\n")
	write(t, "a.c", "#include <x.h>\n")
	p.unit("a.o", use("../lib/x.h", 1, 1, lint.UseFunction, "strfry", lint.ProofCompile), use("../lib/x.h", 2, 1, lint.UseFunction, "memfrob", lint.ProofCompile))
	c, got := p.collected(Options{})
	name := filepath.Join(filepath.Dir(p.root), "lib", "x.h")
	if diff := cmp.Diff([]string{name + " info ML4002 implicit declaration of function 'strfry' (and 1 more in this file)"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if f := c.Report.Findings[0]; len(f.Fixes) > 0 || f.Fingerprint == "" {
		t.Errorf("%+v", f)
	}
}

// The targets of units are judged apart, and what holds for several of them is told once.
func TestCollectedTargets(t *testing.T) {
	p := newProject(t)
	write(t, "a.c", "qsort_r();\nstrfry();\n")
	for i, on := range []string{"alpine:3.15", "alpine:3.20"} {
		u := p.unit(fmt.Sprint(i), use("a.c", 2, 1, lint.UseFunction, "strfry", lint.ProofCompile))
		if i == 0 {
			u.Uses = append(u.Uses, use(filepath.Join(p.root, "a.c"), 1, 1, lint.UseFunction, "qsort_r", lint.ProofCompile))
		}
		u.On = on
		p.save(u)
	}
	c, got := p.collected(Options{})
	if len(got) != 2 || !strings.Contains(got[0], "qsort_r") || len(c.Report.Findings[1].Targets) != 2 {
		t.Errorf("%v, targets %v", got, c.Report.Findings[1].Targets)
	}
}

func TestCollectedFailures(t *testing.T) {
	p := newProject(t)
	write(t, "a.c", "strfry(x);\n")
	u := p.unit("a.o", use("a.c", 1, 1, lint.UseFunction, "strfry", lint.ProofCompile))
	write(t, ".musllint/tu/half.json", "{")
	u.On, u.Output = "plan9:4", filepath.Join(p.root, "b.o")
	p.save(u)
	c, got := p.collected(Options{})
	if len(got) != 1 || len(c.Report.Failures) != 2 {
		t.Fatalf("%v, failures %v", got, c.Report.Failures)
	}
	if f := c.Report.Failures[0]; f.File != ".musllint/tu/half.json" || strings.Contains(f.Err.Error(), "half.json") {
		t.Errorf("%v: %v", f.File, f.Err)
	}
	if f := c.Report.Failures[1]; f.File != "b.o" || !strings.Contains(f.Err.Error(), "plan9") {
		t.Errorf("%v: %v", f.File, f.Err)
	}
	if _, err := newLinter(t, Options{}).Collected(record.Store{Dir: filepath.Join(p.root, "none")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no store: %v", err)
	}
}

// Line numbers move, and the names of findings stay.
func TestCollectedFingerprints(t *testing.T) {
	p := newProject(t)
	prints := func() []string {
		c, _ := p.collected(Options{})
		var list []string
		for _, f := range c.Report.Findings {
			list = append(list, f.Fingerprint)
		}
		return list
	}
	write(t, "a.c", "strfry(x);\nmemfrob(y);\n")
	p.unit("a.o", use("a.c", 1, 1, lint.UseFunction, "strfry", lint.ProofCompile), use("a.c", 2, 1, lint.UseFunction, "memfrob", lint.ProofCompile))
	p.unit("a", use("", 0, 0, lint.UseSymbol, "strfry2", lint.ProofLink), use("", 0, 0, lint.UseOption, "-lanl", lint.ProofLink))
	before := prints()
	write(t, "a.c", "\n\nstrfry(x);\n\tmemfrob(y);\n")
	p.unit("a.o", use("a.c", 3, 1, lint.UseFunction, "strfry", lint.ProofCompile), use("a.c", 4, 2, lint.UseFunction, "memfrob", lint.ProofCompile))
	if diff := cmp.Diff(before, prints()); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
	slices.Sort(before)
	if n := len(slices.Compact(before)); n != 4 {
		t.Errorf("%d names of 4 findings", n)
	}
}

func TestSourceSuppressions(t *testing.T) {
	tests := []struct {
		text string
		want string // what is left: the line and the rule of each
	}{
		{"strfry(x);", "1 ML4002"},
		{"// musllint ignore=ML4002\nstrfry(x);", ""},
		{"/* musllint ignore=function-missing reason=\"a joke\" */\nstrfry(x);", ""},
		{"strfry(x); // musllint ignore=ML4002", ""},
		{"strfry(x); /* musllint: ignore=ML4 */", ""},
		{"/* musllint ignore=ML4002 */ strfry(x);", ""},
		{"// musllint ignore=ML4002\n\n// and a comment\n/* or two */\nstrfry(x);", ""},
		{"// musllint ignore=ML4002\nint a;\nstrfry(x);", "3 ML4002"},
		{"int a; // musllint ignore=ML4002\nstrfry(x);", "2 ML4002"},
		{"// musllint ignore=ML4001\nstrfry(x);", "2 ML4002"},
		{"/* Copyright */\n// musllint ignore-file=ML4002\n#include <string.h>\nstrfry(x);", ""},
		{"int a;\n// musllint ignore-file=ML4002\nstrfry(x);", "2 ML0012, 3 ML4002"},
		{"// musllint ignore-stage=ML4002\nstrfry(x);", "1 ML0012, 2 ML4002"},
		{"// musllint ignore=ML4002 until=2020-01-01\nstrfry(x);", "1 ML0011, 2 ML4002"},
		{"// musllint ignore=ML9999\nstrfry(x);", "1 ML0012, 2 ML4002"},
		{"char *s = \"// musllint ignore=ML4002\";\nstrfry(x);", "2 ML4002"},
		{"strfry(x);\n// musllint ignore=ML4002", "1 ML4002"},
		{"// musllint says nothing\nstrfry(x);", "2 ML4002"},
		{"// musllint ignore=ML4002 \\\n reason=x\nstrfry(x);", "1 ML0012, 3 ML4002"},
	}
	for _, test := range tests {
		p := newProject(t)
		write(t, "a.c", test.text+"\n")
		line := 1 + strings.Count(test.text[:strings.Index(test.text, "strfry(")], "\n")
		column := strings.Index(strings.Split(test.text, "\n")[line-1], "strfry(") + 1
		p.unit("a.o", use("a.c", line, column, lint.UseFunction, "strfry", lint.ProofCompile))
		c, _ := p.collected(Options{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		var got []string
		for _, f := range c.Report.Findings {
			got = append(got, fmt.Sprintf("%d %s", c.Report.Sources["a.c"].Position(f.Range.Start).Line, f.Rule))
		}
		if s := strings.Join(got, ", "); s != test.want {
			t.Errorf("%q: %s, want %s", test.text, s, test.want)
		}
		if _, all := p.collected(Options{NoIgnore: true}); len(all) != 1 {
			t.Errorf("%q: comments count although they should not: %v", test.text, all)
		}
	}
}

// An expired suppression can be taken out.
func TestSourceSuppressionRemoval(t *testing.T) {
	tests := []struct{ text, want string }{
		{"// musllint ignore=ML4002 until=2020-01-01\nint a;\n", "int a;\n"},
		{"\t/* musllint ignore=ML4002 until=2020-01-01 */\nint a;\n", "int a;\n"},
		{"int a; // musllint ignore=ML4002 until=2020-01-01\nint b;\n", "int a;\nint b;\n"},
		{"int a; /* musllint ignore=ML4002 until=2020-01-01 */ int b;\n", "int a;  int b;\n"},
		{"int a; // musllint ignore=ML4002 until=2020-01-01", "int a;"},
	}
	for _, test := range tests {
		src := lint.NewSource("a.c", []byte(test.text))
		s := suppressor{source: src, rules: testRules(), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		s.rules.ids, s.rules.names = []string{"ML4002"}, map[string]string{"ML4002": "x"}
		s.readComments()
		found := s.remarks()
		if len(found) != 1 || len(found[0].Fixes) != 1 {
			t.Errorf("%q: %+v", test.text, found)
			continue
		}
		r := found[0].Fixes[0].Edits[0].Range
		if got := test.text[:r.Start] + test.text[r.End:]; got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

// Ten thousand findings are a matter of a second.
func TestCollectedMany(t *testing.T) {
	p := newProject(t)
	const n = 10_000
	var text strings.Builder
	uses := make([]lint.Use, n)
	for i := range uses {
		fmt.Fprintf(&text, "f%d(strfry(x));\n", i)
		uses[i] = use("a.c", i+1, strings.IndexByte(fmt.Sprintf("f%d(", i), '(')+2, lint.UseFunction, fmt.Sprintf("strfry%d", i), lint.ProofCompile)
	}
	write(t, "a.c", text.String())
	p.unit("a.o", uses...)
	start := time.Now()
	if _, got := p.collected(Options{}); len(got) != n {
		t.Errorf("%d findings", len(got))
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("takes %v", took)
	} else {
		t.Log(took)
	}
}

// What a missing header declares is told with the header, wherever it is used, unless it has a
// repair of its own or the header is only looked for by a configure script.
func TestCollectedFollowers(t *testing.T) {
	p := newProject(t)
	write(t, "a.h", "#include <sys/queue.h>\n#include <execinfo.h>\n")
	write(t, "b.c", "TAILQ_INIT(&x);\nTAILQ_FIRST(&x);\nbacktrace(x, 1);\n")
	execinfo := use("a.h", 2, 10, lint.UseHeader, "execinfo.h", lint.ProofCompile)
	execinfo.Guard = "HAVE_EXECINFO_H"
	p.unit("b.o",
		use("a.h", 1, 10, lint.UseHeader, "sys/queue.h", lint.ProofCompile), execinfo,
		use("b.c", 1, 1, lint.UseMacro, "TAILQ_INIT", lint.ProofCompile),
		use("b.c", 2, 1, lint.UseMacro, "TAILQ_FIRST", lint.ProofCompile),
		use("b.c", 3, 1, lint.UseFunction, "backtrace", lint.ProofCompile),
	)
	p.unit("b", use("", 0, 0, lint.UseSymbol, "TAILQ_INSERT_TAIL", lint.ProofLink))
	c, got := p.collected(Options{})
	want := []string{
		"a.h:1:10 error ML4001 sys/queue.h: No such file or directory",
		"a.h:2:10 info ML4016 execinfo.h: No such file or directory",
		"b.c:3:1 error ML4016 implicit declaration of function 'backtrace'",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	told := slices.ContainsFunc(c.Report.Findings[0].Evidence, func(r lint.Related) bool {
		return r.Message == "3 places use what it declares: TAILQ_FIRST, TAILQ_INIT, TAILQ_INSERT_TAIL"
	})
	if !told {
		t.Errorf("%+v", c.Report.Findings[0].Evidence)
	}
}

// Whatever a record holds, there is a report.
func FuzzCollected(f *testing.F) {
	f.Add([]byte(`{"format":1,"root":"/p","on":"alpine:3.20","output":"a","uses":[{"kind":"header","name":"fts.h","file":"a.c","line":1,"column":10,"proof":"compile","via":[{"file":"b.c","line":-1}]}]}`), []byte("#include <fts.h>\n"))
	f.Add([]byte(`{"format":1,"on":"musl:1.2.5","files":{"a.c":"x"},"uses":[{"kind":"symbol","name":"","file":"a.c","line":9,"column":-7},{"kind":"member","name":"a.","file":"","line":1},{"kind":"option","name":"-lx"}]}`), []byte("\xff\xfe"))
	f.Add([]byte(`{"format":1,"on":"alpine:edge","uses":[{"kind":"function","name":"strfry","file":"a.c","line":1,"column":1,"guard":"X","generated":true},{"kind":"type","name":"off64_t","file":"a.c","line":1,"column":2000000000}]}`), []byte("// musllint ignore=ML4002\nstrfry(off64_t)"))
	dir := f.TempDir()
	f.Chdir(dir)
	store := record.Store{Dir: filepath.Join(dir, record.Folder)}
	if err := store.Prepare(); err != nil {
		f.Fatal(err)
	}
	linter := newLinter(f, Options{NoConfig: true, Select: []string{"all"}})
	f.Fuzz(func(t *testing.T, unit, source []byte) {
		for name, text := range map[string][]byte{filepath.Join(store.Dir, "tu", "x.json"): unit, "a.c": source} {
			if err := os.WriteFile(name, text, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		c, err := linter.Collected(store)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range c.Report.Findings {
			if src := c.Report.Sources[x.Range.File]; src != nil && (x.Range.Start < 0 || x.Range.End < x.Range.Start || x.Range.End > len(src.Content)) {
				t.Errorf("%+v of %d bytes", x.Range, len(src.Content))
			}
		}
	})
}
