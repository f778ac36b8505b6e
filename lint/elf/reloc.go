package elf

import (
	"encoding/binary"
	"errors"
)

// A Table is a table of relocations.
type Table struct {
	Addr    uint64
	Size    uint64 // in bytes
	Addends bool   // RELA rather than REL
	// Relative is how many at the beginning are relative and name no symbol, as DT_RELACOUNT
	// and DT_RELCOUNT have it. musl does not ask; glibc does, and crashes when it is not so.
	Relative uint64
}

// Tables returns the relocations in the order in which musl works through them: DT_JMPREL,
// DT_REL, DT_RELA. DT_RELR has no symbols, see HasRelR.
func (f *File) Tables() [3]Table {
	value := func(tag Tag) uint64 { v, _ := f.Value(tag); return v }
	return [3]Table{
		{value(DTJmpRel), value(DTPLTRelSize), value(DTPLTRel) == uint64(DTRela), 0},
		{value(DTRel), value(DTRelSize), false, value(DTRelCount)},
		{value(DTRela), value(DTRelaSize), true, value(DTRelaCount)},
	}
}

// Relocations calls visit with the type and the symbol of each relocation of a table, but
// for those without effect (type 0) and those of type relative without a symbol, until it
// returns false. Those that the file counts as relative are passed over unread: in large
// libraries they are most of what there is to read. A table that ends within a relocation is
// damaged: loaders count down to zero, and miss it.
func (f *File) Relocations(t Table, relative uint32, visit func(kind uint32, symbol uint32) bool) error {
	word := f.Word()
	record := 2 * word
	if t.Addends {
		record = 3 * word
	}
	var each func(b []byte) bool
	switch {
	case f.Bits == 64 && !f.Big:
		plain := uint64(relative)
		each = func(b []byte) bool {
			for ; uint64(len(b)) >= record; b = b[record:] {
				info := binary.LittleEndian.Uint64(b[8:16])
				if info == plain || info == 0 {
					continue
				}
				if kind := uint32(info) & 0x7fffffff; kind != 0 && !visit(kind, uint32(info>>32)) {
					return false
				}
			}
			return true
		}
	case f.Bits == 64:
		each = func(b []byte) bool {
			for ; uint64(len(b)) >= record; b = b[record:] {
				info := binary.BigEndian.Uint64(b[8:16])
				kind, symbol := uint32(info)&0x7fffffff, uint32(info>>32)
				if kind == 0 || kind == relative && symbol == 0 {
					continue
				}
				if !visit(kind, symbol) {
					return false
				}
			}
			return true
		}
	default:
		each = func(b []byte) bool {
			for ; uint64(len(b)) >= record; b = b[record:] {
				info := f.u32(b[4:8])
				kind, symbol := info&0xff, info>>8
				if kind == 0 || kind == relative && symbol == 0 {
					continue
				}
				if !visit(kind, symbol) {
					return false
				}
			}
			return true
		}
	}
	if skip := f.relatives(t, record, relative); skip > 0 {
		t.Addr += skip * record
		t.Size -= skip * record
	}
	done, err := f.image.scan(t.Addr, t.Size, record, "a relocation", each)
	if done && t.Size%record != 0 {
		err = errors.New("damaged ELF file: a table ends within a relocation")
	}
	return err
}

// relatives returns how many relocations at the beginning of a table may be passed over:
// none where the first or the last of them is not what the file says.
func (f *File) relatives(t Table, record uint64, relative uint32) uint64 {
	n := t.Relative
	if n == 0 || n > t.Size/record {
		return 0
	}
	for _, i := range [...]uint64{0, n - 1} {
		b, err := f.image.bytes(t.Addr+i*record, record, "a relocation")
		if err != nil || f.address(b[f.Word():]) != uint64(relative) {
			return 0
		}
	}
	return n
}
