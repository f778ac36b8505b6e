package facts

import (
	"fmt"
	"strings"

	"github.com/musllint/musllint/lint"
)

// ParseTarget reads a musl system as people name it: "alpine:3.20", "alpine:edge" or
// "musl:1.2.5", each with an architecture behind a slash if they want one:
// "alpine:3.20/arm64". The architecture of the result is empty when none is named. A point
// release of Alpine is the release that it belongs to.
func ParseTarget(s string) (lint.Target, error) {
	name, arch, hasArch := strings.Cut(s, "/")
	t := lint.Target{Libc: lint.Musl}
	if hasArch {
		if t.Arch = lint.Arch(arch); t.Arch == "" {
			return t, fmt.Errorf("target %q: unknown architecture %q: want one such as amd64, arm64, arm/v7, 386, ppc64le, s390x, riscv64, loong64", s, arch)
		}
	}
	switch distro, version, _ := strings.Cut(name, ":"); distro {
	case "alpine":
		if version == "" || version == "latest" {
			version = Newest()
		}
		release, ok := ReleaseOf(version)
		if !ok {
			return t, fmt.Errorf("target %q: unknown release of Alpine: want one from %s to %s, or edge", s, Releases()[0].Name, Newest())
		}
		t.Distro, t.Release, t.Version = "alpine", release.Name, release.Musl
	case "musl":
		versions := MuslVersions()
		for _, v := range versions {
			if v == version {
				t.Version = v
				return t, nil
			}
		}
		return t, fmt.Errorf("target %q: unknown version of musl: want one from %s to %s", s, versions[0], versions[len(versions)-1])
	default:
		return t, fmt.Errorf("target %q: want alpine:RELEASE or musl:VERSION, such as alpine:%s or musl:1.2.5/arm64", s, Newest())
	}
	return t, nil
}
