package config

import (
	"strings"

	"golang.org/x/mod/semver"
)

// A constraint is one part of required_version, such as ">= 0.3".
type constraint struct {
	operator string
	version  string // with the leading v of package semver
}

// operators are those of required_version. Longer ones come first: ">=" begins with ">".
var operators = [...]string{">=", "<=", "!=", ">", "<", "="}

// parseConstraints reads constraints that are separated by commas. Without an operator,
// a version is required exactly.
func parseConstraints(text string) ([]constraint, bool) {
	var list []constraint
	for part := range strings.SplitSeq(text, ",") {
		c := constraint{operator: "=", version: strings.TrimSpace(part)}
		for _, op := range operators {
			if rest, ok := strings.CutPrefix(c.version, op); ok {
				c = constraint{op, strings.TrimSpace(rest)}
				break
			}
		}
		c.version = "v" + strings.TrimPrefix(c.version, "v")
		if !semver.IsValid(c.version) {
			return nil, false
		}
		list = append(list, c)
	}
	return list, true
}

func (c constraint) holds(version string) bool {
	order := semver.Compare(version, c.version)
	switch c.operator {
	case ">=":
		return order >= 0
	case "<=":
		return order <= 0
	case "!=":
		return order != 0
	case ">":
		return order > 0
	case "<":
		return order < 0
	}
	return order == 0
}

// permit reports whether all constraints hold for a version. They hold for one that is
// none, which is what a build of a developer calls itself.
func permit(list []constraint, version string) bool {
	version = "v" + strings.TrimPrefix(version, "v")
	if !semver.IsValid(version) {
		return true
	}
	for _, c := range list {
		if !c.holds(version) {
			return false
		}
	}
	return true
}
