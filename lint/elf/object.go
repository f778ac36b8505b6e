package elf

// Sections that a symbol can lie in instead of one of the file's.
const (
	sectionUndefined = 0
	sectionCommon    = 0xfff2
)

// Common reports whether the symbol is a variable of an object file that several object files
// may define.
func (s Symbol) Common() bool { return s.Shndx == sectionCommon }

// ObjectSymbols calls visit with each symbol of the symbol table that a linker reads, but for
// local ones, until it returns false. The name is good until visit returns. A file without
// such a table has none.
func (f *File) ObjectSymbols(visit func(name []byte, s Symbol) bool) error {
	n, err := f.countSections()
	if err != nil {
		return err
	}
	for i := range n {
		s, err := f.readSection(i)
		if err != nil {
			return err
		}
		if s.kind != sectionSymbols {
			continue
		}
		more, err := f.symbolsOf(s, func(name []byte, s Symbol) bool {
			return s.Bind() == STBLocal || visit(name, s)
		})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// symbolsAtOnce is how many symbols are read at a time.
const symbolsAtOnce = 512

// symbolsOf reads the symbols of a section; local ones come without a name.
func (f *File) symbolsOf(table section, visit func([]byte, Symbol) bool) (more bool, err error) {
	names, err := f.readSection(uint64(table.link))
	if err != nil {
		return false, err
	}
	size := uint64(24)
	if f.Bits == 32 {
		size = 16
	}
	if table.entry != 0 && table.entry != size {
		return false, &DamageError{What: "a symbol table with elements of a size of its own", Offset: table.offset}
	}
	if table.offset > f.image.size || table.size > f.image.size-table.offset {
		return false, &DamageError{What: "the symbol table", Offset: table.offset}
	}
	records := make([]byte, 0, symbolsAtOnce*size)
	for at, end := table.offset, table.offset+table.size/size*size; at < end; at += uint64(len(records)) {
		b, err := f.image.file(at, min(symbolsAtOnce*size, end-at), "the symbol table")
		if err != nil {
			return false, err
		}
		records = append(records[:0], b...) // reading a name may overwrite b
		for b := records; len(b) > 0; b = b[size:] {
			s := f.symbolOf(b)
			if s.Bind() == STBLocal {
				if !visit(nil, s) {
					return false, nil
				}
				continue
			}
			if uint64(s.Name) >= names.size {
				return false, &DamageError{What: "the name of a symbol", Offset: names.offset + uint64(s.Name)}
			}
			name, err := f.image.fileText(names.offset+uint64(s.Name), "the name of a symbol")
			if err != nil {
				return false, err
			}
			if !visit(name, s) {
				return false, nil
			}
		}
	}
	return true, nil
}

// symbolOf reads a symbol.
func (f *File) symbolOf(b []byte) Symbol {
	if f.Bits == 64 {
		return Symbol{
			Name: f.u32(b), Info: b[4], Other: b[5], Shndx: f.u16(b[6:]),
			Value: f.u64(b[8:]), Size: f.u64(b[16:]),
		}
	}
	return Symbol{
		Name: f.u32(b), Value: uint64(f.u32(b[4:])), Size: uint64(f.u32(b[8:])),
		Info: b[12], Other: b[13], Shndx: f.u16(b[14:]),
	}
}
