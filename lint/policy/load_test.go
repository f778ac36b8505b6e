package policy

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the want sections of testdata")

// pair makes a file system of a policy in testdata style: one that is complete but for
// what body says differently.
func pair(body string) fstest.MapFS {
	return fstest.MapFS{"CORP001.hcl": {Data: []byte(body)}}
}

func written(t *testing.T, set *Set, diags hcl.Diagnostics) string {
	t.Helper()
	var b bytes.Buffer
	if err := hcl.NewDiagnosticTextWriter(&b, set.Files(), 0, false).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Each file of testdata/broken is a policy with mistakes and what its author is told.
func TestBrokenPolicies(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{}
			want := new(txtar.File)
			for i, f := range archive.Files {
				if f.Name == "want" {
					want = &archive.Files[i]
					continue
				}
				fsys[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			set := newSet()
			diags := set.Add(fsys, "ci")
			if !diags.HasErrors() {
				t.Error("the policy is accepted")
			}
			got := written(t, set, diags)
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(strings.Split(string(want.Data), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestAddWithoutPolicies(t *testing.T) {
	for name, diags := range map[string]hcl.Diagnostics{
		"No policies":    newSet().Add(fstest.MapFS{".musllint.hcl": {}, "README.md": {}}, "ci"),
		"Missing folder": newSet().Add(os.DirFS("testdata/no-such-folder"), "ci"),
		"Unreadable folder": newSet().Add(fstest.MapFS{
			"CORP001.hcl": {Data: bytes.Repeat([]byte("#"), maxSize+1)},
		}, "ci"),
	} {
		if len(diags) != 1 || diags[0].Summary != name {
			t.Errorf("got %v, want %q", diags, name)
		}
	}
}

func TestAddToBuiltin(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	diags := set.Add(pair(`policy "CORP001" {
  name     = "refused-by-docker"
  title    = "t"
  severity = "info"
  message  = "m"
  match "stage" {}
}`), "ci")
	if got := diags.Error(); !strings.Contains(got, "ci/CORP001.hcl:1,8-17: Policy exists twice") || !strings.Contains(got, "ML0001") {
		t.Errorf("the name of a built-in rule is taken: %s", got)
	}
	if _, ok := set.Lookup("CORP001"); ok {
		t.Error("the policy was added")
	}
}

// FuzzParse: whatever the text, there is a policy or a reason why not, and policies that
// are accepted survive the way through the index.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	f.Add([]byte(valid))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, _, diags := parse(text, "CORP001.hcl", true)
		for _, p := range list {
			if p.ID == "" || diags.HasErrors() {
				continue
			}
			p.Path = "CORP001.hcl"
			if p.Builtin && p.Name == "" {
				t.Error("a policy without a name is accepted")
			}
			decoded := decodeIndex(p.encode() + "\n")
			want := []entry{{id: p.ID, name: p.Name, path: p.Path, byDefault: p.Default, when: spanOf(p.when), matches: p.matches}}
			if diff := cmp.Diff(want, decoded, cmp.AllowUnexported(entry{}, span{}, match{}, matchKey{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		}
	})
}

const valid = `policy "CORP001" {
  name     = "apk-no-cache"
  title    = "apk add leaves its package index in the image"
  severity = "warning"
  covers   = ["A", "B"]
  since    = "alpine:3.16"
  once     = "stage"

  match "command" {
    name       = ["apk", "apk-*"]
    subcommand = ["add"]
    libc       = ["musl"]
  }
  match "install" {
    manager = ["apk"]
  }
  when = !has_flag("no-cache") && try(command.line, "") != ""

  severity_when "error" {
    when = stage.final
  }
  at       = word_range("^add$")
  message  = "the index stays in ${stage.base}"
  evidence = [note("here", command_range())]

  fix "add --no-cache" {
    safety = "safe"
    edit {
      at           = word_range("^add$")
      with         = " --no-cache"
      insert_after = true
    }
  }
}
`
