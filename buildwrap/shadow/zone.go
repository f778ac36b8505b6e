package shadow

import (
	"path/filepath"
	"sort"
	"strings"
)

// zone says whose a file is.
type zone uint8

const (
	project  zone = iota
	library       // another library's, or the kernel's
	libc          // musl's
	language      // the compiler's own, or the C++ library's
	ours          // made by us
)

// zone returns whose a file is, by its absolute path.
func (u *Unit) zone(path string) zone {
	if z, ok := u.zones[path]; ok {
		return z
	}
	if u.zones == nil {
		u.zones = map[string]zone{}
	}
	z := u.findZone(path)
	u.zones[path] = z
	return z
}

func (u *Unit) findZone(path string) zone {
	if path == "" || strings.HasPrefix(path, "<") {
		return ours
	}
	if rest, ok := strings.CutPrefix(path, u.Headers.dir+"/"); ok {
		first, _, _ := strings.Cut(rest, "/")
		switch {
		case first == "musl":
			return libc
		case strings.HasPrefix(first, "view"):
			return library
		}
		return ours
	}
	if strings.Contains(path, "/muslcc-stubs-") {
		return ours
	}
	if within(path, u.Musl.Dir) {
		return libc
	}
	for _, dir := range u.CXX {
		if within(path, dir) && !has(u.C, dir) {
			return language
		}
	}
	for _, dir := range u.SearchCXX {
		if within(path, dir) && !has(u.Search, dir) {
			return language
		}
	}
	for _, dir := range u.C {
		if within(path, dir) {
			if exists(filepath.Join(dir, "stdarg.h")) && strings.Contains(dir, "/lib") {
				return language
			}
			return library
		}
	}
	// Folders of packages that pkg-config names.
	for _, dir := range [...]string{"/usr/include", "/usr/local/include", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share", "/opt", "/nix/store", "/gnu/store"} {
		if within(path, dir) && !within(u.dir, dir) {
			return library
		}
	}
	return project
}

func within(path, dir string) bool {
	return dir != "" && strings.HasPrefix(path, dir) && len(path) > len(dir) && path[len(dir)] == '/'
}

// real is a path without links, and without our own folders of links.
func (u *Unit) real(path string) string {
	if r, ok := u.paths[path]; ok {
		return r
	}
	if u.paths == nil {
		u.paths = map[string]string{}
	}
	r, err := filepath.EvalSymlinks(path)
	if err != nil {
		r = path
	}
	u.paths[path] = r
	return r
}

// projectFiles are the files of the last pass that are no system's.
func (u *Unit) projectFiles() []string {
	seen := map[string]bool{}
	var files []string
	for _, name := range append([]string{u.src.Path}, u.read...) {
		path := u.abs(name)
		if u.zone(path) != project {
			continue
		}
		if path = u.real(path); !seen[path] {
			seen[path] = true
			files = append(files, path)
		}
	}
	sort.Strings(files[1:])
	return files
}
