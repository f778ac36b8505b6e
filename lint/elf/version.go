package elf

// Version is what a file asks of another one by name: a version node, such as "GLIBC_2.34",
// and the soname of the library that is to have it.
type Version struct {
	Node    string
	Library string
}

// versionIndex returns the element of DT_VERSYM of a symbol; bit 15 means hidden.
func (f *File) versionIndex(i uint32) (uint16, error) {
	b, err := f.image.bytes(f.symbols.versym+2*uint64(i), 2, "DT_VERSYM")
	if err != nil {
		return 0, err
	}
	return f.u16(b), nil
}

// SymbolVersion returns the version that an undefined symbol asks for; the zero Version when
// it asks for none.
func (f *File) SymbolVersion(i uint32) Version {
	if f.symbols.versym == 0 {
		return Version{}
	}
	v, err := f.versionIndex(i)
	if err != nil {
		return Version{}
	}
	return f.needs()[v&0x7fff]
}

// NeededVersions returns all versions that a file asks for, in their order.
func (f *File) NeededVersions() []Version {
	var list []Version
	f.eachNeed(func(_ uint16, v Version) { list = append(list, v) })
	return list
}

func (f *File) needs() map[uint16]Version {
	if f.versions == nil {
		f.versions = map[uint16]Version{}
		f.eachNeed(func(index uint16, v Version) { f.versions[index] = v })
	}
	return f.versions
}

// maxVersions bounds DT_VERNEED: an index has 15 bits.
const maxVersions = 1 << 15

// eachNeed walks DT_VERNEED: a list of libraries, each with a list of versions. What cannot
// be read ends it, as versions mean nothing to musl.
func (f *File) eachNeed(visit func(index uint16, v Version)) {
	at, ok := f.FirstValue(DTVerNeed)
	if !ok {
		return
	}
	for left := maxVersions; left > 0; left-- {
		head, err := f.image.bytes(at, 16, "DT_VERNEED")
		if err != nil {
			return
		}
		count := f.u16(head[2:])
		library := f.text(uint64(f.u32(head[4:])))
		if head, err = f.image.bytes(at, 16, "DT_VERNEED"); err != nil {
			return
		}
		aux, next := at+uint64(f.u32(head[8:])), f.u32(head[12:])
		for ; count > 0 && left > 0; count, left = count-1, left-1 {
			b, err := f.image.bytes(aux, 16, "DT_VERNEED")
			if err != nil {
				return
			}
			index, name, step := f.u16(b[6:]), f.u32(b[8:]), f.u32(b[12:])
			visit(index&0x7fff, Version{f.text(uint64(name)), library})
			if step == 0 {
				break
			}
			aux += uint64(step)
		}
		if next == 0 {
			return
		}
		at += uint64(next)
	}
}
