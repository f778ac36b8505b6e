package artifact

import (
	"errors"
	"io"
)

// cursor reads forwards through a window, either over a place that can be read in any
// order, where it skips without reading, or over a stream.
type cursor struct {
	at     io.ReaderAt
	size   int64   // of at
	handle *handle // keeps at readable

	r io.Reader

	buf  []byte // the window
	i, n int    // what is not read yet in it
	off  int64  // how far the content was read
	err  error  // why nothing more comes into the window; io.EOF at the end
}

const windowSize = 32 << 10

// peek returns the next n bytes without reading them, fewer at the end or before an
// error. They are valid until the next call. The window bounds n.
func (c *cursor) peek(n int) ([]byte, error) {
	for c.n-c.i < n && c.err == nil {
		c.fill()
	}
	b := c.buf[c.i:min(c.n, c.i+n)]
	if len(b) < n && c.err != io.EOF {
		return b, c.err
	}
	return b, nil
}

// fill reads at least one more byte into the window, or sets err.
func (c *cursor) fill() {
	if c.i > 0 {
		c.n = copy(c.buf, c.buf[c.i:c.n])
		c.i = 0
	}
	for range 100 {
		n, err := c.read(c.buf[c.n:])
		c.n += n
		c.err = err
		if n > 0 || err != nil {
			return
		}
	}
	c.err = io.ErrNoProgress
}

// read reads what follows the window.
func (c *cursor) read(p []byte) (int, error) {
	if c.at == nil {
		return c.r.Read(p)
	}
	from := c.off + int64(c.n-c.i)
	left := c.size - from
	if left <= 0 {
		return 0, io.EOF
	}
	n, err := c.at.ReadAt(p[:min(left, int64(len(p)))], from)
	if err == io.EOF {
		// The file is shorter than it was when it was opened.
		err = io.ErrUnexpectedEOF
	}
	if n > 0 {
		err = nil
	}
	return n, err
}

// Read implements io.Reader.
func (c *cursor) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if c.i == c.n {
		if c.err != nil {
			return 0, c.err
		}
		if len(p) >= len(c.buf) {
			c.i, c.n = 0, 0 // the window does not end where this ends
			n, err := c.read(p)
			c.off += int64(n)
			return n, err
		}
		if c.fill(); c.n == 0 {
			return 0, c.err
		}
	}
	n := copy(p, c.buf[c.i:c.n])
	c.i += n
	c.off += int64(n)
	return n, nil
}

// ReadByte implements io.ByteReader, by which decompressors read no more than they need.
func (c *cursor) ReadByte() (byte, error) {
	if c.i == c.n {
		if c.err == nil {
			c.fill()
		}
		if c.i == c.n {
			return 0, c.err
		}
	}
	b := c.buf[c.i]
	c.i++
	c.off++
	return b, nil
}

var errNoSeek = errors.New("a stream cannot seek")

// Seek implements io.Seeker; over a stream it only fails, as package archive/tar expects.
func (c *cursor) Seek(offset int64, whence int) (int64, error) {
	if c.at == nil {
		return 0, errNoSeek
	}
	switch whence {
	case io.SeekCurrent:
		offset += c.off
	case io.SeekEnd:
		offset += c.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	if start := c.off - int64(c.i); start <= offset && offset <= c.off+int64(c.n-c.i) {
		c.i = int(offset - start)
	} else {
		c.i, c.n, c.err = 0, 0, nil
	}
	c.off = offset
	return offset, nil
}

// skip passes over n bytes. It fails when there are fewer.
func (c *cursor) skip(n int64) error {
	if n < 0 {
		panic("artifact: negative skip")
	}
	if c.at != nil {
		if n > c.size-c.off {
			_, _ = c.Seek(0, io.SeekEnd)
			return io.ErrUnexpectedEOF
		}
		_, err := c.Seek(n, io.SeekCurrent)
		return err
	}
	for n > 0 {
		if c.i == c.n {
			if c.err == nil {
				c.fill()
			}
			if c.i == c.n {
				return noEOF(c.err)
			}
		}
		k := min(n, int64(c.n-c.i))
		c.i += int(k)
		c.off += k
		n -= k
	}
	return nil
}

// align passes over the bytes up to a multiple of n from start on, or to the end.
func (c *cursor) align(n, start int64) error {
	err := c.skip((n - (c.off-start)%n) % n)
	if err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// holds tells whether n more bytes can follow. Over a stream nobody knows.
func (c *cursor) holds(n int64) bool { return c.at == nil || n <= c.size-c.off }

// source is the next n bytes as an item reads them.
func (c *cursor) source(n int64) source {
	if c.at != nil {
		return source{at: io.NewSectionReader(c.at, c.off, n), handle: c.handle}
	}
	return source{stream: &exactly{c, n}}
}

// exactly reads n bytes and fails when there are fewer.
type exactly struct {
	r io.Reader
	n int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(e.n, int64(len(p)))])
	e.n -= int64(n)
	return n, noEOF(err)
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
