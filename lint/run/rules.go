package run

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/config"
)

// Words that select many rules.
const (
	selectDefault = "default" // those that are on without being asked for
	selectAll     = "all"
)

// ruleset tells which rules are on, how severe they are and which of them a comment may
// suppress. It may be read by several goroutines.
type ruleset struct {
	ids       []string // of all rules, sorted
	names     map[string]string
	byDefault func(id string) bool // may have to parse the policy
	selected  []string             // ids, prefixes or the words above; empty means "default"
	ignored   []string             // ids, prefixes or the words above
	settings  []config.Rule        // where several apply, the last one holds
}

// choose resolves what the user selects, ignores and configures.
func (r *ruleset) choose(selected, ignored []string, settings []config.Rule) error {
	var err error
	if r.selected, err = r.group(selected); err != nil {
		return err
	}
	if r.ignored, err = r.group(ignored); err != nil {
		return err
	}
	for _, s := range settings {
		id, err := r.resolve(s.IDs)
		if err != nil {
			return err
		}
		s.IDs = id
		r.settings = append(r.settings, s)
	}
	return nil
}

// group resolves words that may mean many rules.
func (r *ruleset) group(words []string) ([]string, error) {
	var list []string
	for _, text := range words {
		if text != selectDefault && text != selectAll {
			id, err := r.resolve(text)
			if err != nil {
				return nil, err
			}
			text = id
		}
		list = append(list, text)
	}
	return list, nil
}

// check finds the words of a configuration that mean no rule.
func (r *ruleset) check(c *config.Config) error {
	var diags hcl.Diagnostics
	unknown := func(at hcl.Range, err error) {
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unknown rule", Detail: err.Error() + ".", Subject: &at})
	}
	for _, w := range c.Chosen {
		if _, err := r.group([]string{w.Text}); err != nil {
			unknown(w.Range, err)
		}
	}
	for _, s := range c.Rules {
		if _, err := r.resolve(s.IDs); err != nil {
			unknown(s.Range, err)
		}
	}
	if len(diags) == 0 {
		return nil
	}
	return diagnostics("broken configuration", map[string]*hcl.File{diags[0].Subject.Filename: c.Source}, diags)
}

// resolve turns an id, a prefix of ids or a name into an id or a prefix. Ids may be
// written in any case.
func (r *ruleset) resolve(text string) (string, error) {
	prefix := strings.ToUpper(strings.TrimSuffix(text, "*"))
	for _, id := range r.ids {
		if r.names[id] == text {
			return id, nil
		}
		if prefix != "" && strings.HasPrefix(id, prefix) {
			return prefix, nil
		}
	}
	if near := Nearest(text, slices.Sorted(maps.Values(r.names))); near != "" {
		return "", fmt.Errorf("%s is no rule; did you mean %s?", text, near)
	}
	return "", fmt.Errorf("%s is no rule", text)
}

// means tells whether an id or prefix, as resolve returns it, is about a rule. An id is no
// prefix: CORP001 is not CORP0012.
func (r *ruleset) means(prefix, id string) bool {
	if _, isID := r.names[prefix]; isID {
		return id == prefix
	}
	return strings.HasPrefix(id, prefix)
}

// on tells whether a rule judges a file. A syntax error is about whether the others can
// judge at all, so that selecting some of them does not switch it off.
func (r *ruleset) on(id, path string, byDefault bool) bool {
	if r.among(r.ignored, id, byDefault) {
		return false
	}
	if s := r.setting(id, path, func(s *config.Rule) bool { return s.Off || s.Severity != nil }); s != nil {
		if s.Off {
			return false
		}
		byDefault = byDefault || s.IDs == id // to give an opt-in rule a severity is to opt in
	}
	if len(r.selected) == 0 || id == lint.RuleSyntax {
		return byDefault
	}
	return r.among(r.selected, id, byDefault)
}

// among tells whether words that group has resolved mean a rule.
func (r *ruleset) among(words []string, id string, byDefault bool) bool {
	return slices.ContainsFunc(words, func(p string) bool {
		return p == selectAll || p == selectDefault && byDefault || r.means(p, id)
	})
}

// anyOn tells whether any rule of an id or prefix judges a file.
func (r *ruleset) anyOn(prefix, path string) bool {
	return slices.ContainsFunc(r.ids, func(id string) bool {
		return r.means(prefix, id) && r.on(id, path, r.byDefault(id))
	})
}

// severity returns how severe a finding is in a file, when its policy says base.
func (r *ruleset) severity(id, path string, base lint.Severity) lint.Severity {
	if s := r.setting(id, path, func(s *config.Rule) bool { return s.Severity != nil }); s != nil {
		return *s.Severity
	}
	return base
}

// suppressible returns why a comment must not suppress an id or a prefix, nil if it may.
func (r *ruleset) suppressible(id, path string) error {
	switch id {
	case lint.RuleUnusedSuppression, lint.RuleExpired, lint.RuleBadSuppression:
		return fmt.Errorf("%s is about suppressions and cannot be suppressed by one: use --ignore or the configuration", id)
	}
	if s := r.setting(id, path, func(s *config.Rule) bool { return s.Ignorable != nil }); s != nil && !*s.Ignorable {
		return fmt.Errorf("%s cannot be suppressed: the configuration says ignorable = false", id)
	}
	return nil
}

// setting returns the last block about a rule and a file that says something about the
// matter in question.
func (r *ruleset) setting(id, path string, speaks func(*config.Rule) bool) *config.Rule {
	for i := len(r.settings) - 1; i >= 0; i-- {
		s := &r.settings[i]
		if r.means(s.IDs, id) && speaks(s) && s.AppliesTo(path) {
			return s
		}
	}
	return nil
}
