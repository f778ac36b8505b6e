package run

import (
	"os"
	"path/filepath"

	"github.com/musllint/musllint/lint"
)

// shelf reads files once, and names them as findings do.
type shelf struct {
	here    string // the current folder, behind links
	sources map[string]*lint.Source
}

func newShelf() *shelf {
	here, err := os.Getwd()
	if err == nil {
		if real, err := filepath.EvalSymlinks(here); err == nil {
			here = real
		}
	}
	return &shelf{here: here, sources: map[string]*lint.Source{}}
}

// name is a path as seen from the current folder when it is below that, and else as it is.
func (s *shelf) name(path string) string {
	if s.here != "" && below(s.here, path) {
		if rel, err := filepath.Rel(s.here, path); err == nil {
			return filepath.ToSlash(rel)
		}
	}
	return path
}

// source returns a file, nil when it cannot be read.
func (s *shelf) source(path string) *lint.Source {
	if src, ok := s.sources[path]; ok {
		return src
	}
	var src *lint.Source
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		src, _ = read(input{path: path, name: s.name(path)}, nil) // nil when it cannot be read
	}
	s.sources[path] = src
	return src
}

// below reports whether a path is in a folder, both being absolute.
func below(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}
