package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/explain"
	"github.com/musllint/musllint/lint/report"
)

// Styles of the answer, as in reports.
const (
	strongStyle = "\x1b[1m"
	marginStyle = "\x1b[1;34m"
	noteStyle   = "\x1b[1;36m"
	repairStyle = "\x1b[1;32m"
	endStyle    = "\x1b[0m"
)

// verdictStyles are the colours of what a diagnosis begins with.
var verdictStyles = map[explain.Verdict]string{
	explain.Certain:  "\x1b[1;31m",
	explain.Likely:   "\x1b[1;33m",
	explain.Possible: noteStyle,
	explain.NotMusl:  noteStyle,
}

// proseColumns is where lines end when nobody says how wide the terminal is.
const proseColumns = 100

// writeText is the answer for people.
func (a *whyAnswer) writeText(w io.Writer) error {
	t := &whyText{whyAnswer: a, columns: a.width}
	if t.columns == 0 {
		t.columns = proseColumns
	}
	for i := range a.Diagnoses {
		t.diagnosis(i)
		t.WriteByte('\n')
	}
	if err := t.dockerfile(); err != nil {
		return err
	}
	t.conclusion()
	_, err := w.Write(t.Bytes())
	return err
}

// writeConcise is a line for each diagnosis: "file:line: verdict: what it is (first change)".
func (a *whyAnswer) writeConcise(w io.Writer) error {
	var b bytes.Buffer
	for _, d := range a.Diagnoses {
		fmt.Fprintf(&b, "%s:%d: %s: %s", a.log, d.Line, d.Verdict, d.Title)
		if len(d.Changes) > 0 {
			fmt.Fprintf(&b, " (%s)", strings.Join(strings.Fields(d.Changes[0].Text), " "))
		}
		b.WriteByte('\n')
	}
	_, err := w.Write(b.Bytes())
	return err
}

// whyText is an answer that is being written.
type whyText struct {
	bytes.Buffer
	*whyAnswer
	columns int // at which prose is broken
	margin  string
}

func (t *whyText) diagnosis(i int) {
	d := &t.Diagnoses[i]
	number := fmt.Sprint(d.Line)
	t.margin = strings.Repeat(" ", len(number))
	t.labelled("", string(d.Verdict), verdictStyles[d.Verdict], d.Title, strongStyle)
	fmt.Fprintf(t, "%s%s %s:%d\n", t.margin, t.paint(marginStyle, "-->"), t.log, d.Line)
	fmt.Fprintf(t, "%s\n%s %s\n%s\n", t.bar(t.margin), t.bar(number), d.Quote, t.bar(t.margin))
	if d.Lines > 1 {
		t.remark("lines", noteStyle, fmt.Sprintf("%d lines of the log say this", d.Lines))
	}
	for _, n := range d.Named {
		if len(n.Words) > 1 && !n.Known {
			t.remark(n.Name, noteStyle, t.list(n))
		}
	}
	for _, l := range d.After {
		t.remark("follows", noteStyle, fmt.Sprintf("line %d: %s", l.Number, l.Text))
	}
	if len(d.Meaning) > 0 {
		t.remark("means", noteStyle, strings.Join(d.Meaning, "\n"))
	}
	if t.causes == nil || !t.causes.named[i] { // else the cause is known
		for _, cause := range d.Causes {
			t.remark("perhaps", noteStyle, cause)
		}
	}
	for _, a := range d.Advice {
		t.remark(a.Word, noteStyle, a.Text)
	}
	for i, change := range d.Changes {
		label := "or do"
		switch {
		case i == 0:
			label = "do"
		case change.Also:
			label = "and do"
		}
		t.remark(label, repairStyle, change.Text)
	}
	t.cause(i)
	if pages := t.pages(d); len(pages) > 0 {
		t.remark("explain", noteStyle, strings.Join(pages, ", "))
	}
}

// mostListed words of a kind are shown.
const mostListed = 12

func (t *whyText) list(n explain.Named) string {
	words, more := n.Words, n.More
	if len(words) > mostListed {
		words, more = words[:mostListed], more+len(words)-mostListed
	}
	text := strings.Join(words, ", ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// pages are what to read on: of the first word that has a page, and the topic.
func (t *whyText) pages(d *explain.Diagnosis) []string {
	var pages []string
	for _, kind := range []string{"library", "header", "symbol", "name"} {
		words := d.Words(kind)
		if len(words) > 0 && len(explain.Pages(words[0])) > 0 && (kind == "library" || kind == "header" || explain.IsWritten(words[0])) {
			pages = append(pages, "musllint explain "+words[0])
			break
		}
	}
	if d.Topic != "" {
		pages = append(pages, "musllint explain "+d.Topic)
	}
	return pages
}

// cause says which lines of the Dockerfile the diagnosis comes from.
func (t *whyText) cause(i int) {
	if t.causes == nil || t.Diagnoses[i].Verdict == explain.NotMusl {
		return
	}
	r := t.causes.report
	var places []string
	for _, n := range t.causes.of[i] {
		f := r.Findings[n]
		place := t.causes.path
		if src := r.Sources[f.Range.File]; src != nil && f.Range.End > 0 {
			place = fmt.Sprintf("%s:%d", place, src.Position(f.Range.Start).Line)
		}
		places = append(places, place+" "+f.Rule)
	}
	switch {
	case len(places) > 0:
		t.remark("cause", repairStyle, strings.Join(places, ", ")+" (below)")
	case t.Step.Number > 0:
		t.remark("cause", noteStyle, fmt.Sprintf("no rule finds it in %s; the build stopped at line %d", t.causes.path, t.Step.Number))
	default:
		t.remark("cause", noteStyle, "no rule finds it in "+t.causes.path)
	}
}

// dockerfile shows the findings that are causes, and their repair.
func (t *whyText) dockerfile() error {
	if t.causes == nil || len(t.causes.report.Findings) == 0 {
		return nil
	}
	var b bytes.Buffer
	write, _ := report.Lookup("text")
	r := *t.causes.report
	r.Failures = nil
	if err := write(&b, &r, report.Options{Color: t.color, Width: t.width}); err != nil {
		return err
	}
	findings := strings.TrimRight(b.String(), "\n")
	t.WriteString(findings[:strings.LastIndexByte(findings, '\n')+1]) // without the count
	if t.causes.patch != "" {
		t.WriteString(t.causes.patch + "\n")
	}
	return nil
}

// conclusion says what was found in one sentence, and what was passed over.
func (t *whyText) conclusion() {
	var musl, other int
	for _, d := range t.Diagnoses {
		if d.Verdict == explain.NotMusl {
			other++
		} else {
			musl++
		}
	}
	lines := countedWords(t.Lines, "line")
	switch {
	case musl > 0:
		fmt.Fprintf(t, "%s found in %s\n", countedWords(musl, "problem"), lines)
	case other > 0:
		fmt.Fprintf(t, "no problem of musl found in %s\n", lines)
	default:
		fmt.Fprintf(t, "nothing in %s is an error that musl or Alpine is known for\n", lines)
	}
	if len(t.Unsure) > 0 && t.Libc == lint.Unknown {
		first := t.Unsure[0]
		t.labelled("", "hint", noteStyle, fmt.Sprintf("%s may have to do with musl, where it runs; if it does, say so with --dockerfile or --on alpine:\n%d: %s",
			countedWords(len(t.Unsure), "message"), first.Number, first.Text), "")
	}
}

func countedWords(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// bar is the margin beside the quoted line.
func (t *whyText) bar(number string) string { return t.paint(marginStyle, number+" |") }

// remark writes a line that belongs to the quoted one.
func (t *whyText) remark(label, style, text string) {
	t.labelled(t.margin+" "+t.paint(marginStyle, "=")+" ", label, style, text, "")
}

// labelled writes "label: text", with the lines after the first below the first word of text.
func (t *whyText) labelled(lead, label, style, text, textStyle string) {
	hang := len(label) + len(": ")
	if lead != "" {
		hang += len(t.margin) + len(" = ")
	}
	fmt.Fprintf(t, "%s%s: ", lead, t.paint(style, label))
	first := true
	for part := range strings.Lines(text) {
		for _, line := range broken(strings.TrimRight(part, "\n"), t.columns-hang) {
			if !first {
				t.WriteString(strings.Repeat(" ", hang))
			}
			first = false
			fmt.Fprintln(t, t.paint(textStyle, line))
		}
	}
}

// broken breaks text between words into lines of at most limit characters, where its words
// allow it. What stands in backquotes is to be typed, and stays on one line.
func broken(text string, limit int) []string {
	var lines []string
	line, typed := "", false
	for word := range strings.SplitSeq(text, " ") {
		switch {
		case line == "":
			line = word
		case !typed && len([]rune(line))+1+len([]rune(word)) > limit:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
		if strings.Count(word, "`")%2 == 1 {
			typed = !typed
		}
	}
	return append(lines, line)
}

func (t *whyText) paint(style, s string) string {
	if !t.color || style == "" || s == "" {
		return s
	}
	return style + s + endStyle
}
