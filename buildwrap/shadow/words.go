package shadow

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// words goes through the code, and through what macros are made of.
func (o *outliner) words() {
	f := o.file
	text, list, tokens := f.Text(), f.Directives(), f.Tokens()
	forGlibc, forOthers := slices.Contains(o.glibcAlone, true), slices.Contains(o.withoutGlibc, true)
	at := -1 // the directive that a token is in or behind
	depth := 0
	if bytes.Contains(text, []byte("%:")) || bytes.Contains(text, []byte("??=")) {
		o.keep(item{kind: itemUnknown}) // the # of keyboards of old
	}
	var before, token csource.Token
	for i, next := range tokens {
		if next.Kind == csource.Comment {
			continue
		}
		before, token = token, next
		for at+1 < len(list) && list[at+1].Start <= token.Start {
			at++
			o.macro, o.params = "", nil
		}
		if at >= 0 && token.Start < list[at].End {
			d := list[at]
			if d.Name != "define" || len(d.Tokens) == 0 || token.Start <= d.Tokens[0].Start {
				continue
			}
			if o.macro == "" {
				o.macro, o.params = f.Spelling(d.Tokens[0]), parameters(f, d)
			}
			if token.Kind == csource.Punct && f.Is(token, "##") && !o.kernel {
				o.pasted(o.around(tokens, i))
			}
		} else {
			o.macro = ""
			if token.Kind == csource.Punct {
				switch c := text[token.Start]; {
				case c == '{' && before.Kind != csource.String: // extern "C" {
					depth++
				case c == '}' && depth > 0:
					depth--
				}
			}
			if forGlibc || forOthers {
				switch b := f.BranchAt(token.Start); {
				case b < 0:
				case o.glibcAlone[b] && depth == 0:
					o.keep(item{kind: itemName, value: "code for glibc alone"})
				case o.withoutGlibc[b]:
					o.keep(item{kind: itemName, value: "code that no build with glibc has compiled"})
				}
			}
		}
		if token.Kind != csource.Ident {
			continue
		}
		word := text[token.Start:token.End]
		if !o.matters(word) && !isAccess(f, before) || o.macro != "" && slices.Contains(o.params, string(word)) {
			continue
		}
		if o.kernel {
			o.kernelWord(token)
		} else {
			o.word(o.around(tokens, i))
		}
	}
	o.macro = ""
	for _, p := range slices.SortedFunc(maps.Keys(o.pointed), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if known, ok := o.lookup(p[0]); ok && !o.own[p[0]] {
			o.need(known, p[0], p[1])
		}
	}
}

func (o *outliner) point(name string, offset int) {
	o.pointed[[2]string{name, o.guardAt(offset)}] = true
}

// pasted takes in a name that ## makes, if it may be one that musl does not have. Of two arguments
// nothing is known.
func (o *outliner) pasted(tokens []csource.Token, i int) {
	word := func(at int) string {
		if at < 0 || at >= len(tokens) || tokens[at].Kind != csource.Ident && tokens[at].Kind != csource.Number {
			return ""
		}
		if name := o.file.Spelling(tokens[at]); !slices.Contains(o.params, name) {
			return name
		}
		return ""
	}
	switch suffix := word(i + 1); suffix {
	case "64", "_np", "_r", "dupa":
		o.add(itemName, tokens[i].Start, "a name with "+suffix)
		return
	}
	if i > 1 && o.file.Is(tokens[i-2], "##") {
		return // in the middle of a name
	}
	switch prefix := word(i - 1); {
	case prefix == "64":
		o.add(itemName, tokens[i].Start, "a name with 64")
	case prefix != "" && facts.GlibcAloneHas(prefix, o.target.Version):
		o.add(itemName, tokens[i].Start, "a name with "+prefix)
	}
}

// around returns the tokens around one, without comments, and where it is among them, up to the
// next call.
func (o *outliner) around(tokens []csource.Token, i int) ([]csource.Token, int) {
	const reach = 16
	near := o.near[:0]
	for back := i - 1; back >= 0 && len(near) < reach; back-- {
		if tokens[back].Kind != csource.Comment {
			near = append(near, tokens[back])
		}
	}
	slices.Reverse(near)
	at := len(near)
	for ; i < len(tokens) && len(near) <= at+reach; i++ {
		if tokens[i].Kind != csource.Comment {
			near = append(near, tokens[i])
		}
	}
	o.near = near
	return near, at
}

// kernelWord takes in a name in a header of the kernel.
func (o *outliner) kernelWord(token csource.Token) {
	name := o.file.Spelling(token)
	if known, ok := o.lookup(name); ok && len(known.Musl) > 0 && !isKeyword(name) {
		o.add(itemName, token.Start, name)
	}
}

// parameters are those of a macro.
func parameters(f *csource.File, d csource.Directive) (names []string) {
	if len(d.Tokens) < 2 || !f.Is(d.Tokens[1], "(") || d.Tokens[1].Start != d.Tokens[0].End {
		return nil
	}
	for _, token := range d.Tokens[2:] {
		if f.Is(token, ")") {
			break
		}
		if token.Kind == csource.Ident {
			names = append(names, f.Spelling(token))
		}
	}
	return names
}

// matters reports whether a word may be one that word takes in. Nearly all are not.
func (s *survey) matters(word []byte) bool {
	return word[0] == '_' || facts.IsInterfaceName(word) || s.risky(string(word)) || bytes.IndexByte(word, '\\') >= 0
}

func isAccess(f *csource.File, token csource.Token) bool {
	return token.Kind == csource.Punct && (f.Is(token, ".") || f.Is(token, "->"))
}

// word takes in one name of the code.
func (o *outliner) word(tokens []csource.Token, i int) {
	f, s := o.file, o.survey
	name := f.Spelling(tokens[i])
	before, after := "", ""
	if i > 0 && !f.Is(tokens[i-1], "__extension__") {
		before = f.Spelling(tokens[i-1])
	}
	if i+1 < len(tokens) {
		after = f.Spelling(tokens[i+1])
	}
	if before == "::" && i > 1 && tokens[i-2].Kind == csource.Ident && isDeclared(f.Spelling(tokens[i-2])) {
		return
	}
	if takesStream(name, before, after) {
		o.add(itemName, tokens[i].Start, name)
		return
	}
	if before == "." || before == "->" {
		if inner([]byte(name)) && !strings.HasSuffix(name, "__") || isGlibcMember(name) {
			o.add(itemName, tokens[i].Start, "."+name)
		}
		return
	}
	if isKeyword(name) && (o.cxx() || name != "char8_t") || o.items[item{itemName, o.guardAt(tokens[i].Start), name}] > 0 {
		return
	}
	call := after == "("
	known, ok := s.lookup(name)
	if before == "struct" || before == "union" || before == "enum" {
		if tagged, found := s.lookup(before + " " + name); found {
			known, ok = tagged, true
		}
	}
	if !ok {
		// step, locs and advance are names that many use.
		if call && s.risky(name) || (call || strings.Contains(name, "_")) && s.foreign(name) {
			o.add(itemName, tokens[i].Start, name)
		}
		return
	}
	tag := strings.Contains(known.Name, " ")
	switch {
	case (name == "msghdr" || name == "cmsghdr") && before == "struct" && (i < 2 || !f.Is(tokens[i-2], "typedef")) && !byOrder(f, tokens[i+1:]):
	case tag && (before != "struct" && before != "union" && before != "enum" || after == "*"): // or a type that may stay unknown
	case known.Kind == "function" && (isOwn(f, tokens, i, before, after) || before == "struct" || before == "union" || before == "enum"):
		o.own[name] = true
	case name == "FILE" && after != "" && isWord(after[0]): // an object, not a pointer
		o.add(itemName, tokens[i].Start, name)
	case name == "pthread_t" && i+2 < len(tokens) && f.Is(tokens[i+2], "="):
		o.add(itemName, tokens[i].Start, name) // a pointer, and no number
	case known.Kind == "function" && !call && len(known.Musl) > 0 && known.In(s.target.Version) && !s.risky(name) && !has(s.declaredOnly, name):
		if isChanged(after) {
			o.own[name] = true
		} else if o.isPointed(before, after) {
			o.point(name, tokens[i].Start)
		}
	case !s.cxx() && call && !isDeclared(before) && callable(name): // C converts the arguments
	case s.risky(name), has(s.declaredOnly, name), strings.HasPrefix(name, "__") && s.foreign(name):
		o.add(itemName, tokens[i].Start, name)
	case known.Kind == "function" && !call && isWordToo(name):
		if isChanged(after) {
			o.own[name] = true
		} else if o.isPointed(before, after) {
			o.point(name, tokens[i].Start)
		}
	case known.Kind == "macro" && !call && strings.ToLower(name) == name && !strings.HasPrefix(name, "_"): // major, and a variable of that name
		if isChanged(after) || isOwn(f, tokens, i, before, after) {
			o.own[name] = true
		} else if o.isPointed(before, after) {
			o.point(name, tokens[i].Start)
		}
	case known.Kind == "function" && before != o.macro && isDeclared(before) && len(known.Musl) > 0 && known.In(s.target.Version):
	default:
		o.need(known, name, o.guardAt(tokens[i].Start))
	}
}

// need takes in a name that headers have to declare.
func (o *outliner) need(known facts.Interface, name, guard string) {
	absent := len(known.Musl) == 0 || !known.In(o.target.Version)
	headers := known.Headers
	if !absent {
		headers = facts.HeadersOf(name)
	}
	// Of headers that are included for their own sake, the names are others' too.
	odd := len(headers) > 0 || !absent
	for _, header := range headers {
		odd = odd && isOdd(header)
	}
	switch {
	case absent && odd:
		o.keep(item{itemOdd, guard, name + " " + strings.Join(headers, " ")})
	case absent:
		o.keep(item{itemName, guard, name})
	case odd:
		o.keep(item{itemOddNeed, guard, name + " " + strings.Join(headers, " ")})
	default:
		o.keep(item{itemNeed, guard, name + " " + strings.Join(headers, " ")})
	}
}

// byOrder reports whether the type before some tokens is that of an object whose members get
// their values by their order: musl's have holes in them.
func byOrder(f *csource.File, tokens []csource.Token) bool {
	for i, token := range tokens {
		switch {
		case f.Is(token, "{"):
			return i+1 < len(tokens) && !f.Is(tokens[i+1], ".") && !f.Is(tokens[i+1], "}") && !f.Is(tokens[i+1], "0")
		case i == 12, token.Kind == csource.Punct && !f.Is(token, "[") && !f.Is(token, "]") && !f.Is(token, "=") && !f.Is(token, ")"):
			return false
		}
	}
	return false
}

// isPointed reports whether a name between two words is used for its value: a function's address, or
// a variable of that name. In macros names are arguments for ## as often, or what the macro is
// another name for.
func (o *outliner) isPointed(before, after string) bool {
	if o.macro != "" {
		return before == o.macro
	}
	switch after {
	case ",", ")", ";", "}", ":", "]", "==", "!=":
	default:
		return false
	}
	switch before {
	case "=", "(", ",", "&", "return", "{", ":", "?", ")", "==", "!=", "&&", "||":
		return true
	}
	return false
}

// isChanged reports whether a word behind a name shows that it is none of a function.
func isChanged(after string) bool {
	switch after {
	case "=", "[", "->", ".", "++", "--", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=":
		return true
	}
	return false
}

// isOwn reports whether a name is that of a pointer or a variable of the file's own: not in a
// macro, where the word before may be the macro's name.
func isOwn(f *csource.File, tokens []csource.Token, i int, before, after string) bool {
	if after == "(" {
		return false
	}
	if before == "*" {
		for i--; i >= 0 && (f.Is(tokens[i], "*") || f.Is(tokens[i], "const")); i-- {
		}
		if i >= 0 && f.Is(tokens[i], ",") && (after == "," || after == ";") {
			return true // BIGNUM *x1, *y1;
		}
		return i >= 0 && (f.Is(tokens[i], "(") && after == ")" || tokens[i].Kind == csource.Ident && isDeclared(f.Spelling(tokens[i])))
	}
	if before == "," && after == ";" {
		return true // int x, y1;
	}
	if !isDeclared(before) {
		return false
	}
	_, directive := f.DirectiveAt(tokens[i].Start)
	return !directive
}

// callable are functions that are risky for C++ alone, or where they are declared anew.
func callable(name string) bool {
	switch name {
	case "ioctl", "getpriority", "setpriority", "getrlimit", "setrlimit", "prlimit", "getitimer", "setitimer", "settimeofday", "ptrace",
		"posix_openpt", "recvmmsg", "sendmmsg", "iconv":
		return true
	}
	return false
}

// isDeclared reports whether a name behind a word is a declared one, and not called.
func isDeclared(before string) bool {
	if before == "" || !isWord(before[0]) {
		return false
	}
	return kindOfWord([]byte(before)) == afterWord
}

// foreign reports whether a name is one that glibc's library has and musl's has not, whoever
// declares it.
func (s *survey) foreign(name string) bool {
	if len(facts.GlibcSymbol(name)) == 0 {
		return false
	}
	if s.exports == nil {
		if s.exports, _ = facts.Musl(s.target.Version, "", "amd64"); s.exports == nil {
			return true
		}
	}
	return !s.exports.Has(name)
}

// risky is about C what risky is about C++, whose types are stricter.
func (s *survey) risky(name string) bool {
	switch name {
	// With another type of an argument, which glibc's headers take for several ones.
	case "bind", "connect", "accept", "accept4", "getsockname", "getpeername", "sendto", "recvfrom",
		// Only if _GNU_SOURCE is defined.
		"ecvt", "fcvt", "gcvt", "fgetgrent", "fgetpwent", "putpwent", "lgammal_r", "SA_NOMASK", "SA_ONESHOT", "tcp_info",
		"_sifields",
		// In musl always, in glibc since 2.38 or never: a project has one of its own.
		"strlcpy", "strlcat", "asprintf", "vasprintf", "wcslcpy", "wcslcat", "issetugid", "fgetln", "getdents":
		return true
	}
	return risky(name)
}
