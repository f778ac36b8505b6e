package shell

import "strings"

// carry reads the scripts and commands that a command carries in its words or takes from
// its standard input.
func (w walker) carry(c *Command, fields []field, st *state, cx context) {
	if cx.carried >= maxCarried || len(c.Words) == 0 {
		return
	}
	cx.carried++
	cx.parent, cx.stdin = c, span{}
	cx.group = without(grouped(append([]Redirect(nil), c.Redirects...)), 0)
	at := len(fields) - len(c.Words) // of the program's name
	own := fields[at:]
	switch c.Name {
	case "sh", "bash", "ash", "dash", "ksh", "zsh", "mksh":
		w.shell(c, own, st, cx)
	case "su", "runuser":
		if f, ok := c.Flag("c", "command"); ok {
			w.embedded(w.valueScript(own, f), st.spawn(c), cx)
		}
	case "eval":
		if len(own) > 1 {
			w.embedded(w.joinedScript(own[1:]), st, cx)
		}
	case "find":
		for _, action := range actions(own) {
			w.carried(&Command{}, holed(action, "{}"), st, cx)
		}
	case "xargs":
		hole := "{}"
		if f, ok := c.Flag("I", "i", "replace"); ok && f.Value != "" {
			hole = f.Value
		}
		w.carried(&Command{}, holed(own[c.first:], hole), st, cx)
	default:
		if f, ok := c.Flag("c", "call"); ok && f.HasValue && (c.Name == "npx" || c.Sub == "exec") {
			w.embedded(w.valueScript(own, f), st.spawn(c), cx)
			return
		}
		if g := grammarOf(c.Name, c.Sub); g.has("run") {
			w.carried(&Command{}, own[min(c.first+g.count("run"), len(own)):], st, cx)
		}
	}
}

// shell reads the script of sh -c, or the one that a shell reads from standard input.
func (w walker) shell(c *Command, own []field, st *state, cx context) {
	inner := st.spawn(c)
	inner.options(c.Words[1:])
	if c.HasFlag("c") {
		if c.first < len(own) {
			w.embedded(scriptOf(own[c.first].runs, w.src), inner, cx)
		}
		return
	}
	if c.first < len(own) && own[c.first].Text != "-" && !c.HasFlag("s") {
		return // a script file
	}
	for i := len(c.Redirects) - 1; i >= 0; i-- {
		r := &c.Redirects[i]
		if r.FD != 0 {
			continue
		}
		switch {
		case r.body != nil:
			w.embedded(r.body, inner, cx)
		case r.Op == "<<<":
			w.embedded(w.located(r.Target), inner, cx)
		}
		return
	}
	if c.PipeFrom != nil && c.pipedAlone {
		w.embedded(w.piped(c.PipeFrom), inner, cx)
	}
}

// piped returns what a command writes as a script, empty when that is not known.
func (w walker) piped(c *Command) *source {
	if r, ok := c.stdin(); ok && c.Name == "cat" && r.body != nil {
		return r.body // unlike Output it may have unknown parts
	}
	word := c.content()
	text, ok := c.Output()
	if !ok {
		return plainSource("", 0)
	}
	word.Text = strings.TrimSuffix(text, "\n")
	return w.located(word)
}

// spawn returns the state of a new shell that a command starts: only the environment is
// handed on.
func (s *state) spawn(c *Command) *state {
	outside := s.outside
	return &state{vars: &scope{}, dir: s.dir, exports: s.exports, blind: s.blind, outside: func(name string) (string, presence) {
		value, found := c.environment(name)
		switch {
		case !found:
			return outside(name)
		case !value.set:
			return "", absent
		case value.value.Known:
			return value.value.Text, known
		}
		return "", unknown
	}}
}

// embedded reads a script inside the script. What cannot be read is left out: it may be
// written for another program, or lack a part that is not known.
func (w walker) embedded(src *source, st *state, cx context) {
	if src.text == "" || !w.spend(parseCost*len(src.text)) {
		return
	}
	if file, err := parse(src.text); err == nil {
		walker{w.reader, src}.stmts(file.Stmts, st, cx)
	}
}

// carried reads words that are a command of their own.
func (w walker) carried(c *Command, fields []field, st *state, cx context) {
	if len(fields) == 0 || !w.spend(len(fields)) {
		return
	}
	c.Redirects = cx.group
	w.deliver(c, fields, st, cx)
	w.carry(c, fields, st, cx)
}

// located places text that is spelled out somewhere in its word's place.
func (w walker) located(word Word) *source {
	src := plainSource(word.Text, word.Start)
	if i := strings.Index(w.raw(word.Start, word.End), word.Text); i >= 0 {
		src.segments[0].start += i
		src.segments[0].end += i
		return src
	}
	src.segments[0] = segment{0, word.Start, word.End, false}
	return src
}

// valueScript returns a flag's value as a script.
func (w walker) valueScript(fields []field, f Flag) *source {
	for _, own := range fields {
		if own.Start == f.ValueStart && own.End == f.ValueEnd && own.runs != nil {
			return scriptOf(own.runs, w.src)
		}
	}
	return w.located(Word{Text: f.Value, Start: f.ValueStart, End: f.ValueEnd})
}

// joinedScript joins words with blanks, as eval does.
func (w walker) joinedScript(fields []field) *source {
	var runs []run
	for i, f := range fields {
		if len(f.runs) == 0 {
			continue
		}
		if i > 0 {
			at := f.runs[0].start
			runs = append(runs, run{text: " ", start: at, end: at, known: true})
		}
		runs = append(runs, f.runs...)
	}
	return scriptOf(runs, w.src)
}

// actions returns the commands of find's -exec and its kin.
func actions(fields []field) [][]field {
	var all [][]field
	for i := 1; i < len(fields); i++ {
		if !isAction(fields[i].Text) {
			continue
		}
		from := i + 1
		for i++; i < len(fields) && !endsAction(fields[i-1].Text, fields[i].Text); i++ {
		}
		all = append(all, fields[from:min(i, len(fields))])
	}
	return all
}

func isAction(word string) bool {
	switch word {
	case "-exec", "-execdir", "-ok", "-okdir":
		return true
	}
	return false
}

func endsAction(before, word string) bool { return word == ";" || word == "+" && before == "{}" }

// holed marks the words that xargs or find fills in as unknown.
func holed(fields []field, hole string) []field {
	out := make([]field, len(fields))
	for i, f := range fields {
		f.Known = f.Known && !strings.Contains(f.Text, hole)
		out[i] = f
	}
	return out
}
