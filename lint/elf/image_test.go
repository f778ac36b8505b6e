package elf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// What lies in memory is what mapping one segment after the other leaves there.
func TestMapSegments(t *testing.T) {
	const pages, size = 12, 5*pageSize + 100
	random := rand.New(rand.NewPCG(3, 4))
	file := make([]byte, size)
	for i := range file {
		file[i] = byte(1 + random.IntN(255))
	}
	for range 300 {
		var segments []Segment
		for range 1 + random.IntN(4) {
			s := Segment{
				Type: PTLoad, Flags: uint32(random.IntN(8)), Addr: uint64(random.IntN(8 * pageSize)),
				Offset: uint64(random.IntN(5)) * pageSize, FileSize: uint64(random.IntN(3 * pageSize)),
			}
			s.MemSize = s.FileSize + uint64(random.IntN(2)*random.IntN(pageSize))
			segments = append(segments, s)
		}
		var m image
		m.open(bytes.NewReader(file), size)
		if err := m.mapSegments(segments); err != nil {
			t.Fatal(err)
		}
		want := mapOneByOne(segments, file, pages)
		for at := range uint64(pages * pageSize) {
			b, err := m.bytes(at, 1, "memory")
			switch {
			case err != nil && want[at] >= 0:
				t.Fatalf("%+v: nothing at 0x%x", segments, at)
			case err == nil && int(b[0]) != want[at]:
				t.Fatalf("%+v: %d at 0x%x, want %d", segments, b[0], at, want[at])
			}
		}
	}
}

// mapOneByOne returns the bytes of memory, -1 where there is none.
func mapOneByOne(segments []Segment, file []byte, pages int) []int {
	memory := make([]int, pages*pageSize)
	for i := range memory {
		memory[i] = -1
	}
	fill := func(start, end, offset uint64) {
		for at := start; at < end; at++ {
			switch from := offset + at - start; {
			case from < uint64(len(file)):
				memory[at] = int(file[from])
			case from < (uint64(len(file))+pageSize-1)/pageSize*pageSize:
				memory[at] = 0 // the rest of the last page
			default:
				memory[at] = -1
			}
		}
	}
	down := func(n uint64) uint64 { return n / pageSize * pageSize }
	up := func(n uint64) uint64 { return down(n + pageSize - 1) }
	lowest, high := segments[0], uint64(0)
	for _, s := range segments {
		if s.Addr < lowest.Addr {
			lowest = s
		}
		high = max(high, up(s.Addr+s.MemSize))
	}
	fill(down(lowest.Addr), high, lowest.Offset)
	for _, s := range segments {
		if down(s.Addr) != down(lowest.Addr) {
			fill(down(s.Addr), up(s.Addr+s.MemSize), s.Offset)
		}
		if s.MemSize > s.FileSize && s.Flags&FlagWrite != 0 {
			clear(memory[s.Addr+s.FileSize : up(s.Addr+s.MemSize)])
		}
	}
	return memory
}

// header is the ELF header of a file for amd64.
func header(phnum, shnum int) []byte {
	head := make([]byte, header64)
	copy(head, Magic+"\x02\x01\x01")
	binary.LittleEndian.PutUint16(head[16:], uint16(Shared))
	binary.LittleEndian.PutUint16(head[18:], uint16(MX8664))
	binary.LittleEndian.PutUint64(head[32:], header64)
	binary.LittleEndian.PutUint64(head[40:], header64)
	binary.LittleEndian.PutUint16(head[54:], segment64)
	binary.LittleEndian.PutUint16(head[56:], uint16(phnum))
	binary.LittleEndian.PutUint16(head[58:], 64)
	binary.LittleEndian.PutUint16(head[60:], uint16(shnum))
	return head
}

// More segments than Linux maps, and names that are longer than the file, cost little.
func TestCostlyHeaders(t *testing.T) {
	started := time.Now()
	many := header(1<<16-1, 0)
	for i := range 1<<16 - 1 {
		s := make([]byte, segment64)
		binary.LittleEndian.PutUint32(s, uint32(PTLoad))
		binary.LittleEndian.PutUint64(s[16:], uint64(i)*pageSize)
		binary.LittleEndian.PutUint64(s[40:], pageSize)
		many = append(many, s...)
	}
	excess := (*ExcessError)(nil)
	if _, err := Open(bytes.NewReader(many), int64(len(many))); !errors.As(err, &excess) {
		t.Errorf("many segments: %v", err)
	}

	const sections, symbols = 1 << 15, 1 << 12
	long := append(header(0, sections), make([]byte, 64*sections+24*symbols)...)
	text := uint64(len(long))
	long = append(long, strings.Repeat("n", maxText/2)...)
	for i := range sections {
		s := long[header64+64*i:]
		binary.LittleEndian.PutUint32(s[4:], 3)
		binary.LittleEndian.PutUint64(s[24:], text)
		binary.LittleEndian.PutUint64(s[32:], maxText/2)
		if i == sections-1 {
			binary.LittleEndian.PutUint32(s[4:], sectionSymbols)
			binary.LittleEndian.PutUint64(s[24:], header64+64*sections)
			binary.LittleEndian.PutUint64(s[32:], 24*symbols)
		}
	}
	for i := range symbols {
		long[header64+64*sections+24*i+4] = byte(STBGlobal) << 4
	}
	long = append(long, 0) // one name, as long as the text
	f, err := Open(bytes.NewReader(long), int64(len(long)))
	if err != nil {
		t.Fatal(err)
	}
	if f.HasSection(".modinfo") {
		t.Error("a section that is not there")
	}
	if err := f.ObjectSymbols(func([]byte, Symbol) bool { return true }); !errors.As(err, &excess) {
		t.Errorf("long names: %v", err)
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// Prepare may be called again, and the answer stays.
func TestPrepareAgain(t *testing.T) {
	head := header(2, 0)
	for _, kind := range []SegmentType{PTLoad, PTDynamic} {
		s := make([]byte, segment64)
		binary.LittleEndian.PutUint32(s, uint32(kind))
		binary.LittleEndian.PutUint64(s[16:], uint64(header64+2*segment64)*(uint64(kind)-1))
		binary.LittleEndian.PutUint64(s[40:], pageSize)
		head = append(head, s...)
	}
	tags := []uint64{uint64(DTSoName), 0, uint64(DTGNUHash), 1 << 40, 0, 0}
	for _, v := range tags {
		head = binary.LittleEndian.AppendUint64(head, v)
	}
	f, err := Open(bytes.NewReader(head), int64(len(head)))
	if err != nil {
		t.Fatal(err)
	}
	first := f.Prepare()
	if damage := (*DamageError)(nil); !errors.As(first, &damage) {
		t.Fatalf("%v", first)
	}
	if again := f.Prepare(); again != first || len(f.Dynamics) != 2 {
		t.Errorf("first %v, then %v with %d elements", first, again, len(f.Dynamics))
	}
}
