package policytest

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/policy"
)

// Check tests one policy and returns what is wrong, nothing when all is well.
func (s *Suite) Check(id string) []string {
	examples, err := s.set.Examples(id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []string{"there is no " + id + ".txtar beside the policy"}
	case err != nil:
		return []string{err.Error()}
	}
	c := checker{suite: s, id: id, context: examples.Context}
	if examples.Prose == "" {
		c.fault("", "the txtar does not begin with prose")
	}
	if len(examples.Bad) == 0 {
		c.fault("", "there is no bad.Dockerfile, nor a bad.c")
	}
	if len(examples.Good) == 0 {
		c.fault("", "there is no good.Dockerfile, nor a good.c")
	}
	for _, e := range examples.Bad {
		c.bad(e)
	}
	for _, e := range examples.Good {
		c.good(e)
	}
	return c.faults
}

// A checker tests the examples of one policy.
type checker struct {
	suite   *Suite
	id      string
	context []policy.ContextFile
	faults  []string
}

func (c *checker) fault(file, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if file != "" {
		text = file + ": " + text
	}
	text = strings.TrimRight(text, "\n")
	if !slices.Contains(c.faults, text) { // findings may share a fix
		c.faults = append(c.faults, text)
	}
}

// named is the name of an example's file.
func named(role, name, extension string) string {
	if name != "" {
		role += "-" + name
	}
	return role + extension
}

func (c *checker) bad(e policy.BadExample) {
	file := named("bad", e.Name, "."+e.Form)
	if e.Form != "Dockerfile" {
		c.badSource(file, e)
		return
	}
	src := lint.NewSource(exampleName, e.Text)
	own, others, ok := c.lint(file, src)
	if !ok {
		return
	}
	if len(own) == 0 {
		c.fault(file, "%s finds nothing", c.id)
		return
	}
	if got := list(src, own); got != e.Want {
		c.fault(named("want", e.Name, ""), "differs from what %s says (-want +got):\n%s", c.id, lineDiff(e.Want, got))
	}
	c.fixes(e, src, own, others)
}

func (c *checker) good(e policy.GoodExample) {
	file := named("good", e.Name, "."+e.Form)
	if e.Form != "Dockerfile" {
		c.goodSource(file, e)
		return
	}
	src := lint.NewSource(exampleName, e.Text)
	own, others, ok := c.lint(file, src)
	if !ok {
		return
	}
	if len(own) > 0 {
		c.fault(file, "%s finds:\n%s", c.id, list(src, own))
	}
	for _, f := range others {
		if f.Severity == lint.Error {
			c.fault(file, "%s finds an error:\n%s", f.Rule, list(src, []lint.Finding{f}))
		}
	}
}

// lint returns the findings of the policy and of all others. An example that Docker would
// refuse proves nothing, unless that is what the policy is about.
func (c *checker) lint(file string, src *lint.Source) (own, others []lint.Finding, ok bool) {
	findings, err := c.suite.lint(src, c.id, c.context)
	if err != nil {
		c.fault(file, "%s", err)
		return nil, nil, false
	}
	for _, f := range findings {
		if f.Rule == c.id {
			own = append(own, f)
		} else {
			others = append(others, f)
		}
	}
	return own, others, c.parses(file, src)
}

func (c *checker) parses(file string, src *lint.Source) bool {
	for _, p := range dockerfile.Parse(src, dockerfile.Options{}).Problems {
		if p.Rule == lint.RuleSyntax && p.Rule != c.id && p.Severity == lint.Error {
			c.fault(file, "line %d: %s", src.Position(p.Range.Start).Line, p.Message)
			return false
		}
	}
	return true
}

// fixes applies every fix alone, and the first one of all findings together. What the policy
// finds has to be gone after that, and no other policy may find more than before.
func (c *checker) fixes(e policy.BadExample, src *lint.Source, own, others []lint.Finding) {
	file := named("bad", e.Name, ".Dockerfile")
	var first []lint.Edit
	for _, f := range own {
		chosen := false
		for _, fix := range f.Fixes {
			if len(fix.Edits) == 0 {
				continue
			}
			c.applied(fmt.Sprintf("%s: fix %q", file, fix.Title), src, fix.Edits)
			if !chosen {
				first, chosen = append(first, fix.Edits...), true
			}
		}
	}
	if len(first) == 0 {
		if e.Fixed != nil {
			c.fault(named("fixed", e.Name, ".Dockerfile"), "there is no fix with edits")
		}
		return
	}
	fixed, ok := c.applied(file+": its first fixes", src, first)
	if !ok || e.Fixed == nil {
		return
	}
	if fixed.text != string(e.Fixed) {
		c.fault(named("fixed", e.Name, ".Dockerfile"), "differs from what the fixes make (-want +got):\n%s", lineDiff(string(e.Fixed), fixed.text))
	}
	c.changed(e, fixed.context)
	after := lint.NewSource(exampleName, []byte(fixed.text))
	whole := *c
	whole.context = fixed.in(c.context)
	left, new, ok := whole.lint(file+", fixed", after)
	c.faults = whole.faults
	if !ok {
		return
	}
	if len(left) > 0 {
		c.fault(named("fixed", e.Name, ".Dockerfile"), "%s still finds:\n%s", c.id, list(after, left))
	}
	for _, f := range added(slices.Concat(own, others), new) {
		c.fault(named("fixed", e.Name, ".Dockerfile"), "the fix brings what %s finds:\n%s", f.Rule, list(after, []lint.Finding{f}))
	}
}

// added are the findings of rules that found less before, by themselves or as evidence.
func added(before, after []lint.Finding) []lint.Finding {
	count := map[string]int{}
	for _, f := range before {
		count[f.Rule]++
		for _, r := range f.Evidence {
			count[r.Rule]++
		}
	}
	return slices.DeleteFunc(slices.Clone(after), func(f lint.Finding) bool {
		count[f.Rule]--
		return count[f.Rule] >= 0
	})
}

// applied makes edits. Docker has to accept the Dockerfile that comes of them.
func (c *checker) applied(what string, src *lint.Source, edits []lint.Edit) (*repaired, bool) {
	fixed, err := repair(src, c.context, edits)
	if err != nil {
		c.fault(what, "%s", err)
		return nil, false
	}
	return fixed, c.parses(what, lint.NewSource(exampleName, []byte(fixed.text)))
}

// list writes findings as a want file has them.
func list(src *lint.Source, findings []lint.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		if f.Range.IsZero() {
			fmt.Fprintf(&b, "- %s %s\n", f.Severity, f.Message)
			continue
		}
		start, end := src.Position(f.Range.Start), src.Position(f.Range.End)
		fmt.Fprintf(&b, "%d:%d-%d:%d %s %s\n", start.Line, start.Column, end.Line, end.Column, f.Severity, f.Message)
	}
	return b.String()
}
