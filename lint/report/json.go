package report

import (
	"encoding/json"
	"io"

	"github.com/musllint/musllint/lint"
)

// The types below are schema musllint/v1 in the order of its fields. The schema is a
// contract with programs outside: fields may be added, never renamed, moved or dropped.
// An empty list is [], never null; the only null is a range that says nothing about a place.
type jsonReport struct {
	Schema    string         `json:"schema"`
	Tool      jsonTool       `json:"tool"`
	Findings  []jsonFinding  `json:"findings"`
	Artifacts []jsonArtifact `json:"artifacts"` // of the commands that judge native files
	Failures  []jsonFailure  `json:"failures"`
	Summary   jsonSummary    `json:"summary"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Facts   string `json:"facts"`
}

type jsonFinding struct {
	Rule        string         `json:"rule"`
	Severity    lint.Severity  `json:"severity"`
	Message     string         `json:"message"`
	File        string         `json:"file"`
	Inner       string         `json:"inner,omitempty"`
	Range       *jsonRange     `json:"range"`
	Stage       string         `json:"stage"`
	Target      jsonTarget     `json:"target"`
	Targets     []jsonTarget   `json:"targets,omitempty"` // only when there are several
	Evidence    []jsonEvidence `json:"evidence"`
	Fixes       []jsonFix      `json:"fixes"`
	Fingerprint string         `json:"fingerprint"`
	URL         string         `json:"url"`
}

type jsonRange struct {
	Start jsonPosition `json:"start"`
	End   jsonPosition `json:"end"` // exclusive
}

// jsonPosition is a lint.Position: line and column from 1, column and offset in bytes.
type jsonPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

// jsonTarget is a lint.Target: an empty field is unknown.
type jsonTarget struct {
	Libc    lint.Libc `json:"libc"`
	Version string    `json:"version"`
	Distro  string    `json:"distro"`
	Release string    `json:"release"`
	Arch    string    `json:"arch"`
}

type jsonEvidence struct {
	Message string     `json:"message"`
	File    string     `json:"file"`
	Inner   string     `json:"inner,omitempty"`
	Range   *jsonRange `json:"range"`
}

type jsonFix struct {
	Title  string      `json:"title"`
	Safety lint.Safety `json:"safety"`
	Edits  []jsonEdit  `json:"edits"`
}

type jsonEdit struct {
	File    string     `json:"file"`
	Inner   string     `json:"inner,omitempty"`
	Range   *jsonRange `json:"range"`
	NewText string     `json:"new_text"`
}

type jsonFailure struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

type jsonSummary struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	Files    int `json:"files"`
}

// writeJSON is the format for programs. Bytes that are not UTF-8, which JSON cannot say,
// become U+FFFD; ranges still count the bytes of the file.
func writeJSON(w io.Writer, r *lint.Report, _ Options) error {
	errors, warnings, infos := r.Count()
	doc := jsonReport{
		Schema:    "musllint/v1",
		Tool:      jsonTool{Name: "musllint", Version: r.Version, Facts: r.Facts},
		Findings:  make([]jsonFinding, len(r.Findings)),
		Artifacts: jsonArtifactsOf(r.Artifacts),
		Failures:  make([]jsonFailure, len(r.Failures)),
		Summary:   jsonSummary{Errors: errors, Warnings: warnings, Infos: infos, Files: r.Files},
	}
	for i := range r.Findings {
		doc.Findings[i] = jsonFindingOf(r, &r.Findings[i])
	}
	for i, f := range r.Failures {
		doc.Failures[i] = jsonFailure{File: f.File, Error: reason(f)}
	}
	return encode(w, &doc)
}

// encode writes v as JSON for people too: indented, and with < > & as they are, since no
// web page carries it.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func jsonFindingOf(r *lint.Report, f *lint.Finding) jsonFinding {
	j := jsonFinding{
		Rule: f.Rule, Severity: f.Severity, Message: f.Message,
		File: f.Range.File, Inner: f.Range.Inner, Range: jsonRangeOf(placed(r, f.Range), f.Range),
		Stage: f.Stage, Target: jsonTarget(f.Target),
		Evidence:    make([]jsonEvidence, len(f.Evidence)),
		Fixes:       make([]jsonFix, len(f.Fixes)),
		Fingerprint: f.Fingerprint, URL: f.URL,
	}
	if len(f.Targets) > 1 {
		for _, t := range f.Targets {
			j.Targets = append(j.Targets, jsonTarget(t))
		}
	}
	for i, ev := range f.Evidence {
		j.Evidence[i] = jsonEvidence{
			Message: ev.Message,
			File:    ev.Range.File, Inner: ev.Range.Inner, Range: jsonRangeOf(placed(r, ev.Range), ev.Range),
		}
	}
	for i, fix := range f.Fixes {
		j.Fixes[i] = jsonFixOf(r, fix)
	}
	return j
}

func jsonFixOf(r *lint.Report, fix lint.Fix) jsonFix {
	j := jsonFix{Title: fix.Title, Safety: fix.Safety, Edits: make([]jsonEdit, len(fix.Edits))}
	for i, e := range fix.Edits {
		j.Edits[i] = jsonEdit{
			File: e.Range.File, Inner: e.Range.Inner, Range: jsonRangeOf(source(r, e.Range), e.Range),
			NewText: e.NewText,
		}
	}
	return j
}

// jsonRangeOf returns nil, which is null, without a source to tell lines and columns from.
func jsonRangeOf(src *lint.Source, rg lint.Range) *jsonRange {
	if src == nil {
		return nil
	}
	return &jsonRange{
		Start: jsonPosition(src.Position(rg.Start)),
		End:   jsonPosition(src.Position(rg.End)),
	}
}
