package run

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/musllint/musllint/lint"
)

func newLinter(t testing.TB, opt Options) *Linter {
	t.Helper()
	opt.NoConfig = true
	l, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The report does not depend on who was first.
func TestWorkers(t *testing.T) {
	tree(t, nil, nil)
	for i := range 40 {
		write(t, fmt.Sprintf("%02d/Dockerfile", i), fmt.Sprintf("FROM alpine:3.20\nRUM %d\nRUN if\n", i))
	}
	var reports []*lint.Report
	for _, workers := range []int{1, 8, 0} {
		r, err := newLinter(t, Options{Workers: workers}).Lint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	if n := len(reports[0].Findings); n != 80 {
		t.Errorf("got %d findings, want 80", n)
	}
	for _, r := range reports[1:] {
		if diff := cmp.Diff(reports[0], r, cmpopts.IgnoreUnexported(lint.Source{})); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTooLarge(t *testing.T) {
	r, err := newLinter(t, Options{Paths: []string{"-"}, Stdin: bytes.NewReader(make([]byte, maxSize+1))}).Lint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Failures) != 1 || r.Failures[0].File != DefaultStdinName || r.Files != 0 {
		t.Errorf("got %+v, want one failure", r)
	}
}

// FuzzSource: whatever the bytes are, findings and edits lie in the source, each has a
// fingerprint of its own, and linting again says the same.
func FuzzSource(f *testing.F) {
	f.Add([]byte("FROM python:3.12-alpine\n# musllint ignore=ML2\nRUN pip install numpy && \\\n # musllint ignore=ML1\n apk add gcompat\n"))
	f.Add([]byte("# musllint ignore-file=ML0001\nFROM a AS b\n# musllint ignore-stage=ML9\nFROM b\nCOPY --from=b <<E /x\nE\n"))
	f.Add([]byte("a")) // BuildKit offers "add" or "arg", as chance has it
	f.Add([]byte("FROM x\n# check=skip=all\nRUN <<A\n# musllint ignore=ML0002 until=2020-01-01\nif\nA\n"))
	if text, err := os.ReadFile("../../testdata/bench/sixty.Dockerfile"); err == nil {
		f.Add(text)
	}
	l := newLinter(f, Options{Platforms: []string{"amd64", "arm64"}})
	f.Fuzz(func(t *testing.T, content []byte) {
		src := lint.NewSource("Dockerfile", content)
		findings, err := l.Source(src)
		if err != nil {
			t.Fatal(err)
		}
		prints := map[string]bool{}
		for _, found := range findings {
			ranges := []lint.Range{found.Range}
			for _, e := range found.Evidence {
				ranges = append(ranges, e.Range)
			}
			for _, fix := range found.Fixes {
				for _, e := range fix.Edits {
					ranges = append(ranges, e.Range)
				}
			}
			for _, r := range ranges {
				if r.Start < 0 || r.Start > r.End || r.End > len(content) {
					t.Fatalf("%s: %+v is not in %d bytes", found.Rule, r, len(content))
				}
			}
			if found.Fingerprint == "" || prints[found.Fingerprint] {
				t.Fatalf("%s: fingerprint %q is missing or there twice", found.Rule, found.Fingerprint)
			}
			prints[found.Fingerprint] = true
		}
		again, err := l.Source(src)
		if diff := cmp.Diff(findings, again); diff != "" || err != nil {
			t.Fatal(err, diff)
		}
	})
}

func BenchmarkSource(b *testing.B) {
	content, err := os.ReadFile("../../testdata/bench/sixty.Dockerfile")
	if err != nil {
		b.Fatal(err)
	}
	l := newLinter(b, Options{})
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Source(lint.NewSource("Dockerfile", content)); err != nil {
			b.Fatal(err)
		}
	}
}
