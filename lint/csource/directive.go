package csource

import "strings"

// Directive is a preprocessing directive.
type Directive struct {
	Name       string  // empty for a lone # and for GCC's line marker: # 12 "file"
	Start, End int     // from the # to the end of the logical line, its newline excluded
	Tokens     []Token // behind the name, comments left out
}

// Include is an #include, #include_next or #import with a name. One whose name is made by macros
// is none.
type Include struct {
	Name       string // between the brackets
	System     bool   // written with angle brackets
	Next       bool   // #include_next
	Start, End int    // of the name with its brackets
	Directive  int    // index of its directive
}

// Directives returns the directives in their order.
func (f *File) Directives() []Directive {
	f.lexed.Do(f.lex)
	return f.directives
}

// Includes returns the includes in their order.
func (f *File) Includes() []Include {
	f.lexed.Do(f.lex)
	return f.includes
}

// collect makes the directives of what the lexer found.
func (f *File) collect(list []found) {
	f.directives = make([]Directive, len(list))
	for i, d := range list {
		tokens := withoutComments(f.tokens[d.first:d.last:d.last])
		f.directives[i] = Directive{Name: d.name, Start: d.start, End: d.end, Tokens: tokens}
		switch d.name {
		case "include", "include_next", "import":
			if len(tokens) == 0 || tokens[0].Kind != HeaderName {
				continue
			}
			t := tokens[0]
			name := f.Spelling(t)
			f.includes = append(f.includes, Include{
				Name: name[1 : len(name)-1], System: name[0] == '<', Next: d.name == "include_next",
				Start: t.Start, End: t.End, Directive: i,
			})
		}
	}
}

// withoutComments returns tokens without the comments among them.
func withoutComments(tokens []Token) []Token {
	for i, t := range tokens {
		if t.Kind != Comment {
			continue
		}
		out := append([]Token(nil), tokens[:i]...)
		for _, t := range tokens[i+1:] {
			if t.Kind != Comment {
				out = append(out, t)
			}
		}
		return out
	}
	return tokens
}

// DirectiveAt returns the index of the directive that an offset is in, its end included.
func (f *File) DirectiveAt(offset int) (int, bool) {
	list := f.Directives()
	i := f.directiveBefore(offset)
	return i, i >= 0 && offset <= list[i].End
}

// directiveBefore returns the last directive that starts at or before an offset, -1 when there
// is none.
func (f *File) directiveBefore(offset int) int {
	list := f.Directives()
	low, high := 0, len(list)
	for low < high {
		if mid := (low + high) / 2; list[mid].Start <= offset {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low - 1
}

// Words returns the spellings of tokens, with a space where something stands between two of them
// or where they would run together: a condition as people would write it.
func (f *File) Words(tokens []Token) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 && tokens[i-1].End != t.Start {
			b.WriteByte(' ')
		}
		b.WriteString(f.Spelling(t))
	}
	return b.String()
}
