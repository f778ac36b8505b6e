package policytest

import (
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/policy"
)

// Update returns the txtar of a policy with its want and fixed files as the policy would have
// them. A want file that is missing is put behind its example, and so is the fixed file of the
// first example where there is a fix with edits.
func (s *Suite) Update(id string) ([]byte, error) {
	pair, err := s.set.Pair(id)
	if err != nil {
		return nil, err
	}
	examples, err := policy.ReadExamples(pair)
	if err != nil {
		return nil, err
	}
	archive := txtar.Parse(pair)
	var files []txtar.File
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "want") || strings.HasPrefix(f.Name, "fixed") {
			continue
		}
		files = append(files, f)
		for _, e := range examples.Bad {
			last := named("bad", e.Name, "."+e.Form)
			if e.Uses != nil {
				last = named("uses", e.Name, "")
			}
			if f.Name != last {
				continue
			}
			src := sourceOf(e.Form, e.Text)
			var own []lint.Finding
			if e.Form == "Dockerfile" {
				own, err = s.own(src, id, examples.Context)
			} else {
				own, _, err = s.uses(src, e.Uses, id)
			}
			if err != nil {
				return nil, err
			}
			files = append(files, txtar.File{Name: named("want", e.Name, ""), Data: []byte(list(src, own))})
			edits := firstEdits(own)
			if len(edits) == 0 || e.Fixed == nil && e.Name != "" {
				continue
			}
			fixed, err := repair(src, examples.Context, edits)
			if err != nil {
				return nil, err
			}
			files = append(files, txtar.File{Name: named("fixed", e.Name, "."+e.Form), Data: []byte(fixed.text)})
			for _, f := range fixed.context {
				files = append(files, txtar.File{Name: named("fixed", e.Name, ".context/"+f.Name), Data: f.Data})
			}
		}
	}
	archive.Files = files
	return txtar.Format(archive), nil
}

// own are the findings of one policy.
func (s *Suite) own(src *lint.Source, id string, in []policy.ContextFile) ([]lint.Finding, error) {
	findings, err := s.lint(src, id, in)
	return slices.DeleteFunc(findings, func(f lint.Finding) bool { return f.Rule != id }), err
}

// firstEdits are those of the first fix with edits of each finding.
func firstEdits(findings []lint.Finding) []lint.Edit {
	var edits []lint.Edit
	for _, f := range findings {
		if i := slices.IndexFunc(f.Fixes, func(x lint.Fix) bool { return len(x.Edits) > 0 }); i >= 0 {
			edits = append(edits, f.Fixes[i].Edits...)
		}
	}
	return edits
}
