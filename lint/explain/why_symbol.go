package explain

import (
	"strings"

	"github.com/musllint/musllint/lint/facts"
)

// symbolKind says where a symbol that is missing would come from.
type symbolKind uint8

const (
	otherSymbol  symbolKind = iota
	glibcSymbol             // of glibc alone
	lfs64Symbol             // an old name of musl, too, that its loader maps or should map
	newerSymbol             // of newer versions of musl
	cxxSymbol               // of libstdc++ or libgcc
	hostSymbol              // of the program that loads a plug-in
	compatSymbol            // of glibc, and of a library that Alpine has for it
)

func kindOfSymbol(symbol string) symbolKind {
	if history, ok := facts.MuslHistory(symbol); ok {
		if history.MapsTo != "" {
			return lfs64Symbol
		}
		if version, _ := firstWith(symbol); version != "" {
			return newerSymbol
		}
		return otherSymbol
	}
	switch {
	case len(facts.CompatProviders(symbol, "")) > 0:
		return compatSymbol
	case len(facts.GlibcSymbol(symbol)) > 0:
		return glibcSymbol
	case hasAnyPrefix(symbol, cxxPrefixes):
		return cxxSymbol
	case hasAnyPrefix(symbol, hostPrefixes):
		return hostSymbol
	}
	return otherSymbol
}

// cxxPrefixes begin the symbols of GCC's run-time libraries.
var cxxPrefixes = []string{
	"_ZNSt", "_ZNKSt", "_ZNSs", "_ZNKSs", "_ZNSo", "_ZNSi", "_ZSt", "_ZTVSt", "_ZTISt", "_ZTSSt", "_ZTVN10__cxxabiv1", "_ZTIN10__cxxabiv1",
	"_Znw", "_Zna", "_Zdl", "_Zda", "_ZTI", "__cxa_", "__gxx_", "__gcc_personality", "_Unwind_", "__dynamic_cast", "__once_proxy", "__emutls_",
}

// hostPrefixes begin the symbols that programs offer to their plug-ins.
var hostPrefixes = []string{
	"napi_", "node_api_", "node_module_", "uv_", "_ZN2v8", "_ZNK2v8", "_ZN4node", "Py", "_Py", "JNI_", "JVM_", "lua_", "luaL_", "rb_",
	"zend_", "_zend", "php_", "_emalloc", "_efree", "ngx_", "ap_", "Perl_", "PL_", "enif_", "sqlite3_api",
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// firstWith returns the first version of musl that has a symbol which older ones lack, and
// the first release of Alpine with it.
func firstWith(symbol string) (version, release string) {
	history, ok := facts.MuslHistory(symbol)
	if !ok || len(history.Spans) == 0 {
		return "", ""
	}
	version = history.Spans[0].Since
	if version == "" {
		return "", ""
	}
	for _, r := range facts.Releases() {
		if r.Musl != "" && facts.CompareVersions("", r.Musl, version) >= 0 {
			return version, r.Name
		}
	}
	return version, ""
}

// packageOf returns the apk package with a shared library in a release of Alpine, empty when
// none is known.
func packageOf(library, release string) string {
	name, _, _ := facts.SonamePackage(library, release)
	return name
}
