package explain

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint/facts"
)

// librariesText is written like symbolTexts.
//
//go:embed libraries.txt
var librariesText string

var writtenLibraries = sync.OnceValue(func() writtenIndex { return newWrittenIndex(librariesText) })

// Soname returns what is known of a shared library, by the name that programs need it by. It
// reports false for a name that no table and no text knows.
func Soname(name string) (Page, bool) {
	if !isSoname(name) {
		return Page{}, false
	}
	w, star, isWritten := writtenLibraries().find(name)
	l := libraryOf(name)
	others := otherVersions(name)
	reserved := isReserved(name)
	if !isWritten && l.pkg == "" && others == nil && !reserved {
		return Page{}, false
	}
	p := Page{Kind: SonameKind, Name: name, See: topicsOf(name)}
	if p.See == nil {
		p.See = []string{"loader"}
	}
	c := content{rows: l.rows()}
	switch {
	case isWritten:
		p.Is, p.Do, p.See = w.text("is", name, star), w.text("do", name, star), w.see()
		c.sections = append(c.sections, section{"Why", w.text("why", name, star)})
	case reserved:
		p.Is, p.Do = "a name that musl reserves for itself", "leave it: musl answers to the name"
	case l.pkg != "":
		p.Is, p.Do = "a shared library", "apk add "+l.pkg+" in the final stage"
	default:
		p.Is = "a shared library of another distribution"
		p.Do = "take a build for the release of Alpine, which has " + strings.Join(others, " or ")
	}
	if reserved {
		c.rows = []row{{"musl", "answers to the name and opens no file"}}
	} else {
		p.Where = l.where()
		c.sections = append(c.sections, section{"What you see", sonameSymptom(name)})
	}
	var source, binary string
	if isWritten {
		source, binary = w.text("source", name, star), w.text("binary", name, star)
	}
	c.sections = append(c.sections, section{"What to change", paragraphs(sentence(p.Do), l.changes(source, binary, others, reserved))})
	return p.with(c), true
}

// isSoname reports whether a word looks like the name of a shared library.
func isSoname(s string) bool {
	stem, rest, ok := strings.Cut(s, ".so")
	return ok && stem != "" && (rest == "" || rest[0] == '.') && !strings.ContainsAny(s, "/ \t\"'")
}

// isReserved reports whether musl's loader takes a name for itself.
func isReserved(soname string) bool {
	rest, ok := strings.CutPrefix(soname, "lib")
	if !ok {
		return false
	}
	for _, reserved := range [...]string{"c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet."} {
		if strings.HasPrefix(rest, reserved) {
			return true
		}
	}
	return false
}

// library is where Alpine has a shared library.
type library struct {
	name string
	pkg  string    // package that has it or had it last; empty when none is known
	held []holding // where it was seen, the oldest first
	gone bool      // no package of the newest release has it, though older ones had
}

// holding is a package in which a shared library was seen.
type holding struct {
	pkg         string
	first, last string // releases of Alpine
}

func libraryOf(soname string) library {
	l := library{name: soname}
	inNewest := false
	for _, r := range releases() {
		pkg, certain, ok := facts.SonamePackage(soname, r.Name)
		inNewest = inNewest || ok && r.Name == facts.Newest()
		switch n := len(l.held); {
		case !ok || !certain:
			continue
		case n > 0 && l.held[n-1].pkg == pkg:
			l.held[n-1].last = r.Name
		default:
			l.held = append(l.held, holding{pkg, r.Name, r.Name})
		}
	}
	l.pkg, _, _ = facts.SonamePackage(soname, "")
	if l.pkg == "" && l.held != nil {
		l.pkg = l.held[len(l.held)-1].pkg
	}
	l.gone = l.pkg != "" && !inNewest
	return l
}

// releases writes where a package has held a library.
func (h holding) releases() string {
	if h.first == h.last {
		return "Alpine " + h.first
	}
	return "Alpine " + h.first + " to " + h.last
}

// isCurrent reports whether the library was seen in today's releases.
func (h holding) isCurrent() bool { return h.last == "edge" || h.last == facts.Newest() }

// packages names the packages that have held the library in a sentence, the newest first, with
// the releases when there are several.
func (l library) packages() string {
	var names []string
	for _, h := range slices.Backward(l.held) {
		name := h.pkg
		if len(l.held) > 1 || !h.isCurrent() {
			name += " (" + h.releases() + ")"
		}
		names = append(names, name)
	}
	return words(names)
}

// rows is the table that a page begins with: who brings the library in which release.
func (l library) rows() []row {
	var rows []row
	for _, h := range l.held {
		rows = append(rows, row{h.releases(), h.pkg})
	}
	switch {
	case l.pkg == "":
		rows = append(rows, row{"Alpine", "no package is known"})
	case l.held == nil:
		rows = append(rows, row{"Alpine", l.pkg + ", as far as is known"})
	case l.gone:
		rows = append(rows, row{"later", "no package has it"})
	case l.held[len(l.held)-1].isCurrent():
	case l.wentMissing():
		rows = append(rows, row{"Alpine " + facts.IndexRead, "no package of the main repository has it"}, row{"later", "not looked at"})
	default:
		rows = append(rows, row{"later", "not looked at: it may be there"})
	}
	return rows
}

// wentMissing reports whether a library is not in the newest release whose packages were all
// read, though older releases have it.
func (l library) wentMissing() bool {
	n := len(l.held)
	return n > 0 && facts.CompareReleases(l.held[n-1].last, facts.IndexRead) < 0
}

// seenIn says in which releases the newest package of a library was seen, unless it is in
// today's.
func (l library) seenIn() string {
	if l.held == nil {
		return ""
	}
	h := l.held[len(l.held)-1]
	switch {
	case l.gone, l.wentMissing():
		return " (up to Alpine " + h.last + ")"
	case !h.isCurrent():
		return " (seen in " + h.releases() + ")"
	}
	return ""
}

// where is a clause for Page.Where.
func (l library) where() string {
	switch {
	case l.pkg == "":
		return "in no package of Alpine that is known"
	case l.held == nil:
		return "in Alpine's package " + l.pkg + ", as far as is known"
	}
	return "in Alpine's package " + l.pkg + l.seenIn()
}

// sonameSymptom is what a missing library looks like.
func sonameSymptom(name string) string {
	text := codeIndent + "Error loading shared library " + name + ": No such file or directory (needed by ./program)"
	if strings.HasPrefix(name, "ld-") || strings.HasPrefix(name, "ld64") {
		text = codeIndent + "sh: ./program: not found\n" + codeIndent + "exec ./program: no such file or directory\n" + text
	}
	return text
}

// changes is the list of what to do.
func (l library) changes(source, binary string, others []string, reserved bool) string {
	var list []string
	if source != "" {
		list = append(list, "In source code and builds: "+lower(source))
	}
	switch {
	case reserved:
		list = append(list, "A ready program: nothing about this name. Look at the symbols that are reported as missing.")
	case l.pkg == "gcompat":
		list = append(list, "A ready program: apk add gcompat"+gcompatLink(l.name))
	case l.pkg != "":
		list = append(list, "A ready program: apk add "+l.pkg+l.seenIn()+", in the stage that runs it.")
	default:
		list = append(list, "A ready program: take a build for musl or a static one, the package of Alpine, or a glibc base image.")
	}
	list = append(list, binary)
	if others != nil {
		list = append(list, "Other versions are "+words(others)+". A link of the wanted name to one of them fits by accident only.")
	}
	if !reserved {
		list = append(list, "Whatever the release: apk add so:"+l.name+" finds the package by itself, or says that there is none.")
	}
	return points(list...)
}

// gcompatLink says in which releases gcompat has a file of that name.
func gcompatLink(name string) string {
	first := ""
	for _, r := range releases() {
		links, _ := facts.GcompatLinks(r.Name, "amd64")
		if slices.ContainsFunc(links, func(l facts.Link) bool { return strings.HasSuffix(l.Path, "/"+name) }) {
			first = r.Name
			break
		}
	}
	switch first {
	case "":
		return "."
	case "3.9", "3.10", "3.11", "3.12", "3.13":
		return ", which has a file of that name."
	}
	return ", which has a link of that name to its own library since Alpine " + first + "."
}

const maxOthers = 6 // more would be a list to search, not to read

// otherVersions are the libraries of that name with other versions, with the last release of
// Alpine that they were seen in, the newest first.
func otherVersions(name string) []string {
	stem, _, _ := strings.Cut(name, ".so")
	type other struct{ soname, release string }
	var found []other
	try := func(version string) {
		soname := stem + ".so" + version
		if _, _, ok := facts.SonamePackage(soname, ""); !ok || soname == name {
			return
		}
		if held := libraryOf(soname).held; held != nil {
			found = append(found, other{soname, held[len(held)-1].last})
		}
	}
	try("")
	try(".1.1")
	for n := range 100 {
		try("." + strconv.Itoa(n))
	}
	slices.SortStableFunc(found, func(a, b other) int { return facts.CompareReleases(b.release, a.release) })
	var names []string
	for _, o := range found[:min(len(found), maxOthers)] {
		names = append(names, fmt.Sprintf("%s (Alpine %s)", o.soname, o.release))
	}
	return names
}
