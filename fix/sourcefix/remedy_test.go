package sourcefix

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// eachRemedy calls a function with every remedy of the table.
func eachRemedy(visit func(facts.Remedy)) {
	for _, name := range facts.RemedyNames() {
		for _, kind := range []lint.UseKind{lint.UseFunction, lint.UseHeader, lint.UseConflict} {
			for _, r := range facts.Remedies(kind, name) {
				visit(r)
			}
		}
	}
}

// part is a piece of a source with what it includes.
type part struct {
	name     string
	includes []string
	code     string
}

// partOf is a piece of code that a remedy is about.
func partOf(r facts.Remedy, code string) part {
	p := part{name: r.Name, code: code}
	if i, ok := facts.LookupInterface(r.Name); ok && len(i.Headers) > 0 { // glibc's, which declares it
		p.includes = append(p.includes, "#ifdef __GLIBC__\n#include <"+i.Headers[0]+">\n#endif\n")
	}
	for _, h := range r.Needs {
		p.includes = append(p.includes, "#include <"+h+">\n")
	}
	return p
}

// tryCompile compiles parts, all in one source, and one by one only where that fails.
func tryCompile(t *testing.T, compiler, name string, parts []part, flags ...string) {
	t.Helper()
	if compiler == "" {
		return
	}
	if _, err := exec.LookPath(compiler); err != nil {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Error(err)
		}
		t.Log(err)
		return
	}
	dir := t.TempDir()
	one := func(parts []part) (string, error) {
		text := "#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n#include <features.h>\n"
		seen := map[string]bool{}
		for _, p := range parts {
			for _, in := range p.includes {
				if !seen[in] {
					seen[in] = true
					text += in
				}
			}
		}
		for _, p := range parts {
			text += p.code + "\n"
		}
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		_, output, err := compile(dir, compiler, append(append([]string{"-c"}, flags...), name)...)
		return output, err
	}
	output, err := one(parts)
	if err == nil {
		return
	}
	alone := 0
	for _, p := range parts {
		if output, err := one([]part{p}); err != nil {
			t.Errorf("%s with %s: %s\n%s", p.name, compiler, p.code, output)
			alone++
		}
	}
	if alone == 0 {
		t.Errorf("%s, all together: %s", compiler, output)
	}
}

// TestRemediesMeanTheSame has gcc compare what a remedy writes with what glibc has: types with
// types, constants with constants.
func TestRemediesMeanTheSame(t *testing.T) {
	var parts []part
	eachRemedy(func(r facts.Remedy) {
		if r.Kind != "name" || r.Safety != lint.Safe {
			return
		}
		known, _ := facts.LookupInterface(r.Name)
		assertion := ""
		switch {
		case r.Action == "rename" && (known.Kind == "type" || strings.HasSuffix(r.Name, "_TYPE")):
			assertion = fmt.Sprintf("_Static_assert(__builtin_types_compatible_p(%s, %s), \"type\");", r.Name, r.Text)
		case r.Action == "rename" && known.Kind == "constant":
			assertion = fmt.Sprintf("_Static_assert(%s == %s, \"constant\");", r.Name, r.Text)
		case r.Action == "fallback" && (r.Unless == "" || r.Unless == r.Name):
			value, ok := strings.CutPrefix(r.Text, "#define "+r.Name+" ")
			if !ok || strings.ContainsAny(value, "\n\"_[*") || value == "0" { // a 0 says that there is nothing to ask for
				return
			}
			// With a type that takes both whole and broken numbers.
			assertion = fmt.Sprintf("_Static_assert((long double) (%s) == (long double) (%s), \"value\");", r.Name, value)
		default:
			return
		}
		parts = append(parts, partOf(r, assertion))
	})
	if len(parts) < 80 {
		t.Errorf("%d are compared", len(parts))
	}
	tryCompile(t, "gcc", "x.c", parts, "-w")
}

// TestFallbacksCompile compiles every definition with glibc, where it has to give way, and with
// musl, in C and in C++, with the warnings that people have on.
func TestFallbacksCompile(t *testing.T) {
	p := newPlanner(lint.NewSource("x.c", nil), nil, lint.Target{})
	var parts []part
	errors := false
	eachRemedy(func(r facts.Remedy) {
		if r.Action != "fallback" {
			return
		}
		unless := r.Unless
		if unless == "" {
			unless = r.Name
		}
		text := r.Text
		if slices.Contains(standInNames("error.h"), r.Name) { // these need each other
			if errors {
				return
			}
			errors = true
			var all []string
			for _, n := range standInNames("error.h") {
				all = append(all, onlyOnce(n, facts.Remedies(lint.UseFunction, n)[0].Text))
			}
			text = strings.Join(all, "\n")
			r = facts.Remedies(lint.UseFunction, "error")[0]
		}
		name := ""
		if unless == "__GLIBC__" && once(text) {
			name = r.Name
		}
		if r.Name == "error" { // the parts see to it
			name = "all_of_error"
		}
		code := p.conditional(unless, name, text)
		parts = append(parts, partOf(r, code+"\n"+code)) // a header and a source may have it
	})
	for _, c := range []struct{ compiler, name string }{{"gcc", "x.c"}, {muslGCC(false), "x.c"}, {"g++", "x.cc"}, {muslGCC(true), "x.cc"}} {
		tryCompile(t, c.compiler, c.name, parts, "-Wall", "-Wextra", "-Werror")
	}
}

// TestRenamedExist compiles the names that remedies write for others, with the headers that they
// include for them, for musl.
func TestRenamedExist(t *testing.T) {
	var parts []part
	eachRemedy(func(r facts.Remedy) {
		code := ""
		switch {
		case r.Action == "rename" && r.Text != "const":
			code = "sizeof(" + r.Text + ")"
			if i, ok := facts.LookupInterface(r.Text); ok && i.Kind == "macro" && strings.ToLower(r.Text) == r.Text || strings.HasPrefix(r.Text, "W") {
				arguments := "0"
				switch {
				case r.Text == "makedev":
					arguments = "0, 0"
				case strings.HasPrefix(r.Text, "is"):
					arguments = "0.0"
				}
				code = "sizeof(" + r.Text + "(" + arguments + "))"
			}
		case r.Action == "call":
			code = "sizeof(" + strings.Replace(r.Text, "$*", "0", 1) + ")"
		case r.Action == "index":
			code = "sizeof(" + r.Text + "(0))"
		default:
			return
		}
		parts = append(parts, partOf(r, "int x"+r.Name+" = "+code+";"))
	})
	if len(parts) < 80 {
		t.Errorf("%d are compiled", len(parts))
	}
	tryCompile(t, "gcc", "x.c", parts, "-w")
	tryCompile(t, muslGCC(false), "x.c", parts, "-w")
}
