package fix

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/musllint/musllint/lint"
)

// candidate is the fix that a finding is to get in a round.
type candidate struct {
	finding *lint.Finding
	of      string // names the finding over the rounds
	fix     *lint.Fix
	edits   []lint.Edit // of the fix, with the line endings of their files, sorted by file
	clash   *candidate  // that was taken instead in this round
}

// key names a candidate over the rounds.
func (c *candidate) key() string { return c.of + "\x00" + c.fix.Title }

// group is what candidates of the same group share, empty when it has none.
func (c *candidate) group() string {
	if c.fix.Group == c.finding.Rule {
		return ""
	}
	return c.fix.Group
}

// inOrder sorts candidates by the places of their findings. Whatever order they came in, the
// result is the same.
func inOrder(list []*candidate) {
	slices.SortFunc(list, func(a, b *candidate) int {
		f, g := a.finding, b.finding
		return cmp.Or(
			strings.Compare(f.Range.File, g.Range.File),
			cmp.Compare(f.Range.Start, g.Range.Start), cmp.Compare(f.Range.End, g.Range.End),
			strings.Compare(f.Rule, g.Rule), strings.Compare(f.Message, g.Message), strings.Compare(f.Fingerprint, g.Fingerprint),
		)
	})
}

// plan chooses what is made together in one round: in the order of the list what does not
// conflict with what was taken before. An exclusive fix is made alone, when there is nothing
// smaller to do: that may have made it needless.
func plan(list []*candidate) (taken, left []*candidate) {
	var small, exclusive []*candidate
	for _, c := range list {
		if c.fix.Exclusive {
			exclusive = append(exclusive, c)
		} else {
			small = append(small, c)
		}
	}
	first := exclusive
	if len(small) > 0 {
		first = small
	}
	for _, c := range exclusive {
		if c != first[0] {
			c.clash = first[0]
			left = append(left, c)
		}
	}
	if len(small) == 0 {
		return first[:min(1, len(first))], left
	}
	t := takenEdits{}
	groups := map[string]*candidate{}
	for _, c := range small {
		if c.clash = groups[c.group()]; c.clash == nil {
			c.clash = t.conflict(c.edits)
		}
		if c.clash != nil {
			left = append(left, c)
			continue
		}
		if g := c.group(); g != "" {
			groups[g] = c
		}
		t.add(c)
		taken = append(taken, c)
	}
	return taken, left
}

// takenEdits are the edits of a plan by file, in order.
type takenEdits map[string][]takenEdit

type takenEdit struct {
	lint.Edit
	of *candidate
}

// position is where an edit stands or would stand among those of its file.
func (t takenEdits) position(e lint.Edit) int {
	list := t[e.Range.File]
	return sort.Search(len(list), func(i int) bool {
		r := list[i].Range
		return r.Start > e.Range.Start || r.Start == e.Range.Start && r.End >= e.Range.End
	})
}

// conflict returns whose edits are in the way of some edits, nil when none are.
func (t takenEdits) conflict(edits []lint.Edit) *candidate {
	for _, e := range edits {
		list, i := t[e.Range.File], t.position(e)
		for k := max(i-1, 0); k < len(list); k++ {
			if conflict(list[k].Edit, e) {
				return list[k].of
			}
			if list[k].Range.Start > e.Range.End {
				break
			}
		}
	}
	return nil
}

func (t takenEdits) add(c *candidate) {
	for _, e := range c.edits {
		file, i := e.Range.File, t.position(e)
		if list := t[file]; i < len(list) && list[i].Edit == e {
			continue // two findings, one change
		}
		t[file] = slices.Insert(t[file], i, takenEdit{e, c})
	}
}

// editsOf returns the edits of candidates by file, sorted.
func editsOf(list []*candidate) map[string][]lint.Edit {
	edits := map[string][]lint.Edit{}
	for _, c := range list {
		for _, e := range c.edits {
			edits[e.Range.File] = append(edits[e.Range.File], e)
		}
	}
	for file := range edits {
		edits[file] = sorted(edits[file])
	}
	return edits
}
