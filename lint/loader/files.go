package loader

import (
	"errors"
	"io"
	"io/fs"
	"syscall"

	"github.com/musllint/musllint/lint/elf"
)

// Way is how the loader came to a path.
type Way uint8

const (
	Program     Way = iota // the file that was named
	Preload                // LD_PRELOAD
	LibraryPath            // LD_LIBRARY_PATH
	OriginPath             // a run path that begins with $ORIGIN
	RunPath                // any other run path
	NeededPath             // a DT_NEEDED with a slash in it
	SystemPath             // the path file or the default path
)

// Files opens files as the machine of the replayed loader would see them. An implementation
// decides what exists there; it may be called by one goroutine at a time.
type Files interface {
	// Open returns the file of a path, or an error that wraps one of the usual errors of
	// the operating system: those of package fs, or a syscall.Errno.
	Open(path string, way Way) (*Source, error)
}

// Source is an opened file.
type Source struct {
	Reader  io.ReaderAt
	Size    int64
	ID      any          // equal for two paths of one file, comparable; nil: unlike any other
	Dir     bool         // a folder: it can be opened, but not read
	Library *Library     // known by its symbols instead of its bytes
	Close   func() error // may be nil
	file    *elf.File    // kept between replays when Keep is set
	Keep    bool         // the source will be handed out again, nothing is to be freed
}

// Library is a library that is known by what it exports and not by its bytes: one that a
// package would bring.
type Library struct {
	Needed []string
	// Has reports whether the library defines a symbol. version is what is asked for, the
	// zero Version where nothing is.
	Has func(symbol []byte, version elf.Version) bool
}

// errno is an error of the operating system in the words of musl's strerror.
type errno string

const (
	noError     errno = "No error information"
	noEntry     errno = "No such file or directory"
	notDir      errno = "Not a directory"
	isDir       errno = "Is a directory"
	noAccess    errno = "Permission denied"
	nameTooLong errno = "Filename too long"
	tooManyLink errno = "Symbolic link loop"
	noExec      errno = "Exec format error"
	invalid     errno = "Invalid argument"
	noMemory    errno = "Out of memory"
	busy        errno = "Resource busy"
	noDevice    errno = "No such device or address"
	ioError     errno = "I/O error"
)

// errnoOf translates an error of Files.
func errnoOf(err error) errno {
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return notDir
	case errors.Is(err, syscall.EISDIR):
		return isDir
	case errors.Is(err, syscall.ELOOP):
		return tooManyLink
	case errors.Is(err, syscall.ENAMETOOLONG):
		return nameTooLong
	case errors.Is(err, syscall.ENXIO): // a socket
		return noDevice
	case errors.Is(err, fs.ErrNotExist):
		return noEntry
	case errors.Is(err, fs.ErrPermission):
		return noAccess
	case errors.Is(err, fs.ErrInvalid), errors.Is(err, syscall.EINVAL):
		return invalid
	}
	return ioError
}

// goesOn reports whether the search goes on in the next folder after an error.
func (e errno) goesOn() bool {
	return e == noEntry || e == notDir || e == noAccess || e == nameTooLong
}
