package explain

import (
	"fmt"
	"strings"

	"github.com/musllint/musllint/lint/facts"
)

// Header returns what is known of a C header, by the name that an #include has in its
// brackets. It reports false for a name that no table knows.
func Header(name string) (Page, bool) {
	h, ok := facts.LookupHeader(headerName(name))
	if !ok {
		return Page{}, false
	}
	p := Page{Kind: HeaderKind, Name: h.Name, Is: h.What, See: topicsOf(h.Name)}
	if p.Is == "" {
		p.Is = "a header of libc"
	}
	c := content{rows: []row{{"musl", headerState(h)}}}
	if h.Package != "" {
		c.rows = append(c.rows, row{"package", h.Package + headerUntil(h)})
	}
	p.Where, p.Do = headerShort(h)
	if h.State == "no" || h.State == "package" {
		c.sections = append(c.sections, section{"What you see", codeIndent + "fatal error: " + h.Name + ": No such file or directory"})
	}
	if changes := headerChanges(h); changes != "" {
		c.sections = append(c.sections, section{"What to change", changes})
	}
	if brings := bringsText(h); brings != "" {
		c.sections = append(c.sections, section{"What glibc's header brings along", brings})
	}
	if lacks := lacksText(h); lacks != "" {
		c.sections = append(c.sections, section{"What musl's header does not have", lacks})
	}
	if isLibstdcxx(h) {
		p.See = []string{"libstdcxx"}
	}
	return p.with(c), true
}

// isLibstdcxx reports whether a header is one of C++, which no libc has.
func isLibstdcxx(h facts.Header) bool { return h.Package == "g++" }

// headerName takes off what an #include has around a name.
func headerName(s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(s, "#include"))
	return strings.Trim(s, `<>"`)
}

func headerState(h facts.Header) string {
	switch h.State {
	case "yes":
		return "has it"
	case "warns":
		return "has it; it makes a warning and includes " + h.Instead
	case "package":
		if isLibstdcxx(h) {
			return "has nothing to do with it: the header comes with the compiler g++, on Alpine and on glibc alike"
		}
		return "does not have it: it belongs to another package"
	}
	return "does not have it"
}

// headerUntil says that a package is gone.
func headerUntil(h facts.Header) string {
	if h.Until == "" {
		return ""
	}
	return " (up to Alpine " + h.Until + ")"
}

// headerShort is the header in two clauses.
func headerShort(h facts.Header) (where, do string) {
	switch {
	case h.State == "yes" && h.Instead == "":
		return "", "leave it: musl has it"
	case h.State == "yes":
		return "musl has it", h.Instead
	case h.State == "warns":
		return "musl has it with a warning", "include " + h.Instead
	case isLibstdcxx(h):
		return "not of libc: it comes with g++", "apk add g++"
	case h.Package != "" && h.State == "package":
		return "not in musl-dev", "apk add " + h.Package
	case h.Package != "":
		return "not in musl", h.Instead + "; the package " + h.Package + headerUntil(h) + " brings it"
	}
	return "not in musl", h.Instead
}

// headerChanges is the list of what to do.
func headerChanges(h facts.Header) string {
	var points []string
	switch {
	case h.State == "warns":
		points = append(points, "- Include "+h.Instead+": it is the same everywhere.")
	case h.State == "yes" && h.Instead == "":
		return ""
	default:
		points = append(points, "- In source code: "+h.Instead+".")
	}
	switch {
	case h.State == "yes" && h.Package != "":
		points = append(points, "- For what the header declares: apk add "+h.Package+".")
	case h.Package != "":
		points = append(points, "- To compile it as it is: apk add "+h.Package+headerUntil(h)+" in the build stage.")
	}
	if h.State == "no" {
		points = append(points, "- A check for the header in configure, or __has_include(<"+h.Name+">), is better than a test for the system: "+
			"musl has no macro of its own, and __linux__ says nothing about it.")
	}
	return strings.Join(points, "\n\n")
}

// bringsText lists the headers that have to be included for themselves.
func bringsText(h facts.Header) string {
	var points []string
	for header, names := range h.Brings() {
		points = append(points, fmt.Sprintf("- %s, for %s", header, strings.Join(names, ", ")))
	}
	if points == nil {
		return ""
	}
	return "On glibc these headers come with it by accident. On musl a source that uses the names has to include them, and may do so everywhere:\n\n" +
		strings.Join(points, "\n\n")
}

const maxLacks = 40 // more would be a list to search, not to read

// lacksText lists the names that glibc's header has and musl's does not.
func lacksText(h facts.Header) string {
	var names []string
	for _, name := range h.Lacks {
		if history, ok := facts.MuslHistory(name); ok && len(history.Spans) > 0 && history.Spans[0].Until == "" {
			name += " (since " + history.Spans[0].Since + ")"
		}
		names = append(names, name)
	}
	if names == nil {
		return ""
	}
	more := ""
	if n := len(names) - maxLacks; n > 0 {
		names, more = names[:maxLacks], fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ") + more + ". To see what one is: musllint explain NAME."
}

// topicsOf returns the topics that have a word among their aliases.
func topicsOf(word string) []string {
	for _, info := range index() {
		for _, alias := range info.Aliases {
			if alias == fold(word) {
				return []string{info.Name}
			}
		}
	}
	return nil
}
