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
	folders map[string]resolved // by path
}

// OpenRoot opens a folder as a file system.
func OpenRoot(dir string) (*Root, error) {
	r, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Root{dir: r, folders: map[string]resolved{}}, nil
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
	return r.source(f, way)
}

const (
	maxLinks   = 40      // symbolic links that Linux follows on one path
	longestWay = 4096    // PATH_MAX, with its NUL
	maxFolders = 1 << 12 // whose way is remembered
)

// resolved is where the path of a folder leads.
type resolved struct {
	real  string
	links int // on the way
	err   error
}

// resolve follows a path as the kernel does and returns the one that is left, relative to the
// root and free of links.
func (r *Root) resolve(name string) (string, error) {
	if len(name) >= longestWay {
		return "", &fs.PathError{Op: "open", Path: name, Err: syscall.ENAMETOOLONG}
	}
	folder, file := path.Split(name)
	way, ok := r.folders[folder]
	if !ok {
		way.real, way.err = r.walk(".", folder, &way.links)
		if len(r.folders) < maxFolders {
			r.folders[folder] = way
		}
	}
	if way.err != nil {
		return "", way.err
	}
	return r.walk(way.real, file, &way.links)
}

// walk goes a path part by part, from a folder that is free of links. That "a/.." is the
// folder of a is not so where a is a link, and no folder at all where it is a file.
func (r *Root) walk(folder, rest string, links *int) (string, error) {
	for {
		part, after, more := strings.Cut(strings.TrimLeft(rest, "/"), "/")
		rest = after
		switch part {
		case "":
			return folder, nil
		case ".":
			continue
		case "..":
			folder = path.Dir(folder) // that of the root is the root
			continue
		}
		next := path.Join(folder, part)
		info, err := r.dir.Lstat(next)
		switch {
		case err != nil:
			return "", err
		case info.Mode()&fs.ModeSymlink != 0:
			if *links++; *links > maxLinks {
				return "", &fs.PathError{Op: "open", Path: next, Err: syscall.ELOOP}
			}
			target, err := r.dir.Readlink(next)
			if err != nil {
				return "", err
			}
			if path.IsAbs(target) {
				folder = "."
			}
			if rest = target; more {
				rest += "/" + after
			}
		case !more:
			return next, nil
		case !info.IsDir():
			return "", &fs.PathError{Op: "open", Path: next, Err: syscall.ENOTDIR}
		default:
			folder = next
		}
	}
}
