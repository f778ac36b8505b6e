package elf

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// blockSize is how much is read at a time.
const blockSize = 1 << 16

// maxBlocks bounds what is kept of one file: 32 MiB. Beyond it the blocks are forgotten and
// read again where they are still wanted.
const maxBlocks = 512

// maxText bounds a symbol name, in bytes.
const maxText = 1 << 20

// pageSize is that of the machines that Alpine runs on. It decides what lies around a
// segment, and so only what damaged files look like.
const pageSize = 1 << 12

// image is a file as it lies in memory after a loader mapped its segments.
type image struct {
	r      io.ReaderAt
	size   uint64
	data   []byte   // the whole file, when r has it in memory
	blocks [][]byte // by number; nil: not read
	kept   int
	spans  []span // of the PT_LOADs in their order: a later one hides an earlier one
	base   span   // the first mapping, which lies below all of them
	apart  bool   // no span hides another one
	last   int    // the span that was hit last
	stray  []byte // a copy of bytes that do not lie in one block
	err    error  // of the reader
	excess uint64 // what was spent beyond what sound files cost, see spend
}

// span is a piece of memory that is filled from the file.
type span struct {
	start, end uint64 // addresses, end exclusive, at page boundaries
	offset     uint64 // of start in the file
	zero       uint64 // from this address on there are zeros
}

// free holds blocks of files that are done with.
var free = sync.Pool{New: func() any { return new([blockSize]byte) }}

func newBlock() []byte { return free.Get().(*[blockSize]byte)[:] }

func freeBlock(b []byte) {
	if cap(b) == blockSize {
		free.Put((*[blockSize]byte)(b[:blockSize]))
	}
}

// release gives all blocks back.
func (m *image) release() {
	for i, b := range m.blocks {
		freeBlock(b)
		m.blocks[i] = nil
	}
	m.kept = 0
}

func (m *image) open(r io.ReaderAt, size int64) {
	m.r, m.size = r, uint64(max(size, 0))
	if b, ok := r.(interface{ Bytes() []byte }); ok && uint64(len(b.Bytes())) >= m.size {
		m.data = b.Bytes()[:m.size]
		return
	}
	m.blocks = make([][]byte, (m.size+blockSize-1)/blockSize)
}

// mapSegments lays out the segments as mmap does: in whole pages.
func (m *image) mapSegments(segments []Segment) {
	const mask = ^uint64(pageSize - 1)
	low, high := ^uint64(0), uint64(0)
	for _, s := range segments {
		if s.Type != PTLoad {
			continue
		}
		sp := span{start: s.Addr & mask, end: (s.Addr + s.MemSize + pageSize - 1) & mask, offset: s.Offset & mask}
		sp.zero = sp.end
		if s.MemSize > s.FileSize && s.Flags&FlagWrite != 0 {
			sp.zero = s.Addr + s.FileSize
		}
		if s.Addr < low {
			low = s.Addr
			m.base = sp
		}
		high = max(high, sp.end)
		m.spans = append(m.spans, sp)
	}
	m.base.end, m.base.zero = high, high
	m.apart = true
	for i := 1; i < len(m.spans); i++ {
		m.apart = m.apart && m.spans[i-1].end <= m.spans[i].start
	}
}

// find returns the place of an address in the file and the number of bytes that follow it
// without a seam. For zeros, where is false and n still counts.
func (m *image) find(addr uint64) (offset, n uint64, where, ok bool) {
	if m.apart && m.last < len(m.spans) {
		if s := &m.spans[m.last]; s.start <= addr && addr < s.end {
			return s.at(addr, m.size)
		}
	}
	limit := ^uint64(0)
	for i := len(m.spans) - 1; i >= 0; i-- {
		s := &m.spans[i]
		if s.start <= addr && addr < s.end {
			m.last = i
			offset, n, where, ok = s.at(addr, m.size)
			return offset, min(n, limit-addr), where, ok
		}
		if addr < s.start {
			limit = min(limit, s.start) // a later segment begins to hide from there on
		}
	}
	if s := &m.base; s.start <= addr && addr < s.end {
		offset, n, where, ok = s.at(addr, m.size)
		return offset, min(n, limit-addr), where, ok
	}
	return 0, 0, false, false
}

func (s *span) at(addr, size uint64) (offset, n uint64, where, ok bool) {
	if addr >= s.zero {
		return 0, s.end - addr, false, true
	}
	offset = s.offset + (addr - s.start)
	n = min(s.end, s.zero) - addr
	if offset >= size {
		// The rest of the last page of a file reads as zeros; a page beyond it does not exist.
		if last := (size + pageSize - 1) &^ (pageSize - 1); offset < last && offset >= s.offset {
			return 0, min(n, last-offset), false, true
		}
		return 0, 0, false, false
	}
	return offset, min(n, size-offset), true, true
}

// block returns the bytes of the file from an offset to the end of its block.
func (m *image) block(offset uint64) ([]byte, error) {
	if m.data != nil {
		return m.data[offset:], nil
	}
	i := offset / blockSize
	b := m.blocks[i]
	if b == nil {
		if m.kept == maxBlocks {
			clear(m.blocks) // and not release: somebody may still look at one
			m.kept = 0
		}
		start := i * blockSize
		b = newBlock()[:min(blockSize, m.size-start)]
		if n, err := m.r.ReadAt(b, int64(start)); n < len(b) {
			return nil, m.failed(err, start+uint64(n))
		}
		m.blocks[i] = b
		m.kept++
	}
	return b[offset%blockSize:], nil
}

func (m *image) failed(err error, offset uint64) error {
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	m.err = fmt.Errorf("reading at offset 0x%x: %w", offset, err)
	return m.err
}

// file returns n bytes of the file at an offset. They are good until the next call.
func (m *image) file(offset, n uint64, what string) ([]byte, error) {
	if offset > m.size || n > m.size-offset {
		return nil, &DamageError{What: what, Offset: min(offset+n, max(offset, m.size))}
	}
	if n == 0 {
		return nil, nil
	}
	b, err := m.block(offset)
	if err != nil || uint64(len(b)) >= n {
		return b[:min(uint64(len(b)), n)], err
	}
	out := m.room(n)
	if k, err := m.r.ReadAt(out, int64(offset)); uint64(k) < n {
		return nil, m.failed(err, offset+uint64(k))
	}
	return out, nil
}

// room returns n bytes that are used again and again.
func (m *image) room(n uint64) []byte {
	if uint64(cap(m.stray)) < n {
		m.stray = make([]byte, n)
	}
	return m.stray[:n]
}

// Sound files have short names and short hash chains. What goes beyond is allowed to a
// limit, so that a file that was made to cost time costs little.
const (
	usualText  = 4096
	usualChain = 64
	maxExcess  = 1 << 22
)

// spend counts n steps beyond the usual, of a chain or of 64 bytes of text.
func (m *image) spend(n uint64, what string) error {
	if m.excess += n; m.excess > maxExcess {
		return fmt.Errorf("damaged ELF file: %s goes beyond all bounds", what)
	}
	return nil
}

// bytes returns n bytes at an address, n being small. They are good until the next call.
func (m *image) bytes(addr, n uint64, what string) ([]byte, error) {
	offset, have, where, ok := m.find(addr)
	if ok && where && have >= n {
		b, err := m.block(offset)
		if err != nil {
			return nil, err
		}
		if uint64(len(b)) >= n {
			return b[:n], nil
		}
	}
	return m.patchwork(addr, n, what)
}

// patchwork is bytes where they do not lie in one block.
func (m *image) patchwork(addr, n uint64, what string) ([]byte, error) {
	out := m.room(n)
	for done := uint64(0); done < n; {
		offset, have, where, ok := m.find(addr + done)
		if !ok {
			return nil, &DamageError{What: what, Offset: addr + done, Addr: true}
		}
		piece := out[done:min(n, done+have)]
		if !where {
			clear(piece)
			done += uint64(len(piece))
			continue
		}
		b, err := m.block(offset)
		if err != nil {
			return nil, err
		}
		done += uint64(copy(piece, b))
	}
	return out, nil
}

// text returns the bytes before the first NUL at an address. They are good until the next
// call.
func (m *image) text(addr uint64, what string) ([]byte, error) {
	offset, have, where, ok := m.find(addr)
	if ok && where {
		b, err := m.block(offset)
		if err != nil {
			return nil, err
		}
		b = b[:min(uint64(len(b)), have, usualText)]
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return b[:i], nil
		}
	}
	return m.longText(addr, what)
}

func (m *image) longText(addr uint64, what string) ([]byte, error) {
	var out []byte
	for len(out) < maxText {
		at := addr + uint64(len(out))
		offset, have, where, ok := m.find(at)
		if !ok {
			return nil, &DamageError{What: what, Offset: at, Addr: true}
		}
		if !where {
			return out, nil
		}
		b, err := m.block(offset)
		if err != nil {
			return nil, err
		}
		b = b[:min(uint64(len(b)), have, usualText)]
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return append(out, b[:i]...), nil
		}
		out = append(out, b...)
		if err := m.spend(uint64(len(b))/64, what); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("damaged ELF file: %s at address 0x%x is longer than %d bytes", what, addr, maxText)
}

// scan calls visit with the size bytes at an address, piece by piece in whole records, and
// keeps none of them. It stops where visit returns false.
func (m *image) scan(addr, size, record uint64, what string, visit func([]byte) bool) error {
	var buffer []byte
	defer func() { freeBlock(buffer) }()
	for size >= record {
		offset, have, where, ok := m.find(addr)
		if !ok {
			return &DamageError{What: what, Offset: addr, Addr: true}
		}
		n := min(have, size, blockSize) / record * record
		if n == 0 {
			b, err := m.patchwork(addr, record, what)
			if err != nil {
				return err
			}
			n = record
			if !visit(b) {
				return nil
			}
		} else if where {
			b, err := m.piece(offset, n, &buffer)
			if err != nil {
				return err
			}
			if !visit(b) {
				return nil
			}
		} else if size < have {
			return nil // nothing but zeros to the end
		}
		addr += n
		size -= n
	}
	return nil
}

// piece returns n bytes at an offset from the block that holds them, or through a buffer.
func (m *image) piece(offset, n uint64, buffer *[]byte) ([]byte, error) {
	if m.data != nil {
		return m.data[offset:][:n], nil
	}
	if b := m.blocks[offset/blockSize]; b != nil && uint64(len(b))-offset%blockSize >= n {
		return b[offset%blockSize:][:n], nil
	}
	if *buffer == nil {
		*buffer = newBlock()
	}
	b := (*buffer)[:n]
	if k, err := m.r.ReadAt(b, int64(offset)); uint64(k) < n {
		return nil, m.failed(err, offset+uint64(k))
	}
	return b, nil
}
