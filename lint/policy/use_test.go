package policy

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// useTarget is the system that the uses of these tests are judged for.
var useTarget = lint.Target{Libc: lint.Musl, Version: "1.2.5", Distro: "alpine", Release: "3.20", Arch: "amd64"}

// saidOfUses shows what policies find in uses that are written for ReadUses.
func saidOfUses(t *testing.T, set *Set, text string, opt Options, edit func([]Use)) []string {
	t.Helper()
	list, _, err := ReadUses([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var uses []Use
	for _, u := range list {
		uses = append(uses, Use{Use: u, Range: lint.Range{File: "a.c", Start: 100*u.Line + u.Column, End: 100*u.Line + u.Column + 1}})
	}
	if edit != nil {
		edit(uses)
	}
	found, diags := set.EvaluateUses(uses, useTarget, opt)
	if diags.HasErrors() {
		t.Fatal(written(t, set, diags))
	}
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("%d %s %s %s", f.Range.Start, f.Rule, f.Severity, f.Message))
		for _, e := range f.Evidence {
			out = append(out, "  "+e.Message)
		}
	}
	return out
}

const anyUse = "match \"use\" {}\n"

// A fallback speaks only where nothing else does, whether that is switched on or not.
func TestFallback(t *testing.T) {
	set := setOf(t,
		"message = \"general\"\nfallback = true\n"+anyUse,
		"message = \"special\"\nmatch \"use\" {\n name = [\"fts_*\"]\n}\nwhen = use.name != \"fts_not\"\n")
	text := "1:1 function fts_open compile\n2:1 function fts_not compile\n3:1 function other compile\n"
	want := []string{"101 CORP002 warning special", "201 CORP001 warning general", "301 CORP001 warning general"}
	if diff := cmp.Diff(want, saidOfUses(t, set, text, Options{}, nil)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	off := Options{Enabled: func(id, _ string, _ bool) bool { return id != "CORP002" }}
	if diff := cmp.Diff(want[1:], saidOfUses(t, set, text, off, nil)); diff != "" {
		t.Errorf("switched off, -want +got:\n%s", diff)
	}
}

// What is not proved by a compiler or linker is no error, and what a configure script decides
// anew is worth knowing only.
func TestSeverityOfProofs(t *testing.T) {
	set := setOf(t, "severity = \"error\"\nmessage = use.name\n"+anyUse)
	text := `1:1 function compiled compile
2:1 symbol linked link
3:1 symbol seen object
4:1 function read text
5:1 function guarded compile guard=HAVE_X
6:1 behavior other compile
`
	want := []string{
		"101 CORP001 error compiled", "201 CORP001 error linked", "301 CORP001 warning seen", "401 CORP001 warning read",
		"501 CORP001 info guarded", "601 CORP001 info other",
	}
	if diff := cmp.Diff(want, saidOfUses(t, set, text, Options{}, nil)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Uses are one finding when they are of one name, or have the very same repair, but not when
// their repairs differ.
func TestOnceOfUses(t *testing.T) {
	edit := func(at int) []lint.Edit {
		return []lint.Edit{{Range: lint.Range{File: "a.c", Start: at, End: at}, NewText: "x"}}
	}
	text := `1:1 function a compile
2:1 function a compile
3:1 function b compile
4:1 macro a compile
5:1 function c compile
6:1 function c compile
7:1 function d compile
`
	repairs := map[int]lint.Fix{
		5: {Title: "guard c", Safety: lint.Safe, Edits: edit(10)},
		6: {Title: "drop c", Safety: lint.Safe, Edits: edit(20)},
		7: {Title: "guard d", Safety: lint.Safe, Edits: edit(10)},
	}
	with := func(uses []Use) {
		for i := range uses {
			if f, ok := repairs[uses[i].Line]; ok {
				uses[i].Fixes = []lint.Fix{f}
			}
		}
	}
	set := setOf(t, "once = \"name\"\nmessage = use.name\nrepairs = source_fixes()\n"+anyUse)
	want := []string{
		"101 CORP001 warning a", "  " + lint.HereToo,
		"301 CORP001 warning b", "401 CORP001 warning a",
		"501 CORP001 warning c", "  d",
		"601 CORP001 warning c",
	}
	if diff := cmp.Diff(want, saidOfUses(t, set, text, Options{}, with)); diff != "" {
		t.Errorf("name, -want +got:\n%s", diff)
	}
	set = setOf(t, "once = \"file\"\nmessage = use.name\nrepairs = source_fixes()\n"+anyUse)
	want = []string{
		"101 CORP001 warning a", "  " + lint.HereToo, "  b", "  " + lint.HereToo,
		"501 CORP001 warning c", "  d",
		"601 CORP001 warning c",
	}
	if diff := cmp.Diff(want, saidOfUses(t, set, text, Options{}, with)); diff != "" {
		t.Errorf("file, -want +got:\n%s", diff)
	}
}

func TestPlace(t *testing.T) {
	tests := []struct{ line, use, want string }{
		{`#include <fts.h>`, "1:10 header fts.h compile", "<fts.h>"},
		{`#include "argp.h" // x`, "1:10 header argp.h compile", `"argp.h"`},
		{`#include HEADER`, "1:10 header argp.h compile", "HEADER"},
		{`	x = info->_sifields._pad;`, "1:10 member siginfo_t._sifields compile", "_sifields"},
		{`	return f(fts, fts_open(x));`, "1:16 function fts_open compile", "fts_open"},
		{`	return xfts_open, fts_open;`, "1:9 function fts_open compile", "fts_open"},
		{`	connect(fd, &addr, 1);`, "1:14 conflict connect compile", "&addr"},
		{`	MACRO(a);`, "1:2 function hidden compile", "MACRO"},
		{`	a b`, "1:0 function hidden compile", "a b"},
		{`	a b`, "1:90 function hidden compile", "a b"},
		{``, "1:1 function hidden compile", ""},
	}
	for _, test := range tests {
		uses, _, err := ReadUses([]byte(test.use))
		if err != nil {
			t.Fatal(err)
		}
		src := lint.NewSource("a.c", []byte(test.line+"\n"))
		if got := src.Text(Place(src, &uses[0])); got != test.want {
			t.Errorf("%s: %s: %q, want %q", test.line, test.use, got, test.want)
		}
	}
	src := lint.NewSource("a.c", []byte("x\n"))
	for _, line := range []int{0, -1, 9} {
		if got := Place(src, &lint.Use{Name: "x", Line: line, Column: 1}); got != (lint.Range{File: "a.c"}) {
			t.Errorf("line %d: %v", line, got)
		}
	}
}

func FuzzPlace(f *testing.F) {
	f.Add("#include <fts.h>", "fts.h", "header", 1, 10)
	f.Add("a.b", "t.b", "member", 1, 2)
	f.Fuzz(func(t *testing.T, text, name, kind string, line, column int) {
		src := lint.NewSource("a.c", []byte(text))
		r := Place(src, &lint.Use{Kind: lint.UseKind(kind), Name: name, Line: line, Column: column})
		if r.Start < 0 || r.End < r.Start || r.End > len(text) {
			t.Errorf("%v of %d bytes", r, len(text))
		}
	})
}

func TestReadUses(t *testing.T) {
	text := "on alpine:3.16\n\n3:10 header fts.h compile \"fts.h: \\\"No\\\" such\" guard=HAVE_FTS generated\n- symbol getcontext link library=libc.so.6\n"
	uses, on, err := ReadUses([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []lint.Use{
		{Kind: lint.UseHeader, Name: "fts.h", Line: 3, Column: 10, Message: `fts.h: "No" such`, Proof: lint.ProofCompile, Guard: "HAVE_FTS", Generated: true},
		{Kind: lint.UseSymbol, Name: "getcontext", Proof: lint.ProofLink, Library: "libc.so.6"},
	}
	if diff := cmp.Diff(want, uses); diff != "" || on != "alpine:3.16" {
		t.Errorf("on %q, -want +got:\n%s", on, diff)
	}
	for _, wrong := range []string{"1:1 header fts.h", "1 header fts.h compile", "1:1 thing fts.h compile", "1:1 header fts.h seen", `1:1 header fts.h compile "open`, "1:1 header fts.h compile guarded"} {
		if _, _, err := ReadUses([]byte(wrong)); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

// Whatever glibc has and musl lacks is some policy's business, and of one alone.
func TestEveryUseHasOnePolicy(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	kindOf := map[string]lint.UseKind{"function": lint.UseFunction, "macro": lint.UseMacro, "constant": lint.UseMacro, "variable": lint.UseMacro, "type": lint.UseType}
	var uses []Use
	add := func(kind lint.UseKind, name string) {
		at := len(uses) + 1
		uses = append(uses, Use{Use: lint.Use{Kind: kind, Name: name, Proof: lint.ProofCompile, Line: at}, Range: lint.Range{File: fmt.Sprint(at), Start: at, End: at + 1}})
	}
	table, err := os.ReadFile("../facts/interfaces.tsv")
	if err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(string(table), "\n") // behind the names of its columns
	for row := range strings.Lines(rows) {
		name, _, _ := strings.Cut(row, "\t")
		i, _ := facts.LookupInterface(name)
		add(kindOf[i.Kind], name)
		if i.Kind == "function" {
			add(lint.UseSymbol, name)
		}
	}
	for name := range facts.Headers() {
		add(lint.UseHeader, name)
	}
	for _, kind := range useKinds {
		add(kind, "unknown")
	}
	all := Options{Enabled: func(string, string, bool) bool { return true }}
	found, diags := set.EvaluateUses(uses, useTarget, all)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	rules := map[string][]string{}
	for _, f := range found {
		rules[f.Range.File] = append(rules[f.Range.File], f.Rule)
	}
	for i, u := range uses {
		got := rules[fmt.Sprint(i+1)]
		if len(got) == 1 || len(got) == 0 && u.Kind == lint.UseOption {
			continue
		}
		t.Errorf("%s %s: %s", u.Kind, u.Name, strings.Join(got, ", "))
	}
	if !slices.ContainsFunc(found, func(f lint.Finding) bool { return f.Rule == "ML4014" }) {
		t.Error("nothing is of ML4014")
	}
}
