package fix

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxFile is the largest file that is changed, in bytes.
const maxFile = 64 << 20

// Tree is where files are read and written: folders that nothing leads out of, neither a name
// nor a link. Names are relative to the first folder; an absolute name has to be in another.
type Tree struct {
	folders []folder
}

type folder struct {
	named string // absolute, as it was named
	dir   string // absolute, without links
	root  *os.Root
}

// OpenTree opens the folder that names are relative to, and others.
func OpenTree(dirs ...string) (*Tree, error) {
	t := &Tree{}
	for _, dir := range dirs {
		var real string
		abs, err := filepath.Abs(dir)
		if err == nil {
			real, err = filepath.EvalSymlinks(abs)
		}
		if err != nil {
			return nil, errors.Join(err, t.Close())
		}
		root, err := os.OpenRoot(real)
		if err != nil {
			return nil, errors.Join(err, t.Close())
		}
		t.folders = append(t.folders, folder{abs, real, root})
	}
	return t, nil
}

// Close closes the folders.
func (t *Tree) Close() error {
	var all []error
	for _, f := range t.folders {
		all = append(all, f.root.Close())
	}
	return errors.Join(all...)
}

// Resolve returns the name under which the file behind a name is changed: its own, behind
// links, which must not lead out of the folder that the name is in. It is relative to the first
// folder where it can be, and else absolute. A file that does not exist has the name that it
// would get.
func (t *Tree) Resolve(name string) (string, error) {
	_, real, err := t.resolve(name)
	if err != nil {
		return "", err
	}
	if rel, ok := inside(t.folders[0].dir, real); ok {
		real = rel
	}
	return filepath.ToSlash(real), nil
}

// resolve returns the folder that a name is in and the absolute path of the file.
func (t *Tree) resolve(name string) (*folder, string, error) {
	abs := filepath.FromSlash(name)
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(t.folders[0].named, abs)
	}
	var in *folder
	for i := range t.folders {
		f := &t.folders[i]
		_, ok := inside(f.named, abs)
		_, also := inside(f.dir, abs)
		if (ok || also) && (in == nil || len(f.dir) > len(in.dir)) {
			in = f
		}
	}
	if in == nil {
		return nil, "", fmt.Errorf("%w: it is outside of %s", ErrRefused, filepath.ToSlash(t.folders[0].dir))
	}
	real, err := realPath(abs)
	if err != nil {
		return nil, "", withoutPath(err)
	}
	if _, ok := inside(in.dir, real); !ok {
		return nil, "", fmt.Errorf("%w: it is a link to %s, outside of %s", ErrRefused, filepath.ToSlash(real), filepath.ToSlash(in.dir))
	}
	return in, real, nil
}

// inside returns a path as seen from a folder that it is in.
func inside(dir, path string) (string, bool) {
	rel, err := filepath.Rel(dir, path)
	return rel, err == nil && filepath.IsLocal(rel)
}

// realPath follows links. Of a file that does not exist it follows those of its folders.
func realPath(abs string) (string, error) {
	real, err := filepath.EvalSymlinks(abs)
	if !errors.Is(err, fs.ErrNotExist) {
		return real, err
	}
	if _, err := os.Lstat(abs); err == nil {
		return "", errors.New("it is a link to nothing")
	}
	parent := filepath.Dir(abs)
	if parent == abs {
		return "", err
	}
	if parent, err = realPath(parent); err != nil {
		return "", err
	}
	return filepath.Join(parent, filepath.Base(abs)), nil
}

// locate returns the folder that a file is changed in and its name there.
func (t *Tree) locate(name string) (*os.Root, string, error) {
	in, real, err := t.resolve(name)
	if err != nil {
		return nil, "", err
	}
	rel, _ := inside(in.dir, real)
	return in.root, rel, nil
}

// Read implements Files.
func (t *Tree) Read(name string) (File, error) {
	root, rel, err := t.locate(name)
	if err != nil {
		return File{}, err
	}
	return readIn(root, rel)
}

func readIn(root *os.Root, rel string) (File, error) {
	info, err := root.Stat(rel)
	if err != nil {
		return File{}, err
	}
	if !info.Mode().IsRegular() { // a pipe may have nobody who ever writes to it
		return File{}, errors.New("not a regular file")
	}
	f, err := root.Open(rel)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return File{}, err
	}
	if len(content) > maxFile {
		return File{}, fmt.Errorf("larger than %d MiB", maxFile>>20)
	}
	return File{Content: content, Mode: info.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)}, nil
}

// withoutPath is an error without the path that stands beside it anyway.
func withoutPath(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
