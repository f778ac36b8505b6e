package report

import (
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

// One line has no room for the further places of a finding: it counts them, and nothing else.
func TestConciseCountsPlaces(t *testing.T) {
	here, other := lint.Related{Message: lint.HereToo}, lint.Related{Message: "the stage is musl"}
	for _, c := range []struct {
		evidence []lint.Related
		want     string
	}{
		{nil, "warning: m [ML1]\n"},
		{[]lint.Related{other}, "warning: m [ML1]\n"},
		{[]lint.Related{other, here}, "warning: m (and 1 more place) [ML1]\n"},
		{[]lint.Related{here, other, here}, "warning: m (and 2 more places) [ML1]\n"},
	} {
		var b strings.Builder
		r := &lint.Report{Findings: []lint.Finding{{Rule: "ML1", Severity: lint.Warning, Message: "m", Evidence: c.evidence}}}
		if err := writeConcise(&b, r, Options{}); err != nil || b.String() != c.want {
			t.Errorf("%q, %v, want %q", b.String(), err, c.want)
		}
	}
}
