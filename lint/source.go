package lint

import (
	"bytes"
	"sort"
	"sync"
)

// Source is the immutable content of one input. It may be shared by goroutines.
type Source struct {
	Name    string
	Content []byte

	once   sync.Once
	starts []int // offset of the first byte of each line
}

// NewSource returns a Source. The content must not be changed afterwards.
func NewSource(name string, content []byte) *Source {
	return &Source{Name: name, Content: content}
}

// Position is a place for people: line and column count from 1, columns are in bytes.
type Position struct {
	Line, Column, Offset int
}

func (s *Source) lineStarts() []int {
	s.once.Do(func() {
		s.starts = make([]int, 1, bytes.Count(s.Content, []byte{'\n'})+1)
		for i, b := range s.Content {
			if b == '\n' {
				s.starts = append(s.starts, i+1)
			}
		}
	})
	return s.starts
}

// Position returns the place of a byte offset. Offsets outside the content are clamped.
func (s *Source) Position(offset int) Position {
	offset = min(max(offset, 0), len(s.Content))
	starts := s.lineStarts()
	line := sort.SearchInts(starts, offset+1) // first line that starts after offset
	return Position{Line: line, Column: offset - starts[line-1] + 1, Offset: offset}
}

// Lines returns the number of lines; text after the last newline counts as one, and so
// does an empty source.
func (s *Source) Lines() int { return len(s.lineStarts()) }

// LineStart returns the offset of the first byte of line n, counted from 1.
// Lines past the end start at the end.
func (s *Source) LineStart(n int) int {
	starts := s.lineStarts()
	switch {
	case n < 1:
		return 0
	case n > len(starts):
		return len(s.Content)
	}
	return starts[n-1]
}

// Line returns line n, counted from 1, without its line ending.
func (s *Source) Line(n int) []byte {
	if n < 1 || n > s.Lines() {
		return nil
	}
	line := s.Content[s.LineStart(n):s.LineStart(n+1)]
	return bytes.TrimRight(line, "\r\n")
}

// Text returns the bytes of r, which must be a range of s.
func (s *Source) Text(r Range) string {
	start := min(max(r.Start, 0), len(s.Content))
	end := min(max(r.End, start), len(s.Content))
	return string(s.Content[start:end])
}
