package run

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// DiagnosticError is a mistake in a configuration or policy file.
type DiagnosticError struct {
	What  string
	Files map[string]*hcl.File
	Diags hcl.Diagnostics
}

func diagnostics(what string, files map[string]*hcl.File, diags hcl.Diagnostics) error {
	return &DiagnosticError{what, files, diags}
}

// Error shows each mistake in its line. HCL's writer underlines in colour only, so that
// the carets are put below the line here.
func (e *DiagnosticError) Error() string {
	files := maps.Clone(e.Files)
	maps.DeleteFunc(files, func(_ string, f *hcl.File) bool { return f == nil })
	text := e.What + "\n\n"
	for _, d := range e.Diags {
		var b bytes.Buffer
		// A bytes.Buffer takes everything.
		_ = hcl.NewDiagnosticTextWriter(&b, files, 0, false).WriteDiagnostic(d)
		text += withCarets(b.String(), d.Subject)
	}
	return strings.TrimRight(text, "\n")
}

// withCarets underlines the place of a mistake below the source line that HCL's writer
// shows; of a place over several lines the part in its first.
func withCarets(text string, at *hcl.Range) string {
	if at == nil {
		return text
	}
	head := fmt.Sprintf("\n%4d: ", at.Start.Line)
	start := strings.Index(text, head)
	if start < 0 {
		return text
	}
	start += len(head)
	end := start + strings.IndexByte(text[start:], '\n')
	line := text[start:end]
	before := min(at.Start.Column-1, utf8.RuneCountInString(line))
	width := utf8.RuneCountInString(line) - before
	if at.End.Line == at.Start.Line {
		width = min(width, at.End.Column-at.Start.Column)
	}
	blanks := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string([]rune(line)[:before]))
	return text[:end] + "\n      " + blanks + strings.Repeat("^", max(width, 1)) + text[end:]
}
