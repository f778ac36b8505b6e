package elf

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sort"
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
const (
	pageSize = 1 << 12
	pageMask = ^uint64(pageSize - 1)
)

// maxLoads bounds the segments that are mapped. Linux itself refuses sixteen times as many.
const maxLoads = 1 << 12

// image is a file as it lies in memory after a loader mapped its segments.
type image struct {
	r       io.ReaderAt
	size    uint64
	data    []byte   // the whole file, when r has it in memory
	blocks  [][]byte // by number; nil: not read
	kept    int
	loads   int     // PT_LOAD segments
	low     uint64  // where the first of them begins, at a page boundary
	high    uint64  // where the last of them ends, at a page boundary
	pieces  []piece // what lies between, in order
	last    int     // the piece that was hit last
	stray   []byte  // a copy of bytes that do not lie in one block
	err     error   // of the reader
	excess  uint64  // what was spent beyond what sound files cost, see spend
	scanned uint64  // bytes, see scan
}

// piece is memory that is filled in one way.
type piece struct {
	start, end uint64 // addresses, end exclusive
	offset     uint64 // of start in the file
	zero       bool   // there are zeros instead
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

// mapSegments lays out the segments as map_library of musl does: all the memory from the
// lowest one to the end of the highest is mapped as the lowest one says, and then the others
// over it, in whole pages. What begins in the lowest page is not mapped again.
func (m *image) mapSegments(segments []Segment) error {
	low, offset := ^uint64(0), uint64(0)
	for _, s := range segments {
		if s.Type != PTLoad {
			continue
		}
		if m.loads++; m.loads > maxLoads {
			return &ExcessError{"the program headers"}
		}
		if s.Addr < low {
			low, offset = s.Addr, s.Offset
		}
		_, end := s.pages()
		m.high = max(m.high, end)
	}
	if m.loads == 0 {
		return nil
	}
	m.low = low & pageMask
	m.lay(piece{start: m.low, end: m.high, offset: offset & pageMask})
	for _, s := range segments {
		if s.Type != PTLoad {
			continue
		}
		start, end := s.pages()
		if start != m.low {
			m.lay(piece{start: start, end: end, offset: s.Offset & pageMask})
		}
		if s.MemSize > s.FileSize && s.Flags&FlagWrite != 0 {
			m.lay(piece{start: s.Addr + s.FileSize, end: end, zero: true})
		}
	}
	return nil
}

// pages returns the pages that a segment takes.
func (s Segment) pages() (start, end uint64) {
	return s.Addr & pageMask, (s.Addr + s.MemSize + pageSize - 1) & pageMask
}

// lay puts a piece over those that are there.
func (m *image) lay(p piece) {
	if p.start >= p.end {
		return
	}
	i := sort.Search(len(m.pieces), func(i int) bool { return m.pieces[i].end > p.start })
	j := sort.Search(len(m.pieces), func(i int) bool { return m.pieces[i].start >= p.end })
	var with []piece
	if i < j && m.pieces[i].start < p.start {
		with = append(with, m.pieces[i].from(m.pieces[i].start, p.start))
	}
	with = append(with, p)
	if i < j && p.end < m.pieces[j-1].end {
		with = append(with, m.pieces[j-1].from(p.end, m.pieces[j-1].end))
	}
	m.pieces = slices.Replace(m.pieces, i, j, with...)
}

// from is the part of a piece between two addresses.
func (p piece) from(start, end uint64) piece {
	return piece{start: start, end: end, offset: p.offset + (start - p.start), zero: p.zero}
}

// find returns the place of an address in the file and the number of bytes that follow it
// without a seam. For zeros, where is false and n still counts.
func (m *image) find(addr uint64) (offset, n uint64, where, ok bool) {
	if m.last < len(m.pieces) {
		if p := &m.pieces[m.last]; p.start <= addr && addr < p.end {
			return p.at(addr, m.size)
		}
	}
	i := sort.Search(len(m.pieces), func(i int) bool { return m.pieces[i].end > addr })
	if i == len(m.pieces) || addr < m.pieces[i].start {
		return 0, 0, false, false
	}
	m.last = i
	return m.pieces[i].at(addr, m.size)
}

func (p *piece) at(addr, size uint64) (offset, n uint64, where, ok bool) {
	n = p.end - addr
	if p.zero {
		return 0, n, false, true
	}
	offset = p.offset + (addr - p.start)
	if offset >= size {
		// The rest of the last page of a file reads as zeros; a page beyond it does not exist.
		if last := (size + pageSize - 1) & pageMask; offset < last && offset >= p.offset {
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

// An ExcessError says that a file costs more time or memory to read than any sound file does.
// What a loader would do with it is not known.
type ExcessError struct {
	What string // what was being read
}

func (e *ExcessError) Error() string {
	return e.What + " costs more to read than in any sound file"
}

// spend counts n steps beyond the usual, of a chain or of 64 bytes of text.
func (m *image) spend(n uint64, what string) error {
	if m.excess += n; m.excess > maxExcess {
		return &ExcessError{what}
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
	return m.join(what, func(done uint64) ([]byte, error) {
		offset, have, where, ok := m.find(addr + done)
		if !ok {
			return nil, &DamageError{What: what, Offset: addr + done, Addr: true}
		}
		if !where {
			return nil, nil
		}
		b, err := m.block(offset)
		return b[:min(uint64(len(b)), have)], err
	})
}

// fileText returns the bytes before the first NUL at an offset of the file. They are good
// until the next call.
func (m *image) fileText(offset uint64, what string) ([]byte, error) {
	return m.join(what, func(done uint64) ([]byte, error) {
		at := offset + done
		if at < offset || at >= m.size {
			return nil, &DamageError{What: what, Offset: min(at, m.size)}
		}
		return m.block(at)
	})
}

// join returns the bytes before the first NUL of a text that may lie in several pieces. next
// returns the piece behind the bytes that are known already; an empty one ends the text.
func (m *image) join(what string, next func(done uint64) ([]byte, error)) ([]byte, error) {
	var long []byte
	for len(long) < maxText {
		b, err := next(uint64(len(long)))
		if err != nil {
			return nil, err
		}
		b = b[:min(len(b), usualText)]
		i := bytes.IndexByte(b, 0)
		switch {
		case i >= 0 && long == nil:
			return b[:i], nil
		case i >= 0:
			return append(long, b[:i]...), nil
		case len(b) == 0:
			return long, nil
		}
		long = append(long, b...)
		if err := m.spend(uint64(len(b))/64+1, what); err != nil {
			return nil, err
		}
	}
	return nil, &ExcessError{what}
}

// scan calls visit with the size bytes at an address, piece by piece in whole records, and
// keeps none of them; zeros are passed over where they lie together. It stops where visit
// returns false, and reports whether it came to the end.
func (m *image) scan(addr, size, record uint64, what string, visit func([]byte) bool) (done bool, err error) {
	var buffer []byte
	defer func() { freeBlock(buffer) }()
	for size >= record {
		offset, have, where, ok := m.find(addr)
		if !ok {
			return false, &DamageError{What: what, Offset: addr, Addr: true}
		}
		n := min(have, size) / record * record
		if where {
			n = min(n, blockSize/record*record)
		}
		var b []byte
		switch {
		case n == 0:
			n = record
			b, err = m.patchwork(addr, record, what)
		case where:
			b, err = m.chunk(offset, n, &buffer)
		}
		if err != nil {
			return false, err
		}
		// The tables of a sound file do not overlap, at most that of the PLT with another one.
		if m.scanned += uint64(len(b)); m.scanned > 4*m.size+blockSize {
			return false, &ExcessError{what}
		}
		if b != nil && !visit(b) {
			return false, nil
		}
		addr += n
		size -= n
	}
	return true, nil
}

// chunk returns n bytes at an offset from the block that holds them, or through a buffer.
func (m *image) chunk(offset, n uint64, buffer *[]byte) ([]byte, error) {
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
