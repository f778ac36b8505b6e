package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/musllint/musllint/lint"
)

// skippedDirs are never entered during discovery: their Dockerfiles belong to somebody else.
// A folder of that name that is given as a path is entered.
var skippedDirs = []string{".git", ".hg", ".svn", "node_modules", "vendor"}

// otherEndings follow "Dockerfile." in the names of files that are no Dockerfiles: ignore
// lists, what editors and patch leave behind, templates, and notes about one.
var otherEndings = []string{
	".dockerignore", "~", ".bak", ".orig", ".rej", ".swo", ".swp", ".tmp",
	".erb", ".in", ".j2", ".jinja", ".jinja2", ".m4", ".mustache", ".template", ".tmpl", ".tpl",
	".html", ".json", ".md", ".rst", ".yaml", ".yml",
}

// sourceEndings make a name in lower case source code that is about Dockerfiles, such as
// a parser's dockerfile.go; Dockerfile.go is the Dockerfile of the Go variant.
var sourceEndings = []string{".c", ".cc", ".cpp", ".cs", ".ex", ".exs", ".go", ".h", ".hs", ".java", ".js", ".kt", ".lua", ".mjs", ".php", ".pl", ".py", ".rb", ".rs", ".scala", ".sh", ".swift", ".ts", ".tsx", ".vim"}

// IsDockerfile tells whether discovery takes a file of that name for a Dockerfile.
func IsDockerfile(name string) bool {
	lower := strings.ToLower(name)
	endsIn := func(ending string) bool { return strings.HasSuffix(lower, ending) }
	if slices.ContainsFunc(otherEndings, endsIn) {
		return false
	}
	for _, stem := range [...]string{"dockerfile", "containerfile"} {
		switch {
		case lower == stem, endsIn("." + stem):
			return true
		case strings.HasPrefix(lower, stem+"."):
			return !strings.HasPrefix(name, stem) || !slices.ContainsFunc(sourceEndings, endsIn)
		}
	}
	return false
}

// input is one file to lint.
type input struct {
	name string // as findings call it
	path string // where it is read from; empty for standard input
}

// discovery collects the inputs of a run.
type discovery struct {
	excluded func(path string) bool // what the configuration excludes, by a path as found
	seen     map[string]bool
	inputs   []input
	failures []lint.Failure
}

// discover finds what to lint: files as they are named, folders by the names inside.
func discover(paths []string, stdinName string, excluded func(string) bool) *discovery {
	d := &discovery{excluded: excluded, seen: map[string]bool{}}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, p := range paths {
		if p == "-" {
			d.add(input{name: stdinName})
			continue
		}
		d.path(p)
	}
	return d
}

func (d *discovery) path(p string) {
	info, err := os.Stat(p)
	switch {
	case err != nil:
		d.fail(p, err)
	case info.IsDir():
		d.folder(p)
	case !info.Mode().IsRegular() && !isDescriptor(p):
		d.fail(p, errors.New("not a regular file"))
	default:
		d.add(input{name: filepath.ToSlash(filepath.Clean(p)), path: p})
	}
}

// isDescriptor tells whether a path is one of our own open files, such as what a shell
// makes of <(command). Any other pipe may have nobody who ever writes to it.
func isDescriptor(p string) bool { return p == "/dev/stdin" || strings.HasPrefix(p, "/dev/fd/") }

func (d *discovery) add(in input) {
	if !d.seen[in.name] {
		d.seen[in.name] = true
		d.inputs = append(d.inputs, in)
	}
}

// fail records what could not be read. The file is named once, so a PathError is unwrapped.
func (d *discovery) fail(p string, err error) {
	d.failures = append(d.failures, lint.Failure{File: filepath.ToSlash(p), Err: withoutPath(err)})
}

func withoutPath(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}

func (d *discovery) folder(p string) {
	abs, err := filepath.Abs(p)
	if err != nil {
		d.fail(p, err)
		return
	}
	w := walk{discovery: d, root: abs}
	w.enter(p, abs, stackAbove(abs))
}

// walk is the way through one folder that was named.
type walk struct {
	*discovery
	root string // absolute
}

func (w *walk) enter(dir, abs string, ignores ignoreStack) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		w.fail(dir, err)
		return
	}
	ignores = ignores.with(abs)
	for _, e := range entries {
		p, absPath := filepath.Join(dir, e.Name()), filepath.Join(abs, e.Name())
		switch {
		case e.IsDir():
			if !slices.Contains(skippedDirs, e.Name()) && !w.left(p, absPath, true, ignores) {
				w.enter(p, absPath, ignores)
			}
		case IsDockerfile(e.Name()) && !w.left(p, absPath, false, ignores) && w.regular(absPath, e):
			w.add(input{name: filepath.ToSlash(p), path: p})
		}
	}
}

// left tells whether discovery leaves a path out.
func (w *walk) left(p, abs string, isDir bool, ignores ignoreStack) bool {
	return ignores.ignored(filepath.ToSlash(abs), isDir) || w.excluded(p)
}

// regular tells whether an entry is a file, or a link to one inside of the walked folder:
// a link out of it would read what nobody named.
func (w *walk) regular(abs string, e fs.DirEntry) bool {
	if e.Type().IsRegular() {
		return true
	}
	if e.Type()&fs.ModeSymlink == 0 {
		return false
	}
	target, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return false
	}
	root, err := filepath.EvalSymlinks(w.root)
	if err != nil || !strings.HasPrefix(target, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator)) {
		return false
	}
	info, err := os.Stat(target)
	return err == nil && info.Mode().IsRegular()
}

// excluder returns the test for a configuration's exclude globs, which are relative to
// base. A glob that names a folder excludes what is inside.
func excluder(base string, globs []string) (func(string) bool, error) {
	for _, g := range globs {
		if !doublestar.ValidatePattern(g) {
			return nil, fmt.Errorf("exclude: malformed glob %q", g)
		}
	}
	if len(globs) == 0 {
		return func(string) bool { return false }, nil
	}
	return func(p string) bool {
		rel := relativeTo(base, p)
		return slices.ContainsFunc(globs, func(g string) bool {
			return doublestar.MatchUnvalidated(strings.TrimSuffix(g, "/"), rel)
		})
	}, nil
}

// relativeTo returns p as seen from base, with "/" as separator; p itself when there is no
// such way.
func relativeTo(base, p string) string {
	absBase, err := filepath.Abs(base)
	if err != nil {
		return filepath.ToSlash(p)
	}
	abs, err := filepath.Abs(p)
	if err != nil {
		return filepath.ToSlash(p)
	}
	rel, err := filepath.Rel(absBase, abs)
	if err != nil {
		return filepath.ToSlash(p)
	}
	return filepath.ToSlash(rel)
}
