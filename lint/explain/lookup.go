package explain

import (
	"slices"
	"strings"
)

// Pages returns what is known of a word that somebody wants explained: a symbol, a shared
// library, a header with or without its #include, a package such as "npm:sharp", the address
// of a download. The best page comes first. It is empty for a word that means none of these;
// for the name of a package alone see Packages.
func Pages(word string) []Page {
	word = strings.TrimSpace(word)
	var pages []Page
	for _, lookup := range []func(string) (Page, bool){Symbol, Soname, Header, Package} {
		if p, ok := lookup(word); ok {
			pages = append(pages, p)
		}
	}
	if pages == nil && isSymbolName(word) {
		if p, ok := Header(word + ".h"); ok { // who asks for argp means what argp.h is about
			pages = append(pages, p)
		}
	}
	return pages
}

// IsWritten reports whether somebody has written about a symbol, so that its page says more
// than tables do.
func IsWritten(symbol string) bool {
	_, _, ok := writtenSymbols().find(symbol)
	return ok && isSymbolName(symbol)
}

// Packages returns the packages with a name that does not say where they are from.
func Packages(name string) []Page {
	name = strings.TrimSpace(name)
	var pages []Page
	for _, e := range ecosystems {
		if p, ok := e.page(name); ok {
			pages = append(pages, p)
		}
	}
	return pages
}

// NearSymbols returns up to three symbols that somebody has written about and that the user
// may have meant, the likeliest first.
func NearSymbols(word string) []string {
	if !isSymbolName(word) {
		return nil
	}
	var found []candidate
	for symbol := range writtenSymbols().exact {
		if d := distance(word, symbol); d <= min(len(word), len(symbol))/4 {
			found = append(found, candidate{symbol, d})
		}
	}
	slices.SortFunc(found, byDistance)
	var names []string
	for _, c := range found[:min(len(found), maxNear)] {
		names = append(names, c.word)
	}
	return names
}
