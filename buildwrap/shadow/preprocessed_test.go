package shadow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// words returns what a text comes to, as "file:line word before behind".
func words(text string, piece int) []string {
	var out []string
	file := ""
	var p preprocessed
	p.enter = func(name string) { file = name }
	p.word = func(word []byte, after, next byte) {
		out = append(out, fmt.Sprintf("%s:%d %s %q %q", file, p.line, word, after, next))
	}
	for len(text) > 0 {
		n := min(piece, len(text))
		p.Write([]byte(text[:n]))
		text = text[n:]
	}
	p.end()
	return out
}

func TestPreprocessed(t *testing.T) {
	text := "# 1 \"a b.c\"\n# 7 \"a b.c\" 2\nint f(\n\"x \\\" y\", 'a', s->m, t.n, std::q);\n# 3 \"d\\\\e.h\" 1 3\nreturn g ;"
	want := []string{
		`a b.c:7 int '\x00' 'f'`, `a b.c:7 f 'a' '('`, `a b.c:8 s ',' '-'`, `a b.c:8 m '>' ','`, `a b.c:8 t ',' '.'`, `a b.c:8 n '.' ','`,
		`a b.c:8 std ',' ':'`, `a b.c:8 q 's' ')'`, `d\e.h:3 return ';' 'g'`, `d\e.h:3 g 'r' ';'`,
	}
	for _, piece := range []int{1, 2, 7, 1000} {
		if got := words(text, piece); !slices.Equal(got, want) {
			t.Errorf("in pieces of %d:\ngot  %s\nwant %s", piece, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

func FuzzPreprocessed(f *testing.F) {
	f.Add("# 1 \"a.c\"\nint x = \"\\", 3)
	f.Add("# 12 \"a\\q.c\" 1\n a::b->c 'x", 1)
	f.Fuzz(func(t *testing.T, text string, piece int) {
		if piece = min(max(piece, 1), 1<<12); !slices.Equal(words(text, piece), words(text, len(text)+1)) {
			t.Errorf("%q in pieces of %d is read in another way than as a whole", text, piece)
		}
	})
}

func TestCutIncludes(t *testing.T) {
	messages, read := cutIncludes([]byte(". a.h\r\n.. dir/b c.h\nx.c:1:2: error: no\n...\n. a.h\n.. \nMultiple include guards may be useful for:\nd.h\n"))
	if want := []string{"a.h", "dir/b c.h"}; !slices.Equal(read, want) {
		t.Errorf("%q", read)
	}
	if want := "x.c:1:2: error: no\n...\nMultiple include guards may be useful for:\nd.h\n"; string(messages) != want {
		t.Errorf("%q", messages)
	}
}

func TestGlibcOwns(t *testing.T) {
	for name, want := range map[string][2]bool{
		"fts.h": {true, true}, "sys": {false, true}, "sys/poll.h": {true, true}, "sys/capability.h": {false, false}, "gnu": {true, true},
		"bits/x/y.h": {true, true}, "openssl": {false, false}, "netash": {true, true}, "rpc": {false, true}, "zlib.h": {false, false}, "a": {false, false},
	} {
		owned, below := glibcOwns(name)
		if [2]bool{owned, below} != want {
			t.Errorf("%s: %t, %t", name, owned, below)
		}
	}
}
