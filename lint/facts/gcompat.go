package facts

import (
	_ "embed"
	"iter"
	"strings"
)

// gcompatText says which versions of gcompat export a symbol. It was read from builds of its
// releases for amd64, with libucontext and musl-obstack, as Alpine builds it.
//
//go:embed gcompat.tsv
var gcompatText table

// gcompatReleasesText says which version of gcompat a release of Alpine has.
//
//go:embed gcompat-releases.tsv
var gcompatReleasesText table

// What gcompat is, and when it acts: it is a library, and a program in the place of glibc's
// dynamic loader. The program runs musl's loader on the executable, with the library loaded
// before all others. So its symbols are there only
//
//   - for a program whose interpreter is glibc's loader, and for what such a program loads;
//   - for a library that needs one of the names that gcompat links to itself, see GcompatLinks,
//     and that the loader does not reserve for itself, as it does libc.so.6 and libm.so.6;
//   - with LD_PRELOAD=/lib/libgcompat.so.0.
//
// A library for glibc that a program of musl loads, such as an extension of Python or Node.js,
// is in none of these cases most of the time. `ldd` runs no interpreter, so that it reports
// missing symbols of a program that works.
const (
	// GcompatSoname is the library with gcompat's symbols.
	GcompatSoname = "libgcompat.so.0"
	// GcompatPath is where it is, for LD_PRELOAD.
	GcompatPath = "/lib/libgcompat.so.0"
)

// GcompatNeeds are the libraries that gcompat itself needs, from version 1.0.0 on. The
// symbols of these are there wherever gcompat's are.
var GcompatNeeds = [...]string{"libucontext.so.1", "libobstack.so.1"}

// SymbolSet is what a library exports. The zero value is empty.
type SymbolSet struct {
	rows table
	has  func(columns []string) bool // of a row
}

// Has reports whether the library exports a symbol.
func (s SymbolSet) Has(symbol string) bool {
	for columns := range s.rows.rows(symbol) {
		if s.has(columns) {
			return true
		}
	}
	return false
}

// All yields the symbols, sorted bytewise.
func (s SymbolSet) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(s.rows.body()) {
			columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if s.has(columns) && !yield(columns[0]) {
				return
			}
		}
	}
}

// Gcompat returns what a version of gcompat exports, such as "1.1.0" or "1.1.0-r4". It is
// empty for a version that is not known.
func Gcompat(version string) SymbolSet {
	version, _, _ = strings.Cut(version, "-r")
	rank := muslRank(version)
	known := false
	for _, v := range gcompatVersions {
		known = known || v == version
	}
	if !known {
		return SymbolSet{}
	}
	return SymbolSet{gcompatText, func(columns []string) bool { return inVersions(rank, columns[1]) }}
}

// gcompatVersions are the releases of gcompat.
var gcompatVersions = [...]string{"0.0.1", "0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.9.0", "1.0.0", "1.1.0"}

// GcompatVersion returns the version of gcompat in a release of Alpine, empty where none is
// known. certainly is false for what was not verified.
func GcompatVersion(release string) (version string, certainly bool) {
	columns := gcompatReleasesText.row(releaseName(release))
	if columns == nil {
		return "", false
	}
	return columns[1], certain(columns[2])
}

// Link is a file that a package puts among the libraries.
type Link struct {
	Path   string // absolute
	Target string // what it is a symbolic link to, empty for a file
}

// GlibcLoader returns the name of glibc's dynamic loader on an architecture, such as
// "ld-linux-x86-64.so.2", empty for an architecture that is not known.
func GlibcLoader(arch string) string {
	switch muslArch(arch) {
	case "amd64":
		return "ld-linux-x86-64.so.2"
	case "386":
		return "ld-linux.so.2"
	case "arm64":
		return "ld-linux-aarch64.so.1"
	case "arm":
		return "ld-linux-armhf.so.3"
	case "loong64":
		return "ld-linux-loongarch-lp64d.so.1"
	case "ppc64le":
		return "ld64.so.2"
	case "riscv64":
		return "ld-linux-riscv64-lp64d.so.1"
	case "s390x":
		return "ld64.so.1"
	}
	return ""
}

// glibcNames are the libraries of glibc that a program may need.
var glibcNames = [...]string{"libc.so.6", "libcrypt.so.1", "libm.so.6", "libpthread.so.0", "librt.so.1", "libutil.so.1"}

// GcompatLinks returns what gcompat puts into /lib and /lib64: its loader and its library, and
// from Alpine 3.19 on links in the names of glibc's libraries. certain is false before 3.13 and
// for 3.18, of which no recipe was read: on one machine with 3.18 there was /lib/libresolv.so.2.
// Sources: community/gcompat and main/gcompat of aports, 1.0.0-r4 to 1.1.0-r4.
func GcompatLinks(release, arch string) (links []Link, certain bool) {
	loader := GlibcLoader(arch)
	if loader == "" || CompareReleases(release, "3.9") < 0 {
		return nil, false
	}
	links = []Link{{Path: "/lib/" + loader}, {Path: GcompatPath}}
	if muslArch(arch) != "arm" && arch != "386" {
		links = append(links, Link{"/lib64/" + loader, "../lib/" + loader})
	}
	if CompareReleases(release, "3.19") >= 0 {
		for _, name := range glibcNames {
			links = append(links, Link{"/lib/" + name, GcompatSoname})
		}
		links = append(links, Link{"/lib/libresolv.so.2", GcompatSoname})
	}
	return links, CompareReleases(release, "3.13") >= 0 && releaseName(release) != "3.18"
}

// Libc6CompatLinks returns what the package libc6-compat put among the libraries up to Alpine
// 3.18: links of glibc's names to musl, which bring no symbol. From 3.19 on there is no such
// package; gcompat is installed in its name. certain is false for the place of the loader in
// 3.10 to 3.14, of which no recipe was read. Sources: main/musl of aports, 1.1.16-r3,
// 1.1.20-r0, 1.2.2-r7 and 1.2.4-r1.
func Libc6CompatLinks(release, arch string) (links []Link, certain bool) {
	loader, target := GlibcLoader(arch), muslTarget(arch)
	if loader == "" || target == "" || CompareReleases(release, "3.18") > 0 {
		return nil, false
	}
	old := CompareReleases(release, "3.15") < 0
	switch base := muslArch(arch); {
	case base == "amd64" && old:
		links = append(links, Link{"/lib/" + loader, target}, Link{"/lib64", "lib"})
	case base == "amd64" || base == "ppc64le" && !old:
		links = append(links, Link{"/lib64/" + loader, target})
	case base == "s390x" && old:
		links = append(links, Link{"/lib/ld.so.1", target})
	case base != "riscv64" && base != "loong64":
		links = append(links, Link{"/lib/" + loader, target})
	}
	for _, name := range glibcNames {
		links = append(links, Link{"/lib/" + name, target})
	}
	return links, !old || CompareReleases(release, "3.10") < 0 && CompareReleases(release, "3.6") >= 0
}

// muslTarget is the name by which Alpine's packages link to musl.
func muslTarget(arch string) string {
	if arch = alpineArch(arch); arch == "" {
		return ""
	}
	return "/lib/libc.musl-" + arch + ".so.1"
}

// alpineArch is the name that Alpine has for an architecture.
func alpineArch(arch string) string {
	switch arch {
	case "amd64":
		return "x86_64"
	case "386":
		return "x86"
	case "arm64":
		return "aarch64"
	case "arm/v6":
		return "armhf"
	case "arm/v7":
		return "armv7"
	case "loong64":
		return "loongarch64"
	case "ppc64le", "riscv64", "s390x":
		return arch
	}
	return ""
}
