// Package policydoc writes the page that documents every rule, with a reference of what
// policies can match, read and call.
package policydoc

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/musllint/musllint/lint/policy"
)

const generated = "<!-- Written by go generate ./policies. Change the policies instead. -->\n\n"

// Page writes the page. The heading of each policy of the set is its id: links to it stay
// valid whatever else is said.
func Page(w io.Writer, set *policy.Set) error {
	list, diags := set.Policies()
	if diags.HasErrors() {
		return diags
	}
	var b strings.Builder
	b.WriteString(generated + "# Rules\n\n")
	b.WriteString("A rule is an error when the failure is certain, a warning when most builds of that shape fail, and an info when it is worth knowing.\n\n")
	b.WriteString("| Rule | Severity | What it finds |\n| --- | --- | --- |\n")
	for _, p := range list {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", p.ID, strings.ToLower(p.ID), severity(p), cell(p.Title))
	}
	for _, p := range list {
		if err := rule(&b, set, p); err != nil {
			return fmt.Errorf("%s: %w", p.ID, err)
		}
	}
	reference(&b, set.Recipes())
	_, err := io.WriteString(w, b.String())
	return err
}

func severity(p *policy.Policy) string {
	if !p.Default {
		return p.Severity.String() + ", off by default"
	}
	return p.Severity.String()
}

func rule(b *strings.Builder, set *policy.Set, p *policy.Policy) error {
	fmt.Fprintf(b, "\n## %s\n\n**%s**\n\n`%s` · %s", p.ID, p.Title, p.Name, severity(p))
	if p.Fixable {
		b.WriteString(" · offers an edit")
	}
	b.WriteString("\n")
	examples, err := set.Examples(p.ID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		write(b, examples)
	}
	list(b, "See", p.Links, "<%s>")
	list(b, "Classes", p.Covers, "`%s`")
	return nil
}

// write shows the first example of each sort. The others are tests of corners.
func write(b *strings.Builder, e *policy.Examples) {
	if e.Prose != "" {
		b.WriteString("\n" + e.Prose + "\n")
	}
	if len(e.Context) > 0 {
		code(b, "The build context of the examples", "txtar", contextText(e.Context))
	}
	if len(e.Bad) > 0 {
		bad := e.Bad[0]
		code(b, "Found in", bad.Language(), string(bad.Text))
		code(b, "What is said", "text", findings(bad.Want))
		if bad.Fixed != nil {
			code(b, "After the fix", bad.Language(), string(bad.Fixed))
			if len(bad.FixedContext) > 0 {
				code(b, "And in the build context", "txtar", contextText(bad.FixedContext))
			}
		}
	}
	if len(e.Good) > 0 {
		code(b, "Not found in", e.Good[0].Language(), string(e.Good[0].Text))
	}
}

// contextText shows the files of a build context as they are described.
func contextText(files []policy.ContextFile) string {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "-- %s --\n%s", f.Name, f.Data)
	}
	return b.String()
}

// code writes a fenced block, with a fence that the text does not hold.
func code(b *strings.Builder, title, language, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "\n%s:\n\n%s%s\n%s\n%s\n", title, fence, language, strings.TrimRight(text, "\n"), fence)
}

// findings turns the lines of a want file, which begin with a place, into sentences.
func findings(want string) string {
	var b strings.Builder
	for line := range strings.Lines(want) {
		place, rest, _ := strings.Cut(line, " ")
		severity, message, _ := strings.Cut(rest, " ")
		number, _, isPlace := strings.Cut(place, ":")
		if !isPlace {
			fmt.Fprintf(&b, "%s: %s", severity, message)
			continue
		}
		fmt.Fprintf(&b, "line %s: %s: %s", number, severity, message)
	}
	return b.String()
}

func list(b *strings.Builder, title string, items []string, format string) {
	if len(items) == 0 {
		return
	}
	b.WriteString("\n" + title + ": ")
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, format, item)
	}
	b.WriteString("\n")
}

// cell is text that may stand in a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
