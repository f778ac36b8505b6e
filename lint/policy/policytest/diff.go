package policytest

import (
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// lineDiff shows how got differs from want, each line behind -, + or a blank.
func lineDiff(want, got string) string {
	d := diffmatchpatch.New()
	a, b, lines := d.DiffLinesToRunes(want, got)
	sign := map[diffmatchpatch.Operation]string{
		diffmatchpatch.DiffDelete: "-", diffmatchpatch.DiffInsert: "+", diffmatchpatch.DiffEqual: " ",
	}
	var out strings.Builder
	for _, part := range d.DiffCharsToLines(d.DiffMainRunes(a, b, false), lines) {
		for line := range strings.Lines(part.Text) {
			out.WriteString(sign[part.Type] + strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	return out.String()
}
