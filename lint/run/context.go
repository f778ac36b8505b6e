package run

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint/buildcontext"
)

// contexts are the build contexts of the Dockerfiles of a run. Those with the same folder
// and the same ignore file share one, so that the folder is walked once.
type contexts struct {
	dir   string // of every Dockerfile; empty: the folder of each
	files int    // that may be looked at for one source of a COPY

	mu   sync.Mutex
	open map[contextKey]*sharedContext
	idle []contextKey // the one that is longest out of use first
}

// contextKey says which contexts are the same: those of a folder with the same ignore file and
// the same drafts.
type contextKey struct{ dir, ignore, drafts string }

type sharedContext struct {
	once    sync.Once
	context *buildcontext.Context
	err     error
	users   int
}

// maxIdle is how many contexts that nobody uses stay open.
const maxIdle = 16

// newContexts returns the contexts that opt means, nil when none is to be read. A folder that
// is named has to be there.
func newContexts(opt Options) (*contexts, error) {
	if opt.NoContext {
		return nil, nil
	}
	if opt.Context != "" {
		info, err := os.Stat(opt.Context)
		if err != nil {
			return nil, fmt.Errorf("--context %s: %w", opt.Context, withoutPath(err))
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("--context %s: not a folder", opt.Context)
		}
	}
	for name, value := range opt.Contexts {
		if !isFolder(value) {
			continue
		}
		if info, err := os.Stat(value); err != nil {
			return nil, fmt.Errorf("--build-context %s=%s: %w", name, value, withoutPath(err))
		} else if !info.IsDir() {
			return nil, fmt.Errorf("--build-context %s=%s: not a folder", name, value)
		}
	}
	return &contexts{dir: opt.Context, files: opt.ContextFiles, open: map[contextKey]*sharedContext{}}, nil
}

// of returns the use of a Dockerfile's context, nil when it has none: one that comes from
// standard input has none unless a folder is named.
func (c *contexts) of(dockerfile string, drafts map[string][]byte) *contextUse {
	if c == nil {
		return nil
	}
	key := contextKey{dir: c.dir}
	if key.dir == "" {
		if dockerfile == "" || isDescriptor(dockerfile) {
			return nil
		}
		key.dir = filepath.Dir(dockerfile)
	}
	key.drafts = digest(drafts)
	return &contextUse{pool: c, key: key, dockerfile: dockerfile, drafts: drafts}
}

// digest names a set of texts, empty when there are none.
func digest(texts map[string][]byte) string {
	if len(texts) == 0 {
		return ""
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(h, "%q %d\n", name, len(texts[name]))
		h.Write(texts[name])
	}
	return string(h.Sum(nil))
}

// isFolder tells whether the value of a --build-context is a folder, rather than an image, an
// OCI layout, an archive or a repository of the net.
func isFolder(value string) bool {
	return !strings.Contains(value, "://") && !strings.HasPrefix(value, "git@") && !strings.HasPrefix(value, "target:")
}

// folders returns the uses of the named build contexts that are folders.
func (c *contexts) folders(values map[string]string) map[string]*contextUse {
	if c == nil {
		return nil
	}
	uses := map[string]*contextUse{}
	for name, value := range values {
		if isFolder(value) {
			uses[name] = &contextUse{pool: c, key: contextKey{dir: value}}
		}
	}
	return uses
}

// contextUse is a context that is opened when it is first asked for.
type contextUse struct {
	pool       *contexts
	key        contextKey
	dockerfile string
	drafts     map[string][]byte // what files hold as they would be, by name
	shared     *sharedContext
}

// open opens the context.
func (u *contextUse) open() (*buildcontext.Context, error) {
	if u.shared == nil {
		if u.hasIgnoreFile() {
			u.key.ignore = u.dockerfile
		}
		u.shared = u.pool.acquire(u.key)
	}
	s := u.shared
	s.once.Do(func() {
		s.context, s.err = buildcontext.Open(u.key.dir, buildcontext.Options{Dockerfile: u.key.ignore, Files: u.pool.files, Texts: u.drafts})
	})
	return s.context, s.err
}

// hasIgnoreFile tells whether the Dockerfile has an ignore file of its own.
func (u *contextUse) hasIgnoreFile() bool {
	if u.dockerfile == "" {
		return false
	}
	name := u.dockerfile + buildcontext.IgnoreFile
	if _, ok := u.drafts[filepath.ToSlash(filepath.Clean(name))]; ok {
		return true
	}
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// opener returns what opens the context, nil without one.
func (u *contextUse) opener() func() (*buildcontext.Context, error) {
	if u == nil {
		return nil
	}
	return u.open
}

func (u *contextUse) close() {
	if u != nil && u.shared != nil {
		u.pool.release(u.key)
		u.shared = nil
	}
}

func (c *contexts) acquire(key contextKey) *sharedContext {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.open[key]
	if s == nil {
		s = &sharedContext{}
		c.open[key] = s
	}
	s.users++
	c.idle = slices.DeleteFunc(c.idle, func(k contextKey) bool { return k == key })
	return s
}

func (c *contexts) release(key contextKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.open[key]; s.users > 1 {
		s.users--
		return
	}
	c.open[key].users = 0
	c.idle = append(c.idle, key)
	if len(c.idle) > maxIdle {
		c.drop(c.idle[0])
		c.idle = c.idle[1:]
	}
}

// close closes all contexts.
func (c *contexts) close() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.open {
		c.drop(key)
	}
	c.idle = nil
}

func (c *contexts) drop(key contextKey) {
	if s := c.open[key]; s.context != nil {
		s.context.Close()
	}
	delete(c.open, key)
}
