package landing

import (
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint"
)

// libcWord is the part of a name that tells the libc that a file is for: swc-linux-x64-gnu,
// linuxmusl-x64, node.napi.glibc.node, Linux-Musl/x86_64, x86_64-linux-gnu.so.
var libcWord = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)[-_.]?(?:unknown[-_])?(?:musllinux|manylinux|musl|gnu|glibc)(?:eabihf|eabi|libc)?([-_./\d]|$)`)
})

// family is the path of a file without what says which libc it is for. Of the files of a
// family a program takes the one that fits.
func family(name string) string { return libcWord().ReplaceAllString(strings.ToLower(name), "$1") }

// A kin is what files have in common of which only one is ever loaded.
type kin struct {
	name string
	// libc is which one the name says that the file is for, where that alone decides; it then
	// takes one for the other libc to stand in for it.
	libc lint.Libc
}

// kinOf returns what a file has in common with others: its family and, in node_modules, two
// things more. Addons whose names tell the libc are chosen among all such in their folder,
// whatever version of Node.js they are for. A package that stands beside one for musl is
// for glibc as a whole.
func kinOf(name string) []kin {
	list := []kin{{name: family(name)}}
	dir, base := path.Split(strings.ToLower(name))
	if path.Ext(base) == ".node" && libcWord().MatchString(base) {
		list = append(list, kin{family(dir) + "*.node", libcOf(base)})
	}
	if i := strings.LastIndex(dir, "node_modules/"); i >= 0 {
		parts := strings.SplitN(dir[i+len("node_modules/"):], "/", 3)
		if !strings.HasPrefix(parts[0], "@") {
			parts = parts[:1]
		}
		pkg := path.Join(parts[:min(2, len(parts))]...)
		if strings.Contains(pkg, "linux") {
			list = append(list, kin{dir[:i] + family(pkg) + "/", libcOf(pkg)})
		}
	}
	return list
}

// libcOf is the libc that a name tells: musl, or the other one.
func libcOf(name string) lint.Libc {
	if strings.Contains(name, "musl") {
		return lint.Musl
	}
	return lint.Glibc
}

// otherSystem is a folder or word in the path of a file that says that it is for another
// operating system: many such files do not say so themselves.
var otherSystem = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[-_./])(sunos|solaris|aix|hp-?ux|freebsd|openbsd|netbsd|dragonflybsd|android|linux-android|darwin|macos|osx|mac|win32|win64|windows|z-?os)([-_./\d]|$)`)
})
