package sourcefix

import (
	"bytes"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// include is one of the file with what decides whether others can stand beside it.
type include struct {
	csource.Include
	directive csource.Directive
	branch    int // that it is in, -1 for none
	depth     int32
	dead      bool
}

func (p *planner) surveyIncludes() {
	directives := p.file.Directives()
	for _, in := range p.file.Includes() {
		d := directives[in.Directive]
		p.includes = append(p.includes, include{
			Include: in, directive: d, branch: p.file.BranchAt(d.Start), depth: p.brackets[p.file.TokenIndex(d.Start)], dead: p.dead(d.Start),
		})
	}
}

// around reports whether branch a is b, or one that b is in: what stands in a is compiled
// whenever what stands in b is.
func (p *planner) around(a, b int) bool {
	if a < 0 || b < 0 {
		return a < 0
	}
	all := p.file.Branches()
	return a <= b && all[b].End <= all[a].End // they are in the order in which they begin
}

// common is the innermost branch that all offsets are in.
func (p *planner) common(offsets []int) int {
	branch := p.file.BranchAt(offsets[0])
	for _, offset := range offsets[1:] {
		for !p.around(branch, p.file.BranchAt(offset)) {
			branch = p.file.Branches()[branch].Parent
		}
	}
	return branch
}

// seen returns the includes that are compiled before all of the offsets whenever these are.
func (p *planner) seen(offsets []int) []int {
	branch, first := p.common(offsets), p.earliest(offsets)
	var list []int
	for i, in := range p.includes {
		if in.directive.End <= first && !in.dead && !p.dropped[i] && p.around(in.branch, branch) {
			list = append(list, i)
		}
	}
	return list
}

// earliest returns before which offset something has to stand that is needed at all of them. What
// a macro is made of is needed where it is expanded, which is behind the first code at the
// earliest.
func (p *planner) earliest(offsets []int) int {
	first := len(p.file.Text())
	for _, offset := range offsets {
		if d, in := p.file.DirectiveAt(offset); in && p.file.Directives()[d].Name == "define" {
			offset = max(offset, p.code)
		}
		first = min(first, offset)
	}
	return first
}

// has reports whether one of the includes is a header, or one of musl's that brings it.
func (p *planner) has(list []int, header string) bool {
	for _, i := range list {
		name := p.includes[i].Name
		if name == header || name == cname(header) {
			return true
		}
		if header == anyLibc && fromLibc(name) {
			return true
		}
		if p.includes[i].System && slices.Contains(facts.ComesWith(plain(name)), header) {
			return true
		}
	}
	return false
}

// cheaders are those headers of C++ that are made of one of C.
const cheaders = " assert complex ctype errno fenv float inttypes limits locale math setjmp signal stdarg stddef stdint stdio stdlib string tgmath time uchar wchar wctype "

// cname is the name that C++ has for a header of C, empty when it has none.
func cname(header string) string {
	name, ok := strings.CutSuffix(header, ".h")
	if !ok || !contains(cheaders, name) {
		return ""
	}
	return "c" + name
}

// plain is the name that C has for a header of C++, itself when it has none.
func plain(name string) string {
	if rest, ok := strings.CutPrefix(name, "c"); ok && contains(cheaders, rest) {
		return rest + ".h"
	}
	return name
}

// fromLibc reports whether a header is glibc's, so that __GLIBC__ is defined behind it. Those of
// the compiler alone do not define it; all of C++ do.
func fromLibc(name string) bool {
	switch name {
	case "stddef.h", "stdarg.h", "stdbool.h", "float.h", "iso646.h", "stdalign.h", "stdnoreturn.h", "stdatomic.h", "stdint.h", "limits.h",
		"execinfo.h", "error.h", "gnu/libc-version.h": // musl does not have the last ones
		return name == "stdint.h" || name == "limits.h"
	}
	if !strings.ContainsAny(name, "./") {
		return true
	}
	h, ok := facts.LookupHeader(name)
	return ok && (h.State == "yes" || h.State == "warns") && !strings.HasPrefix(name, "linux/") && !strings.HasPrefix(name, "asm")
}

// point is where an include can be put.
type point struct {
	offset int
	before bool   // the line begins at offset; else the line before it ends there
	like   string // how others are written, up to the bracket
	gap    bool   // an empty line belongs between it and what is there
}

// includePoint returns where an include has to stand, so that it is seen at all offsets.
func (p *planner) includePoint(header string, offsets []int) point {
	branch, first := p.common(offsets), p.earliest(offsets)
	var candidates []int
	for _, i := range p.seen(offsets) {
		if p.includes[i].depth == 0 && !p.includes[i].Next && !p.inText(p.includes[i].directive) {
			candidates = append(candidates, i)
		}
	}
	candidates = p.outermost(candidates)
	if len(candidates) > 0 {
		return p.beside(p.block(candidates), header)
	}
	if at, ok := p.behindChains(branch, first); ok {
		return point{offset: at, like: "#include ", gap: true}
	}
	return p.top(branch, first)
}

// inText reports whether a directive stands among the arguments of something, where a further
// one would be no directive.
func (p *planner) inText(d csource.Directive) bool {
	return p.parens[p.file.TokenIndex(d.Start)] > 0
}

// outermost keeps those of the includes that stand under the fewest conditions; those of the
// system when there are any.
func (p *planner) outermost(list []int) []int {
	var system []int
	for _, i := range list {
		if p.includes[i].System {
			system = append(system, i)
		}
	}
	if len(system) > 0 {
		list = system
	}
	level := func(i int) int {
		n := 0
		for b := p.includes[i].branch; b >= 0; b = p.file.Branches()[b].Parent {
			n++
		}
		return n
	}
	least := -1
	for _, i := range list {
		if l := level(i); least < 0 || l < least {
			least = l
		}
	}
	var kept []int
	for _, i := range list {
		if level(i) == least {
			kept = append(kept, i)
		}
	}
	return kept
}

// block returns the longest run of includes with nothing between them, the first of those that
// are of one length.
func (p *planner) block(list []int) []int {
	var best []int
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n] == list[n-1]+1 && p.adjacent(p.includes[list[n-1]], p.includes[list[n]]) {
			n++
		}
		if n > len(best) {
			best = list[:n]
		}
		list = list[n:]
	}
	return best
}

// adjacent reports whether two includes stand in lines that follow each other.
func (p *planner) adjacent(a, b include) bool {
	return a.branch == b.branch && bytes.Count(p.file.Text()[a.directive.End:b.directive.Start], []byte("\n")) == 1 &&
		len(bytes.TrimSpace(p.file.Text()[a.directive.End:b.directive.Start])) == 0
}

// beside returns the place for a header in a run of includes: where the order has it, if they
// are in order, else behind the last one.
func (p *planner) beside(run []int, header string) point {
	last := p.includes[run[len(run)-1]]
	after := func(in include) point {
		return point{offset: in.directive.End, like: p.spelling(in)}
	}
	if len(run) < 3 {
		return after(last)
	}
	for i := 1; i < len(run); i++ {
		if p.includes[run[i-1]].Name > p.includes[run[i]].Name {
			return after(last)
		}
	}
	var before *include
	for _, i := range run {
		if p.includes[i].Name < header {
			before = &p.includes[i]
		}
	}
	if before != nil {
		return after(*before)
	}
	in := p.includes[run[0]]
	if start, ok := p.lineStart(in.directive.Start); ok {
		return point{offset: start, before: true, like: string(p.file.Text()[start:in.directive.Start]) + p.spelling(in)}
	}
	return after(last)
}

// spelling is how an include is written up to its bracket: "# include  ".
func (p *planner) spelling(in include) string {
	text := p.file.Text()[in.directive.Start:in.Start]
	word := bytes.Index(text, []byte("include"))
	if word < 0 || bytes.ContainsAny(text, "\\\n/") {
		return "#include "
	}
	gap := text[word+len("include"):]
	if in.Next || len(bytes.Trim(gap, " \t")) > 0 {
		gap = []byte(" ")
	}
	return string(text[:word]) + "include" + string(gap)
}

// behindChains returns the end of the last chain of conditions before the code that has includes
// in it.
func (p *planner) behindChains(branch, first int) (int, bool) {
	code := min(first, p.code)
	at, found := 0, false
	branches := p.file.Branches()
	directives := p.file.Directives()
	for _, in := range p.includes {
		for b := in.branch; b >= 0; b = branches[b].Parent {
			if branches[b].Parent != branch && !p.around(branches[b].Parent, branch) {
				continue
			}
			end := p.chainEnd(b)
			if end < 0 || p.around(b, branch) {
				break
			}
			d := directives[end]
			if d.End <= code && d.End > at && p.brackets[p.file.TokenIndex(d.Start)] == 0 {
				at, found = d.End, true
			}
			break
		}
	}
	return at, found
}

// chainEnd returns the index of the #endif of the chain that a branch belongs to, -1 when there
// is none.
func (p *planner) chainEnd(b int) int {
	branches := p.file.Branches()
	for {
		end := branches[b].Close
		if end < 0 || p.file.Directives()[end].Name == "endif" {
			return end
		}
		next := -1
		for i := b + 1; i < len(branches); i++ {
			if branches[i].Directive == end {
				next = i
				break
			}
		}
		if next < 0 {
			return -1
		}
		b = next
	}
}

// top returns the first place of a file for an include: behind the guard of a header, else
// behind the macros that it defines first, such as _GNU_SOURCE, and the comments that it begins
// with.
func (p *planner) top(branch, first int) point {
	directives := p.file.Directives()
	if guard, ok := p.file.HeaderGuard(); ok && first >= guard.Start {
		return point{offset: directives[guard.Directive+1].End, like: "#include ", gap: true}
	}
	for _, d := range directives {
		if d.End <= min(first, p.code) && p.around(p.file.BranchAt(d.Start), branch) && d.Name == "pragma" && len(d.Tokens) == 1 && p.file.Is(d.Tokens[0], "once") {
			return point{offset: d.End, like: "#include ", gap: true}
		}
	}
	if end := p.behindMacros(min(first, p.code)); end > 0 {
		return point{offset: end, like: "#include ", gap: true}
	}
	for _, t := range p.file.Tokens() {
		if t.Kind == csource.Comment {
			continue
		}
		if start, ok := p.lineStart(t.Start); ok {
			return point{offset: start, before: true, like: "#include ", gap: true}
		}
		break
	}
	return point{offset: p.file.LineStart(0), before: true, like: "#include ", gap: true}
}

// behindMacros returns the end of the directives that a file begins with, up to its first include
// and to an offset, 0 when there are none.
func (p *planner) behindMacros(limit int) int {
	end, depth := 0, 0
	for _, d := range p.file.Directives() {
		switch d.Name {
		case "if", "ifdef", "ifndef":
			depth++
		case "endif":
			depth--
		case "include", "include_next", "import":
			return end
		}
		if d.End > limit || depth < 0 {
			return end
		}
		if depth == 0 {
			end = d.End
		}
	}
	return end
}

// renderHeaders puts the includes that repairs need into their places.
func (p *planner) renderHeaders(repairs []*repair, add func(int, int, string, *repair)) {
	var headers []string
	places := map[string][]int{}
	for _, r := range repairs {
		for _, h := range r.headers {
			if !slices.Contains(headers, h) {
				headers = append(headers, h)
			}
			places[h] = append(places[h], r.at...)
		}
	}
	slices.Sort(headers)
	planned := map[int][]string{} // by place
	for _, h := range headers {
		at := places[h]
		if len(at) == 0 || p.has(p.seen(at), h) {
			continue
		}
		where := p.includePoint(h, at)
		planned[where.offset] = append(planned[where.offset], h)
		name := h
		if h == anyLibc {
			name = portable
		}
		line := where.like + "<" + p.named(name) + ">"
		first := len(planned[where.offset]) == 1
		if where.before {
			line += p.eol
		} else {
			line = p.eol + line
			if where.gap && first {
				line = p.eol + line
			}
		}
		const rank = 10
		for _, r := range repairs {
			if !slices.Contains(r.headers, h) {
				continue
			}
			add(where.offset, rank, line, r)
			if where.gap && (where.before || !p.blank(p.afterLine(where.offset))) { // an empty line behind all of them
				add(where.offset, rank+1, p.eol, r)
			}
		}
	}
}

// named is what to write for a header: C++ has other names for those of C, which a file that
// writes them gets.
func (p *planner) named(header string) string {
	name := cname(header)
	if name == "" || !p.cxx {
		return header
	}
	ours, theirs := 0, 0
	for _, in := range p.includes {
		switch {
		case !in.System:
		case plain(in.Name) != in.Name:
			ours++
		case cname(in.Name) != "":
			theirs++
		}
	}
	if ours > theirs {
		return name
	}
	return header
}

// renderFirsts defines macros before the first include.
func (p *planner) renderFirsts(repairs []*repair, add func(int, int, string, *repair)) {
	for _, r := range repairs {
		if r.first == "" {
			continue
		}
		offset, gap := p.file.LineStart(0), true
		if len(p.includes) > 0 {
			in := p.includes[0]
			at := in.directive.Start
			if b := in.branch; b >= 0 { // before the conditions that it stands under
				for p.file.Branches()[b].Parent >= 0 {
					b = p.file.Branches()[b].Parent
				}
				at = p.file.Directives()[p.file.Branches()[p.file.Branches()[b].Chain].Directive].Start
			}
			if guard, ok := p.file.HeaderGuard(); ok {
				at = p.afterLine(p.file.Directives()[guard.Directive+1].End)
				gap = p.blank(at)
			}
			offset = at
			if start, ok := p.lineStart(min(at, len(p.file.Text()))); ok {
				offset = start
			}
		}
		text := "#ifndef " + r.first + "\n#define " + r.first + "\n#endif\n"
		if gap {
			text += "\n"
		}
		add(offset, 0, p.lines(text), r)
	}
}

// defineFirst returns a repair that defines a macro before the first include; nil where that is
// not possible.
func (p *planner) defineFirst(macro, title string, safety lint.Safety) *repair {
	if p.header || len(p.includes) == 0 || p.defines(macro) {
		return nil
	}
	return &repair{title: title, safety: safety, first: macro}
}
