package explain

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint/facts"
)

// symbolState is what the tables say of a symbol.
type symbolState struct {
	name      string
	musl      facts.SymbolHistory
	inMusl    bool // some musl exports it
	inGlibc   bool
	gcompat   gcompatState
	libraries []facts.CompatLibrary // that have it, by the names of their newest packages
}

// stateOf asks the tables for a symbol. library is the soname of one that has it and that no
// table of symbols tells about, empty when there is none.
func stateOf(name, library string) symbolState {
	s := symbolState{name: name, gcompat: gcompatOf(name), libraries: facts.CompatProviders(name, "")}
	if pkg, certain, ok := facts.SonamePackage(library, ""); ok {
		s.libraries = append(s.libraries, facts.CompatLibrary{Name: pkg, File: library, Package: pkg, Certain: certain})
	}
	s.inGlibc = inGlibc(name)
	s.musl, s.inMusl = facts.MuslHistory(name)
	return s
}

// known reports whether any table has the symbol.
func (s symbolState) known() bool {
	return s.inMusl || s.inGlibc || s.gcompat.first != "" || len(s.libraries) > 0
}

// always reports whether every musl exports the symbol, on some architectures at least.
func (s symbolState) always() bool {
	return len(s.musl.Spans) > 0 && s.musl.Spans[0].Since == "" && s.musl.Spans[0].Until == ""
}

// since returns the version of musl from which on the symbol is there, when it was not always.
func (s symbolState) since() string {
	if len(s.musl.Spans) > 0 && s.musl.Spans[len(s.musl.Spans)-1].Until == "" {
		return s.musl.Spans[len(s.musl.Spans)-1].Since
	}
	return ""
}

// where is a clause for Page.Where.
func (s symbolState) where() string {
	switch {
	case !s.known() || s.always():
		return ""
	case s.musl.MapsTo != "":
		if gap := s.gap(); gap != "" {
			return "musl has it for ready programs alone, and not in Alpine " + gap
		}
		return "musl has it for ready programs alone"
	case s.since() != "":
		return "musl has it since " + s.since() + alpineFrom(s.since())
	case s.gcompat.last == newestGcompat():
		return "not in musl, but in gcompat" + s.gcompat.since()
	case len(s.libraries) > 0:
		return "not in musl, but in " + s.libraries[0].Name
	}
	return "neither in musl nor in gcompat"
}

// rows is the table that a page begins with.
func (s symbolState) rows() []row {
	if !s.known() {
		return nil
	}
	rows := []row{{"musl", s.muslText()}}
	if s.inGlibc {
		rows = append(rows, row{"glibc", glibcText(s.name)})
	}
	if s.always() {
		return rows
	}
	rows = append(rows, row{"gcompat", s.gcompat.text()})
	for _, l := range s.libraries {
		text := l.File + ", package " + l.Package
		if !l.Static {
			text = l.File + ", package " + libraryOf(l.File).packages()
		}
		rows = append(rows, row{l.Name, text})
	}
	return rows
}

// muslText says which versions of musl have the symbol.
func (s symbolState) muslText() string {
	versions := muslVersions()
	oldest, newest := versions[0], versions[len(versions)-1]
	if !s.inMusl {
		return fmt.Sprintf("in no version, %s to %s", oldest, newest)
	}
	parts := spansText(s.musl.Spans, oldest, newest)
	for _, alpine := range s.musl.Alpine {
		text := "Alpine " + alpine.Release + " has it too"
		if !alpine.Has {
			text = "Alpine " + alpine.Release + " has it not"
		}
		if alpine.Arches != nil {
			text += ", on " + words(alpine.Arches)
		}
		parts = append(parts, text)
	}
	if s.musl.MapsTo != "" {
		parts = append(parts, fmt.Sprintf("since %s%s the loader takes %s instead, for ready programs, not for dlsym and not for the linker",
			s.musl.MappedSince, alpineFrom(s.musl.MappedSince), s.musl.MapsTo))
	}
	return strings.Join(parts, "; ")
}

// spansText says which versions of upstream have a symbol.
func spansText(spans []facts.SymbolSpan, oldest, newest string) []string {
	var parts, until []string
	for _, span := range spans {
		text := ""
		switch {
		case span.Since == "" && span.Until == "":
			text = fmt.Sprintf("in all versions, %s to %s", oldest, newest)
		case span.Until == "":
			text = "since " + span.Since + alpineFrom(span.Since)
		case span.Since == "":
			text = "up to " + span.Until + alpineUntil(span.Until)
			until = append(until, span.Until)
		default:
			text = fmt.Sprintf("%s to %s", span.Since, span.Until)
		}
		if span.Arches != nil {
			text += ", on " + words(span.Arches) + " only"
		}
		parts = append(parts, text)
	}
	if len(until) > 1 && len(until) == len(parts) {
		// Which CPU lost it one release earlier does not matter to anybody.
		return []string{"up to " + strings.Join(slices.Compact(slices.Sorted(slices.Values(until))), " or ") + alpineUntil(slices.Max(until))}
	}
	return parts
}

// gap names the releases of Alpine whose loader neither has nor maps the symbol, one after
// the other as they are.
func (s symbolState) gap() string {
	var without []string
	for _, r := range releases() {
		m, ok := facts.Musl("", r.Name, "amd64")
		if ok && !m.Has(s.name) {
			if _, maps := m.Remaps(s.name); !maps {
				without = append(without, r.Name)
			}
		}
	}
	return span(without)
}

// span writes releases that follow each other.
func span(releases []string) string {
	if len(releases) < 3 {
		return words(releases)
	}
	return releases[0] + " to " + releases[len(releases)-1]
}

// What the tables say of releases and versions is asked for many times.
var (
	releases     = sync.OnceValue(facts.Releases)
	muslVersions = sync.OnceValue(facts.MuslVersions)
)

// alpineFrom names the first release of Alpine that has at least a version of musl.
func alpineFrom(version string) string {
	for _, r := range releases() {
		if facts.CompareVersions("", r.Musl, version) >= 0 {
			return fmt.Sprintf(" (Alpine %s%s)", r.Name, unseen(r.Name))
		}
	}
	return ""
}

// alpineUntil names the last release of Alpine that has at most a version of musl.
func alpineUntil(version string) string {
	last := ""
	for _, r := range releases() {
		if facts.CompareVersions("", r.Musl, version) <= 0 {
			last = r.Name
		}
	}
	if last == "" {
		return ""
	}
	return fmt.Sprintf(" (Alpine %s)", last)
}

// unseen says of a release that nobody has looked into its libc.so.
func unseen(release string) string {
	if m, ok := facts.Musl("", release, "amd64"); ok && m.Verified() {
		return ""
	}
	return ", going by its version of musl"
}

// unwritten is what can be said of a symbol that only tables know.
func (s symbolState) unwritten() (is, do string) {
	switch {
	case s.always():
		return "a function or variable of libc", "leave it: musl has it"
	case s.inMusl && s.since() != "":
		return "a function or variable of libc", "use it where the libc has it, else do without"
	case s.inGlibc:
		library := "glibc's " + facts.GlibcSymbol(s.name)[0].Library
		if facts.ClassifyGlibc(s.name).Kind == "private" {
			return "an inner part of " + library, "do without it: what asks for it was made for one glibc"
		}
		return "a function or variable of " + library, "do without it, or compile on Alpine if only glibc's headers ask for it"
	case s.inMusl:
		return "a function or variable for musl itself", "do without it"
	case len(s.libraries) > 0:
		return "a function of " + s.libraries[0].Name, "link that library"
	}
	return "a function or variable of gcompat", "do without it"
}

// changes is the list of what to do: in a source, and about a program that is built already.
func (s symbolState) changes(source, binary string) string {
	var points []string
	if source != "" {
		points = append(points, "- In source code: "+lower(source))
	}
	if repair := s.repair(); repair != "" {
		points = append(points, "- A ready program or library: "+repair)
	}
	if binary != "" {
		before, code, _ := strings.Cut(binary, "\n\n")
		points = append(points, "- "+before)
		if code != "" {
			points = append(points, code)
		}
	}
	return strings.Join(points, "\n\n")
}

// repair says what helps a program that asks for the symbol and cannot be compiled anew.
func (s symbolState) repair() string {
	var ways []string
	switch {
	case !s.known() || s.always():
		return ""
	case s.musl.MapsTo != "":
		if gap := s.gap(); gap != "" {
			return "it works, but not on Alpine " + gap + ": take another release there, or a build for musl."
		}
		return "it works: the loader finds the name."
	case s.since() != "":
		ways = append(ways, fmt.Sprintf("run it on musl %s%s or newer.", s.since(), alpineFrom(s.since())))
	}
	if s.gcompat.last == newestGcompat() {
		ways = append(ways, fmt.Sprintf("apk add gcompat%s. That is enough for a program whose interpreter is glibc's loader; a library "+
			"that a musl program loads needs LD_PRELOAD=%s as well.", s.gcompat.from(), facts.GcompatPath))
	}
	for _, l := range s.libraries {
		if !l.Static {
			ways = append(ways, fmt.Sprintf("apk add %s%s, and LD_PRELOAD=/usr/lib/%s where the file does not name that library itself.",
				l.Package, libraryOf(l.File).seenIn(), l.File))
		}
	}
	if len(ways) == 0 {
		return "no shared library of Alpine is known to have the name. Take a build for musl or a static one, the package of Alpine, or a glibc base image."
	}
	return strings.Join(ways, " Or ")
}

// gcompatState is which versions of gcompat have a symbol, as far as releases of Alpine are
// known to have had them. The strings are empty when none has.
type gcompatState struct {
	first, last  string // versions
	firstRelease string // of Alpine, empty when every release with gcompat has it
}

// newestGcompat is the version in today's releases.
func newestGcompat() string {
	all := gcompats()
	return all[len(all)-1].version
}

func gcompatOf(symbol string) gcompatState {
	var s gcompatState
	for i, g := range gcompats() {
		if !g.symbols.Has(symbol) {
			continue
		}
		if s.first == "" {
			s.first = g.version
			if i > 0 {
				s.firstRelease = g.release
			}
		}
		s.last = g.version
	}
	return s
}

// gcompat is a version of the package, with the first release of Alpine that is known to have
// had it.
type gcompat struct {
	release, version string
	symbols          facts.SymbolSet
}

var gcompats = sync.OnceValue(func() []gcompat {
	var all []gcompat
	for _, r := range releases() {
		version, certain := facts.GcompatVersion(r.Name)
		if certain && (len(all) == 0 || all[len(all)-1].version != version) {
			all = append(all, gcompat{r.Name, version, facts.Gcompat(version)})
		}
	}
	return all
})

// since says from which version on gcompat has the symbol.
func (s gcompatState) since() string {
	if s.firstRelease == "" {
		return ""
	}
	return fmt.Sprintf(" since %s%s", s.first, s.from())
}

// from names the first release of Alpine whose gcompat has the symbol.
func (s gcompatState) from() string {
	if s.firstRelease == "" {
		return ""
	}
	return fmt.Sprintf(" (Alpine %s and newer)", s.firstRelease)
}

func (s gcompatState) text() string {
	switch {
	case s.first == "":
		return "in no version up to " + newestGcompat()
	case s.last != newestGcompat():
		return "up to " + s.last
	case s.firstRelease == "":
		return "in every version of Alpine " + gcompats()[0].release + " and newer"
	}
	return strings.TrimSpace(s.since())
}

// glibcText says which libraries of glibc have a symbol, with its version nodes.
func glibcText(symbol string) string {
	var parts []string
	exports := facts.GlibcSymbol(symbol)
	for i, e := range exports {
		if slices.ContainsFunc(exports[:i], func(before facts.GlibcExport) bool { return before.Library == e.Library && before.Until == e.Until }) {
			continue // said already
		}
		var nodes, others, arches []string // nodes on amd64, on others
		for _, same := range exports[i:] {
			switch {
			case same.Library != e.Library || same.Until != e.Until:
				continue
			case slices.Contains(same.Arches, "amd64"):
				nodes = append(nodes, same.Node)
			default:
				others = append(others, same.Node)
			}
			arches = append(arches, same.Arches...)
		}
		byVersion := func(a, b string) int { return facts.CompareVersions("", a, b) }
		slices.SortFunc(nodes, byVersion)
		slices.SortFunc(others, byVersion)
		part := e.Library
		switch arches = slices.Compact(slices.Sorted(slices.Values(arches))); {
		case nodes == nil:
			part += fmt.Sprintf(" (%s), on %s only", strings.Join(others, ", "), words(arches))
		case others != nil:
			part += fmt.Sprintf(" (%s on amd64)", strings.Join(nodes, ", "))
		default:
			part += fmt.Sprintf(" (%s)", strings.Join(nodes, ", "))
			if len(arches) < 3 {
				part += ", on " + words(arches) + " only"
			}
		}
		if e.Until != "" {
			part += ", last seen in " + e.Until
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}
