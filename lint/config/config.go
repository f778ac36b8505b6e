// Package config reads .musllint.hcl, in which a project says how it wants to be linted.
package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// Name is what a configuration file is called.
const Name = ".musllint.hcl"

// Config is what a configuration file says. The zero value is that of an empty file.
type Config struct {
	Dir           string                // folder of the file, absolute; paths and patterns are relative to it
	FailOn        string                // "info", "warning", "error", "never"; empty when not set
	Policies      []string              // folders with own policies, absolute
	Exclude       []string              // doublestar patterns of paths that are not linted
	RequireReason bool                  // a suppression has to give a reason
	Platforms     []string              // as --platform takes them
	BuildArgs     map[string]string     // as --build-arg takes them
	Select        []string              // ids or prefixes of them
	Ignore        []string              // ids or prefixes of them
	Rules         []Rule                // in the order of the file; where several apply, the last one holds
	Images        []dockerfile.Override // first match wins

	Chosen []Word    // the words of Select and Ignore, with their places
	Source *hcl.File // of the places; nil when there is no file
}

// Word is a text of the file that only somebody else can check.
type Word struct {
	Text  string
	Range hcl.Range
}

// Rule is a rule block: what differs for the rules that it names.
type Rule struct {
	IDs       string         // an id, or a prefix of ids
	Range     hcl.Range      // where the file says so
	Off       bool           // severity = "off"
	Severity  *lint.Severity // nil when not set
	Ignorable *bool          // whether a comment may suppress it; nil when not set

	dir   string
	paths []string // doublestar patterns; none: everywhere
}

// AppliesTo reports whether the block is about a file, whose path is absolute or relative
// to the current folder. A file outside of the configuration's folder matches no pattern.
func (r *Rule) AppliesTo(path string) bool {
	if len(r.paths) == 0 {
		return true
	}
	rel, ok := relative(r.dir, path)
	return ok && slices.ContainsFunc(r.paths, func(pattern string) bool { return doublestar.MatchUnvalidated(pattern, rel) })
}

func relative(dir, path string) (string, bool) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(dir, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// Find returns the configuration file that applies in a folder: the nearest one upwards,
// not beyond the folder that holds .git.
func Find(dir string) (path string, ok bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	for {
		path := filepath.Join(dir, Name)
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
		parent := filepath.Dir(dir)
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || parent == dir {
			return "", false
		}
		dir = parent
	}
}
