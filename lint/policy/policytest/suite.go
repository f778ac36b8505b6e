// Package policytest tests policies by their examples: it lints the Dockerfiles of each
// pair and compares what the policy says with what the pair says it should.
package policytest

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/buildcontext"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/landing"
	"github.com/musllint/musllint/lint/policy"
	"github.com/musllint/musllint/lint/run"
	"github.com/musllint/musllint/policies"
)

// exampleName is what findings call an example.
const exampleName = "Dockerfile"

// today is when examples are linted, for dates that are over. It does not move.
var today = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Suite tests the policies of one set.
type Suite struct {
	set    *policy.Set
	linter func() (*run.Linter, error)
}

// New returns a suite that lints with the policies of set and nothing else.
func New(set *policy.Set) *Suite {
	return &Suite{set: set, linter: sync.OnceValues(func() (*run.Linter, error) {
		return run.New(run.Options{NoConfig: true, Select: []string{"all"}, Now: today})
	})}
}

// openContext lays the build context of examples in a folder for a while.
func openContext(files []policy.ContextFile) (context *buildcontext.Context, remove func(), err error) {
	dir, err := os.MkdirTemp("", "musllint-context-")
	if err != nil {
		return nil, nil, err
	}
	clear := func() { os.RemoveAll(dir) }
	if err = Lay(dir, files); err == nil {
		context, err = buildcontext.Open(dir, buildcontext.Options{Name: "."})
	}
	if err != nil {
		clear()
		return nil, nil, err
	}
	return context, func() { context.Close(); clear() }, nil
}

// lint returns the findings of the rules that are on by default and of the rule id. Rules
// that the linter itself makes are about more than one policy can see: they are had from
// a whole linter.
func (s *Suite) lint(src *lint.Source, id string, in []policy.ContextFile) ([]lint.Finding, error) {
	if p, ok := s.set.Lookup(id); ok && p.Builtin {
		linter, err := s.linter()
		if err != nil {
			return nil, err
		}
		return linter.Source(src)
	}
	opt := policy.Options{
		Enabled: func(rule, _ string, byDefault bool) bool { return byDefault || rule == id },
	}
	file := dockerfile.Parse(src, dockerfile.Options{})
	if len(in) > 0 {
		context, remove, err := openContext(in)
		if err != nil {
			return nil, err
		}
		defer remove()
		opt.Landing = landing.New(file, func() (*buildcontext.Context, error) { return context, nil }, false, landing.Limits{})
		defer opt.Landing.Close()
	}
	findings, diags := s.set.Evaluate(file, opt)
	if diags.HasErrors() {
		return nil, diags
	}
	return findings, nil
}

// Test tests the pairs below a folder, together with the built-in policies, and writes
// what is wrong to w. The error is that the policies cannot be loaded; it has been
// written to w with its places when it is a hcl.Diagnostics.
func Test(w io.Writer, dir string) (failed int, err error) {
	l, diags, err := load(os.DirFS(dir), dir)
	if err != nil {
		return 0, err
	}
	if len(diags) > 0 {
		if err := hcl.NewDiagnosticTextWriter(w, l.all.Files(), 0, false).WriteDiagnostics(diags); err != nil {
			return 0, err
		}
	}
	if diags.HasErrors() {
		return 0, diags
	}
	suite := New(l.all)
	ids, _ := l.own.Names()
	for _, id := range ids {
		faults := suite.Check(id)
		if len(faults) == 0 {
			_, err = fmt.Fprintf(w, "ok    %s\n", id)
		} else {
			failed++
			_, err = fmt.Fprintf(w, "FAIL  %s\n%s", id, indent(strings.Join(faults, "\n")))
		}
		if err != nil {
			return failed, err
		}
	}
	return failed, nil
}

// loaded are the policies of a folder, and all that they are tested together with.
type loaded struct{ own, all *policy.Set }

// load adds the policies of a folder to the built-in ones, as a linter does. A folder that
// holds a version of those stands alone.
func load(fsys fs.FS, name string) (*loaded, hcl.Diagnostics, error) {
	if holdsBuiltin(fsys) {
		own, diags := policy.Load(fsys, name)
		diags = append(diags, own.Teach(run.Recipes())...)
		return &loaded{own: own, all: own}, diags, nil
	}
	all, err := policy.Builtin()
	if err != nil {
		return nil, nil, err
	}
	all.Teach(run.Recipes())
	diags := all.Add(fsys, name)
	own := all
	if !diags.HasErrors() {
		own, _ = policy.Load(fsys, name) // Add has just accepted the same text
	}
	return &loaded{own: own, all: all}, diags, nil
}

// holdsBuiltin tells whether one of the built-in policies is in a folder where it is in
// the project's own.
func holdsBuiltin(fsys fs.FS) bool {
	paths, _ := fs.Glob(policies.FS, "*/*.hcl") // the pattern is well-formed
	return slices.ContainsFunc(paths, func(p string) bool {
		_, err := fs.Stat(fsys, p)
		return err == nil
	})
}

func indent(text string) string {
	return "      " + strings.ReplaceAll(text, "\n", "\n      ") + "\n"
}
