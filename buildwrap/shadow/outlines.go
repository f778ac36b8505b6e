package shadow

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"strconv"
	"strings"
	"unsafe"
)

// outlines are what the headers of a build say, in one file of the cache: a hundred files would
// take longer to open than to read. It only grows, by one write of each process that read
// headers which it has not. A record that another process is just writing, or that did not fit
// on the disk, is seen by its length or its sum.
//
// A record is four numbers of 4 bytes and text. The numbers are the length and the CRC of the text,
// a hash of the file's language and path, and a check of these three. The text is a line with the
// size and the time of the file, its language and path, then a line for each item, of its kind, its
// guard and its value. Of a hundred records that are not asked for only the numbers are looked at.
type outlines struct {
	unit   *Unit
	text   string
	slots  []slot // by the hash, with free ones between them
	count  int
	fresh  []byte
	broken bool // what is behind the last good record cannot be read
}

// slot is where a record is.
type slot struct {
	hash  uint32
	start uint32 // of its text; 0: free
}

// maxOutlines is the size, in bytes, from which on the file is begun anew. A header takes some
// 500.
const maxOutlines = 16 << 20

const recordHead = 16

// outlinesName names the file. Another muslcc may have other tables.
func (u *Unit) outlinesName() []string {
	name := layout + "-" + u.target.Version
	if program, err := os.Executable(); err == nil {
		if info, err := os.Stat(program); err == nil {
			name += "-" + strconv.FormatInt(info.Size(), 36) + "-" + strconv.FormatInt(info.ModTime().UnixNano(), 36)
		}
	}
	return []string{"outlines", name}
}

func openOutlines(u *Unit) *outlines {
	o := &outlines{unit: u}
	content, err := mapped(u.store.Cache(u.outlinesName()...))
	if err != nil {
		return o
	}
	o.broken = len(content) > maxOutlines
	if !o.broken {
		o.read(unsafe.String(unsafe.SliceData(content), len(content))) // which nobody changes
	}
	return o
}

// read finds out where the records are.
func (o *outlines) read(text string) {
	o.text = text
	// A record has some 500 bytes.
	for size := 1 << 8; o.slots == nil; size *= 2 {
		if size > len(text)/256 {
			o.slots = make([]slot, size)
		}
	}
	for start := 0; start < len(text); {
		if len(text)-start < recordHead {
			return // somebody is writing
		}
		h := readHead(text[start:])
		if !h.good() || h.length > maxOutlines {
			o.broken = true
			return
		}
		start += recordHead
		if int(h.length) > len(text)-start {
			return
		}
		o.place(h.hash, uint32(start))
		start += int(h.length)
	}
}

// head is what stands before the text of a record.
type head struct{ length, crc, hash, check uint32 }

func readHead(text string) head {
	n := func(at int) uint32 {
		return uint32(text[at]) | uint32(text[at+1])<<8 | uint32(text[at+2])<<16 | uint32(text[at+3])<<24
	}
	return head{n(0), n(4), n(8), n(12)}
}

func (h head) sum() uint32 { return (h.length*31+h.crc)*31 + h.hash + recordHead }

func (h head) good() bool { return h.check == h.sum() }

func (h head) put(b []byte) {
	for i, n := range [...]uint32{h.length, h.crc, h.hash, h.sum()} {
		binary.LittleEndian.PutUint32(b[4*i:], n)
	}
}

// place remembers where a record is; the last one of a file counts.
func (o *outlines) place(hash, start uint32) {
	if o.count >= len(o.slots)/2 {
		old := o.slots
		o.slots, o.count = make([]slot, 2*max(len(old), 1<<7)), 0
		for _, p := range old {
			if p.start > 0 {
				o.place(p.hash, p.start)
			}
		}
	}
	i := int(hash) & (len(o.slots) - 1)
	for o.slots[i].start > 0 && o.slots[i].hash != hash {
		i = (i + 1) & (len(o.slots) - 1)
	}
	if o.slots[i].start == 0 {
		o.count++
	}
	o.slots[i] = slot{hash, start}
}

// record returns the text that was kept for a file.
func (o *outlines) record(key string) (string, bool) {
	if o.count == 0 {
		return "", false
	}
	hash := hashOf(key)
	i := int(hash) & (len(o.slots) - 1)
	for o.slots[i].start > 0 && o.slots[i].hash != hash {
		i = (i + 1) & (len(o.slots) - 1)
	}
	start := int(o.slots[i].start)
	if start == 0 {
		return "", false
	}
	h := readHead(o.text[start-recordHead:])
	text := o.text[start : start+int(h.length)]
	if crc32.ChecksumIEEE(unsafe.Slice(unsafe.StringData(text), len(text))) != h.crc {
		o.broken = true
		return "", false
	}
	return text, true
}

// find returns what a file says that is still the same.
func (o *outlines) find(key string, state fileState) (outline, bool) {
	record, ok := o.record(key)
	if !ok {
		return nil, false
	}
	first, body, _ := strings.Cut(record, "\n")
	if first != state.text()+key {
		return nil, false
	}
	found := make(outline, 0, strings.Count(body, "\n"))
	for line := range strings.Lines(body) {
		guard, value, ok := strings.Cut(strings.TrimSuffix(line[1:], "\n"), " ")
		if !ok {
			return nil, false
		}
		found = append(found, item{line[0], guard, value})
	}
	return found, true
}

// add keeps what a file says.
func (o *outlines) add(key string, state fileState, what outline) {
	if strings.Contains(key, "\n") {
		return
	}
	start := len(o.fresh)
	b := append(o.fresh, make([]byte, recordHead)...)
	b = append(b, state.text()+key+"\n"...)
	for _, i := range what {
		b = append(b, i.kind)
		b = append(b, i.guard+" "+i.value+"\n"...)
	}
	text := b[start+recordHead:]
	head{length: uint32(len(text)), crc: crc32.ChecksumIEEE(text), hash: hashOf(key)}.put(b[start:])
	o.fresh = b
}

func (f fileState) text() string {
	return strconv.FormatInt(f.size, 10) + " " + strconv.FormatInt(f.time, 10) + " "
}

// save writes what was added. That it cannot is no fault: the next unit reads the headers again.
func (o *outlines) save() {
	switch name := o.unit.outlinesName(); {
	case len(o.fresh) == 0:
	case o.broken:
		_ = o.unit.store.WriteCache(o.fresh, name...)
	default:
		_ = o.unit.store.AppendCache(o.fresh, name...)
	}
}
