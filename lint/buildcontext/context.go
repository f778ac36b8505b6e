// Package buildcontext reads what COPY and ADD take from the build context: a folder, less
// what .dockerignore leaves out, under the rules of BuildKit for patterns, links and
// destinations.
//
// Only files that can matter to a C library are told of: ELF files, what holds them (jars,
// wheels, the archives that ADD unpacks) and links that may lead to them. A walk reads
// folders and, of files whose name does not say that they are text, the first bytes.
// Nothing outside of the folder is ever read.
package buildcontext

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/moby/patternmatcher"
)

// Context is a build context. It is safe for concurrent use: the Dockerfiles of a folder
// share one, so that the folder is walked once.
type Context struct {
	name string // as the user named it
	root *os.Root

	own     string            // path of the Dockerfile that may have an ignore file of its own
	texts   map[string][]byte // that go before what is on the disk, by Path
	mu      sync.Mutex
	ignore  *patternmatcher.PatternMatcher // nil when nothing is left out
	scanned map[string]*scan               // by folder
	limit   int
}

// DefaultFiles is how many files and folders a COPY may bring before it is given up.
const DefaultFiles = 400_000

// Options say how a folder is a build context.
type Options struct {
	// Dockerfile is the path of the Dockerfile whose own ignore file goes before that of the
	// context; empty when it has none.
	Dockerfile string
	Files      int    // that are looked at for one source of a COPY; 0: DefaultFiles
	Name       string // of the folder in what is said; empty: as it is opened
	// Texts are what small text files hold as they would be, by the names that Context.Path
	// gives them; they need not exist.
	Texts map[string][]byte
}

// Open opens a folder as a build context.
func Open(dir string, opt Options) (*Context, error) {
	if abs, err := filepath.Abs(dir); err == nil && abs == filepath.Dir(abs) {
		return nil, fmt.Errorf("%s: the root of a file system is no build context", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	c := &Context{name: dir, root: root, own: opt.Dockerfile, texts: opt.Texts, scanned: map[string]*scan{}, limit: DefaultFiles}
	if opt.Name != "" {
		c.name = opt.Name
	}
	if opt.Files > 0 {
		c.limit = opt.Files
	}
	if c.ignore, err = c.readPatterns(); err != nil {
		root.Close()
		return nil, err
	}
	return c, nil
}

// Close gives up the folder.
func (c *Context) Close() error { return c.root.Close() }

// Name returns the folder as it was named.
func (c *Context) Name() string { return c.name }

// Path returns the path of a file of the context as a user would write it.
func (c *Context) Path(name string) string {
	return filepath.ToSlash(filepath.Join(c.name, filepath.FromSlash(name)))
}

// errNotRegular is about a pipe, a device or a folder where a file is wanted.
var errNotRegular = errors.New("not a regular file")

// OpenFile opens a regular file of the context. Links are followed inside of it.
func (c *Context) OpenFile(name string) (*os.File, fs.FileInfo, error) {
	real, err := c.resolve(name)
	if err != nil {
		return nil, nil, err
	}
	// A pipe that nobody writes to would never open otherwise.
	f, err := c.root.OpenFile(real, os.O_RDONLY|nonBlock, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// Readlink returns what a symbolic link of the context says.
func (c *Context) Readlink(name string) (string, error) { return c.root.Readlink(name) }

// maxIgnoreFile is far above any ignore file that a person would write, in bytes.
const maxIgnoreFile = 1 << 20

func readAtMost(r io.Reader, n int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, n+1))
	if err == nil && int64(len(text)) > n {
		err = fmt.Errorf("larger than %d bytes", n)
	}
	return text, err
}

// maxLinks is how many symbolic links are followed on one path.
const maxLinks = 40

var errLinks = errors.New("too many levels of symbolic links")

// resolve follows the links of a path as after a chroot into the context, and returns what
// is left: a path without links, "." for the context itself. Its last element may be
// missing.
func (c *Context) resolve(name string) (string, error) {
	links := 0
	todo := strings.Split(path.Clean("/" + name)[1:], "/")
	real := "."
	for len(todo) > 0 {
		part := todo[0]
		todo = todo[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			real = path.Dir(real)
			continue
		}
		next := path.Join(real, part)
		info, err := c.root.Lstat(next)
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			real = next
			continue
		}
		if links++; links > maxLinks {
			return "", &fs.PathError{Op: "open", Path: name, Err: errLinks}
		}
		target, err := c.root.Readlink(next)
		if err != nil {
			return "", err
		}
		if path.IsAbs(target) {
			real = "."
		}
		todo = append(strings.Split(target, "/"), todo...)
	}
	return real, nil
}
