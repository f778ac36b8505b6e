package fix

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
)

// Apply makes edits of one text. Their order does not matter, and two equal ones are one. The
// error says which edits cannot both be made, or which one lies outside of the text.
func Apply(text []byte, edits []lint.Edit) ([]byte, error) {
	edits = sorted(edits)
	if err := valid(text, edits); err != nil {
		return nil, err
	}
	return edited(text, edits), nil
}

// edited makes edits that are sorted and valid.
func edited(text []byte, edits []lint.Edit) []byte {
	out := make([]byte, 0, len(text))
	rest := 0
	for _, e := range edits {
		out = append(out, text[rest:e.Range.Start]...)
		out = append(out, e.NewText...)
		rest = e.Range.End
	}
	return append(out, text[rest:]...)
}

// sorted returns edits of one file in the order in which they stand in it, equal ones once.
// What is inserted before a word comes before what replaces the word.
func sorted(edits []lint.Edit) []lint.Edit {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b lint.Edit) int {
		return cmp.Or(cmp.Compare(a.Range.Start, b.Range.Start), cmp.Compare(a.Range.End, b.Range.End), strings.Compare(a.NewText, b.NewText))
	})
	return slices.Compact(edits)
}

// valid reports what is wrong with sorted edits of a text.
func valid(text []byte, edits []lint.Edit) error {
	for i, e := range edits {
		r := e.Range
		if r.Inner != "" || r.Start < 0 || r.End < r.Start || r.End > len(text) {
			return fmt.Errorf("an edit of bytes %d to %d lies outside of the text", r.Start, r.End)
		}
		if i > 0 && conflict(edits[i-1], e) {
			return fmt.Errorf("two edits of bytes %d to %d exclude each other", edits[i-1].Range.Start, max(edits[i-1].Range.End, r.End))
		}
	}
	return nil
}

// conflict reports whether two edits cannot both be made, or their order would matter. Ranges
// that only touch do not conflict, and two findings may ask for the same change.
func conflict(a, b lint.Edit) bool {
	if a == b {
		return false
	}
	if a.Range.Overlaps(b.Range) {
		return true
	}
	return a.Range == b.Range && a.Range.Start == a.Range.End
}

// changes reports whether an edit changes the text that it is made in.
func changes(text []byte, e lint.Edit) bool {
	return string(text[e.Range.Start:e.Range.End]) != e.NewText
}

// withEndings gives the lines of a new text the ending that the line around it has.
func withEndings(text []byte, e lint.Edit) lint.Edit {
	if !strings.Contains(e.NewText, "\n") || !crlf(text, e.Range.Start) {
		return e
	}
	e.NewText = strings.ReplaceAll(strings.ReplaceAll(e.NewText, "\r\n", "\n"), "\n", "\r\n")
	return e
}

// crlf reports whether the line at an offset ends in CR and LF; of a last line without an
// ending the one before it counts.
func crlf(text []byte, offset int) bool {
	end := bytes.IndexByte(text[offset:], '\n')
	if end < 0 {
		end = bytes.LastIndexByte(text, '\n')
	} else {
		end += offset
	}
	return end > 0 && text[end-1] == '\r'
}

// shift tells where the bytes of a text went when sorted edits were made.
type shift []lint.Edit

// start is where the byte at an offset went, or what took its place.
func (s shift) start(offset int) int {
	delta := 0
	for _, e := range s {
		switch {
		case e.Range.End <= offset:
			delta += len(e.NewText) - (e.Range.End - e.Range.Start)
		case e.Range.Start < offset:
			return e.Range.Start + delta
		default:
			return offset + delta
		}
	}
	return offset + delta
}

// end is where the byte before an offset went, or what took its place: the end of it.
func (s shift) end(offset int) int {
	delta := 0
	for _, e := range s {
		switch {
		case e.Range.Start >= offset:
			return offset + delta
		case e.Range.End > offset:
			return e.Range.Start + len(e.NewText) + delta
		}
		delta += len(e.NewText) - (e.Range.End - e.Range.Start)
	}
	return offset + delta
}

// forward is where a range went.
func (s shift) forward(r lint.Range) lint.Range {
	switch {
	case r.Start == 0 && r.End == 0: // the file as a whole
	case r.Start == r.End:
		r.Start = s.start(r.Start)
		r.End = r.Start
	default:
		r.Start, r.End = s.start(r.Start), s.end(r.End)
		r.End = max(r.Start, r.End)
	}
	return r
}

// back is where the byte at an offset of the new text came from, or what made place for it.
func (s shift) back(offset int) int {
	delta := 0
	for _, e := range s {
		start, end := e.Range.Start+delta, e.Range.Start+delta+len(e.NewText)
		switch {
		case offset < start:
			return offset - delta
		case offset < end:
			return e.Range.Start
		}
		delta += len(e.NewText) - (e.Range.End - e.Range.Start)
	}
	return offset - delta
}

// new is where the text of one of the edits begins by now.
func (s shift) new(edit lint.Edit) int {
	delta := 0
	for _, e := range s {
		if e == edit {
			break
		}
		delta += len(e.NewText) - (e.Range.End - e.Range.Start)
	}
	return edit.Range.Start + delta
}

// trimmed leaves out of the edits what they do not change, so that it has places of its own.
func (s shift) trimmed(text []byte) shift {
	fine := make(shift, len(s))
	for i, e := range s {
		old := text[e.Range.Start:e.Range.End]
		n := 0
		for n < min(len(old), len(e.NewText)) && old[n] == e.NewText[n] {
			n++
		}
		old, e.NewText, e.Range.Start = old[n:], e.NewText[n:], e.Range.Start+n
		for len(old) > 0 && e.NewText != "" && old[len(old)-1] == e.NewText[len(e.NewText)-1] {
			old, e.NewText, e.Range.End = old[:len(old)-1], e.NewText[:len(e.NewText)-1], e.Range.End-1
		}
		fine[i] = e
	}
	return fine
}
