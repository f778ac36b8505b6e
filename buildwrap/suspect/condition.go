package suspect

import "strconv"

// tri is whether something is compiled on musl.
type tri int8

const (
	maybe tri = iota
	yes
	no
)

func (t tri) not() tri {
	switch t {
	case yes:
		return no
	case no:
		return yes
	}
	return maybe
}

// value is that of an expression, if it is known.
type value struct {
	n     int64
	known bool
}

func (v value) truth() tri {
	switch {
	case !v.known:
		return maybe
	case v.n != 0:
		return yes
	}
	return no
}

func valueOf(t tri) value {
	switch t {
	case yes:
		return value{1, true}
	case no:
		return value{0, true}
	}
	return value{}
}

// isDefined answers #ifdef.
func (s *scan) isDefined(i int) tri {
	for i < len(s.text) && classes[s.text[i]] == space {
		i++
	}
	start := i
	for i < len(s.text) && classes[s.text[i]]-letter <= digit-letter {
		i++
	}
	return s.defined(s.text[start:i])
}

// defined says whether a macro is defined on musl: one that glibc's headers alone define is not,
// unless the file has it itself.
func (s *scan) defined(word []byte) tri {
	if string(word) == "__cplusplus" {
		if s.cxx {
			return yes
		}
		return no
	}
	if m, ok := s.macros[string(word)]; ok {
		switch m.state {
		case defined:
			return yes
		case nowhere:
			return no
		}
		return maybe
	}
	n := find(word, hashOf(word), false)
	if n < 0 || s.own.has(n) {
		return maybe
	}
	switch kindOf(n) {
	case kindKnown:
		if infoOf(n)&infoMusl != 0 {
			return yes
		}
		return no
	case kindMacro, kindConstant:
		if e := entryOf(n); e.musl.empty() && e.info&infoKernel == 0 || e.info&infoOurs != 0 {
			return no
		}
	}
	return maybe
}

// evaluate answers #if.
func (s *scan) evaluate(i int) tri {
	e := expression{s: s, i: i, end: s.lineEnd(i)}
	return e.binary(0, 0).truth()
}

// expression is the reading of a condition. What it does not understand is not known.
type expression struct {
	s      *scan
	i, end int
}

// next returns the next token.
func (e *expression) next() []byte {
	text := e.s.text
	for e.i < e.end {
		switch c := text[e.i]; {
		case classes[c] == space || c == '\n':
			e.i++
		case c == '\\':
			e.i++
		case c == '/' && e.i+1 < e.end && (text[e.i+1] == '*' || text[e.i+1] == '/'):
			e.i = e.s.comment(e.i)
		case classes[c] == letter || classes[c] == digit:
			start := e.i
			for e.i < e.end && classes[text[e.i]]-letter <= digit-letter {
				e.i++
			}
			return text[start:e.i]
		default:
			n := 1
			if e.i+1 < e.end {
				switch string(text[e.i : e.i+2]) {
				case "&&", "||", "==", "!=", "<=", ">=", "<<", ">>":
					n = 2
				}
			}
			e.i += n
			return text[e.i-n : e.i]
		}
	}
	return nil
}

func (e *expression) look() []byte {
	i := e.i
	token := e.next()
	e.i = i
	return token
}

func strength(operator string) int {
	switch operator {
	case "||":
		return 1
	case "&&":
		return 2
	case "|", "^", "&":
		return 3
	case "==", "!=":
		return 4
	case "<", ">", "<=", ">=":
		return 5
	case "<<", ">>":
		return 6
	case "+", "-":
		return 7
	case "*", "/", "%":
		return 8
	}
	return 0
}

// binary reads operators that bind at least so strongly.
func (e *expression) binary(least, depth int) value {
	left := e.unary(depth)
	for {
		operator := string(e.look())
		s := strength(operator)
		if s == 0 || s <= least {
			if operator == "?" && least == 0 {
				e.i = e.end
				return value{}
			}
			return left
		}
		e.next()
		right := e.binary(s, depth+1)
		left = apply(operator, left, right)
	}
}

func apply(operator string, a, b value) value {
	truth := func(v bool) value {
		if v {
			return value{1, true}
		}
		return value{0, true}
	}
	switch operator {
	case "||":
		if a.truth() == yes || b.truth() == yes {
			return truth(true)
		}
	case "&&":
		if a.truth() == no || b.truth() == no {
			return truth(false)
		}
	}
	if !a.known || !b.known {
		return value{}
	}
	switch operator {
	case "||", "&&":
		return truth(a.n != 0 && b.n != 0)
	case "==":
		return truth(a.n == b.n)
	case "!=":
		return truth(a.n != b.n)
	case "<":
		return truth(a.n < b.n)
	case ">":
		return truth(a.n > b.n)
	case "<=":
		return truth(a.n <= b.n)
	case ">=":
		return truth(a.n >= b.n)
	case "+":
		return value{a.n + b.n, true}
	case "-":
		return value{a.n - b.n, true}
	case "*":
		return value{a.n * b.n, true}
	}
	return value{}
}

func (e *expression) unary(depth int) value {
	token := e.next()
	switch {
	case len(token) == 0 || depth > 100:
		e.i = e.end
		return value{}
	case token[0] == '!':
		return valueOf(e.unary(depth + 1).truth().not())
	case token[0] == '-':
		v := e.unary(depth + 1)
		v.n = -v.n
		return v
	case token[0] == '+':
		return e.unary(depth + 1)
	case token[0] == '(':
		v := e.binary(0, depth+1)
		if string(e.look()) == ")" {
			e.next()
		}
		return v
	case classes[token[0]] == digit:
		for len(token) > 1 && (token[len(token)-1]|0x20 == 'l' || token[len(token)-1]|0x20 == 'u') {
			token = token[:len(token)-1]
		}
		n, err := strconv.ParseInt(string(token), 0, 64)
		return value{n, err == nil}
	case string(token) == "defined":
		word := e.next()
		if string(word) == "(" {
			word = e.next()
			if string(e.look()) == ")" {
				e.next()
			}
		}
		return valueOf(e.s.defined(word))
	case string(token) == "__has_include":
		return e.hasInclude()
	case classes[token[0]] == letter:
		return e.macro(token)
	}
	return value{}
}

// macro is the value of a word.
func (e *expression) macro(word []byte) value {
	call := string(e.look()) == "("
	n := find(word, hashOf(word), false)
	if call {
		if n >= 0 && infoOf(n)&infoInCondition != 0 && e.s.live && !e.s.own.has(n) {
			e.s.use(n)
		}
		for depth := 0; e.i < e.end; {
			token := string(e.next())
			if token == "(" {
				depth++
			} else if token == ")" {
				if depth--; depth == 0 {
					break
				}
			}
		}
	}
	if m, ok := e.s.macros[string(word)]; ok && m.state == defined {
		return value{m.n, !call}
	}
	switch e.s.defined(word) {
	case no:
		return value{0, true}
	case yes:
		return value{1, !call && n >= 0}
	}
	return value{}
}

func (e *expression) hasInclude() value {
	text := e.s.text[e.i:e.end]
	start := 0
	for start < len(text) && text[start] != '<' && text[start] != '"' {
		start++
	}
	length := 0
	for start+length < len(text) && text[start+length] != '>' && (length == 0 || text[start+length] != '"') {
		length++
	}
	if length == 0 || text[start] != '<' {
		return value{}
	}
	name := text[start : start+length]
	for e.i < e.end && string(e.next()) != ")" {
	}
	if n := find(name, hashOf(name), false); n >= 0 && infoOf(n)&infoMusl == 0 {
		return value{0, true}
	}
	return value{}
}
