package run

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf/elftest"
)

// glibcProgram is the text of a program that asks for glibc's loader.
func glibcProgram() string {
	f := elftest.File{Kind: elftest.Program, Interp: "/lib64/ld-linux-x86-64.so.2", Needed: []string{"libc.so.6"}}
	return string(f.Bytes())
}

// Dockerfiles of one folder share its context, and those with an ignore file of their own do
// not. What is said does not depend on who came first.
func TestContexts(t *testing.T) {
	tree(t, nil, nil)
	for i := range 30 {
		write(t, fmt.Sprintf("Dockerfile.%02d", i), "FROM alpine:3.20\nCOPY . /app\nCMD [\"/app/server\"]\n")
	}
	write(t, "Dockerfile.07.dockerignore", "*\n")
	write(t, "server", glibcProgram())
	for i := range 30 {
		dir := fmt.Sprintf("sub%02d/", i)
		write(t, dir+"Dockerfile", "FROM alpine:3.20\nCOPY tool /usr/bin/\n")
		write(t, dir+"tool", glibcProgram())
	}
	var reports []*lint.Report
	for _, workers := range []int{1, 8} {
		l := newLinter(t, Options{Workers: workers})
		r, err := l.Lint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n := len(l.contexts.open); n != 0 {
			t.Errorf("%d contexts are still open", n)
		}
		reports = append(reports, r)
	}
	if diff := cmp.Diff(reports[0], reports[1], cmpopts.IgnoreUnexported(lint.Source{})); diff != "" {
		t.Error(diff)
	}
	var files []string
	for _, f := range reports[0].Findings {
		files = append(files, f.Range.File)
	}
	if len(files) != 59 || slices.Contains(files, "Dockerfile.07") {
		t.Errorf("%d findings, want one in each file but one: %q", len(files), files)
	}
}

// A context is opened when something is copied from it into a stage whose libc is known.
func TestContextIsOpenedWhenNeeded(t *testing.T) {
	tree(t, nil, nil)
	for text, want := range map[string]bool{
		"FROM alpine:3.20\nCOPY x /x\n":                              true,
		"FROM debian:12\nADD x /x\n":                                 true,
		"FROM alpine:3.20\nRUN true\n":                               false,
		"FROM corp/base\nCOPY x /x\n":                                false,
		"FROM alpine:3.20\nCOPY <<x /x\nx\n":                         false,
		"FROM golang:1.26 AS a\nFROM alpine:3.20\nCOPY --from=a / /": false,
	} {
		write(t, "Dockerfile", text)
		pool, err := newContexts(Options{})
		if err != nil {
			t.Fatal(err)
		}
		use := pool.of("Dockerfile", nil)
		if j := newLinter(t, Options{}).lint(lint.NewSource("Dockerfile", []byte(text)), use.opener()); j.broken != nil {
			t.Fatal(j.broken)
		}
		if got := use.shared != nil; got != want {
			t.Errorf("%q: opened is %v", text, got)
		}
		use.close()
		pool.close()
	}
}

func TestContextOf(t *testing.T) {
	tree(t, nil, nil)
	write(t, "ctx/x", "")
	for _, test := range []struct {
		opt        Options
		dockerfile string
		want       string // folder; empty: none
	}{
		{Options{}, "a/Dockerfile", "a"},
		{Options{}, "Dockerfile", "."},
		{Options{}, "", ""},
		{Options{}, "/dev/stdin", ""},
		{Options{}, "/dev/fd/63", ""},
		{Options{Context: "ctx"}, "a/Dockerfile", "ctx"},
		{Options{Context: "ctx"}, "", "ctx"},
		{Options{NoContext: true}, "a/Dockerfile", ""},
	} {
		pool, err := newContexts(test.opt)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if use := pool.of(test.dockerfile, nil); use != nil {
			got = use.key.dir
		}
		if got != test.want {
			t.Errorf("%+v of %q: got %q, want %q", test.opt, test.dockerfile, got, test.want)
		}
	}
}

// Unused contexts stay open for the next one who asks, but not all of them.
func TestContextsAreClosed(t *testing.T) {
	tree(t, nil, nil)
	pool, err := newContexts(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * maxIdle {
		name := fmt.Sprintf("d%d/Dockerfile", i)
		write(t, name, "")
		first, second := pool.of(name, nil), pool.of(name, nil)
		one, err := first.open()
		if err != nil {
			t.Fatal(err)
		}
		first.close()
		if two, err := second.open(); one != two || err != nil {
			t.Errorf("not shared: %v", err)
		}
		second.close()
	}
	if len(pool.open) != maxIdle || len(pool.idle) != maxIdle {
		t.Errorf("%d are open and %d idle, want %d", len(pool.open), len(pool.idle), maxIdle)
	}
	pool.close()
	if len(pool.open) != 0 {
		t.Errorf("%d are open", len(pool.open))
	}
}

// COPY --from reads a folder that --build-context names.
func TestNamedContext(t *testing.T) {
	tree(t, nil, nil)
	write(t, "built/server", glibcProgram())
	write(t, "app/Dockerfile", "FROM alpine:3.20\nCOPY --from=built server /usr/bin/\n")
	for value, want := range map[string]int{"built": 1, "docker-image://alpine:3.20": 0} {
		l := newLinter(t, Options{Contexts: map[string]string{"built": value}})
		r, err := l.Lint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) != want {
			t.Errorf("%s: %+v, want %d findings", value, r.Findings, want)
		}
		if n := len(l.contexts.open); n != 0 {
			t.Errorf("%d contexts are still open", n)
		}
	}
	for _, value := range []string{"gone", "built/server"} {
		if _, err := newContexts(Options{Contexts: map[string]string{"built": value}}); err == nil {
			t.Errorf("%s: no error", value)
		}
	}
}
