package explain

// Symbol returns what is known of a symbol of a C or C++ library, or of a program that loads
// plug-ins. It reports false for a name that no table and no text knows.
func Symbol(name string) (Page, bool) {
	if !isSymbolName(name) {
		return Page{}, false
	}
	w, star, isWritten := writtenSymbols().find(name)
	library := ""
	if isWritten {
		library = w.fields["in"]
	}
	state := stateOf(name, library)
	if !isWritten && !state.known() {
		return Page{}, false
	}
	p := Page{Kind: SymbolKind, Name: name, Where: state.where()}
	if !isWritten {
		p.Is, p.Do = state.unwritten()
		p.See = []string{"symbols"}
		changes := upper(p.Do) + "."
		if state.always() {
			p.See, changes = []string{"loader"}, alwaysText
		}
		p.content = func() content {
			return content{state.rows(), []section{{"What to change", paragraphs(changes, state.changes("", ""))}}}
		}
		return p, true
	}
	text := func(field string) string { return w.text(field, name, star) }
	p.Is, p.Do, p.See = text("is"), text("do"), w.see()
	p.content = func() content {
		rows := state.rows()
		if !state.known() && !w.foreign() {
			rows = []row{{"tables", "none has this very name; it is spelled as those of a family are"}}
		}
		return content{rows, []section{
			{"Why", text("why")},
			{"What to change", paragraphs(sentence(p.Do), state.changes(text("source"), text("binary")))},
		}}
	}
	return p, true
}

// alwaysText is what to do about a symbol that every musl has.
const alwaysText = "Nothing: the linker and the loader find it. Where an error of musl's loader names it all the same, look at " +
	"what the message says behind the name. It is about initial-exec TLS or a relocation then, or about a file for another CPU."

// isSymbolName reports whether a linker could mean this word.
func isSymbolName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && c != '_' && c != '$' && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
