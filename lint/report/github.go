package report

import (
	"bufio"
	"fmt"
	"io"
	slashpath "path"
	"path/filepath"
	"strings"

	"github.com/musllint/musllint/lint"
)

// What a workflow command cannot carry as it is; the properties before its message cannot
// carry their own separators either.
var (
	commandMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeGitHub is GitHub's workflow commands, which become annotations of a pull request.
// GitHub shows no more than ten errors, ten warnings and ten notices of a step: the first
// ones, and so the order of the report decides.
func writeGitHub(w io.Writer, r *lint.Report, _ Options) error {
	out := bufio.NewWriter(w)
	for i := range r.Findings {
		f := &r.Findings[i]
		properties := append(annotationPlace(r, f.Range), "title="+property(annotationTitle(r, f)))
		command(out, f.Severity, properties, annotationMessage(r, f))
	}
	for _, f := range r.Failures {
		command(out, lint.Error, []string{"file=" + property(slashed(f.File)), "title=unreadable input"}, "cannot read: "+reason(f))
	}
	return out.Flush()
}

func command(out *bufio.Writer, s lint.Severity, properties []string, message string) {
	name := s.String()
	if s == lint.Info {
		name = "notice"
	}
	fmt.Fprintf(out, "::%s %s::%s\n", name, strings.Join(properties, ","), printable(commandMessage.Replace(message)))
}

func property(s string) string { return printable(commandProperty.Replace(s)) }

// annotationPlace tells the place of rg as properties. GitHub refuses columns for a range
// of several lines.
func annotationPlace(r *lint.Report, rg lint.Range) []string {
	if rg.File == "" {
		return nil
	}
	properties := []string{"file=" + property(slashed(rg.File))}
	src := placed(r, rg)
	if src == nil {
		return properties
	}
	first, last := src.Position(rg.Start), lastByte(src, rg)
	properties = append(properties, fmt.Sprintf("line=%d,endLine=%d", first.Line, last.Line))
	if first.Line == last.Line {
		properties = append(properties, fmt.Sprintf("col=%d,endColumn=%d", first.Column, last.Column+min(rg.End-rg.Start, 1)))
	}
	return properties
}

func annotationTitle(r *lint.Report, f *lint.Finding) string {
	return strings.TrimSpace(f.Rule + " " + r.Rules[f.Rule].Name)
}

// annotationMessage carries the evidence and the words of the repairs too, as an annotation
// has no other place for them.
func annotationMessage(r *lint.Report, f *lint.Finding) string {
	var b strings.Builder
	b.WriteString(f.Message)
	if f.Range.Inner != "" {
		b.WriteString("\nin: " + f.Range.Inner)
	}
	for _, ev := range f.Evidence {
		b.WriteString("\nnote: " + withPlace(r, ev))
	}
	for i, fix := range f.Fixes {
		b.WriteString("\n" + repairLabel(f.Fixes, i) + ": " + fix.Title)
	}
	return b.String()
}

// slashed is a path as web services compare it: "./a" is another file than "a" to them.
func slashed(file string) string {
	return slashpath.Clean(filepath.ToSlash(file))
}
