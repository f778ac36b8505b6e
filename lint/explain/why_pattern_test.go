package explain

import (
	"slices"
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	tests := []struct {
		pattern, line string
		want          []string // nil: no match
	}{
		{"exec {file}: no such file", "exec /app: no such file or directory", []string{"/app"}},
		{"exec {file}: no such file", "EXEC /App: No Such File", []string{"/App"}},
		{"exec {file}: no such file", "runc exec  /app: no such file", []string{"/app"}},
		{"exec {file}: no such file", "myexec /app: no such file", nil},
		{"exec {file}: no such file", "my-exec /app: no such file", nil},
		{"exec {file}: no such file", "exec /app: no such files", nil},
		{"a {x}: b {y}", "a 1: b 2.", []string{"1", "2"}},
		{"a '{x}' b", "a ‘x’ b", []string{"x"}},
		{"a '{x}' b", "a `x' b", []string{"x"}},
		{"a '{x}' b", `a \"x\" b`, []string{"x"}},
		{"a {x=one|two*}: b", "a twofold: b", []string{"twofold"}},
		{"a {x=one|two*}: b", "a three: b", nil},
		{"a {x=#}: b", "a 12: b", []string{"12"}},
		{"a {x=#}: b", "a 1x2: b", nil},
		{"a*b {x}", "a and then b word, more", []string{"word"}},
		{"^start {x}", "start here", []string{"here"}},
		{"^start {x}", "a start here", nil},
		{"{x} end$", "the end", []string{"the"}},
		{"{x} end$", "the end of it", nil},
		{"*middle*", "inthemiddleof", []string{}},
		{"(why?) {x}", "(why?) because", []string{"because"}},
	}
	for _, tt := range tests {
		words, _, ok := newPattern(tt.pattern, "").match(readLine([]byte(tt.line)))
		if ok != (tt.want != nil) || ok && !slices.Equal(words, tt.want) {
			t.Errorf("%q in %q: %q, %v; want %q", tt.pattern, tt.line, words, ok, tt.want)
		}
	}
}

// A finder finds what a pattern matches, in any case and inside of a long line.
func TestFinder(t *testing.T) {
	table := messages()
	for i, p := range table.finder.patterns {
		if !p.logged() {
			continue
		}
		for _, line := range []string{sample(p.text), strings.ToUpper(sample(p.text)), strings.Repeat("x ", 500) + sample(p.text)} {
			if !slices.Contains(table.finder.candidates([]byte(line), nil), uint16(i)) {
				t.Errorf("%q is not found in %q", p.text, line)
			}
		}
	}
	for _, line := range []string{"", "a", "abc", "abcd", "\x00\xff"} {
		if found := table.finder.candidates([]byte(line), nil); len(found) > 0 {
			t.Errorf("%q finds %v", line, found)
		}
	}
}
