package artifact

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// headSize is how much of a file is looked at to tell what it is: one header of tar, the
// only format whose mark does not stand at the beginning.
const headSize = 512

// item is a file on its way through the walk: on disk, or in a container.
type item struct {
	Place
	name  string // last part of its path, as a hint where the bytes leave a choice
	named bool   // the caller asked for this very file
	in    *Container
	size  int64 // as claimed; -1 when unknown
	mode  fs.FileMode
	source
	head []byte // its first bytes; not valid any more once the source is read
}

// source is where the bytes of an item come from: a place that can be read in any order,
// or a stream that can be read once, from its first byte.
type source struct {
	at     io.ReaderAt
	handle *handle // keeps at readable

	stream io.Reader
}

func newBytes(b []byte) io.Reader { return bytes.NewReader(bytes.Clone(b)) }

// What an ELF header says first. Package debug/elf knows it too, and much more than is
// needed here.
const (
	elfMagic       = "\x7fELF"
	elfBigEndian   = 2 // at byte 5
	elfRelocatable = 1 // at byte 16
)

func isELF(head []byte) bool { return bytes.HasPrefix(head, []byte(elfMagic)) }

// kindOfELF tells object files from what a loader takes.
func kindOfELF(head []byte) Kind {
	if len(head) < 18 {
		return ELF
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if head[5] == elfBigEndian {
		order = binary.BigEndian
	}
	if order.Uint16(head[16:]) == elfRelocatable {
		return Object
	}
	return ELF
}

// take yields an item that is an ELF file, and what lies in one that is a container.
func (w *walker) take(it *item) error {
	if isELF(it.head) {
		return w.yield(it)
	}
	f := w.format(it.head)
	if f == nil {
		return nil
	}
	err := w.openAs(it, f)
	if err == errNothing {
		if it.named {
			w.tell(it.Place, ErrUnrecognized)
		}
		return nil
	}
	return w.settle(it.Place, err)
}

// errNothing says that a file only looks as if it could hold others.
var errNothing = errors.New("nothing in it")

// settle makes an error that concerns only the input at a place a Problem.
func (w *walker) settle(at Place, err error) error {
	if err == nil || errors.Is(err, errSkip) {
		return nil
	}
	if errors.As(err, &stop{}) {
		return err
	}
	if err := w.ctx.Err(); err != nil {
		return stop{err}
	}
	w.tell(at, err)
	return nil
}

func (w *walker) openAs(it *item, f *format) error {
	switch {
	case f.unpack != nil:
		return w.openCompressed(it, f)
	case f.forward != nil:
		cur, done := w.cursor(it)
		defer done()
		return f.forward(w, it, cur)
	case f.random != nil:
		at, size, h, err := w.random(it)
		if err != nil {
			return err
		}
		defer h.release()
		return f.random(w, it, source{at: at, handle: h}, size)
	}
	return fmt.Errorf("%w: it is %s", ErrUnsupported, f.name)
}

// yield hands an ELF file to visit.
func (w *walker) yield(it *item) error {
	f := &File{Place: it.Place, Kind: kindOfELF(it.head), In: it.in, Size: it.size, Mode: it.mode}
	appImage := len(it.head) > 10 && string(it.head[8:11]) == "AI\x02"
	var (
		loaded, over bool
		at           io.ReaderAt
		size         int64
		h            *handle
		failed       error
	)
	f.open = func() (*Content, error) {
		if over {
			return nil, fmt.Errorf("open %s: the walk has gone on", f.Place)
		}
		if !loaded {
			loaded = true
			at, size, h, failed = w.random(it)
			if failed != nil {
				w.tell(it.Place, failed)
			}
		}
		if failed != nil {
			return nil, failed
		}
		return &Content{at: at, size: size, handle: h.retain()}, nil
	}
	err := w.visit(f)
	over = true
	if h != nil {
		h.release()
	}
	if err != nil {
		return stop{err}
	}
	if err := w.ctx.Err(); err != nil {
		return stop{err}
	}
	if appImage {
		w.tell(it.Place, fmt.Errorf("%w: the file system inside an AppImage is not opened", ErrUnsupported))
	}
	return nil
}

// random makes the bytes of an item readable in any order, unpacking them if it must. Its
// caller releases the handle.
func (w *walker) random(it *item) (io.ReaderAt, int64, *handle, error) {
	if it.at == nil {
		return w.spool(it)
	}
	if it.in != nil {
		if err := w.charge(it.size); err != nil {
			return nil, 0, nil, err
		}
	}
	return it.at, it.size, it.handle.retain(), nil
}

// cursor reads an item forwards. done gives the cursor back.
func (w *walker) cursor(it *item) (cur *cursor, done func()) {
	cur = &cursor{buf: w.idle.window()}
	if it.at != nil {
		cur.at, cur.size, cur.handle = it.at, it.size, it.handle
	} else {
		cur.r = it.stream
	}
	return cur, func() { w.idle.windows = append(w.idle.windows, cur.buf) }
}
