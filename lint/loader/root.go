package loader

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// Root is a folder that holds the file system of an image. Every path is one inside of it;
// symbolic links lead where they would lead after a chroot, and never out of it.
type Root struct {
	keeper
	dir     *os.Root
	folders map[string]string // resolved folders, by the path that led there
}

// OpenRoot opens a folder as a file system.
func OpenRoot(dir string) (*Root, error) {
	r, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Root{dir: r, folders: map[string]string{}}, nil
}

// Close frees all files.
func (r *Root) Close() error {
	r.keeper.Close()
	return r.dir.Close()
}

// Open implements Files. A relative path is one from the top.
func (r *Root) Open(name string, way Way) (*Source, error) {
	real, err := r.resolve(name)
	if err != nil {
		return nil, err
	}
	f, err := r.dir.OpenFile(real, os.O_RDONLY|nonBlock, 0)
	if err != nil {
		return nil, err
	}
	return r.source(f, way != Program)
}

// maxLinks is how many symbolic links Linux follows on one path.
const maxLinks = 40

// resolve follows the symbolic links of a path and returns the path that is left, relative
// to the root and free of links.
func (r *Root) resolve(name string) (string, error) {
	folder, file := path.Split(path.Clean("/" + name))
	links := 0
	folder, err := r.folder(folder, &links)
	if err != nil {
		return "", err
	}
	return r.follow(folder, file, &links)
}

// folder resolves a path of a folder, which it remembers.
func (r *Root) folder(name string, links *int) (string, error) {
	if real, ok := r.folders[name]; ok {
		return real, nil
	}
	real := "."
	var err error
	for part := range strings.SplitSeq(strings.Trim(name, "/"), "/") {
		if part == "" {
			continue
		}
		if real, err = r.follow(real, part, links); err != nil {
			return "", err
		}
	}
	if *links == 0 {
		r.folders[name] = real
	}
	return real, nil
}

// follow steps from a folder without links to one of its entries.
func (r *Root) follow(folder, part string, links *int) (string, error) {
	next := path.Join(folder, part)
	info, err := r.dir.Lstat(next)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return next, err
	}
	if *links++; *links > maxLinks {
		return "", &fs.PathError{Op: "open", Path: next, Err: syscall.ELOOP}
	}
	target, err := r.dir.Readlink(next)
	if err != nil {
		return "", err
	}
	if !path.IsAbs(target) {
		target = path.Join("/", folder, target)
	}
	dir, file := path.Split(path.Clean(target))
	if dir, err = r.folder(dir, links); err != nil || file == "" {
		return dir, err
	}
	return r.follow(dir, file, links)
}
