package shell

import (
	"reflect"
	"strings"
	"testing"
)

// FuzzParse wants every place to be right wherever the script stands, see check.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"apk add --no-cache -t .d a=1 && cd /x || true; make -j$(nproc) CC=gcc",
		`sh -c "apk add \"\$X\" foo" && eval 'a b' c`,
		"cat <<-EOF | sudo sh\n\tapk add $PKGS\n\tEOF\n",
		"if command -v apk; then a; elif b; then c; else d; fi > f",
		"for x in $(a) b; do c ${x%.*} $PKGS$'\\t'; done | while read y; do e; done",
		"case $X in a|b) f;; esac; find . -exec g {} + ; xargs -I% h % <<< x",
		"fo\\\no 'b\\\nr' \"b\\\nz\" `a \\`b\\`` $((1 + $(c))) <(d) \r\n",
		"A=1 B=$A env C=2 curl -fsSLo f u >>g 2>&1 <h", "printf '%s' a%% | sh", "f() { [[ -f $x ]] && tar xzf f; }",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4<<10 {
			return // slow to mutate, and nothing more to find
		}
		s, err := Parse(text, 0, outside)
		moved, errMoved := Parse(text, 7, outside)
		if (err == nil) != (errMoved == nil) {
			t.Fatalf("%q: %v, and elsewhere %v", text, err, errMoved)
		}
		if err != nil {
			if at := err.(*SyntaxError).Offset; at < 0 || at > len(text) {
				t.Fatalf("%q: error at %d", text, at)
			}
			return
		}
		check(t, text, 0, s)
		check(t, text, 7, moved)
		if len(s.Commands) != len(moved.Commands) {
			t.Fatalf("%q: %d commands, and elsewhere %d", text, len(s.Commands), len(moved.Commands))
		}
		for i, c := range s.Commands {
			m := moved.Commands[i]
			if c.Start+7 != m.Start || c.End+7 != m.End || !reflect.DeepEqual(describe(c), describe(m)) {
				t.Fatalf("%q: %s [%d,%d), and elsewhere %s [%d,%d)", text, describe(c), c.Start, c.End, describe(m), m.Start, m.End)
			}
		}
		for _, w := range s.Writes() {
			if w.Start > w.End || w.End > len(text) || w.Start < 0 {
				t.Fatalf("%q: write %+v", text, w)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	script := strings.Repeat("apk add --no-cache -t .deps curl git && cd /src && \\\n    make -j$(nproc) CC=gcc PREFIX=\"$DEST\" install && curl -fsSLo /tmp/f https://h/$VERSION/f.tgz\n", 20)
	if s, err := Parse(script, 0, outside); err != nil || len(s.Commands) != 100 {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(script)))
	for b.Loop() {
		Parse(script, 0, outside)
	}
}
