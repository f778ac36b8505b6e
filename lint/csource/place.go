package csource

import (
	"bytes"
	"sort"
	"strconv"
	"strings"
)

// mark is a byte order mark, with which editors on Windows begin files. Compilers skip it.
const mark = "\xef\xbb\xbf"

// begin is the offset of what compilers read.
func begin(text []byte) int {
	if bytes.HasPrefix(text, []byte(mark)) {
		return len(mark)
	}
	return 0
}

// lineStarts returns the offsets of the first bytes of the lines.
func (f *File) lineStarts() []int {
	f.lined.Do(func() {
		f.starts = make([]int, 1, bytes.Count(f.text, []byte{'\n'})+1)
		f.starts[0] = begin(f.text)
		for i := 0; ; {
			n := bytes.IndexByte(f.text[i:], '\n')
			if n < 0 {
				return
			}
			i += n + 1
			f.starts = append(f.starts, i)
		}
	})
	return f.starts
}

// Offset returns the offset of a place of a physical line: line and column count from 1, columns
// in bytes. It is false for a place that the text does not have; that behind the last byte of a
// line is one.
func (f *File) Offset(line, column int) (int, bool) {
	starts := f.lineStarts()
	if line < 1 || line > len(starts) || column < 1 {
		return 0, false
	}
	end := len(f.text)
	if line < len(starts) {
		end = starts[line] - 1
	}
	offset := starts[line-1] + column - 1
	return offset, offset <= end
}

// Line returns the physical line that an offset is in, counted from 1.
func (f *File) Line(offset int) int {
	return max(sort.SearchInts(f.lineStarts(), offset+1), 1)
}

// LineStart returns the offset of the first byte of the physical line that an offset is in.
func (f *File) LineStart(offset int) int {
	return f.lineStarts()[f.Line(offset)-1]
}

// TokenIndex returns the index of the first token that ends behind an offset; it is that of the
// number of tokens when none does.
func (f *File) TokenIndex(offset int) int {
	tokens := f.Tokens()
	return sort.Search(len(tokens), func(i int) bool { return tokens[i].End > offset })
}

// TokenAt returns the token that the byte at an offset belongs to.
func (f *File) TokenAt(offset int) (Token, bool) {
	i := f.TokenIndex(offset)
	if tokens := f.Tokens(); i < len(tokens) && tokens[i].Start <= offset {
		return tokens[i], true
	}
	return Token{}, false
}

// marker is a #line, or GCC's line marker.
type marker struct {
	physical int // the line behind it
	line     int // what that is said to be
	file     string
}

// Presumed returns what a physical line is said to be by #line directives: the name of another
// file as it is written there, empty for this one, and its line. A directive in a branch that is
// not compiled counts too.
func (f *File) Presumed(line int) (file string, at int) {
	f.marked.Do(f.mark)
	i := sort.Search(len(f.markers), func(i int) bool { return f.markers[i].physical > line })
	if i == 0 {
		return "", line
	}
	m := f.markers[i-1]
	return m.file, m.line + line - m.physical
}

func (f *File) mark() {
	file := ""
	for _, d := range f.Directives() {
		if d.Name != "line" && d.Name != "" || len(d.Tokens) == 0 || d.Tokens[0].Kind != Number {
			continue
		}
		line, err := strconv.Atoi(strings.ReplaceAll(f.Spelling(d.Tokens[0]), "'", ""))
		if err != nil {
			continue
		}
		if len(d.Tokens) > 1 && d.Tokens[1].Kind == String {
			file = unquote(f.Spelling(d.Tokens[1]))
		}
		f.markers = append(f.markers, marker{physical: f.Line(d.End) + 1, line: line, file: file})
	}
}

// unquote returns what stands in a string, escapes of quotes and backslashes undone.
func unquote(s string) string {
	s = s[strings.IndexByte(s, '"')+1:]
	s = strings.TrimSuffix(s, `"`)
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
