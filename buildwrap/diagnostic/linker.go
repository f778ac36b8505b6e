package diagnostic

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint"
)

// LinkError is a complaint of a linker.
type LinkError struct {
	// Kind is UseSymbol for a symbol that nothing defines, UseOption for a library that is not
	// there, UseOther for an object that is not there, and UseConflict for a version node that
	// nothing makes.
	Kind lint.UseKind
	// Name is the symbol as it is printed, which is demangled most of the time and without
	// its version; the option, "-lfts"; the file. Of a version node that is not there, it
	// is the symbol that was to have it.
	Name    string
	Version string // of the symbol, "GLIBC_2.34"; empty when it is printed without one
	// Object is the file that refers to it. A member of an archive is "libx.a(y.o)".
	Object   string
	Function string // that refers to it, as it is printed
	File     string // the source as the debugging information names it, empty without any
	Line     int    // of File, from 1; 0: not known
	// Message is the line without the name of the linker.
	Message string
}

// ParseLinker returns the complaints of a link in the order of the text, one of those that
// differ in their message alone.
func ParseLinker(text []byte) []LinkError {
	var (
		p    linker
		seen = map[LinkError]bool{}
		out  []LinkError
	)
	for len(text) > 0 {
		line := text
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		p.line(string(plain(bytes.TrimSuffix(line, []byte("\r")))))
	}
	p.flush()
	for _, e := range p.found {
		key := e
		key.Message = "" // has the offset in the section
		if !seen[key] {
			seen[key] = true
			out = append(out, e)
		}
	}
	return out
}

type linker struct {
	found []LinkError
	// object and function are of GNU ld's line "x.o: in function `f':".
	object, function string
	// open is the complaint of lld or mold whose ">>>" lines are being read.
	open  *LinkError
	known bool // of which one line was read
}

func (p *linker) add(e LinkError) {
	if e.Name != "" {
		p.found = append(p.found, e)
	}
}

func (p *linker) flush() {
	if p.open != nil && !p.known {
		p.add(*p.open)
	}
	p.open, p.known = nil, false
}

func (p *linker) line(line string) {
	if rest, ok := strings.CutPrefix(line, ">>> "); ok {
		// mold 1 to 2 ends a list with no newline.
		for text := range strings.SplitSeq(rest, ">>> ") {
			p.reference(text)
		}
		return
	}
	p.flush()
	line = withoutLinker(line)
	message := line

	// GNU ld: "x.o: in function `f':", "In function" up to 2.33.
	for _, words := range [...]string{": in function `", ": In function `", ": in function '", ": In function '"} {
		if object, rest, ok := strings.Cut(line, words); ok {
			if function, ok := strings.CutSuffix(rest, "':"); ok {
				p.object, p.function = object, function
				return
			}
			// Since 2.34 the place may follow on the same line.
			if function, rest, ok := strings.Cut(rest, "': "); ok {
				p.object, p.function, line = object, function, rest
			}
		}
	}
	switch {
	case p.symbol(line, message), p.library(line, message), p.version(line, message):
	}
}

// withoutLinker drops "/usr/bin/ld: ", "ld.lld: error: " and the like.
func withoutLinker(line string) string {
	head, rest, ok := strings.Cut(line, ": ")
	if ok && !strings.ContainsAny(head, " \t(") {
		base := head[strings.LastIndexByte(head, '/')+1:]
		if dash := strings.LastIndexByte(base, '-'); dash >= 0 { // x86_64-linux-gnu-ld.bfd, aarch64-linux-gnu-ld
			base = base[dash+1:]
		}
		base, _, _ = strings.Cut(base, ".")
		switch base {
		case "ld", "lld", "mold", "gold", "ld64", "collect2", "wasm":
			line = rest
		}
	}
	for _, word := range [...]string{"error: ", "fatal: ", "warning: "} {
		line = strings.TrimPrefix(line, word)
	}
	return line
}

// symbol reads the complaints about an undefined symbol.
func (p *linker) symbol(line, message string) bool {
	// lld and mold: "undefined symbol: f", places on lines of their own. mold before 1.1
	// wrote "undefined symbol: x.o: f".
	for _, words := range [...]string{
		"undefined symbol: ", "undefined hidden symbol: ", "undefined protected symbol: ", "undefined internal symbol: ",
		"undefined reference due to --no-allow-shlib-undefined: ", "undefined reference: ",
	} {
		if rest, ok := strings.CutPrefix(line, words); ok {
			e := LinkError{Kind: lint.UseSymbol, Message: message}
			if object, name, ok := strings.Cut(rest, ": "); ok && !strings.Contains(object, "(") {
				e.Object, rest = object, name
			}
			e.Name, e.Version = cutVersion(rest)
			p.open = &e
			return true
		}
	}
	// GNU ld and gold: "undefined reference to `f'", the place before it.
	at := strings.Index(line, "undefined reference to ")
	if at < 0 {
		if at = strings.Index(line, "undefined references to "); at < 0 { // "more … follow"
			return false
		}
		return true
	}
	rest := line[at+len("undefined reference to "):]
	rest = strings.TrimPrefix(rest, "symbol ")
	name, ok := quoted(rest)
	if !ok { // lld 13 to 16
		if name, ok = strings.CutSuffix(rest, " [--no-allow-shlib-undefined]"); !ok {
			return false
		}
	}
	e := LinkError{Kind: lint.UseSymbol, Message: message}
	e.Name, e.Version = cutVersion(name)
	place := strings.TrimSuffix(strings.TrimSuffix(line[:at], "error: "), ": ")
	p.place(&e, place)
	if e.Object == "" || e.Object == e.File {
		e.Object, e.Function = p.object, p.function
	}
	p.add(e)
	return true
}

// place reads what GNU ld and gold print before an undefined reference: "x.c:(.text+0x5)",
// "/src/x.c:3", "x.o:x.c:3", "libx.a(y.o):y.c:3", "x.o:x.c:function f", "./libx.so", "x.o(.text+0x5)".
func (p *linker) place(e *LinkError, place string) {
	place = strings.TrimSpace(place)
	if open := strings.LastIndexByte(place, '('); open >= 0 && strings.HasSuffix(place, ")") && strings.Contains(place[open:], "+0x") {
		place = strings.TrimSuffix(place[:open], ":")
	}
	if before, function, ok := strings.Cut(place, ":function "); ok {
		place, e.Function = before, function
	}
	if before, line, ok := cutNumber([]byte(place)); ok {
		place, e.Line = string(before), line
	}
	object, source := "", place
	for _, mark := range [...]string{".o:", ".o):", ".lo:", ".obj:"} {
		if at := strings.Index(place, mark); at >= 0 {
			object, source = place[:at+len(mark)-1], place[at+len(mark):]
			break
		}
	}
	if object == "" && binary(source) {
		object, source = source, ""
	}
	e.Object, e.File = object, source
	if source == "<artificial>" || source == "" {
		e.File, e.Line = "", 0
	}
}

func binary(name string) bool {
	return strings.HasSuffix(name, ".o") || strings.HasSuffix(name, ".lo") || strings.HasSuffix(name, ".a") ||
		strings.HasSuffix(name, ".so") || strings.Contains(name, ".so.") || strings.HasSuffix(name, ".o)")
}

// reference reads lld's and mold's lines: "referenced by x.c:3 (dir/x.c:3)", and the object
// on the next line: "              x.o:(f)", "x.o:(f) in archive libx.a".
func (p *linker) reference(text string) {
	if p.open == nil {
		return
	}
	trimmed := strings.TrimLeft(text, " ")
	if rest, ok := strings.CutPrefix(trimmed, "referenced by "); ok {
		e := *p.open
		if where, full, ok := strings.Cut(rest, " ("); ok && strings.HasSuffix(full, ")") && !strings.HasSuffix(where, ":") {
			if rest = strings.TrimSuffix(full, ")"); strings.HasPrefix(full, "disallowed by ") {
				rest = where
			}
		}
		if file, line, ok := cutNumber([]byte(rest)); ok {
			e.File, e.Line = string(file), line
		} else if strings.Contains(rest, ":(") || binary(rest) {
			lldObject(&e, rest)
		} else {
			e.File = rest
		}
		p.add(e)
		p.known = true
		return
	}
	if trimmed != text && p.known && len(p.found) > 0 {
		lldObject(&p.found[len(p.found)-1], trimmed)
	}
}

// lldObject reads "x.o:(f)", "x.o:(f) in archive libx.a", "libx.so".
func lldObject(e *LinkError, text string) {
	text, archive, inArchive := strings.Cut(text, " in archive ")
	if object, function, ok := strings.Cut(text, ":("); ok {
		e.Function = strings.TrimSuffix(function, ")")
		text = object
		if strings.HasPrefix(e.Function, ".") || strings.Contains(e.Function, "+0x") {
			e.Function = "" // a section
		}
	}
	e.Object = text
	if inArchive {
		e.Object = archive + "(" + text + ")"
	}
}

// library reads "cannot find -lx", "unable to find library -lx", "library not found: x" and
// "cannot find crtx.o".
func (p *linker) library(line, message string) bool {
	for _, words := range [...]string{"cannot find ", "unable to find library ", "library not found: ", "library not found for "} {
		rest, ok := strings.CutPrefix(line, words)
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(rest, ": ")
		name, _, _ = strings.Cut(name, " (")
		e := LinkError{Kind: lint.UseOption, Name: name, Message: message}
		switch {
		case strings.HasPrefix(name, "-l"):
		case words == "cannot find ":
			e.Kind = lint.UseOther
			if strings.ContainsRune(name, ' ') { // "cannot find entry symbol _start"
				return false
			}
		default:
			e.Name = "-l" + name
		}
		p.add(e)
		return true
	}
	// "cannot open libx_preinit.o: No such file or directory", of lld and mold.
	if rest, ok := strings.CutPrefix(line, "cannot open "); ok {
		if name, ok := strings.CutSuffix(rest, ": No such file or directory"); ok {
			p.add(LinkError{Kind: lint.UseOther, Name: name, Message: message})
			return true
		}
	}
	return false
}

// version reads what is said about version nodes.
func (p *linker) version(line, message string) bool {
	if _, rest, ok := strings.Cut(line, "version node not found for symbol "); ok {
		name, version := cutVersion(strings.TrimSpace(rest))
		p.add(LinkError{Kind: lint.UseConflict, Name: name, Version: version, Message: message})
		return true
	}
	// lld: "x.o: symbol f@@V_1 has undefined version V_1".
	if before, version, ok := strings.Cut(line, " has undefined version "); ok {
		object, symbol, _ := strings.Cut(before, ": symbol ")
		name, _ := cutVersion(strings.TrimPrefix(symbol, "symbol "))
		p.add(LinkError{Kind: lint.UseConflict, Name: name, Version: strings.TrimSpace(version), Object: object, Message: message})
		return true
	}
	return false
}

// quoted returns what stands between ` or ' and '.
func quoted(text string) (string, bool) {
	if text == "" || text[0] != '`' && text[0] != '\'' && text[0] != '"' {
		return "", false
	}
	end := strings.LastIndexAny(text, "'\"")
	if end <= 0 {
		return "", false
	}
	// A sentence may follow, with quotes of its own.
	if first := strings.IndexAny(text[1:], "'\""); first >= 0 && !strings.Contains(text[1:1+first], "operator") {
		end = first + 1
	}
	return text[1:end], true
}

// cutVersion cuts "@GLIBC_2.34" or "@@GLIBC_2.2.5" off a symbol.
func cutVersion(symbol string) (name, version string) {
	name, version, _ = strings.Cut(symbol, "@")
	return name, strings.TrimPrefix(version, "@")
}

// String is the complaint in one line.
func (e LinkError) String() string {
	place := e.File
	if e.Line > 0 {
		place += ":" + strconv.Itoa(e.Line)
	}
	if place == "" {
		place = e.Object
	}
	if place == "" {
		return e.Message
	}
	return place + ": " + e.Message
}
