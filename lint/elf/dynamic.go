package elf

import "errors"

// Tag is d_tag.
type Tag uint64

const (
	DTNeeded     Tag = 1
	DTPLTRelSize Tag = 2
	DTHash       Tag = 4
	DTStrTab     Tag = 5
	DTSymTab     Tag = 6
	DTRela       Tag = 7
	DTRelaSize   Tag = 8
	DTStrSize    Tag = 10
	DTSoName     Tag = 14
	DTRPath      Tag = 15
	DTRel        Tag = 17
	DTRelSize    Tag = 18
	DTPLTRel     Tag = 20
	DTTextRel    Tag = 22
	DTJmpRel     Tag = 23
	DTBindNow    Tag = 24
	DTRunPath    Tag = 29
	DTFlags      Tag = 30
	DTRelRSize   Tag = 35
	DTRelR       Tag = 36
	DTGNUHash    Tag = 0x6ffffef5
	DTVerSym     Tag = 0x6ffffff0
	DTRelaCount  Tag = 0x6ffffff9
	DTRelCount   Tag = 0x6ffffffa
	DTFlags1     Tag = 0x6ffffffb
	DTVerDef     Tag = 0x6ffffffc
	DTVerDefNum  Tag = 0x6ffffffd
	DTVerNeed    Tag = 0x6ffffffe
	DTVerNeedNum Tag = 0x6fffffff
)

// Bits of DT_FLAGS and DT_FLAGS_1.
const (
	FlagTextRel   = 4       // DF_TEXTREL
	FlagBindNow   = 8       // DF_BIND_NOW
	FlagStaticTLS = 16      // DF_STATIC_TLS
	Flag1Now      = 1       // DF_1_NOW
	Flag1PIE      = 1 << 27 // DF_1_PIE
)

// Dynamic is one element of PT_DYNAMIC.
type Dynamic struct {
	Tag   Tag
	Value uint64
}

// maxDynamics bounds PT_DYNAMIC. Real ones have a few dozen entries, and one more for each
// needed library.
const maxDynamics = 1 << 16

// readDynamic reads PT_DYNAMIC by address.
func (f *File) readDynamic() error {
	word := f.Word()
	for i := uint64(0); f.dynamicAt != 0; i++ {
		if i == maxDynamics {
			return &ExcessError{"PT_DYNAMIC"}
		}
		b, err := f.image.bytes(f.dynamicAt+i*2*word, 2*word, "PT_DYNAMIC")
		if err != nil {
			return err
		}
		e := Dynamic{Tag(f.address(b)), f.address(b[word:])}
		if e.Tag == 0 {
			return nil
		}
		f.Dynamics = append(f.Dynamics, e)
	}
	return nil
}

// HasDynamic reports whether there is a PT_DYNAMIC that a loader would take.
func (f *File) HasDynamic() bool { return f.dynamicAt != 0 }

// Value returns the value of a tag: of the last entry with it, as musl has it for the tags
// below 37; the others stand once.
func (f *File) Value(tag Tag) (uint64, bool) {
	for i := len(f.Dynamics) - 1; i >= 0; i-- {
		if f.Dynamics[i].Tag == tag {
			return f.Dynamics[i].Value, true
		}
	}
	return 0, false
}

// FirstValue returns the value of the first entry with a tag, as musl has it for the tags of
// the GNU extensions.
func (f *File) FirstValue(tag Tag) (uint64, bool) {
	for _, e := range f.Dynamics {
		if e.Tag == tag {
			return e.Value, true
		}
	}
	return 0, false
}

// String returns the string at an offset of DT_STRTAB. It is good until the next call of any
// method; convert it to keep it.
func (f *File) String(offset uint64) ([]byte, error) {
	return f.image.text(f.symbols.strings+offset, "a string")
}

// text is String for what is kept, empty where it cannot be read.
func (f *File) text(offset uint64) string {
	b, err := f.String(offset)
	if err != nil {
		return ""
	}
	return string(b)
}

// Needed returns the names of all DT_NEEDED in their order.
func (f *File) Needed() ([]string, error) {
	var names []string
	for _, e := range f.Dynamics {
		if e.Tag != DTNeeded {
			continue
		}
		b, err := f.String(e.Value)
		if err != nil {
			return names, err
		}
		names = append(names, string(b))
	}
	return names, nil
}

// SoName returns DT_SONAME, empty when there is none.
func (f *File) SoName() string {
	offset, ok := f.Value(DTSoName)
	if !ok {
		return ""
	}
	return f.text(offset)
}

// RunPath returns the DT_RUNPATH of a file or, when it has none, its DT_RPATH. To musl they
// are the same thing.
func (f *File) RunPath() string {
	for _, tag := range [...]Tag{DTRunPath, DTRPath} {
		if offset, ok := f.Value(tag); ok {
			return f.text(offset)
		}
	}
	return ""
}

// BindNow reports whether the file asks for all its symbols when it is loaded.
func (f *File) BindNow() bool {
	now, _ := f.Value(DTBindNow)
	flags, _ := f.Value(DTFlags)
	flags1, _ := f.FirstValue(DTFlags1)
	return now != 0 || flags&FlagBindNow != 0 || flags1&Flag1Now != 0
}

// HasRelR reports whether the file has relative relocations in the compact form DT_RELR.
func (f *File) HasRelR() bool {
	size, _ := f.Value(DTRelRSize)
	return size != 0
}

// Release frees what was read. The file must not be used any more.
func (f *File) Release() { f.image.release() }

// Err returns the error of the reader that ended the last call early, nil when there was none.
func (f *File) Err() error { return f.image.err }

// ErrNoSymbols says that a file has no table to look a symbol up in.
var ErrNoSymbols = errors.New("damaged ELF file: neither DT_HASH nor DT_GNU_HASH")
