package landing

import (
	"strings"

	"github.com/musllint/musllint/lint"
)

// wheelTags reads the platforms in a wheel's name, which are joined by dots. pip on musl
// takes a wheel with one of musllinux, linux or any.
func (a *Arrival) wheelTags(platforms string) {
	a.Libc, a.Verdict = lint.LibcUnknown, lint.Undecided
	glibc, other := false, false
	for tag := range strings.SplitSeq(platforms, ".") {
		kind, arch := cutTag(tag)
		switch {
		case kind == "manylinux":
			glibc = true
		case kind == "any":
			a.Libc, other = lint.LibcNone, true
		case kind == "musllinux":
			a.Libc, other = lint.LibcMusl, true
		case kind == "linux":
			other = true
		default: // for another system
			continue
		}
		if arch != "" && a.shape.arch == "" {
			a.shape.arch = lint.Arch(arch)
		}
	}
	switch {
	case other && a.Libc != lint.LibcUnknown:
		a.Verdict = lint.Runs
	case glibc && !other:
		a.Libc, a.Verdict = lint.LibcGlibc, lint.Fails
	}
}

// cutTag splits manylinux_2_17_x86_64 into what comes before the first digit or underscore
// and the architecture.
func cutTag(tag string) (kind, arch string) {
	end := strings.IndexAny(tag, "_0123456789")
	if end < 0 {
		return tag, ""
	}
	kind = tag[:end]
	for _, name := range []string{"x86_64", "aarch64", "i686", "armv7l", "armv6l", "ppc64le", "s390x", "riscv64", "loongarch64"} {
		if strings.HasSuffix(tag, "_"+name) {
			return kind, name
		}
	}
	return kind, ""
}
