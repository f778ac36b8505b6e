package dockerfile

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/musllint/musllint/lint/shell"
)

// word is a word of an instruction before variables are replaced.
type word struct {
	raw        string // continuations removed
	start, end int
}

// splitter cuts a masked logical line into words.
type splitter struct {
	text  []byte // masked
	base  int    // offset of text in the file
	pos   int
	quote byte // the file's escape character, which also escapes quotes and blanks
}

// skipBlanks moves over blanks and continuations.
func (s *splitter) skipBlanks() {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f':
			s.pos++
		case s.atContinuation(s.pos):
			s.pos += 2
		default:
			return
		}
	}
}

func (s *splitter) atContinuation(i int) bool {
	return s.text[i] == '\\' && i+1 < len(s.text) && s.text[i+1] == '\n'
}

// next returns the next word. Quotes and escapes keep blanks together only when quoted
// is set: COPY and FROM split at every blank, ENV and ARG do not.
func (s *splitter) next(quoted bool) (word, bool) {
	s.skipBlanks()
	if s.pos >= len(s.text) {
		return word{}, false
	}
	start, end := s.pos, s.pos
	var raw strings.Builder
	var in byte // the open quote
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		if s.atContinuation(s.pos) {
			s.pos += 2
			if in == 0 && s.blankAhead() {
				break
			}
			continue
		}
		if in == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f') {
			break
		}
		raw.WriteByte(c)
		s.pos++
		end = s.pos
		if !quoted {
			continue
		}
		switch {
		case c == s.quote && in != '\'' && s.pos < len(s.text) && s.text[s.pos] != '\n':
			raw.WriteByte(s.text[s.pos])
			s.pos++
			end = s.pos
		case in == 0 && (c == '"' || c == '\''):
			in = c
		case c == in:
			in = 0
		}
	}
	return word{raw: raw.String(), start: s.base + start, end: s.base + end}, true
}

// blankAhead reports whether a continued line begins with a blank, which ends the word.
func (s *splitter) blankAhead() bool {
	return s.pos >= len(s.text) || s.text[s.pos] == ' ' || s.text[s.pos] == '\t'
}

// rest returns what is left, without the blanks around it.
func (s *splitter) rest() span {
	s.skipBlanks()
	end := len(bytes.TrimRight(s.text, " \t\r\n"))
	return span{s.base + s.pos, s.base + max(end, s.pos)}
}

// jsonWords reads a JSON array of strings, the exec form. Each word's range is that of
// its string with the quotes. ok is false for anything else, which is then shell form.
func jsonWords(text []byte, base int) (words []shell.Word, ok bool) {
	s := splitter{text: text}
	if s.skipBlanks(); s.pos >= len(text) || text[s.pos] != '[' {
		return nil, false
	}
	s.pos++
	words = []shell.Word{}
	for {
		s.skipBlanks()
		if s.pos >= len(text) {
			return nil, false
		}
		if text[s.pos] == ']' && len(words) == 0 {
			break
		}
		start := s.pos
		value, ok := s.jsonString()
		if !ok {
			return nil, false
		}
		words = append(words, shell.Word{Text: value, Known: true, Start: base + start, End: base + s.pos})
		s.skipBlanks()
		if s.pos >= len(text) {
			return nil, false
		}
		if text[s.pos] == ']' {
			break
		}
		if text[s.pos] != ',' {
			return nil, false
		}
		s.pos++
	}
	s.pos++
	s.skipBlanks()
	return words, s.pos >= len(text)
}

// jsonString reads a string at the position; continuations inside it are left out, as
// Docker joins the lines first.
func (s *splitter) jsonString() (string, bool) {
	if s.text[s.pos] != '"' {
		return "", false
	}
	var b strings.Builder
	for s.pos++; s.pos < len(s.text); {
		c := s.text[s.pos]
		switch {
		case c == '"':
			s.pos++
			return b.String(), utf8.ValidString(b.String())
		case s.atContinuation(s.pos):
			s.pos += 2
		case c == '\\':
			if s.pos+1 >= len(s.text) {
				return "", false
			}
			n, ok := jsonEscape(&b, s.text[s.pos+1:])
			if !ok {
				return "", false
			}
			s.pos += 1 + n
		case c < ' ':
			return "", false
		default:
			b.WriteByte(c)
			s.pos++
		}
	}
	return "", false
}

// jsonEscape writes what the escape after a backslash stands for and returns its length.
func jsonEscape(b *strings.Builder, after []byte) (int, bool) {
	if i := strings.IndexByte(`"\/bfnrt`, after[0]); i >= 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[i])
		return 1, true
	}
	if after[0] != 'u' || len(after) < 5 {
		return 0, false
	}
	var r rune
	for _, c := range after[1:5] {
		d := strings.IndexByte("0123456789abcdef", c|0x20)
		if d < 0 {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	b.WriteRune(r) // a lone surrogate becomes U+FFFD, as encoding/json has it
	return 5, true
}
