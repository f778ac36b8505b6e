package explain

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/musllint/musllint/lint"
	"golang.org/x/text/encoding/unicode"
)

const oneError = "Error loading shared library libstdc++.so.6: No such file or directory (needed by /srv/a)"

// One error is found with its number wherever it stands and however the log is written.
func TestLogForms(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("first\r\n" + oneError + "\r\n")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, log string
		line      int
	}{
		{"alone", oneError, 1},
		{"last without a newline", "first\n" + oneError, 2},
		{"Windows", "first\r\n" + oneError + "\r\n", 2},
		{"PowerShell", utf16, 2},
		{"byte order mark", "\xef\xbb\xbf" + oneError, 1},
		{"empty lines", "\n\n\n" + oneError + "\n\n", 4},
		{"invalid UTF-8", "\xc3\xff\xfd\n\xc3(" + oneError + "\xff\n", 2},
		{"NUL bytes", "\x00\x00\n\x00" + oneError + "\x00\n", 2},
		{"colours", "\x1b[31mError\x1b[0m loading shared library \x1b[1mlibstdc++.so.6\x1b[0m: No such file or directory (needed by /srv/a)\n", 1},
		{"a link", "\x1b]8;;https://example.org\x07" + oneError + "\x1b]8;;\x07\n", 1},
		{"behind a long line", strings.Repeat("x", 1<<20) + "\n" + oneError + "\n", 2},
		{"in a long line", strings.Repeat("x ", 1<<19) + oneError + strings.Repeat(" y", 1<<19), 1},
		{"at the edge of a piece", strings.Repeat("x", pieceSize-40) + " " + oneError + strings.Repeat(" y", 100), 1},
		{"many lines", strings.Repeat("line\n", 100_000) + oneError, 100_001},
	}
	for _, tt := range tests {
		a := why(t, tt.log)
		if len(a.Diagnoses) != 1 || a.Diagnoses[0].Line != tt.line || a.Diagnoses[0].Name != "library-missing" {
			t.Errorf("%s: %s", tt.name, outline(a))
			continue
		}
		if q := a.Diagnoses[0].Quote; len(q) > 2*quoteColumns || strings.ContainsAny(q, "\x1b\r\x00\x07") || !strings.Contains(q, "libstdc++.so.6") {
			t.Errorf("%s: quotes %q", tt.name, q)
		}
	}
}

// However a log is cut into reads, the answer is the same.
func TestReadsOfAnySize(t *testing.T) {
	log := strings.Repeat("10.0.0.1 - GET /\n", 9000) + oneError + "\n" + strings.Repeat("z", 200_000) + "\nexec /srv/a: no such file or directory\n"
	want := outline(why(t, log))
	for name, r := range map[string]io.Reader{
		"one byte":   iotest.OneByteReader(strings.NewReader(log)),
		"half":       iotest.HalfReader(strings.NewReader(log)),
		"end at end": iotest.DataErrReader(strings.NewReader(log)),
	} {
		a, err := Why(r, WhyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := outline(a); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if _, err := Why(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(log))), WhyOptions{}); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("an unreadable log gives %v", err)
	}
}

// endless repeats lines with new names, so that everything that is collected grows.
type endless struct {
	left int
	n    int
	rest []byte
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		if e.left <= 0 {
			return 0, io.EOF
		}
		e.n++
		e.rest = fmt.Appendf(e.rest, "Error relocating /srv/%d.so: f%d: symbol not found\nfatal error: linux/x%d.h: No such file or directory\ngetaddrinfo EAI_AGAIN h%d\n%d | >>> RUN x\n", e.n, e.n, e.n, e.n, e.n)
		e.left -= len(e.rest)
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestBoundedMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 16 MB")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	a, err := Why(&endless{left: 16 << 20}, WhyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d KiB are kept of a log", grown>>10)
	}
	if len(a.Diagnoses) == 0 || len(a.Diagnoses) > mostDiagnoses || a.Step.Number != 1 {
		t.Errorf("%d diagnoses, step %v", len(a.Diagnoses), a.Step)
	}
	for _, d := range a.Diagnoses {
		for _, n := range d.Named {
			if len(n.Words) > mostWords {
				t.Errorf("%s: %d words of %s and %d more", d.Name, len(n.Words), n.Name, n.More)
			}
		}
	}
	runtime.KeepAlive(a)
}

// What is known of the system decides about messages that every system has.
func TestSystems(t *testing.T) {
	const log = "error: command 'gcc' failed: No such file or directory\nError: getaddrinfo EAI_AGAIN db\nfatal error: fts.h: No such file or directory\n"
	tests := []struct {
		libc lint.Libc
		want string
	}{
		{lint.Unknown, "1 possible: pip-compiler-missing compiler=gcc\n3 certain: header-not-in-musl header=fts.h apk=musl-fts-dev\nunsure 2 Error: getaddrinfo EAI_AGAIN db\n"},
		{lint.Musl, "1 likely: pip-compiler-missing compiler=gcc\n2 likely: dns-again host=db\n3 certain: header-not-in-musl header=fts.h apk=musl-fts-dev\n"},
		{lint.Glibc, "3 certain: header-not-in-musl header=fts.h apk=musl-fts-dev\n"},
	}
	for _, tt := range tests {
		a, err := Why(strings.NewReader(log), WhyOptions{Target: lint.Target{Libc: tt.libc}})
		if err != nil {
			t.Fatal(err)
		}
		if got := outline(a); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.libc, got, tt.want)
		}
	}
}

// The stage at which a build stopped says more than the Dockerfile as a whole.
func TestTargetAt(t *testing.T) {
	const log = "error: command 'gcc' failed: No such file or directory\n   7 | >>> RUN pip install x\n"
	a, err := Why(strings.NewReader(log), WhyOptions{
		Target:   lint.Target{Libc: lint.Musl},
		TargetAt: func(line int) lint.Target { return map[int]lint.Target{7: {Libc: lint.Glibc}}[line] },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Diagnoses) != 0 || a.Step != (Line{7, "RUN pip install x"}) || a.Libc != lint.Glibc {
		t.Errorf("%s, step %v, libc %s", outline(a), a.Step, a.Libc)
	}
}

func FuzzWhy(f *testing.F) {
	f.Add([]byte(oneError + "\n"))
	f.Add([]byte("\x1b[31mfatal error: \x1b[0mfts.h: No such file or directory\r\n"))
	f.Add([]byte(`{"log":"exec /a: no such file or directory\n","stream":"stderr","time":"x"}`))
	f.Add([]byte("\xff\xfee\x00x\x00e\x00c\x00"))
	f.Add([]byte("3 | >>> RUN x\nERROR: No matching distribution found for torch\nError relocating a: b: symbol not found"))
	f.Fuzz(func(t *testing.T, log []byte) {
		first, err := Why(bytes.NewReader(log), WhyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		second, err := Why(iotest.HalfReader(bytes.NewReader(log)), WhyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := outline(first), outline(second); a != b {
			t.Fatalf("two answers:\n%s\n%s", a, b)
		}
		for _, d := range first.Diagnoses {
			if d.Line < 1 || d.Line > first.Lines || d.Title == "" || strings.ContainsAny(d.Quote+d.Title, "\n\r\x1b\x00") || len(d.Quote) > 2*quoteColumns {
				t.Fatalf("%+v", d)
			}
		}
	})
}
