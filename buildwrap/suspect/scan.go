package suspect

import (
	"bytes"
	"strconv"
)

// page is what one source or header says, as far as it matters.
type page struct {
	includes []include // in code that may be compiled on musl
	used     []uint16  // entries, where a declaration is needed, in code that may be compiled on musl
	own      []uint16  // entries that are declared or defined here
	watched  []string  // words that were to be watched for, in code that may be compiled on musl
}

type include struct {
	name   string
	quoted bool
}

// bits marks entries, for one scan.
type bits [(1 << 13) / 64]uint64

func (b *bits) add(n int) bool {
	old := b[n>>6]
	b[n>>6] |= 1 << (n & 63)
	return b[n>>6] != old
}

func (b *bits) has(n int) bool { return b[n>>6]>>(n&63)&1 != 0 }

// What a byte is to the scan.
const (
	plain = iota
	letter
	digit
	space
	special
)

// classes says it. Bytes of UTF-8 are letters: no name of libc has one.
var classes = func() (classes [256]uint8) {
	for c := range classes {
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '$' || c >= 0x80:
			classes[c] = letter
		case '0' <= c && c <= '9':
			classes[c] = digit
		}
	}
	for _, c := range " \t\r\f\v" {
		classes[c] = space
	}
	for _, c := range "\n/\"'#{}()\\" {
		classes[c] = special
	}
	return classes
}()

// scan is the reading of one text.
type scan struct {
	text      []byte
	cxx       bool
	page      page
	used, own bits
	macros    macros              // of the unit, up to here
	watch     map[string]bool     // words, mostly nil
	reach     func(include)       // is told of an #include when it comes
	saw       func(n, offset int) // is told of every use, and of it where it is
	includeAt int                 // where the #include is that reach is told of

	chain []branch
	live  bool // the code here may be compiled on musl

	end       int  // of the macro that is read, 0 outside
	braces    int  // open, those of extern "C" left out
	parens    int  // open
	enum      int  // braces that the body of an enumeration is below, 0 outside
	last      byte // of the token before: a for a word, > for ->, : for ::, " for a string
	word      int  // entry of the word before, -1 for a word without one; of no interest if last is not a
	wordText  []byte
	wordStart int
}

// branch is an #if that is open.
type branch struct {
	outer bool // what is around it may be compiled
	taken bool // one of its branches is compiled for sure
	sure  bool // this branch is compiled for sure, or not at all
	probe bool // a configure script decides about it, as it seems
}

// macros are those that a unit defines as a number or as nothing.
type macros map[string]macro

type macro struct {
	n     int64
	state uint8 // defined, or not
}

const (
	defined = iota + 1 // as n
	somehow            // defined as something else, or perhaps
	nowhere            // only in code that is not compiled on musl
)

func (s *scan) run() {
	text := s.text
	fresh := true
	for i := 0; i < len(text); {
		if s.end > 0 && i >= s.end {
			s.end, s.last, fresh = 0, ';', true
		}
		c := text[i]
		switch classes[c] {
		case space:
			i++
			continue
		case letter:
			start := i
			hash := uint32(hashStart)
			for i < len(text) && classes[text[i]]-letter <= digit-letter {
				hash = (hash ^ uint32(text[i])) * hashPrime
				i++
			}
			if i < len(text) && text[i] == '"' && text[i-1] == 'R' && i-start <= 3 {
				i = s.rawString(i)
				s.last = '"'
				break
			}
			s.ident(start, i, hash)
		case digit:
			for i < len(text) && (classes[text[i]]-letter <= digit-letter || text[i] == '.' || text[i] == '\'' && i+1 < len(text) && classes[text[i+1]]-letter <= digit-letter) {
				i++
			}
			s.last = '0'
		case special:
			switch c {
			case '\n':
				fresh = true
				i++
				continue
			case '\\':
				i++
				if i < len(text) && text[i] == '\r' {
					i++
				}
				if i < len(text) && text[i] == '\n' {
					i++
				}
				continue
			case '/':
				if i+1 < len(text) && (text[i+1] == '*' || text[i+1] == '/') {
					i = s.comment(i)
					continue
				}
				s.last = c
				i++
			case '"', '\'':
				i = s.literal(i)
				s.last = '"'
			case '#':
				i++
				if fresh && s.end == 0 {
					i = s.directive(i)
					if s.end == 0 {
						fresh = true
						continue
					}
					fresh = false
					continue
				}
				s.last = c
			case '{':
				if s.last != '"' { // extern "C" {
					s.braces++
				}
				s.last = c
				i++
			case '}':
				if s.braces > 0 {
					s.braces--
				}
				if s.braces < s.enum {
					s.enum = 0
				}
				s.last = c
				i++
			case '(':
				s.parens++
				s.last = c
				i++
			case ')':
				s.parens = max(0, s.parens-1)
				s.last = c
				i++
			default:
				s.last = c
				i++
			}
		default:
			if c == ';' {
				s.parens = 0
			}
			if i+1 < len(text) && (c == '-' && text[i+1] == '>' || c == ':' && text[i+1] == ':') {
				i++
				c = text[i]
			}
			s.last = c
			i++
		}
		fresh = false
	}
}

// comment returns the end of the comment at i.
func (s *scan) comment(i int) int {
	if s.text[i+1] == '*' {
		if n := bytes.Index(s.text[i+2:], []byte("*/")); n >= 0 {
			return i + 2 + n + 2
		}
		return len(s.text)
	}
	for {
		n := bytes.IndexByte(s.text[i:], '\n')
		if n < 0 {
			return len(s.text)
		}
		i += n
		if s.text[i-1] != '\\' && (s.text[i-1] != '\r' || s.text[i-2] != '\\') {
			return i
		}
		i++
	}
}

// literal returns the end of the string or character at i, which ends with its line at the latest.
func (s *scan) literal(i int) int {
	quote := s.text[i]
	for i++; i < len(s.text); i++ {
		switch s.text[i] {
		case quote:
			return i + 1
		case '\\':
			i++
			if i+1 < len(s.text) && s.text[i] == '\r' && s.text[i+1] == '\n' {
				i++
			}
		case '\n':
			return i
		}
	}
	return min(i, len(s.text))
}

// rawString returns the end of R"x(…)x", whose quote is at i.
func (s *scan) rawString(i int) int {
	open := bytes.IndexByte(s.text[i:min(len(s.text), i+20)], '(')
	if open < 0 {
		return s.literal(i)
	}
	ending := append(append([]byte{')'}, s.text[i+1:i+open]...), '"')
	if n := bytes.Index(s.text[i+open:], ending); n >= 0 {
		return i + open + n + len(ending)
	}
	return len(s.text)
}

// skip returns the place of the next byte that is neither white space nor a comment.
func (s *scan) skip(i int) int {
	for i < len(s.text) {
		switch c := s.text[i]; {
		case classes[c] == space, c == '\n':
			i++
		case c == '\\' && i+1 < len(s.text) && (s.text[i+1] == '\n' || s.text[i+1] == '\r'):
			i += 2
		case c == '/' && i+1 < len(s.text) && (s.text[i+1] == '*' || s.text[i+1] == '/'):
			i = s.comment(i)
		default:
			return i
		}
	}
	return i
}

func (s *scan) peek(i int) byte {
	if i = s.skip(i); i < len(s.text) {
		return s.text[i]
	}
	return 0
}

// ident looks at a word.
func (s *scan) ident(start, end int, hash uint32) {
	word := s.text[start:end]
	last, before, beforeText := s.last, s.word, s.wordText
	s.last, s.wordText, s.wordStart = 'a', word, start
	tag := last == 'a' && (string(beforeText) == "struct" || string(beforeText) == "union" || string(beforeText) == "enum")
	n := find(word, hash, tag)
	s.word = n
	if s.watch != nil && s.live && s.watch[string(word)] {
		s.page.watched = append(s.page.watched, string(word))
		delete(s.watch, string(word))
	}
	if n < 0 || !s.live {
		if len(word) == 4 && string(word) == "enum" && s.live {
			if i := s.skip(end); i < len(s.text) {
				if classes[s.text[i]] == letter {
					for i < len(s.text) && classes[s.text[i]]-letter <= digit-letter {
						i++
					}
					i = s.skip(i)
				}
				if i < len(s.text) && s.text[i] == '{' {
					s.enum = s.braces + 1
				}
			}
		}
		return
	}
	member := last == '.' || last == '>' && start >= 2 && s.arrow(start)
	// A word before a name makes it a declaration, unless it is a keyword of another kind.
	declares := last == 'a' && !tag && (before < 0 || kindOf(before) != kindKeyword) || (last == '*' || last == '&') && s.braces == 0 && s.end == 0
	switch kindOf(n) {
	case kindTag:
		if infoOf(n)&infoAlways != 0 {
			if s.positional(end) {
				s.use(n)
			}
			return
		}
		switch next := s.peek(end); next {
		case '{':
			s.declare(n)
		case ';', '&', '>':
		case '*': // a pointer needs no definition, but for one in a prototype
			if s.parens > 0 && s.braces == 0 && s.end == 0 {
				s.use(n)
			}
		default:
			s.use(n)
		}
	case kindFunction:
		switch {
		case member || last == ':' || s.peek(end) != '(':
			if declares && !member && last == 'a' && s.peek(end) == ';' {
				s.declare(n)
			}
		case infoOf(n)&infoAddress != 0:
			if !declares && s.withoutCast(end, word) {
				s.use(n)
			}
		case declares:
			s.declare(n)
		case infoOf(n)&infoAlways != 0 && string(word) == "strerror_r" && last != '=' && last != ',' && (last != 'a' || string(beforeText) != "return"):
			// The result is not taken for a string.
		default:
			s.use(n)
		}
	case kindMacro:
		if member && word[0] != '_' && 'a' <= word[0] && entryOf(n).musl.empty() {
			s.use(n) // a macro that stands for a member, such as ut_xtime
			return
		}
		if member || last == ':' || s.enum > 0 {
			if s.enum > 0 && s.enumerator(end) {
				s.declare(n)
			}
			return
		}
		if 'a' <= word[0] && word[0] <= 'z' && s.peek(end) != '(' && string(word) != "errno" {
			return
		}
		s.use(n)
	case kindConstant:
		switch {
		case s.enum > 0 && s.enumerator(end):
			s.declare(n)
		case !member && last != ':':
			s.use(n)
		}
	case kindVariable:
		switch {
		case member || last == ':':
		case last == 'a' && declares:
			if next := s.peek(end); next == ';' || next == '=' || next == ',' || next == '[' || next == ')' {
				s.declare(n)
			}
		default:
			s.use(n)
		}
	case kindType:
		switch next := s.peek(end); {
		case member || last == ':':
		case next == ';' && (last == 'a' || last == '}' || last == '*') && s.end == 0, next == '=':
			s.declare(n) // the name of a typedef, or of an object
		default:
			s.use(n)
		}
	case kindMember:
		if member {
			s.use(n)
		}
	case kindStream:
		if i := s.skip(end); member || i+1 < len(s.text) && s.text[i] == '=' && s.text[i+1] != '=' && last != 'a' && last != '*' {
			s.use(n)
		}
	}
}

// positional reports whether an object is defined whose members get their values by their order:
// struct msghdr m = { &name, … }. That musl's structure has holes is seen there.
func (s *scan) positional(i int) bool {
	i = s.skip(i)
	for i < len(s.text) && classes[s.text[i]]-letter <= digit-letter {
		i++
	}
	if i = s.skip(i); i == len(s.text) || s.text[i] != '=' {
		return false
	}
	if i = s.skip(i + 1); i == len(s.text) || s.text[i] != '{' {
		return false
	}
	i = s.skip(i + 1)
	for ; i < len(s.text); i++ {
		switch s.text[i] {
		case '.', '[', '}', '"', '\'':
			return false
		case ',':
			c := s.peek(i + 1)
			return c != '}' && c != '.'
		}
	}
	return false
}

// arrow reports whether the > before a word belongs to ->.
func (s *scan) arrow(start int) bool {
	i := start - 1
	for i > 0 && (classes[s.text[i]] == space || s.text[i] == '\n') {
		i--
	}
	return i > 0 && s.text[i] == '>' && s.text[i-1] == '-'
}

// enumerator reports whether a name in the body of an enumeration is one of its own.
func (s *scan) enumerator(end int) bool {
	next := s.peek(end)
	return next == ',' || next == '=' || next == '}'
}

// withoutCast reports whether a call hands over the address of something where a
// struct sockaddr * is asked for, without a cast. glibc takes pointers to all structures of that
// kind, by a union that C alone knows.
func (s *scan) withoutCast(i int, word []byte) bool {
	commas := 1
	if string(word) == "recvfrom" || string(word) == "sendto" {
		commas = 4
	}
	depth := 0
	for i = s.skip(i); i < len(s.text); i++ {
		switch s.text[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return false
			}
		case '"', '\'':
			i = s.literal(i) - 1
		case ';':
			return false
		case ',':
			if depth == 1 {
				if commas--; commas == 0 {
					return !s.cxx && s.peek(i+1) == '&'
				}
			}
		}
	}
	return false
}

func (s *scan) use(n int) {
	if s.end > 0 && !entryOf(n).musl.empty() {
		return // a macro may be used where more is included
	}
	if s.saw != nil {
		s.saw(n, s.wordStart)
	}
	if s.used.add(n) {
		s.page.used = append(s.page.used, uint16(n))
	}
}

func (s *scan) declare(n int) {
	if s.own.add(n) {
		s.page.own = append(s.page.own, uint16(n))
	}
}

// lineEnd returns the end of the logical line that i is in, comments that go on looked at.
func (s *scan) lineEnd(i int) int {
	for i < len(s.text) {
		switch s.text[i] {
		case '\n':
			return i
		case '\\':
			i++
			if i < len(s.text) && s.text[i] == '\r' {
				i++
			}
			i++
		case '/':
			if i+1 < len(s.text) && (s.text[i+1] == '*' || s.text[i+1] == '/') {
				i = s.comment(i)
			} else {
				i++
			}
		case '"', '\'':
			i = s.literal(i)
		default:
			i++
		}
	}
	return len(s.text)
}

// directive reads a directive whose # is before i, and returns where to go on.
func (s *scan) directive(i int) int {
	for i < len(s.text) && classes[s.text[i]] == space {
		i++
	}
	start := i
	for i < len(s.text) && classes[s.text[i]] == letter {
		i++
	}
	name := s.text[start:i]
	switch string(name) {
	case "include", "include_next", "import":
		if s.live {
			s.include(i)
		}
	case "define", "undef":
		for i < len(s.text) && classes[s.text[i]] == space {
			i++
		}
		start := i
		for i < len(s.text) && classes[s.text[i]]-letter <= digit-letter {
			i++
		}
		word := s.text[start:i]
		s.defines(word, i, len(name) == len("define"))
		if !s.live {
			break
		}
		hash := hashOf(word)
		if n := find(word, hash, false); n >= 0 {
			s.declare(n)
		}
		if n := find(word, hash, true); n >= 0 {
			s.declare(n)
		}
		if len(name) == len("define") {
			s.end = s.lineEnd(i)
			if i < len(s.text) && s.text[i] == '(' {
				for i < s.end && s.text[i] != ')' {
					i++
				}
			}
			s.last = ';'
			return min(i, s.end)
		}
	case "if":
		s.open(s.evaluate(i), i)
	case "ifdef", "ifndef":
		v := s.isDefined(i)
		if len(name) == len("ifndef") {
			v = v.not()
		}
		s.open(v, i)
	case "elif", "elifdef", "elifndef", "else":
		if len(s.chain) == 0 {
			break
		}
		b := &s.chain[len(s.chain)-1]
		s.live = b.outer && !b.taken
		v := yes
		switch {
		case string(name) == "else":
		case string(name) == "elifdef":
			v = s.isDefined(i)
		case string(name) == "elifndef":
			v = s.isDefined(i).not()
		case s.live:
			v = s.evaluate(i)
		}
		s.live = s.live && v != no
		b.sure = s.live && v == yes && b.sure
		b.taken = b.taken || v == yes
	case "endif":
		if len(s.chain) > 0 {
			s.live = s.chain[len(s.chain)-1].outer
			s.chain = s.chain[:len(s.chain)-1]
		}
	}
	s.end = 0
	return s.lineEnd(i)
}

// open begins a chain whose first condition is at i.
func (s *scan) open(v tri, i int) {
	line := s.text[i:s.lineEnd(i)]
	probe := len(s.chain) > 0 && s.chain[len(s.chain)-1].probe || v == maybe && configured(line)
	s.chain = append(s.chain, branch{outer: s.live, taken: v == yes, sure: v != maybe, probe: probe})
	s.live = s.live && v != no
}

// configured reports whether a condition asks what a configure script found out.
func configured(line []byte) bool {
	for _, prefix := range [...]string{"HAVE", "HAS_", "USE_", "WITH_", "ENABLE_", "CONFIG_", "NEED_"} {
		if bytes.Contains(line, []byte(prefix)) {
			return true
		}
	}
	return false
}

// probed reports whether the code here depends on what a configure script found out.
func (s *scan) probed() bool { return len(s.chain) > 0 && s.chain[len(s.chain)-1].probe }

func (s *scan) include(i int) {
	for i < len(s.text) && classes[s.text[i]] == space {
		i++
	}
	if i == len(s.text) || s.text[i] != '"' && s.text[i] != '<' {
		return
	}
	ending := byte('"')
	if s.text[i] == '<' {
		ending = '>'
	}
	line := s.text[i+1:]
	if n := bytes.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	if n := bytes.IndexByte(line, ending); n > 0 {
		in := include{string(line[:n]), ending == '"'}
		s.includeAt = i
		s.page.includes = append(s.page.includes, in)
		if s.reach != nil {
			s.reach(in)
		}
	}
}

// defines keeps a macro. i is behind its name.
func (s *scan) defines(word []byte, i int, define bool) {
	if s.macros == nil || len(word) == 0 {
		return
	}
	if !s.live {
		if _, known := s.macros[string(word)]; !known && define {
			s.macros[string(word)] = macro{state: nowhere}
		}
		return
	}
	m := macro{state: somehow}
	for _, b := range s.chain {
		if !b.sure {
			define = false // it depends on what is not known
		}
	}
	if define {
		line := s.text[i:]
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
		}
		line = bytes.TrimSpace(line)
		if n := bytes.Index(line, []byte("/*")); n >= 0 {
			line = bytes.TrimSpace(line[:n])
		}
		if n, err := strconv.ParseInt(string(line), 0, 64); err == nil {
			m = macro{n, defined}
		}
	}
	s.macros[string(word)] = m
}
