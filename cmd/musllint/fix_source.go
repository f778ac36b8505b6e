package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/fix"
	"github.com/musllint/musllint/fix/sourcefix"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/report"
	"github.com/musllint/musllint/lint/run"
)

// recorded judges what the nearest folder of records has, when no path is named. It is nil
// without one.
func (f *fixing) recorded() (*run.Collected, error) {
	if len(f.options.Paths) > 0 {
		return nil, nil
	}
	store, err := f.store(nil)
	if errors.Is(err, errNoRecords) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := f.linter.Collected(store)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, failure := range c.Report.Failures {
		f.fail(failure.File, failure.Err)
	}
	return c, nil
}

// repairSources makes the repairs of what muslcc recorded in the draft, each file in one round:
// only the next build can tell what comes of it.
func (f *fixing) repairSources(c *run.Collected) error {
	if c == nil {
		return nil
	}
	f.notes(f.Context, c.Report)
	for name, src := range c.Report.Sources {
		f.report.Sources[name] = src
	}
	repairer := &fix.Repairer{Draft: f.draft, Hold: f.hold}
	var foreign, elsewhere []string
	for rest := c.Report.Findings; len(rest) > 0; {
		name := rest[0].Range.File
		n := slices.IndexFunc(rest, func(x lint.Finding) bool { return x.Range.File != name })
		if n < 0 {
			n = len(rest)
		}
		findings := slices.DeleteFunc(slices.Clone(rest[:n]), f.idle)
		rest = rest[n:]
		switch {
		case name != "" && rootOf(name, c.Roots) == "":
			foreign = append(foreign, name)
			continue
		case len(findings) == 0:
			continue
		case filepath.IsAbs(name):
			if slices.ContainsFunc(findings, hasEdits) {
				elsewhere = append(elsewhere, name)
			}
			continue
		}
		if slices.ContainsFunc(findings, hasEdits) {
			if _, err := f.take(name); err != nil {
				f.fail(name, err)
				continue
			}
		}
		outcome, err := repairer.Once(name, findings)
		if err != nil {
			return err
		}
		f.outcomes = append(f.outcomes, fileOutcome{name, outcome})
	}
	f.untouched("outside of the project", foreign, "")
	if len(elsewhere) > 0 {
		root := rootOf(elsewhere[0], c.Roots)
		f.untouched("outside of this folder", elsewhere, "; run "+f.fromBelow(root)+" in "+root)
	}
	return nil
}

// fromBelow is the command that repairs from a folder what these records tell: where they are not
// found from there, as those of a build beside its sources, it names them.
func (f *fixing) fromBelow(dir string) string {
	store, err := f.store(nil)
	if err != nil {
		return "musllint fix"
	}
	if rel, err := filepath.Rel(filepath.Dir(store.Dir), dir); err == nil && filepath.IsLocal(rel) && filepath.Base(store.Dir) == record.Folder {
		return "musllint fix"
	}
	return "MUSLCC_DIR=" + store.Dir + " musllint fix"
}

// idle reports whether there is nothing to do about a finding: what is only worth knowing and
// has no repair.
func (f *fixing) idle(x lint.Finding) bool {
	return x.Severity == lint.Info && !hasEdits(x) && (len(f.options.Chosen) == 0 || !f.selected(&x))
}

// untouched names files whose findings are left as they are.
func (f *fixing) untouched(why string, files []string, advice string) {
	const shown = 3
	if len(files) == 0 || f.Bool("quiet") {
		return
	}
	text := "note: not touched, " + why + ": " + strings.Join(files[:min(len(files), shown)], ", ")
	if n := len(files) - shown; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	f.complain(errors.New(text + advice))
}

// rootOf returns the project that a file is in, empty when it is in none.
func rootOf(name string, roots []string) string {
	abs, err := filepath.Abs(name)
	if err != nil {
		return ""
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil { // records have names behind links
		abs = filepath.Join(dir, filepath.Base(abs))
	}
	for _, root := range roots {
		if rel, err := filepath.Rel(root, abs); err == nil && filepath.IsLocal(rel) {
			return root
		}
	}
	return ""
}

// buildFiles are the files of build systems, and what a hint has for each.
var buildFiles = []struct {
	names []string
	line  func(sourcefix.Hint) string
}{
	{[]string{"Makefile", "GNUmakefile", "makefile", "Makefile.in"}, func(h sourcefix.Hint) string { return h.Makefile }},
	{[]string{"configure.ac", "configure.in"}, func(h sourcefix.Hint) string { return h.Configure }},
	{[]string{"CMakeLists.txt"}, func(h sourcefix.Hint) string { return h.CMake }},
	{[]string{"meson.build"}, func(h sourcefix.Hint) string { return h.Meson }},
}

// hints tells what the build files of the project need: those that it has, and a Dockerfile.
func (s *fixSummary) hints() {
	if s.records == nil {
		return
	}
	for _, h := range s.records.Hints {
		if h.Package == "" {
			continue // what a macro would do is done in the sources
		}
		names := h.Names[:min(len(h.Names), 4)]
		text := strings.Join(names, ", ")
		if n := len(h.Names) - len(names); n > 0 {
			text += fmt.Sprintf(" and %d more", n)
		}
		fmt.Fprintf(s, "for the build files, because of %s:\n", report.Printable(text))
		for _, b := range buildFiles {
			for _, name := range b.names {
				if s.inRoot(name) && b.line(h) != "" {
					s.hint(name, b.line(h))
					break
				}
			}
		}
		s.hint("Dockerfile", h.Dockerfile)
	}
}

// hint writes the lines that a build file needs.
func (s *fixSummary) hint(name, lines string) {
	for line := range strings.SplitSeq(lines, "\n") {
		fmt.Fprintf(s, "   %-15s %s\n", name, line)
		name = ""
	}
}

// inRoot reports whether a project that was built has a file.
func (s *fixSummary) inRoot(name string) bool {
	return slices.ContainsFunc(s.records.Roots, func(root string) bool {
		_, err := os.Stat(filepath.Join(root, name))
		return err == nil
	})
}
