package fix

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Write makes changes on the disk, all or none. Every file is written anew beside the old one,
// which it then replaces in one step, so that whoever reads it meanwhile, or after the process
// was killed, finds it old or new and never half. A file that is not any more what the change
// began with stops all of them. Once ctx has ended nothing is begun.
func (t *Tree) Write(ctx context.Context, changes []Change) error {
	w := writing{tree: t}
	for i := range changes {
		err := ctx.Err()
		if err == nil {
			err = w.prepare(&changes[i])
		}
		if err != nil {
			return w.failed(named(changes[i].Name(), err))
		}
	}
	w.steps = append(w.steps, w.removals...)
	if err := ctx.Err(); err != nil {
		return w.failed(err)
	}
	for i := range w.steps {
		if err := w.steps[i].do(); err != nil {
			return w.failed(named(w.steps[i].name, err))
		}
	}
	w.sync()
	return nil
}

func named(name string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%s: %w", name, withoutPath(err))
}

// errChanged is about a file that somebody changed after it was read.
var errChanged = errors.New("it was changed by somebody else meanwhile")

// writing is the way of a set of changes to the disk.
type writing struct {
	tree     *Tree
	steps    []step
	removals []step // come last: a file that is renamed is there twice rather than not at all
	folders  []spot // that were made, outer ones first
}

// spot is the place of a file or folder below a root.
type spot struct {
	root *os.Root
	rel  string
}

// step is what happens to one name.
type step struct {
	spot
	name      string
	temporary string      // what takes the place of the file; empty: the file goes
	before    *File       // what was there; nil: nothing
	info      os.FileInfo // of what was there
	done      bool
}

// prepare writes what a change needs beside its file.
func (w *writing) prepare(c *Change) error {
	var old step
	if c.From != "" {
		var err error
		if old, err = w.existing(c); err != nil {
			return err
		}
	}
	if c.To == "" {
		w.removals = append(w.removals, old)
		return nil
	}
	made := old
	if c.From != c.To {
		if c.From != "" {
			w.removals = append(w.removals, old)
		}
		var err error
		if made, err = w.missing(c.To); err != nil {
			return err
		}
	}
	return w.stage(made, c.After, old.info)
}

// existing is the step of a file that has to be what a change began with.
func (w *writing) existing(c *Change) (step, error) {
	root, rel, err := w.tree.locate(c.From)
	if err != nil {
		return step{}, err
	}
	info, err := root.Stat(rel)
	if err != nil {
		return step{}, err
	}
	now, err := readIn(root, rel)
	if err != nil {
		return step{}, err
	}
	if !bytes.Equal(now.Content, c.Before.Content) {
		return step{}, errChanged
	}
	return step{spot: spot{root, rel}, name: c.From, before: &now, info: info}, nil
}

// missing is the step of a file that must not exist. Its folders are made.
func (w *writing) missing(name string) (step, error) {
	root, rel, err := w.tree.locate(name)
	if err != nil {
		return step{}, err
	}
	if _, err := root.Lstat(rel); err == nil {
		return step{}, fs.ErrExist
	}
	var above []string
	for dir := filepath.Dir(rel); dir != "."; dir = filepath.Dir(dir) {
		if _, err := root.Stat(dir); err == nil {
			break
		}
		above = append(above, dir)
	}
	for _, dir := range slices.Backward(above) {
		if err := root.Mkdir(dir, 0o777); err != nil {
			return step{}, err
		}
		w.folders = append(w.folders, spot{root, dir})
	}
	return step{spot: spot{root, rel}, name: name}, nil
}

// stage writes the file that a step puts into place, with the owner and the permissions of the
// old one.
func (w *writing) stage(s step, content File, old os.FileInfo) error {
	mode := fs.FileMode(0o666)
	switch {
	case old != nil:
		mode = 0o600 // until it has its owner
	case content.Mode != 0:
		mode = content.Mode.Perm()
	}
	var f *os.File
	err := fs.ErrExist
	for range 100 { // names that others have taken
		s.temporary = temporary(s.rel)
		if f, err = s.root.OpenFile(s.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return err
	}
	w.steps = append(w.steps, s)
	_, err = f.Write(content.Content)
	if err == nil && old != nil {
		if err = keepOwner(f, old); err == nil {
			err = f.Chmod(content.Mode)
		}
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// temporary is a name beside a file that discovery does not take for a Dockerfile.
func temporary(rel string) string {
	base := filepath.Base(rel)
	base = base[:min(len(base), 200)] // names have a limit of some 250 bytes
	return filepath.Join(filepath.Dir(rel), "."+base+"."+strconv.FormatUint(uint64(rand.Uint32()), 36)+".tmp")
}

// do carries a step out.
func (s *step) do() error {
	if s.info != nil {
		info, err := s.root.Stat(s.rel)
		if err != nil {
			return err
		}
		if !os.SameFile(info, s.info) || info.Size() != s.info.Size() || !info.ModTime().Equal(s.info.ModTime()) {
			return errChanged
		}
	}
	var err error
	if s.temporary == "" {
		err = s.root.Remove(s.rel)
	} else {
		err = s.root.Rename(s.temporary, s.rel)
	}
	s.done = err == nil
	return err
}

// failed takes everything back because of an error.
func (w *writing) failed(err error) error {
	if undo := w.undo(); undo != nil {
		return errors.Join(err, undo)
	}
	return err
}

// undo takes back what was done and clears away what was prepared.
func (w *writing) undo() error {
	var all []error
	for _, s := range slices.Backward(w.steps) {
		var err error
		switch {
		case !s.done && s.temporary != "":
			err = s.root.Remove(s.temporary)
		case s.done && s.before == nil:
			err = s.root.Remove(s.rel)
		case s.done:
			back := writing{}
			if err = back.stage(step{spot: s.spot, name: s.name}, *s.before, s.info); err == nil {
				err = back.steps[0].do()
			}
		}
		if err != nil {
			all = append(all, fmt.Errorf("%s: cannot be put back: %w", s.name, withoutPath(err)))
		}
	}
	for _, f := range slices.Backward(w.folders) {
		f.root.Remove(f.rel) // somebody may have put something into it
	}
	return errors.Join(all...)
}

// sync makes the new names last, as far as the system does that for folders.
func (w *writing) sync() {
	seen := map[spot]bool{}
	for _, s := range w.steps {
		dir := spot{s.root, filepath.Dir(s.rel)}
		if seen[dir] {
			continue
		}
		seen[dir] = true
		if f, err := dir.root.Open(dir.rel); err == nil {
			f.Sync()
			f.Close()
		}
	}
}
