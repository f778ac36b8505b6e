package fix

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// contextLines stand before and behind a change.
const contextLines = 3

// Unified returns the change of a file as a unified diff that git apply and patch -p1 take,
// empty when there is none.
func Unified(name, before, after string) string {
	c := Change{From: name, To: name, Before: File{Content: []byte(before)}, After: File{Content: []byte(after)}}
	return c.Diff(false)
}

// Diff returns changes as a unified diff that git apply and patch -p1 take, empty when there
// are none. Behind its second @@ a hunk names the rules of the findings that it repairs. In
// colour it is for a terminal, and no patch: control characters are spelled out.
func Diff(changes []Change, color bool) string {
	w := diffWriter{color: color, git: slices.ContainsFunc(changes, needsGit)}
	for i := range changes {
		w.change(&changes[i])
	}
	return w.String()
}

// Diff returns one change as a unified diff.
func (c *Change) Diff(color bool) string { return Diff([]Change{*c}, color) }

// needsGit reports whether the header of every unified diff does not say it all: git then
// reads its own header to the header of the next file, which has to be git's, too.
func needsGit(c Change) bool {
	return c.From != c.To && c.From != "" && c.To != "" || c.modeChanged() ||
		c.From == "" && (len(c.After.Content) == 0 || c.After.Mode&executable != 0) || c.To == "" && len(c.Before.Content) == 0
}

// line is a line of either text, with its ending.
type line struct {
	sign byte // '-' of the old text, '+' of the new one, ' ' of both
	text string
}

// maxCompared bounds how many lines are compared with each other; the work may grow with the
// square of their number.
const maxCompared = 30_000

// lineDiff compares line by line. The library's own patches are of characters, and no tool
// but itself takes them.
func lineDiff(before, after string) []line {
	head, before, after := commonHead(before, after)
	tail, before, after := commonTail(before, after)
	var lines []line
	add := func(sign byte, text string) {
		for l := range strings.Lines(text) {
			lines = append(lines, line{sign, l})
		}
	}
	add(' ', head)
	if strings.Count(before, "\n")+strings.Count(after, "\n") > maxCompared {
		add('-', before)
		add('+', after)
	} else {
		d := diffmatchpatch.New()
		d.DiffTimeout = 0 // the same diff on a slow machine
		a, b, texts := d.DiffLinesToRunes(before, after)
		for _, part := range d.DiffCharsToLines(d.DiffMainRunes(a, b, false), texts) {
			sign := byte(' ')
			switch part.Type {
			case diffmatchpatch.DiffDelete:
				sign = '-'
			case diffmatchpatch.DiffInsert:
				sign = '+'
			}
			add(sign, part.Text)
		}
	}
	add(' ', tail)
	return lines
}

// commonHead cuts off the whole lines with which two texts begin.
func commonHead(a, b string) (head, restA, restB string) {
	n, i := 0, 0
	for ; i < min(len(a), len(b)) && a[i] == b[i]; i++ {
		if a[i] == '\n' {
			n = i + 1
		}
	}
	if i == len(a) && i == len(b) {
		n = i
	}
	return a[:n], a[n:], b[n:]
}

// commonTail cuts off the whole lines with which two texts end.
func commonTail(a, b string) (tail, restA, restB string) {
	n, i := 0, 0
	for ; i < min(len(a), len(b)) && a[len(a)-1-i] == b[len(b)-1-i]; i++ {
		if i > 0 && a[len(a)-1-i] == '\n' {
			n = i
		}
	}
	// A line begins where its text does, or the text before it ended.
	if i > 0 && (i == len(a) || a[len(a)-1-i] == '\n') && (i == len(b) || b[len(b)-1-i] == '\n') {
		n = i
	}
	return a[len(a)-n:], a[:len(a)-n], b[:len(b)-n]
}

// hunk is a part of a diff: changes that are close together, with their context.
type hunk struct {
	from, to      int // of the lines of the diff, half-open
	before, after int // lines of either text that stand before it
}

// hunks finds the changes.
func hunks(lines []line) []hunk {
	var list []hunk
	before, after := 0, 0 // lines of either text so far
	for i, l := range lines {
		if l.sign != ' ' {
			from := max(i-contextLines, 0)
			if n := len(list); n > 0 && from <= list[n-1].to {
				list[n-1].to = i + 1 + contextLines
			} else {
				list = append(list, hunk{from, i + 1 + contextLines, before - (i - from), after - (i - from)})
			}
		}
		if l.sign != '+' {
			before++
		}
		if l.sign != '-' {
			after++
		}
	}
	if n := len(list); n > 0 {
		list[n-1].to = min(list[n-1].to, len(lines))
	}
	return list
}

// rulesOf returns the rules that each hunk repairs, in the order in which they stand there.
func (c *Change) rulesOf(lines []line, list []hunk) [][]string {
	rules := make([][]string, len(list))
	if len(list) == 0 {
		return rules
	}
	marks := slices.Clone(c.marks)
	slices.SortStableFunc(marks, func(a, b mark) int { return a.start - b.start })
	ends := make([]int, len(list)) // of the new text that the hunks show, in bytes
	at, k := 0, 0
	for i, l := range lines {
		for k < len(list) && i == list[k].to {
			ends[k] = at
			k++
		}
		if l.sign != '-' {
			at += len(l.text)
		}
	}
	for ; k < len(list); k++ {
		ends[k] = at
	}
	for _, m := range marks {
		// The lines of the diff may differ from those of the edit where lines repeat.
		k, _ := slices.BinarySearch(ends, m.start)
		k = min(k, len(list)-1)
		if !slices.Contains(rules[k], m.rule) {
			rules[k] = append(rules[k], m.rule)
		}
	}
	return rules
}

// diffWriter writes a diff.
type diffWriter struct {
	strings.Builder
	color bool
	git   bool // with git's headers, whose names git takes from the top of the repository
}

func (w *diffWriter) change(c *Change) {
	lines := lineDiff(string(c.Before.Content), string(c.After.Content))
	list := hunks(lines)
	if len(list) == 0 && !needsGit(*c) {
		return
	}
	w.header(c, len(list) > 0)
	rules := c.rulesOf(lines, list)
	for i, h := range list {
		w.hunk(h, lines, rules[i])
	}
}

// ANSI styles of a diff on a terminal.
const (
	styleHeader = "\x1b[1m"
	styleHunk   = "\x1b[36m"
	styleOld    = "\x1b[31m"
	styleNew    = "\x1b[32m"
	styleEnd    = "\x1b[0m"
)

// line writes a line in a style.
func (w *diffWriter) line(style, text string) {
	if w.color {
		text = spelledOut(text)
		if style != "" {
			text = style + text + styleEnd
		}
	}
	w.WriteString(text)
	w.WriteByte('\n')
}

// header names the file. Names without git's header are those that git takes as seen from the
// current folder.
func (w *diffWriter) header(c *Change, hunks bool) {
	head := func(format string, args ...any) { w.line(styleHeader, fmt.Sprintf(format, args...)) }
	from, to := c.From, c.To
	if from == "" {
		from = to
	}
	if to == "" {
		to = from
	}
	if w.git {
		head("diff --git %s %s", below("a", from), below("b", to))
		switch {
		case c.From == "":
			head("new file mode %s", gitMode(c.After))
		case c.To == "":
			head("deleted file mode %s", gitMode(c.Before))
		case c.modeChanged():
			head("old mode %s", gitMode(c.Before))
			head("new mode %s", gitMode(c.After))
		}
		if from != to {
			head("rename from %s", below("", from))
			head("rename to %s", below("", to))
		}
	}
	if !hunks {
		return
	}
	if c.From == "" {
		head("--- /dev/null")
	} else {
		head("--- %s", terminated(below("a", from)))
	}
	if c.To == "" {
		head("+++ /dev/null")
	} else {
		head("+++ %s", terminated(below("b", to)))
	}
}

// gitMode is a mode as git writes it.
func gitMode(f File) string {
	if f.Mode&executable != 0 {
		return "100755"
	}
	return "100644"
}

func (w *diffWriter) hunk(h hunk, lines []line, rules []string) {
	before, after := 0, 0
	for _, l := range lines[h.from:h.to] {
		if l.sign != '+' {
			before++
		}
		if l.sign != '-' {
			after++
		}
	}
	at := fmt.Sprintf("@@ -%s +%s @@", span(h.before, before), span(h.after, after))
	if len(rules) > 0 {
		at += " " + strings.Join(rules, " ")
	}
	w.line(styleHunk, at)
	for _, l := range lines[h.from:h.to] {
		text, ended := strings.CutSuffix(l.text, "\n")
		style := ""
		switch l.sign {
		case '-':
			style = styleOld
		case '+':
			style = styleNew
		}
		w.line(style, string(l.sign)+text)
		if !ended {
			w.line("", `\ No newline at end of file`)
		}
	}
}

// span is where a hunk is in one of the texts: its first line, from 1, and how many there
// are. Of no lines it is the line before.
func span(before, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", before)
	case 1:
		return strconv.Itoa(before + 1)
	}
	return fmt.Sprintf("%d,%d", before+1, count)
}

// spelledOut makes visible what would drive a terminal or hide in it.
func spelledOut(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, drives) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case r < ' ' && r != '\t':
			b.WriteString("^" + string(r+'@'))
		case drives(r):
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(r)
		}
		text = text[size:]
	}
	return b.String()
}

func drives(r rune) bool { return r != '\t' && !strconv.IsPrint(r) }
