package report

import (
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// The types below are the part of SARIF 2.1.0 that a report fills. Comments name sections
// of the standard where a field is not what its name says.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool            sarifTool         `json:"tool"`
	Invocations     []sarifInvocation `json:"invocations"`
	DefaultEncoding string            `json:"defaultEncoding"`
	ColumnKind      string            `json:"columnKind"`
	Results         []sarifResult     `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID                   string             `json:"id"`
	Name                 string             `json:"name,omitempty"`
	ShortDescription     *sarifText         `json:"shortDescription,omitempty"`
	Help                 sarifText          `json:"help"`
	HelpURI              string             `json:"helpUri,omitempty"`
	DefaultConfiguration *sarifRuleDefaults `json:"defaultConfiguration,omitempty"`
}

type sarifRuleDefaults struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifInvocation struct {
	ExecutionSuccessful        bool                `json:"executionSuccessful"`
	ToolExecutionNotifications []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifResult struct {
	RuleID              string            `json:"ruleId"`
	RuleIndex           int               `json:"ruleIndex"`
	Level               string            `json:"level"`
	Message             sarifText         `json:"message"`
	Locations           []sarifLocation   `json:"locations"`
	RelatedLocations    []sarifLocation   `json:"relatedLocations,omitempty"`
	PartialFingerprints map[string]string `json:"partialFingerprints,omitempty"`
	Fixes               []sarifFix        `json:"fixes,omitempty"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	Message  *sarifText     `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"` // none means the artifact as a whole (§3.29.4)
}

type sarifLogical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

// sarifRegion says the same span twice: in text, with columns in UTF-16 code units, and in
// bytes. Both must mean the same bytes, and a reader may take either alone (§3.30.1, §3.30.4).
type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"` // exclusive
	ByteOffset  int `json:"byteOffset"`
	ByteLength  int `json:"byteLength"`
}

type sarifFix struct {
	Description sarifText     `json:"description"`
	Changes     []sarifChange `json:"artifactChanges"`
}

type sarifChange struct {
	Artifact     sarifArtifact      `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	Deleted  sarifRegion `json:"deletedRegion"`
	Inserted *sarifText  `json:"insertedContent,omitempty"`
}

// sarifWriter turns the parts of one report into SARIF.
type sarifWriter struct {
	report *lint.Report
	units  map[*lint.Source]*utf16Index
}

// writeSARIF is the interchange format of static analysis, for code scanning services and
// editors. Words of manual fixes have no place in it.
func writeSARIF(w io.Writer, r *lint.Report, _ Options) error {
	s := sarifWriter{report: r, units: map[*lint.Source]*utf16Index{}}
	ids := ruleIDs(r)
	run := sarifRun{
		Tool: sarifTool{Driver: sarifDriver{
			Name: "musllint", Version: r.Version, InformationURI: homepage,
			Rules: make([]sarifRule, len(ids)),
		}},
		Invocations:     []sarifInvocation{s.invocation()},
		DefaultEncoding: "utf-8",
		ColumnKind:      "utf16CodeUnits",
		Results:         make([]sarifResult, len(r.Findings)),
	}
	for i, id := range ids {
		run.Tool.Driver.Rules[i] = sarifRuleOf(id, r.Rules[id])
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		run.Results[i] = s.result(f)
		run.Results[i].RuleIndex, _ = slices.BinarySearch(ids, f.Rule)
	}
	return encode(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// ruleIDs are the rules of the findings, sorted, each once.
func ruleIDs(r *lint.Report) []string {
	seen := map[string]bool{}
	for i := range r.Findings {
		seen[r.Findings[i].Rule] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// sarifRuleOf describes a rule, of which perhaps no more than the id is known.
func sarifRuleOf(id string, rule lint.Rule) sarifRule {
	explain := "musllint explain " + id
	s := sarifRule{
		ID: id, Name: rule.Name, HelpURI: rule.URL,
		Help: sarifText{
			Text:     "Run " + explain + " for the reason and the repair.",
			Markdown: "Run `" + explain + "` for the reason and the repair.",
		},
	}
	if rule.ID == "" {
		return s
	}
	s.ShortDescription = &sarifText{Text: rule.Title}
	s.DefaultConfiguration = &sarifRuleDefaults{Level: sarifLevel(rule.Severity)}
	if rule.URL != "" {
		s.Help.Text += " See " + rule.URL
		s.Help.Markdown += " See <" + rule.URL + ">."
	}
	return s
}

func sarifLevel(s lint.Severity) string {
	if s == lint.Info {
		return "note"
	}
	return s.String()
}

func (s *sarifWriter) invocation() sarifInvocation {
	inv := sarifInvocation{
		ExecutionSuccessful:        len(s.report.Failures) == 0,
		ToolExecutionNotifications: make([]sarifNotification, len(s.report.Failures)),
	}
	for i, f := range s.report.Failures {
		inv.ToolExecutionNotifications[i] = sarifNotification{
			Level:     "error",
			Message:   sarifText{Text: "cannot read " + f.File + ": " + reason(f)},
			Locations: s.locations(lint.Range{File: f.File}),
		}
	}
	return inv
}

// result leaves out the rule's index, which is the run's business.
func (s *sarifWriter) result(f *lint.Finding) sarifResult {
	res := sarifResult{
		RuleID:    f.Rule,
		Level:     sarifLevel(f.Severity),
		Message:   sarifText{Text: f.Message},
		Locations: s.locations(f.Range),
	}
	for _, ev := range f.Evidence {
		if ev.Range.File == "" {
			// Code scanning services refuse a related location that is nowhere.
			res.Message.Text += "\n" + ev.Message
			continue
		}
		loc := s.location(ev.Range)
		loc.Message = &sarifText{Text: ev.Message}
		res.RelatedLocations = append(res.RelatedLocations, loc)
	}
	if f.Fingerprint != "" {
		res.PartialFingerprints = map[string]string{"musllint/v1": f.Fingerprint}
	}
	for _, fix := range f.Fixes {
		if changes := s.changes(fix.Edits); len(changes) > 0 {
			res.Fixes = append(res.Fixes, sarifFix{Description: sarifText{Text: fixDescription(fix)}, Changes: changes})
		}
	}
	return res
}

// locations is the list of the one place of rg, which may be nowhere.
func (s *sarifWriter) locations(rg lint.Range) []sarifLocation {
	if rg.File == "" {
		return []sarifLocation{}
	}
	return []sarifLocation{s.location(rg)}
}

func (s *sarifWriter) location(rg lint.Range) sarifLocation {
	loc := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: fileURI(rg.File)}}}
	if src := placed(s.report, rg); src != nil {
		region := s.region(src, rg)
		loc.Physical.Region = &region
	}
	if rg.Inner != "" {
		loc.Logical = []sarifLogical{{FullyQualifiedName: rg.Inner, Kind: "resource"}}
	}
	return loc
}

func (s *sarifWriter) region(src *lint.Source, rg lint.Range) sarifRegion {
	start, end := src.Position(rg.Start), src.Position(rg.End)
	return sarifRegion{
		StartLine: start.Line, StartColumn: s.column(src, start),
		EndLine: end.Line, EndColumn: s.column(src, end),
		ByteOffset: start.Offset, ByteLength: end.Offset - start.Offset,
	}
}

// column is the column of p in UTF-16 code units, from 1.
func (s *sarifWriter) column(src *lint.Source, p lint.Position) int {
	index := s.units[src]
	if index == nil {
		index = newUTF16Index(src.Content)
		s.units[src] = index
	}
	return index.units(p.Offset) - index.units(src.LineStart(p.Line)) + 1
}

// fixDescription says in words what SARIF has no field for.
func fixDescription(fix lint.Fix) string {
	if fix.Safety == lint.Unsafe {
		return fix.Title + " (unsafe: changes what the image contains)"
	}
	return fix.Title
}

// changes puts edits together by file. Without the content of a file SARIF cannot express an
// edit of its text, and then the fix as a whole is not offered: half a fix is none.
func (s *sarifWriter) changes(edits []lint.Edit) []sarifChange {
	var changes []sarifChange
	for _, e := range edits {
		src := source(s.report, e.Range)
		if src == nil {
			return nil
		}
		uri := fileURI(e.Range.File)
		i := slices.IndexFunc(changes, func(c sarifChange) bool { return c.Artifact.URI == uri })
		if i < 0 {
			i = len(changes)
			changes = append(changes, sarifChange{Artifact: sarifArtifact{URI: uri}})
		}
		r := sarifReplacement{Deleted: s.region(src, e.Range)}
		if e.NewText != "" {
			r.Inserted = &sarifText{Text: e.NewText}
		}
		changes[i].Replacements = append(changes[i].Replacements, r)
	}
	return changes
}

// fileURI is a path as a URI reference: relative to where the tool ran, or a file URI when
// the path is absolute.
func fileURI(file string) string {
	u := url.URL{Path: slashed(file)}
	if strings.HasPrefix(u.Path, "/") {
		u.Scheme = "file"
	}
	return u.String()
}
