package run

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// suppression is a directive in its place.
type suppression struct {
	directive
	comment lint.Range
	removal lint.Edit  // takes the comment out
	covers  lint.Range // findings that start here
	ids     []string   // of each of rules: an id, or a prefix of ids
	used    []bool     // of each of rules
}

// suppressor applies the suppression comments of one file to its findings.
type suppressor struct {
	source        *lint.Source
	file          *dockerfile.File // nil where the file is a source of C
	rules         *ruleset
	requireReason bool
	now           time.Time

	head     int // leading lines that are known to be blank or comments
	list     []*suppression
	findings []lint.Finding // about the comments themselves
}

// readComments finds the suppressions of the file.
func (s *suppressor) readComments() {
	if s.file == nil {
		s.readSource()
		return
	}
	for _, c := range s.file.Comments {
		removal := lint.Edit{Range: lint.Range{File: c.Range.File, Start: s.source.LineStart(c.Line), End: s.source.LineStart(c.Line + 1)}}
		s.read(c.Range, removal, s.source.Text(c.Range), func(sup *suppression) bool { return s.place(sup, c) })
	}
}

// remarks returns what is to be said about the comments themselves, once all findings
// have been asked about: unused, expired or wrong ones.
func (s *suppressor) remarks() []lint.Finding {
	if s.file != nil && !s.unreadable() {
		for _, sup := range s.list {
			s.reportUnused(sup)
		}
	}
	return s.findings
}

// unreadable tells whether Docker refuses the file. What was not understood cannot have
// been linted, so that no suppression can be called unused.
func (s *suppressor) unreadable() bool {
	return slices.ContainsFunc(s.file.Problems, func(p dockerfile.Problem) bool { return p.Severity == lint.Error })
}

// read reads one comment; place finds out what it covers.
func (s *suppressor) read(at lint.Range, removal lint.Edit, text string, place func(*suppression) bool) {
	d, err := parseDirective(text)
	if errors.Is(err, errNoDirective) {
		return
	}
	if err != nil {
		s.bad(at, err.Error())
		return
	}
	sup := &suppression{directive: d, comment: at, removal: removal, used: make([]bool, len(d.rules))}
	if !s.resolve(sup) || !place(sup) {
		return
	}
	switch {
	case s.requireReason && d.reason == "":
		s.bad(at, `the configuration asks for a reason: add reason="…"`)
	case !d.until.IsZero() && !s.now.Before(d.until):
		s.report(lint.RuleExpired, at,
			fmt.Sprintf("this suppression of %s expired on %s", sup.names(), d.date),
			lint.Fix{Title: "remove the suppression", Safety: lint.Unsafe, Edits: []lint.Edit{removal}})
	default:
		s.list = append(s.list, sup)
	}
}

// resolve finds the rules that a suppression names and drops those it must not name.
// It is false when none is left.
func (s *suppressor) resolve(sup *suppression) bool {
	kept := sup.rules[:0:0]
	for _, sel := range sup.rules {
		id, err := s.rules.resolve(sel.text)
		if err == nil {
			err = s.rules.suppressible(id, sup.comment.File)
		}
		if err != nil {
			s.bad(sup.comment, err.Error())
			continue
		}
		kept, sup.ids = append(kept, sel), append(sup.ids, id)
	}
	sup.rules = kept
	return len(kept) > 0
}

// place finds out what a suppression covers.
func (s *suppressor) place(sup *suppression, c dockerfile.Comment) bool {
	switch sup.scope {
	case scopeFile:
		if !s.leading(c) {
			s.bad(c.Range, "ignore-file belongs above the first instruction of the file")
			return false
		}
		sup.covers = lint.Range{File: c.Range.File, End: len(s.source.Content) + 1}
	case scopeStage:
		if c.Next == nil || c.Next.Keyword != "FROM" || c.Next.Stage == nil {
			s.bad(c.Range, "ignore-stage belongs directly above the FROM of the stage")
			return false
		}
		sup.covers = c.Next.Stage.Range
	default:
		switch {
		case c.Inside != nil:
			sup.covers = s.below(c)
		case c.Next != nil:
			sup.covers = c.Next.Range
		}
	}
	return true
}

// leading tells whether only blank lines and comments stand above a comment.
func (s *suppressor) leading(c dockerfile.Comment) bool {
	for s.head < c.Line-1 && blankOrComment(s.source.Line(s.head+1)) {
		s.head++
	}
	return s.head >= c.Line-1
}

func blankOrComment(line []byte) bool {
	line = bytes.TrimLeft(line, " \t\ufeff")
	return len(line) == 0 || line[0] == '#'
}

// below returns what a comment between the lines of an instruction covers: the next line,
// and the commands that start there, to their ends.
func (s *suppressor) below(c dockerfile.Comment) lint.Range {
	src, in := s.source, c.Inside
	n := c.Line + 1
	for n <= src.Lines() && blankOrComment(src.Line(n)) {
		n++
	}
	covers := lint.Range{File: c.Range.File, Start: src.LineStart(n), End: src.LineStart(n + 1)}
	line := covers
	for _, cmd := range in.Commands {
		if line.Contains(cmd.Start) {
			covers.End = max(covers.End, cmd.End)
		}
	}
	covers.End = min(covers.End, in.Range.End)
	return covers
}

// suppressed tells whether a comment hides a finding. Every comment that does counts as used.
func (s *suppressor) suppressed(f *lint.Finding) bool {
	if s.rules.suppressible(f.Rule, f.Range.File) != nil {
		return false
	}
	hidden := false
	for _, sup := range s.list {
		if f.Range.File != sup.covers.File || !sup.covers.Contains(f.Range.Start) {
			continue
		}
		for i, id := range sup.ids {
			if s.rules.means(id, f.Rule) {
				sup.used[i] = true
				hidden = true
			}
		}
	}
	return hidden
}

// reportUnused says which rules of a suppression hide nothing. A rule that is switched off
// cannot show whether it would be needed.
func (s *suppressor) reportUnused(sup *suppression) {
	var unused, kept []string
	for i, sel := range sup.rules {
		if sup.used[i] || !s.rules.anyOn(sup.ids[i], s.source.Name) {
			kept = append(kept, sel.text)
		} else {
			unused = append(unused, sel.text)
		}
	}
	if len(unused) == 0 {
		return
	}
	edit := sup.removal
	if len(kept) > 0 {
		first, last := sup.rules[0], sup.rules[len(sup.rules)-1]
		edit.Range = sup.comment
		edit.Range.End = edit.Range.Start + last.end
		edit.Range.Start += first.start
		edit.NewText = strings.Join(kept, ",")
	}
	names := strings.Join(unused, ", ")
	s.report(lint.RuleUnusedSuppression, sup.comment,
		fmt.Sprintf("this suppression of %s suppresses nothing", names),
		lint.Fix{Title: "remove " + names + " from the suppressions", Safety: lint.Safe, Edits: []lint.Edit{edit}})
}

func (sup *suppression) names() string {
	texts := make([]string, len(sup.rules))
	for i, sel := range sup.rules {
		texts[i] = sel.text
	}
	return strings.Join(texts, ", ")
}

func (s *suppressor) bad(at lint.Range, message string) {
	s.report(lint.RuleBadSuppression, at, message)
}

func (s *suppressor) report(rule string, at lint.Range, message string, fixes ...lint.Fix) {
	if s.rules.on(rule, at.File, true) {
		severity := s.rules.severity(rule, at.File, lint.Warning)
		s.findings = append(s.findings, lint.Finding{Rule: rule, Severity: severity, Message: message, Range: at, Fixes: fixes})
	}
}
