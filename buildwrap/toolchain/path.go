package toolchain

import (
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// self recognizes the wrapper's own program among others, by whatever name and link.
type self struct {
	argv0  string
	known  bool
	info   fs.FileInfo // nil where the program cannot be found
	copies bool        // a file of the same size is the wrapper too
}

func (s *self) is(file string) bool {
	if s == nil {
		return false
	}
	info, err := os.Stat(file)
	return err == nil && s.same(info)
}

func (s *self) same(info fs.FileInfo) bool {
	if s == nil {
		return false
	}
	if !s.known {
		s.known = true
		if file, err := os.Executable(); err == nil {
			s.info, _ = os.Stat(file)
		}
		if s.info == nil && strings.Contains(s.argv0, "/") {
			s.info, _ = os.Stat(s.argv0) // without /proc
		}
	}
	return s.info != nil && (os.SameFile(s.info, info) || s.copies && s.info.Size() == info.Size())
}

func isExecutable(info fs.FileInfo) bool { return info.Mode().IsRegular() && info.Mode()&0o111 != 0 }

// inPath goes through the programs of a name in PATH that are not the wrapper.
func inPath(name, path string, me *self) iter.Seq[string] {
	return func(yield func(string) bool) {
		if name == "" {
			return
		}
		for dir := range strings.SplitSeq(path, ":") {
			var file string
			switch {
			case dir == "":
				file = "./" + name
			case strings.HasSuffix(dir, "/"):
				file = dir + name
			default:
				file = dir + "/" + name
			}
			info, err := os.Stat(file)
			if err == nil && isExecutable(info) && !me.same(info) && !yield(file) {
				return
			}
		}
	}
}

func lookup(name, path string, me *self) (string, bool) {
	for file := range inPath(name, path, me) {
		return file, true
	}
	return "", false
}

// resolve is lookup for a word that may be a path. A path that leads to the wrapper is looked
// up by its name.
func resolve(word, path string, me *self) (string, bool) {
	if !strings.Contains(word, "/") {
		return lookup(word, path, me)
	}
	info, err := os.Stat(word)
	if err != nil || !isExecutable(info) {
		return "", false
	}
	if me.same(info) {
		name, aliases := nameOf(filepath.Base(word))
		for _, n := range append([]string{name}, aliases...) {
			if file, ok := lookup(n, path, me); ok {
				return file, true
			}
		}
		return "", false
	}
	return word, true
}
