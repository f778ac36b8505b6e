package csource

import (
	"bytes"
	"unicode/utf8"
)

// What a byte is to the lexer.
const (
	isStray  = iota
	isSpace  // white space within a line, NUL too: GCC ignores it
	isLetter // of an identifier
	isDigit
	isQuote // either of them
	isPunct
	isHigh // a byte of UTF-8
)

var class = [256]uint8{
	0: isSpace, '\t': isSpace, '\v': isSpace, '\f': isSpace, '\r': isSpace, ' ': isSpace,
	'a': isLetter, 'b': isLetter, 'c': isLetter, 'd': isLetter, 'e': isLetter, 'f': isLetter, 'g': isLetter,
	'h': isLetter, 'i': isLetter, 'j': isLetter, 'k': isLetter, 'l': isLetter, 'm': isLetter, 'n': isLetter,
	'o': isLetter, 'p': isLetter, 'q': isLetter, 'r': isLetter, 's': isLetter, 't': isLetter, 'u': isLetter,
	'v': isLetter, 'w': isLetter, 'x': isLetter, 'y': isLetter, 'z': isLetter,
	'A': isLetter, 'B': isLetter, 'C': isLetter, 'D': isLetter, 'E': isLetter, 'F': isLetter, 'G': isLetter,
	'H': isLetter, 'I': isLetter, 'J': isLetter, 'K': isLetter, 'L': isLetter, 'M': isLetter, 'N': isLetter,
	'O': isLetter, 'P': isLetter, 'Q': isLetter, 'R': isLetter, 'S': isLetter, 'T': isLetter, 'U': isLetter,
	'V': isLetter, 'W': isLetter, 'X': isLetter, 'Y': isLetter, 'Z': isLetter, '_': isLetter, '$': isLetter,
	'0': isDigit, '1': isDigit, '2': isDigit, '3': isDigit, '4': isDigit,
	'5': isDigit, '6': isDigit, '7': isDigit, '8': isDigit, '9': isDigit,
	'"': isQuote, '\'': isQuote,
	'!': isPunct, '#': isPunct, '%': isPunct, '&': isPunct, '(': isPunct, ')': isPunct, '*': isPunct, '+': isPunct,
	',': isPunct, '-': isPunct, '.': isPunct, '/': isPunct, ':': isPunct, ';': isPunct, '<': isPunct, '=': isPunct,
	'>': isPunct, '?': isPunct, '[': isPunct, ']': isPunct, '^': isPunct, '{': isPunct, '|': isPunct, '}': isPunct,
	'~':  isPunct,
	0x80: isHigh, 0x81: isHigh, 0x82: isHigh, 0x83: isHigh, 0x84: isHigh, 0x85: isHigh, 0x86: isHigh, 0x87: isHigh,
	0x88: isHigh, 0x89: isHigh, 0x8a: isHigh, 0x8b: isHigh, 0x8c: isHigh, 0x8d: isHigh, 0x8e: isHigh, 0x8f: isHigh,
	0x90: isHigh, 0x91: isHigh, 0x92: isHigh, 0x93: isHigh, 0x94: isHigh, 0x95: isHigh, 0x96: isHigh, 0x97: isHigh,
	0x98: isHigh, 0x99: isHigh, 0x9a: isHigh, 0x9b: isHigh, 0x9c: isHigh, 0x9d: isHigh, 0x9e: isHigh, 0x9f: isHigh,
	0xa0: isHigh, 0xa1: isHigh, 0xa2: isHigh, 0xa3: isHigh, 0xa4: isHigh, 0xa5: isHigh, 0xa6: isHigh, 0xa7: isHigh,
	0xa8: isHigh, 0xa9: isHigh, 0xaa: isHigh, 0xab: isHigh, 0xac: isHigh, 0xad: isHigh, 0xae: isHigh, 0xaf: isHigh,
	0xb0: isHigh, 0xb1: isHigh, 0xb2: isHigh, 0xb3: isHigh, 0xb4: isHigh, 0xb5: isHigh, 0xb6: isHigh, 0xb7: isHigh,
	0xb8: isHigh, 0xb9: isHigh, 0xba: isHigh, 0xbb: isHigh, 0xbc: isHigh, 0xbd: isHigh, 0xbe: isHigh, 0xbf: isHigh,
	0xc0: isHigh, 0xc1: isHigh, 0xc2: isHigh, 0xc3: isHigh, 0xc4: isHigh, 0xc5: isHigh, 0xc6: isHigh, 0xc7: isHigh,
	0xc8: isHigh, 0xc9: isHigh, 0xca: isHigh, 0xcb: isHigh, 0xcc: isHigh, 0xcd: isHigh, 0xce: isHigh, 0xcf: isHigh,
	0xd0: isHigh, 0xd1: isHigh, 0xd2: isHigh, 0xd3: isHigh, 0xd4: isHigh, 0xd5: isHigh, 0xd6: isHigh, 0xd7: isHigh,
	0xd8: isHigh, 0xd9: isHigh, 0xda: isHigh, 0xdb: isHigh, 0xdc: isHigh, 0xdd: isHigh, 0xde: isHigh, 0xdf: isHigh,
	0xe0: isHigh, 0xe1: isHigh, 0xe2: isHigh, 0xe3: isHigh, 0xe4: isHigh, 0xe5: isHigh, 0xe6: isHigh, 0xe7: isHigh,
	0xe8: isHigh, 0xe9: isHigh, 0xea: isHigh, 0xeb: isHigh, 0xec: isHigh, 0xed: isHigh, 0xee: isHigh, 0xef: isHigh,
	0xf0: isHigh, 0xf1: isHigh, 0xf2: isHigh, 0xf3: isHigh, 0xf4: isHigh, 0xf5: isHigh, 0xf6: isHigh, 0xf7: isHigh,
	0xf8: isHigh, 0xf9: isHigh, 0xfa: isHigh, 0xfb: isHigh, 0xfc: isHigh, 0xfd: isHigh, 0xfe: isHigh, 0xff: isHigh,
}

// Where in a directive the lexer is.
const (
	outside  = iota
	wantName // behind the #
	wantHeader
	condition // a condition, in which __has_include names a header
	wantHas   // behind __has_include
	body
)

// lexer goes through a text once.
type lexer struct {
	text   []byte
	tokens []Token
	found  []found
	state  int
	// unclosed counts raw strings that never end: the search for an end goes through all of the text.
	unclosed int
}

// maxUnclosed is far above what a source has by mistake.
const maxUnclosed = 100

// found is a directive while the lexer runs.
type found struct {
	name        string
	start, end  int
	first, last int // its tokens behind the name
}

func (f *File) lex() {
	l := lexer{text: f.text, tokens: make([]Token, 0, len(f.text)/6+8)}
	l.run()
	f.tokens = l.tokens
	f.collect(l.found)
}

func (l *lexer) run() {
	text := l.text
	fresh := true // nothing but white space and comments in the line so far
	for i := begin(text); i < len(text); {
		c := text[i]
		switch class[c] {
		case isSpace:
			i++
			continue
		case isLetter:
			start := i
			i++
			for i < len(text) && class[text[i]]-isLetter <= isDigit-isLetter {
				i++
			}
			if i < len(text) && !plainEnd(text[i]) {
				if text[i] == '\\' || text[i] >= 0x80 {
					i = l.restOfIdent(i)
				}
				if end, kind := l.prefixed(start, i); end > 0 {
					l.token(kind, start, end)
					i = end
					break
				}
			}
			l.tokens = append(l.tokens, Token{Ident, start, i})
			if l.state != outside {
				l.word(start, i)
			}
		case isPunct:
			switch {
			case c == '/':
				if end := l.comment(i); end > 0 {
					l.tokens = append(l.tokens, Token{Comment, i, end})
					i = end
					continue // neither fresh nor the state change
				}
			case c == '#' && fresh:
				l.tokens = append(l.tokens, Token{Punct, i, i + 1})
				l.found = append(l.found, found{start: i, first: len(l.tokens)})
				l.state = wantName
				fresh = false
				i++
				continue
			case c == '<' && (l.state == wantHeader || l.state == wantHas):
				if end := l.quoted(i, '>'); end > 0 {
					l.token(HeaderName, i, end)
					i = end
					fresh = false
					continue
				}
			case c == '.' && l.number(i):
				end := l.restOfNumber(i)
				l.token(Number, i, end)
				i = end
				fresh = false
				continue
			case c == '(' && l.state == wantHas:
				l.tokens = append(l.tokens, Token{Punct, i, i + 1})
				i++
				continue
			}
			end := l.punctuator(i)
			l.token(Punct, i, end)
			i = end
		case isDigit:
			end := l.restOfNumber(i)
			l.token(Number, i, end)
			i = end
		case isQuote:
			if c == '"' && (l.state == wantHeader || l.state == wantHas) {
				if end := l.quoted(i, c); end > 0 {
					l.token(HeaderName, i, end)
					i = end
					break
				}
			}
			end := l.literal(i)
			kind := String
			if c == '\'' {
				kind = Char
			}
			l.token(kind, i, end)
			i = end
		case isHigh:
			end := l.restOfIdent(i)
			if end == i { // a byte that is no UTF-8
				l.token(Punct, i, i+1)
				i++
				break
			}
			l.tokens = append(l.tokens, Token{Ident, i, end})
			if l.state != outside {
				l.word(i, end)
			}
			i = end
		default:
			if c == '\n' {
				if l.state != outside {
					l.endDirective(i)
				}
				fresh = true
				i++
				continue
			}
			if n := spliceLen(text, i); n > 0 {
				i += n
				continue
			}
			if c == '\\' {
				if end := l.restOfIdent(i); end > i { // a universal character name
					l.token(Ident, i, end)
					i = end
					break
				}
			}
			l.token(Punct, i, i+1)
			i++
		}
		fresh = false
	}
	if l.state != outside {
		l.endDirective(len(text))
	}
}

// plainEnd reports whether a byte that ends a run of letters and digits ends the word.
func plainEnd(c byte) bool { return c != '"' && c != '\'' && c != '\\' && c < 0x80 }

// token adds one that is no identifier.
func (l *lexer) token(kind Kind, start, end int) {
	l.tokens = append(l.tokens, Token{kind, start, end})
	switch l.state {
	case wantName: // "# 12 "file"", or nonsense
		l.found[len(l.found)-1].first = len(l.tokens) - 1
		l.state = body
	case wantHeader:
		l.state = body
	case wantHas:
		l.state = condition
	}
}

// word is told of an identifier within a directive.
func (l *lexer) word(start, end int) {
	b := l.text[start:end]
	switch l.state {
	case wantName:
		d := &l.found[len(l.found)-1]
		d.name = directiveName(b)
		d.first = len(l.tokens)
		switch d.name {
		case "include", "include_next", "import", "embed":
			l.state = wantHeader
		case "if", "elif":
			l.state = condition
		default:
			l.state = body
		}
	case wantHeader:
		l.state = body
	case condition, wantHas:
		l.state = condition
		switch string(b) {
		case "__has_include", "__has_include_next", "__has_embed":
			l.state = wantHas
		}
	}
}

// directiveName returns a name without making a string of the usual ones.
func directiveName(b []byte) string {
	switch string(b) {
	case "include":
		return "include"
	case "define":
		return "define"
	case "if":
		return "if"
	case "ifdef":
		return "ifdef"
	case "ifndef":
		return "ifndef"
	case "endif":
		return "endif"
	case "else":
		return "else"
	case "elif":
		return "elif"
	case "undef":
		return "undef"
	case "pragma":
		return "pragma"
	}
	return string(unsplice(b))
}

// endDirective ends the directive at the newline, or at the end of the text.
func (l *lexer) endDirective(newline int) {
	d := &l.found[len(l.found)-1]
	d.end = newline
	if newline < len(l.text) && newline > d.start && l.text[newline-1] == '\r' {
		d.end--
	}
	d.last = len(l.tokens)
	l.state = outside
}

// restOfIdent goes on with an identifier where a byte is not plain: a continuation, UTF-8 or a
// universal character name.
func (l *lexer) restOfIdent(i int) int {
	text := l.text
	for {
		for i < len(text) && class[text[i]]-isLetter <= isDigit-isLetter {
			i++
		}
		if i == len(text) {
			return i
		}
		switch {
		case text[i] >= 0x80:
			r, n := utf8.DecodeRune(text[i:])
			if r == utf8.RuneError && n == 1 {
				return i
			}
			i += n
		case text[i] == '\\':
			if n := universalLen(text[i:]); n > 0 {
				i += n
				continue
			}
			j := l.skipSplices(i)
			if j == i || j == len(text) || class[text[j]] != isLetter && class[text[j]] != isDigit {
				return i
			}
			i = j
		default:
			return i
		}
	}
}

// universalLen is the length of a universal character name: \u12ab or \U0001f600.
func universalLen(b []byte) int {
	n := 0
	switch {
	case len(b) >= 6 && b[1] == 'u':
		n = 6
	case len(b) >= 10 && b[1] == 'U':
		n = 10
	default:
		return 0
	}
	for _, c := range b[2:n] {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return 0
		}
	}
	return n
}

// skipSplices passes over line continuations.
func (l *lexer) skipSplices(i int) int {
	for {
		n := spliceLen(l.text, i)
		if n == 0 {
			return i
		}
		i += n
	}
}

// number reports whether the point at i begins a number.
func (l *lexer) number(i int) bool {
	j := l.next(i)
	return j < len(l.text) && class[l.text[j]] == isDigit
}

// next is the place of the byte behind the one at i, continuations passed over.
func (l *lexer) next(i int) int {
	if i++; i < len(l.text) && l.text[i] == '\\' {
		return l.skipSplices(i)
	}
	return i
}

// restOfNumber returns the end of the preprocessing number at i.
func (l *lexer) restOfNumber(i int) int {
	text := l.text
	for i++; i < len(text); {
		c := text[i]
		switch {
		case class[c] == isLetter || class[c] == isDigit:
			i++
			switch c {
			case 'e', 'E', 'p', 'P':
				if j := l.skipSplices(i); j < len(text) && (text[j] == '+' || text[j] == '-') {
					i = j + 1
				}
			}
		case c == '.':
			i++
		case c == '\'':
			j := l.next(i)
			if j == len(text) || class[text[j]] != isLetter && class[text[j]] != isDigit {
				return i
			}
			i = j + 1
		case c == '\\':
			j := l.skipSplices(i)
			if j == i || j == len(text) {
				return i
			}
			if k := class[text[j]]; k != isLetter && k != isDigit && text[j] != '.' && text[j] != '\'' {
				return i
			}
			i = j
		default:
			return i
		}
	}
	return i
}

// comment returns the end of the comment at i, 0 when there is none.
func (l *lexer) comment(i int) int {
	text := l.text
	j := l.next(i)
	if j >= len(text) {
		return 0
	}
	switch text[j] {
	case '*':
		i = j + 1
		inner, end := text[i:], len(text)
		if k := bytes.Index(inner, []byte("*/")); k >= 0 {
			inner, end = inner[:k], i+k+2
		}
		for {
			s := bytes.Index(inner, []byte("*\\")) // a continuation may stand between the two
			if s < 0 {
				return end
			}
			i, inner = i+s+1, inner[s+1:]
			if e := l.skipSplices(i); e > i && e < len(text) && text[e] == '/' {
				return e + 1
			}
		}
	case '/':
		return l.lineEnd(j + 1)
	}
	return 0
}

// lineEnd returns where the logical line ends that i is in: at its newline, before the carriage
// return of one.
func (l *lexer) lineEnd(i int) int {
	text := l.text
	from := i
	for {
		n := bytes.IndexByte(text[i:], '\n')
		if n < 0 {
			return len(text)
		}
		end := i + n
		j := end
		for j > from && class[text[j-1]] == isSpace && text[j-1] != 0 {
			j--
		}
		if j > from && text[j-1] == '\\' {
			i = end + 1
			continue
		}
		if end > from && text[end-1] == '\r' {
			end--
		}
		return end
	}
}

// quoted returns the end of the header name at i, 0 when its line ends before the name does.
func (l *lexer) quoted(i int, closing byte) int {
	for j := i + 1; j < len(l.text); j++ {
		switch l.text[j] {
		case closing:
			return j + 1
		case '\n':
			return 0
		case '\\':
			if n := spliceLen(l.text, j); n > 0 {
				j += n - 1
			}
		}
	}
	return 0
}

// literal returns the end of the string or character at i.
func (l *lexer) literal(i int) int {
	text, quote := l.text, l.text[i]
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case quote:
			return j + 1
		case '\n':
			if text[j-1] == '\r' && j-1 > i {
				j--
			}
			return j
		case '\\':
			if n := spliceLen(text, j); n > 0 {
				j += n - 1
				continue
			}
			if j = l.next(j); j < len(text) && text[j] == '\n' {
				j-- // the end of the line is no part of an escape
			}
		}
	}
	return len(text)
}

// prefixed returns the end of the literal whose prefix is the word from start to end, 0 when it
// is none.
func (l *lexer) prefixed(start, end int) (int, Kind) {
	text := l.text
	if end-start > 3 && bytes.IndexByte(text[start:end], '\\') < 0 {
		return 0, 0
	}
	q := l.skipSplices(end)
	if q == len(text) || text[q] != '"' && text[q] != '\'' {
		return 0, 0
	}
	word := text[start:end]
	if bytes.IndexByte(word, '\\') >= 0 {
		word = unsplice(word)
	}
	switch string(word) {
	case "L", "u", "U", "u8":
		if text[q] == '\'' {
			return l.literal(q), Char
		}
		return l.literal(q), String
	case "R", "LR", "uR", "UR", "u8R":
		if text[q] == '"' {
			return l.raw(q), String
		}
	}
	return 0, 0
}

// raw returns the end of the raw string whose quote is at i, 0 when it is none.
func (l *lexer) raw(i int) int {
	rest := l.text[i+1:]
	open := -1
scan:
	for j := 0; j < len(rest) && j <= 16; j++ {
		switch rest[j] {
		case '(':
			open = j
			break scan
		case ')', '\\', ' ', '\t', '\v', '\f', '\n', '\r', '"':
			return 0
		}
	}
	if open < 0 || l.unclosed == maxUnclosed {
		return 0
	}
	closing := make([]byte, 0, 18)
	closing = append(closing, ')')
	closing = append(closing, rest[:open]...)
	closing = append(closing, '"')
	k := bytes.Index(rest[open+1:], closing)
	if k < 0 {
		l.unclosed++
		return 0
	}
	return i + 1 + open + 1 + k + len(closing)
}

// punctuator returns the end of the longest punctuator at i.
func (l *lexer) punctuator(i int) int {
	text := l.text
	j := l.next(i)
	if j == len(text) || class[text[j]] != isPunct {
		return i + 1
	}
	a, b := text[i], text[j]
	two := false
	switch a {
	case '+', '&', '|', '#', ':':
		two = b == a || b == '=' && a != '#' && a != ':'
	case '-':
		two = b == '-' || b == '=' || b == '>'
	case '<', '>':
		two = b == a || b == '='
	case '=', '!', '*', '/', '%', '^':
		two = b == '='
	case '.':
		two = b == '*'
		if b == '.' {
			if k := l.next(j); k < len(text) && text[k] == '.' {
				return k + 1
			}
		}
	}
	if !two {
		return i + 1
	}
	k := l.next(j)
	if k == len(text) {
		return j + 1
	}
	switch c := text[k]; {
	case (a == '<' || a == '>') && b == a && c == '=', a == '<' && b == '=' && c == '>', a == '-' && b == '>' && c == '*':
		return k + 1
	}
	return j + 1
}
