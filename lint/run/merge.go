package run

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
)

// merge joins what was found for one file on each of several platforms. A finding that
// holds on several is there once and names all their targets. What one platform finds
// twice is there once, too.
func merge(platforms [][]lint.Finding) []lint.Finding {
	type key struct {
		rule, message string
		at            lint.Range
	}
	var merged []lint.Finding
	index := map[key]int{}
	for _, findings := range platforms {
		for _, f := range findings {
			k := key{f.Rule, f.Message, f.Range}
			i, seen := index[k]
			if !seen {
				i = len(merged)
				index[k] = i
				merged = append(merged, f)
			}
			m := &merged[i]
			m.Severity = max(m.Severity, f.Severity)
			if len(platforms) > 1 && f.Target != (lint.Target{}) && !slices.Contains(m.Targets, f.Target) {
				m.Targets = append(m.Targets, f.Target)
			}
		}
	}
	return merged
}

// order sorts findings by place, then by what they say, so that no two orders of work
// can be told apart.
func order(findings []lint.Finding) {
	slices.SortStableFunc(findings, func(a, b lint.Finding) int {
		return cmp.Or(
			cmp.Compare(a.Range.File, b.Range.File),
			cmp.Compare(a.Range.Start, b.Range.Start),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.Range.End, b.Range.End),
		)
	})
}

// fingerprint names each finding by its rule, its stage and its text, and counts those
// that are alike. Lines that move keep their findings' names; white space and the way a
// command is broken into lines do not matter.
func fingerprint(findings []lint.Finding, src *lint.Source) {
	seen := map[string]int{}
	for i := range findings {
		f := &findings[i]
		text := strings.Join(strings.Fields(strings.ReplaceAll(src.Text(f.Range), "\\\n", " ")), " ")
		if f.Range.End == 0 { // it has no text of its own
			text = f.Message
		}
		same := f.Rule + "\x00" + f.Stage + "\x00" + text
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", same, seen[same]))
		f.Fingerprint = hex.EncodeToString(sum[:8])
		seen[same]++
	}
}
