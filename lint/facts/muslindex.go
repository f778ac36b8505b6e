package facts

import (
	"hash/maphash"
	"strings"
	"sync"
)

// exportsIndex is musl-exports.tsv prepared for many look-ups: a hash table of the symbols, and
// the few expressions that the rows share. Every target uses the same one.
type exportsIndex struct {
	seed        maphash.Seed
	rows        []exportsRow // as in the table, sorted
	slots       []uint16     // number of a row plus one, zero for none; open addressing
	expressions []string
}

type exportsRow struct {
	symbol     string
	expression uint16
}

// symbolsOfMusl is built by the first who asks, in about a tenth of a millisecond.
var symbolsOfMusl = sync.OnceValue(newExportsIndex)

func newExportsIndex() *exportsIndex {
	text := muslExportsText.body()
	x := &exportsIndex{seed: maphash.MakeSeed(), rows: make([]exportsRow, 0, strings.Count(text, "\n"))}
	size := 1
	for size < 2*cap(x.rows) {
		size *= 2
	}
	x.slots = make([]uint16, size)
	numbers := map[string]uint16{}
	last, number := "", uint16(0) // neighbours often share an expression
	for text != "" {
		tab := strings.IndexByte(text, '\t')
		symbol := text[:tab]
		text = text[tab+1:]
		where := text[:strings.IndexByte(text, '\t')]
		text = text[strings.IndexByte(text, '\n')+1:]
		if where != last {
			var seen bool
			if number, seen = numbers[where]; !seen {
				number = uint16(len(x.expressions))
				numbers[where] = number
				x.expressions = append(x.expressions, where)
			}
			last = where
		}
		x.rows = append(x.rows, exportsRow{symbol, number})
		slot := maphash.String(x.seed, symbol) & uint64(size-1)
		for x.slots[slot] != 0 {
			slot = (slot + 1) & uint64(size-1)
		}
		x.slots[slot] = uint16(len(x.rows))
	}
	return x
}

// find returns the number of a symbol's row.
func (x *exportsIndex) find(symbol string) (int, bool) {
	mask := uint64(len(x.slots) - 1)
	for slot := maphash.String(x.seed, symbol) & mask; x.slots[slot] != 0; slot = (slot + 1) & mask {
		if i := int(x.slots[slot]) - 1; x.rows[i].symbol == symbol {
			return i, true
		}
	}
	return 0, false
}

// findBytes is find of a name that is no string yet.
func (x *exportsIndex) findBytes(symbol []byte) (int, bool) {
	mask := uint64(len(x.slots) - 1)
	for slot := maphash.Bytes(x.seed, symbol) & mask; x.slots[slot] != 0; slot = (slot + 1) & mask {
		if i := int(x.slots[slot]) - 1; x.rows[i].symbol == string(symbol) {
			return i, true
		}
	}
	return 0, false
}
