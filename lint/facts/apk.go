package facts

import (
	_ "embed"
	"strings"

	"github.com/musllint/musllint/lint"
)

// notableText names the packages that apk-brings.tsv tells about.
//
//go:embed notable.tsv
var notableText table

// imagePackagesText is derived from the package lists of docker-library/repo-info. A row
// has a condition on the tag (see imageTag.matches), the packages of the image, those that
// only some of the lists have, and the span of names that none of them could be read for.
//
//go:embed image-packages.tsv
var imagePackagesText table

// apkBringsText is computed by gen/brings.go from the indexes of Alpine 3.16 and 3.17,
// with rows by hand for packages outside of the main repository. The evidence column
// names the releases.
//
//go:embed apk-brings.tsv
var apkBringsText table

// ImageHas reports whether an image has an apk package before anything is added to it.
// release is the release of Alpine, when that is known beyond what the tag says. The
// answer is Maybe for every image that the table does not tell about. What an image has
// outside of its package manager, such as node's own node, does not count.
func ImageHas(ref Ref, release, pkg string) Tri {
	ref, public := publicRef(ref)
	if !public {
		return Maybe
	}
	ref, arch := splitArch(ref, "")
	tag := readTag(ref)
	if release == "" && tag.distro.release == "" {
		img, _ := LookupImage(ref, arch)
		release = img.Release
	}
	if tag.distro.release == "" {
		tag.distro.release = release
	}
	pkg = packageName(pkg)
	for key := range repositoryKeys(ref.path()) {
		for columns := range imagePackagesText.rows(key) {
			if !tag.matches(columns[1], arch) {
				continue
			}
			switch {
			case hasWord(columns[2], pkg):
				return Yes
			case hasWord(columns[3], pkg) || inSpan(columns[4], pkg):
				return Maybe
			}
			return No
		}
	}
	return Maybe
}

// inSpan reports whether a name lies in a span written as "from..to".
func inSpan(span, name string) bool {
	from, to, ok := strings.Cut(span, "..")
	return ok && from <= name && name <= to
}

// KnowsPackage reports whether any table tells about an apk package. One that none tells about
// may exist all the same.
func KnowsPackage(pkg string) bool {
	pkg = packageName(pkg)
	if apkBringsText.has(pkg) || notableText.has(pkg) || PackageHeaders(pkg) != nil {
		return true
	}
	sonames, _ := PackageSonames(pkg, "")
	return sonames != nil
}

// ApkBrings reports whether `apk add pkg` installs want: because it is want, or has it
// among its dependencies. pkg may carry a version constraint. The answer is Maybe for a
// package or a want that no table tells about.
func ApkBrings(pkg, want string) Tri {
	pkg, want = packageName(pkg), packageName(want)
	if pkg == want {
		return Yes
	}
	if !notableText.has(want) {
		return Maybe
	}
	columns := apkBringsText.row(pkg)
	switch {
	case columns == nil && isSubpackage(pkg):
		return No
	case columns == nil || hasWord(columns[2], want):
		return Maybe
	case hasWord(columns[1], want):
		return Yes
	}
	return No
}

// isSubpackage tells packages of documentation, translations and the like, which bring
// nothing but their main package at most.
func isSubpackage(pkg string) bool {
	for _, suffix := range [...]string{"-doc", "-dbg", "-lang", "-openrc", "-completion", "-static", "-pyc"} {
		if strings.HasSuffix(pkg, suffix) {
			return true
		}
	}
	return false
}

// packageName strips a version constraint or a repository pin off an operand of apk add,
// and maps names that another package provides.
func packageName(operand string) string {
	if i := strings.IndexAny(operand, "<>=~@"); i > 0 {
		operand = operand[:i]
	}
	switch operand {
	case "libc-dev":
		return "musl-dev"
	case "pkgconfig":
		return "pkgconf"
	}
	return operand
}

// splitArch takes the architecture off names such as arm64v8/alpine, by which Docker Hub
// offers the official images of one architecture.
func splitArch(ref Ref, arch string) (Ref, string) {
	prefix, rest, ok := strings.Cut(ref.Repository, "/")
	if ok && ref.Registry == "" && lint.Arch(prefix) != "" {
		ref.Repository, arch = rest, lint.Arch(prefix)
	}
	return ref, arch
}

// hasWord reports whether a column that holds several words holds this one.
func hasWord(column, word string) bool {
	for w := range strings.FieldsSeq(column) {
		if w == word {
			return true
		}
	}
	return false
}
