package facts

import (
	"cmp"
	_ "embed"
	"iter"
	"strings"
)

// interfacesText says what glibc's headers declare and musl's do not, or not in all versions,
// or only if they are asked to; what there is to say about them is in a table of its own, as
// one text often stands for a family of names. includesText says what musl's headers declare, and in which of
// them. All are written by gen/interfaces.go, which reads the headers of glibc 2.36 and of
// musl 1.1.24 to 1.2.6 by a compiler, on amd64 and with _GNU_SOURCE.
//
//go:embed interfaces.tsv
var interfacesText table

//go:embed interface-texts.tsv
var interfaceTextsText table

//go:embed includes.tsv
var includesText table

// nestedText says which headers of musl include which others.
//
//go:embed nested.tsv
var nestedText table

// replacedText says which header has the content of one that musl lacks or warns of.
//
//go:embed replaced.tsv
var replacedText table

// conflictsText says which headers do not compile behind another one with musl, and do with
// glibc: one of each pair is the kernel's. All pairs of 90 headers of the kernel and 62 of libc
// were tried, alone in a file and in both orders.
//
//go:embed conflicts.tsv
var conflictsText table

// behaviorsText says what compiles with musl's headers and does something else.
//
//go:embed behaviors.tsv
var behaviorsText table

// interfaceNames is a Bloom filter of the names in interfaces.tsv, includes.tsv and glibc.tsv, tags
// by their last word: most names of a source are none of them, and a bisection for each would take
// longer than to read the source.
//
//go:generate sh -c "go run gen/names.go > interface-names.part && mv interface-names.part interface-names.bin"
//go:embed interface-names.bin
var interfaceNames string

const filterBits = 1 << 18

// IsInterfaceName reports whether a libc may declare or export a name, for one that LookupInterface
// or GlibcSymbol finds and less than 1 of 100 others.
func IsInterfaceName[T string | []byte](name T) bool {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	for range 3 {
		if interfaceNames[h%filterBits/8]>>(h%8)&1 == 0 {
			return false
		}
		h >>= 21
	}
	return true
}

// Interface is a name that a header of the C library declares.
type Interface struct {
	Name    string   // a tag has its keyword before it: "struct obstack"
	Kind    string   // "function", "macro", "type", "constant" of an enumeration, or "variable"
	Headers []string // of glibc, those that declare it themselves; none when only musl was looked at
	Musl    []string // of musl's newest version, the one to include first; empty: none declares it
	// Since is the first version of musl that declares it. It is empty when Musl is not and no
	// version from 1.1.24 on is known to lack it.
	Since string
	// Gone is the first version that does not declare it any more, or not where glibc does: 1.2.5
	// for basename, which string.h had as well.
	Gone string
	// LFS64 says that Musl declares it with _LARGEFILE64_SOURCE only, as it is since 1.2.4.
	LFS64 bool
	// Why says what it is, and where that needs saying, why musl does not have it; Instead says
	// what to do. Both are clauses, and may be empty.
	Why, Instead string
	// Package is the apk package that has it, by the name of its newest release, and Library
	// what to hand to -l, when there is one.
	Package, Library string
	Certain          bool // of the words; that musl's headers have the name or not was always seen
}

// Columns of interfaces.tsv.
const (
	interfaceName = iota
	interfaceKind
	interfaceGlibc
	interfaceMusl
	interfaceSince
	interfaceGone
	interfaceLFS64
	interfaceText    // key of interface-texts.tsv
	interfaceInstead // in place of the text's
)

// Columns of interface-texts.tsv.
const (
	textWhy = iota + 1
	textInstead
	textPackage
	textEvidence
)

// LookupInterface returns what is known of a name in C and C++ sources. "obstack" finds
// "struct obstack". It reports false for a name that neither libc declares.
func LookupInterface(name string) (Interface, bool) {
	if !IsInterfaceName(name[strings.LastIndexByte(name, ' ')+1:]) {
		return Interface{}, false
	}
	for _, tag := range [...]string{"", "struct ", "union ", "enum "} {
		if i, ok := lookupInterface(tag + name); ok {
			return i, true
		}
	}
	return Interface{}, false
}

func lookupInterface(name string) (Interface, bool) {
	c := interfacesText.row(name)
	if c == nil {
		if c = includesText.row(name); c != nil {
			return Interface{Name: name, Kind: c[1], Musl: list(c[2]), Since: c[3], Certain: true}, true
		}
		return Interface{}, false
	}
	i := Interface{
		Name: name, Kind: c[interfaceKind], Headers: list(c[interfaceGlibc]), Musl: list(c[interfaceMusl]),
		Since: c[interfaceSince], Gone: c[interfaceGone], LFS64: c[interfaceLFS64] != "",
		Instead: c[interfaceInstead], Certain: true,
	}
	if text := interfaceTextsText.row(c[interfaceText]); text != nil {
		i.Why, i.Package, i.Certain = text[textWhy], text[textPackage], certain(text[textEvidence])
		i.Instead = cmp.Or(i.Instead, text[textInstead])
	}
	if len(i.Musl) == 0 {
		i.takeFromHeader()
	}
	i.Library = LinkName(i.Package)
	return i, true
}

// GlibcAloneHas reports whether names that begin like that are in glibc's headers and not in those of
// a version of musl.
func GlibcAloneHas(prefix, version string) bool {
	text := interfacesText.body()
	for text = text[lowerBound(text, prefix):]; strings.HasPrefix(text, prefix); {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		name, _, _ := strings.Cut(line, "\t")
		if i, ok := lookupInterface(name); ok && !i.In(version) {
			return true
		}
	}
	return false
}

// takeFromHeader fills in what is said of the header that a name is missing together with.
func (i *Interface) takeFromHeader() {
	for _, name := range i.Headers {
		h, ok := LookupHeader(name)
		if !ok || h.State == "yes" || h.State == "warns" {
			continue
		}
		if i.Why == "" {
			i.Why = h.What
		}
		if i.Instead == "" {
			i.Instead = h.Instead
		}
		if i.Package == "" && h.Package != "linux-headers" {
			i.Package = h.Package
		}
		return
	}
}

// In reports whether musl's headers of a version declare the name, without _LARGEFILE64_SOURCE.
// The newest version is meant when it is empty.
func (i Interface) In(version string) bool {
	switch {
	case version != "" && i.Since != "" && CompareVersions("", version, i.Since) < 0:
		return false
	case version != "" && i.Gone != "" && CompareVersions("", version, i.Gone) < 0:
		return true
	}
	return len(i.Musl) > 0 && !i.LFS64
}

// LinkName returns what to hand to -l for an apk package that stands in for a part of glibc:
// "fts" for musl-fts-dev. It is empty for a package that brings headers alone, and for others.
func LinkName(pkg string) string {
	switch pkg {
	case "argp-standalone":
		return "argp"
	case "libexecinfo-dev":
		return "execinfo"
	case "libucontext-dev":
		return "ucontext"
	case "musl-fts-dev", "fts-dev":
		return "fts"
	case "musl-obstack-dev":
		return "obstack"
	}
	return ""
}

// PackageIn returns the package that has the name in a release of Alpine: fts-dev for
// musl-fts-dev up to 3.16, none for libexecinfo-dev since 3.17. It reports ok false when there
// is none. certain says that the package was seen in that release, or in an older and a newer
// one. With an empty release it is Package.
func (i Interface) PackageIn(release string) (pkg string, certain, ok bool) {
	if i.Package == "" || release == "" || i.Library == "" {
		return i.Package, false, i.Package != ""
	}
	for _, library := range CompatLibraries(release) {
		if library.File == "lib"+i.Library+".a" {
			return library.Package, library.Certain, true
		}
		if strings.HasPrefix(library.File, "lib"+i.Library+".so.") {
			return library.Package + "-dev", library.Certain, library.Package != ""
		}
	}
	return "", false, false
}

// HeadersOf returns musl's headers that declare a name, the one that people include for it
// first. A name that is declared with _LARGEFILE64_SOURCE only is among them. It is empty for a
// name that musl does not declare.
func HeadersOf(name string) []string {
	if !IsInterfaceName(name[strings.LastIndexByte(name, ' ')+1:]) {
		return nil
	}
	for _, tag := range [...]string{"", "struct ", "union ", "enum "} {
		if c := includesText.row(tag + name); c != nil {
			return list(c[2])
		}
	}
	return nil
}

// ComesWith returns the headers that a header of musl includes, and those that these include,
// but for the inner ones, features.h and those below bits.
func ComesWith(header string) []string {
	var all []string
	seen := map[string]bool{header: true}
	next := []string{header}
	for len(next) > 0 {
		c := nestedText.row(next[0])
		next = next[1:]
		if c == nil {
			continue
		}
		for name := range strings.FieldsSeq(c[1]) {
			if !seen[name] {
				seen[name] = true
				all = append(all, name)
				next = append(next, name)
			}
		}
	}
	return all
}

// ReplacedHeader returns the header to include instead of one that musl does not have, or
// that makes a warning: poll.h for sys/poll.h. It declares the same, but for termios.h, whose
// structure is not that of termio.h. It reports false where there is none.
func ReplacedHeader(name string) (string, bool) {
	if c := replacedText.row(name); c != nil {
		return c[1], true
	}
	return "", false
}

// Conflicts returns the headers that do not compile on musl when they are included behind
// another one, though they do on glibc: netinet/in.h behind linux/in6.h. The other way round is
// often right; ask for that as well.
func Conflicts(header string) []string {
	if c := conflictsText.row(header); c != nil {
		return list(c[1])
	}
	return nil
}

// ConflictHeaders yields the headers that others conflict with.
func ConflictHeaders() iter.Seq[string] { return conflictsText.keys() }

// DeclaredOnly returns functions that musl's headers of a version declare and its libc does
// not have: they compile, and then do not link. The newest version is meant when it is empty.
func DeclaredOnly(version string) []string {
	names := []string{"getcontext", "makecontext", "pthread_mutexattr_getprioceiling", "pthread_mutexattr_setprioceiling",
		"setcontext", "sgetspent", "swapcontext"}
	if version == "" || CompareVersions("", version, "1.2.6") >= 0 {
		names = append(names[:5], "swapcontext") // nobody declares sgetspent any more
	}
	return names
}

// Behavior is something that compiles with musl's headers and does something else than on
// glibc.
type Behavior struct {
	Name    string // a function, constant, or file such as "/etc/nsswitch.conf"
	Header  string // that declares it, empty for a file
	Why     string // what is different, a clause with musl as its subject
	Instead string // what to do if that matters, a clause
	// Certain says that a program was seen to behave like that on upstream's musl, or that its
	// source says so.
	Certain bool
}

// Differs returns what is different on musl about a name that both libcs declare.
func Differs(name string) (Behavior, bool) {
	c := behaviorsText.row(name)
	if c == nil {
		return Behavior{}, false
	}
	return Behavior{Name: name, Header: c[1], Why: c[2], Instead: c[3], Certain: certain(c[4])}, true
}
