package shadow

import "strings"

// macroSet has the macros that the files of a unit define, by their hashes. Thousands are defined
// for each one that a condition asks for, so that they stay as the outlines have them, in lists in
// the order of their bytes, behind a filter.
type macroSet struct {
	filter [1 << filterBits / 64]uint64
	lists  []macroList
}

// macroList are the hashes of macros that may be defined or, if since is not 0, are for certain when
// the file of that number has come to its end.
type macroList struct {
	hashes string
	since  uint16
}

const (
	hashDigit  = 6 // bits of a character
	hashLength = 5 // characters
	hashBits   = hashDigit * hashLength
	filterBits = 3 * hashDigit
)

func hashOf(name string) uint32 {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return (h ^ h>>hashBits) & (1<<hashBits - 1)
}

// hashText is a name's hash as characters.
func hashText(name string) string {
	var b [hashLength]byte
	h := hashOf(name)
	for i := range b {
		b[i] = '0' + byte(h&(1<<hashDigit-1))
		h >>= hashDigit
	}
	return string(b[:])
}

func filterBit(hash string) uint32 {
	h := uint32(hash[0]-'0') | uint32(hash[1]-'0')<<hashDigit | uint32(hash[2]-'0')<<(2*hashDigit)
	return h & (1<<filterBits - 1)
}

// addAll adds the macros of a list.
func (m *macroSet) addAll(hashes string, since uint16) {
	for i := 0; i+hashLength <= len(hashes); i += hashLength {
		h := filterBit(hashes[i:])
		m.filter[h/64] |= 1 << (h % 64)
	}
	m.lists = append(m.lists, macroList{hashes, since})
}

// has reports whether a macro may be defined.
func (m *macroSet) has(name string) bool {
	return m.hasIn(name, func(macroList) bool { return true })
}

// hasSince reports whether a macro is defined for certain, by a file whose number is not above
// another's.
func (m *macroSet) hasSince(name string, file uint16) bool {
	return m.hasIn(name, func(l macroList) bool { return 0 < l.since && l.since <= file })
}

func (m *macroSet) hasIn(name string, counts func(macroList) bool) bool {
	hash := hashText(name)
	if h := filterBit(hash); m.filter[h/64]>>(h%64)&1 == 0 {
		return false
	}
	for _, l := range m.lists {
		if counts(l) && l.has(hash) {
			return true
		}
	}
	return false
}

func (l macroList) has(hash string) bool {
	low, high := 0, len(l.hashes)/hashLength
	for low < high {
		middle := (low + high) / 2
		if l.hashes[middle*hashLength:(middle+1)*hashLength] < hash {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return strings.HasPrefix(l.hashes[low*hashLength:], hash)
}
