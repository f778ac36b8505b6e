package fix

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/musllint/musllint/lint"
)

// maxRounds is how often a text is repaired and linted again. A round less would do for any
// file that people write; what is left then waits for the next run.
const maxRounds = 10

// A file is linted again to find the fixes that make it worse, so often at most, and less
// often when it is large.
const (
	minTries = 5
	maxTries = 300
	maxBytes = 4 << 20 // that are linted in all
)

// Repairer makes the fixes of findings in a draft.
type Repairer struct {
	Draft *Draft
	// Lint lints a file as it would be with the texts that changed, by name; its own is always
	// among them. The error is the linter's own trouble.
	Lint func(ctx context.Context, name string, texts map[string][]byte) (Verdict, error)
	// Hold says why a fix with edits is not to be made, empty when it is; nil: those that are
	// not safe are held.
	Hold func(*lint.Finding, *lint.Fix) string
}

// Outcome is what became of the findings of one file.
type Outcome struct {
	Fixed  []Fixed
	Left   []Left
	Rounds int // in which something was repaired
}

// Fixed is a finding that was repaired.
type Fixed struct {
	Finding lint.Finding // with its place in the text before all repairs
	Fix     lint.Fix
	Round   int    // from 1
	Waited  string // the rule whose fix was in the way in an earlier round; empty when none was
}

// Left is a finding that is still there, or would be.
type Left struct {
	Finding lint.Finding // with its place in the text before all repairs
	Now     lint.Range   // its place in the repaired text
	Fix     *lint.Fix    // the first one that has edits; nil when a person has to act
	Why     Why
	Reason  string // of Held what Repairer.Hold says, of Worse what would be worse
}

// Why says why a finding is left.
type Why uint8

const (
	ByHand     Why = iota // no fix has edits
	Held                  // Repairer.Hold holds the fix
	Worse                 // the fix was made and taken back
	Clashed               // other fixes were in the way to the last round
	Impossible            // the fix changes a file that cannot be read, or nothing
)

// Repair makes fixes for the findings of a text. The text and its findings are the draft's: a
// second call goes on from there.
func (r *Repairer) Repair(ctx context.Context, name string, findings []lint.Finding) (*Outcome, error) {
	s := newSession(r, name, findings)
	for s.rounds = 1; s.rounds <= maxRounds; s.rounds++ {
		goOn, err := s.round(ctx)
		if err != nil {
			return nil, err
		}
		if !goOn {
			break
		}
	}
	s.conclude()
	return s.outcome, nil
}

// session is the way of one file through the rounds.
type session struct {
	*Repairer
	name     string
	findings []lint.Finding       // in the text as it is now
	rounds   int                  // the number of this one, from 1
	tries    int                  // how often the text may still be linted
	rejected map[string]rejection // by the key of a candidate
	waited   map[string]string    // by the key of a candidate: the rule that it waited for
	shifts   map[string][]shift   // of each file, one a step
	outcome  *Outcome
}

func newSession(r *Repairer, name string, findings []lint.Finding) *session {
	return &session{
		Repairer: r, name: name, findings: findings,
		rejected: map[string]rejection{}, waited: map[string]string{}, shifts: map[string][]shift{}, outcome: &Outcome{},
	}
}

// rejection is why a fix was taken back, which holds for the text as it was.
type rejection struct {
	why   string
	fixed int // findings that were repaired by then
}

// round makes what can be made together. It is false when nothing came of it, so that another
// round would not help either.
func (s *session) round(ctx context.Context) (bool, error) {
	taken := s.plan(func(*lint.Finding) bool { return true })
	if len(taken) == 0 {
		return false, nil
	}
	if s.rounds == 1 {
		text, err := s.Draft.text(s.name)
		if err != nil {
			return false, fmt.Errorf("%s: %w", s.name, withoutPath(err))
		}
		s.tries = min(max(maxBytes/max(len(text), 1), minTries), maxTries)
	}
	fixed := len(s.outcome.Fixed)
	if err := s.settle(ctx, taken); err != nil {
		return false, err
	}
	if len(s.outcome.Fixed) > fixed {
		s.outcome.Rounds++
	}
	return s.tries > 0, nil // a fix that was rejected may have an alternative
}

// plan chooses among the fixes of some of the findings.
func (s *session) plan(of func(*lint.Finding) bool) []*candidate {
	var list []*candidate
	for i := range s.findings {
		if !of(&s.findings[i]) {
			continue
		}
		if c, _ := s.candidate(&s.findings[i]); c != nil {
			list = append(list, c)
		}
	}
	inOrder(list)
	taken, left := plan(list)
	for _, c := range left {
		if _, ok := s.waited[c.key()]; !ok {
			s.waited[c.key()] = c.clash.finding.Rule
		}
	}
	return taken
}

// settle makes candidates together when nothing gets worse by them, and otherwise parts them
// to find those that do, so that the others stand.
func (s *session) settle(ctx context.Context, list []*candidate) error {
	if len(list) == 0 || s.tries <= 0 {
		return nil
	}
	why, err := s.try(ctx, list)
	if err != nil || why == "" {
		return err
	}
	if len(list) == 1 {
		s.rejected[list[0].key()] = rejection{why, len(s.outcome.Fixed)}
		return nil
	}
	first, second := list[:len(list)/2], list[len(list)/2:]
	fixed := len(s.outcome.Fixed)
	if err := s.settle(ctx, first); err != nil {
		return err
	}
	if len(s.outcome.Fixed) > fixed { // the text has moved on, and its findings with it
		rest := map[string]bool{}
		for _, c := range second {
			rest[c.of] = true
		}
		second = s.plan(func(f *lint.Finding) bool { return rest[s.identity(f)] })
	}
	return s.settle(ctx, second)
}

// try makes candidates. It changes nothing when something is worse then, and says what.
func (s *session) try(ctx context.Context, list []*candidate) (worseBy string, err error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	d, why, err := s.drafted(list)
	if err != nil || why != "" {
		return why, err
	}
	texts := s.Draft.Texts()
	maps.Copy(texts, d.draft.Texts())
	if _, ok := texts[s.name]; !ok {
		if texts[s.name], err = d.draft.text(s.name); err != nil {
			return "", err
		}
	}
	s.tries--
	verdict, err := s.Lint(ctx, s.name, texts)
	if err != nil {
		return "", err
	}
	if why := worse(s.findings, list, verdict, d.shifts); why != "" {
		return why, nil
	}
	s.Draft.adopt(d.draft)
	s.made(list, d.edits, d.shifts)
	s.findings = verdict.Findings
	return "", nil
}

// drafted is what candidates make together: a draft of its own, their edits by file, and where
// the bytes of the files went.
type drafted struct {
	draft  *Draft
	edits  map[string][]lint.Edit
	shifts map[string]shift
}

// drafted makes the edits of candidates in a draft of their own, or says why they cannot be made.
func (s *session) drafted(list []*candidate) (d drafted, why string, err error) {
	d = drafted{s.Draft.child(), editsOf(list), map[string]shift{}}
	for file, e := range d.edits {
		text, err := d.draft.text(file)
		if err != nil {
			return d, "", err
		}
		if err := valid(text, e); err != nil {
			return d, err.Error(), nil
		}
		f, _ := d.draft.Read(file)
		f.Content = edited(text, e)
		d.draft.put(file, f)
		d.draft.entries[file].marks = s.Draft.entries[file].marks
		d.shifts[file] = shift(e).trimmed(text)
	}
	return d, "", nil
}

// made records candidates that stand.
func (s *session) made(list []*candidate, edits map[string][]lint.Edit, shifts map[string]shift) {
	for _, c := range list {
		s.outcome.Fixed = append(s.outcome.Fixed, Fixed{Finding: s.original(c.finding), Fix: *c.fix, Round: s.rounds, Waited: s.waited[c.key()]})
	}
	for file, moved := range shifts {
		marks := s.Draft.entries[file].marks
		for i := range marks {
			marks[i].start, marks[i].end = moved.start(marks[i].start), max(moved.start(marks[i].start), moved.end(marks[i].end))
		}
		s.Draft.entries[file].marks = marks
		s.shifts[file] = append(s.shifts[file], moved)
	}
	for _, c := range list {
		for _, e := range c.edits {
			entry := s.Draft.entries[e.Range.File]
			start := shift(edits[e.Range.File]).new(e)
			entry.marks = append(entry.marks, mark{start, start + len(e.NewText), c.finding.Rule})
		}
	}
}

// identity names a finding over the rounds: by what it says and where it was in the text before
// all repairs. Fingerprints count what is alike, and so change with it.
func (s *session) identity(f *lint.Finding) string {
	r := s.back(f.Range)
	return fmt.Sprintf("%s\x00%d\x00%d\x00%s", f.Rule, r.Start, r.End, f.Message)
}

// original is a finding with its places in the texts before all repairs.
func (s *session) original(f *lint.Finding) lint.Finding {
	g := *f
	g.Range = s.back(g.Range)
	g.Evidence = slices.Clone(g.Evidence)
	for i := range g.Evidence {
		g.Evidence[i].Range = s.back(g.Evidence[i].Range)
	}
	return g
}

func (s *session) back(r lint.Range) lint.Range {
	if r.Start == 0 && r.End == 0 {
		return r
	}
	for _, moved := range slices.Backward(s.shifts[r.File]) {
		end := moved.back(max(r.Start, r.End-1))
		if r.End > r.Start {
			end++
		}
		r.Start = moved.back(r.Start)
		r.End = max(r.Start, end)
	}
	return r
}

// candidate returns the fix that a finding is to get: the first one that may be made. Where
// there is none it says why the finding stays.
func (s *session) candidate(f *lint.Finding) (*candidate, Left) {
	left := Left{Finding: *f, Why: ByHand}
	for i := range f.Fixes {
		fix := &f.Fixes[i]
		if len(fix.Edits) == 0 || fix.Safety == lint.Manual {
			continue
		}
		c, why, reason := s.applicable(f, fix)
		if c != nil {
			return c, Left{}
		}
		if left.Fix == nil {
			left.Fix, left.Why, left.Reason = fix, why, reason
		}
	}
	return nil, left
}

// applicable makes a fix a candidate, or says why it is none.
func (s *session) applicable(f *lint.Finding, fix *lint.Fix) (*candidate, Why, string) {
	if reason := s.hold(f, fix); reason != "" {
		return nil, Held, reason
	}
	c := &candidate{finding: f, of: s.identity(f), fix: fix}
	if r, ok := s.rejected[c.key()]; ok && r.fixed == len(s.outcome.Fixed) {
		return nil, Worse, r.why
	}
	useful := false
	for _, e := range fix.Edits {
		text, err := s.Draft.text(e.Range.File)
		if err != nil {
			return nil, Impossible, fmt.Sprintf("%s: %v", e.Range.File, withoutPath(err))
		}
		if err := valid(text, []lint.Edit{e}); err != nil {
			return nil, Impossible, err.Error()
		}
		e = withEndings(text, e)
		useful = useful || changes(text, e)
		c.edits = append(c.edits, e)
	}
	if !useful {
		return nil, Impossible, "it changes nothing"
	}
	own := takenEdits{}
	for _, e := range c.edits {
		if own.conflict([]lint.Edit{e}) != nil {
			return nil, Impossible, "two of its edits exclude each other"
		}
		own.add(&candidate{edits: []lint.Edit{e}})
	}
	return c, 0, ""
}

func (s *session) hold(f *lint.Finding, fix *lint.Fix) string {
	if s.Hold != nil {
		return s.Hold(f, fix)
	}
	if fix.Safety != lint.Safe {
		return "it is not safe"
	}
	return ""
}

// conclude says why the findings that are left are.
func (s *session) conclude() {
	for i := range s.findings {
		c, left := s.candidate(&s.findings[i])
		if c != nil {
			left = Left{Finding: s.findings[i], Fix: c.fix, Why: Clashed, Reason: "other repairs come first"}
			if s.tries <= 0 {
				left.Reason = "so many repairs make something worse that not all were tried"
			} else if rule := s.waited[c.key()]; rule != "" {
				left.Reason = "the repair of " + rule + " comes first"
			}
		}
		left.Now = left.Finding.Range
		left.Finding = s.original(&left.Finding)
		s.outcome.Left = append(s.outcome.Left, left)
	}
}
