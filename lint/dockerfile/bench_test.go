package dockerfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

// The time has to grow with the file, not with its square: ten times the lines may not
// take much more than ten times as long.
func BenchmarkInstructions(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		var text strings.Builder
		text.WriteString("FROM golang:1.23-alpine\n")
		for i := range n {
			fmt.Fprintf(&text, "ENV V%d=$V%d\nRUN apk add --no-cache p%d && go build -o /out/a%d ./cmd && make\n", i, i-1, i, i)
		}
		benchmarkParse(b, n, text.String())
	}
}

func BenchmarkStages(b *testing.B) {
	for _, n := range []int{100, 1_000} {
		var text strings.Builder
		text.WriteString("FROM golang:1.23-alpine AS s0\n")
		for i := range n {
			fmt.Fprintf(&text, "FROM s%d AS s%d\nENV V%d=x\nRUN apk add p%d && go build -o /out/a%d ./cmd && make\nCOPY --from=s0 /bin/x /bin/x%d\n", i, i+1, i, i, i, i)
		}
		benchmarkParse(b, n, text.String())
	}
}

func benchmarkParse(b *testing.B, n int, text string) {
	src := lint.NewSource("Dockerfile", []byte(text))
	b.Run(fmt.Sprint(n), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Parse(src, Options{})
		}
	})
}
