package shell

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// parameter returns the value of an expansion such as $A, ${A:-b} or ${A##*/}.
func (w walker) parameter(p *syntax.ParamExp, st *state, depth int) (string, bool) {
	if p.Param == nil || p.Excl || p.Width || p.Index != nil || p.Names != 0 || depth > maxExpansions {
		return "", false
	}
	value, presence := st.lookup(p.Param.Value)
	if p.Exp != nil {
		return w.operator(p.Exp, p.Param.Value, value, presence, st, depth)
	}
	if presence != known {
		return "", false
	}
	switch {
	case p.Length:
		return strconv.Itoa(utf8.RuneCountInString(value)), true
	case p.Slice != nil:
		return substring(value, p.Slice)
	case p.Repl != nil:
		return w.replace(value, p.Repl, st, depth)
	}
	return value, true
}

// operator applies the operator of ${name<op>word}.
func (w walker) operator(e *syntax.Expansion, name, value string, p presence, st *state, depth int) (string, bool) {
	if p == unknown {
		return "", false
	}
	set := p == known
	switch e.Op {
	case syntax.DefaultUnsetOrNull, syntax.AlternateUnsetOrNull, syntax.AssignUnsetOrNull, syntax.ErrorUnsetOrNull:
		set = set && value != ""
	}
	switch e.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if set {
			return value, true
		}
		return w.operand(e.Word, st, depth)
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if set {
			return value, true
		}
		fallback, ok := w.operand(e.Word, st, depth)
		st.set(name, Word{Text: fallback, Known: ok}, false)
		return fallback, ok
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if p != known {
			return "", false // the base image may well set it
		}
		if !set {
			return "", true
		}
		return w.operand(e.Word, st, depth)
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		return value, set
	}
	if !set {
		return "", false
	}
	switch e.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		pattern, ok := w.pattern(e.Word, st, depth)
		if !ok {
			return "", false
		}
		return w.trim(value, pattern, e.Op)
	case syntax.UpperAll, syntax.LowerAll, syntax.UpperFirst, syntax.LowerFirst:
		if e.Word != nil && len(e.Word.Parts) > 0 {
			return "", false
		}
		return recase(value, e.Op), true
	}
	return "", false
}

func (w walker) operand(word *syntax.Word, st *state, depth int) (string, bool) {
	if word == nil {
		return "", true
	}
	value := joined(w.runs(nil, word.Parts, st, escapeAll, depth))
	return value.Text, value.Known || len(word.Parts) == 0
}

// pattern returns a word as a glob in which quoted characters are escaped.
func (w walker) pattern(word *syntax.Word, st *state, depth int) (string, bool) {
	if word == nil {
		return "", true
	}
	var out strings.Builder
	for _, part := range word.Parts {
		if lit, ok := part.(*syntax.Lit); ok {
			out.WriteString(lit.Value)
			continue
		}
		value := joined(w.runs(nil, []syntax.WordPart{part}, st, escapeAll, depth))
		if !value.Known {
			return "", false
		}
		if _, ok := part.(*syntax.ParamExp); ok {
			out.WriteString(value.Text)
			continue
		}
		for i := range len(value.Text) {
			out.WriteByte('\\')
			out.WriteByte(value.Text[i])
		}
	}
	return out.String(), true
}

// trim removes the shortest or longest match of pattern from one end of value.
func (w walker) trim(value, pattern string, op syntax.ParExpOperator) (string, bool) {
	large := op == syntax.RemLargePrefix || op == syntax.RemLargeSuffix
	prefix := op == syntax.RemSmallPrefix || op == syntax.RemLargePrefix
	for n := range len(value) + 1 {
		cut := n // bytes removed
		if large {
			cut = len(value) - n
		}
		head, tail := value[:cut], value[cut:]
		if !prefix {
			tail, head = value[:len(value)-cut], value[len(value)-cut:]
		}
		matched, ok := w.glob(pattern, head)
		if !ok {
			return "", false
		}
		if matched {
			return tail, true
		}
	}
	return value, true
}

func (w walker) replace(value string, r *syntax.Replace, st *state, depth int) (string, bool) {
	with, ok := w.operand(r.With, st, depth)
	pattern, literal := w.pattern(r.Orig, st, depth)
	if !ok || !literal || pattern == "" {
		return "", false
	}
	anchor := pattern[0]
	if !r.All && (anchor == '#' || anchor == '%') {
		pattern = pattern[1:]
	} else {
		anchor = 0
	}
	old, literal := literalGlob(pattern)
	if !literal || old == "" || strings.Count(value, old)*len(with) > maxValue {
		return "", false
	}
	switch {
	case r.All:
		return strings.ReplaceAll(value, old, with), true
	case anchor == '#' && strings.HasPrefix(value, old):
		return with + value[len(old):], true
	case anchor == '%' && strings.HasSuffix(value, old):
		return value[:len(value)-len(old)] + with, true
	case anchor != 0:
		return value, true
	}
	return strings.Replace(value, old, with, 1), true
}

// literalGlob returns the only string that pattern matches.
func literalGlob(pattern string) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '*' || c == '?' || c == '[':
			return "", false
		case c == '\\' && i+1 < len(pattern):
			i++
		}
		out.WriteByte(pattern[i])
	}
	return out.String(), true
}

// glob reports whether pattern matches all of s. ok is false when that cannot be told, or
// not within what one script may cost.
func (w walker) glob(pattern, s string) (matched, ok bool) {
	p, i := 0, 0
	star, retry := -1, 0 // after the last *, and where it may match more from
	for i < len(s) || p < len(pattern) {
		if !w.spend(1) {
			return false, false
		}
		if p < len(pattern) && pattern[p] == '*' {
			p++
			star, retry = p, i
			continue
		}
		if p < len(pattern) && pattern[p] == '[' {
			return false, false
		}
		if p < len(pattern) && i < len(s) {
			literal := p
			if pattern[p] == '\\' && p+1 < len(pattern) {
				literal++
			}
			if pattern[p] == '?' || pattern[literal] == s[i] {
				p, i = literal+1, i+1
				continue
			}
		}
		if star < 0 || retry >= len(s) {
			return false, true
		}
		retry++
		p, i = star, retry
	}
	return true, true
}

func substring(value string, s *syntax.Slice) (string, bool) {
	from, ok := constant(s.Offset)
	if !ok || from > len(value) {
		return "", false
	}
	value = value[from:]
	if s.Length == nil {
		return value, true
	}
	n, ok := constant(s.Length)
	return value[:min(n, len(value))], ok
}

// constant returns a written non-negative number; no offset is 0.
func constant(x syntax.ArithmExpr) (int, bool) {
	if x == nil {
		return 0, true
	}
	word, ok := x.(*syntax.Word)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(word.Lit(), 10, 31)
	return int(n), err == nil
}

func recase(value string, op syntax.ParExpOperator) string {
	_, n := utf8.DecodeRuneInString(value)
	switch op {
	case syntax.UpperAll:
		return strings.ToUpper(value)
	case syntax.LowerAll:
		return strings.ToLower(value)
	case syntax.UpperFirst:
		return strings.ToUpper(value[:n]) + value[n:]
	}
	return strings.ToLower(value[:n]) + value[n:]
}
