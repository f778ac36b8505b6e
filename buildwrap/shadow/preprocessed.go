package shadow

import (
	"bytes"
	"strconv"
)

// What stands before a word of a preprocessed text, where it is no sign of its own.
const (
	afterWord      = 'a'
	afterExtern    = 'e'
	afterNamespace = 'n'
	afterTag       = 't' // struct, union, enum, class
	afterControl   = 'r' // return, else, …: an expression or a statement follows
	afterLiteral   = '"'
	afterScope     = 's' // :: behind a word
	afterArrow     = '>' // ->; a lone > is the sign itself, which tells as little of a name
)

// preprocessed reads a preprocessed text that is written to it.
type preprocessed struct {
	enter func(file string) // another file begins
	// word gets each word outside of literals, with what stands before and behind it: 0 for the
	// end of the line.
	word func(word []byte, after, next byte)
	sign func(sign byte) // any other byte that is no space; may be nil

	line        int    // of the file
	file        []byte // as the marker before has it
	last, prior byte   // what came last, and before that
	rest        []byte // of a line
}

func (p *preprocessed) Write(text []byte) (int, error) {
	n := len(text)
	for {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			p.rest = append(p.rest, text...)
			return n, nil
		}
		line := text[:end]
		if len(p.rest) > 0 {
			line = append(p.rest, line...)
			p.rest = p.rest[:0]
		}
		p.read(line)
		text = text[end+1:]
	}
}

// end takes what is written for the whole text.
func (p *preprocessed) end() {
	if len(p.rest) > 0 {
		p.read(p.rest)
		p.rest = nil
	}
}

func (p *preprocessed) read(line []byte) {
	if len(line) > 2 && line[0] == '#' && line[1] == ' ' {
		p.marker(line[2:])
		return
	}
	p.words(line)
	p.line++
}

// marker reads `12 "file" 1 3`.
func (p *preprocessed) marker(line []byte) {
	number, rest, _ := bytes.Cut(line, []byte(" "))
	n, err := strconv.Atoi(string(number))
	open, end := bytes.IndexByte(rest, '"'), bytes.LastIndexByte(rest, '"')
	if err != nil || open < 0 || end <= open {
		return
	}
	p.line = n
	if bytes.Equal(rest[open+1:end], p.file) {
		return
	}
	p.file = append(p.file[:0], rest[open+1:end]...)
	name := string(p.file)
	if bytes.IndexByte(p.file, '\\') >= 0 {
		if unquoted, err := strconv.Unquote(string(rest[open : end+1])); err == nil {
			name = unquoted
		}
	}
	p.enter(name)
}

func (p *preprocessed) words(line []byte) {
	for i := 0; i < len(line); {
		c := line[i]
		now := c
		switch {
		case c == ' ' || c == '\t':
			i++
			continue
		case c == '"' || c == '\'':
			i = pastQuote(line, i)
			now = afterLiteral
		case isWord(c):
			start := i
			for i < len(line) && isWord(line[i]) {
				i++
			}
			word := line[start:i]
			p.word(word, p.last, nextSign(line[i:]))
			now = kindOfWord(word)
		case c == ':' && i+1 < len(line) && line[i+1] == ':' && p.last == afterWord:
			i += 2
			now = afterScope
		case c == '-' && i+1 < len(line) && line[i+1] == '>':
			i += 2
			now = afterArrow
		default:
			if p.sign != nil {
				p.sign(c)
			}
			i++
		}
		p.prior, p.last = p.last, now
	}
}

// nextSign is the first byte of a line that is no space, 0 without one.
func nextSign(line []byte) byte {
	for _, c := range line {
		if c != ' ' && c != '\t' {
			return c
		}
	}
	return 0
}

func kindOfWord(word []byte) byte {
	switch string(word) {
	case "extern":
		return afterExtern
	case "namespace":
		return afterNamespace
	case "struct", "union", "enum", "class":
		return afterTag
	case "return", "else", "do", "case", "throw", "co_return", "co_await", "co_yield", "sizeof", "not", "and", "or":
		return afterControl
	}
	return afterWord
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func pastQuote(line []byte, i int) int {
	quote := line[i]
	for i++; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(line)
}
