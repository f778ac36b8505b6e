package facts

import _ "embed"

// compatLibrariesText says which symbols the small libraries have that stand in for parts of
// glibc on musl.
//
//go:embed compat-libraries.tsv
var compatLibrariesText table

// CompatLibrary is a library of Alpine that has what glibc has in libc.
type CompatLibrary struct {
	Name    string // of the project
	File    string // soname, or the name of the archive
	Static  bool   // an archive alone, of no use to a program that is built already
	Package string // apk package that brings it in the release that was asked for
	Certain bool   // of the package
	SymbolSet
}

// CompatLibraries returns the libraries that a release of Alpine has, in a fixed order; with
// an empty release all of them, by the names of their newest packages.
func CompatLibraries(release string) []CompatLibrary {
	all := [...]CompatLibrary{
		{Name: "libucontext", File: "libucontext.so.1"},
		{Name: "musl-fts", File: "libfts.so.0"},
		{Name: "musl-obstack", File: "libobstack.so.1"},
		{Name: "libexecinfo", File: "libexecinfo.so.1"},
		{Name: "argp-standalone", File: "libargp.a", Static: true},
	}
	var found []CompatLibrary
	for _, library := range all {
		ok := true
		if library.Static {
			// Seen up to 3.18: in Dockerfiles that pin it, and in the indexes of 3.16 and 3.17.
			library.Package, library.Certain = library.Name, release != "" && CompareReleases(release, "3.18") <= 0
		} else {
			library.Package, library.Certain, ok = SonamePackage(library.File, release)
		}
		if ok {
			library.SymbolSet = SymbolSet{compatLibrariesText, func(columns []string) bool { return columns[1] == library.File }}
			found = append(found, library)
		}
	}
	return found
}

// CompatProviders returns the libraries of a release that have a symbol. gcompat is none of
// them, see Gcompat.
func CompatProviders(symbol, release string) []CompatLibrary {
	if !compatLibrariesText.has(symbol) {
		return nil
	}
	var found []CompatLibrary
	for _, library := range CompatLibraries(release) {
		if library.Has(symbol) {
			found = append(found, library)
		}
	}
	return found
}

// CompatLibraryOf returns the library by its soname, such as "libucontext.so.1".
func CompatLibraryOf(soname, release string) (CompatLibrary, bool) {
	for _, library := range CompatLibraries(release) {
		if library.File == soname {
			return library, true
		}
	}
	return CompatLibrary{}, false
}
