package record

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/musllint/musllint/lint"
)

func unit(output string, uses ...lint.Use) *Unit {
	return &Unit{Dir: "/p", Source: "/p/a.c", Output: output, Uses: uses}
}

func TestSaveReplacesAndRemoves(t *testing.T) {
	s := Store{filepath.Join(t.TempDir(), Folder)}
	if _, err := s.Read(); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("no folder: %v", err)
	}
	fts := lint.Use{Kind: lint.UseHeader, Name: "fts.h", File: "/p/a.c", Line: 3, Column: 10, Proof: lint.ProofCompile}
	argp := lint.Use{Kind: lint.UseHeader, Name: "argp.h", Proof: lint.ProofCompile}
	for _, u := range []*Unit{unit("/p/a.o", fts, argp), unit("/p/a.o", fts), unit("/p/b.o", argp), unit("/p/c.o")} {
		if err := s.Save(u); err != nil {
			t.Fatal(err)
		}
	}
	units, err := s.Read()
	if err != nil || len(units) != 2 || s.Count() != 2 {
		t.Fatalf("%d units, count %d, %v", len(units), s.Count(), err)
	}
	for _, u := range units {
		if u.Output == "/p/a.o" && (len(u.Uses) != 1 || u.Uses[0].Name != "fts.h" || u.Uses[0].Line != 3) {
			t.Errorf("the second record did not replace the first: %+v", u)
		}
	}
	if err := s.Save(unit("/p/a.o")); err != nil {
		t.Fatal(err)
	}
	if units, _ = s.Read(); len(units) != 1 || units[0].Output != "/p/b.o" {
		t.Errorf("a clean unit leaves its record: %+v", units)
	}
}

func TestReadNamesBrokenRecords(t *testing.T) {
	s := Store{filepath.Join(t.TempDir(), Folder)}
	if err := s.Save(unit("/p/a.o", lint.Use{Name: "x"})); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"half.json": `{"format":1,"uses":[`, "old.json": `{"format":0}`, ".a.json.1.tmp": "x", "README": "x"} {
		if err := os.WriteFile(filepath.Join(s.Dir, unitDir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	units, err := s.Read()
	if len(units) != 1 {
		t.Errorf("%d units", len(units))
	}
	if err == nil || !strings.Contains(err.Error(), "half.json") || !strings.Contains(err.Error(), "format 0") || strings.Contains(err.Error(), "README") {
		t.Errorf("error: %v", err)
	}
}

// A folder that came with somebody else's project may have anything in it.
func TestReadRefusesWhatHasNoEnd(t *testing.T) {
	s := Store{filepath.Join(t.TempDir(), Folder)}
	if err := s.Save(unit("/p/a.o", lint.Use{Name: "x"})); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(s.Dir, unitDir)
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "zero.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.json"), 0o777); err != nil {
		t.Fatal(err)
	}
	large, err := os.Create(filepath.Join(dir, "large.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer large.Close()
	if err := large.Truncate(maxRecord + 1); err != nil {
		t.Fatal(err)
	}
	units, err := s.Read()
	if len(units) != 1 {
		t.Errorf("%d units", len(units))
	}
	for _, want := range []string{"zero.json: not a file", "folder.json: not a file", "large.json: larger than 64 MiB"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

// TestManyWriters has writers and a reader at once: whatever is read is whole.
func TestManyWriters(t *testing.T) {
	s := Store{filepath.Join(t.TempDir(), Folder)}
	long := lint.Use{Name: strings.Repeat("x", 100_000)}
	if err := s.Save(unit("/p/a.o", long)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			if err := s.Save(unit("/p/a.o", long)); err != nil {
				t.Error(err)
			}
		}
	}()
	var reads sync.WaitGroup
	reads.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if units, err := s.Read(); err != nil || len(units) != 1 || len(units[0].Uses[0].Name) != 100_000 {
				t.Errorf("%d units, %v", len(units), err)
				return
			}
		}
	})
	reads.Wait()
}

func TestLocate(t *testing.T) {
	top := t.TempDir()
	for _, name := range []string{"git/.git/", "git/src/", "plain/Makefile", "plain/lib/Makefile", "plain/lib/deep/", "cmake/CMakeLists.txt", "cmake/build/x/", "recorded/.musllint/", "recorded/a/b/Makefile"} {
		path := filepath.Join(top, name)
		dir := path
		if !strings.HasSuffix(name, "/") {
			dir = filepath.Dir(path)
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if dir != path {
			if err := os.WriteFile(path, nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct{ dir, root string }{
		{"git/src", "git"},
		{"plain", "plain"},
		{"plain/lib", "plain"},
		{"plain/lib/deep", "plain/lib/deep"}, // a gap: nothing says that it belongs to what is above
		{"cmake/build", "cmake/build"},
		{"recorded/a/b", "recorded"},
	} {
		s, root := Locate(filepath.Join(top, c.dir))
		if want := filepath.Join(top, c.root); root != want || s.Dir != filepath.Join(want, Folder) {
			t.Errorf("%s: root %s, store %s", c.dir, root, s.Dir)
		}
	}
	s := Named("state", filepath.Join(top, "git/src"))
	if s.Dir != filepath.Join(top, "git/src/state") {
		t.Errorf("named: %s", s.Dir)
	}
	if s.Exists() {
		t.Errorf("%s was never made", s.Dir)
	}
	if err := s.Prepare(); err != nil || !s.Exists() {
		t.Errorf("%s was made: %v", s.Dir, err)
	}
}
