package sourcefix

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/musllint/musllint/fix"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// check holds what every plan has to keep.
func check(t *testing.T, src *lint.Source, uses []lint.Use, target lint.Target, random *rand.Rand) {
	t.Helper()
	plans := Plan(src, uses, target)
	if len(plans) != len(uses) {
		t.Fatalf("%d plans for %d uses", len(plans), len(uses))
	}
	for i, list := range plans {
		for _, f := range list {
			if f.Title == "" || f.Safety == "" || (f.Safety == lint.Manual) != (len(f.Edits) == 0) {
				t.Fatalf("%s %s: %+v", uses[i].Kind, uses[i].Name, f)
			}
			for _, e := range f.Edits {
				if e.Range.File != src.Name || e.Range.Start < 0 || e.Range.End < e.Range.Start || e.Range.End > len(src.Content) {
					t.Fatalf("%s %s: edit %+v of %d bytes", uses[i].Kind, uses[i].Name, e, len(src.Content))
				}
			}
			applied(t, src, f.Edits) // each of them alone
		}
	}
	for range 4 { // any of the first ones together
		var some []lint.Edit
		for _, list := range plans {
			if len(list) > 0 && random.IntN(2) == 0 {
				some = append(some, list[0].Edits...)
			}
		}
		applied(t, src, some)
	}
	all, _ := first(plans)
	after := applied(t, src, all)
	again, _ := first(Plan(lint.NewSource(src.Name, after), uses, target))
	if second := applied(t, lint.NewSource(src.Name, after), again); !bytes.Equal(second, after) {
		t.Fatalf("a second run:\n%s", fix.Unified(src.Name, string(after), string(second)))
	}
}

// applied makes edits; what comes out has the tokens of a source, and its conditions end where they
// did.
func applied(t *testing.T, src *lint.Source, edits []lint.Edit) []byte {
	t.Helper()
	after, err := fix.Apply(src.Content, edits)
	if err != nil {
		t.Fatalf("%v: %+v", err, edits)
	}
	before, now := csource.Read(src.Content), csource.Read(after)
	if open(before) != open(now) {
		t.Fatalf("conditions are open: %d before, %d after\n%s", open(before), open(now), fix.Unified(src.Name, string(src.Content), string(after)))
	}
	return after
}

// open counts the conditions that no #endif ends, less those that end without having begun.
func open(f *csource.File) int {
	n := 0
	for _, d := range f.Directives() {
		switch d.Name {
		case "if", "ifdef", "ifndef":
			n++
		case "endif":
			n--
		}
	}
	return n
}

func TestPlansOfRecipes(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	random := rand.New(rand.NewPCG(1, 2))
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			r := readRecipe(t, path)
			check(t, lint.NewSource(r.name, r.before), r.uses, r.target(), random)
			// And with whatever a user may have by mistake: uses of other lines, all names of the file.
			check(t, lint.NewSource(r.name, r.before), someUses(r.before, random, 20), r.target(), random)
		})
	}
}

// TestPlansOfMixtures plans for texts made of lines of all recipes, in any order.
func TestPlansOfMixtures(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	var lines []string
	for _, path := range files {
		lines = append(lines, strings.SplitAfter(string(readRecipe(t, path).before), "\n")...)
	}
	rounds := 3000
	if testing.Short() {
		rounds = 200
	}
	for i := range rounds {
		random := rand.New(rand.NewPCG(uint64(i), 3))
		var text strings.Builder
		for range random.IntN(60) {
			text.WriteString(lines[random.IntN(len(lines))])
		}
		name := []string{"in.c", "in.h", "in.cc"}[random.IntN(3)]
		uses := someUses([]byte(text.String()), random, 25)
		if !t.Run(strconv.Itoa(i), func(t *testing.T) {
			defer func() {
				if t.Failed() {
					t.Logf("%s:\n%s\n%v", name, text.String(), uses)
				}
			}()
			check(t, lint.NewSource(name, []byte(text.String())), uses, lint.Target{Libc: lint.Musl, Version: "1.2.5"}, random)
		}) {
			return
		}
	}
}

var kinds = []lint.UseKind{
	lint.UseHeader, lint.UseFunction, lint.UseMacro, lint.UseType, lint.UseMember, lint.UseSymbol, lint.UseConflict, lint.UseRedirect, lint.UseOption,
	lint.UseBehavior, lint.UseOther,
}

// someUses are uses of names that are in a text, and of some that are not.
func someUses(text []byte, random *rand.Rand, n int) []lint.Use {
	f := csource.Read(text)
	// A name is always known: with a place alone the second run would look elsewhere.
	names := []string{"x", "struct stat64", "sys/cdefs.h"}
	for _, in := range f.Includes() {
		names = append(names, in.Name)
	}
	for _, t := range f.Tokens() {
		if t.Kind == csource.Ident {
			names = append(names, f.Spelling(t))
		}
	}
	all := facts.RemedyNames()
	var uses []lint.Use
	for range n {
		u := lint.Use{Kind: kinds[random.IntN(len(kinds))], Name: names[random.IntN(len(names))], Line: random.IntN(30), Column: random.IntN(40)}
		if random.IntN(5) == 0 {
			u.Name = all[random.IntN(len(all))]
		}
		if u.Kind == lint.UseOther && len(facts.Remedies(lint.UseMacro, u.Name)) == 0 {
			u.Kind = lint.UseFunction // as a second run would look into another line
		}
		if list := facts.Remedies(u.Kind, u.Name); len(list) > 0 && list[0].Action == "cast" {
			u.Kind = lint.UseFunction
		}
		if random.IntN(20) == 0 {
			u.Guard = "HAVE_X"
		}
		if random.IntN(20) == 0 {
			u.Generated = true
		}
		if u.Kind == lint.UseConflict {
			u.Message = []string{"", "passing argument 2 of 'bind' from incompatible pointer type", "initialization of 'char *' from 'int'"}[random.IntN(3)]
		}
		uses = append(uses, u)
	}
	return uses
}

func FuzzPlan(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for i, path := range files {
		r := readRecipe(f, path)
		f.Add(r.before, uint64(i), r.name)
	}
	names := facts.RemedyNames()
	f.Fuzz(func(t *testing.T, text []byte, seed uint64, name string) {
		random := rand.New(rand.NewPCG(seed, 7))
		if random.IntN(3) == 0 && len(names) > 0 { // names that mean something, in odd places
			words := bytes.Fields(text)
			for range 5 {
				if len(words) > 0 {
					words[random.IntN(len(words))] = []byte(names[random.IntN(len(names))])
				}
			}
			text = bytes.Join(words, []byte([]string{" ", "\n", "\r\n", " ("}[random.IntN(4)]))
		}
		if strings.HasPrefix(name, "/usr") {
			name = "in.c"
		}
		uses := someUses(text, random, 12)
		slices.SortFunc(uses, func(a, b lint.Use) int { return a.Line - b.Line })
		check(t, lint.NewSource(name, text), uses, lint.Target{Libc: lint.Musl, Version: "1.2.5"}, random)
	})
}

func BenchmarkPlan(b *testing.B) {
	files, _ := filepath.Glob("testdata/*.txtar")
	var text []byte
	for len(text) < 1<<20 {
		for _, path := range files {
			r := readRecipe(b, path)
			if !bytes.Contains(r.before, []byte("#pragma once")) {
				text = append(text, r.before...)
			}
		}
	}
	uses := someUses(text, rand.New(rand.NewPCG(1, 1)), 50)
	src := lint.NewSource("in.c", text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Plan(src, uses, lint.Target{Version: "1.2.5"})
	}
}
