package policy

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// testRecipes are one that writes its parameters behind the place, one that finds nothing to
// do, and one that cannot.
func testRecipes() map[string]Recipe {
	edits := func(f *dockerfile.File, at lint.Range, with map[string][]string) ([]lint.Edit, bool) {
		return []lint.Edit{{Range: lint.Range{File: at.File, Start: at.End, End: at.End}, NewText: "+" + strings.Join(with["words"], ",")}}, true
	}
	return map[string]Recipe{
		"write": {Parameters: map[string]string{"words": "them", "how": "so"}, Required: []string{"words"}, Edits: edits},
		"whole": {Parameters: map[string]string{"words": "them"}, Stagewide: true, Edits: edits},
		"rest":  {Edits: func(*dockerfile.File, lint.Range, map[string][]string) ([]lint.Edit, bool) { return nil, true }},
		"give-up": {Edits: func(*dockerfile.File, lint.Range, map[string][]string) ([]lint.Edit, bool) {
			return nil, false
		}},
	}
}

const recipePolicy = `policy "CORP001" {
  name     = "p"
  title    = "t"
  severity = "info"
  message  = "m"
  match "command" { name = ["apk"] }
  fix "f" {
    safety = "unsafe"
FIX
  }
}`

func withFix(fix string) fstest.MapFS {
	return fstest.MapFS{"CORP001.hcl": {Data: []byte(strings.Replace(recipePolicy, "FIX", fix, 1))}}
}

func TestRecipes(t *testing.T) {
	const text = "FROM alpine:3.20\nRUN apk add x\n"
	end := strings.Index(text, " x\n") + 2
	written := func(words string) []lint.Edit {
		return []lint.Edit{{Range: lint.Range{File: "Dockerfile", Start: end, End: end}, NewText: words}}
	}
	for name, c := range map[string]struct {
		fix  string
		want lint.Fix
	}{
		"attribute":  {`recipe = "write"` + "\n" + `with = { words = ["a", command.operands[0]] }`, lint.Fix{Safety: lint.Unsafe, Edits: written("+a,x")}},
		"text":       {`recipe = "write"` + "\n" + `with = { words = "a", how = "" }`, lint.Fix{Safety: lint.Unsafe, Edits: written("+a")}},
		"steps":      {`recipe "write" { with = { words = "a" } }` + "\n" + `recipe "write" { with = { words = "b" } }`, lint.Fix{Safety: lint.Unsafe, Edits: written("+a+b")}},
		"with edit":  {`recipe "rest" {}` + "\n" + "edit {\n at = subject_range()\n with = \"!\"\n insert_after = true\n}", lint.Fix{Safety: lint.Unsafe, Edits: written("!")}},
		"stage-wide": {`recipe = "whole"` + "\n" + `with = { words = "a" }`, lint.Fix{Safety: lint.Unsafe, Edits: written("+a"), Exclusive: true, Group: "base of stage 0"}},
		"gives up":   {`recipe "write" { with = { words = "a" } }` + "\n" + `recipe "give-up" {}`, lint.Fix{Safety: lint.Manual}},
		"no need":    {`recipe = "rest"`, lint.Fix{Safety: lint.Manual}},
	} {
		t.Run(name, func(t *testing.T) {
			set := newSet()
			set.Teach(testRecipes())
			if diags := set.Add(withFix(c.fix), "ci"); diags.HasErrors() {
				t.Fatal(diags)
			}
			f := dockerfile.Parse(lint.NewSource("Dockerfile", []byte(text)), dockerfile.Options{})
			findings, diags := set.Evaluate(f, Options{})
			if diags.HasErrors() || len(findings) != 1 || len(findings[0].Fixes) != 1 {
				t.Fatalf("%v, findings %v", diags, findings)
			}
			c.want.Title = "f"
			if diff := cmp.Diff(c.want, findings[0].Fixes[0]); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestRecipeMistakes(t *testing.T) {
	for fix, want := range map[string]string{
		`recipe = "wirte"` + "\n" + `with = { words = "a" }`: "There is no recipe wirte. Did you mean write?",
		`recipe = "write"` + "\n" + `with = { word = "a" }`:  "The recipe write has no parameter word. Did you mean words?",
		`recipe = "write"`:                                            "The recipe write needs the parameter words.",
		`recipe = "write"` + "\n" + `with = ["a"]`:                    "an object",
		`recipe = "write"` + "\n" + `with = { words = nothing.x }`:    "has no nothing",
		`recipe = "write"` + "\n" + `with = { words = "a" }` + "\nto": "",
		`with = { words = "a" }`:                                      "with and at belong to a recipe.",
		`recipe "write" { to = 1 }`:                                   "A recipe has the attributes at and with.",
	} {
		set := newSet()
		set.Teach(testRecipes())
		diags := set.Add(withFix(fix), "ci")
		if !diags.HasErrors() || !strings.Contains(diags.Error()+diags[len(diags)-1].Detail, want) {
			t.Errorf("%s\n%v, want %q", fix, diags, want)
		}
	}
	set, diags := Load(withFix(`recipe = "none"`), "")
	if diags.HasErrors() || !set.Teach(testRecipes()).HasErrors() {
		t.Error("what was loaded before the recipes came is not checked")
	}
}
