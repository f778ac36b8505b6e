package explain

import (
	"slices"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint/facts"
)

// A judge decides what a message means by what it names: most files, functions and packages
// that are missing somewhere have nothing to do with musl. It reports false for these.
type judge func(w *investigation, m message) bool

// judges by their targets in messages.tsv.
var judges map[string]judge

// They refer to each other, so that they cannot be initialised where they are declared.
func init() {
	judges = map[string]judge{
		libraryMissing:    func(w *investigation, m message) bool { return w.loader.note(libraryMissing, m.word("library"), m) },
		libraryBroken:     func(w *investigation, m message) bool { return w.loader.note(libraryBroken, m.word("library"), m) },
		symbolMissing:     func(w *investigation, m message) bool { return w.loader.note(symbolMissing, m.word("symbol"), m) },
		relocationUnknown: func(w *investigation, m message) bool { return w.loader.note(relocationUnknown, m.word("type"), m) },

		"=header":        judgeHeader,
		"=name":          judgeName,
		"=reference":     judgeReference,
		"=link":          knownName("link"),
		"=static":        judgeStatic,
		"=tool":          knownName("tool"),
		"=apk":           judgeApk,
		"=pypi":          judgePyPI,
		"=pypi-versions": judgeVersions,
		"=pypi-alone":    judgeAlone,
		"=stack":         judgeStack,
	}
}

// knownName returns a judge for what names.tsv knows under a kind; the message names it
// under the same name.
func knownName(kind string) judge {
	return func(w *investigation, m message) bool {
		e, m, ok := lookUp(kind, m.word(kind), m)
		if ok {
			w.diagnose(e, m)
		}
		return ok
	}
}

// judgeHeader is about a header that the compiler does not find.
func judgeHeader(w *investigation, m message) bool {
	name := m.word("header")
	if e, m, ok := lookUp("header", name, m); ok { // of a library
		w.diagnose(e, m)
		return true
	}
	h, ok := facts.LookupHeader(name)
	switch {
	case !ok:
		return false
	case h.State == "package":
		w.diagnose(entryOf("header-package"), m.with("apk", h.Package))
		return true
	case h.State != "no": // musl has it, and its own headers are missing
		w.diagnose(entryOf("header-package"), m.with("apk", "musl-dev"))
		return true
	}
	switch {
	case h.Package != "" && h.Until == "":
		m = m.with("apk", h.Package)
	case h.Package != "":
		m = m.with("until", h.Until).with("formerly", h.Package)
	}
	w.diagnose(entryOf("header-not-in-musl"), m)
	return true
}

// judgeName is about a name that the compiler does not know.
func judgeName(w *investigation, m message) bool {
	name := m.word("name")
	if e, m, ok := lookUp("name", name, m); ok {
		w.diagnose(e, m)
		return true
	}
	switch kindOfSymbol(name) {
	case glibcSymbol, compatSymbol:
		w.diagnose(entryOf("function-of-glibc"), m)
	case lfs64Symbol:
		w.diagnose(entryOf("lfs64-source"), m)
	default:
		return false
	}
	return true
}

// judgeReference is about a function that the linker does not find.
func judgeReference(w *investigation, m message) bool {
	symbol := m.word("symbol")
	if e, m, ok := lookUp("reference", symbol, m); ok {
		w.diagnose(e, m)
		return true
	}
	switch kindOfSymbol(symbol) {
	case compatSymbol:
		w.diagnoseCompat(facts.CompatProviders(symbol, "")[0], m)
	case glibcSymbol:
		w.diagnose(entryOf("reference-to-glibc"), m)
	case lfs64Symbol:
		w.diagnose(entryOf("lfs64-link"), m)
	default:
		return false
	}
	return true
}

// diagnoseCompat is about a function that a library of its own has on Alpine.
func (w *investigation) diagnoseCompat(library facts.CompatLibrary, m message) {
	if library.Name == "libexecinfo" {
		w.diagnose(entryOf("reference-execinfo"), m)
		return
	}
	pkg := library.Package
	if !library.Static {
		pkg += "-dev"
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(library.File, "lib"), ".")
	w.diagnose(entryOf("reference-library"), m.with("apk", pkg).with("link", "-l"+name))
}

// judgeApk is about a package that apk does not find.
func judgeApk(w *investigation, m message) bool {
	e, m, ok := lookUp("apk", m.word("package"), m)
	if !ok {
		e = entryOf("apk-no-package")
	}
	w.diagnose(e, m)
	return true
}

// judgeStatic is about a static library that the linker does not find.
func judgeStatic(w *investigation, m message) bool {
	_, m, _ = lookUp("link", m.word("link"), m)
	w.diagnose(entryOf("static-library"), m)
	return true
}

// judgePyPI is about a Python package of which pip finds no version at all.
func judgePyPI(w *investigation, m message) bool {
	switch known, ok := facts.LookupPyPI(distribution(m.word("package"))); {
	case !ok || known.Class == "partial":
		w.diagnose(entryOf("pip-no-version"), m)
	case known.Class == "none":
		w.diagnose(entryOf("pip-no-wheel"), m.withPyPI(known))
	case known.Class == "musllinux":
		w.diagnose(entryOf("pip-old"), m)
	default:
		return false // it is installed everywhere, so that musl is not the cause
	}
	return true
}

// versionsOf begins the sign that pip does see versions of a package.
const versionsOf = "versions of "

// judgeVersions is about a Python package of which pip finds other versions only.
func judgeVersions(w *investigation, m message) bool {
	if name := versionsOf + distribution(m.word("package")); len(w.signs) < mostWords {
		w.signs = append(w.signs, name)
	}
	return true
}

// judgeAlone is about pip's second line, which does not say what versions there are.
func judgeAlone(w *investigation, m message) bool {
	name := distribution(m.word("package"))
	known, ok := facts.LookupPyPI(name)
	if slices.Contains(w.signs, versionsOf+name) || !ok || known.Class != "none" {
		return false
	}
	w.diagnose(entryOf("pip-no-wheel"), m.withPyPI(known))
	return true
}

// distribution is the name in a requirement such as "torch>=2".
func distribution(requirement string) string {
	if i := strings.IndexAny(requirement, "=<>!~[;( "); i > 0 {
		return requirement[:i]
	}
	return requirement
}

// withPyPI adds what is known of a Python package, and its bare name.
func (m message) withPyPI(known facts.PyPI) message {
	for _, pair := range [][2]string{{"instead", known.Replacement}, {"since", known.MuslSince}, {"apk", known.Apk}} {
		if pair[1] != "" && !strings.Contains(pair[1], "glibc") { // another image is the first change anyway
			m = m.with(pair[0], pair[1])
		}
	}
	return m
}

// judgeStack is about a thread that ran out of stack. Only a small one has to do with musl.
func judgeStack(w *investigation, m message) bool {
	const mostOfMusl = 200 // KiB; CPython's own threads have more
	n, err := strconv.Atoi(m.word("kilobytes"))
	if err != nil || n > mostOfMusl {
		return false
	}
	w.diagnose(entryOf("python-stack"), m)
	return true
}

// step reads the line of a Dockerfile at which a build stopped.
func step(m message) Line {
	number, err := strconv.Atoi(m.word("line"))
	if err != nil {
		return Line{}
	}
	_, text, _ := strings.Cut(m.line.text, ">>> ")
	return Line{Number: number, Text: text}
}
