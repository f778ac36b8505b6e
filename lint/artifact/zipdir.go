package artifact

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"path"
	"strings"
)

const (
	endMagic       = "PK\x05\x06"
	endSize        = 22
	end64Magic     = "PK\x06\x06"
	end64Size      = 56
	locator64Magic = "PK\x06\x07"
	locator64Size  = 20
	centralMagic   = "PK\x01\x02"
	centralSize    = 46
)

// directory is the central directory of a zip file.
type directory struct {
	offset, size int64 // in the file, as claimed
	end          int64 // where the entries end at the latest: the size may be wrong
	base         int64 // where the offsets in it count from
}

// findDirectory reads the records at the end of a zip file.
func findDirectory(at io.ReaderAt, size int64) (directory, error) {
	tail := make([]byte, min(size, endSize+math.MaxUint16))
	start := size - int64(len(tail))
	if _, err := at.ReadAt(tail, start); err != nil && err != io.EOF {
		return directory{}, err
	}
	i := lastEnd(tail)
	if i < 0 {
		return directory{}, damaged("the zip file has no directory at its end; it may be cut off")
	}
	end := tail[i:]
	le := binary.LittleEndian
	endAt := start + int64(i)
	dirSize, dirOffset := uint64(le.Uint32(end[12:])), uint64(le.Uint32(end[16:]))
	disk := le.Uint16(end[4:])
	if dirSize == math.MaxUint32 || dirOffset == math.MaxUint32 || le.Uint16(end[10:]) == math.MaxUint16 {
		if at64, rec, ok := findEnd64(at, endAt); ok {
			dirSize, dirOffset = le.Uint64(rec[40:]), le.Uint64(rec[48:])
			endAt = at64
			disk = uint16(min(le.Uint32(rec[16:]), math.MaxUint16))
		}
	}
	if disk != 0 {
		return directory{}, fmt.Errorf("%w: the zip file is the last of several parts", ErrUnsupported)
	}
	if dirSize > uint64(endAt) || dirOffset > uint64(endAt) {
		return directory{}, damaged("the directory of %d bytes at offset %d is not in the zip file", dirSize, dirOffset)
	}
	d := directory{offset: endAt - int64(dirSize), size: int64(dirSize)}
	d.base = d.offset - int64(dirOffset)
	// A wrong size, or what stands between the directory and its end record, must not be
	// taken for something before the zip file.
	if d.base != 0 && isCentral(at, int64(dirOffset)) {
		d.offset, d.base = int64(dirOffset), 0
	}
	d.end = endAt
	if d.base < 0 {
		return directory{}, damaged("the directory of %d bytes at offset %d reaches beyond its end", dirSize, dirOffset)
	}
	return d, nil
}

// lastEnd returns where the end record is in the tail of a zip file, -1 when there is none.
// It may be followed by a comment.
func lastEnd(tail []byte) int {
	for i := len(tail) - endSize; i >= 0; i-- {
		i = bytes.LastIndex(tail[:i+4], []byte(endMagic))
		if i < 0 {
			break
		}
		comment := int(binary.LittleEndian.Uint16(tail[i+20:]))
		if i+endSize+comment <= len(tail) {
			return i
		}
	}
	return -1
}

// findEnd64 reads the record that holds what is too large for the end record at endAt.
func findEnd64(at io.ReaderAt, endAt int64) (where int64, rec [end64Size]byte, ok bool) {
	var locator [locator64Size]byte
	if endAt < locator64Size {
		return 0, rec, false
	}
	if _, err := at.ReadAt(locator[:], endAt-locator64Size); err != nil || string(locator[:4]) != locator64Magic {
		return 0, rec, false
	}
	for _, where := range []int64{
		int64(binary.LittleEndian.Uint64(locator[8:])),
		endAt - locator64Size - end64Size, // when something stands before the zip file
	} {
		if where < 0 || where > endAt-locator64Size-end64Size {
			continue
		}
		if _, err := at.ReadAt(rec[:], where); err == nil && string(rec[:4]) == end64Magic {
			return where, rec, true
		}
	}
	return 0, rec, false
}

func isCentral(at io.ReaderAt, offset int64) bool {
	var magic [4]byte
	_, err := at.ReadAt(magic[:], offset)
	return err == nil && string(magic[:]) == centralMagic
}

// zipEntry is one file of the directory. It is valid until the next one is read.
type zipEntry struct {
	name         []byte
	flags        uint16
	method       uint16
	crc          uint32
	packed, size int64
	offset       int64  // of its local header, from the base of the zip file
	mode         uint32 // of Unix; 0 when it was made elsewhere
}

// directoryReader reads the entries in the order in which they are stored.
type directoryReader struct {
	dir   directory
	cur   cursor
	entry zipEntry
	rest  []byte // name and extra field of the entry
}

func (d directory) open(src source, window []byte) *directoryReader {
	size := d.end - d.offset
	return &directoryReader{dir: d, cur: cursor{at: io.NewSectionReader(src.at, d.offset, size), size: size, buf: window}}
}

// next returns io.EOF behind the last entry.
func (d *directoryReader) next() (*zipEntry, error) {
	at := d.cur.off
	head, err := d.cur.peek(centralSize)
	if err != nil {
		return nil, err
	}
	if len(head) == 0 {
		return nil, io.EOF
	}
	if len(head) < centralSize || string(head[:4]) != centralMagic {
		if at >= d.dir.size || string(head[:min(len(head), 4)]) == "PK\x05\x05" {
			return nil, io.EOF // what follows the entries, such as a signature
		}
		return nil, damaged("no entry at byte %d of the directory of the zip file", at)
	}
	le := binary.LittleEndian
	e := &d.entry
	*e = zipEntry{
		flags:  le.Uint16(head[8:]),
		method: le.Uint16(head[10:]),
		crc:    le.Uint32(head[16:]),
		packed: int64(le.Uint32(head[20:])),
		size:   int64(le.Uint32(head[24:])),
		offset: int64(le.Uint32(head[42:])),
	}
	if maker := head[5]; maker == 3 || maker == 19 { // Unix, macOS
		e.mode = le.Uint32(head[38:]) >> 16
	}
	name, extra, comment := int(le.Uint16(head[28:])), int(le.Uint16(head[30:])), int64(le.Uint16(head[32:]))
	if err := d.cur.skip(centralSize); err != nil {
		return nil, err
	}
	if cap(d.rest) < name+extra {
		d.rest = make([]byte, 2*(name+extra))
	}
	d.rest = d.rest[:name+extra]
	if _, err := io.ReadFull(&d.cur, d.rest); err != nil {
		return nil, damaged("the directory of the zip file ends too early")
	}
	e.name = d.rest[:name]
	if !e.extend(d.rest[name:]) {
		return nil, damaged("the entry at byte %d of the directory of the zip file has no sizes", at)
	}
	if err := d.cur.skip(comment); err != nil {
		return nil, damaged("the directory of the zip file ends too early")
	}
	return e, nil
}

// extend reads the numbers that do not fit into the entry itself from its extra field.
func (e *zipEntry) extend(extra []byte) bool {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		id, size := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			break
		}
		if id == 1 {
			field := extra[:size]
			for _, v := range []*int64{&e.size, &e.packed, &e.offset} {
				if *v == math.MaxUint32 && len(field) >= 8 {
					*v = int64(le.Uint64(field))
					field = field[8:]
				}
			}
		}
		extra = extra[size:]
	}
	return e.size >= 0 && e.packed >= 0 && e.offset >= 0
}

// zipMarks are the names by which the kinds of zip files differ.
type zipMarks struct {
	manifest, module, wheel, egg, webInf, earDescriptor, nuspec, android, dex, classesJar, condaPackage bool
}

func (m *zipMarks) see(name []byte) {
	switch s := string(name); {
	case s == "META-INF/MANIFEST.MF":
		m.manifest = true
	case s == "classes/module-info.class":
		m.module = true
	case s == "META-INF/application.xml":
		m.earDescriptor = true
	case strings.HasPrefix(s, "WEB-INF/"):
		m.webInf = true
	case strings.HasPrefix(s, "EGG-INFO/"):
		m.egg = true
	case s == "AndroidManifest.xml":
		m.android = true
	case s == "classes.dex":
		m.dex = true
	case s == "classes.jar":
		m.classesJar = true
	case strings.HasSuffix(s, ".dist-info/WHEEL") && strings.Count(s, "/") == 1:
		m.wheel = true
	case strings.HasSuffix(s, ".nuspec") && !strings.Contains(s, "/"):
		m.nuspec = true
	case strings.HasPrefix(s, "pkg-") && strings.HasSuffix(s, ".tar.zst"):
		m.condaPackage = true
	}
}

// kind decides by the marks; the name of the file counts only where they leave a choice.
func (m *zipMarks) kind(file string) Kind {
	switch {
	case m.wheel:
		return Wheel
	case m.android && m.dex:
		return AndroidApp
	case m.android && m.classesJar:
		return Aar
	case m.module:
		return JMod
	case m.earDescriptor:
		return Ear
	case m.webInf:
		return War
	case m.nuspec:
		return NuGet
	case m.condaPackage:
		return Conda
	case m.egg:
		return Egg
	case m.manifest, strings.EqualFold(path.Ext(file), ".jar"):
		return Jar
	}
	return Zip
}
