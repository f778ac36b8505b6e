package report

import (
	"strings"
	"unicode/utf8"

	"github.com/musllint/musllint/lint"
)

const (
	// snippetColumns is how much of a source line is shown when nobody says how wide the
	// terminal is.
	snippetColumns = 160
	// leastColumns keeps a snippet readable on a terminal that says it is tiny.
	leastColumns = 24
	// ellipsis marks what is left out. It is ASCII like all that we add ourselves, so that
	// it survives every terminal and log.
	ellipsis = "..."
	// bytesPerColumn bounds what a line of combining marks, which take no column, can make
	// us read and print.
	bytesPerColumn = 16
)

// row is one source line of a snippet.
type row struct {
	line     int    // number of the line, from 1
	text     string // printable, possibly a window into the line
	from, to int    // columns of text to underline, half-open, never empty
}

// snippet returns the rows that show rg: its first line and, if it has several, its last.
// limit is the number of columns for the text of a row.
func snippet(src *lint.Source, rg lint.Range, limit int) []row {
	first, last := src.Position(rg.Start), lastByte(src, rg)
	start, end := first.Column-1, last.Column-1
	if rg.End > rg.Start {
		end++
	}
	if first.Line == last.Line {
		return []row{window(src.Line(first.Line), first.Line, start, end, limit)}
	}
	head, tail := src.Line(first.Line), src.Line(last.Line)
	return []row{
		window(head, first.Line, start, len(head), limit),
		window(tail, last.Line, indentation(tail), end, limit),
	}
}

// indentation is the number of blanks that a line starts with.
func indentation(line []byte) int {
	for i, b := range line {
		if b != ' ' && b != '\t' {
			return i
		}
	}
	return 0
}

// window makes line printable and finds the columns of its bytes start to end. A line that
// is wider than limit is cut to what is around the range; only that part of it is read.
func window(line []byte, number, start, end, limit int) row {
	start = runeStart(line, min(start, len(line)))
	end = max(start, min(end, len(line)))

	a, b := 0, len(line)
	if n, _ := fit(line, limit); n < len(line) {
		limit -= 2 * len(ellipsis)
		_, used := fit(line[start:], limit*2/3)
		before, used := fitBack(line[:start], limit-used)
		after, _ := fit(line[start:], limit-used)
		a, b = start-before, start+after
	}

	var text strings.Builder
	if a > 0 {
		text.WriteString(ellipsis)
	}
	r := row{line: number, from: -1}
	column := text.Len()
	for a < b {
		if a >= start && r.from < 0 {
			r.from = column
		}
		c, size := utf8.DecodeRune(line[a:])
		s, n := glyph(c, size, line[a])
		text.WriteString(s)
		column += n
		if a < end {
			r.to = column
		}
		a += size
	}
	if r.from < 0 {
		r.from = column // at the end of the line
	}
	r.to = max(r.to, r.from+1)
	if b < len(line) {
		text.WriteString(ellipsis)
	}
	r.text = text.String()
	return r
}

// runeStart returns the offset of the character that offset lies in.
func runeStart(line []byte, offset int) int {
	for i := offset; i > 0 && i > offset-utf8.UTFMax && i < len(line); i-- {
		if utf8.RuneStart(line[i]) {
			if _, size := utf8.DecodeRune(line[i:]); i+size > offset {
				return i
			}
			break
		}
	}
	return offset
}

// fit returns how many bytes at the start of line fit into limit columns, as whole
// characters, and the columns that they take.
func fit(line []byte, limit int) (n, used int) {
	for n < len(line) && n < limit*bytesPerColumn {
		r, size := utf8.DecodeRune(line[n:])
		_, w := glyph(r, size, line[n])
		if used+w > limit {
			break
		}
		n += size
		used += w
	}
	return n, used
}

// fitBack is fit from the end of line backwards.
func fitBack(line []byte, limit int) (n, used int) {
	for n < len(line) && n < limit*bytesPerColumn {
		rest := line[:len(line)-n]
		r, size := utf8.DecodeLastRune(rest)
		_, w := glyph(r, size, rest[len(rest)-size])
		if used+w > limit {
			break
		}
		n += size
		used += w
	}
	return n, used
}
