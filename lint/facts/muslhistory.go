package facts

import "strings"

// SymbolHistory is where the libc.so of musl exports a symbol.
type SymbolHistory struct {
	Spans       []SymbolSpan   // upstream's; empty for one that only a release of Alpine has
	Alpine      []SymbolAlpine // releases of Alpine that are not as upstream's of their version
	MapsTo      string         // for the LFS64 names: what the loader takes instead of a name that is not exported
	MappedSince string         // version of the first loader that does so
}

// SymbolSpan is a run of versions that export a symbol.
type SymbolSpan struct {
	Arches []string // musl's architectures, such as "amd64" and "arm"; nil for all
	Since  string   // first version, empty when no version is known without it
	Until  string   // last version, empty when the newest has it
}

// SymbolAlpine is a release of Alpine whose build differs from upstream's of its version.
type SymbolAlpine struct {
	Release string
	Arches  []string // nil for all
	Has     bool
}

// MuslHistory returns where a symbol is exported. It reports false for a symbol that no known
// musl exports.
func MuslHistory(symbol string) (SymbolHistory, bool) {
	columns := muslExportsText.row(symbol)
	if columns == nil {
		return SymbolHistory{}, false
	}
	var h SymbolHistory
	for word := range strings.FieldsSeq(columns[exportsWhere]) {
		term := readExportTerm(word)
		if term.release != "" {
			h.Alpine = append(h.Alpine, SymbolAlpine{Release: term.release, Arches: term.arches, Has: !term.without})
			continue
		}
		since, until, _ := strings.Cut(strings.TrimPrefix(term.span, "*"), "..")
		h.Spans = append(h.Spans, SymbolSpan{Arches: term.arches, Since: since, Until: until})
	}
	if name, span, ok := strings.Cut(columns[exportsMapped], " "); ok {
		h.MapsTo, h.MappedSince = name, strings.TrimSuffix(span, "..")
	}
	return h, true
}
