package elf

// LinkedSymbols calls visit with each symbol of the dynamic symbol table but for local ones, in
// the order of their indices, until it returns false. Where the section headers tell of no such
// table, it visits what the hash tables know of, see Symbols. Prepare has to be called before.
// The name is good until visit returns.
func (f *File) LinkedSymbols(visit func(i uint32, name []byte, s Symbol) bool) error {
	n, err := f.countSections()
	if err != nil {
		n = 0
	}
	for i := range n {
		s, err := f.readSection(i)
		if err != nil {
			break
		}
		if s.kind == sectionDynamic {
			i := uint32(0)
			_, err := f.symbolsOf(s, func(name []byte, s Symbol) bool {
				i++
				return s.Bind() == STBLocal || visit(i-1, name, s)
			})
			return err
		}
	}
	var failed error
	err = f.Symbols(func(i uint32, s Symbol) bool {
		if s.Bind() == STBLocal {
			return true
		}
		name, err := f.SymbolName(s)
		if err != nil {
			failed = err
			return false
		}
		return visit(i, name, s)
	})
	if err == nil {
		err = failed
	}
	return err
}
