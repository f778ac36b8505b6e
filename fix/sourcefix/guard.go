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
	before := p.previous(from)
	if before < 0 {
		return 0, 0, false
	}
	if d, in := p.inDirective(tokens[before]); in {
		// What stands before the directive counts; a branch may have cut something in two.
		for before >= 0 {
			if d, in = p.inDirective(tokens[before]); !in {
				break
			}
			for before >= 0 && tokens[before].Start >= d.Start {
				before = p.previous(before)
			}
		}
	}
	if !p.is(before, ";") && !p.is(before, "{") && !p.is(before, "}") {
		return 0, 0, false
	}
	for _, t := range tokens[from : to+1] { // no directive within
		if _, in := p.inDirective(t); in {
			return 0, 0, false
		}
	}
	return from, to, true
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
