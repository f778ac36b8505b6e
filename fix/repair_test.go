package fix

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
)

// toy is a linter for texts of words. A word such as bad3 is a finding of the rule R3.
type toy struct{ lints int }

var badWord = regexp.MustCompile(`bad(\w+)`)

func (l *toy) lint(_ context.Context, name string, texts map[string][]byte) (Verdict, error) {
	l.lints++
	text := string(texts[name])
	if strings.Contains(text, "broken") {
		return Verdict{Refused: errors.New("line 1: it is broken")}, nil
	}
	return Verdict{Findings: toyFindings(name, text)}, nil
}

func toyFindings(name, text string) []lint.Finding {
	var list []lint.Finding
	seen := map[string]int{}
	for _, m := range badWord.FindAllStringSubmatchIndex(text, -1) {
		word, kind := text[m[0]:m[1]], text[m[2]:m[3]]
		f := lint.Finding{Rule: "R" + kind, Message: "there is " + word, Range: lint.Range{File: name, Start: m[0], End: m[1]}}
		f.Fingerprint = fmt.Sprint(word, seen[word])
		seen[word]++
		f.Fixes = toyFixes(text, kind, f.Range)
		list = append(list, f)
	}
	return list
}

// toyFixes are as good or bad as fixes can be.
func toyFixes(text, kind string, r lint.Range) []lint.Fix {
	edit := func(start, end int, with string) lint.Edit {
		return lint.Edit{Range: lint.Range{File: r.File, Start: start, End: end}, NewText: with}
	}
	replace := func(with string) []lint.Edit { return []lint.Edit{edit(r.Start, r.End, with)} }
	line := max(strings.IndexByte(text, '\n'), 0) // the end of the first one
	next := min(r.End+4, len(text))
	switch kind {
	case "plain":
		return []lint.Fix{{Title: "replace it", Safety: lint.Safe, Edits: replace("good")}}
	case "both": // asks for the same line as its like
		return []lint.Fix{{Title: "say so above", Safety: lint.Safe, Edits: append(replace("good"), edit(0, 0, "above\n"))}}
	case "wide": // gets in the way of what is next to it
		return []lint.Fix{{Title: "replace more", Safety: lint.Safe, Edits: []lint.Edit{edit(r.Start, next, strings.Repeat("g", 3)+text[r.End:next])}}}
	case "more":
		return []lint.Fix{{Title: "make another", Safety: lint.Safe, Edits: replace("badplain")}}
	case "same":
		return []lint.Fix{{Title: "no help", Safety: lint.Safe, Edits: replace("badsame!")}}
	case "second":
		return []lint.Fix{
			{Title: "break it", Safety: lint.Safe, Group: "Rsecond", Edits: replace("broken")},
			{Title: "mend it", Safety: lint.Safe, Group: "Rsecond", Edits: replace("good")},
		}
	case "alone":
		return []lint.Fix{{Title: "change the first line", Safety: lint.Safe, Exclusive: true, Edits: append(replace("good"), edit(line, line, " changed"))}}
	case "group":
		return []lint.Fix{{Title: "one for all", Safety: lint.Safe, Group: "whole", Edits: replace("good")}}
	case "unsafe":
		return []lint.Fix{{Title: "dare it", Safety: lint.Unsafe, Edits: replace("good")}, {Title: "ask somebody", Safety: lint.Manual}}
	case "hand":
		return []lint.Fix{{Title: "ask somebody", Safety: lint.Manual}}
	case "nothing":
		return []lint.Fix{{Title: "leave it", Safety: lint.Safe, Edits: replace("badnothing")}}
	case "astray":
		return []lint.Fix{{Title: "miss it", Safety: lint.Safe, Edits: []lint.Edit{edit(len(text)+3, len(text)+4, "x")}}}
	case "elsewhere":
		return []lint.Fix{{Title: "write it down", Safety: lint.Safe, Edits: append(replace("good"), lint.Edit{Range: lint.Range{File: "notes"}, NewText: "noted\n"})}}
	}
	return nil
}

// repaired runs a repair of a text by the toy linter.
func repaired(t *testing.T, text string, hold func(*lint.Finding, *lint.Fix) string) (string, *Outcome, *Draft) {
	t.Helper()
	d := NewDraft(memory{})
	d.Hold("f", File{Content: []byte(text)})
	l := &toy{}
	r := &Repairer{Draft: d, Lint: l.lint, Hold: hold}
	outcome, err := r.Repair(t.Context(), "f", toyFindings("f", text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Read("f")
	if err != nil {
		t.Fatal(err)
	}
	return string(got.Content), outcome, d
}

func TestRepair(t *testing.T) {
	for _, tt := range []struct{ name, text, want, told string }{
		{"nothing to do", "all is well", "all is well", ""},
		{"several at once", "a badplain b badplain", "a good b good", "1 Rplain, 1 Rplain"},
		{"the same line for two", "a badboth b badboth", "above\na good b good", "1 Rboth, 1 Rboth"},
		{"one in the way of the other", "badwide badplain", "ggg good", "1 Rwide, 2 Rplain after Rwide"},
		{"three in the way of each other", "badwide badwide badwide", "ggg ggg ggg", "1 Rwide, 1 Rwide, 2 Rwide after Rwide"},
		{"it would bring another finding", "badmore badplain", "badmore good", "1 Rplain, Rmore worse: it would bring Rplain: there is badplain"},
		{"it does not help", "badsame badplain", "badsame good", "1 Rplain, Rsame worse: Rsame is still found after it: there is badsame"},
		{"the first alternative breaks the text", "badsecond badplain", "good good", "1 Rplain, 3 Rsecond"},
		{"alone, and last", "x badalone\nbadplain", "x good changed\ngood", "1 Rplain, 2 Ralone after Rplain"},
		{"alone, twice", "badalone\nbadalone", "good changed changed\ngood", "1 Ralone, 2 Ralone after Ralone"},
		{"one of a group", "badgroup badgroup", "good good", "1 Rgroup, 2 Rgroup after Rgroup"},
		{"held", "badunsafe badhand", "badunsafe badhand", "Runsafe held: it is not safe, Rhand by hand"},
		{"changes nothing", "badnothing", "badnothing", "Rnothing impossible: it changes nothing"},
		{"outside of the text", "badastray", "badastray", "Rastray impossible: an edit of bytes 12 to 13 lies outside of the text"},
		{"another file", "badelsewhere badelsewhere", "good good", "1 Relsewhere, 1 Relsewhere"},
		{"a text that cannot be read", "broken badplain", "broken badplain", "Rplain worse: the result cannot be read: line 1: it is broken"},
	} {
		got, outcome, _ := repaired(t, tt.text, nil)
		if got != tt.want || told(outcome) != tt.told {
			t.Errorf("%s: got %q, want %q\n%s\n%s", tt.name, got, tt.want, told(outcome), tt.told)
		}
	}
}

// told is an outcome in one line.
func told(o *Outcome) string {
	var parts []string
	for _, f := range o.Fixed {
		text := fmt.Sprint(f.Round, " ", f.Finding.Rule)
		if f.Waited != "" {
			text += " after " + f.Waited
		}
		parts = append(parts, text)
	}
	for _, l := range o.Left {
		text := l.Finding.Rule + map[Why]string{ByHand: " by hand", Held: " held", Worse: " worse", Clashed: " clashed", Impossible: " impossible"}[l.Why]
		if l.Reason != "" {
			text += ": " + l.Reason
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// Places are told in the text as it was, also those of what came to light in later rounds, and
// hunks name the rules that they repair.
func TestPlaces(t *testing.T) {
	text := "one\nbadboth badwide badplain\n" + numbered(12) + "badplain badhand\n"
	got, outcome, d := repaired(t, text, nil)
	for _, f := range outcome.Fixed {
		r := f.Finding.Range
		if word := text[r.Start:r.End]; "R"+strings.TrimPrefix(word, "bad") != f.Finding.Rule {
			t.Errorf("%s is at %q", f.Finding.Rule, word)
		}
	}
	if l := outcome.Left[0]; text[l.Finding.Range.Start:l.Finding.Range.End] != "badhand" || got[l.Now.Start:l.Now.End] != "badhand" {
		t.Errorf("badhand was at %+v and is at %+v", l.Finding.Range, l.Now)
	}
	var heads []string
	for line := range strings.Lines(Diff(d.Changes(), false)) {
		if strings.HasPrefix(line, "@@") {
			heads = append(heads, strings.TrimSpace(line))
		}
	}
	want := []string{"@@ -1,5 +1,6 @@ Rboth Rwide Rplain", "@@ -12,4 +13,4 @@ Rplain"}
	if diff := cmp.Diff(want, heads); diff != "" {
		t.Errorf("hunks (-want +got):\n%s", diff)
	}
}

func TestNewFile(t *testing.T) {
	_, _, d := repaired(t, "badelsewhere", nil)
	want := "--- a/f\n+++ b/f\n@@ -1 +1 @@ Relsewhere\n-badelsewhere\n\\ No newline at end of file\n+good\n\\ No newline at end of file\n" +
		"--- /dev/null\n+++ b/notes\n@@ -0,0 +1 @@ Relsewhere\n+noted\n"
	if diff := cmp.Diff(want, Diff(d.Changes(), false)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A second repair finds nothing to do, the order in which findings come does not matter, what
// is not told of is as it was, and nothing that was bad is more so.
func TestRepairProperties(t *testing.T) {
	kinds := []string{"plain", "both", "wide", "more", "same", "second", "alone", "group", "unsafe", "hand", "nothing", "astray"}
	random := rand.New(rand.NewPCG(5, 6))
	for range 400 {
		var b strings.Builder
		for range 1 + random.IntN(9) {
			fmt.Fprintf(&b, "%s%s", []string{"bad" + kinds[random.IntN(len(kinds))], "word", "other"}[random.IntN(3)], []string{" ", "\n", " and "}[random.IntN(3)])
		}
		text := b.String()
		got, outcome, _ := repaired(t, text, nil)
		again, second, _ := repaired(t, got, nil)
		if outcome.Rounds < maxRounds && (again != got || len(second.Fixed) > 0) {
			t.Fatalf("%q became %q, and that %q\n%s\n%s", text, got, again, told(outcome), told(second))
		}
		if before, after := len(toyFindings("f", text)), len(toyFindings("f", got)); after+len(outcome.Fixed) != before {
			t.Fatalf("%q: %d findings, %d repaired, %d left", text, before, len(outcome.Fixed), after)
		}
		d := NewDraft(memory{})
		d.Hold("f", File{Content: []byte(text)})
		findings := toyFindings("f", text)
		random.Shuffle(len(findings), func(i, j int) { findings[i], findings[j] = findings[j], findings[i] })
		if _, err := (&Repairer{Draft: d, Lint: (&toy{}).lint}).Repair(t.Context(), "f", findings); err != nil {
			t.Fatal(err)
		}
		if shuffled, _ := d.Read("f"); string(shuffled.Content) != got {
			t.Fatalf("%q became %q, and with its findings in another order %q", text, got, shuffled.Content)
		}
		if was, is := strings.Count(text, "other"), strings.Count(got, "other"); was != is {
			t.Fatalf("%q became %q", text, got)
		}
	}
}

// Lines that move do not make old findings new ones, and what was evidence of another finding
// is none either.
func TestWorse(t *testing.T) {
	finding := func(rule string, start int, evidence ...lint.Related) lint.Finding {
		return lint.Finding{Rule: rule, Message: rule, Fingerprint: fmt.Sprint(rule, start), Range: lint.Range{File: "f", Start: start, End: start + 2}, Evidence: evidence}
	}
	folded := func(rule string, start int) lint.Related {
		return lint.Related{Message: lint.HereToo, Rule: rule, Range: lint.Range{File: "f", Start: start, End: start + 2}}
	}
	moved := func(f lint.Finding, by int) lint.Finding {
		f.Range.Start, f.Range.End, f.Fingerprint = f.Range.Start+by, f.Range.End+by, "new"
		return f
	}
	inserted := map[string]shift{"f": {at(0, 0, "12345")}}
	for _, tt := range []struct {
		name          string
		before, after []lint.Finding
		want          string
	}{
		{"gone", []lint.Finding{finding("A", 10)}, nil, ""},
		{"the others moved", []lint.Finding{finding("A", 10), finding("A", 20), finding("B", 30)}, []lint.Finding{moved(finding("A", 20), 5), moved(finding("B", 30), 5)}, ""},
		{"still there", []lint.Finding{finding("A", 10)}, []lint.Finding{moved(finding("A", 10), 5)}, "A is still found after it: A"},
		{"another of its rule", []lint.Finding{finding("A", 10)}, []lint.Finding{finding("A", 50)}, "it would bring A: A"},
		{"one of another rule", []lint.Finding{finding("A", 10), finding("B", 30)}, []lint.Finding{finding("B", 35), finding("B", 50)}, "it would bring B: B"},
		{"one that is told at another place", []lint.Finding{finding("A", 10), finding("B", 30)}, []lint.Finding{finding("B", 60)}, ""},
		{"a repeat that is left", []lint.Finding{finding("A", 10, folded("A", 20))}, []lint.Finding{finding("A", 25)}, ""},
		{"a consequence that is left", []lint.Finding{finding("A", 10, folded("B", 20))}, []lint.Finding{finding("B", 25)}, ""},
		{"a consequence and one more", []lint.Finding{finding("A", 10, folded("B", 20))}, []lint.Finding{finding("B", 25), finding("B", 25)}, "it would bring B: B"},
	} {
		made := []*candidate{{finding: &tt.before[0], fix: &lint.Fix{}}}
		if got := worse(tt.before, made, Verdict{Findings: tt.after}, inserted); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := NewDraft(memory{})
	d.Hold("f", File{Content: []byte("badplain")})
	if _, err := (&Repairer{Draft: d, Lint: (&toy{}).lint}).Repair(ctx, "f", toyFindings("f", "badplain")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(d.Changes()) > 0 {
		t.Error("something was changed")
	}
}

// Fixes that all make something worse cost a bounded number of runs of the linter.
func TestTries(t *testing.T) {
	text := strings.Repeat("badmore ", 1000)
	d := NewDraft(memory{})
	d.Hold("f", File{Content: []byte(text)})
	l := &toy{}
	outcome, err := (&Repairer{Draft: d, Lint: l.lint}).Repair(t.Context(), "f", toyFindings("f", text))
	if err != nil {
		t.Fatal(err)
	}
	if l.lints > maxTries || len(outcome.Fixed) > 0 {
		t.Errorf("linted %d times, %d repaired", l.lints, len(outcome.Fixed))
	}
	if i := slices.IndexFunc(outcome.Left, func(l Left) bool { return l.Why == Clashed }); i < 0 {
		t.Error("those that had no turn are not told of")
	}
}
