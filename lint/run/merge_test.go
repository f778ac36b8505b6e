package run

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint"
)

func TestMerge(t *testing.T) {
	amd, arm := lint.Target{Libc: lint.Musl, Arch: "amd64"}, lint.Target{Libc: lint.Musl, Arch: "arm64"}
	at := lint.Range{File: "f", Start: 3, End: 5}
	both := func(target lint.Target) lint.Finding {
		return lint.Finding{Rule: "ML1", Message: "both", Range: at, Target: target}
	}
	alone := lint.Finding{Rule: "ML1", Message: "one", Range: at, Target: arm, Severity: lint.Error}
	got := merge([][]lint.Finding{{both(amd), both(amd)}, {alone, both(arm)}})
	want := []lint.Finding{both(amd), alone}
	want[0].Targets = []lint.Target{amd, arm}
	want[1].Targets = []lint.Target{arm}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("two platforms (-want +got):\n" + diff)
	}
	got = merge([][]lint.Finding{{both(amd), both(amd)}})
	if diff := cmp.Diff([]lint.Finding{both(amd)}, got); diff != "" {
		t.Error("one platform (-want +got):\n" + diff)
	}
	warning := both(arm)
	warning.Severity = lint.Warning
	if got := merge([][]lint.Finding{{both(amd)}, {warning}}); len(got) != 1 || got[0].Severity != lint.Warning {
		t.Errorf("the worse severity is lost: %+v", got)
	}
}

// A fingerprint survives moved lines and other line breaks; two findings never share one.
func TestFingerprint(t *testing.T) {
	find := func(text string, ranges ...[2]int) []lint.Finding {
		var fs []lint.Finding
		for _, r := range ranges {
			fs = append(fs, lint.Finding{Rule: "ML1", Stage: "s", Range: lint.Range{File: "f", Start: r[0], End: r[1]}})
		}
		fingerprint(fs, lint.NewSource("f", []byte(text)))
		return fs
	}
	first := find("apk add x; apk add x; pip", [2]int{0, 9}, [2]int{11, 20}, [2]int{22, 25})
	moved := find("# new\n\napk  add \\\n  x; pip", [2]int{7, 21}, [2]int{23, 26})
	if first[0].Fingerprint != moved[0].Fingerprint || first[2].Fingerprint != moved[1].Fingerprint {
		t.Error("moving a line changes the fingerprint")
	}
	if first[0].Fingerprint == first[1].Fingerprint || first[0].Fingerprint == first[2].Fingerprint {
		t.Error("two findings share a fingerprint")
	}
}
