package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// call reads a simple command; x is nil for redirections alone.
func (w walker) call(x *syntax.CallExpr, redirs []*syntax.Redirect, st *state, cx context) span {
	c := &Command{Redirects: w.redirects(redirs, st)}
	var fields []field
	if x != nil {
		for _, a := range x.Assigns {
			c.Assigns = append(c.Assigns, w.assign(a, st))
		}
		for _, arg := range x.Args {
			fields = w.fields(fields, arg, st)
		}
	}
	if len(fields) == 0 {
		for _, a := range c.Assigns {
			st.assign(a, false)
		}
	}
	substituted := cx
	substituted.tolerated = cx.tolerated || len(fields) > 0
	substituted.last = cx.last && len(fields) == 0
	return w.simple(c, fields, st, cx, func() {
		if x != nil {
			w.substitutions(x, st, substituted, c)
		}
		for _, r := range redirs {
			w.substitutions(r, st, substituted, c)
		}
	})
}

// declare reads export, local, readonly and the like, which the parser sets apart.
func (w walker) declare(x *syntax.DeclClause, redirs []*syntax.Redirect, st *state, cx context) span {
	c := &Command{Redirects: w.redirects(redirs, st)}
	variant := x.Variant
	fields := []field{{Word{variant.Value, true, w.src.start(offset(variant.Pos())), w.src.end(offset(variant.End()))}, nil}}
	for _, a := range x.Args {
		if a.Naked && a.Name == nil {
			fields = w.fields(fields, a.Value, st)
			continue
		}
		fields = append(fields, field{Word: w.declaration(a, st)})
	}
	substituted := cx
	substituted.tolerated, substituted.last = true, false
	return w.simple(c, fields, st, cx, func() { w.substitutions(x, st, substituted, c) })
}

// declaration returns an argument of export as the word that it is to other shells.
func (w walker) declaration(a *syntax.Assign, st *state) Word {
	word := Word{Text: a.Name.Value, Known: true, Start: w.src.start(offset(a.Pos())), End: w.src.end(offset(a.End()))}
	if a.Naked {
		return word
	}
	value := w.assign(a, st)
	op := "="
	if a.Append {
		op = "+="
	}
	word.Text += op + value.Value.Text
	word.Known = value.Value.Known
	word.End = max(value.Value.End, word.Start)
	return word
}

// test reads [[ … ]] as a command whose words are its operands.
func (w walker) test(x *syntax.TestClause, redirs []*syntax.Redirect, st *state, cx context) span {
	c := &Command{Redirects: w.redirects(redirs, st)}
	at := func(text string, start int) field {
		return field{Word: Word{text, true, w.src.start(start), w.src.end(start + len(text))}}
	}
	fields := []field{at("[[", offset(x.Left))}
	syntax.Walk(x.X, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Word:
			fields = append(fields, field{Word: w.word(n, st)})
			return false
		case *syntax.UnaryTest:
			fields = append(fields, at(n.Op.String(), offset(n.OpPos)))
		}
		return true
	})
	fields = append(fields, at("]]", offset(x.Right)))
	substituted := cx
	substituted.tolerated, substituted.last = true, false
	return w.simple(c, fields, st, cx, func() { w.substitutions(x, st, substituted, c) })
}

func (w walker) assign(a *syntax.Assign, st *state) Assign {
	out := Assign{Append: a.Append, Start: w.src.start(offset(a.Pos()))}
	if a.Name != nil {
		out.Name = a.Name.Value
	}
	switch {
	case a.Array != nil || a.Index != nil:
		start, end := offset(a.Pos()), offset(a.End())
		out.Value = Word{Text: w.src.slice(start, end), Start: out.Start, End: w.src.end(end)}
	case a.Value != nil:
		out.Value = w.word(a.Value, st)
	default:
		end := w.src.end(offset(a.End()))
		out.Value = Word{Known: true, Start: end, End: end}
	}
	out.End = out.Value.End
	return out
}

// assignmentOf reads a word such as A=b, as env and export take it.
func (w walker) assignmentOf(word Word) (Assign, bool) {
	name, text, ok := strings.Cut(word.Text, "=")
	if !ok {
		return Assign{}, false
	}
	a := Assign{Start: word.Start, End: word.End}
	a.Name, a.Append = strings.CutSuffix(name, "+")
	if !syntax.ValidName(a.Name) {
		return Assign{}, false
	}
	a.Value = Word{Text: text, Known: word.Known}
	a.Value.Start, a.Value.End = w.tail(word, len(name)+1)
	return a, true
}

// tail returns the place of word.Text[n:], the whole word's when it is not spelled out.
func (w walker) tail(word Word, n int) (start, end int) {
	spelled := strings.HasPrefix(w.raw(word.Start, word.End), word.Text[:n])
	if w.text == "" { // the exec form: only lengths tell
		switch word.End - word.Start {
		case len(word.Text):
			spelled = true
		case len(word.Text) + len(`""`):
			return word.Start + 1 + n, word.End - 1
		}
	}
	if spelled {
		return word.Start + n, word.End
	}
	return word.Start, word.End
}

func (s *state) assign(a Assign, export bool) {
	value := a.Value
	if a.Append {
		old, p := s.lookup(a.Name)
		value.Text = old + value.Text
		value.Known = value.Known && p == known
	}
	s.set(a.Name, value, export)
}

// simple completes a command and lets it act: deliver it, walk what its words
// substitute, read what it carries, and change the shell's state.
func (w walker) simple(c *Command, fields []field, st *state, cx context, substitute func()) span {
	if len(fields) == 0 && len(c.Assigns) == 0 && len(c.Redirects) == 0 {
		substitute()
		return span{}
	}
	c.Redirects = merge(c.Redirects, cx.group)
	w.deliver(c, fields, st, cx)
	if before := cx.stdin.last; before != nil {
		c.PipeFrom, c.pipedAlone = before, cx.stdin.count == 1
		before.PipeTo = c
	}
	substitute()
	w.carry(c, fields, st, cx)
	if len(c.Wrappers) == 0 {
		w.act(c, st)
	}
	return span{c, c, 1}
}

// deliver reads the words of a command and adds it to the script.
func (w walker) deliver(c *Command, fields []field, st *state, cx context) {
	words := make([]Word, len(fields))
	for i := range fields {
		words[i] = fields[i].Word
	}
	w.unwrap(c, words)
	w.readFlags(c)
	switch {
	case len(c.Assigns) > 0 && len(c.Words) > 0:
		c.Start, c.End = min(c.Assigns[0].Start, c.Words[0].Start), c.Words[len(c.Words)-1].End
	case len(c.Words) > 0:
		c.Start, c.End = c.Words[0].Start, c.Words[len(c.Words)-1].End
	case len(c.Assigns) > 0:
		c.Start, c.End = c.Assigns[0].Start, c.Assigns[len(c.Assigns)-1].End
	default:
		c.Start, c.End = c.Redirects[0].Start, c.Redirects[0].End
	}
	switch c.Name {
	case "export", "declare", "local", "readonly", "typeset":
		for _, word := range c.Operands {
			if a, ok := w.assignmentOf(word); ok {
				c.Assigns = append(c.Assigns, a)
			}
		}
	}
	c.Parent, c.Conditional, c.Guard, c.Tolerated, c.Last = cx.parent, cx.conditional, cx.guard, cx.tolerated, cx.last
	c.Dir, c.ErrExit, c.PipeFail, c.exports = st.dir, st.errExit, st.pipeFail, st.exports
	w.script.Commands = append(w.script.Commands, c)
}

// act changes the state as the shell's own commands do.
func (w walker) act(c *Command, st *state) {
	switch c.Name {
	case "cd":
		st.chdir(first(c.Operands))
	case "pushd":
		st.dirs = append(st.dirs, st.dir)
		st.chdir(first(c.Operands))
	case "popd":
		st.dir = "?"
		if n := len(st.dirs); n > 0 {
			st.dir, st.dirs = st.dirs[n-1], st.dirs[:n-1]
		}
	case "export", "declare", "local", "readonly", "typeset":
		export := c.Name == "export" || c.HasFlag("x")
		for _, word := range c.Operands {
			if a, ok := w.assignmentOf(word); ok {
				st.assign(a, export)
			} else if v, ok := st.find(word.Text); ok && export {
				st.set(word.Text, v.value, true)
			}
		}
	case "unset":
		for _, word := range c.Operands {
			st.unset(word.Text)
		}
	case "read", "mapfile", "readarray", "getopts":
		for _, word := range c.Operands {
			if syntax.ValidName(word.Text) {
				st.set(word.Text, Word{}, false)
			}
		}
	case "printf":
		if len(c.Words) > 2 && c.Words[1].Text == "-v" {
			st.set(c.Words[2].Text, Word{}, false)
		}
	case "set":
		st.options(c.Words[1:])
	case ".", "source":
		st.sourced(first(c.Operands).Text)
	}
}

func first(words []Word) Word {
	if len(words) == 0 {
		return Word{}
	}
	return words[0]
}

// options follows the words of set, or of a shell's command line, up to the first operand.
func (s *state) options(words []Word) {
	for i := 0; i < len(words); i++ {
		text := words[i].Text
		if len(text) < 2 || (text[0] != '-' && text[0] != '+') || text == "--" {
			return
		}
		on := text[0] == '-'
		if strings.HasPrefix(text, "--") {
			continue
		}
		if strings.Contains(text[1:], "e") {
			s.errExit = on
		}
		if strings.Contains(text[1:], "o") && i+1 < len(words) {
			i++
			switch words[i].Text {
			case "errexit":
				s.errExit = on
			case "pipefail":
				s.pipeFail = on
			}
		}
	}
}

// sourced makes unknown what well-known files set when a script sources them.
func (s *state) sourced(file string) {
	if !strings.HasSuffix(file, "-release") {
		return
	}
	for _, name := range strings.Fields("ID ID_LIKE NAME VERSION VERSION_ID VERSION_CODENAME PRETTY_NAME UBUNTU_CODENAME DISTRIB_ID DISTRIB_RELEASE DISTRIB_CODENAME") {
		s.set(name, Word{}, false)
	}
}
