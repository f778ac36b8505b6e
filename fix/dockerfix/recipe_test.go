package dockerfix

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// TestRecipes makes the repairs of testdata. The head of a file names the recipe, and of each
// case the file NAME.before begins with a line of JSON: the text at the place and the
// parameters. NAME.after is what the repair makes of the rest; without one there is none. With
// "file" instead of the place the rest is that file of the build context, which does not exist
// when the rest is empty.
func TestRecipes(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	tried := map[string]bool{}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		recipe, ok := Recipes()[name]
		if !ok {
			t.Fatalf("%s: no such recipe", path)
		}
		tried[name] = true
		after := map[string]string{}
		for _, f := range archive.Files {
			if base, ok := strings.CutSuffix(f.Name, ".after"); ok {
				after[base] = string(f.Data)
			}
		}
		for _, f := range archive.Files {
			base, ok := strings.CutSuffix(f.Name, ".before")
			if !ok {
				continue
			}
			t.Run(name+"/"+base, func(t *testing.T) {
				head, text, _ := strings.Cut(string(f.Data), "\n")
				want := after[base]
				if strings.HasPrefix(base, "crlf") {
					text, want = strings.ReplaceAll(text, "\n", "\r\n"), strings.ReplaceAll(want, "\n", "\r\n")
				}
				check(t, recipe, head, text, want)
			})
		}
	}
	for name := range Recipes() {
		if !tried[name] {
			t.Errorf("%s has no cases", name)
		}
	}
}

func check(t *testing.T, r Recipe, head, text, want string) {
	t.Helper()
	var task struct {
		At   string
		With map[string][]string
		File string
	}
	if err := json.Unmarshal([]byte(head), &task); err != nil {
		t.Fatal(err)
	}
	if task.File != "" {
		checkText(t, r, &oneText{*lint.NewSource(task.File, []byte(text))}, task.With, want)
		return
	}
	start := strings.Index(text, task.At)
	if start < 0 {
		t.Fatalf("%q is not in the file", task.At)
	}
	edits, ok := r.Edits(parse(text), lint.Range{File: "Dockerfile", Start: start, End: start + len(task.At)}, task.With)
	if !ok || want == "" {
		if ok || want != "" {
			t.Errorf("edits are made: %t, want: %t: %v", ok, want != "", edits)
		}
		return
	}
	got := apply(t, text, edits)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if f := parse(got); slices.ContainsFunc(f.Problems, func(p dockerfile.Problem) bool { return p.Severity == lint.Error }) {
		t.Errorf("Docker refuses the result: %v", f.Problems)
	}
}

// oneText is a build context that holds one text.
type oneText struct{ lint.Source }

func (o *oneText) Text(name string) (*lint.Source, bool) {
	return &o.Source, name == o.Name && len(o.Content) > 0
}

func (o *oneText) Ignore() (*lint.Source, bool) { return &o.Source, true }

func checkText(t *testing.T, r Recipe, file *oneText, with map[string][]string, want string) {
	t.Helper()
	f := parse("FROM scratch\n")
	f.Texts = file
	edits, ok := r.Edits(f, lint.Range{File: "Dockerfile"}, with)
	if !ok || want == "" {
		if ok || want != "" {
			t.Errorf("edits are made: %t, want: %t: %v", ok, want != "", edits)
		}
		return
	}
	for _, e := range edits {
		if e.Range.File != file.Name {
			t.Errorf("an edit of %s", e.Range.File)
		}
	}
	if diff := cmp.Diff(want, apply(t, string(file.Content), edits)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func parse(text string) *dockerfile.File {
	return dockerfile.Parse(lint.NewSource("Dockerfile", []byte(text)), dockerfile.Options{})
}

func apply(t *testing.T, text string, edits []lint.Edit) string {
	t.Helper()
	crlf := strings.Contains(text, "\r\n")
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.Range.Start < at {
			t.Fatalf("edits overlap: %v", edits)
		}
		b.WriteString(text[at:e.Range.Start])
		if added := strings.ReplaceAll(e.NewText, "\r\n", "\n"); crlf { // as the engine does
			b.WriteString(strings.ReplaceAll(added, "\n", "\r\n"))
		} else {
			b.WriteString(added)
		}
		at = e.Range.End
	}
	return b.String() + text[at:]
}
