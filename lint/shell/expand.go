package shell

import (
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// field is a word as a program receives it, with the runs it was made from.
type field struct {
	Word
	runs []run
}

// Inside double quotes and here-documents a backslash only escapes these; elsewhere all.
const (
	escapedInQuotes  = "$`\"\\"
	escapedInHeredoc = "$`\\"
)

// maxExpansions bounds expansions within expansions: ${A:-${B:-…}}.
const maxExpansions = 40

func offset(p syntax.Pos) int { return int(p.Offset()) }

// fields appends what the shell makes of one word: usually one field, none or several
// where it splits an unquoted expansion.
func (w walker) fields(dst []field, word *syntax.Word, st *state) []field {
	if len(word.Parts) == 0 {
		return dst
	}
	runs := w.runs(nil, word.Parts, st, escapeAll, 0)
	start, end := w.extent(word, runs)
	quoted := false
	for _, part := range word.Parts {
		switch part.(type) {
		case *syntax.SglQuoted, *syntax.DblQuoted:
			quoted = true
		}
	}
	for _, piece := range split(runs) {
		f := field{joined(piece), piece}
		if f.Text == "" && !quoted {
			continue
		}
		f.Start, f.End = start, end
		dst = append(dst, f)
	}
	return dst
}

// word expands without splitting, as the shell does in assignments and redirections.
func (w walker) word(word *syntax.Word, st *state) Word {
	if word == nil || len(word.Parts) == 0 {
		return Word{Known: true}
	}
	runs := w.runs(nil, word.Parts, st, escapeAll, 0)
	value := joined(runs)
	value.Start, value.End = w.extent(word, runs)
	return value
}

// extent places a word. The parser lets a word end after a line continuation that
// follows it, so that a literal's own last byte is the better witness.
func (w walker) extent(word *syntax.Word, runs []run) (start, end int) {
	from, to := offset(word.Pos()), offset(word.End())
	if len(runs) > 0 {
		if _, ok := word.Parts[0].(*syntax.Lit); ok {
			from = runs[0].start
		}
		if _, ok := word.Parts[len(word.Parts)-1].(*syntax.Lit); ok {
			to = runs[len(runs)-1].end
		}
	}
	to = min(to, len(w.src.text))
	return w.src.start(min(from, to)), w.src.end(to)
}

func joined(runs []run) Word {
	if len(runs) == 1 {
		return Word{Text: runs[0].text, Known: runs[0].known}
	}
	var text strings.Builder
	all := true
	for _, r := range runs {
		text.WriteString(r.text)
		all = all && r.known
	}
	return Word{Text: text.String(), Known: all}
}

// split cuts runs into words at the blanks of unquoted expansions.
func split(runs []run) [][]run {
	var words [][]run
	var current []run
	cut := func() {
		if len(current) > 0 {
			words = append(words, current)
		}
		current = nil
	}
	for _, r := range runs {
		if !r.split || !strings.ContainsAny(r.text, " \t\n") {
			current = append(current, r)
			continue
		}
		if strings.IndexByte(" \t\n", r.text[0]) >= 0 {
			cut()
		}
		parts := strings.FieldsFunc(r.text, func(c rune) bool { return c == ' ' || c == '\t' || c == '\n' })
		for i, p := range parts {
			if i > 0 {
				cut()
			}
			piece := r
			piece.text = p
			current = append(current, piece)
		}
		if len(parts) > 0 && strings.IndexByte(" \t\n", r.text[len(r.text)-1]) >= 0 {
			cut()
		}
	}
	cut()
	return words
}

// escapeAll and escapeNone stand in for a list of the bytes that a backslash escapes.
const (
	escapeAll  = "*"
	escapeNone = ""
)

// runs appends the value of parts.
func (w walker) runs(dst []run, parts []syntax.WordPart, st *state, escapes string, depth int) []run {
	for _, part := range parts {
		switch x := part.(type) {
		case *syntax.Lit:
			dst = w.literal(dst, x.Value, offset(x.ValuePos), offset(x.ValueEnd), escapes)
		case *syntax.SglQuoted:
			dst = w.single(dst, x)
		case *syntax.DblQuoted:
			from := len(dst)
			dst = w.runs(dst, x.Parts, st, escapedInQuotes, depth)
			for i := from; i < len(dst); i++ {
				dst[i].split = false
			}
			if len(dst) == from {
				dst = append(dst, run{start: offset(x.Pos()), end: offset(x.End()), known: true})
			}
		case *syntax.ParamExp:
			value, ok := w.parameter(x, st, depth+1)
			if ok && w.spend(len(value)) {
				dst = append(dst, run{value, offset(x.Pos()), offset(x.End()), true, escapes == escapeAll})
				continue
			}
			dst = w.unresolved(dst, part)
		default:
			dst = w.unresolved(dst, part)
		}
	}
	return dst
}

func (w walker) unresolved(dst []run, part syntax.WordPart) []run {
	start, end := offset(part.Pos()), offset(part.End())
	return append(dst, run{text: w.src.slice(start, end), start: start, end: end})
}

func (w walker) single(dst []run, q *syntax.SglQuoted) []run {
	start, end := offset(q.Left)+1, offset(q.Right)
	if q.Dollar {
		return append(dst, run{text: ansiC(q.Value), start: offset(q.Left), end: end + 1, known: true})
	}
	from := len(dst)
	value := q.Value
	if w.continued {
		value = strings.ReplaceAll(value, "\\\n", "")
	}
	dst = w.literal(dst, value, start, end, escapeNone)
	if len(dst) == from {
		dst = append(dst, run{start: start, end: end, known: true})
	}
	return dst
}

// literal appends text that the parser read between two offsets, without its escapes.
func (w walker) literal(dst []run, value string, start, end int, escapes string) []run {
	at := align(value, w.src.slice(start, end))
	place := func(i int) int {
		if at == nil {
			return start + i
		}
		return start + at[i]
	}
	from := 0
	flush := func(to int) {
		if from < to {
			dst = append(dst, run{text: value[from:to], start: place(from), end: place(to-1) + 1, known: true})
		}
	}
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) && escapes != escapeNone && (escapes == escapeAll || strings.IndexByte(escapes, value[i+1]) >= 0) {
			flush(i)
			dst = append(dst, run{text: value[i+1 : i+2], start: place(i), end: place(i+1) + 1, known: true})
			i++
			from = i + 1
			continue
		}
		if at != nil && i > from && at[i] != at[i-1]+1 {
			flush(i)
			from = i
		}
	}
	flush(len(value))
	return dst
}

// align returns where each byte of value is in raw, which has line continuations and
// carriage returns that value has not. nil: they are equal.
func align(value, raw string) []int {
	if strings.HasPrefix(raw, value) {
		return nil
	}
	at := make([]int, len(value))
	j := 0
	for i := range len(value) {
		for j < len(raw) {
			if strings.HasPrefix(raw[j:], "\\\n") && !strings.HasPrefix(value[i:], "\\\n") {
				j += 2
				continue
			}
			if raw[j] == value[i] {
				break
			}
			j++
		}
		at[i] = min(j, max(len(raw)-1, 0))
		j++
	}
	return at
}

// heredoc expands the body of a here-document.
func (w walker) heredoc(r *syntax.Redirect, st *state) (Word, *source) {
	quoted := false
	for _, part := range r.Word.Parts {
		lit, ok := part.(*syntax.Lit)
		quoted = quoted || !ok || strings.Contains(w.src.slice(offset(lit.ValuePos), offset(lit.ValueEnd)), "\\")
	}
	escapes := escapedInHeredoc
	if quoted {
		escapes = escapeNone
	}
	runs := w.runs(nil, r.Hdoc.Parts, st, escapes, 0)
	if r.Op == syntax.DashHdoc {
		runs = withoutTabs(runs)
	}
	body := joined(runs)
	if len(runs) == 0 {
		body.Known = true
		at := offset(r.Hdoc.Pos())
		body.Start, body.End = w.src.start(at), w.src.start(at)
		return body, plainSource("", 0)
	}
	body.Start = w.src.start(min(offset(r.Hdoc.Pos()), runs[0].start))
	body.End = w.src.end(runs[len(runs)-1].end)
	return body, scriptOf(runs, w.src)
}

// withoutTabs removes the tabs that begin lines, as <<- asks for. What is left of the
// delimiter's own line, its tabs, goes with them.
func withoutTabs(runs []run) []run {
	var kept []run
	lineStart := true
	for _, r := range runs {
		if !r.known || r.end-r.start != len(r.text) {
			kept = append(kept, r)
			lineStart = false
			continue
		}
		for from := 0; from < len(r.text); {
			if lineStart {
				tabs := len(r.text[from:]) - len(strings.TrimLeft(r.text[from:], "\t"))
				from += tabs
				if from == len(r.text) {
					break
				}
			}
			to := len(r.text)
			if nl := strings.IndexByte(r.text[from:], '\n'); nl >= 0 {
				to = from + nl + 1
			}
			piece := r
			piece.text, piece.start, piece.end = r.text[from:to], r.start+from, r.start+to
			kept = append(kept, piece)
			lineStart = r.text[to-1] == '\n'
			from = to
		}
	}
	return kept
}

// ansiC decodes the inside of $'…'.
func ansiC(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		if c, ok := escapeByte(s[i]); ok {
			out = append(out, c)
			continue
		}
		switch c := s[i]; {
		case c == '\'' || c == '"' || c == '?':
			out = append(out, c)
		case c >= '0' && c <= '7':
			v, n := digits(s[i:], 3, 8)
			out, i = append(out, byte(v)), i+n-1
		case c == 'x' || c == 'u' || c == 'U':
			most := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			v, n := digits(s[i+1:], most, 16)
			switch {
			case n == 0:
				out = append(out, '\\', c)
			case c == 'x':
				out = append(out, byte(v))
			default:
				out = utf8.AppendRune(out, rune(v))
			}
			i += n
		default:
			out = append(out, '\\', c)
		}
	}
	return string(out)
}

// escapeByte returns what the letter after a backslash means in $'…', printf and echo -e.
func escapeByte(letter byte) (byte, bool) {
	const letters, bytes = `abefnrtv\`, "\a\b\x1b\f\n\r\t\v\\"
	i := strings.IndexByte(letters, letter)
	if i < 0 {
		return 0, false
	}
	return bytes[i], true
}

// digits reads up to most digits of a base and returns their value and number.
func digits(s string, most, base int) (value, n int) {
	for n < len(s) && n < most {
		d := strings.IndexByte("0123456789abcdef", s[n]|0x20)
		if s[n] <= '9' {
			d = strings.IndexByte("0123456789", s[n])
		}
		if d < 0 || d >= base {
			break
		}
		value = value*base + d
		n++
	}
	return value, n
}
