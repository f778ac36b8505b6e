package shadow

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"testing"
)

// TestInfoKept: what is known of a compiler is the same when it was kept.
func TestInfoKept(t *testing.T) {
	whole := info{
		description: description{Clang: true, Major: 14, Arch: "x86_64", C: []string{"/a", "/b c"}, CXX: []string{"/cxx"}},
		Native:      true, None: "no headers: install them", Musl: muslHeaders{Dir: "/musl", Version: "1.2.5", CXX: "/musl/cxx"}, Tree: "key-1",
		Stamps: []stamp{{"/x y", 17}, {"/not there", 0}}, System: []string{"/usr/include"}, Search: []string{"/s1", "/s2"}, SearchCXX: []string{"/s3"},
		Views: map[string]string{"/v1": "/usr/include", "/v0": "/usr/local/include"},
	}
	for _, i := range []info{whole, {}} {
		text, ok := i.text()
		if !ok {
			t.Fatalf("%+v cannot be kept", i)
		}
		var got info
		if !got.read(text) || !reflect.DeepEqual(got, i) {
			t.Errorf("got  %+v\nwant %+v", got, i)
		}
		if (&info{}).read(text[:len(text)-5]) {
			t.Error("a part is taken for the whole")
		}
	}
	if _, ok := (&info{Tree: "a\nb"}).text(); ok {
		t.Error("a path with an end of a line was kept")
	}
}

// TestCut: a file of the cache that somebody cuts is a panic, which a caller recovers from, and
// not the end of the process.
func TestCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outlines")
	if err := os.WriteFile(path, make([]byte, 1<<20), 0o666); err != nil {
		t.Fatal(err)
	}
	content, err := mapped(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() == nil {
			t.Error("no fault")
		}
	}()
	if content[len(content)-1] != 0 {
		t.Error("it has other bytes")
	}
}
