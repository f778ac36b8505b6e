package shell

import "strings"

// parsed is a command's words by their roles.
type parsed struct {
	sub      string
	flags    []Flag
	operands []Word
	first    int // index of the first operand, len(words) without one
}

// readFlags fills in what the grammar of the tool says about a command's words.
func (w walker) readFlags(c *Command) {
	p := w.parse(c.Words, c.Name)
	c.Sub, c.Flags, c.Operands, c.first = p.sub, p.flags, p.operands, p.first
}

// flagReader reads the words of one command.
type flagReader struct {
	walker
	parsed
	grammar
	name    string
	words   []Word
	at      int // word that is read next
	needSub bool
	ended   bool // flags are over
}

func (w walker) parse(words []Word, name string) parsed {
	r := flagReader{walker: w, grammar: grammarOf(name), name: name, words: words, at: 1}
	r.first = len(words)
	r.needSub = r.has("sub")
	wrapper := r.has("wrap")
	if r.has("bundle") && len(words) > 1 && !strings.HasPrefix(words[1].Text, "-") {
		r.bundle()
	}
	for r.at < len(words) {
		word := words[r.at]
		r.at++
		switch text := word.Text; {
		case r.ended || len(text) < 2 || text[0] != '-' || r.has("plain"):
			r.operand(word)
			if wrapper && r.first < len(words) {
				return r.parsed // what follows belongs to another command
			}
		case text == "--":
			r.ended = true
		case name == "find" && isAction(text):
			r.add(word, text[1:], true)
			for r.at < len(words) && !endsAction(words[r.at-1].Text, words[r.at].Text) {
				r.at++
			}
			r.at = min(r.at+1, len(words))
		case r.has("single"):
			r.single(word)
		case strings.HasPrefix(text, "--"):
			r.long(word)
		default:
			r.short(word, 1)
		}
	}
	if r.sub == "" && r.first == len(words) && !r.asks() {
		r.sub, _ = r.mode("sub")
	}
	return r.parsed
}

// asks reports whether the tool is only asked about itself: yarn --version.
func (r *flagReader) asks() bool {
	for _, f := range r.flags {
		switch f.Name {
		case "version", "help", "v", "h":
			return true
		}
	}
	return false
}

func (r *flagReader) operand(word Word) {
	if r.needSub && !strings.HasPrefix(word.Text, "+") { // cargo +nightly build
		r.needSub = false
		if word.Known {
			r.sub = strings.TrimPrefix(r.sub+" "+word.Text, " ")
			r.grammar = grammarOf(r.name, r.sub)
			r.needSub = r.has("sub")
			return
		}
	}
	if r.first == len(r.words) {
		r.first = r.at - 1
	}
	r.operands = append(r.operands, word)
	r.ended = r.ended || r.has("posix")
}

// add appends a flag without a value.
func (r *flagReader) add(word Word, name string, long bool) *Flag {
	r.flags = append(r.flags, Flag{
		Name: name, Long: long, Known: word.Known,
		Start: word.Start, End: word.End, ValueStart: word.End, ValueEnd: word.End,
	})
	return &r.flags[len(r.flags)-1]
}

// attach gives a flag the rest of its own word from byte n.
func (r *flagReader) attach(f *Flag, word Word, n int) {
	f.Value, f.HasValue = word.Text[n:], true
	f.ValueStart, f.ValueEnd = r.tail(word, n)
}

// next gives a flag the next word, if there is one.
func (r *flagReader) next(f *Flag) {
	if r.at == len(r.words) {
		return
	}
	word := r.words[r.at]
	r.at++
	f.Value, f.HasValue, f.Known = word.Text, true, f.Known && word.Known
	f.ValueStart, f.ValueEnd = word.Start, word.End
	f.End = max(f.End, word.End)
}

// follow gives a flag what its arity says when nothing is attached.
func (r *flagReader) follow(f *Flag, a arity) {
	switch a {
	case nextValue, prefixValue:
		r.next(f)
	case finalValue:
		r.next(f)
		r.ended = true
	case numberValue:
		if r.at < len(r.words) && isNumber(r.words[r.at]) {
			r.next(f)
		}
	}
}

// isNumber takes what is not known for a number: make -j $(nproc).
func isNumber(word Word) bool {
	return strings.Trim(word.Text, "0123456789") == "" && word.Text != "" || !word.Known && strings.HasPrefix(word.Text, "$")
}

// long reads --name, --name=value and --name value.
func (r *flagReader) long(word Word) {
	separators := "="
	if r.has("colon") {
		separators = "=:"
	}
	name := word.Text[2:]
	at := strings.IndexAny(name, separators)
	if at >= 0 {
		name = name[:at]
	}
	f := r.add(word, name, true)
	if at >= 0 {
		r.attach(f, word, len("--")+at+1)
		return
	}
	r.follow(f, r.takes("--"+name))
}

// single reads the flags of go, java, gcc, find and others, which begin long flags with
// one dash. gcc's -std=c99 is std with a value, -lm is l with one, -static has none.
func (r *flagReader) single(word Word) {
	dashes := 1
	if strings.HasPrefix(word.Text, "--") {
		dashes = 2
	}
	flag := word.Text[dashes-1:]
	if a := r.takes(flag); a != noValue {
		r.follow(r.add(word, flag[1:], true), a)
		return
	}
	if p := r.joined(flag); p != "" {
		r.attach(r.add(word, strings.TrimRight(p[1:], ",:"), true), word, dashes-1+len(p))
		return
	}
	name, _, hasValue := strings.Cut(flag[1:], "=")
	f := r.add(word, name, true)
	if hasValue {
		r.attach(f, word, dashes+len(name)+1)
	}
}

// short reads -x, clusters such as -xvf FILE and attached values such as -j4 from byte
// n. The flags of a tool that the table lacks are not taken apart, nor are numbers.
func (r *flagReader) short(word Word, n int) {
	text := word.Text
	if !r.known || strings.Trim(text[n:], "0123456789") == "" {
		r.add(word, text[n:], false)
		return
	}
	for i := n; i < len(text); i++ {
		if text[i] >= 0x80 || text[i] == '$' || text[i] == '`' {
			r.add(word, text[i:], false)
			return
		}
		f := r.add(word, text[i:i+1], false)
		a := r.takes("-" + f.Name)
		if a == noValue {
			continue
		}
		if i+1 < len(text) {
			if text[i+1] == '=' && r.has("equals") || text[i+1] == ':' && r.has("colon") {
				i++
			}
			r.attach(f, word, i+1)
			r.ended = r.ended || a == finalValue
		} else {
			r.follow(f, a)
		}
		return
	}
}

// bundle reads tar's xzf: values follow in the words after it, in the order of letters.
func (r *flagReader) bundle() {
	word := r.words[1]
	r.at = 2
	for i := range len(word.Text) {
		f := r.add(word, word.Text[i:i+1], false)
		r.follow(f, r.takes("-"+f.Name))
	}
}
