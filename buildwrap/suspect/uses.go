package suspect

import (
	"bytes"
	"cmp"
	"os"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// maxUses is how many uses of one file are told.
const maxUses = 1000

// Uses returns what the text of a source tells, and that of the headers of the project that it
// reaches by way of its own folder and of dirs: headers that musl does not have, and names of glibc
// that are used where a header of glibc is included that declares them, and that no file of the
// unit declares itself. Code that is not compiled on musl, and code about which a configure script
// decides, is left out. A name that musl has in another header is among them only if all headers
// that the unit includes could be read.
func Uses(path string, on lint.Target, dirs ...string) ([]lint.Use, error) {
	path = absolute(path)
	w := walk{s: New(nil), on: on, complete: true, u: &unit{source: path, dirs: eachAbsolute(dirs), seen: map[string]bool{}, cxx: isCXX(path), macros: macros{}}}
	w.s.Version = on.Version
	if err := w.read(path, nil); err != nil {
		return nil, err
	}
	var uses []lint.Use
	for _, f := range w.files {
		for _, x := range f.seen {
			if len(f.uses) < maxUses && w.s.missing(w.u, x.n) && (w.complete || entryOf(x.n).musl.empty()) {
				f.name(x, on.Version)
			}
		}
		slices.SortStableFunc(f.uses, func(a, b lint.Use) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
		uses = append(uses, f.uses...)
	}
	return uses, nil
}

// walk goes through the files of a unit.
type walk struct {
	s        *Scanner
	on       lint.Target
	u        *unit
	files    []*reader
	complete bool // all headers could be read
}

func (w *walk) read(path string, via []lint.Spot) error {
	if w.u.seen[path] || len(w.files) > 2000 {
		return nil
	}
	w.u.seen[path] = true
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f := &reader{path: path, text: text, cxx: w.u.cxx, via: via}
	w.files = append(w.files, f)
	c := scan{text: text, cxx: w.u.cxx, live: true, word: -1, macros: w.u.macros}
	c.reach = func(in include) {
		next := w.s.resolve(w.u, path, in)
		switch {
		case next != "":
			if w.read(next, append(slices.Clone(via), lint.Spot{File: path, Line: f.lineOf(c.includeAt)})) != nil {
				w.complete = false
			}
			return
		case findHeader(in.name) < 0 && !strings.HasPrefix(in.name, "linux/") && w.s.library(w.u, in.name).empty():
			w.complete = false
		default:
			w.s.systemHeader(w.u, path, in.name)
		}
		if h, ok := facts.LookupHeader(in.name); ok && h.State == "no" && !in.quoted && !c.probed() {
			f.use(lint.UseHeader, in.name, c.includeAt, in.name+": No such file or directory")
		}
	}
	c.saw = func(n, offset int) {
		if !c.probed() && len(f.seen) < maxUses {
			f.seen = append(f.seen, sighting{n, offset})
		}
	}
	c.run()
	for _, n := range c.page.own {
		w.u.own.add(int(n))
	}
	return nil
}

// sighting is a place where a word is used.
type sighting struct{ n, offset int }

// reader makes uses of places.
type reader struct {
	path string
	text []byte
	cxx  bool
	via  []lint.Spot
	seen []sighting
	uses []lint.Use
	from int // offset of the line that was counted up to
	line int // its number, less one
}

// name adds the use of a word, if musl's headers of that version do not have it.
func (f *reader) name(x sighting, version string) {
	word := wordOf(x.n)
	kind := kindOf(x.n)
	full := word
	if kind == kindTag {
		full = strings.TrimPrefix(f.tagBefore(x.offset)+" "+word, " ")
	}
	i, ok := facts.LookupInterface(full)
	if !ok {
		return
	}
	missing := entryOf(x.n).musl.empty()
	if missing && i.In(version) && infoOf(x.n)&infoAlways == 0 {
		return
	}
	quoted := "'" + word + "'"
	switch kind {
	case kindFunction:
		switch {
		case slices.Contains(facts.DeclaredOnly(version), word):
			f.use(lint.UseSymbol, word, x.offset, "undefined reference to `"+word+"'")
		case infoOf(x.n)&(infoAlways|infoAddress) != 0: // whether it does harm, a compiler has to say
		case f.cxx:
			f.use(lint.UseFunction, word, x.offset, quoted+" was not declared in this scope")
		default:
			f.use(lint.UseFunction, word, x.offset, "implicit declaration of function "+quoted)
		}
	case kindMacro, kindConstant, kindVariable:
		message := quoted + " undeclared (first use in this function)"
		switch {
		case f.cxx:
			message = quoted + " was not declared in this scope"
		case kind == kindMacro && f.next(x.offset+len(word)) == '(':
			message = "implicit declaration of function " + quoted
		}
		f.use(lint.UseMacro, word, x.offset, message)
	case kindType:
		message := "unknown type name " + quoted
		if f.cxx {
			message = quoted + " does not name a type"
		}
		f.use(lint.UseType, word, x.offset, message)
	case kindTag:
		if infoOf(x.n)&infoAlways == 0 {
			f.use(lint.UseType, full, x.offset, "invalid use of undefined type '"+full+"'")
		}
	}
}

// tagBefore returns the keyword before the name of a tag.
func (f *reader) tagBefore(offset int) string {
	before := bytes.TrimRight(f.text[:offset], " \t\r\n")
	for _, tag := range [...]string{"struct", "union", "enum"} {
		if bytes.HasSuffix(before, []byte(tag)) {
			return tag
		}
	}
	return ""
}

func (f *reader) next(offset int) byte {
	for ; offset < len(f.text); offset++ {
		if c := f.text[offset]; c != ' ' && c != '\t' {
			return c
		}
	}
	return 0
}

// lineOf returns the line of an offset, counted from 1. It counts on from where it was asked last.
func (f *reader) lineOf(offset int) int {
	if offset < f.from {
		f.from, f.line = 0, 0
	}
	f.line += bytes.Count(f.text[f.from:offset], []byte("\n"))
	f.from = offset
	return f.line + 1
}

func (f *reader) use(kind lint.UseKind, name string, offset int, message string) {
	start := bytes.LastIndexByte(f.text[:offset], '\n') + 1
	f.uses = append(f.uses, lint.Use{
		Kind: kind, Name: name, File: f.path, Line: f.lineOf(offset), Column: offset - start + 1, Message: message, Via: f.via, Proof: lint.ProofText,
	})
}
