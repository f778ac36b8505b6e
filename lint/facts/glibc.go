package facts

import (
	_ "embed"
	"strings"
)

// glibcText is written by gen/glibc.go from the libraries of glibc 2.31, 2.36, 2.41 and 2.43
// in Debian's libc6 packages: one row for a symbol of a library in a span of these versions,
// an empty one being all that have its nodes. The nodes are without "GLIBC_", and name their
// architectures unless they are all three, 386, amd64 and arm64; "base" is the oldest node of
// an architecture: 2.0, 2.2.5 and 2.17 in that order.
//
//go:embed glibc.tsv
var glibcText table

// GlibcExport is a place where glibc exports a symbol.
type GlibcExport struct {
	Node    string   // version node, such as "GLIBC_2.28" or "GLIBC_PRIVATE"
	Library string   // soname, such as "libc.so.6"
	Arches  []string // of 386, amd64 and arm64; others were not looked at
	Since   string   // of the versions looked at, the first that has it; empty when it is as old as its node
	Until   string   // of the versions looked at, the last that has it; empty when the newest does
}

// GlibcSymbol returns where glibc exports a symbol, libc's libraries in the order of their
// names. It is empty for a symbol that glibc does not have.
func GlibcSymbol(name string) []GlibcExport {
	if !IsInterfaceName(name) {
		return nil
	}
	var exports []GlibcExport
	for columns := range glibcText.rows(name) {
		since, until, _ := strings.Cut(columns[3], "..")
		for term := range strings.FieldsSeq(columns[2]) {
			node, names, limited := strings.Cut(term, ":")
			arches := glibcArches[:]
			if limited {
				arches = strings.Split(names, ",")
			}
			if node != "base" {
				exports = append(exports, GlibcExport{glibcNode(node), columns[1], arches, since, until})
				continue
			}
			for _, arch := range arches {
				exports = append(exports, GlibcExport{glibcBase(arch), columns[1], []string{arch}, since, until})
			}
		}
	}
	return exports
}

// glibcArches are the architectures that glibc.tsv was made from.
var glibcArches = [...]string{"386", "amd64", "arm64"}

func glibcBase(arch string) string {
	switch arch {
	case "386":
		return "GLIBC_2.0"
	case "amd64":
		return "GLIBC_2.2.5"
	}
	return "GLIBC_2.17"
}

func glibcNode(node string) string {
	if node == "PRIVATE" || isDigit(node[0]) {
		return "GLIBC_" + node
	}
	return node
}

// GlibcName is what the name of a glibc symbol says.
type GlibcName struct {
	Kind  string // see ClassifyGlibc
	Plain string // the function that it stands for, empty when there is none
}

// ClassifyGlibc tells the symbols that glibc's headers and compilers put in the place of the
// function that the source names. The kinds are:
//
//	fortify   _FORTIFY_SOURCE: __printf_chk for printf, __open_2 for open
//	isoc      the variant of a later C standard: __isoc23_strtol for strtol
//	lfs64     _FILE_OFFSET_BITS=64 or _LARGEFILE64_SOURCE: fopen64 for fopen
//	time64    _TIME_BITS=64 on 32-bit machines: __stat64_time64 for stat
//	finite    -ffast-math: __exp_finite for exp
//	floatn    the types _Float32 to _Float128: expf64 for exp
//	private   no business of programs: GLIBC_PRIVATE
//
// The kind is empty for every other name, known or not.
func ClassifyGlibc(name string) GlibcName {
	exports := GlibcSymbol(name)
	if len(exports) == 0 {
		return GlibcName{}
	}
	if plain, ok := fortified(name); ok {
		return GlibcName{"fortify", plain}
	}
	for _, standard := range [...]string{"__isoc99_", "__isoc23_"} {
		if plain, ok := strings.CutPrefix(name, standard); ok {
			return GlibcName{"isoc", plain}
		}
	}
	if plain, ok := strings.CutSuffix(name, "_finite"); ok {
		if plain, ok := strings.CutPrefix(plain, "__"); ok {
			return GlibcName{"finite", knownTo(plain)}
		}
	}
	private := true
	for _, export := range exports {
		private = private && export.Node == "GLIBC_PRIVATE"
	}
	if private {
		return GlibcName{Kind: "private"}
	}
	if plain, ok := withoutTime64(name); ok {
		return GlibcName{"time64", plain}
	}
	if plain, ok := withoutFloatN(name); ok {
		return GlibcName{"floatn", plain}
	}
	if plain, ok := without64(name); ok {
		return GlibcName{"lfs64", plain}
	}
	return GlibcName{}
}

// fortified takes the marks of _FORTIFY_SOURCE off a name.
func fortified(name string) (plain string, ok bool) {
	name, ok = strings.CutPrefix(name, "__")
	if !ok {
		return "", false
	}
	for _, suffix := range [...]string{"_chk", "_2"} {
		if plain, ok := strings.CutSuffix(name, suffix); ok {
			if suffix == "_2" && !strings.HasPrefix(plain, "open") { // open, open64, openat, openat64
				return "", false
			}
			return knownTo(plain), true
		}
	}
	return "", false
}

// withoutTime64 takes the marks of _TIME_BITS off a name.
func withoutTime64(name string) (plain string, ok bool) {
	for _, suffix := range [...]string{"64_time64", "_time64", "64_r", "64"} {
		if plain, ok = strings.CutSuffix(name, suffix); !ok {
			continue
		}
		if suffix == "64_r" {
			plain += "_r"
		}
		if plain, ok = strings.CutPrefix(plain, "__"); ok && glibcText.has(plain) && onlyOn32(name) {
			return plain, true
		}
	}
	return "", false
}

// onlyOn32 reports whether a symbol is exported on 32-bit machines alone.
func onlyOn32(name string) bool {
	for _, export := range GlibcSymbol(name) {
		for _, arch := range export.Arches {
			if arch != "386" {
				return false
			}
		}
	}
	return true
}

// withoutFloatN takes the name of a type such as _Float64 off the name of a function.
func withoutFloatN(name string) (plain string, ok bool) {
	name, reentrant := strings.CutSuffix(name, "_r")
	for _, suffix := range [...]string{"f32", "f64", "f128", "f32x", "f64x"} {
		if plain, ok = strings.CutSuffix(name, suffix); !ok || !glibcText.has(plain+"f32x") {
			continue
		}
		switch {
		case reentrant:
			plain += "_r"
		case !glibcText.has(plain):
			plain += "d" // strtod, of which strtof64 is a variant
		}
		return plain, glibcText.has(plain)
	}
	return "", false
}

// without64 takes the 64 of the large file interfaces out of a name: at its end, or in front
// of the mark of a variant, as in readdir64_r.
func without64(name string) (plain string, ok bool) {
	i := strings.LastIndex(name, "64")
	if i <= 0 || i+2 < len(name) && name[i+2:] != "_r" && name[i+2:] != "v2" {
		return "", false
	}
	plain = name[:i] + name[i+2:]
	return plain, glibcText.has(plain) || muslExportsText.has(plain)
}

// knownTo returns a name that glibc has, else nothing.
func knownTo(name string) string {
	if glibcText.has(name) {
		return name
	}
	return ""
}
