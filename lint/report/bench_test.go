package report

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

// crowd is a report of n findings in one file: on n lines, or all on one line.
func crowd(n int, separator string) *lint.Report {
	const command = "RUN pip install größe"
	src := lint.NewSource("Dockerfile", []byte(strings.Repeat(command+separator, n)))
	r := &lint.Report{
		Files: 1, Sources: map[string]*lint.Source{src.Name: src},
		Rules: map[string]lint.Rule{"ML2101": {ID: "ML2101", Name: "pip", Title: "pip"}},
	}
	base := lint.Related{Message: "stage 0 is musl", Range: lint.Range{File: src.Name, Start: 4, End: 15}}
	for i := range n {
		start := i*len(command+separator) + len("RUN ")
		at := lint.Range{File: src.Name, Start: start, End: start + len("pip install")}
		r.Findings = append(r.Findings, lint.Finding{
			Rule: "ML2101", Severity: lint.Warning, Message: "pip has to compile it", Range: at, Evidence: []lint.Related{base},
			Fixes: []lint.Fix{{Title: "install a compiler first", Safety: lint.Safe, Edits: []lint.Edit{{Range: at, NewText: "true"}}}},
		})
	}
	return r
}

func BenchmarkFormats(b *testing.B) {
	for _, f := range Formats {
		for _, shape := range []struct{ name, separator string }{{"lines", "\n"}, {"one-line", " && "}} {
			for _, n := range []int{100, 10_000} {
				b.Run(fmt.Sprintf("%s/%s/%d", f.Name, shape.name, n), func(b *testing.B) {
					r := crowd(n, shape.separator)
					b.ReportAllocs()
					for b.Loop() {
						if err := f.Write(io.Discard, r, Options{}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
