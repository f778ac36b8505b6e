package record

import (
	"os"
	"path/filepath"
)

// Folder is the name of the folder of records.
const Folder = ".musllint"

// buildFiles show that a folder belongs to a project that is built from above: make calls
// itself in folders below, and all of them must come to the same folder of records.
var buildFiles = [...]string{"Makefile", "configure", "configure.ac", "CMakeLists.txt", "meson.build", "GNUmakefile", "makefile", "build.ninja", "CMakeCache.txt"}

// Locate returns the store for a compiler that runs in dir, and the root of the project that it
// compiles. The root has the nearest .git; else the nearest Folder; else it is the topmost of
// the folders from dir upwards that have files of a build system, without a gap; else dir. The
// store is Folder in the root. Nothing is made.
func Locate(dir string) (s Store, root string) {
	root = project(dir)
	return Store{filepath.Join(root, Folder)}, root
}

// Named returns the store in a folder that somebody names in dir.
func Named(name, dir string) Store {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	return Store{filepath.Clean(name)}
}

func project(dir string) string {
	top, gap, recorded := dir, false, ""
	for d := dir; ; {
		if exists(filepath.Join(d, ".git")) {
			return d
		}
		if recorded == "" && exists(filepath.Join(d, Folder)) {
			recorded = d
		}
		if !gap {
			if gap = !built(d); !gap {
				top = d
			}
		}
		up := filepath.Dir(d)
		if up == d {
			break
		}
		d = up
	}
	if recorded != "" {
		return recorded
	}
	return top
}

// Exists reports whether the folder is one that muslcc has kept records in.
func (s Store) Exists() bool {
	info, err := os.Stat(filepath.Join(s.Dir, unitDir))
	return err == nil && info.IsDir()
}

func built(dir string) bool {
	for _, name := range buildFiles {
		if exists(filepath.Join(dir, name)) {
			return true
		}
	}
	return false
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
