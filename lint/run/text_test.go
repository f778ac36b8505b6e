package run

import (
	"os"
	"testing"

	"github.com/musllint/musllint/lint"
)

// Files of the context are linted as they would be, whether they exist or not, and the disk
// stays as it is.
func TestTexts(t *testing.T) {
	tree(t, nil, nil)
	const text = "FROM node:22-alpine\nWORKDIR /srv\nCOPY . .\nCMD [\"node\", \"bundle.js\"]\n"
	write(t, "app/Dockerfile", text)
	write(t, "app/package-lock.json", "{}")
	l := newLinter(t, Options{})
	for _, test := range []struct {
		name   string
		drafts map[string]string
		found  bool
	}{
		{"as it is", nil, true},
		{"new ignore file", map[string]string{"app/.dockerignore": "node_modules\n"}, false},
		{"ignore file of the Dockerfile", map[string]string{"app/Dockerfile.dockerignore": "node_modules\n"}, false},
		{"of another context", map[string]string{".dockerignore": "node_modules\n"}, true},
		{"other content", map[string]string{"app/.dockerignore": "dist\n"}, true},
		{"as it is, again", nil, true},
	} {
		texts := map[string][]byte{"app/Dockerfile": []byte(text)}
		for name, draft := range test.drafts {
			texts[name] = []byte(draft)
		}
		findings, refused, err := l.Texts("app/Dockerfile", texts)
		if err != nil || refused != nil {
			t.Fatal(err, refused)
		}
		if found := len(findings) > 0; found != test.found {
			t.Errorf("%s: found is %v: %v", test.name, found, findings)
		}
	}
	for _, name := range []string{"app/.dockerignore", "app/Dockerfile.dockerignore"} {
		if _, err := os.Lstat(name); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}

// The text that an edit of another file is about is in the report, so that it has lines.
func TestSourcesOfEdits(t *testing.T) {
	tree(t, nil, nil)
	write(t, "Dockerfile", "FROM node:22-alpine\nCOPY . /srv\nCMD [\"node\", \"/srv/bundle.js\"]\n")
	write(t, "package-lock.json", "{}")
	write(t, ".dockerignore", ".git\n")
	r, err := newLinter(t, Options{}).Lint(t.Context())
	if err != nil || len(r.Findings) != 1 {
		t.Fatal(err, r)
	}
	var edits []lint.Edit
	for _, x := range r.Findings[0].Fixes {
		edits = append(edits, x.Edits...)
	}
	if len(edits) != 2 {
		t.Fatalf("got %v", edits)
	}
	for _, e := range edits {
		if src := r.Sources[e.Range.File]; src == nil || e.Range.End > len(src.Content) {
			t.Errorf("no source of %v", e)
		}
	}
}
