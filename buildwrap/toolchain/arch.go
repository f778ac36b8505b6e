package toolchain

import (
	"runtime"
	"slices"
	"strings"
)

// Arch returns the architecture that the compiler makes code for, as its name or its options
// have it: "x86_64", "aarch64", "i386", "armv7". Without either it is that of this machine.
func (r Real) Arch() string {
	arch := runtime.GOARCH
	name := withoutVersion(r.Name)
	if first, _, ok := strings.Cut(name, "-"); ok && isCross(name) {
		arch = first
	}
	words := slices.Concat(r.Options, r.Args)
	for i, word := range words {
		switch {
		case strings.HasPrefix(word, "--target="):
			arch, _, _ = strings.Cut(word[len("--target="):], "-")
		case word == "-target" && i+1 < len(words):
			arch, _, _ = strings.Cut(words[i+1], "-")
		case word == "-m32":
			arch = narrow(arch)
		case word == "-m64":
			arch = wide(arch)
		}
	}
	if arch == "arm" {
		arch = "armv7"
	}
	return arch
}

// narrow and wide are the 32-bit and the 64-bit architecture of one machine.
func narrow(arch string) string {
	switch arch {
	case "amd64", "x86_64":
		return "i386"
	}
	return arch
}

func wide(arch string) string {
	switch {
	case arch == "386", len(arch) == 4 && arch[0] == 'i' && strings.HasSuffix(arch, "86"):
		return "x86_64"
	}
	return arch
}
