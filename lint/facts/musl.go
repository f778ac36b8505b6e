package facts

import (
	_ "embed"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint"
)

// muslExportsText is written by gen/exports.go from the symbol tables of real libc.so files:
// one row a symbol, which says where it is exported. A single "*" is everywhere; else there
// are terms like
//
//	1.2.2..            since 1.2.2
//	..1.2.3            until 1.2.3, that one included
//	386,arm:1.2.0..    since 1.2.0, on these architectures alone
//	arm:*              in all versions, on this architecture alone
//	alpine-3.15        in Alpine 3.15, though not in upstream's of its version
//	!alpine-3.15       not in Alpine 3.15, though in upstream's of its version
//
// The third column has the name that the loader takes instead, and from when on. The evidence
// is who has the symbol: builds of upstream's releases, libc.so files of Alpine's images.
//
//go:embed musl-exports.tsv
var muslExportsText table

// muslBuildsText lists the libc.so files that musl-exports.tsv was read from: upstream's by
// their version, Alpine's by the release.
//
//go:embed musl-builds.tsv
var muslBuildsText table

// MuslBuild is a libc.so whose exports are known. The evidence in the table says which of the
// architectures were read, and which follow from the others.
type MuslBuild struct {
	Version string
	Release string   // of Alpine, empty for upstream's
	Arches  []string // OCI's names
}

// MuslBuilds returns what the table of exports was read from, upstream's versions first,
// older ones before newer ones.
func MuslBuilds() []MuslBuild {
	var all []MuslBuild
	for line := range strings.Lines(muslBuildsText.body()) {
		all = append(all, readMuslBuild(strings.Split(line, "\t")))
	}
	slices.SortFunc(all, func(a, b MuslBuild) int {
		if a.Release != b.Release && (a.Release == "" || b.Release == "" || a.Version == b.Version) {
			return CompareReleases(a.Release, b.Release)
		}
		return CompareVersions("", a.Version, b.Version)
	})
	return all
}

func readMuslBuild(columns []string) MuslBuild {
	build := MuslBuild{Version: columns[1], Arches: list(columns[2])}
	if columns[0] != columns[1] {
		build.Release = columns[0]
	}
	return build
}

// MuslVersions returns the versions of upstream whose exports are known, the oldest first.
// "1.2.4_git20230717" is the snapshot in Alpine 3.19.
func MuslVersions() []string {
	var versions []string
	for _, build := range MuslBuilds() {
		if build.Release == "" {
			versions = append(versions, build.Version)
		}
	}
	return versions
}

// MuslExports is what the libc.so of one musl exports. It is shared, and safe for concurrent use.
type MuslExports struct {
	version, release, arch string
	verified               bool

	symbols *exportsIndex
	has     []bool // by the number of an expression
}

// Musl returns the exports of a musl. version is upstream's, such as "1.2.5"; release is empty
// for upstream's build, else a release of Alpine such as "3.20" or "edge", which knows its
// version itself. arch is OCI's name. It reports false when nothing is known of that version or
// of it on that architecture.
func Musl(version, release, arch string) (*MuslExports, bool) {
	key := muslKey{version, release, arch}
	muslCache.Lock()
	defer muslCache.Unlock()
	m, seen := muslCache.exports[key]
	if !seen {
		if m = newMuslExports(key); m != nil {
			if muslCache.exports == nil {
				muslCache.exports = map[muslKey]*MuslExports{}
			}
			muslCache.exports[key] = m
		}
	}
	return m, m != nil
}

type muslKey struct{ version, release, arch string }

var muslCache struct {
	sync.Mutex
	exports map[muslKey]*MuslExports
}

func newMuslExports(key muslKey) *MuslExports {
	m := &MuslExports{version: key.version, release: key.release, arch: lint.Arch(key.arch)}
	if release, ok := ReleaseOf(key.release); ok {
		m.release, m.version = release.Name, release.Musl
		if columns := muslBuildsText.row(release.Name); columns != nil {
			m.version, m.verified = columns[1], true
		}
	} else {
		m.version, _, _ = strings.Cut(m.version, "-r") // a package of Alpine
		m.verified = m.release == ""
	}
	if columns := muslBuildsText.row(m.version); columns == nil || m.arch == "" || !hasWord(columns[2], m.arch) {
		return nil
	}
	m.symbols = symbolsOfMusl()
	m.has = make([]bool, len(m.symbols.expressions))
	target := exportTarget{version: muslRank(m.version), release: m.release, arch: muslArch(m.arch)}
	for i, expression := range m.symbols.expressions {
		m.has[i] = target.meets(expression)
	}
	return m
}

// Has reports whether the symbol is in the dynamic symbol table.
func (m *MuslExports) Has(symbol string) bool {
	i, ok := m.symbols.find(symbol)
	return ok && m.has[m.symbols.rows[i].expression]
}

// HasBytes is Has of a name that is no string yet. It does not allocate.
func (m *MuslExports) HasBytes(symbol []byte) bool {
	i, ok := m.symbols.findBytes(symbol)
	return ok && m.has[m.symbols.rows[i].expression]
}

// Remaps returns the name by which the loader resolves one of the LFS64 names that musl 1.2.4
// stopped to export. Only the relocation of a file does that: neither dlsym nor the linker at
// build time. It reports false for a symbol that is exported, as they still are in Alpine 3.18,
// and for posix_fallocate64 before 1.2.6, which was too long a name for the loader.
func (m *MuslExports) Remaps(symbol string) (string, bool) {
	if m.Has(symbol) {
		return "", false
	}
	columns := muslExportsText.row(symbol)
	if columns == nil {
		return "", false
	}
	name, span, ok := strings.Cut(columns[exportsMapped], " ")
	if !ok || !inVersions(muslRank(m.version), span) || !m.Has(name) {
		return "", false
	}
	return name, true
}

// Version is upstream's version, such as "1.2.5".
func (m *MuslExports) Version() string { return m.version }

// Release is the release of Alpine, empty for upstream's own.
func (m *MuslExports) Release() string { return m.release }

// Arch is OCI's name of the architecture.
func (m *MuslExports) Arch() string { return m.arch }

// Verified reports whether a libc.so of the release itself was read, on this architecture or
// on another one; MuslBuilds has the details. It is false where none was at hand, and
// upstream's exports of the same version are taken instead.
func (m *MuslExports) Verified() bool { return m.verified }

// All yields the exported symbols, sorted bytewise.
func (m *MuslExports) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, row := range m.symbols.rows {
			if m.has[row.expression] && !yield(row.symbol) {
				return
			}
		}
	}
}

// Columns of musl-exports.tsv.
const (
	exportsSymbol = iota
	exportsWhere
	exportsMapped
)

// exportTerm is one term of an expression of musl-exports.tsv.
type exportTerm struct {
	arches  []string // nil for all
	span    string   // of upstream's versions, empty when the term is about a release
	release string   // of Alpine
	without bool     // the release does not export what upstream does
}

func readExportTerm(term string) exportTerm {
	var t exportTerm
	if names, rest, ok := strings.Cut(term, ":"); ok {
		t.arches, term = strings.Split(names, ","), rest
	}
	rest, without := strings.CutPrefix(term, "!")
	if release, ok := strings.CutPrefix(rest, "alpine-"); ok {
		t.release, t.without = release, without
	} else {
		t.span = term
	}
	return t
}

// exportTarget is what an expression of musl-exports.tsv is asked about.
type exportTarget struct {
	version       int // see muslRank
	release, arch string
}

// meets reports whether an expression is true of a target. What it says of a release of Alpine
// goes before what it says of upstream.
func (t exportTarget) meets(expression string) bool {
	upstream := false
	for word := range strings.FieldsSeq(expression) {
		term := readExportTerm(word)
		switch {
		case term.arches != nil && !slices.Contains(term.arches, t.arch):
		case term.span != "":
			upstream = upstream || inVersions(t.version, term.span)
		case term.release == t.release:
			return !term.without
		}
	}
	return upstream
}

// inVersions reports whether a version lies in a span such as "1.2.2..", both ends included.
func inVersions(rank int, span string) bool {
	since, until, _ := strings.Cut(span, "..")
	return span == "*" || (since == "" || muslRank(since) <= rank) && (until == "" || rank <= muslRank(until))
}

// muslRank orders the versions of musl: three numbers, and snapshots behind the version that
// they follow.
func muslRank(version string) int {
	version, _, snapshot := strings.Cut(version, "_")
	rank := 0
	for part := range strings.SplitSeq(version, ".") {
		n, _ := strconv.Atoi(part)
		rank = rank*1000 + n
	}
	rank *= 2
	if snapshot {
		rank++
	}
	return rank
}

// muslArch is the architecture as the table writes it: musl is the same on all of 32-bit ARM.
func muslArch(arch string) string {
	arch, _, _ = strings.Cut(arch, "/")
	return arch
}
