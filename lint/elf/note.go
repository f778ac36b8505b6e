package elf

// Note is an element of PT_NOTE, without its content.
type Note struct {
	Name string // without the closing NUL: "GNU", "Go", "FreeBSD"
	Type uint32
}

// Notes that tell where a file comes from.
var (
	NoteABITag    = Note{"GNU", 1} // start-up code of glibc, which musl's has not
	NoteGoBuildID = Note{"Go", 4}
)

// maxNotes bounds what is looked at of one PT_NOTE, in bytes.
const maxNotes = 1 << 16

// Notes returns the notes of all PT_NOTE segments. What is damaged ends a segment.
func (f *File) Notes() []Note {
	var notes []Note
	for _, s := range f.Segments {
		if s.Type != PTNote {
			continue
		}
		b, err := f.image.file(s.Offset, min(s.FileSize, maxNotes), "PT_NOTE")
		if err != nil {
			continue
		}
		align := uint64(4)
		if s.Align == 8 {
			align = 8
		}
		notes = f.appendNotes(notes, b, align)
	}
	return notes
}

func (f *File) appendNotes(notes []Note, b []byte, align uint64) []Note {
	const head = 12
	for len(b) >= head {
		name, desc := uint64(f.u32(b)), uint64(f.u32(b[4:]))
		if name > uint64(len(b)-head) {
			break
		}
		notes = append(notes, Note{cString(b[head : head+name]), f.u32(b[8:])})
		next := (head+name+align-1)&^(align-1) + (desc+align-1)&^(align-1)
		if next > uint64(len(b)) {
			break
		}
		b = b[next:]
	}
	return notes
}

// cString is the text before the first NUL.
func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
