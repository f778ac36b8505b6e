package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/musllint/musllint/buildwrap/record"
)

// TestBeside builds in a folder beside that of the sources, which are no less the project's.
func TestBeside(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, map[string]string{
		"source/x.c": "#include <execinfo.h>\n",
		"build/y.c":  "#include <execinfo.h>\n",
	})
	p.must("cd build && muslcc -c ../source/x.c y.c")
	units, err := record.Store{Dir: filepath.Join(p.dir, "build", record.Folder)}.Read()
	if err != nil || len(units) != 2 {
		t.Fatalf("%v, %v", units, err)
	}
	dir, err := filepath.EvalSymlinks(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		if want := filepath.Dir(u.Source); u.Root != want {
			t.Errorf("%s: root %s, want %s", u.Source, u.Root, want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "source", record.Folder)); err == nil {
		t.Error("records in the folder of the sources")
	}
}
