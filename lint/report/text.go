package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/musllint/musllint/lint"
)

// ANSI styles, by what they are used for.
const (
	styleError   = "\x1b[1;31m"
	styleWarning = "\x1b[1;33m"
	styleInfo    = "\x1b[1;36m"
	styleRepair  = "\x1b[1;32m"
	styleMargin  = "\x1b[1;34m"
	styleStrong  = "\x1b[1m"
	stylePlain   = ""
	styleReset   = "\x1b[0m"
)

func severityStyle(s lint.Severity) string {
	switch s {
	case lint.Error:
		return styleError
	case lint.Warning:
		return styleWarning
	}
	return styleInfo
}

// textWriter writes for people. Write errors stay in out until it is flushed.
type textWriter struct {
	out    *bufio.Writer
	report *lint.Report
	opt    Options
	margin string                    // blanks as wide as the line numbers of this finding
	shown  map[lint.Related]bool     // evidence whose source line the reader has seen
	lost   map[string]*lint.Artifact // of containers that no package repairs
}

// writeText is the format for people: what will happen, where, why, and what to do.
func writeText(w io.Writer, r *lint.Report, opt Options) error {
	t := &textWriter{out: bufio.NewWriter(w), report: r, opt: opt, shown: map[lint.Related]bool{}}
	t.artifacts()
	for i := range r.Findings {
		t.finding(&r.Findings[i])
		t.out.WriteByte('\n')
	}
	for _, f := range r.Failures {
		t.labelled("", "error", styleError, "cannot read "+f.File+": "+reason(f), styleStrong)
	}
	if len(r.Failures) > 0 {
		t.out.WriteByte('\n')
	}
	fmt.Fprintln(t.out, summary(r))
	return t.out.Flush()
}

func (t *textWriter) finding(f *lint.Finding) {
	t.margin = strings.Repeat(" ", t.digits(f))
	label := f.Severity.String()
	if f.Rule != "" {
		label += "[" + printable(f.Rule) + "]"
	}
	style := severityStyle(f.Severity)
	t.labelled("", label, style, f.Message, styleStrong)
	t.place(f.Range, '^', style)
	for _, ev := range f.Evidence {
		t.evidence(ev)
	}
	if len(f.Targets) > 1 {
		t.remark("on", styleInfo, targetList(f.Targets))
	}
	for i, fix := range f.Fixes {
		t.remark(repairLabel(f.Fixes, i), styleRepair, fix.Title)
	}
	if f.Rule != "" {
		t.remark("explain", styleInfo, "musllint explain "+f.Rule)
	}
}

// evidence shows why. Many findings of a stage share the reason for its libc: after the
// first time one line about it is enough.
func (t *textWriter) evidence(ev lint.Related) {
	if placed(t.report, ev.Range) == nil || t.shown[ev] {
		t.remark("note", styleInfo, withPlace(t.report, ev))
		return
	}
	t.shown[ev] = true
	t.labelled("", "note", styleInfo, ev.Message, stylePlain)
	t.place(ev.Range, '-', styleInfo)
}

// place shows where: an arrow with the place to jump to, and the source with the range
// underlined.
func (t *textWriter) place(rg lint.Range, mark byte, style string) {
	at := where(t.report, rg)
	if at == "" {
		return
	}
	fmt.Fprintf(t.out, "%s%s %s\n", t.margin, t.paint(styleMargin, "-->"), at)
	src := placed(t.report, rg)
	if src == nil {
		return
	}
	t.row("", "")
	rows := snippet(src, rg, t.snippetLimit())
	for i, r := range rows {
		if i > 0 && r.line > rows[i-1].line+1 {
			fmt.Fprintln(t.out, t.paint(styleMargin, ellipsis))
		}
		t.row(fmt.Sprintf("%*d", len(t.margin), r.line), r.text)
		t.row("", strings.Repeat(" ", r.from)+t.paint(style, strings.Repeat(string(mark), r.to-r.from)))
	}
}

// row writes one line of a snippet, number being empty where there is none.
func (t *textWriter) row(number, text string) {
	if number == "" {
		number = t.margin
	}
	if text != "" {
		text = " " + text
	}
	fmt.Fprintln(t.out, t.paint(styleMargin, number+" |")+text)
}

// remark writes a line that belongs to the snippet above it.
func (t *textWriter) remark(label, style, text string) {
	t.labelled(t.margin+" "+t.paint(styleMargin, "=")+" ", label, style, text, stylePlain)
}

// labelled writes "label: text", with the lines after the first below the first word of text.
func (t *textWriter) labelled(lead, label, style, text, textStyle string) {
	hang := textWidth(label) + len(": ")
	if lead != "" {
		hang += len(t.margin) + len(" = ")
	}
	limit := t.opt.Width
	if limit > 0 {
		limit = max(limit-hang, leastColumns)
	}
	fmt.Fprintf(t.out, "%s%s: ", lead, t.paint(style, label))
	for i, line := range wrap(lines(text), limit) {
		if i > 0 && line != "" {
			t.out.WriteString(strings.Repeat(" ", hang))
		}
		fmt.Fprintln(t.out, t.paint(textStyle, line))
	}
}

// digits is the width of the largest line number that is shown with f.
func (t *textWriter) digits(f *lint.Finding) int {
	last := 1
	note := func(rg lint.Range) {
		if src := placed(t.report, rg); src != nil {
			last = max(last, lastByte(src, rg).Line)
		}
	}
	note(f.Range)
	for _, ev := range f.Evidence {
		note(ev.Range)
	}
	return len(fmt.Sprint(last))
}

func (t *textWriter) snippetLimit() int {
	if t.opt.Width <= 0 {
		return snippetColumns
	}
	return max(t.opt.Width-len(t.margin)-len(" | "), leastColumns)
}

func (t *textWriter) paint(style, s string) string {
	if !t.opt.Color || style == stylePlain || s == "" {
		return s
	}
	return style + s + styleReset
}

// targetList names targets as --on takes them.
func targetList(targets []lint.Target) string {
	names := make([]string, len(targets))
	for i, target := range targets {
		names[i] = targetName(target)
	}
	return strings.Join(names, ", ")
}

func targetName(t lint.Target) string {
	name, version := t.Distro, t.Release
	if name == "" {
		name, version = t.Libc.String(), t.Version
	}
	if version != "" {
		name += ":" + version
	}
	if t.Arch != "" {
		name += "/" + t.Arch
	}
	return name
}

// summary counts what was found in one sentence without a full stop.
func summary(r *lint.Report) string {
	errors, warnings, infos := r.Count()
	var found []string
	for _, c := range []struct {
		n    int
		noun string
	}{{errors, "error"}, {warnings, "warning"}, {infos, "info"}} {
		if c.n > 0 {
			found = append(found, counted(c.n, c.noun))
		}
	}
	text := "no problems found"
	if n := len(found); n > 1 {
		text = strings.Join(found[:n-1], ", ") + " and " + found[n-1]
	} else if n == 1 {
		text = found[0]
	}
	if r.Files > 0 || len(found) == 0 { // what was found may be on a command line
		text += " in " + counted(r.Files, "file")
	}
	if len(r.Failures) == 0 {
		return text
	}
	unread := counted(len(r.Failures), "file") + " could not be read"
	if r.Files == 0 {
		return unread // nobody looked for problems
	}
	return text + ", " + unread
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
