package artifact

import (
	"errors"
	"fmt"
	"io"
	"path"
)

// plain is what a decompressor unpacks.
type plain struct {
	io.Reader
	giveBack func() // makes the decompressor ready for the next file; may be nil
}

// unpacked is a compressed item that is being read. Whatever goes through it is charged,
// and what goes wrong is told at the place of the item.
type unpacked struct {
	w     *walker
	at    Place
	name  string // of the format
	in    *tap
	out   io.Reader
	total int64
	err   error
}

// unpack opens a compressed item. done gives back what it holds.
func (w *walker) unpack(it *item, f *format) (cur *cursor, done func(), err error) {
	in := &tap{w: w, r: it.stream}
	if it.at != nil {
		in.r = io.NewSectionReader(it.at, 0, it.size)
	}
	packed := &cursor{r: in, buf: w.idle.window()}
	u := &unpacked{w: w, at: it.Place, name: f.name, in: in}
	p, err := f.unpack(w, packed)
	if err != nil {
		w.idle.windows = append(w.idle.windows, packed.buf)
		return nil, nil, u.fail(err)
	}
	u.out = p
	cur = &cursor{r: u, buf: w.idle.window()}
	return cur, func() {
		if p.giveBack != nil {
			p.giveBack()
		}
		w.idle.windows = append(w.idle.windows, packed.buf, cur.buf)
	}, nil
}

// Read implements io.Reader.
func (u *unpacked) Read(p []byte) (int, error) {
	if u.err != nil {
		return 0, u.err
	}
	n, err := u.out.Read(p)
	u.total += int64(n)
	if e := u.w.charge(int64(n)); e != nil {
		err = e
	}
	if err != nil && err != io.EOF {
		err = u.fail(err)
	}
	u.err = err
	return n, err
}

// fail finds the words for an error of a decompressor.
func (u *unpacked) fail(err error) error {
	if u.in.err != nil {
		err = u.in.err // where it comes from, however the decompressor puts it
	}
	if errors.As(err, new(*fault)) || u.w.ctx.Err() != nil {
		return err
	}
	switch {
	case errors.Is(err, ErrDamaged), errors.Is(err, ErrLimit), errors.Is(err, ErrUnsupported):
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = damaged("the %s data end too early, after %d unpacked bytes", u.name, u.total)
	default:
		err = damaged("the %s data after %d unpacked bytes: %v", u.name, u.total, err)
	}
	return &fault{place: u.at, err: err}
}

// tap charges what goes into a decompressor and remembers why it ended.
type tap struct {
	w   *walker
	r   io.Reader
	err error // never io.EOF
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if e := t.w.charge(int64(n)); e != nil {
		err = e
	}
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

// openCompressed opens a compressed file: a tar archive, which then counts as one
// container with its compression, another container, or an ELF file.
func (w *walker) openCompressed(it *item, f *format) error {
	cur, done, err := w.unpack(it, f)
	if err != nil {
		return err
	}
	defer done()
	head, err := cur.peek(headSize)
	if err == nil && !w.matters(head) {
		return errNothing
	}
	if !w.matters(head) {
		return err
	}
	if isTar(head) {
		return w.walkTar(it, cur, true)
	}
	c, err := w.enter(it, Compressed)
	if err != nil {
		return err
	}
	name := without(it.name, ".gz", ".xz", ".zst", ".bz2")
	return w.take(&item{
		Place: w.inner(c, name), name: path.Base(name), in: c,
		size: -1, mode: it.mode, source: source{stream: cur}, head: head,
	})
}

// openTar walks the tar archive, compressed or not, that a package keeps its files in. Its
// files belong to c itself; their names get the prefix.
func (w *walker) openTar(it *item, c *Container, prefix string) error {
	f := w.format(it.head)
	switch {
	case f == nil:
		return fmt.Errorf("%w: it is not compressed in any way known here", ErrUnsupported)
	case f.name == "tar":
		cur, done := w.cursor(it)
		defer done()
		return w.tar(cur, c, prefix)
	case f.unpack == nil:
		return damaged("a tar archive is expected here")
	}
	cur, done, err := w.unpack(it, f)
	if err != nil {
		return err
	}
	defer done()
	return w.tar(cur, c, prefix)
}
