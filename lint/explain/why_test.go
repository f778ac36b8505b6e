package explain

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// The files of testdata/why hold logs, each with a section of the same name and .want behind
// it that lists the diagnoses: line, verdict and name, then what the messages name. An
// indented line is what follows from the one above. MUSLLINT_UPDATE=1 writes them anew.
//
// Logs whose file begins with "other" have nothing to do with musl.
func TestWhy(t *testing.T) {
	files, err := filepath.Glob("testdata/why/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no logs", err)
	}
	logs, others := 0, 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, section := range archive.Files {
			name, isWant := strings.CutSuffix(section.Name, ".want")
			if isWant {
				continue
			}
			logs++
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) {
				if i+1 == len(archive.Files) || archive.Files[i+1].Name != name+".want" {
					t.Fatal("there is no .want behind it")
				}
				got := outline(why(t, string(section.Data)))
				want := &archive.Files[i+1].Data
				if os.Getenv("MUSLLINT_UPDATE") != "" {
					*want = []byte(got)
				}
				if diff := cmp.Diff(string(*want), got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				if strings.HasPrefix(filepath.Base(file), "other") {
					others++
					for line := range strings.Lines(got) {
						if !strings.Contains(line, string(NotMusl)) && !strings.HasPrefix(line, "unsure") {
							t.Errorf("a false diagnosis: %s", line)
						}
					}
				}
			})
		}
		if os.Getenv("MUSLLINT_UPDATE") != "" {
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d logs, %d of them without a problem of musl", logs, others)
}

func why(t *testing.T, log string) *Answer {
	t.Helper()
	a, err := Why(strings.NewReader(log), WhyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// outline is an answer in few words.
func outline(a *Answer) string {
	var b strings.Builder
	for _, d := range a.Diagnoses {
		fmt.Fprintf(&b, "%d %s: %s", d.Line, d.Verdict, d.Name)
		for _, n := range d.Named {
			fmt.Fprintf(&b, " %s=%s", n.Name, strings.Join(n.Words, ","))
		}
		if d.Lines > 1 {
			fmt.Fprintf(&b, " (%d lines)", d.Lines)
		}
		b.WriteByte('\n')
		for _, l := range d.After {
			fmt.Fprintf(&b, "    %d %s\n", l.Number, l.Text)
		}
	}
	for _, l := range a.Unsure {
		fmt.Fprintf(&b, "unsure %d %s\n", l.Number, l.Text)
	}
	return b.String()
}
