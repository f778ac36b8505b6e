package run

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseDirective(t *testing.T) {
	tests := []struct {
		comment string
		scope   scope
		rules   string // joined by blanks
		reason  string
		until   string
	}{
		{comment: "# musllint ignore=ML1201", rules: "ML1201"},
		{comment: "#musllint ignore=ML1201", rules: "ML1201"},
		{comment: "#\tmusllint: ignore=ML1201,ML2, go-c-shared-on-musl", rules: "ML1201 ML2 go-c-shared-on-musl"},
		{comment: "# musllint ignore-stage=ML1", scope: scopeStage, rules: "ML1"},
		{comment: "# musllint ignore-file=ML1", scope: scopeFile, rules: "ML1"},
		{comment: `# musllint reason="the wheel, at last" ignore=ML1 until=2027-01-01`, rules: "ML1", reason: "the wheel, at last", until: "2027-01-01"},
		{comment: `# musllint ignore=ML1 reason=temporary  `, rules: "ML1", reason: "temporary"},
		{comment: `# musllint ignore=ML1 reason=""`, rules: "ML1"},
	}
	for _, tt := range tests {
		d, err := parseDirective(tt.comment)
		if err != nil {
			t.Errorf("%s: %v", tt.comment, err)
			continue
		}
		var rules []string
		for _, r := range d.rules {
			rules = append(rules, tt.comment[r.start:r.end])
			if tt.comment[r.start:r.end] != r.text {
				t.Errorf("%s: %q stands at %d-%d", tt.comment, r.text, r.start, r.end)
			}
		}
		if d.scope != tt.scope || strings.Join(rules, " ") != tt.rules || d.reason != tt.reason || d.date != tt.until {
			t.Errorf("%s: got %+v", tt.comment, d)
		}
	}
}

// A suppression holds on the day that it names, to its end.
func TestParseDirectiveUntil(t *testing.T) {
	d, err := parseDirective("# musllint ignore=ML1 until=2027-02-28")
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC); !d.until.Equal(want) {
		t.Errorf("expires at %v, want %v", d.until, want)
	}
}

func TestParseDirectiveErrors(t *testing.T) {
	tests := []struct{ comment, want string }{
		{"# musllint ignore ML1201", "ignore=ML1201"},
		{"# musllint ignore", "ignore=ML1201"},
		{"# musllint ignore=", "lacks a rule"},
		{"# musllint ignore=ML1,", "lacks a rule"},
		{"# musllint ignore=ML1 because it works", `unexpected "because"`},
		{"# musllint ignore=ML1 ignore-file=ML2", "twice"},
		{"# musllint ignore=ML1 until=2027-01-01 until=2028-01-01", "twice"},
		{"# musllint ignore=ML1 until=tomorrow", "no date"},
		{"# musllint ignore=ML1 until=2027-02-30", "no date"},
		{`# musllint ignore=ML1 reason="open`, "closing quote"},
		{"# musllint disable=ML1", `unknown key "disable"`},
		{`# musllint reason="no rule"`, "ignore= is missing"},
		{"# musllint until=2027-01-01", "ignore= is missing"},
	}
	for _, tt := range tests {
		_, err := parseDirective(tt.comment)
		if err == nil || errors.Is(err, errNoDirective) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", tt.comment, err, tt.want)
		}
	}
}

// What is said about musllint, or to another tool, is not said to musllint.
func TestParseDirectiveForeign(t *testing.T) {
	for _, comment := range []string{
		"#", "# ", "# hadolint ignore=DL3008", "# check=skip=all", "# syntax=docker/dockerfile:1",
		"# musllint", "# musllint finds nothing here", "# musllinter ignore=ML1", "# see musllint ignore=ML1",
		"# musllint ignores this", "# shellcheck disable=SC2086",
	} {
		if _, err := parseDirective(comment); !errors.Is(err, errNoDirective) {
			t.Errorf("%s: got %v", comment, err)
		}
	}
}

// FuzzParseDirective: whatever is read can be found in the comment, and putting a
// well-formed suppression behind a comment sign reads it back.
func FuzzParseDirective(f *testing.F) {
	f.Add(`# musllint ignore=ML1201, ML2 reason="why not" until=2027-01-01`)
	f.Add("#musllint: ignore-file=x")
	f.Add("# musllint ignore=,,\"")
	f.Fuzz(func(t *testing.T, comment string) {
		if !strings.HasPrefix(comment, "#") {
			comment = "#" + comment
		}
		d, err := parseDirective(comment)
		if err != nil {
			return
		}
		if len(d.rules) == 0 {
			t.Fatal("a suppression of nothing")
		}
		var texts []string
		for _, r := range d.rules {
			if comment[r.start:r.end] != r.text || r.text == "" {
				t.Fatalf("%q does not stand at %d-%d", r.text, r.start, r.end)
			}
			texts = append(texts, r.text)
		}
		again, err := parseDirective("# musllint ignore=" + strings.Join(texts, ","))
		if err != nil || len(again.rules) != len(d.rules) {
			t.Fatalf("%q read back: %+v, %v", texts, again, err)
		}
	})
}
