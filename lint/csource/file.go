// Package csource reads a C or C++ source text as tokens, preprocessing directives and
// conditional branches, each with its place in bytes. It never fails: any bytes are a source,
// and what no compiler would take has some reading that stays within its line. It expands and
// evaluates nothing.
//
// Tokens are those of GCC: line continuations may be anywhere in one, comments hide quotes and
// quotes hide comments, and an unterminated quote lasts to the end of its logical line. Raw
// strings are raw in C too, as GCC has it by default. Trigraphs and digraphs are not known, and
// a suffix of a string ("x"_s, "%"PRIu64) is a token of its own.
package csource

import (
	"bytes"
	"sync"
)

// File is a source text. Its methods may be called by several goroutines.
type File struct {
	text []byte

	lexed      sync.Once
	tokens     []Token
	directives []Directive
	includes   []Include

	branched sync.Once
	branches []Branch
	within   []int // for each directive the innermost branch that begins or goes on behind it, -1

	lined   sync.Once
	starts  []int // offset of the first byte of each line
	marked  sync.Once
	markers []marker
}

// Read returns a source. The text must not be changed afterwards; nothing is done with it before
// something is asked.
func Read(text []byte) *File { return &File{text: text} }

// Text returns the source.
func (f *File) Text() []byte { return f.text }

// Kind says what a token is.
type Kind uint8

const (
	Ident      Kind = iota + 1 // keywords too
	Number                     // a preprocessing number: 0x1p-3, 1'000, 1.2.3
	String                     // with its prefix, raw or not
	Char                       // with its prefix
	Punct                      // also a stray byte that no token of C begins with
	Comment                    // of either kind
	HeaderName                 // the name behind #include or __has_include, with its brackets or quotes
)

// String returns the name of a kind.
func (k Kind) String() string {
	switch k {
	case Ident:
		return "identifier"
	case Number:
		return "number"
	case String:
		return "string"
	case Char:
		return "character"
	case Punct:
		return "punctuator"
	case Comment:
		return "comment"
	case HeaderName:
		return "header name"
	}
	return "nothing"
}

// Token is a token: its bytes are text[Start:End], which may hold line continuations.
type Token struct {
	Kind       Kind
	Start, End int
}

// Tokens returns all tokens in their order, comments and those of directives included.
func (f *File) Tokens() []Token {
	f.lexed.Do(f.lex)
	return f.tokens
}

// Spelling returns a token without line continuations.
func (f *File) Spelling(t Token) string {
	b := f.text[t.Start:t.End]
	if bytes.IndexByte(b, '\\') < 0 || t.Kind == String && isRaw(b) {
		return string(b)
	}
	return string(unsplice(b))
}

// Is reports whether a token is spelled like that.
func (f *File) Is(t Token, spelling string) bool {
	b := f.text[t.Start:t.End]
	if string(b) == spelling {
		return true
	}
	return len(b) > len(spelling) && bytes.IndexByte(b, '\\') >= 0 && f.Spelling(t) == spelling
}

// isRaw reports whether the bytes of a string token are those of a raw string.
func isRaw(b []byte) bool {
	i := bytes.IndexByte(b, '"')
	for i > 0 && isNewline(b[i-1]) { // a continuation between prefix and quote
		if i = bytes.LastIndexByte(b[:i], '\\'); i < 0 {
			return false
		}
	}
	return i > 0 && b[i-1] == 'R'
}

func isNewline(c byte) bool { return c == '\n' || c == '\r' }

// unsplice returns bytes without their line continuations.
func unsplice(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		if n := spliceLen(b, i); n > 0 {
			i += n
			continue
		}
		out = append(out, b[i])
		i++
	}
	return out
}

// spliceLen is the length of the line continuation at i, 0 when there is none. Compilers take
// white space between the backslash and the end of the line as a part of it.
func spliceLen(b []byte, i int) int {
	if i >= len(b) || b[i] != '\\' {
		return 0
	}
	for j := i + 1; j < len(b); j++ {
		switch b[j] {
		case '\n':
			return j + 1 - i
		case ' ', '\t', '\v', '\f', '\r':
		default:
			return 0
		}
	}
	return 0
}
