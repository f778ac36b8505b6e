package explain

import (
	_ "embed"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// ecosystems are the words before the colon in the name of a package. Of packages with the same
// name the first is shown.
var ecosystems = [...]ecosystem{
	{"npm", npmPage, facts.NPMNames},
	{"pypi", pypiPage, facts.PyPINames},
	{"gem", gemPage, facts.GemNames},
	{"apk", apkPage, facts.ApkNames},
}

// ecosystem is where packages are from.
type ecosystem struct {
	name  string
	page  func(name string) (Page, bool)
	names func() iter.Seq[string] // of the packages that tables tell about
}

// Package returns what is known of a package. The name says where it is from: "npm:sharp",
// "pypi:torch", "gem:nokogiri", "apk:gcompat". The address of a download is a package, too.
// It reports false for a package that no table knows.
func Package(name string) (Page, bool) {
	if strings.Contains(name, "://") {
		return downloadPage(name)
	}
	ecosystem, bare, ok := strings.Cut(name, ":")
	for _, e := range ecosystems {
		if ok && e.name == ecosystem {
			return e.page(strings.TrimSpace(bare))
		}
	}
	return Page{}, false
}

// IsEcosystem reports whether a word says where a package is from: "npm", "pypi", "gem", "apk".
func IsEcosystem(word string) bool {
	return slices.ContainsFunc(ecosystems[:], func(e ecosystem) bool { return e.name == word })
}

// NearPackages returns up to three packages that may be meant by a name such as "pypi:tourch",
// the likeliest first: those with similar names, and the ones that other ecosystems have of that
// name.
func NearPackages(name string) []string {
	kind, bare, _ := strings.Cut(name, ":")
	bare = strings.ToLower(strings.TrimSpace(bare))
	var near []string
	var found []candidate
	for _, e := range ecosystems {
		if _, ok := e.page(bare); ok && e.name != kind {
			near = append(near, e.name+":"+bare)
		}
		if e.name != kind {
			continue
		}
		for known := range e.names() {
			if d := distance(bare, known); d <= max(1, min(len(bare), len(known))/3+len(known)/5) {
				found = append(found, candidate{e.name + ":" + known, d})
			}
		}
	}
	slices.SortFunc(found, byDistance)
	for _, c := range found {
		near = append(near, c.word)
	}
	return near[:min(len(near), maxNear)]
}

// whatHelps goes before what a table has as a remedy: a command, or something to take instead.
const whatHelps = "what helps: "

// unsure says of a fact that it was written down from memory.
func unsure(certain bool) string {
	if certain {
		return ""
	}
	return " (not verified)"
}

// points makes a list of those texts that are not empty.
func points(texts ...string) string {
	list := slices.Clone(texts)
	for i, t := range list {
		if t != "" {
			list[i] = "- " + t
		}
	}
	return paragraphs(list...)
}

func npmPage(name string) (Page, bool) {
	n, ok := facts.LookupNPM(name)
	if !ok {
		return Page{}, false
	}
	p := Page{Kind: PackageKind, Name: "npm:" + n.Name}
	var c content
	switch n.Kind {
	case "ok":
		p.Is = "a Node.js package with a build for musl, or one that does not depend on the libc"
		p.Do = "install it on Alpine as anywhere"
	case "source":
		p.Is = "a Node.js package that is compiled while it is installed"
		p.Do = "apk add python3 make g++ for the installation"
	case "download":
		p.Is = "a Node.js package that downloads a program for glibc while it is installed"
	default:
		p.Is = "a Node.js package whose native code is for glibc only"
	}
	if n.Fix != "" {
		p.Do = whatHelps + n.Fix
	}
	if n.Version != "" {
		c.rows = append(c.rows, row{"looked at", "version " + n.Version + unsure(n.Certain)})
	}
	if n.Since != "" {
		c.rows = append(c.rows, row{"for musl", "since version " + n.Since})
	}
	if n.Symptom != "" {
		c.sections = append(c.sections, section{"What you see", sentence(n.Symptom)})
	}
	c.sections = append(c.sections, section{"What to change", points(
		sentence(p.Do),
		"Install on the system that the program is to run on: a node_modules that was installed on a glibc image has the files for glibc in it.",
	)})
	return p.with(c), true
}

// pypiWheels is what a class of PyPI packages means.
var pypiWheels = map[string]string{
	"musllinux": "wheels for musl",
	"partial":   "wheels for musl, but not for every architecture that has wheels for glibc",
	"sdist":     "no wheels for musl: pip compiles the source",
	"none":      "no wheels for musl and no source",
	"pure":      "wheels that do not depend on the system",
	"":          "not known",
}

func pypiPage(name string) (Page, bool) {
	y, ok := facts.LookupPyPI(name)
	if !ok {
		return Page{}, false
	}
	p := Page{Kind: PackageKind, Name: "pypi:" + y.Name, Is: "a Python package with " + pypiWheels[y.Class], See: []string{"wheels"}}
	var c content
	switch y.Class {
	case "musllinux", "pure":
		p.Do = "pip install on Alpine as anywhere"
	case "none":
		p.Do = "take an image on glibc, such as the -slim variant"
	case "sdist":
		p.Do = "install a compiler for the build, or take an image on glibc"
		if y.Optional {
			p.Do = "pip install; its extension is optional"
		}
	default:
		p.Do = "pip install on " + words(y.MuslArches) + "; elsewhere install a compiler, or take an image on glibc"
	}
	c.rows = []row{{"looked at", "version " + y.Version + unsure(y.Certain)}}
	if len(y.MuslArches) > 0 {
		c.rows = append(c.rows, row{"for musl on", strings.Join(y.MuslArches, ", ")})
	}
	if y.MuslSince != "" {
		c.rows = append(c.rows, row{"since", y.MuslSince})
	}
	if y.MuslUntil != "" {
		c.rows = append(c.rows, row{"until", y.MuslUntil + ": later versions have none"})
	}
	source := "no"
	if y.Sdist {
		source = "yes"
	}
	c.rows = append(c.rows, row{"source", source})
	if y.Class == "none" {
		c.sections = append(c.sections, section{"What you see",
			codeIndent + "ERROR: Could not find a version that satisfies the requirement " + y.Name + "\n" +
				codeIndent + "ERROR: No matching distribution found for " + y.Name})
	}
	if y.Replacement != "" {
		p.Do = whatHelps + y.Replacement
	}
	build, runtime, until := "", "", ""
	if len(y.BuildDeps) > 0 {
		build = "To compile it: apk add " + strings.Join(y.BuildDeps, " ") + "."
	}
	if len(y.Runtime) > 0 {
		runtime = "To run what was compiled: apk add " + strings.Join(y.Runtime, " ") + "."
	}
	if y.MuslUntil != "" {
		until = "With wheels for musl: " + y.Name + "==" + y.MuslUntil + ", where the Python is not too new for it."
	}
	apk := ""
	if y.Apk != "" {
		apk = "Alpine has it as the package " + y.Apk + ", for Alpine's own python3."
	}
	c.sections = append(c.sections, section{"What to change", points(
		sentence(p.Do), until, build, runtime, apk,
		"The answer depends on version, Python and architecture: pip download --only-binary :all: "+y.Name+" on the image tells for sure.",
	)})
	return p.with(c), true
}

func gemPage(name string) (Page, bool) {
	g, ok := facts.LookupGem(name)
	if !ok {
		return Page{}, false
	}
	p := Page{Kind: PackageKind, Name: "gem:" + g.Name, Do: "install it on Alpine as anywhere"}
	var c content
	switch g.Kind {
	case "musl":
		p.Is = "a Ruby gem with gems for musl"
	case "source":
		p.Is = "a Ruby gem that is compiled while it is installed"
	default:
		p.Is = "a Ruby gem whose native code is for glibc only"
	}
	if g.Fix != "" {
		p.Do = whatHelps + g.Fix
	}
	if g.Since != "" {
		c.rows = append(c.rows, row{"for musl", "since version " + g.Since + unsure(g.Certain)})
	}
	if g.Symptom != "" {
		c.sections = append(c.sections, section{"What you see", sentence(g.Symptom)})
	}
	c.sections = append(c.sections, section{"What to change", points(sentence(p.Do))})
	return p.with(c), true
}

// downloadPage says what the address of a download tells.
func downloadPage(address string) (Page, bool) {
	d := facts.ClassifyURL(address)
	if d.Libc == lint.Unknown {
		return Page{}, false
	}
	p := Page{Kind: PackageKind, Name: address, See: []string{"loader"}}
	var c content
	switch d.Libc {
	case lint.None:
		p.Is, p.Do = "a program that depends on no libc", "use it on Alpine as anywhere"
	case lint.Musl:
		p.Is, p.Do = "a program for musl", "use it on Alpine, together with the libraries that it needs"
	default:
		p.Is, p.Do = "a program for "+string(d.Libc), "look for a file for musl or a static one among the project's downloads"
	}
	c.rows = []row{{"because", d.Why + unsure(d.Certain)}}
	if d.Project != "" {
		c.rows = append(c.rows, row{"project", d.Project})
	}
	c.sections = []section{{"What to change", points(sentence(p.Do))}}
	return p.with(c), true
}

// sentence makes a clause one.
func sentence(clause string) string {
	if clause == "" {
		return ""
	}
	return strings.TrimSuffix(upper(clause), ".") + "."
}

// apkText is written like symbolTexts.
//
//go:embed apk.txt
var apkText string

var writtenPackages = sync.OnceValue(func() writtenIndex { return newWrittenIndex(apkText) })

// commonPackages are those that people ask about when they install another one.
var commonPackages = [...]string{
	"bash", "ca-certificates", "curl", "g++", "gcc", "git", "icu-libs", "libgcc", "libgomp", "libstdc++", "make", "musl-dev",
	"ncurses-libs", "openssl", "perl", "python3", "tzdata", "zlib",
}

func apkPage(name string) (Page, bool) {
	w, star, isWritten := writtenPackages().find(name)
	sonames, seen := facts.PackageSonames(name, facts.Newest())
	headers := facts.PackageHeaders(name)
	brings, lacks := apkBrings(name)
	if !isWritten && sonames == nil && headers == nil && !lacks {
		return Page{}, false
	}
	p := Page{Kind: PackageKind, Name: "apk:" + name}
	var c content
	if isWritten {
		p.Is, p.Do, p.See = w.text("is", name, star), w.text("do", name, star), w.see()
	} else {
		p.Is, p.Do = "a package of Alpine", "apk add "+name
	}
	switch {
	case name == "gcompat":
		c.rows = gcompatRows()
	case name == "libc6-compat":
		links, _ := facts.Libc6CompatLinks("3.18", "amd64")
		c.rows = []row{{"files", paths(links)}}
	case sonames != nil:
		c.rows = append(c.rows, row{"libraries", strings.Join(sonames, ", ") + unseenNow(seen)})
	}
	if headers != nil {
		c.rows = append(c.rows, row{"headers", strings.Join(headers, ", ")})
	}
	if brings != nil {
		c.rows = append(c.rows, row{"brings", strings.Join(brings, ", ")})
	}
	if symbols := apkSymbols(name); symbols != "" {
		c.rows = append(c.rows, row{"functions", symbols})
	}
	if isWritten {
		c.sections = append(c.sections, section{"Why", w.text("why", name, star)})
	}
	c.sections = append(c.sections, section{"What to change", points(
		sentence(p.Do),
		"What is in it, in the release at hand: apk info -L "+name+" when it is installed.",
	)})
	return p.with(c), true
}

// gcompatRows says what the newest gcompat has.
func gcompatRows() []row {
	links, _ := facts.GcompatLinks(facts.Newest(), "amd64")
	count := 0
	for range facts.Gcompat(newestGcompat()).All() {
		count++
	}
	return []row{
		{"files", paths(links)},
		{"symbols", fmt.Sprintf("%d in version %s; musllint explain NAME says of one whether it is among them", count, newestGcompat())},
	}
}

// paths lists the files of a package on amd64.
func paths(links []facts.Link) string {
	var list []string
	for _, link := range links {
		list = append(list, link.Path)
	}
	return strings.Join(list, ", ")
}

// unseenNow says of libraries that they were not seen in the newest release.
func unseenNow(seen bool) string {
	if seen {
		return ""
	}
	return " (in an older release)"
}

// apkBrings returns those common packages that come with a package; known says whether the
// table has the package at all.
func apkBrings(name string) (brings []string, known bool) {
	for _, want := range commonPackages {
		switch facts.ApkBrings(name, want) {
		case facts.Yes:
			if want != name {
				brings = append(brings, want)
				known = true
			}
		case facts.No:
			known = true
		}
	}
	return brings, known
}

const maxFunctions = 12 // more would be a list to search, not to read

// apkSymbols names the functions of glibc that a package stands in for.
func apkSymbols(pkg string) string {
	var names []string
	for _, library := range facts.CompatLibraries("") {
		if library.Package != pkg {
			continue
		}
		for symbol := range library.All() {
			if !strings.HasPrefix(symbol, "_") {
				names = append(names, symbol)
			}
		}
	}
	if len(names) > maxFunctions {
		names = append(names[:maxFunctions], "…")
	}
	return strings.Join(names, ", ")
}
