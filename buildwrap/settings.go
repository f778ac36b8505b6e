package buildwrap

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// settings are what the environment asks of muslcc.
type settings struct {
	mode   mode
	on     string // as written; empty: the newest Alpine
	strict bool   // findings fail the build
	trace  bool   // tell on standard error what is done, and why
	env    []string

	// What locate finds.
	dir     string // where the compiler runs
	project string // the root of it; see root
	store   record.Store
}

// mode says how units are judged.
type mode uint8

const (
	usual mode = iota // compile the units again that are not seen to be harmless by their text
	full              // every unit
	fast              // only those whose text or object file makes it worth while
	off               // run the compiler and nothing else
)

// readSettings reads them. With an error they are those that can be read.
func readSettings(env []string) (*settings, error) {
	s := &settings{env: env}
	var wrong error
	switch word := s.get("MUSLCC"); word {
	case "":
	case "full":
		s.mode = full
	case "fast":
		s.mode = fast
	case "off", "0":
		s.mode = off
	default:
		wrong = fmt.Errorf("MUSLCC=%s: it is full, fast or off, or not set", word)
	}
	s.on = s.get("MUSLCC_ON")
	s.strict = truth(s.get("MUSLCC_STRICT"))
	s.trace = truth(s.get("MUSLCC_DEBUG"))
	return s, wrong
}

// locate finds the folders. A probe needs none of them, and does not wait for it.
func (s *settings) locate() error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	// Two processes of one build must not come to two names of one folder.
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	s.dir = dir
	if named := s.get("MUSLCC_DIR"); named != "" {
		s.store = record.Named(named, dir)
	} else {
		s.store, s.project = record.Locate(dir)
	}
	return nil
}

// root is the root of the project that is built. To find it takes some time if MUSLCC_DIR names the
// folder of the records.
func (s *settings) root() string {
	if s.project == "" {
		_, s.project = record.Locate(s.dir)
	}
	return s.project
}

func truth(word string) bool { return word != "" && word != "0" }

// get returns a variable of the environment; the last one counts, as for a shell.
func (s *settings) get(name string) string {
	for i := len(s.env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(s.env[i], name+"="); ok {
			return value
		}
	}
	return ""
}

// target is the system that the build is judged for: $MUSLCC_ON, or the newest Alpine.
func (s *settings) target() (lint.Target, error) {
	on := s.on
	if on == "" {
		on = "alpine:" + facts.Newest()
	}
	t, err := facts.ParseTarget(on)
	if err != nil {
		return t, fmt.Errorf("MUSLCC_ON=%s: %w", s.on, err)
	}
	return t, nil
}

// rootOf is the root of the project that a source belongs to: that of the folder of the build, or
// another one where the sources are not below it.
func (s *settings) rootOf(src cmdline.Source) string {
	path := s.path(src.Path)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if strings.HasPrefix(path, s.root()+"/") {
		return s.root()
	}
	// What packages and package managers keep is somebody else's.
	for _, part := range [...]string{"/usr/", "/opt/", "/nix/", "/gnu/"} {
		if strings.HasPrefix(path, part) {
			return s.root()
		}
	}
	for _, part := range [...]string{"/pkg/mod/", "/.cargo/", "/node_modules/", "/site-packages/"} {
		if strings.Contains(path, part) {
			return s.root()
		}
	}
	_, root := record.Locate(filepath.Dir(path))
	return root
}

// path is a name of the command line as an absolute path.
func (s *settings) path(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(s.dir, name)
}
