package policies_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/musllint/musllint/lint/policy"
	"github.com/musllint/musllint/lint/policy/policydoc"
	"github.com/musllint/musllint/lint/policy/policyfmt"
	"github.com/musllint/musllint/lint/policy/policytest"
	"github.com/musllint/musllint/lint/run"
)

var update = flag.Bool("update", false, "rewrite the want files of the policies that are tested")

// TestMain lets -run ML1101 select the policy of that id.
func TestMain(m *testing.M) {
	flag.Parse()
	if run := flag.Lookup("test.run").Value; strings.HasPrefix(run.String(), "ML") {
		if err := run.Set("TestPolicies/" + run.String()); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// The embedded index is not used here: it may be stale while policies are being written.
func TestPolicies(t *testing.T) {
	set, diags := policy.Load(os.DirFS("."), ".")
	diags = append(diags, set.Teach(run.Recipes())...)
	if diags.HasErrors() {
		t.Error(diags)
	}
	suite := policytest.New(set)
	for _, path := range files(t) {
		t.Run(id(path), func(t *testing.T) {
			t.Parallel()
			p, ok := set.Lookup(id(path))
			if !ok || p.Path != path {
				t.Fatalf("%s is broken, or its id is not that of its name\n%s", path, about(t, set, diags, path))
			}
			if *update {
				rewrite(t, suite, p)
			}
			for _, fault := range suite.Check(p.ID) {
				t.Error(fault)
			}
		})
	}
}

// A repair that nobody has seen done is none.
func TestFixesAreShown(t *testing.T) {
	set := loaded(t)
	list, _ := set.Policies()
	for _, p := range list {
		examples, err := set.Examples(p.ID)
		if err != nil || !p.Fixable {
			continue
		}
		if !slices.ContainsFunc(examples.Bad, func(e policy.BadExample) bool { return e.Fixed != nil }) {
			t.Errorf("%s has a fix with edits and no fixed.Dockerfile", p.ID)
		}
	}
}

// loaded returns the policies of this folder with the recipes that they name.
func loaded(t *testing.T) *policy.Set {
	t.Helper()
	set, diags := policy.Load(os.DirFS("."), ".")
	diags = append(diags, set.Teach(run.Recipes())...)
	if diags.HasErrors() {
		t.Skip("policies are broken; TestPolicies tells")
	}
	return set
}

// files lists the policies of this folder.
func files(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*/*.hcl")
	if err != nil || len(paths) == 0 {
		t.Fatal("no policies", err)
	}
	return paths
}

func id(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }

// about writes the diagnostics that speak of one file.
func about(t *testing.T, set *policy.Set, diags hcl.Diagnostics, path string) string {
	t.Helper()
	diags = slices.DeleteFunc(slices.Clone(diags), func(d *hcl.Diagnostic) bool { return d.Subject == nil || d.Subject.Filename != path })
	var b bytes.Buffer
	if err := hcl.NewDiagnosticTextWriter(&b, set.Files(), 0, false).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func rewrite(t *testing.T, suite *policytest.Suite, p *policy.Policy) {
	t.Helper()
	pair, err := suite.Update(p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(p.Path), p.ID+".txtar"), pair, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestIndexIsFresh(t *testing.T) {
	want, files, diags := policy.IndexOf(os.DirFS("."))
	if diags.HasErrors() {
		t.Fatalf("%d of %d files are broken", len(diags.Errs()), len(files))
	}
	got, err := os.ReadFile("index.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines(want), lines(string(got))); diff != "" {
		t.Errorf("run go generate ./policies (-want +got):\n%s", diff)
	}
}

func lines(text string) []string { return strings.Split(text, "\n") }

func TestDocsAreFresh(t *testing.T) {
	set, diags := policy.Load(os.DirFS("."), ".")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	set.Teach(run.Recipes())
	var want bytes.Buffer
	if err := policydoc.Page(&want, set); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines(want.String()), lines(string(got))); diff != "" {
		t.Errorf("run go generate ./policies (-want +got):\n%s", diff)
	}
}

// Prose and examples of a policy that is not there would be embedded and never be shown.
func TestNoLonelyExamples(t *testing.T) {
	paths, err := filepath.Glob("*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	policies := files(t)
	for _, path := range paths {
		if want := strings.TrimSuffix(path, ".txtar") + ".hcl"; !slices.Contains(policies, want) {
			t.Errorf("%s stands alone: there is no %s", path, want)
		}
	}
}

// The policies are in HCL's canonical form.
func TestFormatted(t *testing.T) {
	changed, err := policyfmt.Dir(".", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range changed {
		t.Errorf("%s is not formatted: run musllint policy fmt policies", path)
	}
}
