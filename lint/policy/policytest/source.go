package policytest

import (
	"fmt"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/policy"
	"github.com/musllint/musllint/lint/run"
)

// usualTarget is the system that sources are judged for unless their uses name another one.
const usualTarget = "alpine:3.20"

// sourceOf returns an example under the name that findings call it.
func sourceOf(form string, text []byte) *lint.Source {
	if form == "Dockerfile" {
		return lint.NewSource(exampleName, text)
	}
	return lint.NewSource("main."+form, text)
}

// uses returns what the policy id, and what the others that are on by default, find in the uses
// of a source.
func (s *Suite) uses(src *lint.Source, text []byte, id string) (own, others []lint.Finding, err error) {
	list, on, err := policy.ReadUses(text)
	if err != nil {
		return nil, nil, err
	}
	if on == "" {
		on = usualTarget
	}
	target, err := facts.ParseTarget(on)
	if err != nil {
		return nil, nil, err
	}
	fixes := run.SourceRepairs(src, list, target)
	uses := make([]policy.Use, len(list))
	for i, u := range list {
		uses[i] = policy.Use{Use: u, Fixes: fixes[i]}
		if u.Line > 0 {
			uses[i].Range = policy.Place(src, &u)
		}
	}
	findings, diags := s.set.EvaluateUses(uses, target, policy.Options{
		Enabled: func(rule, _ string, byDefault bool) bool { return byDefault || rule == id },
	})
	if diags.HasErrors() {
		return nil, nil, diags
	}
	for _, f := range findings {
		if f.Rule == id {
			own = append(own, f)
		} else {
			others = append(others, f)
		}
	}
	return own, others, nil
}

// badSource checks a source that the policy has something to say about. What muslcc records of
// it has one cause, so that no other policy says anything.
func (c *checker) badSource(file string, e policy.BadExample) {
	if e.Uses == nil {
		c.fault(file, "there is no %s: what muslcc records of it", named("uses", e.Name, ""))
		return
	}
	src := sourceOf(e.Form, e.Text)
	own, others, err := c.suite.uses(src, e.Uses, c.id)
	switch {
	case err != nil:
		c.fault(named("uses", e.Name, ""), "%s", err)
		return
	case len(own) == 0:
		c.fault(file, "%s finds nothing", c.id)
		return
	}
	if got := list(src, own); got != e.Want {
		c.fault(named("want", e.Name, ""), "differs from what %s says (-want +got):\n%s", c.id, lineDiff(e.Want, got))
	}
	for _, f := range others {
		if !strings.HasPrefix(c.id, "ML") {
			break // somebody's own policy may stand beside those of the program
		}
		c.fault(file, "%s finds the same or more:\n%s", f.Rule, list(src, []lint.Finding{f}))
	}
	c.repairs(file, e, src, own)
}

// repairs makes the first fix of each finding.
func (c *checker) repairs(file string, e policy.BadExample, src *lint.Source, own []lint.Finding) {
	edits := firstEdits(own)
	if len(edits) == 0 {
		if e.Fixed != nil {
			c.fault(named("fixed", e.Name, "."+e.Form), "there is no fix with edits")
		}
		return
	}
	fixed, err := apply(src, edits)
	if err != nil {
		c.fault(fmt.Sprintf("%s: its first fixes", file), "%s", err)
	} else if e.Fixed != nil && fixed != string(e.Fixed) {
		c.fault(named("fixed", e.Name, "."+e.Form), "differs from what the fixes make (-want +got):\n%s", lineDiff(string(e.Fixed), fixed))
	}
}

// goodSource checks a source that the policy has nothing to say about. What is recorded of it
// is another policy's.
func (c *checker) goodSource(file string, e policy.GoodExample) {
	src := sourceOf(e.Form, e.Text)
	own, others, err := c.suite.uses(src, e.Uses, c.id)
	if err != nil {
		c.fault(named("uses", e.Name, ""), "%s", err)
		return
	}
	if len(own) > 0 {
		c.fault(file, "%s finds:\n%s", c.id, list(src, own))
	}
	if len(e.Uses) > 0 && len(others) == 0 {
		c.fault(named("uses", e.Name, ""), "no policy has anything to say of them")
	}
}
