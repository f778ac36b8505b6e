package policydoc

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/musllint/musllint/lint/policy"
)

func page(t *testing.T, files map[string]string) string {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	set, diags := policy.Load(fsys, "")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var b bytes.Buffer
	if err := Page(&b, set); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const machine = `policy "CORP001" {
  name     = "apk-no-cache"
  title    = "a | b"
  severity = "warning"
  default  = false
  covers   = ["ONE", "TWO"]
  links    = ["https://example.com/why"]
  message  = "m"
  match "stage" {}
}
`

func TestPage(t *testing.T) {
	got := page(t, map[string]string{
		"CORP001.hcl": machine,
		"CORP001.txtar": "Prose of\ntwo lines.\n\n-- bad.Dockerfile --\nFROM alpine:3.20\n# ```\n-- want --\n1:6-1:17 warning it breaks: here\n" +
			"-- fixed.Dockerfile --\nFROM debian:12\n-- bad-more.Dockerfile --\nFROM more\n-- good.Dockerfile --\nFROM scratch\n",
	})
	for _, want := range []string{
		"| [CORP001](#corp001) | warning, off by default | a \\| b |\n",
		"\n## CORP001\n\n**a | b**\n\n`apk-no-cache` · warning, off by default\n\nProse of\ntwo lines.\n",
		"\nFound in:\n\n````dockerfile\nFROM alpine:3.20\n# ```\n````\n",
		"\nWhat is said:\n\n```text\nline 1: warning: it breaks: here\n```\n",
		"\nAfter the fix:\n\n```dockerfile\nFROM debian:12\n```\n",
		"\nNot found in:\n\n```dockerfile\nFROM scratch\n```\n",
		"\nSee: <https://example.com/why>\n",
		"\nClasses: `ONE`, `TWO`\n",
		"\n## The model\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if strings.Contains(got, "FROM more") {
		t.Error("an example beyond the first is shown")
	}
}

func TestPageWithoutExamples(t *testing.T) {
	got := page(t, map[string]string{"CORP001.hcl": machine})
	if !strings.Contains(got, "\n## CORP001\n") || strings.Contains(got, "Found in") {
		t.Errorf("got %s", got[:min(len(got), 600)])
	}
}

// Everything that the model knows is on the page.
func TestPageHasTheModel(t *testing.T) {
	got := page(t, map[string]string{"CORP001.hcl": machine})
	model := policy.Model()
	if len(model.Kinds) == 0 || len(model.Roots) == 0 || len(model.Functions) == 0 || len(model.Usual) == 0 {
		t.Fatalf("the model is empty: %+v", model)
	}
	for _, k := range model.Kinds {
		if !strings.Contains(got, "#### match \""+k.Name+"\"") {
			t.Errorf("kind %s is not there", k.Name)
		}
	}
	for _, r := range model.Roots {
		for _, a := range r.Attributes {
			if a.Doc == "" || !strings.Contains(got, "`"+r.Name+"."+a.Name+"` | "+a.Type+" | ") {
				t.Errorf("%s.%s is not there, or not explained", r.Name, a.Name)
			}
		}
	}
	for _, f := range model.Functions {
		if f.Doc == "" || !strings.HasPrefix(f.Signature, f.Name+"(") {
			t.Errorf("function %s is not explained", f.Name)
		}
	}
}
