package judge

import (
	"bytes"
	"strings"

	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// The libraries of packages are known by what they are for, and not by their bytes: those of
// GCC by the version nodes, gcompat's and the like by the tables of facts, and any other one
// by its name alone. What such a library is asked for by name it is assumed to have.

// libraryOf returns what a package brings by a soname.
func (s *site) libraryOf(soname string) *loader.Library {
	switch {
	case soname == facts.GcompatSoname:
		l := &loader.Library{Has: hasSymbol(s.gcompat)}
		if facts.CompareVersions("", s.gcompatVersion, "1.0.0") >= 0 {
			l.Needed = facts.GcompatNeeds[:]
		}
		return l
	case soname == "libstdc++.so.6":
		return &loader.Library{Needed: []string{"libgcc_s.so.1"}, Has: s.hasLibstdcxx}
	case soname == "libgcc_s.so.1":
		return &loader.Library{Has: s.hasLibgcc}
	}
	if c, ok := s.compatLibrary(soname); ok {
		return &loader.Library{Has: hasSymbol(c.SymbolSet)}
	}
	return &loader.Library{Has: func(symbol []byte, v elf.Version) bool { return assumed(soname, symbol, v) }}
}

func hasSymbol(set facts.SymbolSet) func([]byte, elf.Version) bool {
	return func(symbol []byte, _ elf.Version) bool { return set.Has(string(symbol)) }
}

// empty is a library without symbols, such as the loader of gcompat.
var empty = &loader.Library{Has: func([]byte, elf.Version) bool { return false }}

// assumed reports whether a library that is known by name alone is taken to have a symbol: one
// that is asked of it, or one that is asked of nobody and that nobody else is known to have.
func assumed(soname string, symbol []byte, v elf.Version) bool {
	if v.Library != "" {
		return v.Library == soname
	}
	return isAnybodys(ownerOf(symbol, v))
}

// isAnybodys reports whether a symbol may be that of any library or program.
func isAnybodys(o owner) bool { return o == nobody || o == ofHost }

// owner is whose a symbol is.
type owner uint8

const (
	nobody   owner = iota // that is known
	ofNobody              // start-up code asks for it, and lives without it
	ofGlibc
	ofLibstdcxx
	ofLibgcc
	ofHost // of a program that loads plugins
)

// ownerOf tells whose a symbol is, from the version that is asked for or from its name.
func ownerOf(symbol []byte, v elf.Version) owner {
	switch {
	case strings.HasPrefix(v.Node, "GLIBC_"):
		return ofGlibc
	case strings.HasPrefix(v.Node, "GLIBCXX_"), strings.HasPrefix(v.Node, "CXXABI_"):
		return ofLibstdcxx
	case strings.HasPrefix(v.Node, "GCC_"):
		return ofLibgcc
	case v.Node != "":
		return nobody
	case isLibgcc(symbol):
		return ofLibgcc
	case isOptional(symbol):
		return ofNobody
	case len(facts.GlibcSymbol(string(symbol))) > 0:
		return ofGlibc
	case isLibstdcxx(symbol):
		return ofLibstdcxx
	case hostOf(symbol) != nil:
		return ofHost
	}
	return nobody
}

// isOptional reports whether a name is one that the start-up code of GCC refers to weakly.
func isOptional(symbol []byte) bool {
	return bytes.HasPrefix(symbol, []byte("_ITM_")) || string(symbol) == "__gmon_start__" || string(symbol) == "_Jv_RegisterClasses"
}

// standardNames begin the names of the C++ library that do not say so by what they are in.
var standardNames = []string{
	"_ZThn", "_ZTv0", "__cxa_", "__gxx_", "__dynamic_cast", "__once_proxy", "_Znw", "_Zna", "_Zdl", "_Zda",
}

// standardScopes begin the scope of a mangled name of the C++ library. St is std::, and the
// other letters stand for what is often used of it, such as So for std::ostream.
var standardScopes = []string{
	"St", "Sa", "Sb", "Ss", "Si", "So", "Sd",
	"9__gnu_cxx", "10__cxxabiv1", "14__gnu_parallel", "11__gnu_debug",
}

// mangledKinds are what stands before the scope: vtables, type information, guards.
var mangledKinds = []string{"TI", "TV", "TS", "TT", "TC", "GV"}

// isLibstdcxx reports whether a name without a version is one of the C++ library.
func isLibstdcxx(symbol []byte) bool {
	if len(symbol) < 4 || symbol[0] != '_' || symbol[1] != 'Z' && symbol[1] != '_' {
		return false
	}
	if hasAnyPrefix(symbol, standardNames) {
		return true
	}
	scope, mangled := bytes.CutPrefix(symbol, []byte("_Z"))
	if !mangled {
		return false
	}
	for _, kind := range mangledKinds {
		if rest, ok := bytes.CutPrefix(scope, []byte(kind)); ok {
			scope = rest
			break
		}
	}
	if rest, ok := bytes.CutPrefix(scope, []byte("N")); ok {
		scope = bytes.TrimLeft(rest, "rVKRO")
	}
	if hasAnyPrefix(scope, standardScopes) {
		return true
	}
	// Type information of the basic types and of pointers to them: _ZTIi, _ZTIPKc, _ZTIDn.
	if rest, ok := bytes.CutPrefix(symbol, []byte("_ZTI")); ok {
		rest = bytes.TrimPrefix(bytes.TrimLeft(rest, "PK"), []byte("D"))
		return len(rest) == 1 && rest[0] >= 'a' && rest[0] <= 'z'
	}
	return false
}

func hasAnyPrefix(symbol []byte, prefixes []string) bool {
	for _, p := range prefixes {
		if len(symbol) >= len(p) && string(symbol[:len(p)]) == p {
			return true
		}
	}
	return false
}

// machineModes end the names of libgcc's arithmetic: __udivti3, __addtf3, __popcountdi2.
var machineModes = []string{"ti2", "ti3", "ti4", "di2", "di3", "di4", "si2", "si3", "tf2", "tf3", "xf2", "xf3", "df2", "df3", "sf2", "sf3", "hf2", "hf3", "bf2", "tc3", "xc3", "dc3", "sc3", "tfti", "tfdi", "tfsi"}

// isLibgcc reports whether a name without a version is one of libgcc.
func isLibgcc(symbol []byte) bool {
	switch {
	case bytes.HasPrefix(symbol, []byte("_Unwind_")), bytes.HasPrefix(symbol, []byte("__emutls_")),
		bytes.HasPrefix(symbol, []byte("__register_frame")), bytes.HasPrefix(symbol, []byte("__deregister_frame")),
		string(symbol) == "__gcc_personality_v0", string(symbol) == "__cpu_model", string(symbol) == "__cpu_indicator_init":
		return true
	case len(symbol) < 7 || symbol[0] != '_' || symbol[1] != '_':
		return false
	}
	for _, mode := range machineModes {
		if bytes.HasSuffix(symbol, []byte(mode)) {
			return true
		}
	}
	return false
}

// hasLibstdcxx reports whether the libstdc++ of the release has a symbol. Alpine's has no
// version nodes, but a node tells with which GCC a symbol came; one without a node is taken to
// be as old as any.
func (s *site) hasLibstdcxx(symbol []byte, v elf.Version) bool {
	if v.Node != "" {
		return ownerOf(symbol, v) == ofLibstdcxx && s.hasNode(v.Node)
	}
	return isLibstdcxx(symbol) && len(facts.GlibcSymbol(string(symbol))) == 0
}

// hasLibgcc reports whether the libgcc of the release has a symbol.
func (s *site) hasLibgcc(symbol []byte, v elf.Version) bool {
	if v.Node != "" {
		return ownerOf(symbol, v) == ofLibgcc && s.hasNode(v.Node)
	}
	return isLibgcc(symbol)
}

// hasNode reports whether the release's GCC is not known to be older than a version node.
func (s *site) hasNode(node string) bool {
	if known, ok := s.nodes.Load(node); ok {
		return known.(bool)
	}
	gcc, _, ok := facts.LibstdcxxLevel(node)
	first, rest, _ := strings.Cut(gcc, ".")
	second, _, _ := strings.Cut(rest, ".")
	has := !ok || s.gcc == "" || facts.CompareVersions("", first+"."+second, s.gcc) <= 0
	s.nodes.Store(node, has)
	return has
}
