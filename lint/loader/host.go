package loader

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
)

// maxKept bounds the size of the libraries that are kept open between replays, in bytes.
// What is kept of a file is at most its size.
const maxKept = 24 << 20

// keeper keeps libraries open that several programs need.
type keeper struct {
	sources map[any]*Source // by ID
	size    int64
}

// smallFile is the size up to which reading is cheaper than mapping, in bytes.
const smallFile = 16 << 10

// mapping is a file in memory. Whoever looks into it must be ready for the file to be cut
// short by somebody else: see Guard.
type mapping []byte

// Bytes implements what lint/elf asks for.
func (m mapping) Bytes() []byte { return m }

// ReadAt implements io.ReaderAt.
func (m mapping) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 || offset >= int64(len(m)) {
		return 0, io.EOF
	}
	n := copy(p, m[offset:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Guard calls f, which looks into mapped files, and turns the fault of one that somebody cut
// short meanwhile into an error. List and Dlopen guard themselves.
func Guard(f func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(old)
		switch e := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			err = errors.New("a file became shorter while it was read")
		default:
			panic(e)
		}
	}()
	return f()
}

// source wraps an open file. A library of moderate size is kept.
func (k *keeper) source(f *os.File, way Way) (*Source, error) {
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	id := fileID(info)
	switch {
	case info.IsDir():
		f.Close()
		return &Source{Dir: true, ID: id}, nil
	case !info.Mode().IsRegular() && way == Program:
		f.Close()
		return nil, fmt.Errorf("%s is no regular file", f.Name())
	case !info.Mode().IsRegular():
		// A device, most often /dev/null in the place of a library, has nothing to load.
		f.Close()
		return &Source{Reader: mapping(nil), ID: id}, nil
	}
	if s := k.sources[id]; s != nil && id != nil {
		f.Close()
		return s, nil
	}
	s := &Source{Reader: f, Size: info.Size(), ID: id, Close: f.Close}
	if s.Size < smallFile {
		text := make(mapping, s.Size)
		n, err := io.ReadFull(f, text)
		f.Close()
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, err
		}
		s.Reader, s.Size, s.Close = text[:n], int64(n), nil
	} else if m, ok := mapFile(f, s.Size); ok {
		s.Reader, s.Close = m, m.close
	}
	if way != Program && id != nil && k.size+s.Size <= maxKept {
		if k.sources == nil {
			k.sources = map[any]*Source{}
		}
		s.Keep = true
		k.sources[id] = s
		k.size += s.Size
	}
	return s, nil
}

// Close frees what was kept.
func (k *keeper) Close() error {
	for _, s := range k.sources {
		if s.file != nil {
			s.file.Release()
		}
		if s.Close != nil {
			s.Close()
		}
	}
	k.sources, k.size = nil, 0
	return nil
}

// Host is the files of this machine as far as the user named them: programs, folders of
// LibraryPath, and what lies beside them by way of $ORIGIN. Nothing of the machine's own
// library folders is read unless Folders has it.
type Host struct {
	Folders []string // may be read by whatever way the loader comes there
	keeper
}

// Open implements Files.
func (h *Host) Open(path string, way Way) (*Source, error) {
	switch way {
	case Program, Preload, LibraryPath, OriginPath:
	default:
		if !h.mayRead(path) {
			return nil, fs.ErrNotExist
		}
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return h.source(f, way)
}

func (h *Host) mayRead(path string) bool {
	return slices.ContainsFunc(h.Folders, func(folder string) bool {
		rel, err := filepath.Rel(folder, path)
		return err == nil && filepath.IsLocal(rel)
	})
}
