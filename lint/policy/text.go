package policy

import (
	"regexp"
	"slices"
	"sort"

	"github.com/musllint/musllint/lint/dockerfile"
)

// textMatches remembers what regular expressions match in the stages of a file, because every
// subject asks for it anew.
type textMatches map[textKey]*stageMatches

type textKey struct {
	stage *dockerfile.Stage // nil: the file
	re    *regexp.Regexp
}

// stageMatches is what an expression matches in a stage.
type stageMatches struct {
	own   []int // its instructions, as a whole
	below bool  // an instruction of the stages that it is FROM
}

// of matches the expression with each instruction of a stage, and of those below, once.
func (t textMatches) of(f *dockerfile.File, st *dockerfile.Stage, re *regexp.Regexp) *stageMatches {
	key := textKey{st, re}
	if m := t[key]; m != nil {
		return m
	}
	m := &stageMatches{}
	t[key] = m
	for i, in := range st.Instructions {
		if re.Match(f.Source.Content[in.Range.Start:in.Range.End]) {
			m.own = append(m.own, i)
		}
	}
	if st.BaseStage != nil {
		base := t.of(f, st.BaseStage, re)
		m.below = base.below || len(base.own) > 0
	}
	return m
}

// ofFile reports whether the expression matches any instruction.
func (t textMatches) ofFile(f *dockerfile.File, re *regexp.Regexp) bool {
	m := t[textKey{nil, re}]
	if m == nil {
		m = &stageMatches{}
		t[textKey{nil, re}] = m
		m.below = slices.ContainsFunc(f.Stages, func(st *dockerfile.Stage) bool { return len(t.of(f, st, re).own) > 0 })
	}
	return m.below
}

// anyInstruction reports whether re matches the part of an instruction between start and
// end, in the stage of the subject or in those that it is FROM, which stand before it.
func (s *Subject) anyInstruction(start, end int, re *regexp.Regexp) bool {
	m := s.texts.of(s.file, s.st, re)
	if start == 0 && m.below {
		return true
	}
	list := s.st.Instructions
	first := sort.Search(len(list), func(i int) bool { return list[i].Range.Start >= start })
	last := sort.Search(len(list), func(i int) bool { return list[i].Range.End > end }) // behind the last one
	if i, _ := slices.BinarySearch(m.own, first); i < len(m.own) && m.own[i] < last {
		return true
	}
	return first > 0 && s.part(first-1, start, end, re) || last < len(list) && s.part(last, start, end, re)
}

// part reports whether re matches what lies between start and end of one instruction.
func (s *Subject) part(i, start, end int, re *regexp.Regexp) bool {
	r := s.st.Instructions[i].Range
	from, to := max(r.Start, start), min(r.End, end)
	return from < to && re.Match(s.file.Source.Content[from:to])
}
