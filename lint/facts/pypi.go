package facts

import (
	_ "embed"
	"slices"
	"strings"
)

// pypiText is derived from wheel names in public lock files (uv, poetry, pdm) and from
// asking pip; the recipes for Alpine are mostly from memory.
//
//go:embed pypi.tsv
var pypiText table

// Columns of pypi.tsv.
const (
	pypiClass = iota + 1
	pypiVersion
	pypiSdist
	pypiArches
	pypiABI
	pypiSince
	pypiUntil
	pypiOptional
	pypiApk
	pypiBuild
	pypiRuntime
	pypiReplacement
	pypiHistory
	pypiEvidence
)

// PyPI is what a Python package publishes for Linux.
type PyPI struct {
	Name        string   // normalised as PEP 503 says
	Class       string   // "musllinux", "partial", "sdist", "none", "pure" or "" of the newest release seen
	Version     string   // the release that the row speaks of
	Sdist       bool     // it publishes its source too
	MuslArches  []string // OCI names of the architectures that have wheels for musl
	MuslSince   string   // first version known to have wheels for musl; empty when not known
	MuslUntil   string   // last version known to have them, when later ones have none
	Apk         string   // the same package in Alpine's repositories
	BuildDeps   []string // apk packages that it takes to compile it
	Runtime     []string // apk packages that the result needs
	Replacement string   // what to use instead, in words
	Optional    bool     // its extension is optional: without a compiler it still installs
	Certain     bool

	abis     []string // CPython tags of the wheels for musl: "cp310", "abi3:cp39"
	lastBare string   // last version known to have no wheels for musl
	history  string   // see states
}

// LookupPyPI returns a package by any spelling of its name.
func LookupPyPI(name string) (PyPI, bool) {
	c := pypiText.row(normalPyPI(name))
	if c == nil {
		return PyPI{}, false
	}
	bare, since, _ := strings.Cut(c[pypiSince], "..")
	return PyPI{
		Name: c[0], Class: c[pypiClass], Version: c[pypiVersion], Sdist: c[pypiSdist] == "yes",
		MuslArches: list(c[pypiArches]), abis: list(c[pypiABI]),
		lastBare: bare, MuslSince: since, MuslUntil: c[pypiUntil],
		Apk: c[pypiApk], BuildDeps: list(c[pypiBuild]), Runtime: list(c[pypiRuntime]),
		Replacement: c[pypiReplacement], Optional: c[pypiOptional] == "yes", Certain: certain(c[pypiEvidence]),
		history: c[pypiHistory],
	}, true
}

// normalPyPI lowers a name and makes every run of "-", "_" and "." one "-" (PEP 503).
func normalPyPI(name string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(name) {
		if r == '-' || r == '_' || r == '.' {
			dash = true
			continue
		}
		if dash && b.Len() > 0 {
			b.WriteByte('-')
		}
		dash = false
		b.WriteRune(r)
	}
	return b.String()
}

// Wheel says what pip finds for a requirement on a musl target:
//
//	musllinux  a wheel for musl
//	pure       a wheel that does not depend on the system
//	sdist      the source alone, which has to be compiled
//	none       nothing: "no matching distribution found"
//
// and "" when that is not known. spec is what follows the name in a requirement: nothing
// for the newest version, a version, or a specifier such as ">=1.2,<2"; arch is OCI's name
// of the architecture, python a version of CPython such as "3.12", both empty when
// unknown. Wheels for musllinux_1_1 and musllinux_1_2 are not told apart: the latter take
// Alpine 3.13 or newer.
func (p PyPI) Wheel(spec, arch, python string) string {
	want, ok := parseSpec(spec)
	switch {
	case !ok:
		return ""
	case p.history != "":
		return p.fromHistory(want, arch, python)
	}
	return p.fromLock(want, arch, python)
}

// wheelState names a state of a history; empty for releases that the Python cannot use.
func wheelState(state byte) string {
	switch state {
	case 'm':
		return "musllinux"
	case 'p':
		return "pure"
	case 's':
		return "sdist"
	case 'n':
		return "none"
	}
	return ""
}

// fromHistory answers from all files that a package ever published.
func (p PyPI) fromHistory(want versionSpan, arch, python string) string {
	listed := "amd64"
	switch {
	case arch == "arm64":
		listed = arch
	case arch != "" && arch != "amd64" && !hasWord(strings.Join(p.MuslArches, " "), arch):
		// Only the two big architectures have a history of their own.
		if want.newest() && (p.Class == "musllinux" || p.Class == "partial") {
			return p.unbuilt()
		}
		if p.MuslSince != "" {
			return ""
		}
	}
	pythons := []string{python}
	if python == "" {
		pythons = []string{"3.10", "3.11", "3.12", "3.13", "3.14"}
	}
	answer := ""
	for i, python := range pythons {
		state := want.newestState(p.states(listed, python))
		if i > 0 && state != answer {
			return ""
		}
		answer = state
	}
	return answer
}

// states returns the history for one architecture and one Python: the states with the
// versions that they begin at, joined by commas; empty when none is recorded.
func (p PyPI) states(arch, python string) string {
	fallback := ""
	for entry := range strings.FieldsSeq(p.history) {
		key, states, _ := strings.Cut(entry, "=")
		pythons, foreign := strings.CutPrefix(key, "arm64/")
		if !slices.Contains(strings.Split(pythons, ","), minorVersion(python)) {
			continue
		}
		if foreign == (arch == "arm64") {
			return states
		}
		if !foreign {
			fallback = states // both architectures alike
		}
	}
	if arch == "arm64" {
		return fallback
	}
	return ""
}

// minorVersion cuts "3.12.1" down to "3.12".
func minorVersion(python string) string { return releaseName(python) }

// fromLock answers from the files of the one release that was seen.
func (p PyPI) fromLock(want versionSpan, arch, python string) string {
	if !want.newest() && (want.low == "" || CompareVersions("pep440", want.low, p.Version) < 0) {
		if p.Class == "musllinux" && p.MuslSince != "" && want.exact &&
			CompareVersions("pep440", want.low, p.lastBare) <= 0 && p.Sdist {
			return "sdist"
		}
		if !want.exact || p.MuslSince == "" || CompareVersions("pep440", want.low, p.MuslSince) < 0 {
			return ""
		}
	}
	switch {
	case p.Class != "musllinux" && p.Class != "partial":
		return p.Class
	case !p.servesPython(python):
		return ""
	case arch == "" || slices.Contains(p.MuslArches, arch):
		if arch == "" && p.Class == "partial" {
			return ""
		}
		return "musllinux"
	case p.Class == "partial" && arch == "arm64":
		return p.unbuilt()
	}
	return "" // a lock file may leave architectures out
}

// unbuilt is what is left where there is no wheel.
func (p PyPI) unbuilt() string {
	if p.Sdist {
		return "sdist"
	}
	return "none"
}

// servesPython reports whether the wheels for musl fit a version of CPython.
func (p PyPI) servesPython(python string) bool {
	minor, ok := strings.CutPrefix(minorVersion(python), "3.")
	if python == "" || len(p.abis) == 0 {
		return true
	}
	for _, abi := range p.abis {
		lowest, stable := strings.CutPrefix(abi, "abi3:cp3")
		if abi == "py3-none" || ok && (abi == "cp3"+minor || stable && CompareVersions("", lowest, minor) <= 0) {
			return true
		}
	}
	return false
}
