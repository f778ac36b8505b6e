package policyfmt

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	rough  = "policy \"CORP001\" {\nname=\"a\"\n    severity =   \"info\" # why\n}\n"
	smooth = "policy \"CORP001\" {\n  name     = \"a\"\n  severity = \"info\" # why\n}\n"
)

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"CORP001.hcl": rough, "CORP002.hcl": smooth, "CORP001.txtar": rough, ".musllint.hcl": rough, "sub/CORP003.hcl": rough,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func contents(t *testing.T, dir string, names ...string) []string {
	t.Helper()
	var list []string
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(text))
	}
	return list
}

func TestDir(t *testing.T) {
	dir := folder(t)
	names := []string{"CORP001.hcl", "CORP002.hcl", "sub/CORP003.hcl", "CORP001.txtar", ".musllint.hcl"}
	want := []string{filepath.Join(dir, "CORP001.hcl"), filepath.Join(dir, "sub/CORP003.hcl")}

	changed, err := Dir(dir, false)
	if err != nil || !cmp.Equal(want, changed) {
		t.Fatalf("checking: %v, %v", changed, err)
	}
	if diff := cmp.Diff([]string{rough, smooth, rough, rough, rough}, contents(t, dir, names...)); diff != "" {
		t.Errorf("checking has changed files:\n%s", diff)
	}

	changed, err = Dir(dir, true)
	if err != nil || !cmp.Equal(want, changed) {
		t.Fatalf("formatting: %v, %v", changed, err)
	}
	if diff := cmp.Diff([]string{smooth, smooth, smooth, rough, rough}, contents(t, dir, names...)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	if changed, err = Dir(dir, true); err != nil || len(changed) != 0 {
		t.Errorf("formatting twice: %v, %v", changed, err)
	}
}

func TestDirKeepsWhatIsNoHCL(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "CORP001.hcl")
	if err := os.WriteFile(path, []byte("policy {{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if changed, err := Dir(dir, true); err == nil || len(changed) != 0 {
		t.Errorf("got %v, %v", changed, err)
	}
	if diff := cmp.Diff([]string{"policy {{"}, contents(t, dir, "CORP001.hcl")); diff != "" {
		t.Error(diff)
	}
	if _, err := Dir(filepath.Join(dir, "none"), false); err == nil {
		t.Error("a missing folder is no error")
	}
}
