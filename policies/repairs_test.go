package policies_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/musllint/musllint/fix"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/policy"
	"github.com/musllint/musllint/lint/run"
)

// TestRepairsStand makes the repairs of all examples as musllint fix does, unsafe ones too: each
// has to stand, with line ends of both kinds, and there is nothing left to do after it.
func TestRepairsStand(t *testing.T) {
	set := loaded(t)
	list, _ := set.Policies()
	for _, p := range list {
		examples, err := set.Examples(p.ID)
		if err != nil || !p.Fixable || len(examples.Context) > 0 {
			continue
		}
		linter := linterOf(t, set, p.ID)
		for _, e := range examples.Bad {
			for ends, text := range map[string][]byte{"lf": e.Dockerfile, "crlf": bytes.ReplaceAll(e.Dockerfile, []byte("\n"), []byte("\r\n"))} {
				t.Run(fmt.Sprintf("%s/%s/%s", p.ID, e.Name, ends), func(t *testing.T) {
					fixed := repaired(t, linter, p.ID, text)
					if ends == "crlf" && bytes.Count(fixed, []byte("\n")) != bytes.Count(fixed, []byte("\r\n")) {
						t.Errorf("lines end in two ways: %q", fixed)
					}
					if again := repaired(t, linter, p.ID, fixed); !bytes.Equal(again, fixed) {
						t.Errorf("a second run changes it again:\n%s", again)
					}
				})
			}
		}
	}
}

// linterOf returns a linter of the rules that are on by default and of one more.
func linterOf(t *testing.T, set *policy.Set, rule string) *run.Linter {
	t.Helper()
	linter, err := run.New(run.Options{NoConfig: true, NoContext: true, Chosen: []string{rule}})
	if err != nil {
		t.Fatal(err)
	}
	linter.Policies = set // those of the program may be older
	return linter
}

// repaired is a text after all repairs of what one rule finds.
func repaired(t *testing.T, linter *run.Linter, rule string, text []byte) []byte {
	t.Helper()
	const name = "Dockerfile"
	relint := func(text []byte) fix.Verdict {
		findings, refused, err := linter.Text(name, text)
		if err != nil {
			t.Fatal(err)
		}
		return fix.Verdict{Findings: findings, Refused: refused}
	}
	draft := fix.NewDraft(nil)
	draft.Hold(name, fix.File{Content: text})
	r := fix.Repairer{
		Draft: draft,
		Lint: func(_ context.Context, _ string, texts map[string][]byte) (fix.Verdict, error) {
			return relint(texts[name]), nil
		},
		Hold: func(f *lint.Finding, _ *lint.Fix) string {
			if f.Rule != rule {
				return "another rule"
			}
			return ""
		},
	}
	outcome, err := r.Repair(t.Context(), name, relint(text).Findings)
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range outcome.Left {
		if left.Finding.Rule == rule && left.Why != fix.ByHand {
			t.Errorf("%s: %q does not stand: %s", left.Finding.Message, left.Fix.Title, left.Reason)
		}
	}
	file, err := draft.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	return file.Content
}
