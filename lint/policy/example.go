package policy

import (
	"fmt"
	"strings"

	"golang.org/x/tools/txtar"
)

// Examples is the human half of a policy: what is said about it, and Dockerfiles that
// show and test it.
type Examples struct {
	Prose   string // Markdown
	Context []ContextFile
	Bad     []BadExample
	Good    []GoodExample
}

// ContextFile is a file of the build context that all examples of a pair have.
type ContextFile struct {
	Name string // path in the context
	Data []byte // its text, or a text that describes it: see policytest
}

// BadExample is a Dockerfile that the policy has something to say about.
type BadExample struct {
	Name       string // empty for the first one
	Dockerfile []byte
	Want       string // what it says: LINE:COLUMN-LINE:COLUMN SEVERITY MESSAGE, one a line
	Fixed      []byte // after the first fix with edits of every finding; nil when not shown
}

// GoodExample is a Dockerfile that the policy has nothing to say about.
type GoodExample struct {
	Name       string // empty for the first one
	Dockerfile []byte
}

// ReadExamples reads the text of a pair's txtar. Its files are bad.Dockerfile and the
// want and fixed.Dockerfile that belong to it, and good.Dockerfile; more of each have
// -NAME behind that first word. What is called context/PATH is a file of the build context.
func ReadExamples(pair []byte) (*Examples, error) {
	archive := txtar.Parse(pair)
	e := &Examples{Prose: strings.TrimSpace(string(archive.Comment))}
	for _, f := range archive.Files {
		if err := e.add(f); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *Examples) add(f txtar.File) error {
	if name, ok := strings.CutPrefix(f.Name, "context/"); ok && name != "" {
		e.Context = append(e.Context, ContextFile{name, f.Data})
		return nil
	}
	stem, isDockerfile := strings.CutSuffix(f.Name, ".Dockerfile")
	role, name, _ := strings.Cut(stem, "-")
	bad := e.bad(name)
	switch {
	case role == "bad" && isDockerfile && bad == nil:
		e.Bad = append(e.Bad, BadExample{Name: name, Dockerfile: f.Data})
	case role == "good" && isDockerfile:
		e.Good = append(e.Good, GoodExample{name, f.Data})
	case role == "fixed" && isDockerfile && bad != nil:
		bad.Fixed = f.Data
	case role == "want" && !isDockerfile && bad != nil:
		bad.Want = string(f.Data)
	default:
		return fmt.Errorf("unexpected file %q: want bad.Dockerfile, then want and fixed.Dockerfile, or good.Dockerfile, each perhaps with -NAME as in bad-NAME.Dockerfile and want-NAME, or context/PATH", f.Name)
	}
	return nil
}

func (e *Examples) bad(name string) *BadExample {
	for i := range e.Bad {
		if e.Bad[i].Name == name {
			return &e.Bad[i]
		}
	}
	return nil
}

// Examples returns the human half of a policy.
func (s *Set) Examples(id string) (*Examples, error) {
	pair, err := s.Pair(id)
	if err != nil {
		return nil, err
	}
	return ReadExamples(pair)
}
