package elf

import "math"

// section is a section header. Sections are a hint for naming what a file is, but all that an
// object file has.
type section struct {
	name         uint32 // offset in the section of names
	kind         uint32
	flags        uint64
	offset, size uint64
	link         uint32
	entry        uint64 // size of one element
}

// Types and flags of sections.
const (
	sectionSymbols = 2
	sectionNoBits  = 8
	sectionDynamic = 11 // a dynamic symbol table
	sectionExecute = 4
)

// maxSections bounds the section headers that are looked at. Objects that were compiled with
// -ffunction-sections have tens of thousands.
const maxSections = 1 << 20

func (f *File) sectionSize() uint64 {
	if f.Bits == 64 {
		return 64
	}
	return 40
}

// readSection returns a section header.
func (f *File) readSection(i uint64) (section, error) {
	at := f.sections.offset + i*uint64(f.sections.size)
	b, err := f.image.file(at, f.sectionSize(), "a section header")
	if err != nil {
		return section{}, err
	}
	s := section{name: f.u32(b), kind: f.u32(b[4:])}
	if f.Bits == 64 {
		s.flags, s.offset, s.size = f.u64(b[8:]), f.u64(b[24:]), f.u64(b[32:])
		s.link, s.entry = f.u32(b[40:]), f.u64(b[56:])
		return s, nil
	}
	s.flags, s.offset, s.size = uint64(f.u32(b[8:])), uint64(f.u32(b[16:])), uint64(f.u32(b[20:]))
	s.link, s.entry = f.u32(b[24:]), uint64(f.u32(b[36:]))
	return s, nil
}

// countSections returns the number of sections. Where it does not fit in the header, the first
// section has it.
func (f *File) countSections() (uint64, error) {
	if f.sections.offset == 0 || uint64(f.sections.size) < f.sectionSize() {
		return 0, nil
	}
	n := uint64(f.sections.count)
	if n == 0 {
		first, err := f.readSection(0)
		if err != nil {
			return 0, err
		}
		n = first.size
	}
	return min(n, maxSections), nil
}

// sectionNames returns the section that holds the names of sections.
func (f *File) sectionNames() (section, error) {
	i := uint64(f.sections.names)
	if i == math.MaxUint16 { // SHN_XINDEX
		first, err := f.readSection(0)
		if err != nil {
			return section{}, err
		}
		i = uint64(first.link)
	}
	return f.readSection(i)
}

// section returns the section of a name; the zero section where there is none, or where the
// section headers are no use.
func (f *File) section(name string) section {
	n, err := f.countSections()
	if n == 0 || err != nil {
		return section{}
	}
	names, err := f.sectionNames()
	if err != nil {
		return section{}
	}
	for i := range n {
		s, err := f.readSection(i)
		if err != nil {
			return section{}
		}
		if uint64(s.name) >= names.size {
			continue
		}
		// No more is read than decides, as names may be of any length.
		b, err := f.image.file(names.offset+uint64(s.name), uint64(len(name))+1, "the name of a section")
		if err == nil && string(b[:len(name)]) == name && b[len(name)] == 0 {
			return s
		}
	}
	return section{}
}

// HasSection reports whether the file has a section of that name. Most files that were
// stripped still have section headers, but nothing has to.
func (f *File) HasSection(name string) bool { return f.section(name) != section{} }
