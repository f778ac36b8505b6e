package artifact

import "sync"

// inflater unpacks the beginning of deflate data. Whether an entry of a zip file matters is
// told by its first bytes, and package compress/flate would unpack up to 32 KiB to get at
// them. The zero value is ready, and can be used again and again.
type inflater struct {
	src  []byte
	next int    // byte of src
	acc  uint64 // bits that were taken from src and not used, lowest first
	have uint

	dst  []byte
	n    int
	last bool

	literals, distances *huffman
	own                 [3]huffman // those that a block brings, and the code of its lengths
}

// prefix unpacks as much as fits into dst and returns how much it could unpack. Whole tells
// that it filled dst or came to the end of the data. Otherwise src ends too early or is
// damaged, and nothing is said about what comes after.
func (d *inflater) prefix(dst, src []byte) (n int, whole bool) {
	d.src, d.next, d.acc, d.have = src, 0, 0, 0
	d.dst, d.n, d.last = dst, 0, false
	for !d.last && d.n < len(dst) {
		if !d.block() {
			return d.n, false
		}
	}
	return d.n, true
}

// bits takes n bits, at most 16.
func (d *inflater) bits(n uint) (v int, ok bool) {
	for d.have < n {
		if d.next == len(d.src) {
			return 0, false
		}
		d.acc |= uint64(d.src[d.next]) << d.have
		d.next++
		d.have += 8
	}
	v = int(d.acc & (1<<n - 1))
	d.acc >>= n
	d.have -= n
	return v, true
}

func (d *inflater) block() bool {
	head, ok := d.bits(3)
	if !ok {
		return false
	}
	d.last = head&1 == 1
	switch head >> 1 {
	case 0:
		return d.stored()
	case 1:
		d.literals, d.distances = fixedCodes()
	case 2:
		if !d.codes() {
			return false
		}
	default:
		return false
	}
	return d.symbols()
}

func (d *inflater) stored() bool {
	d.acc >>= d.have % 8
	d.have -= d.have % 8
	size, ok := d.bits(16)
	if !ok {
		return false
	}
	if not, ok := d.bits(16); !ok || not != size^0xFFFF {
		return false
	}
	// Whole bytes may have been taken from src already.
	d.next -= int(d.have / 8)
	d.acc, d.have = 0, 0
	k := copy(d.dst[d.n:], d.src[d.next:min(len(d.src), d.next+size)])
	d.n += k
	d.next += k
	return k == size || d.n == len(d.dst)
}

// Base values and extra bits of lengths (symbols from 257 on) and distances.
var (
	lengthBase   = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra  = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distanceBase = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	codeOrder    = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

func distanceExtra(symbol int) uint { return uint(max(0, symbol/2-1)) }

func (d *inflater) symbols() bool {
	for d.n < len(d.dst) {
		symbol, ok := d.symbol(d.literals)
		switch {
		case !ok || symbol > 285:
			return false
		case symbol < 256:
			d.dst[d.n] = byte(symbol)
			d.n++
			continue
		case symbol == 256:
			return true
		}
		symbol -= 257
		extra, ok := d.bits(uint(lengthExtra[symbol]))
		if !ok {
			return false
		}
		length := int(lengthBase[symbol]) + extra
		symbol, ok = d.symbol(d.distances)
		if !ok || symbol > 29 {
			return false
		}
		extra, ok = d.bits(distanceExtra(symbol))
		if !ok {
			return false
		}
		distance := int(distanceBase[symbol]) + extra
		if distance > d.n {
			return false
		}
		for ; length > 0 && d.n < len(d.dst); length-- {
			d.dst[d.n] = d.dst[d.n-distance]
			d.n++
		}
	}
	return true
}

// codes reads the codes of a block that brings its own.
func (d *inflater) codes() bool {
	head, ok := d.bits(14)
	if !ok {
		return false
	}
	literals, distances, count := head&31+257, head>>5&31+1, head>>10+4
	if literals > 286 || distances > 30 {
		return false
	}
	var lengths [320]uint8
	for _, i := range codeOrder[:count] {
		v, ok := d.bits(3)
		if !ok {
			return false
		}
		lengths[i] = uint8(v)
	}
	codes := d.own[2].set(lengths[:19])
	clear(lengths[:19])
	for i := 0; i < literals+distances; {
		symbol, ok := d.symbol(codes)
		if !ok {
			return false
		}
		if symbol < 16 {
			lengths[i] = uint8(symbol)
			i++
			continue
		}
		var (
			value  uint8
			repeat int
		)
		switch symbol {
		case 16:
			if i == 0 {
				return false
			}
			value = lengths[i-1]
			repeat, ok = d.bits(2)
			repeat += 3
		case 17:
			repeat, ok = d.bits(3)
			repeat += 3
		default:
			repeat, ok = d.bits(7)
			repeat += 11
		}
		if !ok || i+repeat > literals+distances {
			return false
		}
		for ; repeat > 0; repeat-- {
			lengths[i] = value
			i++
		}
	}
	d.literals = d.own[0].set(lengths[:literals])
	d.distances = d.own[1].set(lengths[literals : literals+distances])
	return true
}

// huffman is a canonical code: how many symbols there are of each length in bits, and the
// symbols in the order of their codes.
type huffman struct {
	count   [16]uint16
	symbols [288]uint16
}

func (h *huffman) set(lengths []uint8) *huffman {
	h.count = [16]uint16{}
	for _, l := range lengths {
		h.count[l&15]++
	}
	h.count[0] = 0
	var next [16]uint16
	for l := 1; l < 15; l++ {
		next[l+1] = next[l] + h.count[l]
	}
	for symbol, l := range lengths {
		if l != 0 {
			h.symbols[next[l&15]] = uint16(symbol)
			next[l&15]++
		}
	}
	return h
}

// fixedCodes are those of blocks that bring none.
var fixedCodes = sync.OnceValues(func() (literals, distances *huffman) {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144, i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	literals = new(huffman).set(lengths[:])
	for i := range 30 {
		lengths[i] = 5
	}
	return literals, new(huffman).set(lengths[:30])
})

// symbol decodes one symbol, bit by bit. The prefixes are too short for tables to pay.
func (d *inflater) symbol(h *huffman) (int, bool) {
	var code, first, index int
	for l := 1; l < len(h.count); l++ {
		bit, ok := d.bits(1)
		if !ok {
			return 0, false
		}
		code |= bit
		count := int(h.count[l])
		if code-count < first {
			return int(h.symbols[index+code-first]), true
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return 0, false
}
