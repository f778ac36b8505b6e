package report

import (
	"bytes"
	"unicode/utf8"
)

// markEvery is the distance of the marks of a utf16Index in bytes.
const markEvery = 256

// utf16Index tells how many UTF-16 code units stand before a byte, without reading
// everything before it each time: a file can have thousands of findings, all on one line.
type utf16Index struct {
	content []byte
	ascii   bool
	marks   []utf16Mark // one for each markEvery bytes: the first character that starts there or later
}

type utf16Mark struct{ offset, units int }

// byteOrderMark is no part of the text, and so takes no column (SARIF §3.30.2).
const byteOrderMark = "\ufeff"

func newUTF16Index(content []byte) *utf16Index {
	x := &utf16Index{content: content, ascii: isASCII(content)}
	if x.ascii {
		return x
	}
	var at utf16Mark
	if bytes.HasPrefix(content, []byte(byteOrderMark)) {
		at.offset = len(byteOrderMark)
	}
	for at.offset < len(content) {
		if at.offset >= len(x.marks)*markEvery {
			x.marks = append(x.marks, at)
		}
		at = at.next(content)
	}
	return x
}

// next is the mark of the next character. An invalid byte counts as the one replacement
// character that readers show for it.
func (m utf16Mark) next(content []byte) utf16Mark {
	r, size := utf8.DecodeRune(content[m.offset:])
	m.offset += size
	m.units++
	if r > 0xffff {
		m.units++
	}
	return m
}

// units is the number of code units before offset, which lies in the content.
func (x *utf16Index) units(offset int) int {
	if x.ascii {
		return offset
	}
	i := min(offset/markEvery, len(x.marks)-1)
	if i > 0 && x.marks[i].offset > offset {
		i--
	}
	if i < 0 || x.marks[i].offset > offset {
		return 0 // in the byte order mark
	}
	at := x.marks[i]
	for at.offset < offset {
		following := at.next(x.content)
		if following.offset > offset {
			break // in the middle of a character
		}
		at = following
	}
	return at.units
}

func isASCII(content []byte) bool {
	for _, b := range content {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
