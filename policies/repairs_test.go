package policies_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/fix"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/policy"
	"github.com/musllint/musllint/lint/policy/policytest"
	"github.com/musllint/musllint/lint/run"
)

// TestRepairsStand makes the repairs of all examples as musllint fix does, unsafe ones too: each
// has to stand, with line ends of both kinds, and there is nothing left to do after it.
func TestRepairsStand(t *testing.T) {
	set := loaded(t)
	list, _ := set.Policies()
	for _, p := range list {
		examples, err := set.Examples(p.ID)
		if err != nil || !p.Fixable {
			continue
		}
		for _, e := range examples.Bad {
			if e.Form != "Dockerfile" {
				continue // sources are not linted again
			}
			for ends, text := range map[string][]byte{"lf": e.Text, "crlf": bytes.ReplaceAll(e.Text, []byte("\n"), []byte("\r\n"))} {
				t.Run(fmt.Sprintf("%s/%s/%s", p.ID, e.Name, ends), func(t *testing.T) {
					r := newRepair(t, set, p.ID, text, examples.Context)
					first := r.texts()
					if fixed := first[r.name]; ends == "crlf" && bytes.Count(fixed, []byte("\n")) != bytes.Count(fixed, []byte("\r\n")) {
						t.Errorf("lines end in two ways: %q", fixed)
					}
					if diff := cmp.Diff(first, r.texts()); diff != "" {
						t.Errorf("a second run changes it again:\n%s", diff)
					}
				})
			}
		}
	}
}

// repair is a Dockerfile, and its build context, that the repairs of one rule are made in.
type repair struct {
	*testing.T
	linter *run.Linter
	draft  *fix.Draft
	name   string
	text   []byte
	rule   string
}

func newRepair(t *testing.T, set *policy.Set, rule string, text []byte, context []policy.ContextFile) *repair {
	t.Helper()
	r := &repair{T: t, name: "Dockerfile", text: text, rule: rule}
	if len(context) > 0 {
		t.Chdir(t.TempDir())
		if err := policytest.Lay(".", context); err != nil {
			t.Fatal(err)
		}
	}
	// The rules that are on by default, and that one.
	var err error
	if r.linter, err = run.New(run.Options{NoConfig: true, NoContext: len(context) == 0, Chosen: []string{rule}}); err != nil {
		t.Fatal(err)
	}
	r.linter.Policies = set // those of the program may be older
	tree, err := fix.OpenTree(".")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	r.draft = fix.NewDraft(tree)
	r.draft.Hold(r.name, fix.File{Content: text})
	return r
}

func (r *repair) relint(_ context.Context, name string, texts map[string][]byte) (fix.Verdict, error) {
	findings, refused, err := r.linter.Texts(name, texts)
	return fix.Verdict{Findings: findings, Refused: refused}, err
}

// texts are all files that differ after the repairs, and the Dockerfile.
func (r *repair) texts() map[string][]byte {
	r.Helper()
	now := func() map[string][]byte {
		texts := r.draft.Texts()
		if texts[r.name] == nil {
			texts[r.name] = r.text
		}
		return texts
	}
	before, err := r.relint(r.Context(), r.name, now())
	if err != nil {
		r.Fatal(err)
	}
	repairer := fix.Repairer{Draft: r.draft, Lint: r.relint, Hold: func(f *lint.Finding, _ *lint.Fix) string {
		if f.Rule != r.rule {
			return "another rule"
		}
		return ""
	}}
	outcome, err := repairer.Repair(r.Context(), r.name, before.Findings)
	if err != nil {
		r.Fatal(err)
	}
	for _, left := range outcome.Left {
		if left.Finding.Rule == r.rule && left.Why != fix.ByHand {
			r.Errorf("%s: %q does not stand: %s", left.Finding.Message, left.Fix.Title, left.Reason)
		}
	}
	return now()
}
