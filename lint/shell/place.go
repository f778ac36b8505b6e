package shell

import (
	"sort"
	"strings"
)

// source is a text to be parsed together with where each of its bytes is written. A
// script inside a quoted word has its escapes removed, so one base offset does not do.
type source struct {
	text     string
	segments []segment // ascending by from, the first one from 0
}

// segment places text[from:next segment's from].
type segment struct {
	from       int
	start, end int  // where it is written
	linear     bool // byte by byte; otherwise all of it stands for the whole place
}

func plainSource(text string, base int) *source {
	return &source{text, []segment{{0, base, base + len(text), true}}}
}

func (s *source) segment(offset int) segment {
	i := sort.Search(len(s.segments), func(i int) bool { return s.segments[i].from > offset })
	return s.segments[max(i-1, 0)]
}

// start returns where the byte at offset is written.
func (s *source) start(offset int) int {
	seg := s.segment(offset)
	if seg.linear {
		return min(seg.start+offset-seg.from, seg.end)
	}
	return seg.start
}

// end returns where what ends before offset ends.
func (s *source) end(offset int) int {
	if offset == 0 {
		return s.start(0)
	}
	seg := s.segment(offset - 1)
	if seg.linear {
		return min(seg.start+offset-seg.from, seg.end)
	}
	return seg.end
}

// slice returns text[start:end] of offsets as a parser gave them, which may lie.
func (s *source) slice(start, end int) string {
	end = min(max(end, 0), len(s.text))
	return s.text[min(max(start, 0), end):end]
}

// run is a piece of a word's value with one origin.
type run struct {
	text       string
	start, end int  // offsets into the source it came from
	known      bool // false: text is the spelling of an expansion
	split      bool // an unquoted expansion, which the shell splits at blanks
}

// scriptOf returns the source that the runs of one word make, placed through s. It is
// empty when nothing of it is known, as in sh -c "$SCRIPT".
func scriptOf(runs []run, s *source) *source {
	var text strings.Builder
	segments := make([]segment, 0, len(runs)+1)
	anything := false
	for _, r := range runs {
		anything = anything || r.known && strings.TrimSpace(r.text) != ""
		if r.text == "" {
			continue
		}
		seg := segment{from: text.Len(), start: s.start(r.start), end: s.end(r.end)}
		seg.linear = seg.end-seg.start == len(r.text)
		segments = append(segments, seg)
		text.WriteString(r.text)
	}
	if !anything {
		return plainSource("", 0)
	}
	return &source{text.String(), segments}
}
