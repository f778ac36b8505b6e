package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
)

var update = flag.Bool("update", false, "write the golden files; read the difference before you keep it")

// render is what a format makes of a report.
func render(t testing.TB, name string, r *lint.Report, opt Options) string {
	t.Helper()
	format, ok := Lookup(name)
	if !ok {
		t.Fatalf("no format %s", name)
	}
	var b bytes.Buffer
	if err := format(&b, r, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for _, c := range []struct {
		golden, format string
		opt            Options
	}{
		{"text", "text", Options{}},
		{"text-narrow-color", "text", Options{Color: true, Width: 60}},
		{"concise", "concise", Options{}},
		{"json", "json", Options{}},
		{"sarif", "sarif", Options{}},
		{"github", "github", Options{}},
	} {
		t.Run(c.golden, func(t *testing.T) {
			got := render(t, c.format, fixture(t), c.opt)
			file := filepath.Join("..", "..", "testdata", "report", c.golden+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	var names []string
	for _, f := range Formats {
		names = append(names, f.Name)
		if _, ok := Lookup(f.Name); !ok {
			t.Errorf("Lookup(%q) finds nothing", f.Name)
		}
	}
	if want := []string{"text", "concise", "json", "sarif", "github"}; !slices.Equal(names, want) {
		t.Errorf("formats are %q, want %q", names, want)
	}
	if _, ok := Lookup("yaml"); ok {
		t.Error("Lookup finds a format yaml")
	}
}

// A report of nothing is printed before anything is ever found.
func TestNoFindings(t *testing.T) {
	r := &lint.Report{Version: "1.0.0", Facts: "2026-11-23", Files: 2}
	for name, want := range map[string]string{
		"text":    "no problems found in 2 files\n",
		"concise": "",
		"github":  "",
		"json": `{
  "schema": "musllint/v1",
  "tool": {
    "name": "musllint",
    "version": "1.0.0",
    "facts": "2026-11-23"
  },
  "findings": [],
  "artifacts": [],
  "failures": [],
  "summary": {
    "errors": 0,
    "warnings": 0,
    "infos": 0,
    "files": 2
  }
}
`,
		"sarif": `{
  "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": {
          "name": "musllint",
          "version": "1.0.0",
          "informationUri": "https://github.com/musllint/musllint",
          "rules": []
        }
      },
      "invocations": [
        {
          "executionSuccessful": true,
          "toolExecutionNotifications": []
        }
      ],
      "defaultEncoding": "utf-8",
      "columnKind": "utf16CodeUnits",
      "results": []
    }
  ]
}
`,
	} {
		if diff := cmp.Diff(want, render(t, name, r, Options{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

type brokenPipe struct{}

var errBroken = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteError(t *testing.T) {
	for _, f := range Formats {
		if err := f.Write(brokenPipe{}, fixture(t), Options{}); !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v, want %v", f.Name, err, errBroken)
		}
	}
}

func TestSummary(t *testing.T) {
	finding := func(s ...lint.Severity) []lint.Finding {
		var list []lint.Finding
		for _, s := range s {
			list = append(list, lint.Finding{Severity: s})
		}
		return list
	}
	for _, c := range []struct {
		report lint.Report
		want   string
	}{
		{lint.Report{Files: 4}, "no problems found in 4 files"},
		{lint.Report{Files: 1, Findings: finding(lint.Info)}, "1 info in 1 file"},
		{lint.Report{Files: 2, Findings: finding(lint.Error, lint.Warning, lint.Error)}, "2 errors and 1 warning in 2 files"},
		{lint.Report{Files: 4, Findings: finding(lint.Error, lint.Info, lint.Error, lint.Warning, lint.Error, lint.Info)}, "3 errors, 1 warning and 2 infos in 4 files"},
		{lint.Report{Files: 3, Failures: make([]lint.Failure, 1)}, "no problems found in 3 files, 1 file could not be read"},
		{lint.Report{Failures: make([]lint.Failure, 2)}, "2 files could not be read"},
	} {
		if got := summary(&c.report); got != c.want {
			t.Errorf("summary is %q, want %q", got, c.want)
		}
	}
}
