// Package diagnostic reads what compilers and linkers print: GCC from 4.8 on and Clang from 7
// on, GNU ld, gold, lld and mold, each in the C locale.
//
// Any text is readable. What is no diagnostic, such as a quoted source line, is passed over.
package diagnostic

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint"
)

// Severity is the word that stands before a message.
type Severity string

const (
	Fatal   Severity = "fatal error"
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Diagnostic is one message of a compiler.
type Diagnostic struct {
	// File is the file as the compiler names it, which is relative to the folder that it ran
	// in. Empty for what has no place, such as a complaint about an option.
	File     string
	Line     int // from 1; 0: not known
	Column   int // in bytes, from 1; 0: not known
	Severity Severity
	// Message has plain quotes ('x', not ‘x’), and no option behind it.
	Message string
	// Option is the option that controls it, "-Wimplicit-function-declaration"; empty for most
	// errors.
	Option string
	// Via are the #include lines by which the compiler came to File, that of the unit's own
	// source first.
	Via []lint.Spot
	// Function is the function that it speaks of, as the compiler spells it; GCC only.
	Function string
}

// Failed reports whether the compiler gave up the unit for this.
func (d Diagnostic) Failed() bool { return d.Severity == Fatal || d.Severity == Error }

// markers are what stands between the place and the message.
var markers = [...]struct {
	text     string
	severity Severity
}{
	{": error: ", Error},
	{": warning: ", Warning},
	{": note: ", Note},
	{": fatal error: ", Fatal},
	{": sorry, unimplemented: ", Error},
	{": internal compiler error: ", Fatal},
}

// Parse returns the messages in the order of the text.
func Parse(text []byte) []Diagnostic {
	var (
		found []Diagnostic
		chain []lint.Spot // of the lines just read
		gcc   bool        // the chain is one of GCC, whose innermost line comes first
		fresh bool        // no message followed the chain yet
		last  string      // the file that the chain belongs to
		inner string      // the function
	)
	chains := map[string][]lint.Spot{} // by file
	for len(text) > 0 {
		line := text
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		line = plain(bytes.TrimSuffix(line, []byte("\r")))
		if rest, ok := bytes.CutPrefix(line, []byte("In file included from ")); ok {
			if !fresh {
				chain, fresh = nil, true
			}
			chain, gcc = appendSpot(chain, rest), bytes.HasSuffix(rest, []byte(","))
			continue
		}
		if rest, ok := bytes.CutPrefix(bytes.TrimLeft(line, " "), []byte("from ")); ok && fresh && gcc && len(line) > len(rest)+5 {
			chain = appendSpot(chain, rest)
			if !bytes.HasSuffix(rest, []byte(",")) {
				gcc = false
				reverse(chain)
			}
			continue
		}
		if file, function, ok := context(line); ok {
			inner = function
			if fresh {
				last, fresh, chains[file] = file, false, chain
			} else if file != last {
				last, chain = file, chains[file]
			}
			continue
		}
		d, ok := message(line)
		if !ok {
			continue
		}
		// A compiler prints the chain when it changes, not with every message, and GCC since 11
		// the same one only once. A message of another file that had none is one of the unit's
		// own source.
		if fresh {
			last, fresh, chains[d.File] = d.File, false, chain
		} else if d.File != last {
			last, chain = d.File, chains[d.File]
		}
		d.Via, d.Function = chain, inner
		found = append(found, d)
	}
	return found
}

// plain returns a line without colours and links for terminals, and with plain quotes.
func plain(line []byte) []byte {
	if bytes.IndexByte(line, 0x1b) >= 0 {
		line = withoutEscapes(line)
	}
	if bytes.Contains(line, []byte("\xe2\x80")) {
		line = bytes.ReplaceAll(line, []byte("‘"), []byte("'"))
		line = bytes.ReplaceAll(line, []byte("’"), []byte("'"))
	}
	return line
}

func withoutEscapes(line []byte) []byte {
	var out []byte
	for i := 0; i < len(line); i++ {
		if line[i] != 0x1b {
			out = append(out, line[i])
			continue
		}
		if i++; i >= len(line) {
			break
		}
		switch line[i] {
		case '[': // ends with a letter: ESC [ 01 ; 31 m
			for i++; i < len(line) && (line[i] < '@' || line[i] > '~'); i++ {
			}
		case ']': // ends with BEL or ESC \: ESC ] 8 ; ; address BEL
			for i++; i < len(line) && line[i] != 0x07 && line[i] != 0x1b; i++ {
			}
			if i < len(line) && line[i] == 0x1b {
				i++
			}
		}
	}
	return out
}

// appendSpot appends the place in "b.c:2:", "b.h:1,", "b.h:1:0," or "b.h:1:10:".
func appendSpot(chain []lint.Spot, place []byte) []lint.Spot {
	place = bytes.TrimRight(place, ",: ")
	file, line, _, ok := cutPlace(place)
	if !ok {
		return chain
	}
	return append(chain, lint.Spot{File: file, Line: line})
}

func reverse(chain []lint.Spot) {
	for i, j := 0, len(chain)-1; i < j; i, j = i+1, j-1 {
		chain[i], chain[j] = chain[j], chain[i]
	}
}

// context reads "x.c: In function 'main':" and "x.c: At top level:".
func context(line []byte) (file, function string, ok bool) {
	if len(line) == 0 || line[0] == ' ' || line[len(line)-1] != ':' {
		return "", "", false
	}
	if at := bytes.Index(line, []byte(": In ")); at > 0 && bytes.HasSuffix(line, []byte("':")) {
		if quote := bytes.IndexByte(line[at:], '\''); quote >= 0 && at+quote+1 < len(line)-2 {
			return string(line[:at]), string(line[at+quote+1 : len(line)-2]), true
		}
	}
	for _, outside := range [...]string{": At top level:", ": At global scope:"} {
		if name, found := bytes.CutSuffix(line, []byte(outside)); found {
			return string(name), "", true
		}
	}
	return "", "", false
}

// message reads a line such as "dir/x.c:12:3: error: … [-Wformat]".
func message(line []byte) (Diagnostic, bool) {
	if len(line) == 0 || line[0] == ' ' || line[0] == '\t' {
		return Diagnostic{}, false
	}
	at, width := -1, 0
	var d Diagnostic
	for _, m := range markers {
		if i := bytes.Index(line, []byte(m.text)); i >= 0 && (at < 0 || i < at) {
			at, width, d.Severity = i, len(m.text), m.severity
		}
	}
	var place, rest []byte
	switch {
	case at >= 0:
		place, rest = line[:at], line[at+width:]
	default: // Clang on what has no place
		var ok bool
		for _, m := range markers {
			if rest, ok = bytes.CutPrefix(line, []byte(m.text[2:])); ok {
				d.Severity = m.severity
				break
			}
		}
		if !ok {
			return Diagnostic{}, false
		}
	}
	if len(place) > 0 {
		var ok bool
		if d.File, d.Line, d.Column, ok = cutPlace(place); !ok {
			if !speaker(place) {
				return Diagnostic{}, false
			}
			if place[0] == '<' {
				d.File = string(place)
			}
		}
	}
	text, option := cutOption(string(bytes.TrimRight(rest, " \t")))
	if text == "" {
		return Diagnostic{}, false
	}
	d.Message, d.Option = text, option
	return d, true
}

// speaker reports whether the word before a message without a place is a program or a place
// such as <command-line>, and not the start of a source line that is quoted.
func speaker(word []byte) bool {
	if word[0] == '<' {
		return word[len(word)-1] == '>'
	}
	return !bytes.ContainsAny(word, " \t\"'(){}<>;=")
}

// cutPlace reads FILE:LINE or FILE:LINE:COLUMN; a file name may hold colons and spaces.
func cutPlace(place []byte) (file string, line, column int, ok bool) {
	rest, last, ok := cutNumber(place)
	if !ok {
		return "", 0, 0, false
	}
	if before, first, two := cutNumber(rest); two && len(before) > 0 {
		return string(before), first, last, true
	}
	return string(rest), last, 0, len(rest) > 0
}

// cutNumber cuts ":NUMBER" off the end.
func cutNumber(text []byte) (before []byte, number int, ok bool) {
	colon := bytes.LastIndexByte(text, ':')
	if colon < 0 || colon == len(text)-1 || len(text)-colon > 10 {
		return nil, 0, false
	}
	number, err := strconv.Atoi(string(text[colon+1:]))
	if err != nil || number < 0 || text[colon+1] == '+' || text[colon+1] == '-' {
		return nil, 0, false
	}
	return text[:colon], number, true
}

// cutOption cuts " [-Wname]" off the end. Of "[-Werror=name]" and "[-Werror,-Wname]" the
// option that is meant is "-Wname".
func cutOption(message string) (text, option string) {
	if !strings.HasSuffix(message, "]") {
		return message, ""
	}
	at := strings.LastIndex(message, " [-")
	if at < 0 {
		return message, ""
	}
	for name := range strings.SplitSeq(message[at+2:len(message)-1], ",") {
		name = strings.TrimSpace(name)
		if name, ok := strings.CutPrefix(name, "-Werror="); ok {
			return message[:at], "-W" + name
		}
		if option == "" || option == "-Werror" {
			option = name
		}
	}
	if strings.ContainsAny(option, " '\"") {
		return message, ""
	}
	return message[:at], option
}
