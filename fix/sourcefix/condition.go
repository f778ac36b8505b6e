package sourcefix

import (
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// value is what an expression of a condition comes to on a musl system, where that can be told.
type value struct {
	known bool
	n     int64
}

func truth(b bool) value {
	if b {
		return value{true, 1}
	}
	return value{true, 0}
}

// no and yes report whether it is certain.
func (v value) no() bool  { return v.known && v.n == 0 }
func (v value) yes() bool { return v.known && v.n != 0 }

// predefined says of a macro whether compilers define it on a musl system.
func predefined(name string) (defined, known bool) {
	switch name {
	case "__linux__", "__linux", "__unix__", "__unix", "__GNUC__", "__ELF__":
		return true, true
	case "__GLIBC__", "__GLIBC_MINOR__", "__GLIBC_PREREQ", "__GNU_LIBRARY__", "__gnu_linux__", "__UCLIBC__", "__BIONIC__", "__ANDROID__", "ANDROID",
		"_WIN32", "__WIN32__", "WIN32", "_WIN64", "WIN64", "__CYGWIN__", "__MINGW32__", "__MINGW64__", "_MSC_VER", "__MSDOS__", "__DJGPP__", "__OS2__",
		"__APPLE__", "__MACH__", "__FreeBSD__", "__NetBSD__", "__OpenBSD__", "__DragonFly__", "__FreeBSD_kernel__", "__bsdi__",
		"__sun", "__sun__", "sun", "__svr4__", "__SVR4", "_AIX", "__hpux", "hpux", "__sgi", "__osf__", "__HAIKU__", "__BEOS__", "__QNX__", "__QNXNTO__",
		"__GNU__", "__VMS", "VMS", "__EMSCRIPTEN__", "__wasi__", "__Fuchsia__":
		return false, true
	}
	return false, foreign(name)
}

// foreign reports whether a project's macro says by its name that another system is compiled for:
// GF_BSD_HOST_OS, OS_WINDOWS. What a configure script looks for, and what asks headers for more,
// says no such thing.
func foreign(name string) bool {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '_' })
	if len(words) < 2 {
		return false
	}
	switch words[0] {
	case "HAVE", "HAS", "USE", "USING", "WITH", "WANT", "NEED", "ENABLE", "NO", "SUPPORT":
		return false
	}
	switch words[len(words)-1] {
	case "SOURCE", "VISIBLE", "COMPAT":
		return false
	}
	for _, word := range words {
		switch word {
		case "BSD", "FREEBSD", "NETBSD", "OPENBSD", "DRAGONFLY", "DARWIN", "MACOS", "MACOSX", "OSX", "APPLE", "SOLARIS", "SUNOS", "AIX", "HPUX", "IRIX", "CYGWIN",
			"MINGW", "MINGW32", "MINGW64", "WINDOWS", "WIN32", "WIN64", "HAIKU", "QNX", "VMS", "MSDOS", "ANDROID", "EMSCRIPTEN":
			return true
		}
	}
	return false
}

// conditions evaluates the conditions of a file.
type conditions struct {
	file *csource.File
	// absent are macros of the C library that musl is known to lack.
	absent map[string]bool
	judged []bool // for each branch whether it is dead, nil before that was asked
}

// branch is what the condition of one branch alone comes to.
func (c *conditions) branch(b csource.Branch) value {
	switch b.Name {
	case "else":
		return value{true, 1}
	case "ifdef", "ifndef", "elifdef", "elifndef":
		if len(b.Condition) == 0 {
			return value{}
		}
		v := c.defined(c.file.Spelling(b.Condition[0]))
		if v.known && strings.HasSuffix(b.Name, "ndef") {
			return truth(v.n == 0)
		}
		return v
	}
	e := expression{conditions: c, tokens: b.Condition}
	v := e.ternary()
	if len(e.tokens) > 0 { // something that this does not understand
		return value{}
	}
	return v
}

func (c *conditions) defined(name string) value {
	if defined, known := predefined(name); known {
		return truth(defined)
	}
	if c.absent[name] {
		return truth(false)
	}
	return value{}
}

// dead reports whether an offset is in a branch that no compiler takes on a musl system.
func (c *conditions) dead(offset int) bool {
	i := c.file.BranchAt(offset)
	if i < 0 {
		return false
	}
	if c.judged == nil {
		c.judge()
	}
	return c.judged[i]
}

// judge finds the dead branches: those in a dead one, those whose own condition does not hold,
// and those behind one of the same chain whose condition does.
func (c *conditions) judge() {
	all := c.file.Branches()
	c.judged = make([]bool, len(all))
	taken := make([]bool, len(all)) // by the first branch of the chain
	for i, b := range all {
		v := c.branch(b)
		c.judged[i] = v.no() || taken[b.Chain] || b.Parent >= 0 && c.judged[b.Parent]
		taken[b.Chain] = taken[b.Chain] || b.Name != "else" && v.yes()
	}
}

// expression reads a condition from its tokens. Whatever it cannot know is unknown, and makes
// unknown what depends on it.
type expression struct {
	*conditions
	tokens []csource.Token
	depth  int
}

func (e *expression) peek() string {
	if len(e.tokens) == 0 {
		return ""
	}
	return e.file.Spelling(e.tokens[0])
}

func (e *expression) take(spelling string) bool {
	if e.peek() != spelling || len(e.tokens) == 0 {
		return false
	}
	e.tokens = e.tokens[1:]
	return true
}

func (e *expression) ternary() value {
	if e.depth++; e.depth > 100 {
		e.tokens = nil
		return value{}
	}
	defer func() { e.depth-- }()
	v := e.binary(0)
	if !e.take("?") {
		return v
	}
	a := e.ternary()
	if !e.take(":") {
		e.tokens = nil
		return value{}
	}
	b := e.ternary()
	switch {
	case v.yes():
		return a
	case v.no():
		return b
	}
	return value{}
}

// levels are the binary operators, those that bind least first.
var levels = [...]string{"||", "&&", "|", "^", "&", "== !=", "<= >= < >", "<< >>", "+ -", "* / %"}

func (e *expression) binary(level int) value {
	if level == len(levels) {
		return e.unary()
	}
	a := e.binary(level + 1)
	for {
		op := e.peek()
		if op == "" || e.tokens[0].Kind != csource.Punct || !contains(levels[level], op) {
			return a
		}
		e.tokens = e.tokens[1:]
		a = apply(op, a, e.binary(level+1))
	}
}

// contains reports whether a word is among some that are separated by spaces.
func contains(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}

func apply(op string, a, b value) value {
	switch op {
	case "||":
		if a.yes() || b.yes() {
			return truth(true)
		}
	case "&&":
		if a.no() || b.no() {
			return truth(false)
		}
	}
	if !a.known || !b.known {
		return value{}
	}
	switch op {
	case "||", "&&": // what is left decides nothing else
		return truth(op == "&&")
	case "|":
		return value{true, a.n | b.n}
	case "^":
		return value{true, a.n ^ b.n}
	case "&":
		return value{true, a.n & b.n}
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
		return value{true, a.n + b.n}
	case "-":
		return value{true, a.n - b.n}
	case "*":
		return value{true, a.n * b.n}
	}
	return value{} // shifts and divisions are not worth their traps
}

func (e *expression) unary() value {
	if e.depth++; e.depth > 100 {
		e.tokens = nil
		return value{}
	}
	defer func() { e.depth-- }()
	switch {
	case len(e.tokens) == 0:
		return value{}
	case e.take("!"):
		v := e.unary()
		return value{v.known, truth(v.n == 0).n}
	case e.take("-"):
		v := e.unary()
		return value{v.known, -v.n}
	case e.take("+"):
		return e.unary()
	case e.take("~"):
		v := e.unary()
		return value{v.known, ^v.n}
	case e.take("("):
		v := e.ternary()
		if !e.take(")") {
			e.tokens = nil
			return value{}
		}
		return v
	}
	t := e.tokens[0]
	word := e.peek()
	e.tokens = e.tokens[1:]
	switch t.Kind {
	case csource.Number:
		n, err := strconv.ParseInt(strings.TrimRight(strings.ReplaceAll(word, "'", ""), "uUlL"), 0, 64)
		return value{err == nil, n}
	case csource.Ident:
		return e.identifier(word)
	}
	e.tokens = nil
	return value{}
}

func (e *expression) identifier(word string) value {
	switch word {
	case "defined":
		paren := e.take("(")
		name := e.peek()
		if name != "" {
			e.tokens = e.tokens[1:]
		}
		if paren && !e.take(")") {
			e.tokens = nil
			return value{}
		}
		return e.defined(name)
	case "__has_include":
		name := ""
		for _, t := range e.arguments() {
			if t.Kind == csource.HeaderName {
				name = e.file.Spelling(t)
			}
		}
		if !strings.HasPrefix(name, "<") {
			return value{}
		}
		switch h, ok := facts.LookupHeader(name[1 : len(name)-1]); {
		case ok && h.State == "no":
			return truth(false)
		case ok && h.State != "package":
			return truth(true)
		}
		return value{}
	case "true":
		return truth(true)
	case "false":
		return truth(false)
	}
	called := e.peek() == "("
	if called {
		e.arguments()
	}
	if v := e.defined(word); v.no() {
		return value{true, 0}
	}
	return value{}
}

// arguments takes what stands in parentheses.
func (e *expression) arguments() []csource.Token {
	if !e.take("(") {
		return nil
	}
	from := e.tokens
	for depth := 1; len(e.tokens) > 0; e.tokens = e.tokens[1:] {
		switch e.peek() {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				list := from[:len(from)-len(e.tokens)]
				e.tokens = e.tokens[1:]
				return list
			}
		}
	}
	return from
}
