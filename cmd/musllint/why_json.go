package main

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/musllint/musllint/lint/explain"
	"github.com/musllint/musllint/lint/report"
	"github.com/musllint/musllint/lint/run"
)

// The types below are what why adds to schema musllint/v1: fields may be added, never
// renamed or dropped. An empty list is [], never null.
type jsonWhy struct {
	Schema     string          `json:"schema"`
	Tool       jsonWhyTool     `json:"tool"`
	Log        jsonLog         `json:"log"`
	Diagnoses  []jsonDiagnosis `json:"diagnoses"`
	Unsure     []jsonLine      `json:"unsure"`
	Dockerfile *jsonDockerfile `json:"dockerfile"` // null without --dockerfile
}

type jsonWhyTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Facts   string `json:"facts"`
}

type jsonLog struct {
	File  string    `json:"file"`
	Lines int       `json:"lines"`
	Libc  string    `json:"libc"` // of the system it is from; empty when not known
	Step  *jsonLine `json:"step"` // line of the Dockerfile at which the build stopped
}

type jsonLine struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

type jsonDiagnosis struct {
	Name     string              `json:"name"`
	Verdict  explain.Verdict     `json:"verdict"`
	Title    string              `json:"title"`
	Line     int                 `json:"line"`
	Quote    string              `json:"quote"`
	Lines    int                 `json:"lines"`
	Named    map[string][]string `json:"named"`
	Meaning  []string            `json:"meaning"`
	Causes   []string            `json:"causes"`
	Advice   []jsonAdvice        `json:"advice"`
	Changes  []jsonChange        `json:"changes"`
	Topic    string              `json:"topic"`
	Rules    []string            `json:"rules"`
	Classes  []string            `json:"classes"`
	Follows  []jsonLine          `json:"follows"`
	Findings []int               `json:"findings"` // numbers in dockerfile.findings, from 0
}

type jsonAdvice struct {
	Word string `json:"word"`
	Text string `json:"text"`
}

type jsonChange struct {
	Text string `json:"text"`
	Also bool   `json:"also"` // together with the one before, not instead of it
}

type jsonDockerfile struct {
	File     string            `json:"file"`
	Findings []json.RawMessage `json:"findings"` // as in a report
	Patch    string            `json:"patch"`    // unified diff; empty when a person has to make the repair
}

// writeJSON is the answer for programs.
func (a *whyAnswer) writeJSON(w io.Writer) error {
	doc := jsonWhy{
		Schema:    "musllint/v1",
		Tool:      jsonWhyTool{"musllint", toolVersion(), run.FactsDate},
		Log:       jsonLog{File: a.log, Lines: a.Lines, Libc: string(a.Libc)},
		Diagnoses: make([]jsonDiagnosis, len(a.Diagnoses)),
		Unsure:    jsonLines(a.Unsure),
	}
	if a.Step.Number > 0 {
		doc.Log.Step = &jsonLine{a.Step.Number, a.Step.Text}
	}
	for i, d := range a.Diagnoses {
		doc.Diagnoses[i] = jsonDiagnosis{
			Name: d.Name, Verdict: d.Verdict, Title: d.Title, Line: d.Line, Quote: d.Quote, Lines: d.Lines,
			Named: map[string][]string{}, Meaning: orEmpty(d.Meaning), Causes: orEmpty(d.Causes), Changes: []jsonChange{}, Advice: []jsonAdvice{},
			Topic: d.Topic, Rules: orEmpty(d.Rules), Classes: orEmpty(d.Classes), Follows: jsonLines(d.After), Findings: []int{},
		}
		for _, c := range d.Changes {
			doc.Diagnoses[i].Changes = append(doc.Diagnoses[i].Changes, jsonChange(c))
		}
		for _, a := range d.Advice {
			doc.Diagnoses[i].Advice = append(doc.Diagnoses[i].Advice, jsonAdvice(a))
		}
		for _, n := range d.Named {
			doc.Diagnoses[i].Named[n.Name] = n.Words
		}
		if a.causes != nil {
			doc.Diagnoses[i].Findings = orEmpty(a.causes.of[i])
		}
	}
	if a.causes != nil {
		findings, err := a.jsonFindings()
		if err != nil {
			return err
		}
		doc.Dockerfile = &jsonDockerfile{a.causes.path, findings, a.causes.patch}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}

// jsonFindings are the causes as a report has them.
func (a *whyAnswer) jsonFindings() ([]json.RawMessage, error) {
	var b bytes.Buffer
	write, _ := report.Lookup("json")
	if err := write(&b, a.causes.report, report.Options{}); err != nil {
		return nil, err
	}
	var r struct{ Findings []json.RawMessage }
	err := json.Unmarshal(b.Bytes(), &r)
	return orEmpty(r.Findings), err
}

func jsonLines(lines []explain.Line) []jsonLine {
	list := make([]jsonLine, len(lines))
	for i, l := range lines {
		list[i] = jsonLine{l.Number, l.Text}
	}
	return list
}

// orEmpty is a list that is never null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
