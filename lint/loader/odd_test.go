package loader

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/elf/elftest"
	"github.com/musllint/musllint/lint/facts"
)

// build makes the file that a recipe describes.
func build(t testing.TB, recipe string) []byte {
	t.Helper()
	f, err := elftest.Parse(recipe)
	if err != nil {
		t.Fatal(err)
	}
	return f.Bytes()
}

// segmentOf returns the program header of the given type, of a file for amd64.
func segmentOf(t testing.TB, file []byte, kind elf.SegmentType) []byte {
	t.Helper()
	for i := range int(binary.LittleEndian.Uint16(file[56:])) {
		if h := file[64+56*i:]; elf.SegmentType(binary.LittleEndian.Uint32(h)) == kind {
			return h[:56]
		}
	}
	t.Fatalf("no segment of type %d", kind)
	return nil
}

// tagOf returns an element of the dynamic section, of a file for amd64.
func tagOf(t testing.TB, file []byte, tag elf.Tag) []byte {
	t.Helper()
	at := binary.LittleEndian.Uint64(segmentOf(t, file, elf.PTDynamic)[8:])
	for b := file[at:]; ; b = b[16:] {
		switch elf.Tag(binary.LittleEndian.Uint64(b)) {
		case tag:
			return b[:16]
		case 0:
			t.Fatalf("no tag %d", tag)
		}
	}
}

// retype gives the first relocation of a file for amd64 another type and symbol.
func retype(t *testing.T, file []byte, number, symbol uint32) {
	base := binary.LittleEndian.Uint64(segmentOf(t, file, elf.PTLoad)[16:])
	r := file[binary.LittleEndian.Uint64(tagOf(t, file, elf.DTJmpRel)[8:])-base:]
	binary.LittleEndian.PutUint32(r[8:], number)
	binary.LittleEndian.PutUint32(r[12:], symbol)
}

// oddFiles are files that linkers do not make, or not any more.
var oddFiles = []struct {
	name, recipe string
	change       func(t *testing.T, file []byte)
	want         string // its lines and exit code, or "crash"
	before123    string // of musl before 1.2.3, where it is another one
}{
	{
		name: "a segment of no bytes", recipe: "elf: library\ndefined: f",
		change: func(t *testing.T, file []byte) {
			h := segmentOf(t, file, elf.PTGNUStack)
			binary.LittleEndian.PutUint32(h, uint32(elf.PTLoad))
			binary.LittleEndian.PutUint64(h[16:], 0x50000)
		},
		want: "\tLOADER\n0", before123: "LOADER: odd: Not a valid dynamic program\n1",
	},
	{
		name: "an interpreter without a name", recipe: "elf: program\ninterp: /lib/ld.so\nneeded: libc.so",
		change: func(t *testing.T, file []byte) {
			at := binary.LittleEndian.Uint64(segmentOf(t, file, elf.PTInterp)[8:])
			file[at] = 0
		},
		want: "\t\n\tlibc.so => \n0",
	},
	{
		name: "a program where nothing can lie", recipe: "elf: fixed\nneeded: libc.so",
		change: func(t *testing.T, file []byte) { move(t, file, 0x1000) },
		want:   "LOADER: odd: Not a valid dynamic program\n1",
	},
	{
		name: "more memory than there is", recipe: "elf: library",
		change: func(t *testing.T, file []byte) {
			binary.LittleEndian.PutUint64(segmentOf(t, file, elf.PTLoad)[40:], 1<<48)
		},
		want: "LOADER: odd: Not a valid dynamic program\n1",
	},
	{
		name: "a table that ends within a relocation", recipe: "elf: library\nundefined: f",
		change: func(t *testing.T, file []byte) { tagOf(t, file, elf.DTPLTRelSize)[8]++ },
		want:   "crash",
	},
	{
		name: "a weak thread-local variable that nobody has", recipe: "elf: library\nweak: f\ndefined: g",
		change: func(t *testing.T, file []byte) { retype(t, file, 36, 1) },
		want:   "crash",
	},
	{
		name: "a weak variable of no bytes to copy that nobody has", recipe: "elf: library\nweak: f\ndefined: g",
		change: func(t *testing.T, file []byte) { retype(t, file, 5, 1) },
		want:   "\tLOADER\n0",
	},
	{
		name: "a copy of nothing", recipe: "elf: library\nweak: f\ndefined: g",
		change: func(t *testing.T, file []byte) { retype(t, file, 5, 0) },
		want:   "crash",
	},
	{
		name: "a hash table without buckets", recipe: "elf: library\nundefined: f\ndefined: g",
		change: func(t *testing.T, file []byte) {
			base := binary.LittleEndian.Uint64(segmentOf(t, file, elf.PTLoad)[16:])
			file[binary.LittleEndian.Uint64(tagOf(t, file, elf.DTHash)[8:])-base] = 0
		},
		want: "crash",
	},
}

// move gives a file for amd64 another address. What its dynamic section says stays behind.
func move(t *testing.T, file []byte, to uint64) {
	from := binary.LittleEndian.Uint64(segmentOf(t, file, elf.PTLoad)[16:])
	for i := range int(binary.LittleEndian.Uint16(file[56:])) {
		h := file[64+56*i:]
		if at := binary.LittleEndian.Uint64(h[16:]); at != 0 {
			binary.LittleEndian.PutUint64(h[16:], at-from+to)
		}
	}
}

// TestOddFiles asks the replay, and the real loaders where there are some.
func TestOddFiles(t *testing.T) {
	real := realAMD64(t)
	for _, c := range oddFiles {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			file := build(t, c.recipe)
			c.change(t, file)
			if err := os.WriteFile("odd", file, 0o666); err != nil {
				t.Fatal(err)
			}
			check := func(l realLoader, ask func(string, Options) (said, error)) {
				s, err := ask("odd", Options{})
				if err != nil {
					t.Fatal(err)
				}
				want := c.want
				if c.before123 != "" && facts.CompareVersions("", l.system.Target.Version, "1.2.3") < 0 {
					want = c.before123
				}
				if got := strings.ReplaceAll(answer(s), l.path, "LOADER"); got != want {
					t.Errorf("%s: %q, want %q", l.name, got, want)
				}
			}
			for _, version := range []string{"1.2.2", "1.2.3", "1.2.6"} {
				system, err := New(lint.Target{Libc: lint.Musl, Version: version, Arch: "amd64"})
				if err != nil {
					t.Fatal(err)
				}
				l := realLoader{name: version, path: "/loader", system: system}
				check(l, l.replayOnly)
			}
			for _, l := range real {
				check(l, l.list)
			}
		})
	}
}

// answer is what a loader said and its exit code in one text, or "crash".
func answer(s said) string {
	if s.code < 0 || s.code > ExitFailed {
		return "crash"
	}
	return strings.Join(append(slices.Concat(s.out, s.diag), strconv.Itoa(s.code)), "\n")
}

// A library that asks for an address gets it, and then one that is not relocatable does not.
func TestPlaces(t *testing.T) {
	t.Chdir(t.TempDir())
	prelinked := build(t, "elf: fixed\nneeded: ./fixed")
	binary.LittleEndian.PutUint16(prelinked[16:], uint16(elf.Shared))
	for name, file := range map[string][]byte{
		"prelinked": prelinked, "fixed": build(t, "elf: fixed"), "program": build(t, "elf: program\nneeded: ./fixed"),
	} {
		if err := os.WriteFile(name, file, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	system := systemOf(t, "amd64")
	l := realLoader{path: "/loader", system: system}
	for name, want := range map[string]string{
		"prelinked": "Error loading shared library ./fixed: Resource busy (needed by prelinked)\n127",
		"program":   "\t./fixed => ./fixed\n0",
	} {
		s, err := l.replayOnly(name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := answer(s); got != "\t/loader\n"+want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		for _, l := range realAMD64(t) {
			if s, err = l.list(name, Options{}); err != nil {
				t.Fatal(err)
			}
			// The address of a library at its own place is 0 in the loader's words.
			got := strings.ReplaceAll(strings.ReplaceAll(answer(s), " (0)", ""), l.path, "/loader")
			if got != "\t/loader\n"+want {
				t.Errorf("%s: the real loader says %q of %s", l.name, got, name)
			}
		}
	}
}

// realAMD64 returns the real loaders for amd64, none where there are none.
func realAMD64(t *testing.T) []realLoader {
	if os.Getenv("MUSLLINT_LOADERS") == "" && os.Getenv("MUSLLINT_REQUIRE") == "" {
		return nil
	}
	return slices.DeleteFunc(realLoaders(t), func(l realLoader) bool { return l.system.Target.Arch != "amd64" })
}

// What is kept of a library between replays does not change what they say.
func TestKept(t *testing.T) {
	dir := t.TempDir()
	damaged := build(t, "elf: library\ndefined: f")
	binary.LittleEndian.PutUint64(tagOf(t, damaged, elf.DTHash)[8:], 1<<40)
	// One chain of many symbols, of which each program asks for the last one.
	var many strings.Builder
	for i := range 1 << 14 {
		fmt.Fprintf(&many, "defined: s%d\n", i)
	}
	ask := strings.Repeat(fmt.Sprintf(" s%d", 1<<14-1), 100)
	files := map[string][]byte{
		"libdamaged.so": damaged,
		"liblong.so":    build(t, "elf: library\n"+many.String()),
		"a":             build(t, "elf: program\nneeded: libdamaged.so\nrunpath: $ORIGIN\nundefined: f"),
		"b":             build(t, "elf: program\nneeded: liblong.so\nrunpath: $ORIGIN\nundefined:"+ask),
	}
	for name, file := range files {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	host := new(Host)
	defer host.Close()
	l := realLoader{path: "/loader", system: systemOf(t, "amd64")}
	for _, name := range []string{"a", "b"} {
		var first said
		for i := range 4 {
			s, r, err := l.replay(host, filepath.Join(dir, name), Options{})
			if err != nil {
				t.Fatalf("%s, replay %d: %v", name, i, err)
			}
			if i == 0 {
				first = s
			}
			if (r.Fault != nil) != (name == "a") {
				t.Errorf("%s, replay %d: fault %v", name, i, r.Fault)
			}
			if diff := compare(s, first); diff != "" {
				t.Errorf("%s, replay %d: %s", name, i, diff)
			}
		}
	}
}

// cutShort is files that somebody cuts short as soon as they are open.
type cutShort struct {
	Files
	cut string
}

func (c cutShort) Open(path string, way Way) (*Source, error) {
	s, err := c.Files.Open(path, way)
	if err == nil && path == c.cut {
		err = os.Truncate(path, 0)
	}
	return s, err
}

// A file that becomes shorter while it is read is an error, and the next replay reads what is
// there then.
func TestCutShort(t *testing.T) {
	dir := t.TempDir()
	program, library := filepath.Join(dir, "program"), filepath.Join(dir, "lib.so")
	write := func(name, recipe string) {
		if err := os.WriteFile(name, build(t, recipe), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	const big = "\nsize: 100000"
	for _, cut := range []string{program, library} {
		write(program, "elf: program\nneeded: lib.so\nrunpath: $ORIGIN\nundefined: f"+big)
		write(library, "elf: library\ndefined: f"+big)
		host := new(Host)
		r, err := systemOf(t, "amd64").List(cutShort{host, cut}, program, Options{})
		if runtime.GOOS == "linux" && (err == nil || r != nil || !strings.Contains(err.Error(), "shorter")) {
			t.Errorf("%s: %v", cut, err)
		}
		// What was kept of it gives an error too, and no answer.
		if r, err := systemOf(t, "amd64").List(host, program, Options{}); err == nil && cut == library {
			t.Errorf("%s: an answer after the error: %v", cut, r.Failures)
		}
		host.Close()
	}
}

// Time and memory are bounded for files that were made to cost a lot of them.
func TestCostly(t *testing.T) {
	zeros := build(t, "elf: library\nundefined: f")
	segments := int(binary.LittleEndian.Uint16(zeros[56:]))
	for i := range segments { // the second one has zeros without an end behind it
		if h := zeros[64+56*i:]; binary.LittleEndian.Uint64(h[8:]) > 0 && elf.SegmentType(binary.LittleEndian.Uint32(h)) == elf.PTLoad {
			binary.LittleEndian.PutUint64(h[40:], 1<<47-1<<24)
		}
	}
	binary.LittleEndian.PutUint64(tagOf(t, zeros, elf.DTJmpRel)[8:], 1<<20)
	binary.LittleEndian.PutUint64(tagOf(t, zeros, elf.DTPLTRelSize)[8:], 24<<42)

	folders := strings.Repeat("/a:", 1<<17)
	var needed strings.Builder
	for i := range 1 << 12 {
		fmt.Fprintf(&needed, "needed: lib%d.so\n", i)
	}
	search := build(t, "elf: library\nrunpath: "+folders+"\n"+needed.String())

	for _, tt := range []struct {
		name   string
		file   []byte
		excess bool
	}{
		{"zeros", zeros, false},
		{"search", search, true},
	} {
		started := time.Now()
		r, err := systemOf(t, "amd64").List(memoryFiles{"x": tt.file}, "x", Options{})
		if excess := (*elf.ExcessError)(nil); errors.As(err, &excess) != tt.excess || !tt.excess && err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if r != nil {
			r.Close()
		}
		if took := time.Since(started); took > 10*time.Second {
			t.Errorf("%s took %v", tt.name, took)
		}
	}
}
