package cmdline

import (
	"path/filepath"
	"strings"
)

// compiler is what the name of a compiler says.
type compiler struct {
	clang        bool
	cxx          bool   // x.c is C++
	preprocessor bool   // cpp
	foreign      string // why what it compiles is not for Linux with a libc, empty otherwise
}

// compilerOf reads a name such as "/usr/bin/aarch64-linux-gnu-g++-12".
func compilerOf(name string) compiler {
	name = filepath.Base(name)
	base := withoutVersion(name)
	c := compiler{clang: strings.Contains(name, "clang") && base != "clang-cl"}
	for _, end := range [...]string{"++", "mpicxx", "mpiCC", "icpc", "icpx", "dpcpp"} {
		c.cxx = c.cxx || strings.HasSuffix(base, end)
	}
	c.preprocessor = base == "cpp" || strings.HasSuffix(base, "-cpp")
	c.foreign = foreignName(name, base)
	return c
}

// withoutVersion takes "-12", "-4.8" and ".exe" from the end of a name.
func withoutVersion(name string) string {
	name = strings.TrimSuffix(name, ".exe")
	if i := strings.LastIndexByte(name, '-'); i > 0 && i+1 < len(name) && strings.Trim(name[i+1:], "0123456789.") == "" {
		return name[:i]
	}
	return name
}

func foreignName(name, base string) string {
	switch base {
	case "nvcc", "hipcc", "cl", "clang-cl", "icl", "emcc", "em++":
		return "a compiler with options of its own: " + base
	}
	if !strings.Contains(name, "-") {
		return ""
	}
	if triple, _, ok := cutLast(base); ok {
		return foreignTarget(triple)
	}
	return ""
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '-')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// foreignTarget returns why a target, such as "x86_64-w64-mingw32" or "bpf", has no libc that
// musl could take the place of; empty when it may.
func foreignTarget(target string) string {
	for part := range strings.SplitSeq(target, "-") {
		switch {
		case part == "bpf", part == "bpfel", part == "bpfeb", part == "avr", part == "msp430", part == "xtensa",
			part == "none" && !strings.Contains(target, "linux"), part == "elf", part == "unknown_elf",
			part == "nvptx64", part == "nvptx", part == "amdgcn", part == "wasi", part == "cygwin", part == "msys",
			part == "eabi" && !strings.Contains(target, "linux"),
			strings.HasPrefix(part, "wasm"), strings.HasPrefix(part, "spir"), strings.HasPrefix(part, "mingw"),
			strings.HasPrefix(part, "windows"), strings.HasPrefix(part, "darwin"), strings.HasPrefix(part, "macos"),
			strings.HasPrefix(part, "ios"), strings.HasPrefix(part, "android"), strings.HasPrefix(part, "freebsd"),
			strings.HasPrefix(part, "netbsd"), strings.HasPrefix(part, "openbsd"), strings.HasPrefix(part, "solaris"),
			strings.HasPrefix(part, "fuchsia"), strings.HasPrefix(part, "emscripten"), strings.HasPrefix(part, "uefi"):
			return "a target without a libc of Linux: " + target
		}
	}
	return ""
}

// languageOf returns the language that a file is taken for by its name, empty for one that
// the linker gets.
func (c compiler) languageOf(path string) string {
	base := filepath.Base(path)
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 {
		return ""
	}
	language := languageOfSuffix(base[dot+1:], c.clang)
	if !c.cxx {
		return language
	}
	switch language {
	case "c":
		return "c++"
	case "cpp-output":
		return "c++-cpp-output"
	case "c-header":
		return "c++-header"
	}
	return language
}

func languageOfSuffix(suffix string, clang bool) string {
	switch suffix {
	case "c":
		return "c"
	case "cc", "cp", "cxx", "cpp", "CPP", "c++", "C":
		return "c++"
	case "CC", "CXX", "C++":
		if clang {
			return "c++"
		}
	case "m":
		return "objective-c"
	case "mm", "M":
		return "objective-c++"
	case "i":
		return "cpp-output"
	case "ii":
		return "c++-cpp-output"
	case "mi":
		return "objc-cpp-output"
	case "mii":
		return "objective-c++-cpp-output"
	case "h":
		return "c-header"
	case "hh", "H", "hp", "hxx", "hpp", "HPP", "h++", "tcc":
		if suffix == "h++" && clang || suffix == "hp" && clang || suffix == "HPP" && clang || suffix == "tcc" && clang {
			return ""
		}
		return "c++-header"
	case "cppm", "ixx", "ccm", "cxxm", "c++m":
		if clang {
			return "c++-module"
		}
	case "s":
		return "assembler"
	case "S", "sx":
		if suffix == "S" || !clang {
			return "assembler-with-cpp"
		}
	case "asm":
		if clang {
			return "assembler"
		}
	case "f", "for", "ftn", "fi":
		return "f77"
	case "F", "FOR", "fpp", "FPP", "FTN":
		return "f77-cpp-input"
	case "f90", "f95", "f03", "f08", "fii":
		return "f95"
	case "F90", "F95", "F03", "F08":
		return "f95-cpp-input"
	case "ads", "adb":
		return "ada"
	case "go":
		return gccOnly("go", clang)
	case "d", "di", "dd":
		return gccOnly("d", clang)
	case "mod":
		return gccOnly("modula-2", clang)
	case "cu", "cuh":
		return "cuda"
	case "hip":
		return "hip"
	case "cl":
		return "cl"
	case "ll", "bc":
		if clang {
			return "ir"
		}
	}
	return ""
}

// isRenamed tells whether a file has another language for g++ than for gcc.
func isRenamed(path string) bool {
	return len(path) > 2 && (strings.HasSuffix(path, ".c") || strings.HasSuffix(path, ".i") || strings.HasSuffix(path, ".h"))
}

func gccOnly(language string, clang bool) string {
	if clang {
		return ""
	}
	return language
}
