package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// compareFull configures and makes the project with the compiler for musl, and compares the
// errors of that build with those of the truth's first passes. They differ where configure
// decided otherwise.
func (p *project) compareFull(verdicts []*verdict) error {
	dir := p.path("musl")
	if _, err := os.Stat(p.path("musl.log")); err != nil || p.rebuild {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := copyTree(filepath.Join(p.sources, p.name), dir); err != nil {
			return err
		}
		// The flags are the compiler's, since not every project takes them from CFLAGS.
		for _, name := range []string{"gcc", "g++"} {
			more := ""
			if name == "gcc" {
				more = strings.Join(strict, " ")
			}
			script := fmt.Sprintf("#!/bin/sh\nexec %s %s \"$@\"\n", p.musl(name), more)
			if err := os.WriteFile(p.path("musl-"+name), []byte(script), 0o777); err != nil {
				return err
			}
		}
		if err := p.make(dir, "musl.log", p.path("musl-gcc"), p.path("musl-g++"), nil); err != nil {
			fmt.Fprintf(os.Stderr, "%s: with the compiler for musl: %v (%s)\n", p.name, err, p.path("musl.log"))
		}
	}
	text, err := os.ReadFile(p.path("musl.log"))
	if err != nil {
		return err
	}
	// make's log does not say where a compiler ran, so that files are compared by name.
	type short struct{ file, message string }
	real := map[short]bool{}
	for _, e := range parseErrors(dir, string(text)) {
		if strings.HasPrefix(e.File, dir+"/") {
			real[short{filepath.Base(e.File), e.Message}] = true
		}
	}
	truth, behind := map[short]bool{}, map[short]bool{} // and those behind a missing header
	for _, v := range verdicts {
		for i, e := range v.Errors {
			if !v.Broken && p.isProject(e.File) {
				truth[short{filepath.Base(e.File), e.Message}] = truth[short{filepath.Base(e.File), e.Message}] || i < v.First
			}
		}
	}
	for e, first := range truth {
		if !first {
			behind[e] = true
			delete(truth, e)
		}
	}
	both := 0
	for e := range truth {
		if real[e] {
			both++
		} else {
			fmt.Printf("  by units only    %s: %s\n", e.file, e.message)
		}
	}
	for e := range real {
		if !truth[e] && !behind[e] {
			fmt.Printf("  by build only    %s: %s\n", e.file, e.message)
		}
	}
	undefined := map[string]bool{}
	for _, line := range strings.Split(string(text), "\n") {
		if _, name, ok := strings.Cut(line, "undefined reference to `"); ok {
			undefined[strings.TrimSuffix(name, "'")] = true
		}
	}
	for name := range undefined {
		fmt.Printf("  by link          %s\n", name)
	}
	fmt.Printf("%-12s a whole build for musl: %d errors, the units' first passes: %d, in both: %d, undefined symbols: %d\n", p.name, len(real), len(truth), both, len(undefined))
	return nil
}
