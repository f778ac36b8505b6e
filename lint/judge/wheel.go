package judge

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint"
)

// glibcSuffix returns the end of a Python extension's name by which only a Python on glibc looks
// for it, and the one that a Python on musl has for it: -x86_64-linux-gnu.so and
// -x86_64-linux-musl.so. They are empty for all other files: up to CPython 3.10 both systems have
// the same names (python/cpython#24502), and .abi3.so is the same on all.
func glibcSuffix(base string) (glibc, musl string) {
	_, tag, ok := strings.Cut(base, ".cpython-3")
	minor, rest, dashed := strings.Cut(tag, "-")
	if !ok || !dashed {
		return "", ""
	}
	if n, err := strconv.Atoi(strings.TrimRight(minor, "dt")); err != nil || n < 11 {
		return "", ""
	}
	arch, abi, ok := strings.Cut(rest, "-linux-gnu")
	if !ok || !strings.HasSuffix(abi, ".so") || strings.Contains(arch, ".") {
		return "", ""
	}
	return "-" + rest, "-" + arch + "-linux-musl" + abi
}

// misnamed reports whether the subject is an extension that no Python on musl looks for, whatever
// it needs. What was linked to musl may belong to a Python that was built with the other name.
func (s *subject) misnamed() bool {
	if s.host == nil || s.host.name != "python" || s.libc == lint.LibcMusl {
		return false
	}
	glibc, _ := glibcSuffix(path.Base(s.path))
	return glibc != ""
}

// judgeMisnamed is the verdict on an extension that Python does not look for. It is not loaded,
// so that the loader has nothing to say.
func (j *judge) judgeMisnamed(a *lint.Artifact) {
	glibc, musl := glibcSuffix(path.Base(j.path))
	a.Verdict = lint.Fails
	a.Summary = "not a name that Python on musl looks for"
	a.Errors = []string{"ModuleNotFoundError: No module named '" + j.module() + "'"}
	a.Notes = append(a.Notes, fmt.Sprintf("From CPython 3.11 on the names of extensions tell musl from glibc (python/cpython#24502): Python on musl looks for …%s and passes over …%s, whatever is in it.", musl, glibc))
}

// module is the name that the subject is imported by.
func (j *judge) module() string {
	at := path.Base(j.path)
	if v, ok := j.files.(*view); ok && v.wheel {
		at = strings.TrimPrefix(j.path, "/")
	}
	for _, folder := range []string{"site-packages/", "dist-packages/"} {
		if _, after, ok := strings.Cut(j.path, folder); ok {
			at = after
		}
	}
	name, _, _ := strings.Cut(at, ".cpython-")
	return strings.ReplaceAll(name, "/", ".")
}

// refuseWheel says what pip on musl says of the wheel that an artifact lies in, where it takes
// none of its platforms.
func refuseWheel(a *lint.Artifact) {
	wheel := wheelFile(a)
	platforms := strings.Split(strings.TrimSuffix(wheel[strings.LastIndexByte(wheel, '-')+1:], ".whl"), ".")
	if wheel == "" || slices.ContainsFunc(platforms, func(p string) bool { return !strings.HasPrefix(p, "manylinux") }) {
		return
	}
	a.Refused = "ERROR: " + wheel + " is not a supported wheel on this platform."
}

// wheelFile returns the name of the wheel that an artifact lies in, empty when it lies in none.
func wheelFile(a *lint.Artifact) string {
	for part := range strings.SplitSeq(a.Place(), "!/") {
		if base := path.Base(part); strings.HasSuffix(base, ".whl") && strings.Contains(base, "-") && part != a.Inner {
			return base
		}
	}
	return ""
}
