package artifact

import (
	"bytes"
	"compress/bzip2"
	"io"
	"slices"
	"testing"
)

// bzip2Of compresses one block the plainest way: two equal tables in which every code has
// the same length. Package compress/bzip2 only unpacks.
func bzip2Of(content []byte) []byte {
	if len(content) == 0 || len(content) > 800_000 {
		panic("one block, please")
	}
	block := bzip2Runs(content)
	last, origin := burrowsWheeler(block)
	symbols, alphabet := moveToFront(last, block)

	w := bitWriter{}
	w.bytes([]byte("BZh9"))
	w.bytes([]byte("\x31\x41\x59\x26\x53\x59"))
	crc := bzip2Sum(content)
	w.bits(crc, 32)
	w.bits(0, 1)
	w.bits(uint32(origin), 24)
	var used [256]bool
	for _, c := range block {
		used[c] = true
	}
	for i := range 16 {
		w.bits(flag(slices.Contains(used[16*i:16*i+16], true)), 1)
	}
	for i := range 16 {
		if slices.Contains(used[16*i:16*i+16], true) {
			for _, u := range used[16*i : 16*i+16] {
				w.bits(flag(u), 1)
			}
		}
	}
	selectors := (len(symbols) + 49) / 50
	w.bits(2, 3)
	w.bits(uint32(selectors), 15)
	for range selectors {
		w.bits(0, 1) // the first table
	}
	// A complete code of two lengths, the shorter ones first.
	n := alphabet
	width := 1
	for 1<<width < n {
		width++
	}
	short := 1<<width - n // how many codes have width-1 bits
	length := func(symbol int) int {
		if symbol < short {
			return width - 1
		}
		return width
	}
	for range 2 {
		at := length(0)
		w.bits(uint32(at), 5)
		for s := range n {
			for ; at < length(s); at++ {
				w.bits(0b10, 2)
			}
			w.bits(0, 1)
		}
	}
	for _, s := range symbols {
		if s < short {
			w.bits(uint32(s), uint(width-1))
		} else {
			w.bits(uint32(s+short), uint(width))
		}
	}
	w.bytes([]byte("\x17\x72\x45\x38\x50\x90"))
	w.bits(crc, 32)
	return w.out
}

func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// bzip2Runs shortens runs of four and more.
func bzip2Runs(content []byte) (out []byte) {
	for i := 0; i < len(content); {
		n := 1
		for n < 255 && i+n < len(content) && content[i+n] == content[i] {
			n++
		}
		out = append(out, bytes.Repeat(content[i:i+1], min(n, 4))...)
		if n >= 4 {
			out = append(out, byte(n-4))
		}
		i += n
	}
	return out
}

func burrowsWheeler(block []byte) (last []byte, origin int) {
	twice := append(slices.Clone(block), block...)
	rotations := make([]int, len(block))
	for i := range rotations {
		rotations[i] = i
	}
	slices.SortFunc(rotations, func(a, b int) int {
		return bytes.Compare(twice[a:a+len(block)], twice[b:b+len(block)])
	})
	for i, r := range rotations {
		last = append(last, twice[r+len(block)-1])
		if r == 0 {
			origin = i
		}
	}
	return last, origin
}

func moveToFront(last, block []byte) (symbols []int, alphabet int) {
	list := slices.Clone(block)
	slices.Sort(list)
	list = slices.Compact(list)
	end := len(list) + 1
	zeros := 0
	flush := func() {
		for ; zeros > 0; zeros = (zeros - 1) / 2 {
			symbols = append(symbols, (zeros-1)%2)
		}
	}
	for _, c := range last {
		i := bytes.IndexByte(list, c)
		if i == 0 {
			zeros++
			continue
		}
		flush()
		symbols = append(symbols, i+1)
		copy(list[1:i+1], list[:i])
		list[0] = c
	}
	flush()
	return append(symbols, end), end + 1
}

func bzip2Sum(content []byte) uint32 {
	crc := ^uint32(0)
	for _, c := range content {
		crc ^= uint32(c) << 24
		for range 8 {
			if crc>>31 == 1 {
				crc = crc<<1 ^ 0x04c11db7
			} else {
				crc <<= 1
			}
		}
	}
	return ^crc
}

// bitWriter writes the highest bit first.
type bitWriter struct {
	out  []byte
	free uint
}

func (w *bitWriter) bits(v uint32, n uint) {
	for ; n > 0; n-- {
		if w.free == 0 {
			w.out, w.free = append(w.out, 0), 8
		}
		w.free--
		w.out[len(w.out)-1] |= byte(v>>(n-1)&1) << w.free
	}
}

func (w *bitWriter) bytes(b []byte) {
	for _, c := range b {
		w.bits(uint32(c), 8)
	}
}

func TestBzip2Of(t *testing.T) {
	for _, want := range [][]byte{lib, text, tarOf(part{name: "x.so", content: lib}), bytes.Repeat([]byte{0}, 100_000), []byte("x")} {
		got, err := io.ReadAll(bzip2.NewReader(bytes.NewReader(bzip2Of(want))))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes come back as %d, %v", len(want), len(got), err)
		}
	}
}
