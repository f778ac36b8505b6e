package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/facts"
)

// evaluation is one run of a set over one file.
type evaluation struct {
	set   *Set
	opt   Options
	file  *dockerfile.File // nil when uses are evaluated
	eval  *evaluator
	diags hcl.Diagnostics

	reports []report
	turns   []turn                // one a policy
	edits   map[*lint.Edit]string // those of repairs of sources, by the first of them
}

// A turn is whether a policy takes part: the user's settings, and no mistake so far.
type turn struct{ known, on bool }

// report is a finding with what is needed to fold it into another one.
type report struct {
	lint.Finding
	policy *Policy
	stage  *dockerfile.Stage
	scopes []scope // of once: what has one of them in common is reported once
	own    int     // number of leading Evidence that is the policy's own
}

func newEvaluation(s *Set, f *dockerfile.File, opt Options) *evaluation {
	return &evaluation{set: s, opt: opt, file: f, turns: make([]turn, len(s.entries))}
}

// turn returns that of a policy. The user's settings are asked once a file.
func (e *evaluation) turn(i int) *turn {
	t := &e.turns[i]
	if !t.known {
		*t = turn{known: true, on: e.enabled(i)}
	}
	return t
}

func (e *evaluation) enabled(i int) bool {
	entry := e.set.entries[i]
	if e.opt.Enabled == nil {
		return entry.byDefault
	}
	return e.opt.Enabled(entry.id, entry.name, entry.byDefault)
}

// problems reports what kept the file from being understood.
func (e *evaluation) problems() {
	for _, p := range e.file.Problems {
		i, ok := e.set.byID[p.Rule]
		if !ok || !e.turn(i).on {
			continue
		}
		policy, ok := e.policy(i)
		if !ok {
			continue
		}
		f := lint.Finding{Rule: p.Rule, Severity: e.severity(p.Rule, p.Severity), Message: p.Message, Range: p.Range, URL: policy.URL}
		e.reports = append(e.reports, report{Finding: f, policy: policy})
	}
}

func (e *evaluation) policy(i int) (*Policy, bool) {
	p, diags := e.set.policy(i)
	if diags.HasErrors() || p == nil {
		e.mistakes(i, diags)
		return nil, false
	}
	return p, true
}

// mistakes ends the turn of a broken policy, which is told once.
func (e *evaluation) mistakes(i int, diags hcl.Diagnostics) {
	if t := e.turn(i); t.on {
		t.on = false
		e.diags = append(e.diags, diags...)
	}
}

func (e *evaluation) severity(id string, s lint.Severity) lint.Severity {
	if e.opt.Severity == nil {
		return s
	}
	return e.opt.Severity(id, s)
}

// subject evaluates the policies whose match holds for a subject. Those that are a fallback
// speak only where no other one holds, be that one switched on or not.
func (e *evaluation) subject(s *Subject) {
	var fallbacks, others []int
	e.set.matcher.find(s, func(i int) {
		if e.set.entries[i].fallback {
			fallbacks = append(fallbacks, i)
		} else {
			others = append(others, i)
		}
	})
	held := false
	for _, i := range others {
		if (e.turn(i).on || len(fallbacks) > 0) && e.holds(i, s) {
			held = true
			e.judge(i, s)
		}
	}
	for _, i := range fallbacks {
		if !held && e.turn(i).on && e.holds(i, s) {
			e.judge(i, s)
		}
	}
}

// holds evaluates the condition of a policy.
func (e *evaluation) holds(i int, s *Subject) bool {
	when, diags := e.set.when(i)
	if diags.HasErrors() {
		e.mistakes(i, diags)
		return false
	}
	if e.eval == nil {
		e.eval = newEvaluator()
	}
	e.eval.subject = s
	yes, diags := e.eval.truth(when)
	if diags.HasErrors() {
		e.mistakes(i, diags)
	}
	return yes
}

// judge makes the finding of a policy that holds for a subject.
func (e *evaluation) judge(i int, s *Subject) {
	if !e.turn(i).on {
		return
	}
	p, ok := e.policy(i)
	if !ok || !p.applies(s.target()) {
		return
	}
	if r, diags := e.report(p, s); diags.HasErrors() {
		e.mistakes(i, diags)
	} else {
		e.reports = append(e.reports, r)
	}
}

// applies reports whether the target lies within the policy's bounds. A bound on a
// release or version that is not known does not hold.
func (p *Policy) applies(t lint.Target) bool {
	if p.since != (bound{}) {
		if order, ok := p.since.compare(t); !ok || order < 0 {
			return false
		}
	}
	if p.until != (bound{}) {
		if order, ok := p.until.compare(t); !ok || order >= 0 {
			return false
		}
	}
	return true
}

// compare orders the target against the bound; ok is false when it cannot be told.
func (b bound) compare(t lint.Target) (order int, ok bool) {
	if b.system == "alpine" {
		if t.Distro != "alpine" || t.Release == "" {
			return 0, false
		}
		return facts.CompareReleases(t.Release, b.version), true
	}
	v := muslVersion(t)
	return facts.CompareVersions("apk", v, b.version), v != ""
}

func (e *evaluation) report(p *Policy, s *Subject) (report, hcl.Diagnostics) {
	var all hcl.Diagnostics
	note := func(diags hcl.Diagnostics) { all = append(all, diags...) }
	r := report{policy: p, stage: s.st}
	severity := p.Severity
	for _, sw := range p.severities {
		yes, diags := e.eval.truth(sw.when)
		note(diags)
		if yes {
			severity = sw.severity
			break
		}
	}
	if s.use == nil && p.matchesLibc() && !s.st.Certain { // a libc from memory makes no failure certain
		severity = min(severity, lint.Warning)
	}
	severity = min(severity, s.ceiling())
	message, diags := e.eval.text(p.message)
	note(diags)
	at, diags := e.eval.place(p.at)
	note(diags)
	if at.File != s.Range.File { // what is found is found in the Dockerfile; evidence may lie elsewhere
		at = s.Range
	}
	evidence, diags := e.eval.notes(p.evidence)
	note(diags)
	fixes, diags := e.fixes(p)
	note(diags)
	r.Finding = lint.Finding{
		Rule: p.ID, Severity: e.severity(p.ID, severity), Message: message, Range: at,
		Target: s.target(), Evidence: evidence, Fixes: fixes, URL: p.URL,
	}
	r.own = len(evidence)
	if s.st != nil {
		r.Stage = s.st.Label()
		r.Evidence = append(r.Evidence, s.st.Reasons...)
	}
	r.scopes = e.scopesOf(p.once, s)
	return r, all
}

// scope is where a policy reports once: a range, and of uses also how they are called or
// repaired.
type scope struct {
	lint.Range
	of string
}

func (e *evaluation) scopesOf(once string, s *Subject) []scope {
	if once == "" {
		return nil
	}
	if s.use != nil {
		return s.use.scopes(once, e.inWords)
	}
	r := s.in.Range
	switch once {
	case "command":
		if s.command != nil {
			r = lint.Range{File: s.Range.File, Start: s.command.Start, End: s.command.End}
		}
	case "stage":
		r = s.st.Range
	case "file":
		r = lint.Range{File: s.Range.File, End: len(s.file.Source.Content) + 1}
	}
	return []scope{{Range: r}}
}

// inWords returns the same text for the same edits. The uses of one name share theirs, which are
// as many as its places.
func (e *evaluation) inWords(edits []lint.Edit) string {
	text, ok := e.edits[&edits[0]]
	if !ok {
		text = fmt.Sprint("edits ", edits)
		if e.edits == nil {
			e.edits = map[*lint.Edit]string{}
		}
		e.edits[&edits[0]] = text
	}
	return text
}

func (e *evaluation) fixes(p *Policy) ([]lint.Fix, hcl.Diagnostics) {
	list, all := e.eval.repairs(p.repairs)
	for i := range list {
		if list[i].Group == "" {
			list[i].Group = p.ID
		}
	}
	for _, spec := range p.fixes {
		yes, diags := e.eval.truth(spec.when)
		all = append(all, diags...)
		if !yes {
			continue
		}
		title, diags := e.eval.text(spec.title)
		all = append(all, diags...)
		if slices.ContainsFunc(list, func(f lint.Fix) bool { return f.Title == title }) {
			continue // a repair of the source says so already
		}
		fix := lint.Fix{Title: title, Safety: spec.safety}
		if len(p.fixes)+len(list) > 1 {
			fix.Group = p.ID
		}
		whole := true
		for _, edit := range spec.edits {
			at, diags := e.eval.place(edit.at)
			all = append(all, diags...)
			text, diags := e.eval.wholeText(edit.with)
			all = append(all, diags...)
			whole = whole && len(text) <= maxText
			switch {
			case edit.before:
				at.End = at.Start
			case edit.after:
				at.Start = at.End
			}
			fix.Edits = append(fix.Edits, lint.Edit{Range: at, NewText: text})
		}
		ok, diags := e.steps(spec, &fix)
		all = append(all, diags...)
		if !ok { // what a recipe cannot do safely is left to a person
			fix.Safety, fix.Edits, fix.Exclusive = lint.Manual, nil, false
		}
		if whole { // no file gets a part of a text
			list = append(list, fix)
		}
	}
	return list, all
}

// finish orders the reports, leaves out the hidden ones and folds what follows from
// another finding into it.
func (e *evaluation) finish() []lint.Finding {
	slices.SortStableFunc(e.reports, func(a, b report) int {
		return cmp.Or(
			cmp.Compare(a.Range.Start, b.Range.Start), cmp.Compare(a.Range.End, b.Range.End),
			strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message), cmp.Compare(b.Severity, a.Severity))
	})
	e.reports = slices.CompactFunc(e.reports, func(a, b report) bool { // several match blocks may say the same
		return a.Rule == b.Rule && a.Range == b.Range && a.Message == b.Message
	})
	if e.opt.Hidden != nil {
		e.reports = slices.DeleteFunc(e.reports, func(r report) bool { return e.opt.Hidden(&r.Finding) })
	}
	e.foldRepeats()
	e.foldConsequences()
	findings := make([]lint.Finding, len(e.reports))
	for i, r := range e.reports {
		findings[i] = r.Finding
	}
	return findings
}

// foldRepeats makes further findings of a policy with once evidence of the most severe of
// its scope, or of the first of these.
func (e *evaluation) foldRepeats() {
	groups := e.repeats()
	if groups == nil {
		return
	}
	lead := map[int]int{} // by group
	for i, r := range e.reports {
		if j, ok := lead[groups[i]]; !ok || r.Severity > e.reports[j].Severity {
			lead[groups[i]] = i
		}
	}
	var kept []int
	for i := range e.reports {
		r := &e.reports[i]
		j := lead[groups[i]]
		if j == i {
			kept = append(kept, i)
			continue
		}
		if lead := &e.reports[j]; r.Range != lead.Range {
			message := lint.HereToo
			if e.file == nil && r.Message != lead.Message { // the repair of one thing is that of another
				message = r.Message
			}
			lead.tell(message, r)
		}
		e.reports[j].share(r.Fixes)
	}
	e.keep(kept)
}

// repeats puts reports into groups of what is to be reported once, and returns the group of
// each; nil when there is nothing of the kind.
func (e *evaluation) repeats() []int {
	type key struct {
		rule  string
		scope scope
	}
	first := map[key]int{} // the first report that has it
	groups := make([]int, len(e.reports))
	root := func(i int) int {
		for groups[i] != i {
			groups[i] = groups[groups[i]]
			i = groups[i]
		}
		return i
	}
	found := false
	for i, r := range e.reports {
		groups[i] = i
		for _, s := range r.scopes {
			k := key{r.Rule, s}
			if j, ok := first[k]; ok {
				a, b := root(i), root(j)
				groups[max(a, b)] = min(a, b)
				found = true
			} else {
				first[k] = i
			}
		}
	}
	if !found {
		return nil
	}
	for i := range groups {
		groups[i] = root(i)
	}
	return groups
}

// keep drops all reports but those of these numbers.
func (e *evaluation) keep(numbers []int) {
	for to, from := range numbers {
		e.reports[to] = e.reports[from]
	}
	e.reports = e.reports[:len(numbers)]
}

// maxShared bounds the edits of one fix: each is compared with all others.
const maxShared = 1000

// share adds the edits of a repeat to those of the same fix: what is one finding has one
// repair. Edits that get in the way of each other are left for when the first are made.
func (r *report) share(fixes []lint.Fix) {
	for _, repeat := range fixes {
		i := slices.IndexFunc(r.Fixes, func(f lint.Fix) bool { return f.Title == repeat.Title })
		if i < 0 || r.Fixes[i].Safety == lint.Manual {
			continue
		}
		for _, edit := range repeat.Edits {
			if len(r.Fixes[i].Edits) < maxShared && !slices.ContainsFunc(r.Fixes[i].Edits, func(o lint.Edit) bool { return collide(o.Range, edit.Range) }) {
				r.Fixes[i].Edits = append(r.Fixes[i].Edits, edit)
			}
		}
	}
}

// collide reports whether edits of two ranges cannot both be made, or their order matters.
func collide(a, b lint.Range) bool {
	return a.Overlaps(b) || a.File == b.File && a.Start == b.Start
}

// tell adds another report as evidence, behind the policy's own and before the reasons of
// the stage.
func (r *report) tell(message string, other *report) {
	r.Evidence = slices.Insert(r.Evidence, r.own, lint.Related{Message: message, Range: other.Range, Rule: other.Rule})
	r.own++
}

// foldConsequences makes findings that follow from another one of the same stage evidence
// of it: the last one before them, else the first. A finding that is itself a consequence
// passes what follows from it on.
func (e *evaluation) foldConsequences() {
	causes := e.causes()
	if causes == nil {
		return
	}
	root := func(i int) int {
		for range e.set.entries { // no chain is longer, unless it is a circle
			if causes[i] < 0 {
				break
			}
			i = causes[i]
		}
		return i
	}
	var kept []int
	for i, r := range e.reports {
		if j := root(i); j != i && causes[j] < 0 {
			e.reports[j].tell(r.Message+" ["+r.Rule+"]", &r)
		} else {
			kept = append(kept, i)
		}
	}
	e.keep(kept)
}

// causes returns for each report the number of the one that it follows from, -1 where
// there is none; nil when none follows from another one.
func (e *evaluation) causes() []int {
	type key struct {
		stage *dockerfile.Stage
		rule  string
	}
	numbers := map[key][]int{}
	for i, r := range e.reports {
		k := key{r.stage, r.Rule}
		numbers[k] = append(numbers[k], i)
	}
	causes := make([]int, len(e.reports))
	found := false
	for i, r := range e.reports {
		before, after := -1, -1
		for _, rule := range r.policy.consequenceOf {
			of := numbers[key{r.stage, rule}]
			n, own := slices.BinarySearch(of, i)
			if n > 0 {
				before = max(before, of[n-1])
			}
			if own {
				n++
			}
			if n < len(of) && (after < 0 || of[n] < after) {
				after = of[n]
			}
		}
		causes[i] = cmp.Or(before+1, after+1) - 1
		found = found || causes[i] >= 0
	}
	if !found {
		return nil
	}
	return causes
}
