package policy

import (
	"bytes"
	"strings"

	"github.com/musllint/musllint/lint"
)

// Place returns where a use is in its source: the name that is used where it can be found in
// the line, else what begins at the column. Without a line it is the file as a whole.
func Place(src *lint.Source, u *lint.Use) lint.Range {
	r := lint.Range{File: src.Name}
	if u.Line < 1 || u.Line > src.Lines() {
		return r
	}
	line, at := src.Line(u.Line), src.LineStart(u.Line)
	start, end := inLine(line, u)
	r.Start, r.End = at+start, at+end
	return r
}

// inLine returns the part of a line that a use is.
func inLine(line []byte, u *lint.Use) (start, end int) {
	column := u.Column - 1
	if column < 0 || column >= len(line) {
		return trimmed(line, 0)
	}
	switch u.Kind {
	case lint.UseHeader, lint.UseRedirect:
		return headerName(line, column)
	case lint.UseConflict, lint.UseOther:
		return word(line, column)
	}
	name := []byte(u.Name[strings.LastIndexByte(u.Name, '.')+1:])
	for _, from := range []int{column, 0} { // of a member the column is that of the dot before it
		for i := from; ; {
			n := bytes.Index(line[i:], name)
			if n < 0 || len(name) == 0 {
				break
			}
			start, end = i+n, i+n+len(name)
			if (start == 0 || !isWord(line[start-1])) && (end == len(line) || !isWord(line[end])) {
				return start, end
			}
			i = end
		}
	}
	return word(line, column)
}

// headerName is the name of an #include with its brackets or quotes, and what stands there when
// that is a macro.
func headerName(line []byte, column int) (start, end int) {
	var closing byte
	switch line[column] {
	case '<':
		closing = '>'
	case '"':
		closing = '"'
	default:
		return word(line, column)
	}
	if n := bytes.IndexByte(line[column+1:], closing); n >= 0 {
		return column, column + n + 2
	}
	return trimmed(line, column)
}

// word is the identifier at a column, with the one operator that may stand before it.
func word(line []byte, column int) (start, end int) {
	end = column + 1
	for end < len(line) && isWord(line[end]) {
		end++
	}
	return column, end
}

// trimmed is what a line has from a column on, without the white space around it.
func trimmed(line []byte, column int) (start, end int) {
	rest := bytes.TrimLeft(line[column:], " \t")
	start = len(line) - len(rest)
	return start, start + len(bytes.TrimRight(rest, " \t"))
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80
}
