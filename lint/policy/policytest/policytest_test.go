package policytest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/musllint/musllint/lint/policy"
)

var update = flag.Bool("update", false, "rewrite the outputs of testdata")

// The examples of testdata are folders of pairs: CORP001.hcl stands beside a file
// CORP001.txtar that is itself an archive, so that its lines are quoted with "> ".
func folder(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range archive.Files {
		if f.Name == "output" {
			continue
		}
		data := f.Data
		if filepath.Ext(f.Name) == ".txtar" {
			data = []byte(strings.ReplaceAll("\n"+string(data), "\n> ", "\n"))[1:]
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Each file of testdata is a folder of policies and what testing it prints.
func TestTest(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir := folder(t, archive)
			var out bytes.Buffer
			failed, err := Test(&out, dir)
			got := strings.ReplaceAll(out.String(), dir, "DIR")
			want := &archive.Files[len(archive.Files)-1]
			if want.Name != "output" {
				t.Fatal("output has to be the last file")
			}
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(strings.Split(string(want.Data), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if n := strings.Count(got, "FAIL  "); failed != n {
				t.Errorf("%d failed, and the output has %d", failed, n)
			}
			if broken := strings.Contains(got, "Error: "); broken != (err != nil) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestTestMissingFolder(t *testing.T) {
	var out bytes.Buffer
	if _, err := Test(&out, filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(out.String(), "There is no folder") {
		t.Errorf("error %v, output %s", err, out.String())
	}
}

func TestUpdate(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/wrong.txtar")
	if err != nil {
		t.Fatal(err)
	}
	set, diags := policy.Load(os.DirFS(folder(t, archive)), "")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	got, err := New(set).Update("CORP001")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := policy.ReadExamples(got)
	if err != nil {
		t.Fatal(err)
	}
	if want := "2:5-2:17 warning the index stays\n"; examples.Bad[0].Want != want {
		t.Errorf("got %q, want %q", examples.Bad[0].Want, want)
	}
	if want := "Prose."; examples.Prose != want || len(examples.Good) != 2 {
		t.Errorf("the rest was not kept:\n%s", got)
	}
}
