package artifact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Walk yields the ELF files of the file or folder at path, in sorted order on disk and as
// stored in containers, where a name may come twice. Symbolic links below path are not
// followed. The walk ends at the first error of visit, and without an error when visit
// returns fs.SkipAll; an error of the walk itself means that path cannot be opened at all,
// or that ctx is done.
func Walk(ctx context.Context, path string, opt Options, visit func(*File) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	w := newWalker(ctx, opt, visit)
	if info.IsDir() {
		return w.end(w.folder(disk(path), ".", disk(path).path))
	}
	if !info.Mode().IsRegular() {
		return &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return w.end(w.named(f, path))
}

// WalkFS is Walk for a file or folder of a file system; name follows the rules of package
// fs. Files that do not implement io.ReaderAt are read forwards, and unpacked like those in
// a container where that does not do.
func WalkFS(ctx context.Context, fsys fs.FS, name string, opt Options, visit func(*File) error) error {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return err
	}
	w := newWalker(ctx, opt, visit)
	if info.IsDir() {
		return w.end(w.folder(fsys, name, func(name string) string { return name }))
	}
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	return w.end(w.named(f, name))
}

// WalkReader is Walk for a file that is already open. The path only names it. Contents
// that visit keeps may read from r after the walk.
func WalkReader(ctx context.Context, r io.ReaderAt, size int64, path string, opt Options, visit func(*File) error) error {
	w := newWalker(ctx, opt, visit)
	h := newHandle(func() {})
	n, err := r.ReadAt(w.head[:min(size, headSize)], 0)
	if err != nil && err != io.EOF {
		return err
	}
	return w.end(w.outermost(&item{
		Place: Place{Path: path}, name: filepath.Base(path),
		size: size, source: source{at: r, handle: h}, head: w.head[:n],
	}, true))
}

var errNotRegular = errors.New("not a regular file")

// stop is an error that ends the walk, as opposed to those that become Problems.
type stop struct{ error }

// errSkip says that the caller does not want to look into a container.
var errSkip = errors.New("skipped")

// walker is the state of one walk.
type walker struct {
	ctx     context.Context
	opt     Options
	limits  Limits
	visit   func(*File) error
	formats []format
	memory  memory
	budget  budget
	idle    idle
	head    [headSize]byte // of the file on disk that is being looked at
}

func newWalker(ctx context.Context, opt Options, visit func(*File) error) *walker {
	limits := opt.Limits.withDefaults()
	return &walker{
		ctx: ctx, opt: opt, limits: limits, visit: visit, formats: formats,
		memory: memory{left: limits.Memory, dir: limits.TempDir},
	}
}

// end turns what ended the walk into what the caller sees.
func (w *walker) end(err error) error {
	var s stop
	if errors.As(err, &s) {
		err = s.error
	}
	if err == fs.SkipAll {
		return nil
	}
	return err
}

// folder walks a folder; show makes a name of fsys a path for people.
func (w *walker) folder(fsys fs.FS, root string, show func(string) string) error {
	return fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		if err := w.ctx.Err(); err != nil {
			return stop{err}
		}
		at := Place{Path: show(name)}
		if err != nil && name == root {
			return err
		}
		if err != nil {
			w.unreadable(at, err)
			return nil
		}
		switch d.Type() {
		case 0:
			return w.file(fsys, name, at)
		case fs.ModeSymlink:
			if w.opt.Link == nil {
				return nil
			}
			target, err := fs.ReadLink(fsys, name)
			if err != nil {
				w.unreadable(at, err)
				return nil
			}
			return w.link(&Link{Place: at, Target: target})
		}
		return nil
	})
}

// file looks at a regular file of a folder.
func (w *walker) file(fsys fs.FS, name string, at Place) error {
	f, err := fsys.Open(name)
	if err != nil {
		w.unreadable(at, err)
		return nil
	}
	return w.opened(f, at, path.Base(name), false)
}

// named looks at the file that the caller asked for.
func (w *walker) named(f fs.File, path string) error {
	return w.opened(f, Place{Path: path}, filepath.Base(path), true)
}

// opened looks at an open file on disk and closes it, unless visit keeps it.
func (w *walker) opened(f fs.File, at Place, base string, named bool) error {
	n, err := 0, error(nil)
	if _, ok := f.(*os.File); ok {
		n, err = f.Read(w.head[:]) // all that there is: reads of files on disk are not short
	} else {
		n, err = io.ReadFull(f, w.head[:])
	}
	head := w.head[:n]
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		f.Close()
		w.unreadable(at, err)
		return nil
	}
	if !named && !w.matters(head) {
		// What nearly every file comes to.
		f.Close()
		return nil
	}
	h := newHandle(func() { f.Close() })
	defer h.release()
	info, err := f.Stat()
	if err != nil {
		w.unreadable(at, err)
		return nil
	}
	if !info.Mode().IsRegular() {
		w.unreadable(at, errNotRegular)
		return nil
	}
	it := &item{Place: at, name: base, size: info.Size(), mode: info.Mode(), head: head}
	if r, ok := f.(io.ReaderAt); ok {
		it.source = source{at: r, handle: h}
	} else {
		it.source = source{stream: io.MultiReader(newBytes(head), f)}
	}
	return w.outermost(it, named)
}

// outermost looks at a file that no container holds. Every one starts with a fresh budget.
func (w *walker) outermost(it *item, named bool) error {
	it.named = named
	w.budget = newBudget(w.limits, it)
	if named && !w.matters(it.head) {
		w.tell(it.Place, ErrUnrecognized)
		return nil
	}
	return w.take(it)
}

// link tells the caller of a link.
func (w *walker) link(l *Link) error {
	if w.opt.Link == nil {
		return nil
	}
	if err := w.opt.Link(l); err != nil {
		return stop{err}
	}
	return nil
}

// enter tells the caller of the container that it is, and returns it.
func (w *walker) enter(it *item, kind Kind) (*Container, error) {
	c := &Container{Place: it.Place, Kind: kind, In: it.in, depth: 1}
	if it.in != nil {
		c.depth = it.in.depth + 1
	}
	if c.depth > w.limits.Depth {
		return nil, fmt.Errorf("%w: it lies in %d containers already, and is not opened", ErrLimit, c.depth-1)
	}
	if w.opt.Container == nil {
		return c, nil
	}
	switch err := w.opt.Container(c); err {
	case nil:
		return c, nil
	case fs.SkipDir:
		return nil, errSkip
	default:
		return nil, stop{err}
	}
}
