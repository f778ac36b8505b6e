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
	itemGuard   = 'G' // the macro of the file's include guard
	itemUndef   = 'U' // a macro that is undefined, under whatever conditions; "*": nobody knows which
	itemInclude = 'i' // "letters name"
	itemHeader  = 'm' // `NAME "header.h"`, which an #include may name
	itemMacros  = 'h' // hashes of the macros that are defined, all with the same guard
	itemCertain = 'c' // hashes of those that are defined whenever the file is compiled
	itemKnown   = 'd' // a macro that is defined and has a name that a libc may declare
	itemFeature = 'f' // a macro that hides or shows names
	itemName    = 'n' // needs a compile unless the unit defines it
	itemNeed    = 'q' // "name header header": one of the headers has to be included
	itemOdd     = 'o' // "name header header": it matters where one of the headers is included
	itemOddNeed = 'p' // the same, unless one is included for certain
	itemUnknown = 'u' // an #include that cannot be read
	itemList    = 'l' // of a folder: the names of its headers
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

// ofGlibc is what itemName says of a macro that is defined where the libc is glibc alone.
const ofGlibc = "what glibc alone has"

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
	withoutGlibc       []bool

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
	guard := o.branchGuard(o.guards, offset)
	switch {
	case o.macro == "":
		return guard
	case guard == "":
		return bodyMark + o.macro
	}
	return bodyMark + o.macro + "&" + guard
}

func (o *outliner) branchGuard(guards []string, offset int) string {
	if b := o.file.BranchAt(offset); b >= 0 {
		return guards[b]
	}
	return ""
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
	if guard, ok := f.HeaderGuard(); ok {
		for _, token := range guard.Condition {
			if token.Kind == csource.Ident && !f.Is(token, "defined") {
				o.keep(item{itemGuard, "", f.Spelling(token)})
			}
		}
	}
	if bytes.Contains(f.Text(), []byte("pop_macro")) {
		o.keep(item{itemUndef, "", "*"})
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
				o.keep(item{itemName, bodyMark + name, ofGlibc})
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
	o.positive, o.withoutGlibc = make([]string, len(list)), make([]bool, len(list))
	for i, guard := range o.guards {
		o.positive[i] = withoutNots(guard)
		for clause := range strings.SplitSeq(guard, "&") {
			o.withoutGlibc[i] = o.withoutGlibc[i] || clause == notMark+"__GLIBC__" || clause == notMark+"__GNU_LIBRARY__"
		}
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

// always reports whether a branch is compiled whenever its file is and its include guard is not
// defined, but for a condition that asks whether a macro is defined already.
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
	if clauses := branchClauses(f, b); len(clauses) > 0 {
		return slices.ContainsFunc(clauses, func(clause string) bool {
			for name := range strings.SplitSeq(clause, "|") {
				if name != "0" && !isElsewhere(name) {
					return false
				}
			}
			return true
		})
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
