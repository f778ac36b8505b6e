package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
)

// The contract, written down again by hand: the fields of each object in their order.
// A field after "?" is only there when it says something.
var contract = map[string]string{
	"report":   "schema tool findings artifacts failures summary",
	"tool":     "name version facts",
	"finding":  "rule severity message file ?inner range stage target ?targets evidence fixes fingerprint url",
	"range":    "start end",
	"position": "line column offset",
	"target":   "libc version distro release arch",
	"evidence": "message file ?inner range",
	"fix":      "title safety edits",
	"edit":     "file ?inner range new_text",
	"failure":  "file error",
	"summary":  "errors warnings infos files",
}

// What stands in a field, "*" marking a list. Any other field is a plain value.
var contents = map[string]string{
	"tool": "tool", "findings": "*finding", "failures": "*failure", "artifacts": "*artifact", "summary": "summary",
	"range": "range", "start": "position", "end": "position", "target": "target", "targets": "*target",
	"evidence": "*evidence", "fixes": "*fix", "edits": "*edit",
}

// check compares a JSON object with the contract, and all that is in it.
func check(t *testing.T, kind string, raw json.RawMessage) {
	t.Helper()
	keys, values := object(t, raw)
	var want []string
	for field := range strings.FieldsSeq(contract[kind]) {
		name, optional := strings.CutPrefix(field, "?")
		if _, there := values[name]; there || !optional {
			want = append(want, name)
		}
	}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("fields of a %s (-want +got):\n%s", kind, diff)
	}
	for key, value := range values {
		inside, list := strings.CutPrefix(contents[key], "*")
		if string(value) == "null" {
			if key != "range" {
				t.Errorf("%s of a %s is null", key, kind)
			}
			continue
		}
		switch {
		case list:
			var items []json.RawMessage
			if err := json.Unmarshal(value, &items); err != nil {
				t.Errorf("%s of a %s is no list: %s", key, kind, value)
			}
			for _, item := range items {
				check(t, inside, item)
			}
		case inside != "":
			check(t, inside, value)
		case value[0] == '{' || value[0] == '[':
			t.Errorf("%s of a %s is no plain value: %s", key, kind, value)
		}
	}
}

// object returns the keys of a JSON object in their order, and its values.
func object(t *testing.T, raw json.RawMessage) (keys []string, values map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal(raw, &values); err != nil {
		t.Fatalf("no object: %v: %s", err, raw)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.Token() // {
	for d.More() {
		key, _ := d.Token()
		keys = append(keys, key.(string))
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			t.Fatal(err)
		}
	}
	return keys, values
}

func TestJSONContract(t *testing.T) {
	out := render(t, "json", fixture(t), Options{})
	check(t, "report", json.RawMessage(out))
	if strings.Contains(out, `\u003c`) || !strings.Contains(out, "<build>") {
		t.Error("< and > are escaped")
	}
	if !utf8.ValidString(out) {
		t.Error("not UTF-8")
	}
}

// Each value of the report is looked up where the contract puts it, in a finding that has all of them.
func TestJSONValues(t *testing.T) {
	r := fixture(t)
	var got any
	if err := json.Unmarshal([]byte(render(t, "json", r, Options{})), &got); err != nil {
		t.Fatal(err)
	}
	report := got.(map[string]any)
	if got, want := report["schema"], "musllint/v1"; got != want {
		t.Errorf("schema is %v, want %v", got, want)
	}
	wantTool := map[string]any{"name": "musllint", "version": "1.0.0", "facts": "2026-11-23"}
	if diff := cmp.Diff(wantTool, report["tool"]); diff != "" {
		t.Errorf("tool (-want +got):\n%s", diff)
	}
	wantFailures := []any{
		map[string]any{"file": "vendor/Dockerfile", "error": "permission denied"},
		map[string]any{"file": "huge/Dockerfile", "error": "line 7 is longer than 65535 bytes"},
	}
	if diff := cmp.Diff(wantFailures, report["failures"]); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	wantSummary := map[string]any{"errors": 4., "warnings": 4., "infos": 2., "files": 6.}
	if diff := cmp.Diff(wantSummary, report["summary"]); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}

	position := func(line, column, offset float64) map[string]any {
		return map[string]any{"line": line, "column": column, "offset": offset}
	}
	target := func(arch string) map[string]any {
		return map[string]any{"libc": "musl", "version": "1.2.5", "distro": "alpine", "release": "3.20", "arch": arch}
	}
	want := map[string]any{
		"rule": "ML2102", "severity": "warning",
		"message": "pip finds no wheel of grpcio 1.50.0 for musl:\nERROR: No matching distribution found for grpcio==1.50.0",
		"file":    "./app/Dockerfile",
		"range":   map[string]any{"start": position(11, 5, 263), "end": position(14, 23, 354)},
		"stage":   "final",
		"target":  target("amd64"), "targets": []any{target("amd64"), target("arm64")},
		"evidence": []any{map[string]any{
			"message": "stage `final` is musl: the tag -alpine3.20 of python is Alpine 3.20",
			"file":    "./app/Dockerfile",
			"range":   map[string]any{"start": position(6, 6, 125), "end": position(6, 28, 147)},
		}},
		"fixes": []any{map[string]any{
			"title": "take the first release with a wheel for musl, 1.51.0, and let pip <build> the rest", "safety": "safe",
			"edits": []any{
				map[string]any{"file": "./app/Dockerfile", "range": map[string]any{"start": position(14, 9, 340), "end": position(14, 9, 340)}, "new_text": "'"},
				map[string]any{"file": "./app/Dockerfile", "range": map[string]any{"start": position(14, 17, 348), "end": position(14, 23, 354)}, "new_text": "1.51.0'"},
				map[string]any{"file": "./app/Dockerfile", "range": map[string]any{"start": position(13, 9, 310), "end": position(14, 9, 340)}, "new_text": ""},
			},
		}},
		"fingerprint": "11111111111111111111111111111111", "url": "https://example.org/rules/ML2102",
	}
	if diff := cmp.Diff(want, report["findings"].([]any)[1]); diff != "" {
		t.Errorf("second finding (-want +got):\n%s", diff)
	}
	// The numbers above are those of the source, whose lines are known here in another way.
	for _, p := range []map[string]any{position(11, 5, 263), position(14, 23, 354), position(6, 6, 125), position(13, 9, 310)} {
		before := appFile[:int(p["offset"].(float64))]
		line := strings.Count(before, "\n") + 1
		column := len(before) - strings.LastIndex(before, "\n")
		if p["line"] != float64(line) || p["column"] != float64(column) {
			t.Errorf("%v: counted %d:%d", p, line, column)
		}
	}
}

// No place is null; the start of a file is a place for an edit but not for a finding.
func TestJSONPlaces(t *testing.T) {
	src := lint.NewSource("Dockerfile", []byte("FROM x\n"))
	whole := lint.Range{File: "Dockerfile"}
	r := &lint.Report{
		Sources: map[string]*lint.Source{"Dockerfile": src},
		Findings: []lint.Finding{
			{Range: whole, Fixes: []lint.Fix{{Edits: []lint.Edit{{Range: whole}}}}},
			{Range: lint.Range{File: "other", Start: 3, End: 5}},
			{Range: lint.Range{File: "Dockerfile", Inner: "member", Start: 3, End: 5}},
			{Range: lint.Range{File: "Dockerfile", Start: 5, End: 500}},
			{},
		},
	}
	var doc struct {
		Findings []struct {
			Range *jsonRange
			Fixes []jsonFix
		}
	}
	if err := json.Unmarshal([]byte(render(t, "json", r, Options{})), &doc); err != nil {
		t.Fatal(err)
	}
	at := func(line, column, offset int) jsonPosition { return jsonPosition{line, column, offset} }
	want := []*jsonRange{nil, nil, nil, {at(1, 6, 5), at(2, 1, 7)}, nil}
	if len(doc.Findings) != len(want) {
		t.Fatalf("%d findings, want %d", len(doc.Findings), len(want))
	}
	for i, f := range doc.Findings {
		if diff := cmp.Diff(want[i], f.Range); diff != "" {
			t.Errorf("range of finding %d (-want +got):\n%s", i, diff)
		}
	}
	if diff := cmp.Diff(&jsonRange{at(1, 1, 0), at(1, 1, 0)}, doc.Findings[0].Fixes[0].Edits[0].Range); diff != "" {
		t.Errorf("range of the edit (-want +got):\n%s", diff)
	}
}
