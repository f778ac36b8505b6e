package toolchain

import (
	"path/filepath"
	"strings"
)

// nameOf returns the compiler that the wrapper stands for under a name, and other names it may
// have: "muslcc" is cc, "muslc++-12" is c++-12 or g++-12, "muslcc-clang" is clang. A link of
// another name is the compiler of that name.
func nameOf(name string) (compiler string, aliases []string) {
	plain, cxx := "cc", false
	rest, ok := strings.CutPrefix(name, "muslcc")
	if !ok {
		rest, ok = strings.CutPrefix(name, "muslc++")
		cxx = ok
	} else if strings.HasPrefix(rest, "++") {
		rest, cxx = rest[2:], true
	}
	switch {
	case !ok && isCompiler(name):
		return name, nil
	case !ok:
		rest, cxx = "", strings.HasSuffix(name, "++")
	case strings.HasPrefix(rest, "-") && isCompiler(rest[1:]):
		return rest[1:], nil
	case strings.Trim(rest, "-.0123456789") != "":
		rest = "" // muslcc.exe, muslcc-new
	}
	gnu := "gcc"
	if cxx {
		plain, gnu = "c++", "g++"
	}
	if rest != "" {
		return plain + rest, []string{gnu + rest, plain, gnu}
	}
	return plain, []string{gnu, map[bool]string{false: "clang", true: "clang++"}[cxx]}
}

// compilerAt returns where in a list of words the compiler is named: behind ccache and the
// like, at the start where no word looks like one.
func compilerAt(words []string) int {
	if !isLauncher(filepath.Base(words[0])) {
		return 0
	}
	for i := 1; i < len(words); i++ {
		if !strings.HasPrefix(words[i], "-") && !isLauncher(filepath.Base(words[i])) && !strings.Contains(words[i], "=") {
			return i
		}
	}
	return 0
}

func compilerName(words []string) string { return filepath.Base(words[compilerAt(words)]) }

// isLauncher tells whether a program is one that runs the compiler that follows it.
func isLauncher(name string) bool {
	switch name {
	case "ccache", "sccache", "distcc", "icecc", "icerun", "colorgcc", "buildcache", "fastbuild", "gomacc", "firebuild",
		"env", "nice", "time", "cachecc1", "cswrap", "pump":
		return true
	}
	return false
}

// isCompiler tells whether a program is a compiler by its name, such as "gcc-12",
// "clang++", "aarch64-linux-gnu-gcc".
func isCompiler(name string) bool {
	name = withoutVersion(name)
	switch name {
	case "c89", "c99", "c11", "mpicc", "mpicxx", "mpic++", "mpiCC", "icc", "icpc", "icx", "icpx", "tcc", "pcc", "chibicc",
		"zig", "nvc", "nvc++", "xlc", "armclang", "dpcpp", "c89-gcc", "c99-gcc":
		return true
	}
	if i := strings.LastIndexByte(name, '-'); i >= 0 {
		name = name[i+1:]
	}
	switch name {
	case "cc", "c++", "gcc", "g++", "clang", "clang++":
		return true
	}
	return false
}

// isCross tells whether a name is that of a compiler for one system: it has a target before it.
func isCross(name string) bool {
	name = withoutVersion(name)
	i := strings.LastIndexByte(name, '-')
	return i >= 0 && strings.Contains(name[:i], "-")
}

func isCXX(name string) bool {
	name = withoutVersion(name)
	return strings.HasSuffix(name, "++") || name == "mpicxx" || name == "mpiCC" || name == "icpc" || name == "icpx" || name == "dpcpp"
}

// withoutVersion takes "-12" from the end of a name.
func withoutVersion(name string) string {
	i := strings.LastIndexByte(name, '-')
	if i > 0 && i+1 < len(name) && strings.Trim(name[i+1:], "0123456789.") == "" {
		return name[:i]
	}
	return name
}
