package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// make help lists the verbs that have a text; every verb is to have one.
func TestMakeHelp(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(top, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	var verbs []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):[^=\n]*$`).FindAllStringSubmatch(string(b), -1) {
		verbs = append(verbs, m[1])
		if !strings.Contains(m[0], " ## ") {
			t.Errorf("make help does not list %s: say what it does behind ##", m[1])
		}
	}
	_, phony, _ := strings.Cut(string(b), ".PHONY: ")
	phony, _, _ = strings.Cut(phony, "\n")
	if want := strings.Fields(phony); !slices.Equal(slices.Sorted(slices.Values(verbs)), slices.Sorted(slices.Values(want))) {
		t.Errorf("verbs %q, and .PHONY has %q", verbs, want)
	}
}
