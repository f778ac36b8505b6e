// Package elf reads one ELF file from where a dynamic loader reads it: the program headers
// and what PT_DYNAMIC points to, by address. Section headers, which may be stripped or lie,
// are only a hint for naming a file's kind.
//
// Nothing is read before it is asked for, in blocks, so that a large file costs what is
// looked at. A damaged file gives an error that names the place; it is never more than an
// error.
package elf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Layout is how the numbers of an ELF file are to be read. A loader reads every file in the
// layout of its own architecture, whatever the file says about itself.
type Layout struct {
	Bits int  // 32 or 64
	Big  bool // most significant byte first
}

func (l Layout) u16(b []byte) uint16 {
	if l.Big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (l Layout) u32(b []byte) uint32 {
	if l.Big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (l Layout) u64(b []byte) uint64 {
	if l.Big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

// address reads a number of the size of an address.
func (l Layout) address(b []byte) uint64 {
	if l.Bits == 64 {
		return l.u64(b)
	}
	return uint64(l.u32(b))
}

// Word is the number of bytes of an address: 4 or 8.
func (l Layout) Word() uint64 { return uint64(l.Bits / 8) }

// Type is e_type.
type Type uint16

const (
	Relocatable Type = 1 // ET_REL, an object file
	Executable  Type = 2 // ET_EXEC, at a fixed address
	Shared      Type = 3 // ET_DYN, a library or a position-independent program
	Core        Type = 4 // ET_CORE
)

// Machine is e_machine. The names are those of the ELF specifications.
type Machine uint16

const (
	MNone    Machine = 0 // data in the form of ELF, such as compiled Guile
	M386     Machine = 3
	MMIPS    Machine = 8
	MPPC64   Machine = 21
	MS390    Machine = 22
	MARM     Machine = 40
	MX8664   Machine = 62
	MAARCH64 Machine = 183
	MRISCV   Machine = 243
	MLOONG   Machine = 258
)

// SegmentType is p_type.
type SegmentType uint32

const (
	PTLoad     SegmentType = 1
	PTDynamic  SegmentType = 2
	PTInterp   SegmentType = 3
	PTNote     SegmentType = 4
	PTTLS      SegmentType = 7
	PTGNUStack SegmentType = 0x6474e551
	PTGNURelro SegmentType = 0x6474e552
)

// Flags of a segment.
const (
	FlagExecute = 1
	FlagWrite   = 2
	FlagRead    = 4
)

// Segment is a program header. Addresses and sizes are in bytes.
type Segment struct {
	Type     SegmentType
	Flags    uint32
	Offset   uint64
	Addr     uint64
	FileSize uint64
	MemSize  uint64
	Align    uint64
}

// ErrNotELF says that a file does not begin like an ELF file.
var ErrNotELF = errors.New("not an ELF file")

// A DamageError says where a file contradicts itself.
type DamageError struct {
	What   string // what was being read
	Offset uint64 // in the file, or the address where Addr is set
	Addr   bool
}

func (e *DamageError) Error() string {
	if e.Addr {
		return fmt.Sprintf("damaged ELF file: %s at address 0x%x lies outside of what the file maps", e.What, e.Offset)
	}
	return fmt.Sprintf("damaged ELF file: %s at offset 0x%x lies outside of the file", e.What, e.Offset)
}

// File is an open ELF file. Its methods are not safe for concurrent use.
type File struct {
	Layout
	Type      Type
	Machine   Machine
	Flags     uint32 // e_flags
	Entry     uint64
	Segments  []Segment
	Dynamics  []Dynamic // of PT_DYNAMIC in their order, without the closing DT_NULL; see Prepare
	sections  sectionTable
	image     image
	headersAt uint64 // address of the program headers, where they are mapped
	mapped    bool   // the program headers lie in a segment
	dynamicAt uint64 // address of PT_DYNAMIC, 0 when there is none
	prepared  bool
	damage    error // what Prepare found
	symbols   symbolTable
	versions  map[uint16]Version // of the needed symbols, by version index
}

type sectionTable struct {
	offset uint64
	count  int
	size   int // of one header
	names  int // index of the section with the names
}

// Magic are the first bytes of every ELF file.
const Magic = "\x7fELF"

// IdentSize is the number of bytes that Identify wants to see.
const IdentSize = 20

// Ident is what the first bytes of a file say.
type Ident struct {
	Layout
	Type    Type
	Machine Machine
}

// Identify reads the layout, type and machine from the first bytes of a file.
func Identify(head []byte) (Ident, error) {
	if len(head) < 4 || string(head[:4]) != Magic {
		return Ident{}, ErrNotELF
	}
	if len(head) < IdentSize {
		return Ident{}, &DamageError{What: "the ELF header", Offset: uint64(len(head))}
	}
	var id Ident
	switch head[4] {
	case 1:
		id.Bits = 32
	case 2:
		id.Bits = 64
	default:
		return Ident{}, fmt.Errorf("damaged ELF file: class %d at offset 0x4 is neither 32-bit nor 64-bit", head[4])
	}
	switch head[5] {
	case 1:
	case 2:
		id.Big = true
	default:
		return Ident{}, fmt.Errorf("damaged ELF file: byte order %d at offset 0x5 is unknown", head[5])
	}
	id.Type = Type(id.u16(head[16:]))
	id.Machine = Machine(id.u16(head[18:]))
	return id, nil
}

// Open reads the headers of an ELF file of size bytes. A reader with a method Bytes() []byte,
// which has the whole file in memory, is not read from but looked into.
func Open(r io.ReaderAt, size int64) (*File, error) {
	var head [IdentSize]byte
	n, err := r.ReadAt(head[:min(size, IdentSize)], 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	id, err := Identify(head[:n])
	if err != nil {
		return nil, err
	}
	return OpenAs(r, size, id.Layout)
}

// The sizes of the headers.
const (
	header32, header64   = 52, 64
	segment32, segment64 = 32, 56
)

// OpenAs reads the headers as a loader of that layout does: without a look at the magic
// number, the class or the machine.
func OpenAs(r io.ReaderAt, size int64, as Layout) (*File, error) {
	f := &File{Layout: as}
	f.image.open(r, size)
	headerSize := uint64(header64)
	if as.Bits == 32 {
		headerSize = header32
	}
	head, err := f.image.file(0, headerSize, "the ELF header")
	if err != nil {
		return nil, err
	}
	f.Type = Type(f.u16(head[16:]))
	f.Machine = Machine(f.u16(head[18:]))
	word := f.Word()
	f.Entry = f.address(head[24:])
	phoff := f.address(head[24+word:])
	f.sections.offset = f.address(head[24+2*word:])
	head = head[24+3*word:]
	f.Flags = f.u32(head)
	phentsize, phnum := uint64(f.u16(head[6:])), uint64(f.u16(head[8:]))
	f.sections.size, f.sections.count = int(f.u16(head[10:])), int(f.u16(head[12:]))
	f.sections.names = int(f.u16(head[14:]))
	if err := f.readSegments(phoff, phentsize, phnum); err != nil {
		return nil, err
	}
	if err := f.image.mapSegments(f.Segments); err != nil {
		return nil, err
	}
	for _, s := range f.Segments {
		if s.Type == PTDynamic {
			f.dynamicAt = s.Addr // of several the last one counts, as for the loader
		}
	}
	return f, nil
}

func (f *File) readSegments(phoff, phentsize, phnum uint64) error {
	need := f.segmentSize()
	if phnum == 0 {
		return nil
	}
	const what = "the program headers"
	if size := phentsize * phnum; phoff > f.image.size || size > f.image.size-phoff {
		return &DamageError{What: what, Offset: f.image.size}
	}
	f.Segments = make([]Segment, 0, phnum)
	for i := range phnum {
		// A loader steps by e_phentsize, even where that is smaller than a header.
		b, err := f.image.file(phoff+i*phentsize, need, what)
		if err != nil {
			return err
		}
		f.Segments = append(f.Segments, f.segment(b))
	}
	for _, s := range f.Segments {
		if s.Type == PTLoad && phoff >= s.Offset && phoff+phentsize*phnum <= s.Offset+s.FileSize {
			f.headersAt, f.mapped = s.Addr+(phoff-s.Offset), true
			break
		}
	}
	return nil
}

// segmentSize is the size of a program header.
func (f *File) segmentSize() uint64 {
	if f.Bits == 64 {
		return segment64
	}
	return segment32
}

func (f *File) segment(b []byte) Segment {
	if f.Bits == 64 {
		return Segment{
			Type: SegmentType(f.u32(b)), Flags: f.u32(b[4:]),
			Offset: f.u64(b[8:]), Addr: f.u64(b[16:]),
			FileSize: f.u64(b[32:]), MemSize: f.u64(b[40:]), Align: f.u64(b[48:]),
		}
	}
	return Segment{
		Type: SegmentType(f.u32(b)), Offset: uint64(f.u32(b[4:])), Addr: uint64(f.u32(b[8:])),
		FileSize: uint64(f.u32(b[16:])), MemSize: uint64(f.u32(b[20:])),
		Flags: f.u32(b[24:]), Align: uint64(f.u32(b[28:])),
	}
}

// Interp returns the path that PT_INTERP asks for, empty when there is none.
func (f *File) Interp() string {
	for _, s := range f.Segments {
		if s.Type != PTInterp {
			continue
		}
		text, err := f.image.file(s.Offset, min(s.FileSize, maxPath), "PT_INTERP")
		if err != nil {
			return ""
		}
		for i, c := range text {
			if c == 0 {
				return string(text[:i])
			}
		}
		return string(text)
	}
	return ""
}

// MappedInterp returns PT_INTERP as the loader finds it in memory: the last one, by address,
// which may be empty, and only where the program headers are mapped. ok is false when there
// is none.
func (f *File) MappedInterp() (name string, ok bool, err error) {
	if !f.mapped {
		return "", false, nil
	}
	size := f.segmentSize()
	for i := range uint64(len(f.Segments)) {
		b, err := f.image.bytes(f.headersAt+i*size, size, "the program headers")
		if err != nil {
			return "", false, err
		}
		s := f.segment(b)
		if s.Type != PTInterp {
			continue
		}
		text, err := f.image.text(s.Addr, "PT_INTERP")
		if err != nil {
			return "", false, err
		}
		name, ok = string(text), true
	}
	return name, ok, nil
}

// Segment returns the first segment of a type.
func (f *File) Segment(t SegmentType) (Segment, bool) {
	for _, s := range f.Segments {
		if s.Type == t {
			return s, true
		}
	}
	return Segment{}, false
}

// maxPath is PATH_MAX of Linux.
const maxPath = 4096

// Extent returns the addresses that the file occupies, in whole pages; what does not fit into
// any memory may end before it begins. ok is false when there is nothing to load.
func (f *File) Extent() (start, end uint64, ok bool) {
	return f.image.low, f.image.high, f.image.loads > 0
}

// HasEmptyLoad reports whether a loader is told to map no bytes at all, as some linkers do.
func (f *File) HasEmptyLoad() bool {
	return slices.ContainsFunc(f.Segments, func(s Segment) bool {
		start, end := s.pages()
		return s.Type == PTLoad && start == end && start != f.image.low
	})
}

// RelroMapped reports whether the pages of PT_GNU_RELRO, rounded as the loader rounds them,
// are ones that the file occupies, so that they can be made read-only.
func (f *File) RelroMapped() bool {
	var start, end uint64
	for _, s := range f.Segments {
		if s.Type == PTGNURelro {
			start, end = s.Addr&pageMask, (s.Addr+s.MemSize)&pageMask
		}
	}
	low, high, _ := f.Extent()
	return start == end || low <= start && start < end && end <= high
}
