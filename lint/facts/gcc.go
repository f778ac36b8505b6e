package facts

import (
	_ "embed"
	"strings"
)

// gccNodesText says since which GCC the libraries of the compiler have a version node.
//
//go:embed gcc-nodes.tsv
var gccNodesText table

// LibstdcxxLevel returns the first version of GCC whose libstdc++ or libgcc has a version
// node such as "GLIBCXX_3.4.30", "CXXABI_1.3.13" or "GCC_12.0.0", and the first release of
// Alpine whose GCC is that new; firstAlpine is empty when none is. Releases whose GCC is not
// known are passed over. It reports false for a node that is not known, and for one that is
// not verified.
//
// A file that needs a node uses symbols that came with it. Alpine's libstdc++ has no version
// nodes at all, and musl's loader asks for none: on an older release it is these symbols that
// are not found.
func LibstdcxxLevel(node string) (gcc, firstAlpine string, ok bool) {
	columns := gccNodesText.row(node)
	if columns == nil || !certain(columns[2]) {
		return "", "", false
	}
	gcc = columns[1]
	for _, release := range Releases() {
		if release.GCC != "" && CompareVersions("", release.GCC, majorMinor(gcc)) >= 0 {
			return gcc, release.Name, true
		}
	}
	return gcc, "", true
}

// majorMinor cuts a version of GCC to the two numbers that Release.GCC has.
func majorMinor(version string) string {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	return major + "." + minor
}
