package shadow

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"strconv"
	"strings"
)

// outlines are what the headers of a build say, in one file of the cache: a hundred files would
// take longer to open than to read. It only grows, by one write of each process that read
// headers which it has not. A record that another process is just writing, or that did not fit
// on the disk, is seen by its length or its sum.
//
// A record is two numbers of 4 bytes, the length and the CRC of the rest, and text: a line with
// the size and the time of the file, its language and path, then a line for each item, of its kind, its
// guard and its value.
type outlines struct {
	unit    *unit
	records map[string]string // by language and path
	fresh   []byte
	broken  bool // what is behind the last good record cannot be read
}

// maxOutlines is the size, in bytes, from which on the file is begun anew. A header takes some
// 500.
const maxOutlines = 16 << 20

const recordHead = 8

// outlinesName names the file. Another muslcc may have other tables.
func (u *unit) outlinesName() []string {
	name := layout + "-" + u.target.Version
	if program, err := os.Executable(); err == nil {
		if info, err := os.Stat(program); err == nil {
			name += "-" + strconv.FormatInt(info.Size(), 36) + "-" + strconv.FormatInt(info.ModTime().UnixNano(), 36)
		}
	}
	return []string{"outlines", name}
}

func openOutlines(u *unit) *outlines {
	o := &outlines{unit: u, records: map[string]string{}}
	content, err := os.ReadFile(u.store.Cache(u.outlinesName()...))
	if err != nil {
		return o
	}
	o.broken = len(content) > maxOutlines
	if !o.broken {
		o.read(content)
	}
	return o
}

func (o *outlines) read(content []byte) {
	text := string(content)
	for len(text) > recordHead {
		end := recordHead + int(binary.LittleEndian.Uint32(content))
		if end > len(text) {
			o.broken = end > maxOutlines
			return
		}
		if crc32.ChecksumIEEE(content[recordHead:end]) != binary.LittleEndian.Uint32(content[4:]) {
			o.broken = true
			return
		}
		head, _, _ := strings.Cut(text[recordHead:end], "\n")
		if fields := strings.SplitN(head, " ", 3); len(fields) == 3 {
			o.records[fields[2]] = text[recordHead:end]
		}
		text, content = text[end:], content[end:]
	}
}

// find returns what a file says that is still the same.
func (o *outlines) find(key string, state fileState) (outline, bool) {
	record, ok := o.records[key]
	if !ok {
		return nil, false
	}
	head, body, _ := strings.Cut(record, "\n")
	if !strings.HasPrefix(head, state.text()) {
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
	binary.LittleEndian.PutUint32(b[start:], uint32(len(text)))
	binary.LittleEndian.PutUint32(b[start+4:], crc32.ChecksumIEEE(text))
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
