package run

import (
	"strings"
	"testing"
	"time"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/config"
)

// Own ids have three to five digits, so that one may begin like another.
func TestIDIsNoPrefix(t *testing.T) {
	off := config.Rule{IDs: "CORP001", Off: true}
	r := &ruleset{ids: []string{"CORP001", "CORP0012"}, names: map[string]string{"CORP001": "one", "CORP0012": "twelve"}}
	if err := r.choose(nil, nil, []config.Rule{off}); err != nil {
		t.Fatal(err)
	}
	if r.on("CORP001", "f", true) || !r.on("CORP0012", "f", true) {
		t.Error("the setting of CORP001 is not that of CORP001 alone")
	}
	r.settings = nil
	if err := r.choose([]string{"CORP001"}, nil, nil); err != nil {
		t.Fatal(err)
	}
	if !r.on("CORP001", "f", true) || r.on("CORP0012", "f", true) {
		t.Error("CORP001 does not select CORP001 alone")
	}
	r.selected = []string{"CORP"}
	if !r.on("CORP0012", "f", true) {
		t.Error("a prefix does not select what begins like it")
	}
}

// A file of nothing but suppressions is not looked at anew for each of them.
func TestManySuppressions(t *testing.T) {
	const n = 20_000
	started := time.Now()
	_, left, _ := suppressed(strings.Repeat("# musllint ignore-file=ML1001\n", n)+"FROM alpine\n", suppressor{})
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("takes %v", took)
	}
	if len(left) != n || left[0].Rule != lint.RuleUnusedSuppression {
		t.Errorf("%d findings, want one a suppression", len(left))
	}
}
