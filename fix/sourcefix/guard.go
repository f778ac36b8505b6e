package sourcefix

import (
	"slices"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// guarded is a statement that a repair puts under #ifdef __GLIBC__.
type guarded struct {
	start, end int
	by         *repair
}

// guard puts the statements that call a function under #ifdef __GLIBC__, where each of them does
// nothing else and drops the result.
func (p *planner) guard(remedy facts.Remedy, places []int) *repair {
	tokens := p.file.Tokens()
	r := &repair{title: titled("call "+remedy.Name+" with glibc alone", remedy), safety: remedy.Safety}
	var statements []guarded
	for _, i := range places {
		from, to, ok := p.statement(i)
		if !ok {
			return nil
		}
		start, alone := p.lineStart(tokens[from].Start)
		end, last := p.lineEnd(tokens[to].End)
		if !alone || !last {
			return nil
		}
		statements = append(statements, guarded{start, end, r})
	}
	if len(statements) == 0 {
		return nil
	}
	for _, s := range statements {
		if e, ok := p.narrowed(p.file.BranchAt(s.start)); ok && p.alone(s) {
			r.edits = append(r.edits, e)
			continue
		}
		r.edits = append(r.edits, p.edit(s.start, s.start, "#ifdef __GLIBC__"+p.eol), p.edit(s.end, s.end, p.eol+"#endif"))
	}
	p.guards = append(p.guards, statements...)
	return r
}

// alone reports whether a statement is all that stands in its branch.
func (p *planner) alone(s guarded) bool {
	tokens := p.file.Tokens()
	b := p.file.Branches()[p.file.BranchAt(s.start)]
	for i := p.file.TokenIndex(b.Start); i < len(tokens) && tokens[i].Start < b.End; i++ {
		if tokens[i].Kind != csource.Comment && (tokens[i].Start < s.start || tokens[i].End > s.end) {
			return false
		}
	}
	return true
}

// statement returns the first and the last token of the statement that is a call of the function
// at i and nothing else.
func (p *planner) statement(i int) (from, to int, ok bool) {
	tokens := p.file.Tokens()
	if _, in := p.inDirective(tokens[i]); in || p.brackets[i] == 0 || p.parens[i] > 0 {
		return 0, 0, false
	}
	open := p.next(i)
	if !p.is(open, "(") {
		return 0, 0, false
	}
	closed, balanced := p.closing(open)
	to = p.next(closed)
	if !balanced || !p.is(to, ";") {
		return 0, 0, false
	}
	from = i
	if b := p.previous(i); p.is(b, ")") && p.is(p.previous(b), "void") && p.is(p.previous(p.previous(b)), "(") {
		from = p.previous(p.previous(b))
	}
	if !p.begins(from) {
		return 0, 0, false
	}
	for _, t := range tokens[from : to+1] { // no directive within
		if _, in := p.inDirective(t); in {
			return 0, 0, false
		}
	}
	return from, to, true
}

// begins reports whether a statement begins at a token, whatever branches before it are compiled.
// In "if (x) #ifdef A f(); #endif g();" neither f nor g does: either may be what x decides about.
func (p *planner) begins(from int) bool {
	tokens := p.file.Tokens()
	asked := map[int]bool{}
	for ask := []int{p.previous(from)}; len(ask) > 0; {
		before := ask[len(ask)-1]
		ask = ask[:len(ask)-1]
		switch {
		case asked[before]:
			continue
		case before < 0:
			return false
		}
		asked[before] = true
		i, in := p.file.DirectiveAt(tokens[before].Start)
		if !in {
			if !p.is(before, ";") && !p.is(before, "{") && !p.is(before, "}") {
				return false
			}
			continue
		}
		switch d := p.file.Directives()[i]; d.Name {
		case "endif":
			ends, start := p.chainBefore(d)
			ask = append(append(ask, ends...), start)
		case "elif", "elifdef", "elifndef", "else":
			_, start := p.chainBefore(d)
			ask = append(ask, start)
		default:
			ask = append(ask, p.before(d))
		}
	}
	return true
}

// before returns the last token before a directive, -1 for none.
func (p *planner) before(d csource.Directive) int { return p.previous(p.file.TokenIndex(d.Start)) }

// chainBefore returns the last tokens of the branches of the chain that a directive goes on with
// or ends, and the last one before the chain, -1 for none.
func (p *planner) chainBefore(d csource.Directive) (ends []int, start int) {
	b := p.file.BranchAt(d.Start - 1)
	if b < 0 {
		return nil, -1
	}
	branches, directives := p.file.Branches(), p.file.Directives()
	first := branches[b].Chain
	for _, x := range branches[first : b+1] {
		if x.Chain == first && x.Close >= 0 {
			ends = append(ends, p.before(directives[x.Close]))
		}
	}
	return ends, p.before(directives[branches[first].Directive])
}

// shareGuards gives uses that stand in nothing but guarded statements the repair that guards
// these.
func (p *planner) shareGuards(uses []lint.Use, repairs [][]*repair) {
	var firsts []*repair
	for _, list := range repairs {
		if len(list) > 0 && list[0] != nil {
			firsts = append(firsts, list[0])
		}
	}
	tokens := p.file.Tokens()
	for i := range uses {
		if repairs[i] == nil {
			continue
		}
		switch uses[i].Kind {
		case lint.UseFunction, lint.UseMacro, lint.UseType:
		default:
			continue
		}
		var shared *repair
		for _, place := range p.live(untagged(uses[i].Name)) {
			in := slices.IndexFunc(p.guards, func(g guarded) bool {
				return g.start <= tokens[place].Start && tokens[place].End <= g.end && slices.Contains(firsts, g.by)
			})
			if in < 0 || shared != nil && p.guards[in].by != shared {
				shared = nil
				break
			}
			shared = p.guards[in].by
		}
		if shared != nil && len(repairs[i]) > 0 && repairs[i][0] != shared {
			repairs[i] = []*repair{shared}
		}
	}
}
