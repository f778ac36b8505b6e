package sourcefix

import (
	"slices"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// call writes another call for each of a function, or of what is indexed.
func (p *planner) call(remedy facts.Remedy, places, at []int) *repair {
	tokens := p.file.Tokens()
	name, arguments, _ := strings.Cut(remedy.Text, "(")
	arguments = strings.TrimSuffix(arguments, ")")
	extra, keeps := strings.CutPrefix(arguments, "$*")
	r := &repair{title: titled("write "+strings.Replace(remedy.Text, "$*", "…", 1)+" for "+remedy.Name, remedy), safety: remedy.Safety, headers: remedy.Needs, at: at}
	bracket := "("
	if remedy.Action == "index" {
		bracket = "["
		r.title = titled("write "+remedy.Text+"(…) for "+remedy.Name+"[…]", remedy)
	}
	for _, i := range places {
		open := p.next(i)
		if !p.is(open, bracket) {
			return manual("write " + name + " for " + remedy.Name)
		}
		closed, ok := p.closing(open)
		if !ok {
			return manual("write " + name + " for " + remedy.Name)
		}
		empty := p.next(open) == closed
		switch {
		case remedy.Action == "index" && empty: // a declaration
			return manual("write " + name + " for " + remedy.Name)
		case remedy.Action == "index":
			r.edits = append(r.edits, p.edit(tokens[open].Start, tokens[open].End, "("), p.edit(tokens[closed].Start, tokens[closed].End, ")"))
		case keeps && !empty:
			if extra != "" {
				r.edits = append(r.edits, p.edit(tokens[closed].Start, tokens[closed].Start, extra))
			}
		case empty && !keeps:
			if arguments != "" {
				r.edits = append(r.edits, p.edit(tokens[closed].Start, tokens[closed].Start, arguments))
			}
		default:
			return manual("write " + name + " for " + remedy.Name)
		}
		r.edits = append(r.edits, p.edit(tokens[i].Start, tokens[i].End, name))
	}
	if len(r.edits) == 0 {
		return nil
	}
	return r
}

// decls writes extern "C" for a macro that stands alone in its line.
func (p *planner) decls(remedy facts.Remedy, places []int) *repair {
	tokens := p.file.Tokens()
	r := &repair{title: `write extern "C" under #ifdef __cplusplus for ` + remedy.Name, safety: remedy.Safety}
	words := "#ifdef __cplusplus\nextern \"C\" {\n#endif"
	if remedy.Text == "end" {
		words = "#ifdef __cplusplus\n}\n#endif"
	}
	for _, i := range places {
		end := tokens[i].End
		if p.is(p.next(i), ";") {
			end = tokens[p.next(i)].End
		}
		start, alone := p.lineStart(tokens[i].Start)
		_, last := p.lineEnd(end)
		if _, in := p.inDirective(tokens[i]); in || !alone || !last {
			return manual(`write extern "C" under #ifdef __cplusplus for ` + remedy.Name)
		}
		r.edits = append(r.edits, p.edit(start, end, p.lines(words)))
	}
	if len(r.edits) == 0 {
		return nil
	}
	return r
}

// unwrap writes the argument of a macro for its call: (int) for __P((int)).
func (p *planner) unwrap(remedy facts.Remedy, places []int) *repair {
	tokens := p.file.Tokens()
	r := &repair{title: "write the parameters without " + remedy.Name, safety: remedy.Safety}
	for _, i := range places {
		open := p.next(i)
		if _, in := p.inDirective(tokens[i]); in || !p.is(open, "(") {
			return nil
		}
		closed, ok := p.closing(open)
		if !ok || open != i+1 {
			return nil
		}
		r.edits = append(r.edits, p.edit(tokens[i].Start, tokens[open].End, ""), p.edit(tokens[closed].Start, tokens[closed].End, ""))
	}
	if len(r.edits) == 0 {
		return nil
	}
	return r
}

// ofConflict returns the repairs of a declaration or an argument that does not agree.
func (p *planner) ofConflict(u *lint.Use) []*repair {
	if r := p.designate(u); r != nil {
		return []*repair{r}
	}
	name := u.Name
	if name == "" {
		name = p.culprit(u)
	}
	remedies := facts.Remedies(u.Kind, name)
	if len(remedies) == 0 && (strings.HasPrefix(u.Message, "passing argument ") || strings.HasPrefix(u.Message, "conflicting types ")) {
		return p.undeclaredTags()
	}
	if !identifier(untagged(name)) || p.defines(untagged(name)) {
		return nil
	}
	var list []*repair
	for _, remedy := range remedies {
		switch remedy.Action {
		case "order":
			if r := p.order(remedy); r != nil {
				list = append(list, r)
			}
		case "one-include":
			if r := p.oneInclude(remedy); r != nil {
				list = append(list, r)
			}
		case "cast":
			if r := p.cast(remedy, u); r != nil {
				list = append(list, r)
			}
		default:
			if r := p.apply(remedy, p.live(name)); r != nil {
				list = append(list, r)
			}
		}
	}
	return list
}

// culprit returns the name in the line of a use that agrees with glibc alone, where the compiler
// does not say it: "initialization of 'char *' from 'int'".
func (p *planner) culprit(u *lint.Use) string {
	from, ok := p.file.Offset(u.Line, 1)
	if !ok || !strings.Contains(u.Message, "'int'") {
		return ""
	}
	tokens := p.file.Tokens()
	for i := p.file.TokenIndex(from); i < len(tokens) && p.file.Line(tokens[i].Start) == u.Line; i++ {
		if tokens[i].Kind != csource.Ident {
			continue
		}
		if list := facts.Remedies(lint.UseConflict, p.file.Spelling(tokens[i])); len(list) > 0 && list[0].Action != "cast" {
			return list[0].Name
		}
	}
	return ""
}

// ordered are the members of structures that musl has other members between, as it has to fill up
// what is wider on Linux than in POSIX. They stand in the same order everywhere.
var ordered = map[string][]string{
	"msghdr":  {"msg_name", "msg_namelen", "msg_iov", "msg_iovlen", "msg_control", "msg_controllen", "msg_flags"},
	"cmsghdr": {"cmsg_len", "cmsg_level", "cmsg_type"},
}

// designate names the members of such a structure in the list of values that a use is in.
func (p *planner) designate(u *lint.Use) *repair {
	at, ok := p.file.Offset(u.Line, max(u.Column, 1))
	if u.Name != "" || !strings.Contains(u.Message, "initialization") || !ok || p.cxx {
		return nil
	}
	tokens := p.file.Tokens()
	i := p.file.TokenIndex(at)
	for depth := 0; ; { // to the brace around it
		if i = p.previous(i); i < 0 || p.is(i, ";") {
			return nil
		}
		if p.is(i, "}") || p.is(i, ")") {
			depth++
		} else if p.is(i, "(") || p.is(i, "{") {
			if depth--; depth < 0 {
				break
			}
		}
	}
	closed, ok := p.closing(i)
	if !ok || !p.is(i, "{") {
		return nil
	}
	tag := p.previous(p.previous(i)) // of "struct msghdr m = {" and of "(struct msghdr) {"
	if p.is(p.previous(i), "=") {
		tag = p.previous(tag)
	} else if !p.is(p.previous(i), ")") {
		return nil
	}
	if tag < 0 || !p.is(p.previous(tag), "struct") {
		return nil
	}
	name := p.file.Spelling(tokens[tag])
	members := ordered[name]
	if members == nil || p.defines(name) {
		return nil
	}
	r := &repair{title: "name the members of struct " + name + ", between which musl has others", safety: lint.Safe}
	for n := 1; ; n++ {
		first, _, found := p.argument(i, closed, n)
		if !found {
			break
		}
		if n > len(members) || p.is(first, ".") || p.is(first, "[") {
			return nil
		}
		r.edits = append(r.edits, p.edit(tokens[first].Start, tokens[first].Start, "."+members[n-1]+" = "))
	}
	for _, t := range tokens[i:closed] {
		if _, in := p.inDirective(t); in {
			return nil
		}
	}
	if len(r.edits) == 0 {
		return nil
	}
	return r
}

// undeclaredTags includes what declares the structures that the file names and does not know: in
// the parameters of a function such a name is another structure than everywhere else, and nothing
// agrees with it.
func (p *planner) undeclaredTags() []*repair {
	tokens := p.file.Tokens()
	p.lookUp("")
	var names, headers []string
	var at []int
	for name, places := range p.positions {
		found := facts.HeadersOf("struct " + name)
		if len(found) == 0 || facts.HeadersOf(name) != nil && !tagged(name) || p.defines(name) {
			continue
		}
		var uses []int
		for _, i := range places {
			if !p.is(p.previous(i), "struct") || p.dead(tokens[i].Start) {
				continue
			}
			if p.is(p.next(i), "{") || p.is(p.next(i), ";") { // it is known here
				uses = nil
				break
			}
			if _, in := p.inDirective(tokens[i]); !in || p.directiveName(i) == "define" {
				uses = append(uses, tokens[i].Start)
			}
		}
		if len(uses) == 0 {
			continue
		}
		seen := p.seen(uses)
		if !slices.ContainsFunc(found, func(h string) bool { return p.has(seen, h) }) {
			names, headers, at = append(names, name), append(headers, found[0]), append(at, uses...)
		}
	}
	if len(names) == 0 || !p.header {
		return nil
	}
	slices.Sort(names)
	slices.Sort(headers)
	r := &repair{title: "include what declares struct " + strings.Join(names, ", struct "), safety: lint.Safe, headers: slices.Compact(headers), at: at}
	if slices.ContainsFunc(headers, func(h string) bool { return p.rival(h) != "" }) {
		r.safety = lint.Unsafe
		r.title += ": it may not go together with headers of the kernel"
	}
	return []*repair{r}
}

// tagged reports whether musl has a structure of that name.
func tagged(name string) bool {
	i, ok := facts.LookupInterface("struct " + name)
	return ok && len(i.Musl) > 0
}

func (p *planner) directiveName(i int) string {
	d, _ := p.inDirective(p.file.Tokens()[i])
	return d.Name
}

// ofMember returns the repairs of a member that a structure does not have. Some have it with
// _GNU_SOURCE alone, where glibc needs no more than its defaults.
func (p *planner) ofMember(u *lint.Use) []*repair {
	owner, _, named := strings.Cut(u.Name, ".")
	if !named {
		return nil
	}
	switch owner {
	case "tcphdr", "udphdr", "mcontext_t", "siginfo_t", "icmphdr", "ether_arp":
	default:
		return nil
	}
	if p.defines("_GNU_SOURCE") || p.cxx {
		return nil
	}
	title := "define _GNU_SOURCE before the first include: some functions, such as strerror_r, are others on glibc then"
	if r := p.defineFirst("_GNU_SOURCE", title, lint.Unsafe); r != nil {
		return []*repair{r}
	}
	return []*repair{manual("define _GNU_SOURCE, with which musl declares that member: -D_GNU_SOURCE")}
}

// cast casts the argument of the call that a use is about.
func (p *planner) cast(remedy facts.Remedy, u *lint.Use) *repair {
	number, kind, _ := strings.Cut(remedy.Text, " ")
	n, _ := strconv.Atoi(number)
	if p.cxx || !strings.Contains(u.Message, "argument "+number+" ") && u.Message != "" {
		return nil
	}
	tokens := p.file.Tokens()
	at, ok := p.file.Offset(u.Line, max(u.Column, 1))
	if !ok {
		return nil
	}
	for _, i := range p.live(u.Name) {
		open := p.next(i)
		if !p.is(open, "(") {
			continue
		}
		closed, balanced := p.closing(open)
		if !balanced {
			continue
		}
		// The compiler points at the argument, or at the name.
		if u.Column > 0 && (at < tokens[i].Start || at >= tokens[closed].End) || u.Column == 0 && p.file.Line(tokens[i].Start) != u.Line {
			continue
		}
		first, last, found := p.argument(open, closed, n)
		if !found || p.castAlready(first, kind) {
			return nil
		}
		r := &repair{title: "cast to " + kind, safety: remedy.Safety}
		if p.compound(first, last) {
			r.edits = []lint.Edit{p.edit(tokens[first].Start, tokens[first].Start, "("+kind+") ("), p.edit(tokens[last].End, tokens[last].End, ")")}
		} else {
			r.edits = []lint.Edit{p.edit(tokens[first].Start, tokens[first].Start, "("+kind+") ")}
		}
		return r
	}
	return nil
}

// argument returns the first and the last token of the nth argument.
func (p *planner) argument(open, closed, n int) (first, last int, ok bool) {
	depth := 0
	first = p.next(open)
	for i := first; i <= closed && i < len(p.file.Tokens()); i = p.next(i) {
		switch {
		case i == closed || depth == 0 && p.is(i, ","):
			if n--; n == 0 {
				last = p.previous(i)
				return first, last, last >= first
			}
			first = p.next(i)
		case p.is(i, "(") || p.is(i, "[") || p.is(i, "{"):
			depth++
		case p.is(i, ")") || p.is(i, "]") || p.is(i, "}"):
			depth--
		}
	}
	return 0, 0, false
}

// castAlready reports whether an expression begins with a cast to a type.
func (p *planner) castAlready(first int, kind string) bool {
	if !p.is(first, "(") {
		return false
	}
	i := p.next(first)
	for word := range strings.FieldsSeq(kind) {
		for p.is(i, "const") {
			i = p.next(i)
		}
		if !p.is(i, word) {
			return false
		}
		i = p.next(i)
	}
	return p.is(i, ")")
}

// compound reports whether an expression has an operator that binds less than a cast.
func (p *planner) compound(first, last int) bool {
	depth := 0
	for i := first; i <= last; i = p.next(i) {
		t := p.file.Tokens()[i]
		if t.Kind != csource.Punct {
			continue
		}
		switch s := p.file.Spelling(t); s {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case "->", ".", "&", "*", "!", "~", "++", "--":
			// & and * may be binary too, when something stands before them that has a value
			if depth == 0 && i != first && (s == "&" || s == "*") && p.ends(p.previous(i)) {
				return true
			}
		default:
			if depth == 0 {
				return true
			}
		}
	}
	return false
}

// ends reports whether a token ends an operand.
func (p *planner) ends(i int) bool {
	t := p.file.Tokens()[i]
	return slices.Contains([]csource.Kind{csource.Ident, csource.Number, csource.String, csource.Char}, t.Kind) || p.is(i, ")") || p.is(i, "]")
}
