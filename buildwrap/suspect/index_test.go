package suspect

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/musllint/musllint/lint/facts"
)

func TestIndexIsWhole(t *testing.T) {
	if n := at.headers + int(number(16)); n != len(indexText) {
		t.Fatalf("the parts have %d bytes, the file %d", n, len(indexText))
	}
	if slotCount&(slotCount-1) != 0 || slotCount < 2*entryCount || entryCount >= 1<<13 {
		t.Fatalf("%d slots, %d entries", slotCount, entryCount)
	}
	for n := range entryCount {
		word := wordOf(n)
		if got := find(word, hashOf(word), kindOf(n) == kindTag); got != n {
			t.Fatalf("%s is entry %d, and %d is found", word, n, got)
		}
		entryOf(n)
	}
	for _, word := range []string{"", "a", "no_such_word", "fts.h", "<"} {
		if n := find(word, hashOf(word), false); n >= 0 {
			t.Errorf("%q is found: %d", word, n)
		}
	}
}

// TestIndexKnows holds the index to the tables of facts: what no header of musl has that comes
// with one of glibc's is in it.
func TestIndexKnows(t *testing.T) {
	for word, want := range map[string]kind{
		"off64_t": kindType, "TEMP_FAILURE_RETRY": kindMacro, "basename": kindFunction, "u_int": kindType, "PATH_MAX": kindMacro,
		"__BEGIN_DECLS": kindMacro, "getcontext": kindFunction, "pthread_yield": kindFunction, "__GLIBC__": kindMacro, "_WIN32": kindKnown,
		"mallinfo": kindFunction, "connect": kindFunction, "strerror_r": kindFunction, "<fts.h": kindHeader, "<vector": kindCXX, "stdout": kindStream,
	} {
		n := find(word, hashOf(word), false)
		if n < 0 || kindOf(n) != want && word != "__GLIBC__" {
			t.Errorf("%s: %d", word, n)
			continue
		}
		e := entryOf(n)
		if i, ok := facts.LookupInterface(word); ok && want != kindHeader && want != kindStream && e.info&(infoAddress|infoAlways) == 0 && i.In("") == e.musl.empty() {
			t.Errorf("%s: the index has %q, facts %q", word, headersIn(e.musl), i.Musl)
		}
	}
	n := find("basename", hashOf("basename"), false)
	if e := entryOf(n); !slices.Contains(headersIn(e.glibc), "string.h") || !slices.Equal(headersIn(e.musl), []string{"libgen.h"}) {
		t.Errorf("basename is in %q and %q", headersIn(e.glibc), headersIn(e.musl))
	}
}

// TestIndexIsOfTheTables writes the index anew. Compiling the program takes seconds, so that it
// is for CI.
func TestIndexIsOfTheTables(t *testing.T) {
	if os.Getenv("MUSLLINT_REQUIRE") == "" {
		t.Skip("compiles the generator, which is for CI: MUSLLINT_REQUIRE is not set")
	}
	cmd := exec.Command("go", "run", "gen.go")
	cmd.Stderr = os.Stderr
	got, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, []byte(indexText)) {
		t.Error("gen.go writes another index.bin")
	}
}
