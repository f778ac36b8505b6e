package fix

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/musllint/musllint/lint"
)

// Verdict is what linting a text says.
type Verdict struct {
	Findings []lint.Finding
	// Refused says why the text cannot be read as what it is to be, a Dockerfile that Docker
	// refuses; nil when it can.
	Refused error
}

// worse says why a text is no better after fixes were made, empty when it is. shifts tell
// where the places of before went.
//
// What a fix repairs has to be gone, the text has to be one that can be read, and there must
// be no finding that was not there before, by itself or as evidence of another one. Findings
// are recognised by their fingerprints and by where they are, so that moved lines do not
// matter, and of a rule that had several some may have moved.
func worse(before []lint.Finding, made []*candidate, after Verdict, shifts map[string]shift) string {
	if after.Refused != nil {
		return "the result cannot be read: " + after.Refused.Error()
	}
	repaired := map[*lint.Finding]bool{}
	for _, c := range made {
		repaired[c.finding] = true
	}
	known := knownPlaces(before, repaired, shifts)
	unknown := known.without(after.Findings)
	mended := places{} // of what should be gone
	for _, c := range made {
		at := shifts[c.finding.Range.File].forward(c.finding.Range)
		mended[c.finding.Rule] = append(mended[c.finding.Rule], &place{Range: at})
	}
	mended.sort()
	for _, f := range unknown {
		if len(mended.near(f)) > 0 {
			return fmt.Sprintf("%s is still found after it: %s", f.Rule, f.Message)
		}
	}
	count := map[string]int{}
	for _, f := range unknown {
		count[f.Rule]++
	}
	for _, f := range unknown {
		if count[f.Rule] > known.unseen(f.Rule) {
			return fmt.Sprintf("it would bring %s: %s", f.Rule, f.Message)
		}
		count[f.Rule] = 0 // those of one rule are asked about once
	}
	return ""
}

// place is where a rule found something before, as the text is now.
type place struct {
	lint.Range
	message, fingerprint string
	lead                 bool // a finding, and not evidence of one
	seen                 bool
}

// places are those of the findings that nobody repaired, by rule, in the order of the text.
type places map[string][]*place

func knownPlaces(findings []lint.Finding, repaired map[*lint.Finding]bool, shifts map[string]shift) places {
	b := places{}
	for i := range findings {
		f := &findings[i]
		if !repaired[f] {
			b[f.Rule] = append(b[f.Rule], &place{shifts[f.Range.File].forward(f.Range), f.Message, f.Fingerprint, true, false})
		}
		for _, r := range f.Evidence {
			if r.Rule != "" {
				b[r.Rule] = append(b[r.Rule], &place{Range: shifts[r.Range.File].forward(r.Range)})
			}
		}
	}
	b.sort()
	return b
}

func (b places) sort() {
	for _, list := range b {
		slices.SortStableFunc(list, func(p, q *place) int {
			return cmp.Or(strings.Compare(p.File, q.File), cmp.Compare(p.Start, q.Start))
		})
	}
}

// without returns the findings that are at none of the places. Each place is of one finding,
// and of those that it may be of the most similar one.
func (b places) without(findings []lint.Finding) []*lint.Finding {
	type exact struct {
		rule, message string
		at            lint.Range
	}
	type alike struct{ rule, message, fingerprint string }
	exacts, alikes := map[exact][]*place{}, map[alike][]*place{}
	for rule, list := range b {
		for _, p := range list {
			if p.lead {
				e, a := exact{rule, p.message, p.Range}, alike{rule, p.message, p.fingerprint}
				exacts[e], alikes[a] = append(exacts[e], p), append(alikes[a], p)
			}
		}
	}
	rest := make([]*lint.Finding, len(findings))
	for i := range findings {
		rest[i] = &findings[i]
	}
	for _, candidates := range []func(*lint.Finding) []*place{
		func(f *lint.Finding) []*place { return exacts[exact{f.Rule, f.Message, f.Range}] },
		func(f *lint.Finding) []*place { return alikes[alike{f.Rule, f.Message, f.Fingerprint}] },
		b.near,
	} {
		rest = slices.DeleteFunc(rest, func(f *lint.Finding) bool {
			for _, p := range candidates(f) {
				if !p.seen {
					p.seen = true
					return true
				}
			}
			return false
		})
	}
	return rest
}

// neighbours is how many places before and behind a finding are looked at. They overlap each
// other only where a rule finds something in a part of what it finds something in.
const neighbours = 50

// near returns the places that overlap a finding.
func (b places) near(f *lint.Finding) []*place {
	list := b[f.Rule]
	i := sort.Search(len(list), func(i int) bool {
		return list[i].File > f.Range.File || list[i].File == f.Range.File && list[i].Start >= f.Range.Start
	})
	var found []*place
	for _, p := range list[max(i-neighbours, 0):min(i+neighbours, len(list))] {
		if overlap(p.Range, f.Range) {
			found = append(found, p)
		}
	}
	return found
}

// unseen is the number of a rule's findings that have not been seen again.
func (b places) unseen(rule string) int {
	n := 0
	for _, p := range b[rule] {
		if p.lead && !p.seen {
			n++
		}
	}
	return n
}

// overlap reports whether two ranges are of the same place. A range without bytes is where it
// stands; the file as a whole is a place of its own.
func overlap(a, b lint.Range) bool {
	return a == b || a.Overlaps(b) || a.File == b.File && a.Inner == b.Inner && a.Start == b.Start && a.End > 0 && b.End > 0
}
