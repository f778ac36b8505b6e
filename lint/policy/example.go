package policy

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// Examples is the human half of a policy: what is said about it, and Dockerfiles, or sources
// in C, that show and test it.
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

// BadExample is a Dockerfile, or a source, that the policy has something to say about.
type BadExample struct {
	Name  string // empty for the first one
	Form  string // "Dockerfile", or the suffix of a source: c, cc or h
	Text  []byte
	Uses  []byte // what muslcc would record of a source, for ReadUses; nil of a Dockerfile
	Want  string // what it says: LINE:COLUMN-LINE:COLUMN SEVERITY MESSAGE, one a line
	Fixed []byte // after the first fix with edits of every finding; nil when not shown
	// FixedContext are the files of the build context that these fixes change, after them.
	FixedContext []ContextFile
}

// GoodExample is a Dockerfile, or a source, that the policy has nothing to say about.
type GoodExample struct {
	Name string // empty for the first one
	Form string // as of BadExample
	Text []byte
	Uses []byte // what is recorded of a source and is another policy's; nil: nothing
}

// dockerfileForm is the form of examples that are Dockerfiles.
const dockerfileForm = "Dockerfile"

// forms are what the name of an example's file ends in.
var forms = []string{dockerfileForm, "c", "cc", "h"}

// Language is what the example is written in, as fenced blocks of Markdown name it.
func (e *BadExample) Language() string { return languageOf(e.Form) }

// Language is what the example is written in, as fenced blocks of Markdown name it.
func (e *GoodExample) Language() string { return languageOf(e.Form) }

func languageOf(form string) string {
	switch form {
	case "cc":
		return "cpp"
	case "h":
		return "c"
	}
	return lower(form)
}

// ReadExamples reads the text of a pair's txtar. Its files are bad.Dockerfile and the
// want and fixed.Dockerfile that belong to it, and good.Dockerfile; more of each have
// -NAME behind that first word. What is called context/PATH is a file of the build context, and
// fixed.context/PATH what the fixes make of it.
// A policy about uses has bad.c, uses, want, fixed.c and good.c.
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
	if stem, path, ok := strings.Cut(f.Name, ".context/"); ok && path != "" {
		role, name, _ := strings.Cut(stem, "-")
		if bad := e.bad(name); bad != nil && role == "fixed" {
			bad.FixedContext = append(bad.FixedContext, ContextFile{path, f.Data})
			return nil
		}
	}
	stem, form, isText := strings.Cut(f.Name, ".")
	role, name, _ := strings.Cut(stem, "-")
	bad, good := e.bad(name), e.good(name)
	if isText && !slices.Contains(forms, form) {
		return fmt.Errorf("unexpected file %q: an example ends in .%s", f.Name, strings.Join(forms, ", ."))
	}
	switch {
	case role == "bad" && isText && bad == nil:
		e.Bad = append(e.Bad, BadExample{Name: name, Form: form, Text: f.Data})
	case role == "good" && isText:
		e.Good = append(e.Good, GoodExample{Name: name, Form: form, Text: f.Data})
	case role == "fixed" && bad != nil && form == bad.Form:
		bad.Fixed = f.Data
	case role == "want" && !isText && bad != nil:
		bad.Want = string(f.Data)
	case role == "uses" && !isText && bad != nil && bad.Uses == nil && bad.Form != dockerfileForm:
		bad.Uses = f.Data
	case role == "uses" && !isText && good != nil && good.Form != dockerfileForm:
		good.Uses = f.Data
	default:
		return fmt.Errorf("unexpected file %q: want bad.Dockerfile, then want and fixed.Dockerfile, or good.Dockerfile, each perhaps with -NAME as in bad-NAME.Dockerfile and want-NAME, context/PATH, or fixed.context/PATH; of a source bad.c, uses, want, fixed.c and good.c", f.Name)
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

func (e *Examples) good(name string) *GoodExample {
	for i := range e.Good {
		if e.Good[i].Name == name {
			return &e.Good[i]
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
