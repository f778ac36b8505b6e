package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// tab stands for a tab wherever it is. Tab stops would make the look of a character depend
// on everything before it, and a window into a long line has no such thing.
const tab = "    "

// glyph returns what stands for the character r on a terminal, and its width in columns.
// size is the number of bytes that r was decoded from, and first the first of them.
//
// Whatever is invisible or changes what is around it is spelled out: control characters,
// invalid bytes, exotic blanks (a no-break space in a RUN is a classic), direction marks.
func glyph(r rune, size int, first byte) (string, int) {
	switch {
	case r == '\t':
		return tab, len(tab)
	case r == utf8.RuneError && size == 1:
		s := fmt.Sprintf(`\x%02x`, first)
		return s, len(s)
	case !unicode.IsPrint(r):
		q := strconv.QuoteRune(r)
		q = q[1 : len(q)-1]
		return q, len(q)
	}
	return string(r), columns(r)
}

// columns is the number of columns that a printable character takes on a terminal.
func columns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me), 0x1160 <= r && r <= 0x11ff: // marks; Hangul letters that join the one before
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// textWidth is the number of columns that printable text takes.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += columns(r)
	}
	return n
}

// Printable returns s as one line that is safe on a terminal, as in reports.
func Printable(s string) string { return printable(s) }

// printable returns s as one line that is safe on a terminal.
func printable(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = ' ' <= s[i] && s[i] < 0x7f
	}
	if clean {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		text, _ := glyph(r, size, s[0])
		b.WriteString(text)
		s = s[size:]
	}
	return b.String()
}

// lines splits s at its line breaks into printable lines.
func lines(s string) []string {
	split := strings.Split(strings.TrimRight(s, "\r\n"), "\n")
	for i, line := range split {
		split[i] = printable(strings.TrimSuffix(line, "\r"))
	}
	return split
}

// folded returns s on one printable line.
func folded(s string) string {
	var kept []string
	for _, line := range lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, " ")
}

// wrap breaks printable lines between words so that none is wider than limit columns, where
// its words allow it; 0 means no limit.
func wrap(text []string, limit int) []string {
	if limit <= 0 {
		return text
	}
	var out []string
	for _, line := range text {
		var current strings.Builder
		used := 0
		for word := range strings.FieldsSeq(line) {
			n := textWidth(word)
			if used > 0 && used+1+n > limit {
				out = append(out, current.String())
				current.Reset()
				used = 0
			}
			if used > 0 {
				current.WriteByte(' ')
				used++
			}
			current.WriteString(word)
			used += n
		}
		out = append(out, current.String())
	}
	return out
}
