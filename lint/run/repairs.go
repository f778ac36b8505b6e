package run

import (
	"github.com/musllint/musllint/fix/sourcefix"
	"github.com/musllint/musllint/lint"
)

// SourceRepairs returns the repairs of uses of one source, for each of them the best one first.
func SourceRepairs(src *lint.Source, uses []lint.Use, target lint.Target) [][]lint.Fix {
	return sourcefix.Plan(src, uses, target)
}
