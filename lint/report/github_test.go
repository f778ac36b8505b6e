package report

import (
	"testing"

	"github.com/musllint/musllint/lint"
)

func TestGitHubCommands(t *testing.T) {
	src := lint.NewSource("Dockerfile", []byte("FROM x\nRUN a\n"))
	at := func(start, end int) lint.Range { return lint.Range{File: "Dockerfile", Start: start, End: end} }
	for _, c := range []struct {
		finding lint.Finding
		want    string
	}{
		{
			lint.Finding{Rule: "ML1", Severity: lint.Error, Message: "50% of\r\nit::", Range: at(7, 12)},
			"::error file=Dockerfile,line=2,endLine=2,col=1,endColumn=6,title=ML1::50%25 of%0D%0Ait::\n",
		},
		{ // the range ends with the line, not on the next one
			lint.Finding{Rule: "ML1", Severity: lint.Info, Message: "m", Range: at(7, 13)},
			"::notice file=Dockerfile,line=2,endLine=2,col=1,endColumn=7,title=ML1::m\n",
		},
		{
			lint.Finding{Rule: "ML1", Severity: lint.Warning, Message: "m", Range: at(5, 8)},
			"::warning file=Dockerfile,line=1,endLine=2,title=ML1::m\n",
		},
		{
			lint.Finding{Rule: "ML1", Severity: lint.Warning, Message: "m", Range: at(9, 9)},
			"::warning file=Dockerfile,line=2,endLine=2,col=3,endColumn=3,title=ML1::m\n",
		},
		{
			lint.Finding{Rule: "ML1", Severity: lint.Warning, Message: "m", Range: lint.Range{File: "a,b:c%\n"}},
			"::warning file=a%2Cb%3Ac%25%0A,title=ML1::m\n",
		},
	} {
		r := &lint.Report{Findings: []lint.Finding{c.finding}, Sources: map[string]*lint.Source{"Dockerfile": src}}
		if got := render(t, "github", r, Options{}); got != c.want {
			t.Errorf("got  %swant %s", got, c.want)
		}
	}
}
