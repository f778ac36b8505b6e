package elftest

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// machine is how the files of an architecture are written.
type machine struct {
	number    uint16 // e_machine
	bits      int
	order     binary.AppendByteOrder
	flags     uint32 // e_flags
	rel       bool   // DT_REL instead of DT_RELA
	plt, data uint32 // types of relocation: a function that is called, an address that is taken
}

var machines = map[string]machine{
	"amd64":   {62, 64, binary.LittleEndian, 0, false, 7, 6},
	"arm64":   {183, 64, binary.LittleEndian, 0, false, 1026, 1025},
	"arm/v7":  {40, 32, binary.LittleEndian, 0x5000400, true, 22, 21},
	"arm/v6":  {40, 32, binary.LittleEndian, 0x5000400, true, 22, 21},
	"386":     {3, 32, binary.LittleEndian, 0, true, 7, 6},
	"ppc64le": {21, 64, binary.LittleEndian, 2, false, 21, 20},
	"s390x":   {22, 64, binary.BigEndian, 0, false, 11, 10},
	"riscv64": {243, 64, binary.LittleEndian, 5, false, 5, 2},
	"loong64": {258, 64, binary.LittleEndian, 0x43, false, 5, 2},
}

func (f *File) arch() string {
	if f.Arch == "" {
		return "amd64"
	}
	return f.Arch
}

// Types of program headers.
const (
	ptLoad, ptDynamic, ptInterp, ptNote, ptPhdr = 1, 2, 3, 4, 6

	ptStack = 0x6474e551
)

// Tags of the dynamic section.
const (
	dtNeeded, dtPLTRelSize, dtPLTGot, dtHash, dtStrTab, dtSymTab = 1, 2, 3, 4, 5, 6
	dtStrSize, dtSymEnt, dtSoName, dtPLTRel, dtJmpRel            = 10, 11, 14, 20, 23
	dtRunPath, dtFlags, dtRela, dtRel                            = 29, 30, 7, 17
	dtVerSym, dtVerNeed, dtVerNeedNum                            = 0x6ffffff0, 0x6ffffffe, 0x6fffffff
)

// fixedBase is where programs at a fixed address lie; pages is the largest size of a page.
const (
	fixedBase = 0x400000
	pages     = 0x10000
)

// Bytes returns the file.
func (f File) Bytes() []byte {
	m, ok := machines[f.arch()]
	if !ok {
		panic("elftest: unknown architecture " + f.Arch)
	}
	w := &writer{machine: m, file: &f}
	if f.Kind == Fixed || f.Kind == Static {
		w.base = fixedBase
	}
	switch f.Kind {
	case Object:
		w.object()
	case Static:
		w.static()
	default:
		w.dynamicFile()
	}
	if missing := f.Size - w.Len(); missing > 0 {
		w.Write(make([]byte, missing))
	}
	return w.Buffer.Bytes()
}

// writer puts the parts of a file behind each other. Addresses of the first segment are
// offsets plus base, those of the second one a page more.
type writer struct {
	machine
	bytes.Buffer
	file *File
	base uint64

	strings []byte
	offsets map[string]uint64
}

type segment struct {
	kind, flags                    uint32
	offset, addr, size, mem, align uint64
}

func (w *writer) word() int { return w.bits / 8 }

func (w *writer) u16(v uint16) { w.Write(w.order.AppendUint16(nil, v)) }
func (w *writer) u32(v uint32) { w.Write(w.order.AppendUint32(nil, v)) }

// address writes a number of the size of an address.
func (w *writer) address(v uint64) {
	if w.bits == 32 {
		w.u32(uint32(v))
		return
	}
	w.Write(w.order.AppendUint64(nil, v))
}

func (w *writer) align(n int) {
	for w.Len()%n != 0 {
		w.WriteByte(0)
	}
}

func (w *writer) headerSize() int { return 40 + 3*w.word() }

func (w *writer) segmentSize() int {
	if w.bits == 32 {
		return 32
	}
	return 56
}

// header writes the ELF header and the program headers. It is called twice: once for its
// size and once with what is known in the end.
func (w *writer) header(kind uint16, entry uint64, segments []segment, sections uint64, count int) {
	class, order := byte(1), byte(1)
	if w.bits == 64 {
		class = 2
	}
	if w.order == binary.AppendByteOrder(binary.BigEndian) {
		order = 2
	}
	w.Write([]byte{0x7f, 'E', 'L', 'F', class, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	w.u16(kind)
	w.u16(w.number)
	w.u32(1)
	w.address(entry)
	phoff := uint64(0)
	if len(segments) > 0 {
		phoff = uint64(w.headerSize())
	}
	w.address(phoff)
	w.address(sections)
	w.u32(w.flags)
	w.u16(uint16(w.headerSize()))
	w.u16(uint16(w.segmentSize()))
	w.u16(uint16(len(segments)))
	sectionSize := 40
	if w.bits == 64 {
		sectionSize = 64
	}
	w.u16(uint16(sectionSize))
	w.u16(uint16(count))
	w.u16(0)
	for _, s := range segments {
		w.segment(s)
	}
}

func (w *writer) segment(s segment) {
	w.u32(s.kind)
	if w.bits == 64 {
		w.u32(s.flags)
	}
	for _, v := range []uint64{s.offset, s.addr, s.addr, s.size, s.mem} {
		w.address(v)
	}
	if w.bits == 32 {
		w.u32(s.flags)
	}
	w.address(s.align)
}

// object is a relocatable file: headers, and no section but the empty one.
func (w *writer) object() {
	w.header(1, 0, nil, uint64(w.headerSize()), 1)
	size := 40
	if w.bits == 64 {
		size = 64
	}
	w.Write(make([]byte, size))
}

// static is a program that no loader has to look at.
func (w *writer) static() {
	size := uint64(w.headerSize() + 2*w.segmentSize() + 16)
	w.header(2, w.base+size-16, []segment{
		{ptLoad, 5, 0, w.base, size, size, pages},
		{ptStack, 6, 0, 0, 0, 0, 16},
	}, 0, 0)
	w.Write(make([]byte, 16))
}

// text returns the offset of a string in the string table.
func (w *writer) text(s string) uint64 {
	if at, ok := w.offsets[s]; ok {
		return at
	}
	at := uint64(len(w.strings))
	w.strings = append(append(w.strings, s...), 0)
	w.offsets[s] = at
	return at
}

// place is where a part lies.
type place struct{ offset, addr, size uint64 }

// part writes a part of the first segment.
func (w *writer) part(write func()) place {
	w.align(8)
	start := uint64(w.Len())
	write()
	return place{start, start + w.base, uint64(w.Len()) - start}
}

// dynamicFile is a program or library that a loader reads.
func (w *writer) dynamicFile() {
	f := w.file
	w.strings, w.offsets = []byte{0}, map[string]uint64{"": 0}
	count := 5 // two to load, dynamic, stack, headers
	if f.Interp != "" {
		count++
	}
	if f.Go {
		count++
	}
	w.Write(make([]byte, w.headerSize()+count*w.segmentSize()))

	var interp, note place
	if f.Interp != "" {
		interp = w.part(func() { w.WriteString(f.Interp + "\x00") })
	}
	if f.Go {
		note = w.part(w.goNote)
	}
	needs := w.versions()
	symbols := w.part(func() { w.symbols() })
	hash := w.part(w.hash)
	versym := w.part(func() { w.versym(needs) })
	verneed := w.part(func() { w.verneed(needs) })
	for _, s := range append(slices.Clone(f.Needed), f.SoName, f.RunPath) {
		w.text(s)
	}
	names := w.part(func() { w.Write(w.strings) })
	relocations := w.part(func() { w.relocations(0, 0) }) // for its size
	code := w.part(func() { w.Write(make([]byte, 16)) })
	end := uint64(w.Len())

	w.align(8)
	second := uint64(w.Len())
	dynamicAddr := second + w.base + pages
	tags := w.tags(symbols, hash, names, versym, verneed, relocations, len(needs))
	dynamicSize := uint64(len(tags)+1) * 2 * uint64(w.word())
	gotAddr := dynamicAddr + dynamicSize
	for _, t := range append(tags, [2]uint64{}) {
		value := t[1]
		if t[0] == dtPLTGot {
			value = gotAddr
		}
		w.address(t[0])
		w.address(value)
	}
	// The slots that relocations fill in, behind the three that a loader may use itself.
	w.Write(make([]byte, (3+len(f.Undefined))*w.word()))
	secondSize := uint64(w.Len()) - second

	segments := []segment{{ptPhdr, 4, uint64(w.headerSize()), w.base + uint64(w.headerSize()), uint64(count * w.segmentSize()), uint64(count * w.segmentSize()), 8}}
	if f.Interp != "" {
		segments = append(segments, segment{ptInterp, 4, interp.offset, interp.addr, interp.size, interp.size, 1})
	}
	segments = append(segments,
		segment{ptLoad, 5, 0, w.base, end, end, pages},
		segment{ptLoad, 6, second, dynamicAddr, secondSize, secondSize, pages},
		segment{ptDynamic, 6, second, dynamicAddr, dynamicSize, dynamicSize, 8})
	if f.Go {
		segments = append(segments, segment{ptNote, 4, note.offset, note.addr, note.size, note.size, 4})
	}
	segments = append(segments, segment{ptStack, 6, 0, 0, 0, 0, 16})
	kind := uint16(3)
	if f.Kind == Fixed {
		kind = 2
	}
	entry := uint64(0)
	if f.Kind != Library {
		entry = code.addr
	}
	w.replace(0, func(w *writer) { w.header(kind, entry, segments, 0, 0) })
	w.replace(int(relocations.offset), func(w *writer) { w.relocations(gotAddr, w.word()) })
}

// replace writes over what was left open.
func (w *writer) replace(at int, write func(*writer)) {
	other := &writer{machine: w.machine, file: w.file, base: w.base, strings: w.strings, offsets: w.offsets}
	write(other)
	copy(w.Buffer.Bytes()[at:], other.Buffer.Bytes())
}

func (w *writer) goNote() {
	w.u32(4)
	w.u32(8)
	w.u32(4)
	w.WriteString("Go\x00\x00elftest\x00")
}

// symbols writes the symbol table: the empty symbol, those that are needed, those that are
// there.
func (w *writer) symbols() {
	entry := func(name string, info byte, section uint16, value uint64) {
		w.u32(uint32(w.text(name)))
		if w.bits == 64 {
			w.Write([]byte{info, 0})
			w.u16(section)
			w.address(value)
			w.address(0)
			return
		}
		w.address(value)
		w.address(0)
		w.Write([]byte{info, 0})
		w.u16(section)
	}
	const function, global, weak = 2, 1 << 4, 2 << 4
	entry("", 0, 0, 0)
	for _, s := range w.file.Undefined {
		bind := byte(global)
		if s.Weak {
			bind = weak
		}
		kind := byte(function)
		if s.Data {
			kind = 1
		}
		entry(s.Name, bind|kind, 0, 0)
	}
	for _, name := range w.file.Defined {
		entry(name, global|function, 1, w.base+uint64(w.headerSize()))
	}
}

// hash writes a DT_HASH with one chain.
func (w *writer) hash() {
	n := 1 + len(w.file.Undefined) + len(w.file.Defined)
	put := w.u32
	if w.number == 22 && w.bits == 64 { // s390x alone has hash tables of 64-bit numbers
		put = func(v uint32) { w.address(uint64(v)) }
	}
	first := 1 + len(w.file.Undefined)
	if len(w.file.Defined) == 0 {
		first = 0
	}
	put(1)
	put(uint32(n))
	put(uint32(first))
	for i := range n {
		next := 0
		if i >= first && i > 0 && i+1 < n && len(w.file.Defined) > 0 {
			next = i + 1
		}
		put(uint32(next))
	}
}

// need is a library and the versions of its symbols that are needed.
type need struct {
	library  string
	versions []string
}

// versions collects what DT_VERNEED says.
func (w *writer) versions() []need {
	var needs []need
	for _, s := range w.file.Undefined {
		if s.Version == "" {
			continue
		}
		library := w.libraryOf(s)
		i := slices.IndexFunc(needs, func(n need) bool { return n.library == library })
		if i < 0 {
			i = len(needs)
			needs = append(needs, need{library: library})
		}
		if !slices.Contains(needs[i].versions, s.Version) {
			needs[i].versions = append(needs[i].versions, s.Version)
		}
	}
	return needs
}

func (w *writer) libraryOf(s Symbol) string {
	if s.Library != "" || len(w.file.Needed) == 0 {
		return s.Library
	}
	return w.file.Needed[0]
}

// index is the number by which DT_VERSYM names a version; 1 is that of symbols without.
func index(needs []need, library, version string) uint16 {
	n := uint16(2)
	for _, need := range needs {
		for _, v := range need.versions {
			if need.library == library && v == version {
				return n
			}
			n++
		}
	}
	return 1
}

func (w *writer) versym(needs []need) {
	if len(needs) == 0 {
		return
	}
	w.u16(0)
	for _, s := range w.file.Undefined {
		w.u16(index(needs, w.libraryOf(s), s.Version))
	}
	for range w.file.Defined {
		w.u16(1)
	}
}

func (w *writer) verneed(needs []need) {
	for i, n := range needs {
		size := uint32(16 + 16*len(n.versions))
		if i == len(needs)-1 {
			size = 0
		}
		w.u16(1)
		w.u16(uint16(len(n.versions)))
		w.u32(uint32(w.text(n.library)))
		w.u32(16)
		w.u32(size)
		for j, v := range n.versions {
			next := uint32(16)
			if j == len(n.versions)-1 {
				next = 0
			}
			w.u32(sysvHash(v))
			w.u16(0)
			w.u16(index(needs, n.library, v))
			w.u32(uint32(w.text(v)))
			w.u32(next)
		}
	}
}

func sysvHash(name string) uint32 {
	h := uint32(0)
	for _, c := range []byte(name) {
		h = h<<4 + uint32(c)
		h ^= h >> 24 & 0xf0
	}
	return h & 0x0fffffff
}

// relocations writes one for each symbol that is needed, into its slot behind got.
func (w *writer) relocations(got uint64, word int) {
	for i, s := range w.file.Undefined {
		kind := w.plt
		if s.Data {
			kind = w.data
		}
		w.address(got + uint64((3+i)*word))
		if w.bits == 64 {
			w.address(uint64(i+1)<<32 | uint64(kind))
		} else {
			w.address(uint64(i+1)<<8 | uint64(kind))
		}
		if !w.rel {
			w.address(0)
		}
	}
}

func (w *writer) tags(symbols, hash, names, versym, verneed, relocations place, needs int) [][2]uint64 {
	var tags [][2]uint64
	add := func(tag, value uint64) { tags = append(tags, [2]uint64{tag, value}) }
	for _, n := range w.file.Needed {
		add(dtNeeded, w.text(n))
	}
	if w.file.SoName != "" {
		add(dtSoName, w.text(w.file.SoName))
	}
	if w.file.RunPath != "" {
		add(dtRunPath, w.text(w.file.RunPath))
	}
	add(dtHash, hash.addr)
	add(dtStrTab, names.addr)
	add(dtSymTab, symbols.addr)
	add(dtStrSize, names.size)
	add(dtSymEnt, uint64(8+2*w.word()))
	if w.file.Now {
		add(dtFlags, 8)
	}
	if len(w.file.Undefined) > 0 {
		kind := uint64(dtRela)
		if w.rel {
			kind = dtRel
		}
		add(dtPLTGot, 0)
		add(dtPLTRelSize, relocations.size)
		add(dtPLTRel, kind)
		add(dtJmpRel, relocations.addr)
	}
	if needs > 0 {
		add(dtVerSym, versym.addr)
		add(dtVerNeed, verneed.addr)
		add(dtVerNeedNum, uint64(needs))
	}
	return tags
}
