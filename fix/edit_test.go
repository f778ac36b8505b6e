package fix

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

func at(start, end int, text string) lint.Edit {
	return lint.Edit{Range: lint.Range{File: "f", Start: start, End: end}, NewText: text}
}

func TestConflict(t *testing.T) {
	other := at(0, 9, "x")
	other.Range.File = "g"
	for _, tt := range []struct {
		name string
		a, b lint.Edit
		want bool
	}{
		{"one behind the other", at(0, 3, ""), at(4, 5, ""), false},
		{"touching", at(0, 3, "x"), at(3, 5, "y"), false},
		{"overlapping", at(0, 4, "x"), at(3, 5, "y"), true},
		{"enclosed", at(0, 9, "x"), at(3, 5, "y"), true},
		{"the same range", at(3, 5, "x"), at(3, 5, "y"), true},
		{"the same change", at(3, 5, "x"), at(3, 5, "x"), false},
		{"an insertion before a change", at(3, 3, "x"), at(3, 5, "y"), false},
		{"an insertion behind a change", at(5, 5, "x"), at(3, 5, "y"), false},
		{"an insertion in a change", at(4, 4, "x"), at(3, 5, "y"), true},
		{"two insertions at one place", at(4, 4, "x"), at(4, 4, "y"), true},
		{"the same insertion", at(4, 4, "x"), at(4, 4, "x"), false},
		{"another file", at(0, 9, "y"), other, false},
	} {
		if conflict(tt.a, tt.b) != tt.want || conflict(tt.b, tt.a) != tt.want {
			t.Errorf("%s: got %v and %v, want %v", tt.name, conflict(tt.a, tt.b), conflict(tt.b, tt.a), tt.want)
		}
	}
}

func TestApply(t *testing.T) {
	text := []byte("one two three")
	for _, tt := range []struct {
		name  string
		edits []lint.Edit
		want  string // empty: an error
	}{
		{"none", nil, "one two three"},
		{"several", []lint.Edit{at(8, 13, "3"), at(0, 3, "1"), at(4, 4, "a ")}, "1 a two 3"},
		{"before and over a word", []lint.Edit{at(4, 7, "2"), at(4, 4, "a ")}, "one a 2 three"},
		{"the same twice", []lint.Edit{at(4, 4, "a "), at(4, 4, "a ")}, "one a two three"},
		{"all of it", []lint.Edit{at(0, 13, "x")}, "x"},
		{"at both ends", []lint.Edit{at(13, 13, "."), at(0, 0, "-")}, "-one two three."},
		{"overlapping", []lint.Edit{at(0, 5, "x"), at(4, 7, "y")}, ""},
		{"behind the end", []lint.Edit{at(13, 14, "x")}, ""},
		{"before the start", []lint.Edit{at(-1, 1, "x")}, ""},
		{"the wrong way round", []lint.Edit{at(5, 4, "x")}, ""},
		{"in a container", []lint.Edit{{Range: lint.Range{File: "f", Inner: "x.so", End: 1}}}, ""},
	} {
		got, err := Apply(text, tt.edits)
		if (err == nil) != (tt.want != "") || string(got) != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestWithEndings(t *testing.T) {
	for _, tt := range []struct{ text, new, want string }{
		{"a\nb\n", "x\ny\n", "x\ny\n"},
		{"a\r\nb\r\n", "x\ny\n", "x\r\ny\r\n"},
		{"a\r\nb\r\n", "x\r\ny\n", "x\r\ny\r\n"},
		{"a", "x\n", "x\n"},
		{"a\n", "x\ry", "x\ry"},
	} {
		for _, offset := range []int{0, len(tt.text)} {
			if got := withEndings([]byte(tt.text), at(offset, offset, tt.new)).NewText; got != tt.want {
				t.Errorf("%q into %q at %d: got %q, want %q", tt.new, tt.text, offset, got, tt.want)
			}
		}
	}
	mixed := []byte("a\r\nb\nc\r\nd")
	for offset, want := range map[int]string{0: "\r\n", 3: "\n", 5: "\r\n", 8: "\r\n"} {
		if got := withEndings(mixed, at(offset, offset, "\n")).NewText; got != want {
			t.Errorf("at %d of mixed endings: got %q, want %q", offset, got, want)
		}
	}
}

// Whatever the order, and whether edits are made together or one after the other: the text is
// the same, and the places of what was not edited are known.
func TestAnyOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		text := []byte(strings.Repeat("abcdefghij", 1+random.IntN(4)))
		edits := someEdits(random, len(text))
		want, err := Apply(text, edits)
		if err != nil {
			t.Fatal(err)
		}
		random.Shuffle(len(edits), func(i, j int) { edits[i], edits[j] = edits[j], edits[i] })
		if got, err := Apply(text, edits); err != nil || string(got) != string(want) {
			t.Fatalf("%q by %v: %q and %q, %v", text, edits, want, got, err)
		}
		if got := oneByOne(t, text, edits); string(got) != string(want) {
			t.Fatalf("%q by %v: together %q, one by one %q", text, edits, want, got)
		}
		moved := shift(sorted(edits))
		for i := range text {
			if touched(edits, i) {
				continue
			}
			j := moved.start(i)
			if want[j] != text[i] || moved.end(i+1) != j+1 || moved.back(j) != i {
				t.Fatalf("%q by %v to %q: byte %d went to %d, back to %d, its end to %d", text, edits, want, i, j, moved.back(j), moved.end(i+1))
			}
		}
	}
}

// someEdits are edits that do not conflict.
func someEdits(random *rand.Rand, length int) []lint.Edit {
	var edits []lint.Edit
	for range 1 + random.IntN(6) {
		start := random.IntN(length + 1)
		e := at(start, min(start+random.IntN(4), length), strings.Repeat("X", random.IntN(4)))
		ok := true
		for _, o := range edits {
			ok = ok && !conflict(o, e) && o != e
		}
		if ok {
			edits = append(edits, e)
		}
	}
	return edits
}

func touched(edits []lint.Edit, i int) bool {
	for _, e := range edits {
		if e.Range.Contains(i) {
			return true
		}
	}
	return false
}

// oneByOne makes edits one after the other, moving the ranges of those that are still to come.
func oneByOne(t *testing.T, text []byte, edits []lint.Edit) []byte {
	rest := append([]lint.Edit(nil), edits...)
	for len(rest) > 0 {
		e := rest[0]
		var err error
		if text, err = Apply(text, rest[:1]); err != nil {
			t.Fatal(err)
		}
		for i := range rest {
			r := &rest[i].Range
			delta := len(e.NewText) - (e.Range.End - e.Range.Start)
			if r.Start > e.Range.Start || r.Start == e.Range.Start && r.End > e.Range.End {
				r.Start, r.End = r.Start+delta, r.End+delta
			}
		}
		rest = rest[1:]
	}
	return text
}
