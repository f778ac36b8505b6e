package run

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func TestWithCarets(t *testing.T) {
	at := func(line, from, toLine, to int) *hcl.Range {
		return &hcl.Range{Start: hcl.Pos{Line: line, Column: from}, End: hcl.Pos{Line: toLine, Column: to}}
	}
	for _, test := range []struct {
		line string
		at   *hcl.Range
		want string
	}{
		{"a = \"x\"", at(3, 5, 3, 8), "          ^^^"},
		{"\tä = \"x\"", at(3, 6, 3, 9), "      \t    ^^^"},
		{"a = [", at(3, 5, 9, 2), "          ^"},
		{"a", at(3, 2, 3, 2), "       ^"}, // behind the end
		{"a", at(3, 40, 3, 50), "       ^"},
	} {
		text := "Error: x\n\n  on f line 3:\n   3: " + test.line + "\n\nWhy.\n"
		want := "Error: x\n\n  on f line 3:\n   3: " + test.line + "\n" + test.want + "\n\nWhy.\n"
		if got := withCarets(text, test.at); got != want {
			t.Errorf("%q: got %q, want %q", test.line, got, want)
		}
	}
	for _, text := range []string{"", "Error: no place\n", "Error: other line\n\n   4: x\n"} {
		if got := withCarets(text, at(3, 1, 3, 2)); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := withCarets("x", nil); got != "x" {
		t.Errorf("without a place: %q", got)
	}
}
