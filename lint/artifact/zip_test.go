package artifact

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// toZip64 moves every number of a zip file with one entry to where large ones are.
func toZip64(one []byte) []byte {
	le := binary.LittleEndian
	dir := must(findDirectory(bytes.NewReader(one), int64(len(one))))
	entry := bytes.Clone(one[dir.offset : dir.offset+dir.size])
	name := int(le.Uint16(entry[28:]))
	extra := []byte{1, 0, 24, 0}
	for _, at := range []int{24, 20, 42} {
		extra = le.AppendUint64(extra, uint64(le.Uint32(entry[at:])))
		le.PutUint32(entry[at:], math.MaxUint32)
	}
	le.PutUint16(entry[30:], uint16(len(extra)))
	le.PutUint16(entry[32:], 0)
	entry = append(entry[:centralSize+name], extra...)

	out := append(bytes.Clone(one[:dir.offset]), entry...)
	at := len(out)
	out = append(out, end64Magic...)
	out = le.AppendUint64(out, end64Size-12)
	out = append(out, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, v := range []int{1, 1, len(entry), int(dir.offset)} {
		out = le.AppendUint64(out, uint64(v))
	}
	out = append(out, locator64Magic...)
	out = le.AppendUint32(out, 0)
	out = le.AppendUint64(out, uint64(at))
	out = le.AppendUint32(out, 1)
	out = append(out, endMagic...)
	out = append(out, 0, 0, 0, 0)
	out = append(out, bytes.Repeat([]byte{0xff}, 12)...)
	return append(out, 0, 0)
}

// The ways in which the directory of a zip file is found and read.
func TestZipDirectory(t *testing.T) {
	one := zipOf(part{name: "x.so", content: lib})
	stored := zipOf(part{name: "x.so=stored", content: lib})
	withComment := func(comment string) []byte {
		b := bytes.Clone(one)
		binary.LittleEndian.PutUint16(b[len(b)-2:], uint16(len(comment)))
		return append(b, comment...)
	}
	for name, container := range map[string][]byte{
		"plain":              one,
		"zip64":              toZip64(one),
		"zip64, stored":      toZip64(stored),
		"comment":            withComment("a comment"),
		"comment of 64 KiB":  withComment(string(bytes.Repeat([]byte("x"), math.MaxUint16))),
		"end in the comment": withComment("PK\x05\x06 is how it ends, if there is no more behind it"),
		"garbage behind it":  append(bytes.Clone(one), "garbage"...),
		"directory of its own": func() []byte { // something between the directory and the end
			dir := must(findDirectory(bytes.NewReader(one), int64(len(one))))
			return slices.Insert(bytes.Clone(one), int(dir.offset+dir.size), []byte("something that nobody knows")...)
		}(),
		"directory size too small": func() []byte {
			b := bytes.Clone(one)
			b[len(b)-endSize+12] -= 10
			return b
		}(),
		"directory size too large": func() []byte {
			b := bytes.Clone(one)
			b[len(b)-endSize+12] += 10
			return b
		}(),
		"script in front":             append([]byte("#!/bin/sh\nexec java -jar $0\n"), one...),
		"zip64 and a script in front": append([]byte("#!/bin/sh\n"), toZip64(one)...),
	} {
		got := walkBytes(t, "x.zip", container, Limits{})
		if !slices.Equal(got.files, []string{"elf x.so"}) || !bytes.Equal(got.contents[0], lib) || len(got.problems) > 0 {
			t.Errorf("%s: %v, %v", name, got.files, got.problems)
		}
	}
}

func TestZipLies(t *testing.T) {
	le := binary.LittleEndian
	for name, lie := range map[string]func(zip, entry []byte){
		"offset behind the end":   func(_, entry []byte) { le.PutUint32(entry[42:], 1<<31) },
		"offset of nothing":       func(_, entry []byte) { le.PutUint32(entry[42:], 1) },
		"packed size":             func(_, entry []byte) { le.PutUint32(entry[20:], 1<<31) },
		"packed size too small":   func(_, entry []byte) { le.PutUint32(entry[20:], 50) },
		"size":                    func(_, entry []byte) { le.PutUint32(entry[24:], 1<<31) },
		"size of nothing":         func(_, entry []byte) { le.PutUint32(entry[24:], 0) },
		"zip64 without its field": func(_, entry []byte) { le.PutUint32(entry[20:], math.MaxUint32) },
		"local name":              func(zip, _ []byte) { le.PutUint16(zip[26:], math.MaxUint16) },
	} {
		one := zipOf(part{name: "x.so", content: lib})
		dir := must(findDirectory(bytes.NewReader(one), int64(len(one))))
		lie(one, one[dir.offset:])
		got := walkBytes(t, "x.zip", one, Limits{})
		if len(got.problems) != 1 || slices.ContainsFunc(got.contents, func(c []byte) bool { return c != nil }) {
			t.Errorf("%s: %v, %v", name, got.files, got.problems)
		}
	}
}
