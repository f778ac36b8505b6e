package elf

// LTOKind is what an object file that gcc is yet to optimize when it links says of a symbol, as
// the linker's plug-ins number it.
type LTOKind uint8

const (
	LTODefined       LTOKind = 0
	LTOWeak          LTOKind = 1
	LTOUndefined     LTOKind = 2
	LTOWeakUndefined LTOKind = 3
	LTOCommon        LTOKind = 4
)

// ltoSymbols begins the names of the sections that list symbols. They end in a random number,
// and there are several of them in what was linked with -r. They are never compressed.
const ltoSymbols = ".gnu.lto_.symtab."

// ltoRest is what follows the two names of an entry: kind, visibility, size and slot.
const ltoRest = 1 + 1 + 8 + 4

// LTOSymbols calls visit with each symbol that gcc's intermediate code defines or uses, until
// it returns false. The name is good until visit returns. An object file that has machine code
// as well lists the same symbols for ObjectSymbols.
func (f *File) LTOSymbols(visit func(name []byte, kind LTOKind) bool) error {
	n, err := f.countSections()
	if n == 0 || err != nil {
		return err
	}
	names, err := f.sectionNames()
	if err != nil {
		return err
	}
	listed := uint64(0)
	for i := range n {
		s, err := f.readSection(i)
		if err != nil {
			return err
		}
		if uint64(s.name) >= names.size || s.kind == sectionNoBits {
			continue
		}
		b, err := f.image.file(names.offset+uint64(s.name), uint64(len(ltoSymbols)), "the name of a section")
		if err != nil || string(b) != ltoSymbols {
			continue
		}
		if listed += s.size; listed > f.image.size { // sections do not overlap
			return &ExcessError{"the symbols of gcc's intermediate code"}
		}
		more, err := f.ltoSymbols(s, visit)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func (f *File) ltoSymbols(table section, visit func([]byte, LTOKind) bool) (more bool, err error) {
	const what = "the symbols of gcc's intermediate code"
	if table.offset > f.image.size || table.size > f.image.size-table.offset {
		return false, &DamageError{What: what, Offset: table.offset}
	}
	var kept []byte
	for at, end := table.offset, table.offset+table.size; at < end; {
		name, err := f.image.fileText(at, what)
		if err != nil {
			return false, err
		}
		kept = append(kept[:0], name...) // reading on may overwrite it
		at += uint64(len(name)) + 1
		group, err := f.image.fileText(at, what)
		if err != nil {
			return false, err
		}
		at += uint64(len(group)) + 1
		b, err := f.image.file(at, ltoRest, what)
		if err != nil {
			return false, err
		}
		at += ltoRest
		if at > end {
			return false, &DamageError{What: what, Offset: end}
		}
		if !visit(kept, LTOKind(b[0])) {
			return false, nil
		}
	}
	return true, nil
}
