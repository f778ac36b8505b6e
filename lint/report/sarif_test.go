package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/musllint/musllint/lint"
)

// validateSARIF checks out against the JSON schema of SARIF 2.1.0, which go-sarif carries.
// The library validates its own types, not a text. Reading the text into them would lose
// fields that SARIF does not have, which are refused here, and nulls, for which the caller
// looks.
func validateSARIF(out string) error {
	var doc sarif.Report
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		return err
	}
	full, err := sarif.FromString(out)
	if err != nil {
		return err
	}
	// The library writes "" and [] for what is absent, where the schema has these defaults.
	for _, run := range full.Runs {
		run.Language, run.Tool.Driver.Language = "en-US", "en-US"
		run.NewlineSequences = []string{"\r\n", "\n"}
	}
	return full.Validate()
}

func TestSARIFSchema(t *testing.T) {
	for name, r := range map[string]*lint.Report{
		"full":    fixture(t),
		"nothing": {},
		"unnamed": {Findings: []lint.Finding{{Rule: "ML1101", Message: "m"}}},
	} {
		out := render(t, "sarif", r, Options{})
		if err := validateSARIF(out); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(out, "null") {
			t.Errorf("%s: null in a document that has none", name)
		}
	}
}

// The validation above is worth something only if it refuses what is wrong.
func TestSARIFSchemaRefuses(t *testing.T) {
	good := render(t, "sarif", fixture(t), Options{})
	for what, change := range map[string][2]string{
		"level":          {`"level": "note"`, `"level": "info"`},
		"line":           {`"startLine": 4,`, `"startLine": 0,`},
		"unknown field":  {`"ruleIndex"`, `"ruleNumber"`},
		"message":        {`"text": "gdb has no thread list of musl's"`, ``},
		"version":        {`"version": "2.1.0"`, `"version": "2.2"`},
		"column kind":    {`utf16CodeUnits`, `bytes`},
		"URI":            {`"informationUri": "https://github.com`, `"informationUri": "://github.com`},
		"invocation":     {`"executionSuccessful": false,`, ``},
		"type of column": {`"startColumn": 14`, `"startColumn": "14"`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("%s: %s is not in the document", what, change[0])
		}
		if validateSARIF(bad) == nil {
			t.Errorf("%s: a document with %q is valid", what, change[1])
		}
	}
}

// sarifRun of a report, read back into our own types.
func readSARIF(t *testing.T, r *lint.Report) sarifRun {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(render(t, "sarif", r, Options{}))))
	d.DisallowUnknownFields()
	var log sarifLog
	if err := d.Decode(&log); err != nil {
		t.Fatal(err)
	}
	return log.Runs[0]
}

// Rules are found by the index, and each result has one.
func TestSARIFRuleIndex(t *testing.T) {
	run := readSARIF(t, fixture(t))
	if len(run.Results) != 10 {
		t.Fatalf("%d results, want 10", len(run.Results))
	}
	for _, res := range run.Results {
		if got := run.Tool.Driver.Rules[res.RuleIndex].ID; got != res.RuleID {
			t.Errorf("rule of index %d is %s, want %s", res.RuleIndex, got, res.RuleID)
		}
	}
}

// The text half and the byte half of a region mean the same bytes.
func TestSARIFColumns(t *testing.T) {
	r := fixture(t)
	run := readSARIF(t, r)
	for i, res := range run.Results {
		if len(res.Locations) == 0 || res.Locations[0].Physical.Region == nil {
			continue
		}
		g := res.Locations[0].Physical.Region
		src := r.Sources[r.Findings[i].Range.File]
		start := offsetOfUTF16(src.Content, g.StartLine, g.StartColumn)
		end := offsetOfUTF16(src.Content, g.EndLine, g.EndColumn)
		if start != g.ByteOffset || end != g.ByteOffset+g.ByteLength {
			t.Errorf("%s: columns mean bytes %d to %d, the byte region %d to %d", res.RuleID, start, end, g.ByteOffset, g.ByteOffset+g.ByteLength)
		}
	}
}

// offsetOfUTF16 counts code units from the start, as an editor that holds UTF-16 would.
func offsetOfUTF16(content []byte, line, column int) int {
	offset := 0
	for ; line > 1; line-- {
		offset += bytes.IndexByte(content[offset:], '\n') + 1
	}
	for i, r := range string(content[offset:]) {
		if column <= 1 {
			return offset + i
		}
		column--
		if r > 0xffff {
			column--
		}
	}
	return len(content)
}

func TestFileURI(t *testing.T) {
	for file, want := range map[string]string{
		"Dockerfile":          "Dockerfile",
		"./a/../b/Dockerfile": "b/Dockerfile",
		"../Dockerfile":       "../Dockerfile",
		"a b/100%#?.dev":      "a%20b/100%25%23%3F.dev",
		"c:x":                 "./c:x", // else c would be a scheme
		"\xff":                "%FF",
		"/srv/Dockerfile":     "file:///srv/Dockerfile",
	} {
		if got := fileURI(file); got != want {
			t.Errorf("fileURI(%q) is %s, want %s", file, got, want)
		}
	}
}

func TestUTF16Index(t *testing.T) {
	for name, content := range map[string]string{
		"ascii":      strings.Repeat("RUN true\n", 200),
		"three":      strings.Repeat("日本語\n", 200), // marks fall into characters
		"surrogates": "x" + strings.Repeat("😀", 300),
		"invalid":    strings.Repeat("\xff\xe2\x82", 200),
		"empty":      "",
	} {
		x := newUTF16Index([]byte(content))
		units := 0
		for i, r := range content {
			if got := x.units(i); got != units {
				t.Fatalf("%s: %d units before byte %d, want %d", name, got, i, units)
			}
			units++
			if r > 0xffff {
				units++
			}
		}
		if got := x.units(len(content)); got != units {
			t.Errorf("%s: %d units in all, want %d", name, got, units)
		}
	}
}

// A byte order mark is before the text: columns do not count it, bytes do.
func TestUTF16IndexByteOrderMark(t *testing.T) {
	x := newUTF16Index([]byte(byteOrderMark + "FROM x"))
	for offset, want := range map[int]int{0: 0, 1: 0, 3: 0, 4: 1, 9: 6} {
		if got := x.units(offset); got != want {
			t.Errorf("%d units before byte %d, want %d", got, offset, want)
		}
	}
	if got := newUTF16Index([]byte(byteOrderMark)).units(3); got != 0 {
		t.Errorf("%d units in a lone byte order mark", got)
	}
}
