package shadow

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// outline is what a file says as far as musl matters, whatever it is included by.
type outline []item

// item is a part of it.
type item struct {
	kind  byte
	guard string // what has to be defined for it to count; see clauses
	value string
}

// Kinds of items, in the order in which those of a file are taken in: what it needs comes behind what
// it includes.
const (
	itemUndef   = 'U' // a macro that is undefined, under whatever conditions
	itemInclude = 'i' // "letters name"
	itemHeader  = 'm' // `NAME "header.h"`, which an #include may name
	itemMacros  = 'h' // hashes of the macros that are defined, all with the same guard
	itemCertain = 'c' // hashes of those that are defined whenever the file is compiled
	itemKnown   = 'd' // one of them that a libc may declare
	itemFeature = 'f' // a macro that hides or shows names
	itemName    = 'n' // needs a compile unless the unit defines it
	itemNeed    = 'q' // "name header header": one of the headers has to be included
	itemOdd     = 'o' // "name header header": it matters where one of the headers is included
	itemOddNeed = 'p' // the same, unless one is included for certain
	itemUnknown = 'u' // an #include that cannot be read
)

// Letters of an #include.
const (
	withBrackets = "s"
	notHere      = "c" // a condition around it is for other systems
	aboutLibc    = "l" // a condition around it asks what libc this is
	ofMacro      = "m" // the name is that of a macro
	nextOne      = "x" // #include_next
	inAnyCase    = "a" // there is no condition around it
	unless       = "!" // and the macros that must not be defined, up to the end of the letters
)

// outliner makes an outline.
type outliner struct {
	*survey
	file  *csource.File
	items map[item]int // and when they came first: what is included stays in order
	// Of the branches:
	guards, denials    []string
	positive           []string // the guards without what must not be defined
	notHere, aboutLibc []bool
	glibcAlone         []bool

	kernel bool
	macro  string   // whose body the words are in
	params []string // of it
	near   []csource.Token

	// Functions and macros that are used without a call, with the guards there, and the names that
	// the file has something else for.
	pointed map[[2]string]bool
	own     map[string]bool
}

// outlineOf makes the outline of a file. One of the kernel's is only looked at for names that musl
// declares too.
func (s *survey) outlineOf(f *csource.File, kernel bool) outline {
	o := &outliner{survey: s, file: f, items: map[item]int{}, kernel: kernel, pointed: map[[2]string]bool{}, own: map[string]bool{}}
	o.branches()
	o.directives()
	o.words()
	var all outline
	for i := range o.items {
		if i.guard == "" || o.items[item{kind: i.kind, value: i.value}] == 0 {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(o.items[a], o.items[b]))
	})
	return all
}

// guardAt returns what has to be defined for a place to be compiled, and the macro that has to be
// used.
func (o *outliner) guardAt(offset int) string {
	return o.inBody(o.branchGuard(o.guards, offset))
}

func (o *outliner) branchGuard(guards []string, offset int) string {
	if b := o.file.BranchAt(offset); b >= 0 {
		return guards[b]
	}
	return ""
}

func (o *outliner) inBody(guard string) string {
	if o.macro == "" {
		return guard
	}
	if guard == "" {
		return bodyMark + o.macro
	}
	return bodyMark + o.macro + "&" + guard
}

func (o *outliner) add(kind byte, offset int, value string) {
	o.keep(item{kind, o.guardAt(offset), value})
}

func (o *outliner) keep(i item) {
	if o.items[i] == 0 {
		o.items[i] = len(o.items) + 1
	}
}

func (o *outliner) directives() {
	f := o.file
	includes := map[int]csource.Include{}
	for _, include := range f.Includes() {
		includes[include.Directive] = include
	}
	hashes := map[string][]string{}
	var certain []string
	for i, d := range f.Directives() {
		switch d.Name {
		case "define":
			if len(d.Tokens) == 0 {
				continue
			}
			name, guard := f.Spelling(d.Tokens[0]), o.branchGuard(o.positive, d.Start)
			b := f.BranchAt(d.Start)
			if o.always(b, name) {
				certain = append(certain, hashText(name))
			} else {
				hashes[guard] = append(hashes[guard], hashText(name))
			}
			if b >= 0 && o.glibcAlone[b] {
				o.keep(item{itemName, bodyMark + name, "what glibc alone has"})
			}
			if name == "_GNU_SOURCE" || isFeature(name) {
				o.keep(item{itemFeature, guard, name})
			}
			if known, ok := o.lookup(name); ok && o.kernel && len(known.Musl) > 0 {
				o.add(itemName, d.Start, "#define "+name)
			} else if ok {
				denied := ""
				if b >= 0 {
					denied = o.denials[b]
				}
				o.keep(item{itemKnown, guard, name + " " + denied})
			}
			if body := strings.TrimSpace(string(f.Text()[d.Tokens[0].End:d.End])); isHeaderName(body) {
				o.keep(item{itemHeader, guard, name + " " + body})
			}
		case "undef":
			if len(d.Tokens) > 0 {
				o.keep(item{itemUndef, "", f.Spelling(d.Tokens[0])})
			}
		case "include", "include_next", "import":
			letters := ""
			if o.always(f.BranchAt(d.Start), "") {
				letters = inAnyCase
			}
			if b := f.BranchAt(d.Start); b >= 0 {
				if o.notHere[b] {
					letters += notHere
				}
				if o.aboutLibc[b] {
					letters += aboutLibc
				}
			}
			include, ok := includes[i]
			if ok && include.Next {
				letters += nextOne
			}
			if ok && include.System {
				letters += withBrackets
			}
			if !ok {
				letters += ofMacro
			}
			if b := f.BranchAt(d.Start); b >= 0 {
				if o.denials[b] != "" {
					letters += unless + o.denials[b]
				}
				if ok && !include.System && o.glibcAlone[b] {
					o.keep(item{kind: itemName, value: "code for glibc alone"})
				}
			}
			switch {
			case ok:
				o.add(itemInclude, d.Start, letters+" "+include.Name)
			case len(d.Tokens) == 1 && d.Tokens[0].Kind == csource.Ident:
				o.add(itemInclude, d.Start, letters+" "+f.Spelling(d.Tokens[0]))
			default:
				o.add(itemUnknown, d.Start, "")
			}
		case "error":
			if b := f.BranchAt(d.Start); b >= 0 && o.aboutLibc[b] {
				o.add(itemName, d.Start, "#error")
			}
			for _, token := range o.conditions(d.Start) {
				if token.Kind == csource.Ident {
					o.asked(d.Start, f.Spelling(token))
				}
			}
		case "if", "elif":
			// A macro with arguments that is not there is a fault of syntax.
			for i := 0; i+1 < len(d.Tokens); i++ {
				if d.Tokens[i].Kind != csource.Ident || !f.Is(d.Tokens[i+1], "(") {
					continue
				}
				name := f.Spelling(d.Tokens[i])
				if known, ok := o.lookup(name); ok && len(known.Musl) == 0 && !o.askedFor(d.Start, name) {
					o.add(itemName, d.Start, name)
				}
			}
		}
	}
	if len(certain) > 0 {
		o.keep(item{itemCertain, "", inOrder(certain)})
	}
	for _, guard := range slices.Sorted(maps.Keys(hashes)) {
		o.keep(item{itemMacros, guard, inOrder(hashes[guard])})
	}
}

// inOrder joins hashes to a list.
func inOrder(hashes []string) string {
	slices.Sort(hashes)
	return strings.Join(slices.Compact(hashes), "")
}

// isHeaderName reports whether the body of a macro is what an #include may be made of.
func isHeaderName(body string) bool {
	return len(body) > 2 && !strings.ContainsAny(body, "\r\n") && (body[0] == '"' && strings.HasSuffix(body, `.h"`) && strings.Count(body, `"`) == 2 ||
		body[0] == '<' && strings.IndexByte(body, '>') == len(body)-1)
}

// words goes through the code, and through what macros are made of.
func (o *outliner) words() {
	f := o.file
	text, list, tokens := f.Text(), f.Directives(), f.Tokens()
	forGlibc := slices.Contains(o.glibcAlone, true)
	at := -1 // the directive that a token is in or behind
	depth := 0
	if bytes.Contains(text, []byte("%:")) {
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
			if forGlibc && depth == 0 {
				if b := f.BranchAt(token.Start); b >= 0 && o.glibcAlone[b] {
					o.keep(item{kind: itemName, value: "code for glibc alone"})
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

// pasted takes in a name that ## makes, if it may be one that musl does not have.
func (o *outliner) pasted(tokens []csource.Token, i int) {
	f := o.file
	if i > 1 && f.Is(tokens[i-2], "##") {
		return // in the middle of a name
	}
	before, after := i > 0 && !slices.Contains(o.params, f.Spelling(tokens[i-1])), i+1 < len(tokens) && !slices.Contains(o.params, f.Spelling(tokens[i+1]))
	switch {
	case before && f.Is(tokens[i-1], "64"), after && (f.Is(tokens[i+1], "64") || f.Is(tokens[i+1], "_np")):
		o.add(itemName, tokens[i].Start, "a name with "+f.Spelling(tokens[i+1]))
	case before && tokens[i-1].Kind == csource.Ident && facts.GlibcAloneHas(f.Spelling(tokens[i-1])):
		o.add(itemName, tokens[i].Start, "a name with "+f.Spelling(tokens[i-1]))
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

// asked takes in a macro that decides about an #error: one that musl does not have, or has in
// headers that may not be included.
func (o *outliner) asked(offset int, name string) {
	known, ok := o.lookup(name)
	switch {
	case strings.HasPrefix(name, "__GLIBC") || name == "__GNU_LIBRARY__", ok && (len(known.Musl) == 0 || !known.In(o.target.Version)):
		o.add(itemName, offset, "#error")
	case ok:
		o.add(itemNeed, offset, name+" "+strings.Join(facts.HeadersOf(name), " "))
	}
}

// branches finds out for each branch whether it is for other systems, and whether its condition,
// one before it in its chain or one around it has a name that musl does not have.
func (o *outliner) branches() {
	f := o.file
	list := f.Branches()
	o.denials, o.glibcAlone = denials(f), o.forGlibc()
	o.guards = guardsOf(f)
	o.positive = make([]string, len(list))
	for i, guard := range o.guards {
		o.positive[i] = withoutNots(guard)
	}
	o.notHere, o.aboutLibc = make([]bool, len(list)), make([]bool, len(list))
	chains := make([]bool, len(list)) // by the first branch of a chain: about libc so far
	for i, b := range list {
		chains[b.Chain] = chains[b.Chain] || o.asksLibc(b)
		o.notHere[i], o.aboutLibc[i] = elsewhere(f, b), chains[b.Chain]
		if b.Parent >= 0 {
			o.notHere[i] = o.notHere[i] || o.notHere[b.Parent]
			o.aboutLibc[i] = o.aboutLibc[i] || o.aboutLibc[b.Parent]
		}
	}
}

// always reports whether a branch is compiled whenever its file is, the first time at least, but for
// a condition that asks whether a macro is defined already.
func (o *outliner) always(branch int, macro string) bool {
	list := o.file.Branches()
	header, guarded := o.file.HeaderGuard()
	for ; branch >= 0; branch = list[branch].Parent {
		b := list[branch]
		switch {
		case guarded && b.Directive == header.Directive:
		case b.Name == "ifndef" && len(b.Condition) > 0 && o.file.Is(b.Condition[0], macro):
		default:
			return false
		}
	}
	return true
}

// asksLibc reports whether a condition has a name that musl does not have.
func (o *outliner) asksLibc(b csource.Branch) bool {
	for _, token := range b.Condition {
		if token.Kind == csource.HeaderName {
			if h, ok := facts.LookupHeader(strings.Trim(o.file.Spelling(token), `<>"`)); ok && h.State == "no" {
				return true
			}
		}
		if token.Kind != csource.Ident {
			continue
		}
		name := o.file.Spelling(token)
		if strings.HasPrefix(name, "__GLIBC") || name == "__GNU_LIBRARY__" || name == "__gnu_linux__" {
			return true
		}
		if i, ok := o.lookup(name); ok && (len(i.Musl) == 0 || !i.In(o.target.Version)) {
			return true
		}
	}
	return false
}

// conditions returns the words of the conditions around a place, of the inner ones alone where
// there are very many.
func (o *outliner) conditions(offset int) (tokens []csource.Token) {
	list := o.file.Branches()
	n := 0
	for b := o.file.BranchAt(offset); b >= 0 && n < maxClauses; b = list[b].Parent {
		tokens = append(tokens, list[b].Condition...)
		n++
	}
	return tokens
}

// elsewhere reports whether a branch is for another system, or for glibc alone.
func elsewhere(f *csource.File, b csource.Branch) bool {
	if b.Name == "else" || b.Name == "ifndef" || b.Name == "elifndef" {
		return false
	}
	for i, token := range b.Condition {
		if token.Kind != csource.Ident || !isElsewhere(f.Spelling(token)) {
			continue
		}
		// !defined(_WIN32)
		if i > 0 && f.Is(b.Condition[i-1], "!") || i > 2 && f.Is(b.Condition[i-3], "!") || i > 1 && f.Is(b.Condition[i-2], "!") {
			continue
		}
		return true
	}
	return len(b.Condition) == 1 && f.Is(b.Condition[0], "0")
}

// isElsewhere is true of macros by which one knows other systems and glibc.
func isElsewhere(name string) bool {
	switch name {
	case "_WIN32", "WIN32", "__WIN32__", "_WIN64", "_MSC_VER", "__MINGW32__", "__CYGWIN__", "__BORLANDC__", "__APPLE__", "__MACH__", "__DARWIN__",
		"__FreeBSD__", "__NetBSD__", "__OpenBSD__", "__DragonFly__", "__FreeBSD_kernel__", "BSD", "__bsdi__", "__sun", "sun", "__sun__", "__SVR4", "__svr4__",
		"_AIX", "__hpux", "hpux", "__sgi", "__osf__", "__QNX__", "__QNXNTO__", "__VMS", "VMS", "vms", "__HAIKU__", "__BEOS__", "__ANDROID__",
		"__EMSCRIPTEN__", "__MSDOS__", "MSDOS", "__OS2__", "OS2", "__riscos__", "__GNU__", "__TANDEM", "__VXWORKS__",
		"__GLIBC__", "__GNU_LIBRARY__", "__UCLIBC__", "__KERNEL__", "_KERNEL":
		return true
	}
	return false
}

// askedFor reports whether a place is in a branch that asks about a macro.
func (o *outliner) askedFor(offset int, macro string) bool {
	for _, token := range o.conditions(offset) {
		if token.Kind == csource.Ident && o.file.Is(token, macro) {
			return true
		}
	}
	return false
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
	if i > 0 {
		before = f.Spelling(tokens[i-1])
	}
	if i+1 < len(tokens) {
		after = f.Spelling(tokens[i+1])
	}
	if before == "::" && i > 1 && tokens[i-2].Kind == csource.Ident {
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
	use := wordUse{name: name, call: after == "(", typed: before == "struct" || before == "union" || before == "enum" || after == "*" || after != "" && isWord(after[0])}
	known, ok := s.lookup(name)
	if before == "struct" || before == "union" || before == "enum" {
		if tagged, found := s.lookup(before + " " + name); found {
			known, ok = tagged, true
		}
	}
	if !ok {
		// step, locs and advance are names that many use.
		if use.call && s.risky(name) || (use.call || strings.Contains(name, "_")) && s.foreign(name) {
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
	case known.Kind == "function" && !use.call && len(known.Musl) > 0 && known.In(s.target.Version) && !s.risky(name) && !has(s.declaredOnly, name):
		if isChanged(after) {
			o.own[name] = true
		} else if o.isPointed(before, after) {
			o.point(name, tokens[i].Start)
		}
	case !s.cxx() && use.call && !isDeclared(before) && callable(name): // C converts the arguments
	case s.risky(name), has(s.declaredOnly, name), strings.HasPrefix(name, "__") && s.foreign(name):
		o.add(itemName, tokens[i].Start, name)
	case known.Kind == "function" && !use.call && isWordToo(name):
		if isChanged(after) {
			o.own[name] = true
		} else if o.isPointed(before, after) {
			o.point(name, tokens[i].Start)
		}
	case known.Kind == "macro" && !use.call && strings.ToLower(name) == name && !strings.HasPrefix(name, "_"): // major, and a variable of that name
		if isChanged(after) || isOwn(f, tokens, i, before, after) {
			o.own[name] = true
		} else if o.isPointed(before, after) {
			o.point(name, tokens[i].Start)
		}
	case known.Kind == "function" && isDeclared(before) && len(known.Musl) > 0 && known.In(s.target.Version):
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
	case ",", ")", ";", "}":
	default:
		return false
	}
	switch before {
	case "=", "(", ",", "&", "return", "{", ":", "?", ")":
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
