package run

import (
	"os"
	"testing"

	"github.com/musllint/musllint/lint"
)

// Budgets for the Dockerfile of 60 lines that the benchmarks use, about a quarter above
// what it takes. A change that needs more should know why.
const (
	maxAllocations = 15_000
	maxPolicies    = 30 // of some 100: the index keeps the others unparsed
)

func TestAllocationBudget(t *testing.T) {
	content, err := os.ReadFile("../../testdata/bench/sixty.Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	l, err := New(Options{NoConfig: true})
	if err != nil {
		t.Fatal(err)
	}
	var found int
	allocations := testing.AllocsPerRun(5, func() {
		findings, err := l.Source(lint.NewSource("Dockerfile", content))
		if err != nil {
			t.Fatal(err)
		}
		found = len(findings)
	})
	if found == 0 {
		t.Error("nothing is found: the budget says nothing about policies")
	}
	if allocations > maxAllocations {
		t.Errorf("%.0f allocations, budget %d", allocations, maxAllocations)
	}
	if parsed := len(l.Policies.Files()); parsed > maxPolicies {
		t.Errorf("%d policies parsed, budget %d", parsed, maxPolicies)
	}
	t.Logf("%.0f allocations, %d policies parsed, %d findings", allocations, len(l.Policies.Files()), found)
}
