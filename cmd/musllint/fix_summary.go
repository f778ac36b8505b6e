package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/musllint/musllint/fix"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/report"
)

// summary tells what is repaired and what is left, with what it needs.
func (f *fixing) summary(changes []fix.Change) {
	s := fixSummary{fixing: f, after: map[string]*lint.Source{}}
	for _, c := range changes {
		s.after[c.To] = lint.NewSource(c.To, c.After.Content)
	}
	for _, o := range f.outcomes {
		s.fixed(o)
	}
	if s.delivered() {
		s.flush("repaired")
	} else {
		s.flush("would be repaired")
	}
	for _, why := range []fix.Why{fix.Held, fix.Clashed, fix.Worse, fix.Impossible, fix.ByHand} {
		for _, o := range f.outcomes {
			s.left(o, why)
		}
		s.flush(headings[why])
	}
	s.hints()
	s.conclusion(changes)
	io.WriteString(f.Stderr, s.String())
}

// delivered reports whether people look at the repaired text from now on.
func (s *fixSummary) delivered() bool { return s.Bool("write") || s.stdin != nil }

// headings say what becomes of a finding that is left.
var headings = map[fix.Why]string{
	fix.Held:       "needs",
	fix.Clashed:    "waits for another run",
	fix.Worse:      "would make something worse and was taken back",
	fix.Impossible: "cannot be made",
	fix.ByHand:     "needs a person",
}

// fixSummary is a summary that is being written.
type fixSummary struct {
	strings.Builder
	*fixing
	after map[string]*lint.Source
	items []summaryItem // below the next heading
}

type summaryItem struct {
	heading string // what it needs; empty: what the heading says
	lines   []string
}

// fixed lists what was repaired in one file.
func (s *fixSummary) fixed(o fileOutcome) {
	for _, x := range o.Fixed {
		title := x.Fix.Title
		if x.Waited != "" {
			title += " (after " + x.Waited + ")"
		}
		s.items = append(s.items, summaryItem{lines: []string{line(o.name, s.report.Sources[o.name], x.Finding.Range, x.Finding.Rule, title)}})
	}
}

// left lists what is left of one file for one reason.
func (s *fixSummary) left(o fileOutcome, why fix.Why) {
	for i := range o.Left {
		l := &o.Left[i]
		if l.Why != why || !s.selected(&l.Finding) {
			continue
		}
		at := l.Finding.Range
		if s.delivered() {
			at = l.Now
		}
		item := summaryItem{}
		switch why {
		case fix.ByHand:
			item.lines = append([]string{s.line(o.name, at, l.Finding.Rule, l.Finding.Message)}, advice(&l.Finding)...)
		case fix.Held:
			item.heading = l.Reason
			item.lines = []string{s.line(o.name, at, l.Finding.Rule, l.Fix.Title)}
		default:
			item.lines = []string{s.line(o.name, at, l.Finding.Rule, l.Fix.Title), "      " + report.Printable(l.Reason)}
		}
		s.items = append(s.items, item)
	}
}

// advice is what a person can do about a finding.
func advice(f *lint.Finding) []string {
	var lines []string
	label := "do: "
	for _, x := range f.Fixes {
		lines = append(lines, "      "+label+report.Printable(x.Title))
		label = "or do: "
	}
	if len(lines) == 0 {
		lines = []string{"      explain: musllint explain " + report.Printable(f.Rule)}
	}
	return lines
}

// line is the place of a finding that is left and a text.
func (s *fixSummary) line(name string, at lint.Range, rule, text string) string {
	return line(name, s.source(name), at, rule, text)
}

// line is the place of a finding in a source and a text.
func line(name string, src *lint.Source, at lint.Range, rule, text string) string {
	place := report.Printable(name)
	if src != nil && at.End > 0 {
		p := src.Position(at.Start)
		place = fmt.Sprintf("%s:%d:%d", place, p.Line, p.Column)
	}
	if place != "" {
		place += ": "
	}
	return "   " + place + rule + " " + report.Printable(text)
}

// source is the text that places of what is left are told in: what is in the file from now on.
func (s *fixSummary) source(name string) *lint.Source {
	if src := s.after[name]; src != nil && s.delivered() {
		return src
	}
	return s.report.Sources[name]
}

// flush writes the items below their headings.
func (s *fixSummary) flush(heading string) {
	slices.SortStableFunc(s.items, func(a, b summaryItem) int { return cmp.Compare(a.heading, b.heading) })
	for len(s.items) > 0 {
		n := slices.IndexFunc(s.items, func(i summaryItem) bool { return i.heading != s.items[0].heading })
		if n < 0 {
			n = len(s.items)
		}
		fmt.Fprintf(s, "%s:\n", strings.TrimSpace(fmt.Sprintf("%d %s %s", n, plural(heading, n), s.items[0].heading)))
		for _, item := range s.items[:n] {
			s.WriteString(strings.Join(item.lines, "\n") + "\n")
		}
		s.items = s.items[n:]
	}
}

// plural turns the verb of a heading to several things.
func plural(heading string, n int) string {
	verb, rest, _ := strings.Cut(heading, " ")
	if n > 1 && (verb == "needs" || verb == "waits") {
		verb = strings.TrimSuffix(verb, "s")
	}
	return strings.TrimSpace(verb + " " + rest)
}

// conclusion says in one line what became of the files.
func (s *fixSummary) conclusion(changes []fix.Change) {
	files := countedWords(len(changes), "file")
	switch {
	case len(changes) == 0:
		s.WriteString("nothing to change\n")
	case s.Bool("write"):
		fmt.Fprintf(s, "%s changed\n", files)
	case s.stdin != nil:
		s.WriteString("printed as repaired\n")
	default:
		fmt.Fprintf(s, "%s would change; --write does it\n", files)
	}
}
