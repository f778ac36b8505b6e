package judge

import (
	"io/fs"
	"path"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/musllint/musllint/lint/artifact"
	"github.com/musllint/musllint/lint/loader"
)

// shelf holds the files of one outermost container while they are judged, so that each sees
// the others where they would lie after unpacking.
type shelf struct {
	files map[string]*artifact.Content // by Place.Inner
	links map[string]string            // Place.Inner → target
	users atomic.Int32
}

func newShelf() *shelf {
	return &shelf{files: map[string]*artifact.Content{}, links: map[string]string{}}
}

// maxShelf bounds the files of one container that are held open at one time. Those of a larger
// one are judged in groups, which do not see each other.
const maxShelf = 1000

// maxShelfLinks bounds the symbolic links that are remembered.
const maxShelfLinks = 100_000

func (s *shelf) link(l *artifact.Link) {
	if len(s.links) < maxShelfLinks {
		s.links[l.Inner] = l.Target
	}
}

// release gives up the files after the last user.
func (s *shelf) release() {
	if s.users.Add(-1) == 0 {
		s.close()
	}
}

func (s *shelf) close() {
	for _, c := range s.files {
		c.Close()
	}
}

// view is what a loader sees of a shelf: the files of one container, its root being "/".
type view struct {
	*shelf
	prefix string // of Place.Inner
	wheel  bool   // the container is one of Python's
	rooted bool   // the container is one of a whole system, whose folders are those of a system
}

// viewOf returns the view of the container that a file lies in.
func (s *shelf) viewOf(c *artifact.Container) *view {
	v := &view{shelf: s}
	if c.Inner != "" {
		v.prefix = c.Inner + "!/"
	}
	switch c.Kind {
	case artifact.Wheel:
		v.wheel = true
	case artifact.Debian, artifact.Alpine, artifact.RPM, artifact.Tar, artifact.Cpio:
		v.rooted = true
	}
	return v
}

// pathOf is the path of a file in the view.
func (v *view) pathOf(p artifact.Place) string { return "/" + strings.TrimPrefix(p.Inner, v.prefix) }

// Open implements loader.Files.
func (v *view) Open(name string, way loader.Way) (*loader.Source, error) {
	if !v.rooted && (way == loader.SystemPath || way == loader.RunPath || way == loader.NeededPath) {
		return nil, fs.ErrNotExist
	}
	real, err := v.resolve(name)
	if err != nil {
		return nil, err
	}
	c, ok := v.files[v.prefix+real]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return &loader.Source{Reader: c, Size: c.Size(), ID: c}, nil
}

// maxLinks is how many symbolic links Linux follows on one path.
const maxLinks = 40

// resolve follows the symbolic links of a path and returns it without the leading slash.
func (v *view) resolve(name string) (string, error) {
	rest := strings.TrimPrefix(path.Clean("/"+name), "/")
	done := ""
	for links := 0; rest != ""; {
		part, after, _ := strings.Cut(rest, "/")
		at := path.Join(done, part)
		target, ok := v.links[v.prefix+at]
		if !ok {
			done, rest = at, after
			continue
		}
		if links++; links > maxLinks {
			return "", &fs.PathError{Op: "open", Path: name, Err: syscall.ELOOP}
		}
		if !path.IsAbs(target) {
			target = path.Join("/", done, target)
		}
		rest = strings.TrimPrefix(path.Join(path.Clean(target), after), "/")
		done = ""
	}
	return done, nil
}
