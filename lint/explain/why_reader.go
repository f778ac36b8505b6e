package explain

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	// pieceSize is how much of a log is held at a time. A longer line comes in pieces.
	pieceSize = 64 << 10
	// overlap is what a piece repeats of the one before, so that a message that is cut in
	// two is whole in one of them.
	overlap = 2 << 10
)

// lineReader cuts a log into lines, in bounded memory whatever the log is. What a progress
// bar overwrites, up to a lone carriage return, is a piece of its own with the same number.
type lineReader struct {
	source     io.Reader
	buffer     []byte
	start, end int // what of the buffer is unread
	line       int // number of the line that is read, from 1
	done       bool
	err        error // that was met while the beginning was looked at
}

// newLineReader pays attention to a byte order mark: PowerShell writes what a command prints
// as UTF-16.
func newLineReader(r io.Reader) *lineReader {
	source := bufio.NewReader(r)
	l := &lineReader{source: source, buffer: make([]byte, pieceSize), line: 1}
	mark, err := source.Peek(2)
	if err != io.EOF {
		l.err = err
	}
	switch string(mark) {
	case "\xff\xfe", "\xfe\xff", "\xef\xbb":
		l.source = transform.NewReader(source, unicode.BOMOverride(transform.Nop))
	}
	return l
}

// next returns a line, or a piece of one, without its ending, and its number. It is valid
// until the next call. At the end the error is io.EOF.
func (l *lineReader) next() (text []byte, number int, err error) {
	searched := l.start
	for {
		unread := l.buffer[searched:l.end]
		if i := bytes.IndexByte(unread, '\n'); i >= 0 {
			return l.take(searched+i, searched+i+1), l.numbered(), nil
		}
		searched = l.end
		if l.done {
			if l.start == l.end {
				return nil, l.line, io.EOF
			}
			return l.take(l.end, l.end), l.line, nil
		}
		if l.start == 0 && l.end == len(l.buffer) {
			text = bytes.Clone(l.buffer)
			copy(l.buffer, l.buffer[l.end-overlap:])
			l.end = overlap
			return text, l.line, nil
		}
		searched -= l.shift()
		if err := l.fill(); err != nil {
			return nil, l.line, err
		}
	}
}

// take returns what is unread up to an offset and goes on behind another.
func (l *lineReader) take(end, next int) []byte {
	text := l.buffer[l.start:end]
	l.start = next
	return text
}

func (l *lineReader) numbered() int {
	l.line++
	return l.line - 1
}

// shift moves what is unread to the front of the buffer and returns how far that was.
func (l *lineReader) shift() int {
	moved := l.start
	copy(l.buffer, l.buffer[l.start:l.end])
	l.start, l.end = 0, l.end-moved
	return moved
}

func (l *lineReader) fill() error {
	if l.err != nil {
		return l.err
	}
	n, err := l.source.Read(l.buffer[l.end:])
	l.end += n
	if err == io.EOF {
		l.done, err = true, nil
	}
	return err
}
