package artifact

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// disk is a folder on disk as a file system. It is os.DirFS with a cheaper Open: a file
// that is opened as if it could block is not tried out for it, which takes more calls than
// all else; and a pipe in the place of a file does not block either.
type disk string

func (d disk) path(name string) string { return filepath.Join(string(d), filepath.FromSlash(name)) }

func (d disk) Open(name string) (fs.File, error) {
	return os.OpenFile(d.path(name), os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

func (d disk) Stat(name string) (fs.FileInfo, error)         { return os.Stat(d.path(name)) }
func (d disk) ReadDir(name string) ([]fs.DirEntry, error)    { return os.ReadDir(d.path(name)) }
func (d disk) ReadLink(name string) (target string, _ error) { return os.Readlink(d.path(name)) }
func (d disk) Lstat(name string) (fs.FileInfo, error)        { return os.Lstat(d.path(name)) }
