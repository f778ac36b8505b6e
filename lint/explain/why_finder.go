package explain

import (
	"encoding/binary"
	"slices"
	"strings"
)

// gramSize is the length of the grams that a finder looks for.
const gramSize = 4

// caseBits make letters of both cases equal in four bytes at a time. Other characters fall
// together as well; what is found is compared again anyway.
const caseBits = 0x20202020

// A finder finds the patterns that a line could match, without looking at all of them: of
// every pattern it knows four rare bytes in a row, and it looks for all of these at once.
type finder struct {
	patterns []*pattern
	buckets  [1 << bucketBits]uint16 // number of the first gram with this hash, from 1
	grams    []gram
}

const bucketBits = 13

type gram struct {
	bytes uint32
	next  uint16   // number of the next gram with the same hash
	of    []uint16 // numbers of the patterns, from 0
}

func newFinder(patterns []*pattern) *finder {
	f := &finder{patterns: patterns}
	for i, p := range patterns {
		if !p.logged() {
			continue
		}
		for _, bytes := range p.rarest() {
			f.add(bytes, uint16(i))
		}
	}
	return f
}

func (f *finder) add(bytes uint32, p uint16) {
	bucket := &f.buckets[hash(bytes)]
	for n := *bucket; n != 0; n = f.grams[n-1].next {
		if g := &f.grams[n-1]; g.bytes == bytes {
			g.of = append(g.of, p)
			return
		}
	}
	f.grams = append(f.grams, gram{bytes: bytes, next: *bucket, of: []uint16{p}})
	*bucket = uint16(len(f.grams))
}

func hash(bytes uint32) uint32 { return bytes * 0x9e3779b1 >> (32 - bucketBits) }

// candidates appends the numbers of the patterns that a line could match, in their order.
func (f *finder) candidates(line []byte, found []uint16) []uint16 {
	if len(line) < gramSize {
		return found
	}
	bytes := binary.LittleEndian.Uint32(line)<<8 | caseBits
	for _, c := range line[gramSize-1:] {
		bytes = bytes>>8 | uint32(c|0x20)<<24
		for n := f.buckets[hash(bytes)]; n != 0; n = f.grams[n-1].next {
			if g := &f.grams[n-1]; g.bytes == bytes {
				found = append(found, g.of...)
			}
		}
	}
	if len(found) > 1 {
		slices.Sort(found)
		found = slices.Compact(found)
	}
	return found
}

// rarest returns grams of which a line that matches holds at least one, and ordinary lines
// likely none. It is empty when the pattern has no four characters in a row.
func (p *pattern) rarest() []uint32 {
	var best []uint32
	score := -1
	for _, t := range pieces(p.text) {
		words := t.words
		if t.literal != "" {
			words = []string{t.literal}
		}
		if grams, s := rarestOf(words); len(grams) > 0 && s > score {
			best, score = grams, s
		}
	}
	return best
}

// rarestOf returns a gram of each of several words, and how rare the most frequent one of
// them is. It is empty when one of the words has none.
func rarestOf(words []string) (grams []uint32, score int) {
	for _, word := range words {
		best, rare := uint32(0), -1
		for chunk := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == '*' }) {
			for i := 0; i+gramSize <= len(chunk); i++ {
				window := chunk[i : i+gramSize]
				if strings.Contains(window, "'") {
					continue // it may be another quote, of several bytes
				}
				if r := rarity(window); r > rare {
					best, rare = binary.LittleEndian.Uint32([]byte(window))|caseBits, r
				}
			}
		}
		if rare < 0 {
			return nil, 0
		}
		grams = append(grams, best)
		if len(grams) == 1 || rare < score {
			score = rare
		}
	}
	return grams, score
}

const (
	// commonFirst are the characters of logs, the most frequent first; others are rarer.
	commonFirst = " etaonisrlcdmpuhgf/.b:-vwy0_12k"
	// commonText is what logs are full of: a gram of it finds too much.
	commonText = "linux package module download error: failed found: not found no such file or directory library warning: info debug " +
		"version build command for cannot could not with from install python node java http:// https:// /usr/lib/ /usr/local/bin/ " +
		"fatal error: in function undeclared symbol shared cannot find missing executable is not this that the by to of and " +
		"loading loaded load list lists reading name does resolve requires does not: error: no error: cannot error: could /bin/sh: module. npm error npm err! system. org. com. .java: at java. line 127.0.0.1 x86_64"
	commonGram = 1 // the rarity of its grams
)

func rarity(window string) int {
	if strings.Contains(commonText, window) {
		return commonGram
	}
	sum := 2
	for i := range len(window) {
		if place := strings.IndexByte(commonFirst, window[i]); place >= 0 {
			sum += place
		} else {
			sum += len(commonFirst)
		}
	}
	return sum
}
