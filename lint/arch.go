package lint

import "strings"

// arches maps what compilers, distributions and vendors write to OCI's names.
var arches = map[string]string{
	"amd64": "amd64", "x86_64": "amd64", "x86-64": "amd64", "x64": "amd64",
	"arm64": "arm64", "aarch64": "arm64", "arm64v8": "arm64", "arm64/v8": "arm64", "armv8": "arm64",
	"arm": "arm/v7", "arm/v7": "arm/v7", "armv7": "arm/v7", "arm32v7": "arm/v7", "armhf": "arm/v7", "armv7l": "arm/v7", "armv7hf": "arm/v7",
	"arm/v6": "arm/v6", "armv6": "arm/v6", "arm32v6": "arm/v6", "armel": "arm/v6", "armv6l": "arm/v6",
	"arm/v5": "arm/v5", "arm32v5": "arm/v5",
	"386": "386", "i386": "386", "i686": "386", "i586": "386", "x86": "386", "ia32": "386",
	"riscv64": "riscv64",
	"s390x":   "s390x",
	"ppc64le": "ppc64le", "ppc64el": "ppc64le", "powerpc64le": "ppc64le",
	"loong64": "loong64", "loongarch64": "loong64",
	"mips64le": "mips64le",
}

// Arch returns OCI's name for an architecture as anybody writes it, empty when unknown.
// "armhf" is Debian's and most vendors' ARMv7, not Alpine's ARMv6.
func Arch(name string) string { return arches[strings.ToLower(name)] }
