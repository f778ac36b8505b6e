package main

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/musllint/musllint/fix"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/explain"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

// dockerfileCauses looks for the causes of diagnoses in a Dockerfile.
type dockerfileCauses struct {
	options run.Options
	file    *dockerfile.File
}

// foundCauses is what a Dockerfile says about the diagnoses of a log.
type foundCauses struct {
	path   string
	report *lint.Report // the findings that are causes, each once
	of     [][]int      // by diagnosis: numbers of its findings in the report
	named  []bool       // by diagnosis: the findings speak of what the log names, so that they are the cause
	patch  string       // that makes their repairs; empty when a person has to
}

// causesIn reads a Dockerfile.
func (p *program) causesIn(c *cli.Context, path string) (*dockerfileCauses, error) {
	opt, err := settings(c)
	if err != nil {
		return nil, err
	}
	if opt.BuildArgs, err = p.buildArgs(c.StringSlice("build-arg")); err != nil {
		return nil, err
	}
	opt.Target = c.String("target")
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, unread(path, err)
	}
	opt.Paths = []string{path}
	opt.NoIgnore = true // what is suppressed may be the cause all the same
	file := dockerfile.Parse(lint.NewSource(path, content), dockerfile.Options{BuildArgs: opt.BuildArgs, Target: opt.Target})
	return &dockerfileCauses{options: opt, file: file}, nil
}

// target is the system that a log of this Dockerfile is most likely from: musl where any
// stage is, since the log is asked about musl.
func (d *dockerfileCauses) target() lint.Target {
	var all lint.Target
	for i, s := range slices.Backward(d.file.Stages) {
		switch {
		case s.Target.Libc == lint.Musl:
			return s.Target
		case i == len(d.file.Stages)-1:
			all = s.Target
		case s.Target.Libc != all.Libc:
			all = lint.Target{}
		}
	}
	return all
}

// targetAt is the system of the stage that holds a line of the Dockerfile.
func (d *dockerfileCauses) targetAt(line int) lint.Target {
	at := d.file.Source.LineStart(line)
	for _, s := range d.file.Stages {
		if s.Range.Contains(at) {
			return s.Target
		}
	}
	return lint.Target{}
}

// of lints the Dockerfile for the rules that belong to the diagnoses.
func (d *dockerfileCauses) of(ctx context.Context, diagnoses []explain.Diagnosis) (*foundCauses, error) {
	found := &foundCauses{path: d.options.Paths[0], report: &lint.Report{}, of: make([][]int, len(diagnoses)), named: make([]bool, len(diagnoses))}
	for _, diagnosis := range diagnoses {
		d.options.Select = append(d.options.Select, diagnosis.Rules...)
	}
	if len(d.options.Select) == 0 {
		return found, nil
	}
	linter, err := run.New(d.options)
	if err != nil {
		return nil, err
	}
	report, err := linter.Lint(ctx)
	if err != nil {
		return nil, err
	}
	number := map[int]int{} // of a finding in the smaller report
	*found.report = *report
	found.report.Findings = nil
	for i, diagnosis := range diagnoses {
		var numbers []int
		numbers, found.named[i] = causes(report, diagnosis)
		for _, n := range numbers {
			if _, ok := number[n]; !ok {
				number[n] = len(found.report.Findings)
				found.report.Findings = append(found.report.Findings, report.Findings[n])
			}
			found.of[i] = append(found.of[i], number[n])
		}
	}
	found.patch = patch(d.file.Source, found.report.Findings)
	return found, nil
}

// causes returns the numbers of the findings that a diagnosis may come from: of its rules,
// and where some of these name what the log names, those alone.
func causes(r *lint.Report, d explain.Diagnosis) (numbers []int, byName bool) {
	var ofRules, named []int
	for i := range r.Findings {
		f := &r.Findings[i]
		if !slices.Contains(d.Rules, f.Rule) {
			continue
		}
		ofRules = append(ofRules, i)
		if names(r.Sources[f.Range.File], f, d) {
			named = append(named, i)
		}
	}
	if len(named) > 0 {
		return named, true
	}
	return ofRules, false
}

// leastName is the length of a word that is worth looking for.
const leastName = 3

// names tells whether a finding speaks of a file, package or library that a diagnosis names.
func names(src *lint.Source, f *lint.Finding, d explain.Diagnosis) bool {
	text := f.Message
	if src != nil {
		text += "\n" + src.Text(f.Range)
	}
	for _, n := range d.Named {
		for _, word := range n.Words {
			word = word[strings.LastIndexByte(word, '/')+1:]
			if len(word) >= leastName && strings.Contains(text, word) {
				return true
			}
		}
	}
	return false
}

// patch makes the first repair of each finding that has one, as far as they do not get in
// the way of each other.
func patch(src *lint.Source, findings []lint.Finding) string {
	var edits []lint.Edit
	after := src.Content
	for _, f := range findings {
		i := slices.IndexFunc(f.Fixes, func(f lint.Fix) bool { return len(f.Edits) > 0 && within(src.Name, f.Edits) })
		if i < 0 {
			continue
		}
		more := append(slices.Clip(edits), f.Fixes[i].Edits...)
		if text, err := fix.Apply(src.Content, more); err == nil {
			edits, after = more, text
		}
	}
	return fix.Unified(src.Name, string(src.Content), string(after))
}

// within tells whether edits are of one file.
func within(file string, edits []lint.Edit) bool {
	return !slices.ContainsFunc(edits, func(e lint.Edit) bool { return e.Range.File != file })
}
