package dockerfix

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// FuzzRecipes: whatever the Dockerfile and the place are, edits lie within the file, in order
// and apart, and of what Docker accepts they make something that it accepts.
func FuzzRecipes(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".before") {
				_, text, _ := strings.Cut(string(file.Data), "\n")
				f.Add(text, len(text)/2)
			}
		}
	}
	with := map[string]map[string][]string{
		"add-packages":    {"packages": {"gcc", "musl-dev"}},
		"remove-packages": {"packages": {"gcompat", "curl"}},
		"set-env":         {"name": {"A"}, "value": {"b c"}},
		"set-flag":        {"flag": {"-tags"}, "value": {"musl"}, "also": {"stage"}},
		"add-words":       {"words": {"x"}},
		"replace-command": {"with": {"true"}, "drop": {"awscli|ln"}},
		"remove-command":  {"drop": {"awscli"}},
		"add-command":     {"command": {"true"}},
		"add-instruction": {"text": {"RUN true"}},
		"change-base":     {"to": {"glibc"}},
		"change-image":    {"to": {"alpine:3.20"}},
	}
	f.Fuzz(func(t *testing.T, text string, at int) {
		file := parse(text)
		if refused(file) || at < 0 || at >= len(text) {
			return
		}
		for name, r := range Recipes() {
			edits, ok := r.Edits(file, lint.Range{File: "Dockerfile", Start: at, End: at + 1}, with[name])
			if !ok {
				continue
			}
			end := 0
			for _, e := range edits {
				if e.Range.Start < end || e.Range.End < e.Range.Start || e.Range.End > len(text) {
					t.Fatalf("%s: edits %v in\n%s", name, edits, text)
				}
				end = e.Range.End
			}
			if after := parse(apply(t, text, edits)); refused(after) {
				t.Fatalf("%s: Docker refuses %v\n%s\nwhich was\n%s", name, after.Problems, after.Source.Content, text)
			}
		}
	})
}

// refused tells whether Docker does not take a file.
func refused(f *dockerfile.File) bool {
	for _, p := range f.Problems {
		if p.Rule == lint.RuleSyntax {
			return true
		}
	}
	return false
}
