package buildwrap

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

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
	dir    string // where the compiler runs
	root   string // of the project
	store  record.Store
	env    []string
}

// mode says how units are judged.
type mode uint8

const (
	every mode = iota // compile every unit again with musl's headers
	fast              // only those whose text or object file makes it worth while
	off               // run the compiler and nothing else
)

// readSettings reads them. With an error they are those that can be read.
func readSettings(env []string) (*settings, error) {
	s := &settings{env: env}
	var wrong error
	switch word := s.get("MUSLCC"); word {
	case "", "full":
	case "fast":
		s.mode = fast
	case "off", "0":
		s.mode = off
	default:
		wrong = fmt.Errorf("MUSLCC=%s: it is full (the default), fast or off", word)
	}
	s.on = s.get("MUSLCC_ON")
	s.strict = truth(s.get("MUSLCC_STRICT"))
	s.trace = truth(s.get("MUSLCC_DEBUG"))
	dir, err := os.Getwd()
	if err != nil {
		return s, err
	}
	// Two processes of one build must not come to two names of one folder.
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	s.dir = dir
	s.store, s.root = record.Locate(s.get("MUSLCC_DIR"), dir)
	return s, wrong
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

// path is a name of the command line as an absolute path.
func (s *settings) path(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(s.dir, name)
}
