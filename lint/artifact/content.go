package artifact

import (
	"io"
	"sync"
	"sync/atomic"
)

// Content is the bytes of a file. It may be used by several goroutines at once.
type Content struct {
	at     io.ReaderAt
	size   int64
	handle *handle
	closed sync.Once
}

// ReadAt implements io.ReaderAt.
func (c *Content) ReadAt(p []byte, off int64) (int, error) { return c.at.ReadAt(p, off) }

// Size is the true size in bytes.
func (c *Content) Size() int64 { return c.size }

// Close gives up the memory, temporary file or file handle behind the content, unless
// others still use it.
func (c *Content) Close() error {
	c.closed.Do(c.handle.release)
	return nil
}

// handle counts who still needs the bytes that free gives up.
type handle struct {
	users atomic.Int32
	free  func()
}

// newHandle has one user: whoever made it.
func newHandle(free func()) *handle {
	h := &handle{free: free}
	h.users.Store(1)
	return h
}

func (h *handle) retain() *handle {
	h.users.Add(1)
	return h
}

func (h *handle) release() {
	if h.users.Add(-1) == 0 {
		h.free()
	}
}
