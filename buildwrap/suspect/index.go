package suspect

import (
	_ "embed"
	"encoding/binary"
	"strings"
)

// indexText finds what is known of a word at one look, in place of a bisection: a source of 50 kB
// has some thousand of them. It is written by gen.go:
//
//	five numbers of 4 bytes: of slots, entries, sets, the words' length, the headers' length
//	slots    2 bytes each: an entry's number and one, or 0; the place is a hash of the word
//	entries  12 bytes each: place of the word 4, length 1, kind 1, sets 2 and 2, what it is 2
//	sets     32 bytes each: a bit for a header
//	words    one behind the other
//	headers  the names of the bits, each with a newline behind
//
//go:embed index.bin
var indexText string

// kind is what a word is.
type kind uint8

const (
	kindFunction kind = iota + 1
	kindMacro
	kindType
	kindConstant
	kindVariable
	kindTag     // behind struct, union or enum
	kindHeader  // of a libc; sets are the header alone, and nothing
	kindCXX     // a header of C++; the first set has the headers of libc that come with it
	kindKnown   // a macro that is known to be defined on Linux with musl, or not to be
	kindKeyword // a word that no declaration has before a name
	kindMember  // a member that structures of glibc have
	kindStream  // stdin and its relatives, which are macros of musl and constants
	kindKernel  // a header of the kernel; sets are the headers of libc that do not compile behind it, and before it
)

// What a header or a macro is.
const (
	infoMusl        = 1 << iota // musl has the header; the macro is defined
	infoWarns                   // musl's header is one that warns
	infoOurs                    // the macro is for musl to define, and it does not
	infoAddress                 // a function that takes a struct sockaddr *
	infoAlways                  // musl declares it as well, and in another way, or has no such function
	infoKernel                  // the kernel's headers have it, too
	infoInCondition             // a macro that breaks an #if by being undefined
)

// set is a set of headers of libc.
type set [4]uint64

func (s *set) add(o set) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s set) meets(o set) bool {
	return s[0]&o[0] != 0 || s[1]&o[1] != 0 || s[2]&o[2] != 0 || s[3]&o[3] != 0
}

func (s set) empty() bool { return s == set{} }

// entry is what is known of a word.
type entry struct {
	kind  kind
	info  uint16
	glibc set // headers of glibc that bring it
	musl  set // headers of musl that bring it
}

// Where the parts of the index begin.
type layout struct{ slots, entries, sets, words, headers int }

var (
	slotCount  = int(number(0))
	entryCount = int(number(4))
	at         = layout{
		slots: indexHead, entries: indexHead + 2*slotCount, sets: indexHead + 2*slotCount + entrySize*entryCount,
		words:   indexHead + 2*slotCount + entrySize*entryCount + setSize*int(number(8)),
		headers: indexHead + 2*slotCount + entrySize*entryCount + setSize*int(number(8)) + int(number(12)),
	}
)

const (
	indexHead = 20
	entrySize = 12
	setSize   = 32
)

func number(offset int) uint32 {
	return uint32(indexText[offset]) | uint32(indexText[offset+1])<<8 | uint32(indexText[offset+2])<<16 | uint32(indexText[offset+3])<<24
}

func half(offset int) uint16 { return uint16(indexText[offset]) | uint16(indexText[offset+1])<<8 }

// A word is hashed byte by byte while it is read.
const (
	hashStart = 2166136261
	hashPrime = 16777619
)

func slotOf(hash uint32) int { return int(hash^hash>>15) & (slotCount - 1) }

func hashOf[T string | []byte](word T) uint32 {
	h := uint32(hashStart)
	for i := range len(word) {
		h = (h ^ uint32(word[i])) * hashPrime
	}
	return h
}

// find returns the number of a word's entry, -1 when there is none. Tags are words apart.
func find[T string | []byte](word T, hash uint32, tag bool) int {
	for slot := slotOf(hash); ; slot = (slot + 1) & (slotCount - 1) {
		n := int(half(at.slots + 2*slot))
		if n == 0 {
			return -1
		}
		offset := at.entries + entrySize*(n-1)
		if int(indexText[offset+4]) != len(word) || (kind(indexText[offset+5]) == kindTag) != tag {
			continue
		}
		start := at.words + int(number(offset))
		if indexText[start:start+len(word)] == string(word) {
			return n - 1
		}
	}
}

func kindOf(n int) kind   { return kind(indexText[at.entries+entrySize*n+5]) }
func infoOf(n int) uint16 { return half(at.entries + entrySize*n + 10) }

func wordOf(n int) string {
	offset := at.entries + entrySize*n
	start := at.words + int(number(offset))
	return indexText[start : start+int(indexText[offset+4])]
}

func entryOf(n int) entry {
	offset := at.entries + entrySize*n
	return entry{kind: kindOf(n), info: infoOf(n), glibc: setOf(half(offset + 6)), musl: setOf(half(offset + 8))}
}

func setOf(n uint16) (s set) {
	text := []byte(indexText[at.sets+setSize*int(n) : at.sets+setSize*int(n)+setSize])
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(text[8*i:])
	}
	return s
}

// headersIn names the headers of a set, for people.
func headersIn(s set) []string {
	var names []string
	bit := 0
	for name := range strings.SplitSeq(strings.TrimSuffix(indexText[at.headers:], "\n"), "\n") {
		if s[bit/64]>>(bit%64)&1 != 0 {
			names = append(names, name)
		}
		bit++
	}
	return names
}
