package shadow

import (
	"bytes"
	"os"
	"strings"

	"github.com/musllint/musllint/lint/csource"
)

// used returns one of some items of macros' bodies whose macro may be used by the unit: a file
// mentions it, or pastes names together that it may come of.
func (s *survey) used(items []visited) (visited, bool) {
	if len(items) == 0 {
		return visited{}, false
	}
	macros := map[string]visited{}
	for _, v := range items {
		macro, _ := cutBody(v.guard)
		if macros[macro].value != ofGlibc {
			macros[macro] = v
		}
	}
	for _, o := range s.Unit.options() {
		for macro, v := range macros {
			if strings.Contains(o, macro) {
				return v, true
			}
		}
	}
	for path := range s.visits {
		text, err := os.ReadFile(path)
		if err != nil {
			return items[0], true
		}
		f := csource.Read(text)
		for macro, v := range macros {
			if mentions(f, macro) || v.value == ofGlibc && asksFor(f, macro) {
				return v, true
			}
		}
	}
	return visited{}, false
}

// asksFor reports whether a condition of a file asks for a macro.
func asksFor(f *csource.File, macro string) bool {
	for _, b := range f.Branches() {
		for _, token := range b.Condition {
			if token.Kind == csource.Ident && f.Is(token, macro) {
				return true
			}
		}
	}
	return false
}

// mentions reports whether a file may use a macro: what only defines it or asks for it does not,
// nor does a comment.
func mentions(f *csource.File, macro string) bool {
	text, word := f.Text(), []byte(macro)
	for at := 0; ; {
		n := bytes.Index(text[at:], word)
		if n < 0 {
			break
		}
		start, end := at+n, at+n+len(word)
		at = end
		if start > 0 && isWord(text[start-1]) || end < len(text) && isWord(text[end]) {
			continue
		}
		before := bytes.TrimRight(text[max(0, start-40):start], " \t")
		before = bytes.TrimRight(bytes.TrimSuffix(before, []byte("(")), " \t")
		if endsInOne(before, "define", "undef", "ifdef", "ifndef", "defined") {
			continue
		}
		if token, ok := f.TokenAt(start); !ok || token.Kind != csource.Comment {
			return true
		}
	}
	for at := 0; ; {
		n := bytes.Index(text[at:], []byte("##"))
		if n < 0 {
			return false
		}
		at += n + 2
		left, right := bytes.TrimRight(text[:at-2], " \t"), bytes.TrimLeft(text[at:], " \t")
		start := len(left)
		for start > 0 && isWord(left[start-1]) {
			start--
		}
		end := 0
		for end < len(right) && isWord(right[end]) {
			end++
		}
		if len(left)-start > 1 && bytes.HasPrefix(word, left[start:]) || end > 1 && bytes.HasSuffix(word, right[:end]) {
			return true
		}
	}
}

func endsInOne(text []byte, words ...string) bool {
	for _, word := range words {
		if rest, ok := bytes.CutSuffix(text, []byte(word)); ok && (len(rest) == 0 || !isWord(rest[len(rest)-1])) {
			return true
		}
	}
	return false
}
