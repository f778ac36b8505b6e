package policytest

import (
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/policy"
)

// Update returns the txtar of a policy with its want files as the policy would have them.
// One that is missing is put behind its example.
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
		if strings.HasPrefix(f.Name, "want") {
			continue
		}
		files = append(files, f)
		for _, e := range examples.Bad {
			if f.Name != named("bad", e.Name, ".Dockerfile") {
				continue
			}
			want, err := s.want(e.Dockerfile, id)
			if err != nil {
				return nil, err
			}
			files = append(files, txtar.File{Name: named("want", e.Name, ""), Data: []byte(want)})
		}
	}
	archive.Files = files
	return txtar.Format(archive), nil
}

func (s *Suite) want(text []byte, id string) (string, error) {
	src := lint.NewSource(exampleName, text)
	findings, err := s.lint(src, id)
	if err != nil {
		return "", err
	}
	var own []lint.Finding
	for _, f := range findings {
		if f.Rule == id {
			own = append(own, f)
		}
	}
	return list(src, own), nil
}
