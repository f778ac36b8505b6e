package run

import (
	"bytes"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
)

// sourceComment is a comment of a source of C or C++.
type sourceComment struct {
	start, end int
	first      bool // no code stands above it
	alone      bool // no code stands before it in its line
	next       int  // where code goes on behind it; 0: nowhere
}

// readSource finds the suppressions in the comments of a source of C or C++. That one of them
// suppresses nothing is never said: the build that was watched may have left out the place.
func (s *suppressor) readSource() {
	if !bytes.Contains(s.source.Content, []byte("musllint")) {
		return
	}
	for _, c := range s.sourceComments() {
		text := string(s.source.Content[c.start:c.end])
		if !strings.HasPrefix(text, "//") {
			text = strings.TrimSuffix(text, "*/")
		}
		at := lint.Range{File: s.source.Name, Start: c.start, End: c.end}
		s.read(at, s.removalOf(&c), strings.TrimRight(text, " \t\r\n"), func(sup *suppression) bool { return s.placeInSource(sup, &c) })
	}
}

func (s *suppressor) sourceComments() []sourceComment {
	var list []sourceComment
	code, waiting := -1, 0 // the end of the code so far; the comments that no code has followed yet
	for _, t := range csource.Read(s.source.Content).Tokens() {
		if t.Kind == csource.Comment {
			start := s.source.LineStart(s.source.Position(t.Start).Line)
			list = append(list, sourceComment{start: t.Start, end: t.End, first: code < 0, alone: code <= start})
			continue
		}
		for ; waiting < len(list); waiting++ {
			list[waiting].next = t.Start
		}
		code = t.End
	}
	return list
}

// placeInSource finds out what a suppression covers: the line behind which it stands, or the
// next one that has code.
func (s *suppressor) placeInSource(sup *suppression, c *sourceComment) bool {
	end := len(s.source.Content) + 1
	switch sup.scope {
	case scopeFile:
		if !c.first {
			s.bad(sup.comment, "ignore-file belongs above the first line of code of the file")
			return false
		}
		sup.covers = lint.Range{File: s.source.Name, End: end}
		return true
	case scopeStage:
		s.bad(sup.comment, "ignore-stage is for Dockerfiles; ignore= covers the next line, ignore-file= the file")
		return false
	}
	from := c.start
	switch {
	case c.alone && c.next == 0: // nothing follows that it could cover
		sup.covers = lint.Range{File: s.source.Name}
		return true
	case c.alone:
		from = c.next
	}
	line := s.source.Position(from).Line
	sup.covers = lint.Range{File: s.source.Name, Start: s.source.LineStart(line), End: s.source.LineStart(line + 1)}
	if line >= s.source.Lines() {
		sup.covers.End = end
	}
	return true
}

// removalOf takes a comment out: with its line when nothing else is in that, with the white space
// before it when it ends the line.
func (s *suppressor) removalOf(c *sourceComment) lint.Edit {
	content := s.source.Content
	r := lint.Range{File: s.source.Name, Start: c.start, End: c.end}
	end := s.source.LineStart(s.source.Position(c.end).Line + 1)
	if len(bytes.TrimSpace(content[c.end:end])) > 0 {
		return lint.Edit{Range: r}
	}
	for r.Start > 0 && (content[r.Start-1] == ' ' || content[r.Start-1] == '\t') {
		r.Start--
	}
	if r.Start == s.source.LineStart(s.source.Position(c.start).Line) {
		r.End = end
	}
	return lint.Edit{Range: r}
}
