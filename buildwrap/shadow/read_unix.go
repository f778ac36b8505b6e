//go:build unix

package shadow

import (
	"io/fs"
	"strconv"
	"syscall"
)

// stat fills in what the system has of a file, and reports whether it is there.
func stat(path string, info *syscall.Stat_t) bool {
	for {
		if err := syscall.Stat(path, info); err != syscall.EINTR {
			return err == nil
		}
	}
}

// inodeOf returns what tells a file from all others of this machine, by whatever path it is reached;
// empty when it is not there.
func inodeOf(path string) string {
	var info syscall.Stat_t
	if !stat(path, &info) {
		return ""
	}
	return strconv.FormatUint(uint64(info.Dev), 36) + ":" + strconv.FormatUint(uint64(info.Ino), 36)
}

// open opens a file to read it. The functions of package os would make it one that can be waited
// for, with a dozen calls of the system, which no file on a disk is.
func open(path string) (fd int, size int64, err error) {
	for {
		if fd, err = syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0); err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		return 0, 0, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	var info syscall.Stat_t
	if err = syscall.Fstat(fd, &info); err == nil && info.Mode&syscall.S_IFMT != syscall.S_IFREG {
		err = syscall.EINVAL
	}
	if err != nil {
		syscall.Close(fd)
		return 0, 0, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return fd, info.Size, nil
}

// mapped returns the content of a file, of which only the parts are read that are looked at. It
// stays mapped until the process ends. Who cuts the file makes it fault.
func mapped(path string) ([]byte, error) {
	fd, size, err := open(path)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(fd)
	if size == 0 {
		return nil, nil
	}
	content, err := syscall.Mmap(fd, 0, int(min(size, 1<<30)), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, &fs.PathError{Op: "mmap", Path: path, Err: err}
	}
	return content, nil
}

// readFile returns the content of a file, which is a regular one.
func readFile(path string) ([]byte, error) {
	fd, size, err := open(path)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(fd)
	content := make([]byte, size)
	for n := 0; n < len(content); {
		m, err := syscall.Read(fd, content[n:])
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return nil, &fs.PathError{Op: "read", Path: path, Err: err}
		case m == 0:
			return content[:n], nil // it became shorter
		default:
			n += m
		}
	}
	return content, nil
}
