// Package policy loads policies written in HCL, finds out cheaply which of them can say
// anything about a Dockerfile, evaluates those, and turns what they say into findings.
//
// A policy is data: it matches and words, and never executes anything. What it can look
// at is in model.go, and only there; no code here knows a rule by its id.
package policy

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/musllint/musllint/lint"
)

// Policy is one rule as its HCL file has it.
type Policy struct {
	lint.Rule
	Links   []string
	Builtin bool   // made by the linter itself; the policy only lends its words
	Path    string // of the HCL file, within its folder

	idRange       hcl.Range
	since, until  bound
	once          string
	fallback      bool
	consequenceOf []string
	matches       []match

	when       hcl.Expression // nil: always
	at         hcl.Expression // nil: the subject's range
	message    hcl.Expression
	evidence   hcl.Expression // nil: none
	severities []severityWhen
	repairs    hcl.Expression // nil: none but fixes
	fixes      []fixSpec
}

// match is one match block: a kind of subject and what its keys may hold.
type match struct {
	kind string
	keys []matchKey
}

type matchKey struct {
	name   string
	values []string // any will do; * and ? are wildcards
}

// severityWhen replaces the severity where a condition holds.
type severityWhen struct {
	severity lint.Severity
	when     hcl.Expression
}

// fixSpec is one fix block.
type fixSpec struct {
	title  hcl.Expression
	safety lint.Safety
	when   hcl.Expression // nil: always
	edits  []editSpec
	steps  []step
}

type editSpec struct {
	at, with      hcl.Expression
	before, after bool // insert there, rather than replace
}

// bound is a release or musl version: "alpine:3.16", "musl:1.2.4".
type bound struct{ system, version string }

// docsURL is where people read about a built-in rule.
func docsURL(id string) string {
	return "https://github.com/musllint/musllint/blob/main/docs/rules.md#" + lower(id)
}

// matchesLibc reports whether what the policy says rests on the libc of the stage.
func (p *Policy) matchesLibc() bool {
	return slices.ContainsFunc(p.matches, func(m match) bool {
		return slices.ContainsFunc(m.keys, func(k matchKey) bool { return k.name == "libc" })
	})
}
