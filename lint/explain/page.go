package explain

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind is what a Page is about.
type Kind string

const (
	SymbolKind  Kind = "symbol"
	SonameKind  Kind = "library"
	HeaderKind  Kind = "header"
	PackageKind Kind = "package"
)

// Page is what is known of one symbol, shared library, header or package.
type Page struct {
	Kind  Kind
	Name  string   // as it was asked for; a package with its kind: "npm:sharp"
	Is    string   // what it is, a clause
	Where string   // who has it on musl, a clause; empty when there is nothing to say
	Do    string   // what to do about it, a clause
	See   []string // topics that belong to it

	content func() content
}

// content is what only a whole page needs.
type content struct {
	rows     []row
	sections []section
}

// with gives a page its content.
func (p Page) with(c content) Page {
	p.content = func() content { return c }
	return p
}

// row is a line of the table that a page begins with.
type row struct{ label, text string }

// section is a heading with paragraphs, points of a list and lines of code; see fill.
type section struct{ title, text string }

// Short is the page in one line, for a report: what it is, who has it, what to do.
func (p Page) Short() string {
	var b strings.Builder
	b.WriteString(p.Name)
	if p.Is != "" {
		b.WriteString(": " + p.Is)
	}
	b.WriteString(". ")
	switch {
	case p.Where == "":
		b.WriteString(upper(p.Do))
	case p.Do == "":
		b.WriteString(upper(p.Where))
	default:
		b.WriteString(upper(p.Where) + ": " + p.Do)
	}
	return strings.TrimSuffix(b.String(), ".") + "."
}

const (
	pageWidth  = 96
	codeIndent = "    " // as Markdown has it
)

// Text is the whole page, in Markdown.
func (p Page) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s", p.Name)
	if p.Is != "" {
		b.WriteString(": " + p.Is)
	}
	b.WriteString("\n")
	var content content
	if p.content != nil {
		content = p.content()
	}
	label := 0
	for _, r := range content.rows {
		label = max(label, len(r.label))
	}
	for i, r := range content.rows {
		if i == 0 {
			b.WriteString("\n")
		}
		first := fmt.Sprintf("%s%-*s   ", codeIndent, label, r.label)
		b.WriteString(wrap(r.text, first, strings.Repeat(" ", len(first))))
	}
	for _, s := range content.sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s", s.title, fill(s.text))
	}
	if len(p.See) > 0 {
		b.WriteString("\n" + wrap("See also: musllint explain "+strings.Join(p.See, ", musllint explain "), "", ""))
	}
	return b.String()
}

// fill breaks the lines of a text. Its parts are separated by empty lines: one that is
// indented is code and stays as it is, one that begins with "- " is a point of a list.
func fill(text string) string {
	var b strings.Builder
	afterPoint := false
	for part := range strings.SplitSeq(text, "\n\n") {
		point := strings.HasPrefix(part, "- ")
		if b.Len() > 0 && (!point || !afterPoint) {
			b.WriteString("\n")
		}
		switch {
		case point:
			b.WriteString(wrap(part[2:], "- ", "  "))
		case strings.HasPrefix(part, codeIndent):
			b.WriteString(part + "\n")
		default:
			b.WriteString(wrap(part, "", ""))
		}
		afterPoint = point
	}
	return b.String()
}

// wrap breaks a text into lines of at most pageWidth columns where its words allow it.
func wrap(text, first, next string) string {
	var b strings.Builder
	line, words := first, 0
	for word := range strings.FieldsSeq(text) {
		if words > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > pageWidth {
			b.WriteString(line + "\n")
			line, words = next, 0
		}
		if words > 0 {
			line += " "
		}
		line += word
		words++
	}
	b.WriteString(line + "\n")
	return b.String()
}

// upper begins a sentence with a capital letter, unless it begins with a name.
func upper(s string) string {
	word, _, _ := strings.Cut(s, " ")
	switch strings.TrimRight(word, ",:") {
	case "", "musl", "glibc", "gcompat", "libtirpc", "apk", "pip", "bundle", "npm", "gem":
		return s
	}
	if strings.ContainsAny(word, "_.(/'@") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// lower begins a text as the middle of a sentence does, unless it begins with a name.
func lower(s string) string {
	if len(s) < 2 || (s[1] < 'a' || s[1] > 'z') && !strings.HasPrefix(s, "A ") {
		return s
	}
	for _, name := range []string{"Oracle", "Rust", "Node", "OpenSSL", "Boost", "Alpine"} {
		if strings.HasPrefix(s, name) {
			return s
		}
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// paragraphs joins those texts that are not empty.
func paragraphs(texts ...string) string {
	var list []string
	for _, t := range texts {
		if t != "" {
			list = append(list, t)
		}
	}
	return strings.Join(list, "\n\n")
}

// words joins names as a sentence does: "a", "a and b", "a, b and c".
func words(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
