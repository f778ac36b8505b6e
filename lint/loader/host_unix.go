//go:build unix

package loader

import (
	"io/fs"
	"os"
	"syscall"
)

// nonBlock keeps a pipe from waiting for its other end.
const nonBlock = syscall.O_NONBLOCK

type inode struct{ dev, ino uint64 }

// fileID tells files apart as the loader does: by device and inode.
func fileID(info fs.FileInfo) any {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return inode{uint64(st.Dev), uint64(st.Ino)}
}

// openFile opens a file.
func openFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|nonBlock, 0)
}

// mapFile maps a file and closes it.
func mapFile(f *os.File, size int64) (mapping, bool) {
	if size != int64(int(size)) {
		return nil, false
	}
	m, err := syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, false
	}
	f.Close()
	return m, true
}

func (m mapping) close() error { return syscall.Munmap(m) }
