package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/config"
	"github.com/musllint/musllint/lint/dockerfile"
)

// testRules are the rules of these tests: ML1001 to ML1003, of which the last is opt-in,
// and the ones about suppressions.
func testRules(settings ...config.Rule) *ruleset {
	return &ruleset{
		settings:  settings,
		ids:       []string{lint.RuleUnusedSuppression, lint.RuleExpired, lint.RuleBadSuppression, "ML1001", "ML1002", "ML1003"},
		names:     map[string]string{"ML1001": "first", "ML1002": "second", "ML1003": "third"},
		byDefault: func(id string) bool { return id != "ML1003" },
	}
}

// findingsAt makes a finding wherever a rule's id stands between angle brackets, and
// blanks the brackets out so that they do not disturb anybody.
func findingsAt(text string) (*lint.Source, []lint.Finding) {
	content := []byte(text)
	var findings []lint.Finding
	for i := range content {
		if content[i] != '<' || i+8 > len(content) || content[i+7] != '>' {
			continue
		}
		findings = append(findings, lint.Finding{Rule: text[i+1 : i+7], Severity: lint.Warning, Range: lint.Range{File: "f", Start: i, End: i + 8}})
		content[i], content[i+7] = 'x', 'x'
	}
	return lint.NewSource("f", content), findings
}

// suppressed returns what is left of the findings of a text, as "line rule".
func suppressed(text string, s suppressor) (*lint.Source, []lint.Finding, []string) {
	src, findings := findingsAt(text)
	s.source, s.file = src, dockerfile.Parse(src, dockerfile.Options{})
	if s.rules == nil {
		s.rules = testRules()
	}
	s.readComments()
	left := slices.DeleteFunc(findings, func(f lint.Finding) bool { return s.suppressed(&f) })
	left = append(left, s.remarks()...)
	order(left)
	var lines []string
	for _, f := range left {
		lines = append(lines, fmt.Sprintf("%d %s", src.Position(f.Range.Start).Line, f.Rule))
	}
	return src, left, lines
}

func TestSuppressions(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"the instruction below", "FROM a\n# musllint ignore=ML1001\nRUN x <ML1001>\nRUN x <ML1001>\n", []string{"4 ML1001"}},
		{"blank lines and comments between", "FROM a\n# musllint ignore=ML1001\n\n# why\nRUN x <ML1001>\n", nil},
		{"by prefix", "FROM a\n# musllint ignore=ML1\nRUN x <ML1001> <ML1002>\n", nil},
		{"by name", "FROM a\n# musllint ignore=second\nRUN x <ML1001> <ML1002>\n", []string{"3 ML1001"}},
		{"several comments", "FROM a\n# musllint ignore=ML1001\n# musllint ignore=ML1002\nRUN x <ML1001> <ML1002>\n", nil},
		{"the whole continued instruction", "FROM a\n# musllint ignore=ML1001\nRUN a && \\\n b <ML1001>\n", nil},
		{"a line of a RUN", "FROM a\nRUN a <ML1001> && \\\n # musllint ignore=ML1001\n b <ML1001> && \\\n c <ML1001>\n", []string{"2 ML1001", "5 ML1001"}},
		{"a command of several lines in a RUN", "FROM a\nRUN a && \\\n # musllint ignore=ML1001\n b \\\n  <ML1001> && \\\n c <ML1001>\n", []string{"6 ML1001"}},
		{"a line of a here-document", "FROM a\nRUN <<EOF\n# musllint ignore=ML1001\nb <ML1001>\nc <ML1001>\nEOF\n", []string{"5 ML1001"}},
		{"a stage", "FROM a\nRUN <ML1001>\n# musllint ignore-stage=ML1001\nFROM b\nRUN <ML1001>\nRUN <ML1001>\nFROM c\nRUN <ML1001>\n", []string{"2 ML1001", "8 ML1001"}},
		{"a stage, elsewhere", "FROM a\n# musllint ignore-stage=ML1001\nRUN <ML1001>\n", []string{"2 ML0012", "3 ML1001"}},
		{"the file", "# syntax=docker/dockerfile:1\n\n# musllint ignore-file=ML1001\nARG X\nFROM a\nRUN <ML1001>\nFROM b\nRUN <ML1001> <ML1002>\n", []string{"8 ML1002"}},
		{"the file, elsewhere", "ARG X\n# musllint ignore-file=ML1001\nFROM a\nRUN <ML1001>\n", []string{"2 ML0012", "4 ML1001"}},
		{"unused", "FROM a\n# musllint ignore=ML1002\nRUN x <ML1001>\n", []string{"2 ML0010", "3 ML1001"}},
		{"unused at the end", "FROM a\n# musllint ignore=ML1002\n", []string{"2 ML0010"}},
		{"unused for a rule that is off", "FROM a\n# musllint ignore=ML1003\nRUN x\n", nil},
		{"partly unused", "FROM a\n# musllint ignore=ML1001,ML1002\nRUN x <ML1001>\n", []string{"2 ML0010"}},
		{"unused, but Docker refuses the file", "FROM a\n# musllint ignore=ML1002\nRUN x\nNONSENSE y\n", nil},
		{"unknown rule", "FROM a\n# musllint ignore=ML9999,ML1001\nRUN x <ML1001>\n", []string{"2 ML0012"}},
		{"bad syntax", "FROM a\n# musllint ignore ML1001\nRUN x <ML1001>\n", []string{"2 ML0012", "3 ML1001"}},
		{"a rule about suppressions", "FROM a\n# musllint ignore=ML0010\nRUN x\n", []string{"2 ML0012"}},
		{"on its last day", "FROM a\n# musllint ignore=ML1001 until=2026-06-15\nRUN x <ML1001>\n", nil},
		{"expired", "FROM a\n# musllint ignore=ML1001 until=2026-06-14\nRUN x <ML1001>\n", []string{"2 ML0011", "3 ML1001"}},
		{"other tools", "FROM a\n# hadolint ignore=DL3018\n# check=skip=all\nRUN x <ML1001>\n", []string{"4 ML1001"}},
		{"in a copied document", "FROM a\nCOPY <<EOF /x\n# musllint ignore=ML1001\nEOF\nRUN x <ML1001>\n", []string{"5 ML1001"}},
		{"behind Windows line endings", "FROM a\r\n# musllint ignore=ML1001\r\nRUN x <ML1001>\r\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, got := suppressed(tt.text, suppressor{now: time.Date(2026, 6, 15, 23, 0, 0, 0, time.UTC)})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestSuppressionsOfSettings(t *testing.T) {
	never := false
	text := "FROM a\n# musllint ignore=ML1001,ML1002\nRUN x <ML1001> <ML1002>\n"
	_, findings, got := suppressed(text, suppressor{rules: testRules(config.Rule{IDs: "ML1001", Ignorable: &never})})
	if diff := cmp.Diff([]string{"2 ML0012", "3 ML1001"}, got); diff != "" {
		t.Error("not ignorable (-want +got):\n" + diff)
	}
	if !strings.Contains(findings[0].Message, "ignorable = false") {
		t.Errorf("the message does not say why: %s", findings[0].Message)
	}
	_, _, got = suppressed(text, suppressor{requireReason: true})
	if diff := cmp.Diff([]string{"2 ML0012", "3 ML1001", "3 ML1002"}, got); diff != "" {
		t.Error("without the reason that is required (-want +got):\n" + diff)
	}
	_, _, got = suppressed(strings.Replace(text, "ML1002", `ML1002 reason="x"`, 1), suppressor{requireReason: true})
	if diff := cmp.Diff([]string(nil), got); diff != "" {
		t.Error("with the reason (-want +got):\n" + diff)
	}
	off := config.Rule{IDs: lint.RuleUnusedSuppression, Off: true}
	_, _, got = suppressed("FROM a\n# musllint ignore=ML1001\nRUN x\n", suppressor{rules: testRules(off)})
	if diff := cmp.Diff([]string(nil), got); diff != "" {
		t.Error("ML0010 switched off (-want +got):\n" + diff)
	}
}

// What ML0010 repairs is gone afterwards, and nothing else.
func TestUnusedSuppressionFix(t *testing.T) {
	tests := []struct{ text, want string }{
		{"FROM a\n# musllint ignore=ML1002\nRUN x\n", "FROM a\nRUN x\n"},
		{"FROM a\n# musllint ignore=ML1001, ML1002 reason=\"r\"\nRUN x <ML1001>\n", "FROM a\n# musllint ignore=ML1001 reason=\"r\"\nRUN x xML1001x\n"},
		{"FROM a\n# musllint ignore=ML1002,ML1001,second\nRUN x <ML1001>\n", "FROM a\n# musllint ignore=ML1001\nRUN x xML1001x\n"},
		{"FROM a\nRUN x && \\\n  # musllint ignore=ML1002\n  y", "FROM a\nRUN x && \\\n  y"},
	}
	for _, tt := range tests {
		src, findings, _ := suppressed(tt.text, suppressor{})
		if len(findings) != 1 || len(findings[0].Fixes) != 1 || len(findings[0].Fixes[0].Edits) != 1 {
			t.Errorf("%s: got %+v, want one finding with one edit", tt.text, findings)
			continue
		}
		e := findings[0].Fixes[0].Edits[0]
		got := string(src.Content[:e.Range.Start]) + e.NewText + string(src.Content[e.Range.End:])
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
	}
}
