package explain

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
)

// Verdict says what an error has to do with musl.
type Verdict string

const (
	Certain  Verdict = "certain"  // this happens on musl, or on Alpine
	Likely   Verdict = "likely"   // the system is musl, and it can have other causes
	Possible Verdict = "possible" // nothing tells whether the system is musl
	NotMusl  Verdict = "not musl" // it is taken for musl often, and has another cause
)

// Diagnosis is what the errors in a log mean that have one cause.
type Diagnosis struct {
	Name    string // of the kind of problem
	Title   string // one sentence
	Verdict Verdict
	Line    int    // number of the first line that belongs to it
	Quote   string // that line, without what container engines put before it
	Lines   int    // how many lines belong to it
	Named   []Named
	Meaning []string // paragraphs
	Causes  []string // that are possible, and how to tell them apart; the likeliest first
	Changes []Change // to make, the best first
	Advice  []Advice // about some of the words
	Topic   string   // of Topic; empty when there is none
	Rules   []string // that find causes in a Dockerfile
	Classes []string // of the catalogue of failures
	After   []Line   // errors that follow from it
}

// Named is what the messages of a diagnosis name: the libraries, symbols, files …
type Named struct {
	Name  string
	Words []string // each once, in their order
	More  int      // how many are left out
	Known bool     // the words are not the log's but belong to it, such as the package of a library
}

// Change is something to do.
type Change struct {
	Text string
	Also bool // together with the one before, not instead of it
}

// Advice is what to do about one of the words that messages name.
type Advice struct {
	Word string
	Text string
}

// Line is a line of a log.
type Line struct {
	Number int
	Text   string
}

// Answer is what Why found in a log.
type Answer struct {
	Lines     int
	Diagnoses []Diagnosis // in the order of their first lines
	Unsure    []Line      // that would mean something if it were known that they come from a musl system
	Step      Line        // instruction at which the build stopped, with its line in the Dockerfile; zero when not told
	Libc      lint.Libc   // of the system that the log is from, when it tells
}

// WhyOptions say what is known of a log beside its text.
type WhyOptions struct {
	Target   lint.Target                // the system that it is from
	TargetAt func(line int) lint.Target // the system of the stage that has a line of the Dockerfile, for logs that say where the build stopped
}

// Why reads a log of any size and says what the errors in it mean.
func Why(log io.Reader, opt WhyOptions) (*Answer, error) {
	reader := newLineReader(log)
	w := newInvestigation(messages())
	for {
		text, number, err := reader.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		w.answer.Lines = number
		for piece := range bytes.SplitSeq(text, []byte{'\r'}) {
			w.read(piece, number)
		}
	}
	return w.conclude(opt), nil
}

const (
	mostWords     = 100 // that are remembered of a kind
	mostDiagnoses = 200
	mostUnsure    = 20
	longestWord   = 300
)

// An investigation collects what a log says.
type investigation struct {
	table     *messageTable
	answer    Answer
	diagnoses []*diagnosis
	signs     []string // what was seen beside errors
	loader    loaderLog
	release   string   // of Alpine, when it is known
	found     []uint16 // reused
}

// diagnosis is one that is still being made.
type diagnosis struct {
	Diagnosis
	entry *entry
	key   string
	last  int // number of the last line that was counted
}

func newInvestigation(t *messageTable) *investigation { return &investigation{table: t} }

// read looks at a line, or at a part of one.
func (w *investigation) read(raw []byte, number int) {
	if bytes.IndexByte(raw, escape) >= 0 {
		raw = []byte(printed(raw)) // colours may part what belongs together
	}
	if w.found = w.table.finder.candidates(raw, w.found[:0]); len(w.found) == 0 {
		return
	}
	w.examine(readLine(raw), number)
}

// examine finds the message of a line that may have one.
func (w *investigation) examine(line logLine, number int) {
	explained := false
	for _, n := range w.found {
		p := w.table.finder.patterns[n]
		sign, isSign := strings.CutPrefix(p.target, signMark)
		if isSign && slices.Contains(w.signs, sign) || !isSign && explained {
			continue
		}
		words, text, ok := p.match(line)
		if !ok {
			continue
		}
		if isSign {
			w.signs = append(w.signs, sign)
			continue
		}
		explained = w.accept(p, message{line: line, number: number, text: text, names: p.names, words: words, own: len(words)})
	}
}

// message is an error that was recognised in a line.
type message struct {
	line   logLine
	number int
	text   string
	names  []string
	words  []string // what stands for the names
	own    int      // how many of them stand in the message; the others are known of these
}

// word returns what the message names so, empty when it names nothing.
func (m message) word(name string) string {
	if i := slices.Index(m.names, name); i >= 0 {
		return m.words[i]
	}
	return ""
}

// with adds a word under a name.
func (m message) with(name, word string) message {
	m.names, m.words = append(slices.Clip(m.names), name), append(slices.Clip(m.words), word)
	return m
}

// about returns the message with another file.
func (m message) about(file string) message {
	if i := slices.Index(m.names, "file"); i >= 0 {
		m.words = slices.Clone(m.words)
		m.words[i] = file
	}
	return m
}

// accept makes a diagnosis of a message. It reports false when the message turns out to be
// none of those that are known.
func (w *investigation) accept(p *pattern, m message) bool {
	if p.target == stepTarget {
		if w.answer.Step.Number == 0 {
			w.answer.Step = step(m)
		}
		return false
	}
	if judge, ok := judges[p.target]; ok {
		return judge(w, m)
	}
	e := entries()[p.target]
	if e == nil {
		return false // a topic or a rule, for messages that people type
	}
	w.diagnose(e, m)
	return true
}

// diagnose adds a message to the diagnosis that it belongs to, and returns that, nil when
// there are too many.
func (w *investigation) diagnose(e *entry, m message) *diagnosis {
	key := e.name + "\x00" + m.word(e.each)
	i := slices.IndexFunc(w.diagnoses, func(d *diagnosis) bool { return d.key == key })
	if i < 0 {
		if len(w.diagnoses) == mostDiagnoses {
			return nil
		}
		w.diagnoses = append(w.diagnoses, &diagnosis{
			Diagnosis: Diagnosis{Name: e.name, Line: m.number, Quote: m.line.quote(m.text)},
			entry:     e, key: key,
		})
		i = len(w.diagnoses) - 1
	}
	d := w.diagnoses[i]
	if d.last != m.number {
		d.last = m.number
		d.Lines++
	}
	for i, name := range m.names {
		d.name(name, m.words[i], i >= m.own)
	}
	return d
}

// name remembers a word once.
func (d *Diagnosis) name(name, word string, known bool) {
	if word == "" || strings.HasPrefix(name, "_") {
		return
	}
	word = word[:min(len(word), longestWord)]
	i := slices.IndexFunc(d.Named, func(n Named) bool { return n.Name == name })
	if i < 0 {
		d.Named = append(d.Named, Named{Name: name, Known: known})
		i = len(d.Named) - 1
	}
	n := &d.Named[i]
	switch {
	case slices.Contains(n.Words, word):
	case len(n.Words) == mostWords:
		n.More++
	default:
		n.Words = append(n.Words, word)
	}
}

// Words returns what the messages name under a name.
func (d *Diagnosis) Words(name string) []string {
	for _, n := range d.Named {
		if n.Name == name {
			return n.Words
		}
	}
	return nil
}

// conclude is called when the log is read to its end.
func (w *investigation) conclude(opt WhyOptions) *Answer {
	if opt.TargetAt != nil && w.answer.Step.Number > 0 {
		if target := opt.TargetAt(w.answer.Step.Number); target.Libc != lint.Unknown {
			opt.Target = target
		}
	}
	w.release = opt.Target.Release
	w.loader.judge(w)
	a := &w.answer
	a.Libc = w.libc(opt.Target.Libc)
	slices.SortStableFunc(w.diagnoses, func(a, b *diagnosis) int { return a.Line - b.Line })
	w.diagnoses = slices.DeleteFunc(w.diagnoses, w.hasOtherCause)
	var kept []*diagnosis
	for _, d := range w.diagnoses {
		if cause := w.causeOf(d); cause != nil {
			cause.Lines += d.Lines
			cause.After = append(cause.After, Line{d.Line, d.Quote})
		} else if w.holds(d) {
			kept = append(kept, d)
		}
	}
	for _, d := range kept {
		d.explain()
		a.Diagnoses = append(a.Diagnoses, d.Diagnosis)
	}
	return a
}

// libc is that of the system which the log is from: what the caller knows, or else what the
// log speaks of when it speaks of one only.
func (w *investigation) libc(known lint.Libc) lint.Libc {
	musl, glibc := slices.Contains(w.signs, "musl"), slices.Contains(w.signs, "glibc")
	switch {
	case known != lint.Unknown:
		return known
	case musl && !glibc:
		return lint.Musl
	case glibc && !musl:
		return lint.Glibc
	}
	return lint.Unknown
}

// hasOtherCause tells whether the log shows what the error comes from instead.
func (w *investigation) hasOtherCause(d *diagnosis) bool {
	return slices.ContainsFunc(d.entry.unless, func(sign string) bool { return slices.Contains(w.signs, sign) })
}

// causeOf returns the diagnosis that d follows from, or that says the same better.
func (w *investigation) causeOf(d *diagnosis) *diagnosis {
	for _, cause := range w.diagnoses {
		if slices.Contains(d.entry.with, cause.Name) || slices.Contains(d.entry.after, cause.Name) && cause.Line <= d.Line {
			return cause
		}
	}
	return nil
}

// holds tells whether a diagnosis is right for this log, and says how sure it is.
func (w *investigation) holds(d *diagnosis) bool {
	d.Verdict = Likely
	switch d.entry.when {
	case always:
		d.Verdict = Certain
	case somethingElse:
		d.Verdict = NotMusl
	case unlessGlibc:
		if w.answer.Libc == lint.Unknown {
			d.Verdict = Possible
		}
		return w.answer.Libc != lint.Glibc
	case onlyMusl:
		if w.answer.Libc == lint.Unknown && len(w.answer.Unsure) < mostUnsure {
			w.answer.Unsure = append(w.answer.Unsure, Line{d.Line, d.Quote})
		}
		return w.answer.Libc == lint.Musl
	}
	return true
}

// explain fills in the words of the entry.
func (d *diagnosis) explain() {
	e := d.entry
	d.Title, _ = d.expand(e.title, "something")
	d.Meaning = d.expandAll(e.meaning)
	d.Causes = d.expandAll(e.causes)
	for _, c := range e.changes {
		if text, ok := d.expand(c.Text, ""); ok {
			d.Changes = append(d.Changes, Change{text, c.Also})
		}
	}
	d.advise()
	d.Topic, d.Rules, d.Classes = e.topic, e.rules, e.classes
}

// mostAdvice is how many words are spoken about.
const mostAdvice = 6

// advise says what there is instead of functions and headers that musl does not have.
func (d *diagnosis) advise() {
	for _, word := range d.Words(d.entry.advice) {
		page, ok := Header(word)
		if d.entry.advice != "header" {
			page, ok = Symbol(word)
			ok = ok && IsWritten(word)
		}
		if ok && page.Do != "" && len(d.Advice) < mostAdvice {
			d.Advice = append(d.Advice, Advice{word, page.Do})
		}
	}
}

// expandAll expands texts and leaves out those that speak of what no message named.
func (d *Diagnosis) expandAll(texts []string) []string {
	var list []string
	for _, text := range texts {
		if text, ok := d.expand(text, ""); ok {
			list = append(list, text)
		}
	}
	return list
}

// fewWords are named in a sentence.
const fewWords = 4

// expand puts in what {name} stands for: in text to be typed all of it, else the first few.
// It reports false when there is nothing to put in, not even what is given for that; {name?}
// is then left out, and else has a blank before it.
func (d *Diagnosis) expand(text, missing string) (string, bool) {
	var b strings.Builder
	typed := false
	for {
		i := strings.IndexAny(text, "{`")
		if i < 0 {
			b.WriteString(text)
			return b.String(), true
		}
		b.WriteString(text[:i])
		if text[i] == '`' {
			typed = !typed
			b.WriteByte('`')
			text = text[i+1:]
			continue
		}
		name, rest, _ := strings.Cut(text[i+1:], "}")
		name, optional := strings.CutSuffix(name, "?")
		text = rest
		switch words := d.Words(name); {
		case len(words) == 0 && !optional && missing == "":
			return "", false
		case len(words) == 0 && !optional:
			b.WriteString(missing)
		case len(words) > 0 && optional:
			b.WriteString(" " + enumeration(words, typed))
		case len(words) > 0:
			b.WriteString(enumeration(words, typed))
		}
		if len(d.Words(name)) > 1 && !typed {
			text = plural(text)
		}
	}
}

// plurals are the verbs that follow a name in the texts.
var plurals = [][2]string{
	{" is ", " are "}, {" has ", " have "}, {" was ", " were "}, {" belongs ", " belong "},
	{" loads ", " load "}, {" asks ", " ask "}, {" uses ", " use "}, {" names ", " name "}, {" makes ", " make "},
}

// plural makes a text fit that goes on behind several names.
func plural(text string) string {
	for _, p := range plurals {
		if rest, ok := strings.CutPrefix(text, p[0]); ok {
			return p[1] + rest
		}
	}
	return text
}

func enumeration(words []string, typed bool) string {
	if typed {
		return strings.Join(words, " ")
	}
	if n := len(words) - fewWords; n > 0 {
		return strings.Join(words[:fewWords], ", ") + ", …"
	}
	return strings.Join(words, ", ")
}
