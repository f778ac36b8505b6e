package artifact

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// chunkSize is small enough for the objects of a static library, large enough for reads.
const chunkSize = 64 << 10

// memory hands out the chunks in which unpacked content is held.
type memory struct {
	mu   sync.Mutex // contents are closed by any goroutine
	left int64
	free [][]byte
	dir  string // for what does not fit
}

// chunk returns nil when the memory is used up.
func (m *memory) chunk() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.free); n > 0 {
		b := m.free[n-1]
		m.free = m.free[:n-1]
		return b
	}
	if m.left < chunkSize {
		return nil
	}
	m.left -= chunkSize
	return make([]byte, chunkSize)
}

func (m *memory) giveBack(c chunks) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = append(m.free, c...)
}

// chunks is content in memory; all but the last are full.
type chunks [][]byte

type inMemory struct {
	chunks
	size int64
}

// ReadAt implements io.ReaderAt.
func (m *inMemory) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("negative offset %d", off)
	}
	n := 0
	for n < len(p) && off < m.size {
		i, j := off/chunkSize, off%chunkSize
		k := copy(p[n:], m.chunks[i][j:min(chunkSize, m.size-i*chunkSize)])
		n += k
		off += int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// spool unpacks an item into memory, and into a temporary file when it does not fit.
func (w *walker) spool(it *item) (io.ReaderAt, int64, *handle, error) {
	limit := w.limits.Entry
	if it.size > limit {
		return nil, 0, nil, w.tooLarge(it)
	}
	var held inMemory
	for {
		b := w.memory.chunk()
		if b == nil {
			return w.spill(it, &held)
		}
		held.chunks = append(held.chunks, b)
		n, err := fill(b, it.stream)
		held.size += int64(n)
		if held.size > limit {
			err = w.tooLarge(it)
		}
		switch err {
		case nil:
			continue
		case io.EOF:
			return &held, held.size, newHandle(func() { w.memory.giveBack(held.chunks) }), nil
		}
		w.memory.giveBack(held.chunks)
		return nil, 0, nil, err
	}
}

// fill is io.ReadFull, but the end is io.EOF wherever it comes, so that it differs from the
// io.ErrUnexpectedEOF of what is cut off.
func fill(b []byte, r io.Reader) (n int, err error) {
	for idle := 0; n < len(b) && err == nil; {
		var k int
		k, err = r.Read(b[n:])
		if n += k; k > 0 {
			idle = 0
		} else if idle++; idle > 100 && err == nil {
			err = io.ErrNoProgress
		}
	}
	if n == len(b) && err == io.EOF {
		err = nil
	}
	return n, err
}

func (w *walker) tooLarge(it *item) error {
	return &fault{place: it.Place, err: fmt.Errorf("%w: the file is larger than %s", ErrLimit, inBytes(w.limits.Entry))}
}

// spill moves what is held to a temporary file, and puts the rest of the item behind it.
func (w *walker) spill(it *item, held *inMemory) (io.ReaderAt, int64, *handle, error) {
	f, err := os.CreateTemp(w.memory.dir, "musllint-*")
	if err != nil {
		w.memory.giveBack(held.chunks)
		return nil, 0, nil, fmt.Errorf("unpack what does not fit in memory: %w", err)
	}
	// The file lives on without its name, and goes away with the process whatever happens.
	// Where the system forbids that, it goes when it is closed.
	remains := os.Remove(f.Name()) != nil
	h := newHandle(func() {
		f.Close()
		if remains {
			os.Remove(f.Name())
		}
	})
	size, err := io.Copy(f, io.NewSectionReader(held, 0, held.size))
	w.memory.giveBack(held.chunks)
	if err == nil {
		var n int64
		n, err = io.Copy(f, io.LimitReader(it.stream, w.limits.Entry-size+1))
		size += n
	}
	if err == nil && size > w.limits.Entry {
		err = w.tooLarge(it)
	}
	if err != nil {
		h.release()
		return nil, 0, nil, err
	}
	return f, size, h, nil
}
