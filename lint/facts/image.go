package facts

import (
	_ "embed"
	"iter"
	"strings"

	"github.com/musllint/musllint/lint"
)

// imagesText is derived from docker-library/official-images, the Dockerfiles of the
// projects, and issue threads that the evidence column names. Its first column is a
// repository, with its registry unless that is Docker Hub; "/*" and "-*" at its end stand
// for anything. Its second column is what the tag has to be, see imageTag.matches. Its release
// column is "tag" when the tag is the release, "piece" when a part of the tag names it,
// or the release itself.
//
//go:embed images.tsv
var imagesText table

// Columns of images.tsv.
const (
	imageTags = iota + 1
	imageLibc
	imageDistro
	imageRelease
	imageShim
	imageCross
	imageWhy
	imageEvidence
)

// Image is what is known of an image by its name alone.
type Image struct {
	Libc     lint.Libc
	Distro   string // "alpine", "debian", "wolfi", …; empty when not known
	Release  string // of the distribution: "3.20", "edge", "12"; empty when not known
	Musl     string // upstream version of musl, when Release tells it
	Floating bool   // the tag moves: Release is today's, or empty when not even that is known
	Certain  bool   // false when it rests on memory or on the looks of a name
	Shim     string // "glibc" when a musl distribution carries a second libc, else empty
	Cross    string // what its compiler targets when that is not Libc, such as "musl-static"
	Why      string // one clause for people
}

// LookupImage returns what an image is. arch is OCI's name of the architecture; only
// busybox depends on it, and an empty one means amd64. It reports false when nothing is
// known, as for most images of one's own.
func LookupImage(ref Ref, arch string) (Image, bool) {
	ref, public := publicRef(ref)
	ref, arch = splitArch(ref, arch)
	tag := readTag(ref)
	if tag.distro.name == "windows" {
		return Image{}, false
	}
	columns := imageRow(ref.path(), tag, arch)
	if columns == nil {
		return guessImage(ref, tag)
	}
	img := readImage(ref, tag, columns)
	if !public {
		img.Certain = false
		img.Why += ", provided that the registry holds a copy of the public image"
	}
	return img, img.Libc != lint.Unknown
}

// imageRow returns the row of the table that speaks of a repository and a tag.
func imageRow(path string, tag imageTag, arch string) []string {
	for key := range repositoryKeys(path) {
		rows := 0
		for columns := range imagesText.rows(key) {
			rows++
			if tag.matches(columns[imageTags], arch) && (rows == 1 || tag.tells()) {
				return columns
			}
		}
		if rows > 0 {
			return nil
		}
	}
	return nil
}

// repositoryKeys yields a repository and the patterns that it falls under, the most
// specific first.
func repositoryKeys(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(path) {
			return
		}
		for i := len(path) - 1; i > 0; i-- {
			if (path[i] == '/' || path[i] == '-') && !yield(path[:i+1]+"*") {
				return
			}
		}
	}
}

func readImage(ref Ref, tag imageTag, columns []string) Image {
	img := Image{
		Libc:    lint.Libc(columns[imageLibc]),
		Distro:  columns[imageDistro],
		Shim:    columns[imageShim],
		Cross:   columns[imageCross],
		Certain: certain(columns[imageEvidence]),
	}
	switch rule := columns[imageRelease]; rule {
	case "tag":
		img.Release, img.Floating = tag.release(img.Distro)
	case "piece":
		if tag.distro.name != "" && tag.distro.libc == img.Libc {
			// A tag that names its distribution needs no memory of what the default is.
			img.Distro, img.Release, img.Certain = tag.distro.name, tag.distro.release, true
		}
		if img.Release == "" && img.Distro == "alpine" {
			img.Release = pinnedRelease(ref, tag)
		}
		img.Floating = img.Release == "" && ref.Digest == ""
	default:
		img.Release = rule
	}
	img.Musl = muslOf(img)
	img.Why = imageClause(ref, tag, img, columns)
	return img
}

func muslOf(img Image) string {
	if img.Libc != lint.Musl || img.Distro != "alpine" || img.Release == "edge" && !img.Floating {
		return "" // a snapshot of edge has the musl of its day
	}
	release, _ := ReleaseOf(img.Release)
	return release.Musl
}

// imageClause says in words why an image is what it is.
func imageClause(ref Ref, tag imageTag, img Image, columns []string) string {
	name, system := ref.path(), systemName(img)
	tagged := name
	if tag.known {
		tagged += ":" + tag.text
	}
	switch {
	case columns[imageWhy] != "":
		return name + " " + columns[imageWhy]
	case columns[imageRelease] == "tag" && img.Floating && img.Release != "":
		return tagged + " is " + system + " today"
	case columns[imageRelease] == "tag":
		return tagged + " is " + system
	case img.Release != "" && tag.distro.name != "" && tag.distro.release == "":
		return tagged + " stopped at " + system
	case tag.distro.name != "" && tag.distro.name == img.Distro:
		return "the tag variant " + tag.distro.piece + " of " + name + " is " + system
	}
	return tagged + " is built on " + system
}

// systemName is a distribution and its release as people write them.
func systemName(img Image) string {
	name := img.Distro
	switch img.Distro {
	case "":
		name = "a distribution with " + img.Libc.String()
	case "alpine":
		name = "Alpine Linux"
	case "debian", "ubuntu", "fedora", "wolfi":
		name = strings.ToUpper(name[:1]) + name[1:]
	case "almalinux":
		name = "AlmaLinux"
	case "amazonlinux":
		name = "Amazon Linux"
	case "azurelinux":
		name = "Azure Linux"
	case "busybox":
		name = "BusyBox"
	case "centos":
		name = "CentOS"
	case "oraclelinux":
		name = "Oracle Linux"
	case "rhel":
		name = "Red Hat's UBI"
	case "rockylinux":
		name = "Rocky Linux"
	case "scratch":
		name = "an empty image"
	}
	if img.Release != "" {
		name += " " + img.Release
	}
	return name
}

// guessImage judges an image that no row speaks of by the looks of its name and tag.
func guessImage(ref Ref, tag imageTag) (Image, bool) {
	name := ref.Name()
	switch {
	case looksAlpine(name):
		img := Image{Libc: lint.Musl, Distro: "alpine", Why: "judged by its name, " + ref.path() + " is Alpine Linux"}
		if strings.Contains(name, "glibc") {
			img.Shim = "glibc"
		}
		if tag.distro.name == "alpine" {
			img.Release = tag.distro.release
		} else if _, known := ReleaseOf(tag.text); known && name == "alpine" {
			img.Release = releaseName(tag.text)
		}
		img.Musl = muslOf(img)
		return img, true
	case tag.distro.name != "":
		img := Image{Libc: tag.distro.libc, Distro: tag.distro.name, Release: tag.distro.release}
		img.Floating = img.Release == "" && ref.Digest == ""
		img.Musl = muslOf(img)
		img.Why = "judged by its tag, " + ref.path() + ":" + ref.Tag + " is " + systemName(img)
		return img, img.Libc != lint.Unknown
	}
	return Image{}, false
}

func looksAlpine(name string) bool {
	for piece := range strings.FieldsFuncSeq(name, isPieceBreak) {
		if piece == "alpine" {
			return true
		}
	}
	return false
}

// publicRegistries hold images of their own, so that a name there says nothing about the
// image of the same name on Docker Hub.
var publicRegistries = table(`registry
cgr.dev	
container-registry.oracle.com	
dhi.io	
docker.elastic.co	
gcr.io	
ghcr.io	
k8s.gcr.io	
lscr.io	
mcr.microsoft.com	
nvcr.io	
public.ecr.aws	
quay.io	
registry.access.redhat.com	
registry.fedoraproject.org	
registry.gitlab.com	
registry.k8s.io	
registry.opensuse.org	
registry.redhat.io	
registry.suse.com	
us-docker.pkg.dev	
`)

// publicRef maps a copy of a public image to the image. It reports false when it only
// guesses that a registry of somebody's own holds such a copy.
func publicRef(ref Ref) (Ref, bool) {
	switch {
	case ref.Registry == "":
		return ref, true
	case ref.Registry == "mirror.gcr.io":
		return onDockerHub(ref, ref.Repository), true
	case ref.Registry == "public.ecr.aws" && strings.HasPrefix(ref.Repository, "docker/library/"):
		return onDockerHub(ref, strings.TrimPrefix(ref.Repository, "docker/library/")), true
	case publicRegistries.has(ref.Registry):
		return ref, true
	}
	for rest := ref.Repository; ; {
		first, after, more := strings.Cut(rest, "/")
		if inner := (Ref{Registry: first, Repository: after, Tag: ref.Tag, Digest: ref.Digest}); more && strings.Contains(first, ".") {
			if inner, ok := ParseRef(inner.String()); ok {
				inner, _ = publicRef(inner)
				return inner, false
			}
		}
		if first != "library" && imagesText.has(rest) {
			return onDockerHub(ref, rest), false
		}
		if first == "dotnet" && imagesText.has("mcr.microsoft.com/"+rest) {
			ref.Registry, ref.Repository = "mcr.microsoft.com", rest
			return ref, false
		}
		if !more {
			return ref, false
		}
		rest = after
	}
}

func onDockerHub(ref Ref, repository string) Ref {
	ref.Registry, ref.Repository = "", strings.TrimPrefix(repository, "library/")
	return ref
}
