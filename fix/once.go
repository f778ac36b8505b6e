package fix

import (
	"fmt"
	"slices"

	"github.com/musllint/musllint/lint"
)

// Once makes fixes for the findings of a text that cannot be linted again, all that do not get in
// the way of each other, in one round. Nobody checks what comes of it: the fixes have to be such
// that any of them may be made without the others.
func (r *Repairer) Once(name string, findings []lint.Finding) (*Outcome, error) {
	s := newSession(r, name, findings)
	s.rounds = 1
	taken := s.plan(func(*lint.Finding) bool { return true })
	if len(taken) > 0 {
		d, why, err := s.drafted(taken)
		if err != nil {
			return nil, err
		}
		if why != "" { // plan takes nothing that conflicts, and candidates lie within their texts
			return nil, fmt.Errorf("%s: %s", name, why)
		}
		s.Draft.adopt(d.draft)
		s.made(taken, d.edits, d.shifts)
		s.outcome.Rounds = 1
		s.findings = remaining(findings, taken, d.shifts)
	}
	s.conclude()
	return s.outcome, nil
}

// remaining are the findings that nothing was made for, with their places as they are now.
func remaining(findings []lint.Finding, taken []*candidate, shifts map[string]shift) []lint.Finding {
	repaired := map[*lint.Finding]bool{}
	for _, c := range taken {
		repaired[c.finding] = true
	}
	move := func(r *lint.Range) { *r = shifts[r.File].forward(*r) }
	var list []lint.Finding
	for i := range findings {
		if repaired[&findings[i]] {
			continue
		}
		f := findings[i]
		move(&f.Range)
		f.Evidence = slices.Clone(f.Evidence)
		for k := range f.Evidence {
			move(&f.Evidence[k].Range)
		}
		f.Fixes = slices.Clone(f.Fixes)
		for k := range f.Fixes {
			f.Fixes[k].Edits = slices.Clone(f.Fixes[k].Edits)
			for j := range f.Fixes[k].Edits {
				move(&f.Fixes[k].Edits[j].Range)
			}
		}
		list = append(list, f)
	}
	return list
}
