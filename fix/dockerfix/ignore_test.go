package dockerfix

import (
	"testing"

	"github.com/musllint/musllint/lint"
)

// A last line without an ending stays one, and a byte order mark is no part of the first line.
func TestIgnorePathEnds(t *testing.T) {
	for text, want := range map[string]string{
		".git":                             ".git\nnode_modules",
		".git\ndist":                       ".git\ndist\nnode_modules",
		"\ufeffnode_modules":               "\ufeffnode_modules",
		"node_modules\n!x":                 "node_modules\n!x\nnode_modules",
		"node_modules/\n# !node_modules\n": "node_modules/\n# !node_modules\n",
		"  /node_modules  \n":              "  /node_modules  \n",
		"web/node_modules\n":               "web/node_modules\nnode_modules\n",
	} {
		f := parse("FROM scratch\n")
		f.Texts = &oneText{*lint.NewSource(".dockerignore", []byte(text))}
		edits, ok := ignorePath(f, lint.Range{}, map[string][]string{"path": {"node_modules"}})
		if !ok {
			t.Errorf("%q: refused", text)
			continue
		}
		if got := apply(t, text, edits); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
