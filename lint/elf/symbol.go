package elf

import (
	"bytes"
	"errors"
)

// Bind is the upper half of st_info.
type Bind uint8

const (
	STBLocal     Bind = 0
	STBGlobal    Bind = 1
	STBWeak      Bind = 2
	STBGNUUnique Bind = 10
)

// SymbolType is the lower half of st_info.
type SymbolType uint8

const (
	STTNoType   SymbolType = 0
	STTObject   SymbolType = 1
	STTFunc     SymbolType = 2
	STTSection  SymbolType = 3
	STTCommon   SymbolType = 5
	STTTLS      SymbolType = 6
	STTGNUIFunc SymbolType = 10
)

// Symbol is an entry of the dynamic symbol table.
type Symbol struct {
	Name  uint32 // offset in DT_STRTAB
	Info  uint8
	Other uint8
	Shndx uint16 // 0: undefined here
	Value uint64
	Size  uint64
}

// Bind returns how the symbol binds.
func (s Symbol) Bind() Bind { return Bind(s.Info >> 4) }

// Type returns what the symbol is.
func (s Symbol) Type() SymbolType { return SymbolType(s.Info & 0xf) }

// Undefined reports whether the symbol has to come from elsewhere.
func (s Symbol) Undefined() bool { return s.Shndx == sectionUndefined }

// symbolTable says where the parts of the dynamic symbol table lie.
type symbolTable struct {
	symbols uint64
	strings uint64
	versym  uint64 // 0: none
	hash    uint64 // address of DT_HASH, 0: none
	word    uint64 // bytes of an element of DT_HASH
	buckets uint64 // of DT_HASH
	gnu     gnuTable
}

// gnuTable is the head of DT_GNU_HASH.
type gnuTable struct {
	at      uint64 // 0: none
	buckets uint32
	first   uint32 // index of the first symbol that is in the table
	bloom   uint32 // words of the filter
	shift   uint32
}

// Prepare reads PT_DYNAMIC and the heads of the hash tables. It has to be called before any
// of the methods that deal with dynamic entries, symbols or strings. Called again it says the
// same, and what a file may cost is counted anew.
func (f *File) Prepare() error {
	f.image.excess, f.image.scanned, f.image.err = 0, 0, nil
	if !f.prepared {
		f.damage = f.prepare()
		f.prepared = f.image.err == nil
	}
	return f.damage
}

func (f *File) prepare() error {
	f.Dynamics, f.symbols = f.Dynamics[:0], symbolTable{}
	t := &f.symbols
	if err := f.readDynamic(); err != nil {
		return err
	}
	t.strings, _ = f.Value(DTStrTab)
	t.symbols, _ = f.Value(DTSymTab)
	t.versym, _ = f.FirstValue(DTVerSym)
	t.word = 4
	if f.Machine == MS390 && f.Bits == 64 {
		t.word = 8 // s390x alone has 64-bit hash tables, see Elf_Symndx
	}
	if at, ok := f.FirstValue(DTGNUHash); ok {
		b, err := f.image.bytes(at, 16, "DT_GNU_HASH")
		if err != nil {
			return err
		}
		t.gnu = gnuTable{at, f.u32(b), f.u32(b[4:]), f.u32(b[8:]), f.u32(b[12:])}
	}
	if at, ok := f.Value(DTHash); ok {
		t.hash = at
		n, err := f.hashWord(0)
		if err != nil {
			return err
		}
		t.buckets = n
	}
	return nil
}

// hashWord returns an element of DT_HASH.
func (f *File) hashWord(i uint64) (uint64, error) {
	t := &f.symbols
	b, err := f.image.bytes(t.hash+i*t.word, t.word, "DT_HASH")
	if err != nil {
		return 0, err
	}
	if t.word == 8 {
		return f.u64(b), nil
	}
	return uint64(f.u32(b)), nil
}

func (f *File) word32(addr uint64, what string) (uint32, error) {
	b, err := f.image.bytes(addr, 4, what)
	if err != nil {
		return 0, err
	}
	return f.u32(b), nil
}

// Symbol returns the symbol of an index.
func (f *File) Symbol(i uint32) (Symbol, error) {
	if f.Bits == 64 {
		b, err := f.image.bytes(f.symbols.symbols+uint64(i)*24, 24, "a symbol")
		if err != nil {
			return Symbol{}, err
		}
		return f.symbolOf(b), nil
	}
	b, err := f.image.bytes(f.symbols.symbols+uint64(i)*16, 16, "a symbol")
	if err != nil {
		return Symbol{}, err
	}
	return f.symbolOf(b), nil
}

// SymbolName returns the name of a symbol. It is good until the next call.
func (f *File) SymbolName(s Symbol) ([]byte, error) { return f.String(uint64(s.Name)) }

// Key is a name to look up, with its hashes.
type Key struct {
	Name []byte
	gnu  uint32
	sysv uint32
}

// NewKey computes the hashes of a name once for all files.
func NewKey(name []byte) Key {
	gnu, sysv := uint32(5381), uint32(0)
	for _, c := range name {
		gnu = gnu*33 + uint32(c)
		sysv = 16*sysv + uint32(c)
		sysv ^= sysv >> 24 & 0xf0
	}
	return Key{name, gnu, sysv & 0xfffffff}
}

// Lookup returns the symbol that the hash tables of the file lead to: by DT_GNU_HASH where
// there is one, else by DT_HASH; hidden versions are passed over, and whether what is found
// is a definition is for the caller to see. The name of key must not be a slice that this
// file handed out.
func (f *File) Lookup(key Key) (s Symbol, ok bool, err error) {
	switch t := &f.symbols; {
	case t.gnu.at != 0:
		return f.lookupGNU(key)
	case t.hash != 0:
		return f.lookupSysV(key)
	}
	return Symbol{}, false, ErrNoSymbols
}

// errNoBuckets ends a look-up by the remainder of a division by zero.
var errNoBuckets = errors.New("damaged ELF file: a hash table without buckets")

func (f *File) lookupGNU(key Key) (Symbol, bool, error) {
	t := &f.symbols.gnu
	word := f.Word()
	bits := uint32(f.Bits)
	filter, err := f.image.bytes(t.at+16+uint64(key.gnu/bits&(t.bloom-1))*word, word, "DT_GNU_HASH")
	if err != nil {
		return Symbol{}, false, err
	}
	mask := f.address(filter)
	// A shift of the whole width, as in hostile files, is taken modulo 32 by the processors.
	if mask>>(key.gnu%bits)&1 == 0 || mask>>(key.gnu>>(t.shift&31)%bits)&1 == 0 {
		return Symbol{}, false, nil
	}
	if t.buckets == 0 {
		return Symbol{}, false, errNoBuckets
	}
	buckets := t.at + 16 + uint64(t.bloom)*word
	i, err := f.word32(buckets+uint64(key.gnu%t.buckets)*4, "DT_GNU_HASH")
	if err != nil || i == 0 {
		return Symbol{}, false, err
	}
	chain := buckets + uint64(t.buckets)*4 + uint64(i-t.first)*4
	for steps := 0; ; steps++ {
		h, err := f.word32(chain, "DT_GNU_HASH")
		if err == nil && steps > usualChain {
			err = f.image.spend(1, "DT_GNU_HASH")
		}
		if err != nil {
			return Symbol{}, false, err
		}
		if h|1 == key.gnu|1 {
			if s, ok, err := f.candidate(i, key); ok || err != nil {
				return s, ok, err
			}
		}
		if h&1 != 0 {
			return Symbol{}, false, nil
		}
		i++
		chain += 4
	}
}

func (f *File) lookupSysV(key Key) (Symbol, bool, error) {
	t := &f.symbols
	if t.buckets == 0 {
		return Symbol{}, false, errNoBuckets
	}
	i, err := f.hashWord(2 + uint64(key.sysv)%t.buckets)
	for steps := 0; i != 0; steps++ { // a chain may go round in a circle
		if err == nil && steps > usualChain {
			err = f.image.spend(1, "DT_HASH")
		}
		if err != nil {
			return Symbol{}, false, err
		}
		if s, ok, err := f.candidate(uint32(i), key); ok || err != nil {
			return s, ok, err
		}
		i, err = f.hashWord(2 + t.buckets + i)
	}
	return Symbol{}, false, err
}

// candidate returns the symbol of an index when it has the name and is not a hidden version.
func (f *File) candidate(i uint32, key Key) (Symbol, bool, error) {
	if hidden, err := f.hidden(i); hidden || err != nil {
		return Symbol{}, false, err
	}
	s, err := f.Symbol(i)
	if err != nil {
		return Symbol{}, false, err
	}
	name, err := f.SymbolName(s)
	if err != nil || !bytes.Equal(name, key.Name) {
		return Symbol{}, false, err
	}
	return s, true, nil
}

// hidden reports whether the version of a symbol is one of those that only a request for
// just that version gets; musl never makes one.
func (f *File) hidden(i uint32) (bool, error) {
	if f.symbols.versym == 0 {
		return false, nil
	}
	v, err := f.versionIndex(i)
	return v&0x8000 != 0, err
}

// maxSymbols bounds what Symbols reports: to what the file has room for, whatever it maps.
func (f *File) maxSymbols() uint32 { return uint32(min(f.image.size/16, 1<<24)) }

// Symbols calls visit with every symbol that the hash tables know of and, as far as they
// tell, those before them, until it returns false. That is all that a file says about how
// many there are; without sections undefined symbols behind the table are not seen.
func (f *File) Symbols(visit func(i uint32, s Symbol) bool) error {
	n, err := f.countSymbols()
	if err != nil {
		return err
	}
	for i := uint32(1); i < n; i++ {
		s, err := f.Symbol(i)
		if err != nil {
			return err
		}
		if !visit(i, s) {
			return nil
		}
	}
	return nil
}

func (f *File) countSymbols() (uint32, error) {
	t := &f.symbols
	most := f.maxSymbols()
	switch {
	case t.hash != 0:
		n, err := f.hashWord(1)
		return uint32(min(n, uint64(most))), err
	case t.gnu.at == 0:
		return 0, nil
	}
	if uint64(t.gnu.buckets) > f.image.size/4 {
		return 0, &ExcessError{"DT_GNU_HASH"}
	}
	buckets := t.gnu.at + 16 + uint64(t.gnu.bloom)*f.Word()
	last := uint32(0)
	for i := range uint64(t.gnu.buckets) {
		b, err := f.word32(buckets+4*i, "DT_GNU_HASH")
		if err != nil {
			return 0, err
		}
		last = max(last, b)
	}
	if last < t.gnu.first {
		return min(t.gnu.first, most), nil
	}
	chain := buckets + 4*uint64(t.gnu.buckets) + 4*uint64(last-t.gnu.first)
	for ; last < most; last++ {
		h, err := f.word32(chain, "DT_GNU_HASH")
		if err != nil {
			return 0, err
		}
		if h&1 != 0 {
			return last + 1, nil
		}
		chain += 4
	}
	return most, nil
}
