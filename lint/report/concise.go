package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/musllint/musllint/lint"
)

// writeConcise is one line a finding, in the shape that editors and grep know from
// compilers: "file:line:column: severity: message [rule]". Line and column are left out
// where the finding is about a file as a whole, and so is the file where there is none.
func writeConcise(w io.Writer, r *lint.Report, _ Options) error {
	out := bufio.NewWriter(w)
	for i := range r.Artifacts {
		conciseArtifact(out, &r.Artifacts[i])
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if at := where(r, f.Range); at != "" {
			out.WriteString(at + ": ")
		}
		fmt.Fprintf(out, "%s: %s%s", f.Severity, folded(f.Message), more(f))
		if f.Rule != "" {
			fmt.Fprintf(out, " [%s]", printable(f.Rule))
		}
		out.WriteByte('\n')
	}
	for _, f := range r.Failures {
		fmt.Fprintf(out, "%s: error: cannot read: %s\n", printable(f.File), folded(reason(f)))
	}
	return out.Flush()
}

// conciseArtifact is "file: verdict: why (first repair)".
func conciseArtifact(out *bufio.Writer, a *lint.Artifact) {
	fmt.Fprintf(out, "%s: %s", printable(a.Place()), a.Verdict)
	if a.Summary != "" {
		out.WriteString(": " + folded(a.Summary))
	}
	switch {
	case a.Instead != "":
		fmt.Fprintf(out, " (%s runs)", printable(a.Instead))
	case len(a.Repairs) > 0 && a.Repairs[0].Proved:
		fmt.Fprintf(out, " (%s)", folded(a.Repairs[0].Title))
	}
	out.WriteByte('\n')
}

// more counts the further places of a finding, which one line has no room for.
func more(f *lint.Finding) string {
	n := 0
	for _, ev := range f.Evidence {
		if ev.Message == lint.HereToo {
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return " (and 1 more place)"
	}
	return fmt.Sprintf(" (and %d more places)", n)
}
