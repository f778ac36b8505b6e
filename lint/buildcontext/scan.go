package buildcontext

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"

	"github.com/moby/patternmatcher"
)

// found is a file of the context that matters.
type found struct {
	path string // in the context
	kind Kind
}

// scan is what a folder of the context holds.
type scan struct {
	found    []found // sorted by path
	problems []error // what could not be read, and why it was given up
}

// maxDepth is how deep folders may lie within each other. Every one of them is open while
// those inside of it are read.
const maxDepth = 128

// maxProblems is how many of the folders that cannot be read are told.
const maxProblems = 5

// scanOf walks a folder, or recalls what it holds. The caller holds the lock.
func (c *Context) scanOf(folder string) *scan {
	if s := c.scanned[folder]; s != nil {
		return s
	}
	for above := path.Dir(folder); folder != "."; above = path.Dir(above) {
		if s := c.scanned[above]; s != nil && len(s.problems) == 0 {
			return s.below(folder)
		}
		if above == "." {
			break
		}
	}
	w := walker{context: c, scan: &scan{}, left: c.limit}
	w.start(folder)
	sort.Slice(w.scan.found, func(i, j int) bool { return w.scan.found[i].path < w.scan.found[j].path })
	c.scanned[folder] = w.scan
	return w.scan
}

// below returns the part of a scan in a folder.
func (s *scan) below(folder string) *scan {
	from := sort.Search(len(s.found), func(i int) bool { return s.found[i].path >= folder+"/" })
	to := sort.Search(len(s.found), func(i int) bool { return s.found[i].path >= folder+"0" }) // 0 follows the slash
	return &scan{found: s.found[from:to]}
}

// walker walks one folder.
type walker struct {
	context *Context
	scan    *scan
	left    int // files and folders that may still be looked at
	head    [headSize]byte
	untold  int
}

// errTooMany ends a walk: a part of a folder says nothing of what it lacks.
var errTooMany = errors.New("too many files")

func (w *walker) start(folder string) {
	err := w.enterAt(folder)
	switch {
	case errors.Is(err, errTooMany):
		w.scan.found = nil
		w.scan.problems = []error{fmt.Errorf("%s holds more than %d files: none of them was looked at; --context-files raises the limit, %s leaves out what the build does not need",
			w.context.Path(folder), w.context.limit, IgnoreFile)}
	case w.untold > 0:
		w.scan.problems = append(w.scan.problems, fmt.Errorf("%s: %d more files and folders could not be read", w.context.Path(folder), w.untold))
	}
}

func (w *walker) enterAt(folder string) error {
	out, match := w.context.way(folder)
	if out && !mayTakeBack(w.context.ignore, folder) {
		return nil
	}
	root, err := w.context.root.OpenRoot(folder)
	if err != nil {
		w.problem(folder, err)
		return nil
	}
	defer root.Close()
	return w.enter(root, folder, match, 0)
}

func (w *walker) problem(name string, err error) {
	if len(w.scan.problems) == maxProblems {
		w.untold++
		return
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	w.scan.problems = append(w.scan.problems, fmt.Errorf("%s: %w", w.context.Path(name), err))
}

// batch is how many entries of a folder are read at a time.
const batch = 4096

// enter walks a folder that is open. Files are opened relative to it, so that each costs
// one look-up however deep it lies.
func (w *walker) enter(root *os.Root, folder string, match patternmatcher.MatchInfo, depth int) error {
	if depth > maxDepth {
		w.problem(folder, fmt.Errorf("deeper than %d folders: not looked at", maxDepth))
		return nil
	}
	list, err := openList(root)
	if err != nil {
		w.problem(folder, err)
		return nil
	}
	defer list.Close()
	for {
		entries, err := list.ReadDir(batch)
		if w.left -= len(entries); w.left < 0 {
			return errTooMany
		}
		for _, e := range entries {
			if err := w.entry(root, folder, e, match, depth); err != nil {
				return err
			}
		}
		if err == io.EOF || err == nil && len(entries) == 0 {
			return nil
		}
		if err != nil {
			w.problem(folder, err)
			return nil
		}
	}
}

func (w *walker) entry(root *os.Root, folder string, e fs.DirEntry, match patternmatcher.MatchInfo, depth int) error {
	name := e.Name()
	switch {
	case e.IsDir():
		return w.folder(root, folder, name, match, depth)
	case !maybeNative(name):
	case e.Type() == fs.ModeSymlink:
		w.add(folder, name, Link, match)
	case e.Type() == 0:
		if kind := w.look(root, folder, name, match); kind != Other {
			w.add(folder, name, kind, match)
		}
	}
	return nil
}

func (w *walker) folder(root *os.Root, folder, name string, match patternmatcher.MatchInfo, depth int) error {
	if histories[name] {
		return nil
	}
	full := path.Join(folder, name)
	var inside patternmatcher.MatchInfo
	if m := w.context.ignore; m != nil {
		out, info, err := m.MatchesUsingParentResults(full, match)
		if err != nil || out && !mayTakeBack(m, full) {
			return nil
		}
		inside = info
		if name == "node_modules" && !out {
			w.scan.found = append(w.scan.found, found{full, Modules})
		}
	} else if name == "node_modules" {
		w.scan.found = append(w.scan.found, found{full, Modules})
	}
	next, err := root.OpenRoot(name)
	if err != nil {
		w.problem(full, err)
		return nil
	}
	defer next.Close()
	return w.enter(next, full, inside, depth+1)
}

// look reads the first bytes of a file.
func (w *walker) look(root *os.Root, folder, name string, match patternmatcher.MatchInfo) Kind {
	f, err := root.OpenFile(name, os.O_RDONLY|nonBlock, 0)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && !w.out(path.Join(folder, name), match) {
			w.problem(path.Join(folder, name), err)
		}
		return Other
	}
	defer f.Close()
	n, err := f.ReadAt(w.head[:], 0)
	if err != nil && err != io.EOF { // a pipe that took the file's place cannot be read so
		return Other
	}
	return kindOf(name, w.head[:n])
}

// out tells whether a file is left out, by what is known of its folder.
func (w *walker) out(full string, match patternmatcher.MatchInfo) bool {
	if w.context.ignore == nil {
		return false
	}
	out, _, err := w.context.ignore.MatchesUsingParentResults(full, match)
	return out && err == nil
}

func (w *walker) add(folder, name string, kind Kind, match patternmatcher.MatchInfo) {
	full := path.Join(folder, name)
	if !w.out(full, match) {
		w.scan.found = append(w.scan.found, found{strings.Clone(full), kind})
	}
}
