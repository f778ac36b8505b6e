package artifact

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"path"
)

const (
	zipLocal     = "PK\x03\x04"
	zipLocalSize = 30
	jmodMagic    = "JM\x01\x00" // in front of the zip file that a Java module is

	methodStored   = 0
	methodDeflated = 8
)

// walkZip walks a zip file by its central directory, as everything does that reads one
// from a disk. The directory is read twice, entry by entry, and never held: first to tell
// what kind of zip file it is.
func walkZip(w *walker, it *item, src source, size int64) error {
	dir, err := findDirectory(src.at, size)
	if err != nil {
		return err
	}
	z := zipReader{w: w, src: src, size: size, base: dir.base}
	z.window = w.idle.window()
	defer func() { w.idle.windows = append(w.idle.windows, z.window) }()
	kind, err := z.kind(dir, it.name)
	if err != nil {
		return err
	}
	if z.c, err = w.enter(it, kind); err != nil {
		return err
	}
	return z.walk(dir)
}

// walkScript opens the zip file behind a script: a zipapp, a pex, an executable jar.
func walkScript(w *walker, it *item, src source, size int64) error {
	var tail [endSize]byte
	if size < endSize {
		return errNothing
	}
	if _, err := src.at.ReadAt(tail[:], size-endSize); err != nil && err != io.EOF {
		return err
	}
	if string(tail[:4]) != endMagic {
		return errNothing
	}
	return walkZip(w, it, src, size)
}

type zipReader struct {
	w      *walker
	c      *Container
	src    source
	size   int64
	base   int64 // what stands before the zip file
	window []byte
	local  cursor
	head   [headSize]byte
	prefix inflater

	encrypted int
}

// kind reads the directory for its names.
func (z *zipReader) kind(dir directory, file string) (Kind, error) {
	var marks zipMarks
	d := dir.open(z.src, z.window)
	for {
		e, err := d.next()
		if err == io.EOF {
			return marks.kind(file), nil
		}
		if err != nil {
			return marks.kind(file), nil // told when the files are walked
		}
		if err := z.w.entry(); err != nil {
			return "", err
		}
		marks.see(e.name)
	}
}

func (z *zipReader) walk(dir directory) error {
	z.local = cursor{at: z.src.at, size: z.size, handle: z.src.handle, buf: make([]byte, 8<<10)}
	d := dir.open(z.src, z.window)
	for {
		e, err := d.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := z.w.goOn(); err != nil {
			return err
		}
		if err := z.w.settle(z.c.Place, z.entry(e)); err != nil {
			return err
		}
	}
	if z.encrypted > 0 {
		return fmt.Errorf("%w: %d encrypted files in it", ErrUnsupported, z.encrypted)
	}
	return nil
}

// entry handles one entry of the directory. Its error concerns this entry only.
func (z *zipReader) entry(e *zipEntry) error {
	switch {
	case bytes.HasSuffix(e.name, []byte("/")), e.packed == 0:
		return nil
	case e.flags&1 != 0:
		z.encrypted++
		return nil
	case e.method != methodStored && e.method != methodDeflated:
		return z.fault(e, fmt.Errorf("%w: compression method %d", ErrUnsupported, e.method))
	}
	from, err := z.find(e)
	if err != nil {
		return z.fault(e, err)
	}
	head, err := z.peek(e, from)
	if err != nil {
		return z.fault(e, err)
	}
	link := e.mode&unixType == unixSymlink && z.w.opt.Link != nil
	if !link && !z.w.matters(head) {
		return nil
	}
	it := &item{
		Place: z.w.inner(z.c, string(e.name)), name: path.Base(string(e.name)), in: z.c,
		size: e.size, mode: fs.FileMode(e.mode & 0o777), head: head,
	}
	if e.method == methodStored {
		it.source = source{at: io.NewSectionReader(z.src.at, from, e.packed), handle: z.src.handle}
		it.size = e.packed
	} else {
		r, done := z.inflate(e, from, it.Place)
		defer done()
		it.stream = r
	}
	if link {
		return z.link(it)
	}
	return z.w.take(it)
}

// fault is an error with the place of an entry.
func (z *zipReader) fault(e *zipEntry, err error) error {
	if errors.As(err, new(*fault)) {
		return err
	}
	return &fault{place: z.w.inner(z.c, string(e.name)), err: known(err)}
}

func (z *zipReader) link(it *item) error {
	r := it.stream
	if it.at != nil {
		r = io.NewSectionReader(it.at, 0, it.size)
	}
	target, err := io.ReadAll(io.LimitReader(r, maxName))
	if err != nil {
		return err
	}
	return z.w.link(&Link{Place: it.Place, In: z.c, Target: cleanTarget(string(target))})
}

// find returns where the data of an entry begin, behind its local header.
func (z *zipReader) find(e *zipEntry) (int64, error) {
	header := z.base + e.offset
	if header < 0 || header > z.size-zipLocalSize || e.packed > z.size-header-zipLocalSize {
		return 0, damaged("its %d bytes at offset %d are not all in the zip file", e.packed, header)
	}
	if _, err := z.local.Seek(header, io.SeekStart); err != nil {
		return 0, err
	}
	head, err := z.local.peek(zipLocalSize)
	if err != nil {
		return 0, err
	}
	if len(head) < zipLocalSize || string(head[:4]) != zipLocal {
		return 0, damaged("no local header at offset %d", header)
	}
	from := header + zipLocalSize + int64(binary.LittleEndian.Uint16(head[26:])) + int64(binary.LittleEndian.Uint16(head[28:]))
	if e.packed > z.size-from {
		return 0, damaged("its %d bytes at offset %d are not all in the zip file", e.packed, from)
	}
	return from, nil
}

// Where the head of an entry is looked for: nearly always within the first bytes, else
// within more of them, behind which no compressor hides it.
const (
	peekPacked = 2 << 10
	peekMore   = 64 << 10
)

// peek returns the first bytes of an entry whose data begin at from.
func (z *zipReader) peek(e *zipEntry, from int64) ([]byte, error) {
	if _, err := z.local.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	if e.method == methodStored {
		return z.local.peek(int(min(e.packed, headSize)))
	}
	packed, err := z.local.peek(int(min(e.packed, peekPacked)))
	if err != nil {
		return nil, err
	}
	// Nearly every file is told by its first bytes and by what is not in a tar header.
	n, _ := z.prefix.prefix(z.head[:tarSumEnd], packed)
	if n == tarSumEnd {
		if _, ok := tarSum(z.head[:]); !ok {
			return z.head[:n], nil
		}
	}
	n, whole := z.prefix.prefix(z.head[:], packed)
	if whole || e.packed <= peekPacked && n > 0 {
		return z.head[:n], nil
	}
	more := min(e.packed, peekMore)
	if err := z.w.charge(more); err != nil {
		return nil, err
	}
	cur := &cursor{at: io.NewSectionReader(z.src.at, from, more), size: more, buf: z.w.idle.window()}
	r := z.w.inflater(cur)
	n, err = io.ReadFull(r, z.head[:])
	z.w.idle.inflate = append(z.w.idle.inflate, r)
	z.w.idle.windows = append(z.w.idle.windows, cur.buf)
	if n > 0 || err == io.EOF {
		return z.head[:n], nil
	}
	return nil, damaged("nothing can be unpacked from its first %d bytes", more)
}

func (w *walker) inflater(r io.Reader) io.ReadCloser {
	if z, ok := pop(&w.idle.inflate); ok {
		// It never fails.
		_ = z.(flate.Resetter).Reset(r, nil)
		return z
	}
	return flate.NewReader(r)
}

// inflate unpacks an entry, checks what comes out of it, and charges both.
func (z *zipReader) inflate(e *zipEntry, from int64, at Place) (r io.Reader, done func()) {
	w := z.w
	in := &tap{w: w, r: io.NewSectionReader(z.src.at, from, e.packed)}
	packed := &cursor{r: in, buf: w.idle.window()}
	f := w.inflater(packed)
	u := &unpacked{w: w, at: at, name: "deflate", in: in, out: &checked{r: f, sum: crc32.NewIEEE(), entry: *e}}
	return u, func() {
		w.idle.inflate = append(w.idle.inflate, f)
		w.idle.windows = append(w.idle.windows, packed.buf)
	}
}

// checked compares the size and the checksum of what is unpacked with those that the
// directory gives.
type checked struct {
	r     io.Reader
	sum   hash.Hash32
	n     int64
	entry zipEntry
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum.Write(p[:n])
	c.n += int64(n)
	switch {
	case err != nil && err != io.EOF:
	case c.n > c.entry.size || err == io.EOF && c.n < c.entry.size:
		err = damaged("it is not of the %d bytes that the directory of the zip file gives", c.entry.size)
	case err == io.EOF && c.sum.Sum32() != c.entry.crc:
		err = damaged("its checksum differs from that in the directory of the zip file")
	}
	return n, err
}
