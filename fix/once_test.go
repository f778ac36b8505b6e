package fix

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
)

// found makes a finding of a word in a text, with fixes that replace it.
func found(text, word, rule string, fixes ...lint.Fix) lint.Finding {
	start := strings.Index(text, word)
	at := lint.Range{File: "a.c", Start: start, End: start + len(word)}
	for i := range fixes {
		for k := range fixes[i].Edits {
			if fixes[i].Edits[k].Range == (lint.Range{}) {
				fixes[i].Edits[k].Range = at
			}
		}
	}
	return lint.Finding{Rule: rule, Message: word, Range: at, Fixes: fixes}
}

func safe(title string, edits ...lint.Edit) lint.Fix {
	return lint.Fix{Title: title, Safety: lint.Safe, Edits: edits}
}

func by(text string) lint.Edit { return lint.Edit{NewText: text} }

func TestOnce(t *testing.T) {
	const text = "include\none two\nthree four\n"
	include := lint.Edit{Range: lint.Range{File: "a.c", Start: 8, End: 8}, NewText: "include x\n"}
	draft := NewDraft(nil)
	draft.Hold("a.c", File{Content: []byte(text)})
	r := Repairer{Draft: draft}
	outcome, err := r.Once("a.c", []lint.Finding{
		found(text, "one", "R1", safe("first", by("1"), include)),
		found(text, "two", "R2", safe("second", include, by("2"))),
		found(text, "two\nthree", "R3", safe("third", by("23"))),
		found(text, "three", "R4", lint.Fix{Title: "held", Safety: lint.Unsafe, Edits: []lint.Edit{by("3")}}),
		found(text, "four", "R5", lint.Fix{Title: "words", Safety: lint.Manual}),
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := draft.Read("a.c")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("include\ninclude x\n1 2\nthree four\n", string(f.Content)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var got []string
	for _, x := range outcome.Fixed {
		got = append(got, "fixed "+x.Finding.Rule)
	}
	for _, l := range outcome.Left {
		got = append(got, map[Why]string{ByHand: "by hand ", Held: "held ", Clashed: "clashed "}[l.Why]+l.Finding.Rule+" "+string(f.Content[l.Now.Start:l.Now.End])+" "+text[l.Finding.Range.Start:l.Finding.Range.End])
	}
	want := []string{"fixed R1", "fixed R2", "clashed R3 2\nthree two\nthree", "held R4 three three", "by hand R5 four four"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	diff := Diff(draft.Changes(), false)
	if !strings.Contains(diff, "@@ R1 R2\n") {
		t.Errorf("the hunk does not name its rules:\n%s", diff)
	}
}

// Nothing to do leaves the draft as it is, and a file that is not there is told.
func TestOnceNothing(t *testing.T) {
	draft := NewDraft(nil)
	draft.Hold("a.c", File{Content: []byte("x")})
	r := Repairer{Draft: draft}
	outcome, err := r.Once("a.c", []lint.Finding{{Rule: "R1", Range: lint.Range{File: "a.c", End: 1}}})
	if err != nil || len(outcome.Left) != 1 || len(draft.Changes()) != 0 {
		t.Errorf("%v, %+v, %v", err, outcome, draft.Changes())
	}
	outcome, err = r.Once("a.c", []lint.Finding{{Rule: "R1", Range: lint.Range{File: "a.c", End: 1}, Fixes: []lint.Fix{safe("far", lint.Edit{Range: lint.Range{File: "a.c", Start: 5, End: 9}})}}})
	if err != nil || len(outcome.Left) != 1 || outcome.Left[0].Why != Impossible {
		t.Errorf("%v, %+v", err, outcome)
	}
}
