// Package shell reads a shell script as commands: who is called with which flags and
// operands, where exactly that is written, and whether it runs at all. It runs nothing.
//
// Bash is tried first and POSIX after it. Words are what a POSIX shell makes of them:
// braces, globs and ~ are kept as written.
package shell

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Limits that no real script comes near, and that keep a hostile one from exhausting
// the stack, the memory or the patience of the reader.
const (
	maxText    = 256 << 10 // bytes of a script; Docker allows 64 KiB a line
	maxOpeners = 30_000    // brackets and keywords that can nest; the parser recurses
	maxDepth   = 200       // nested statements; deeper ones are left out
	maxCarried = 12        // scripts and commands carried by one another: sh -c "sh -c …"
	maxBudget  = 32        // steps and expanded bytes per byte of the script
	minBudget  = 1 << 20
	parseCost  = 16 // budget that a byte of a carried script takes
)

// SyntaxError says where and why a script cannot be read.
type SyntaxError struct {
	Offset int // byte offset into the text plus the base given to Parse
	Msg    string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.Msg) }

// Script is a shell script as commands.
type Script struct {
	Commands []*Command // in source order; what a command carries follows it
}

// Parse reads a script. All places in the result are offsets into text plus base. env
// tells variables known from outside, such as ENV and ARG; it may be nil. The error is a
// *SyntaxError; scripts carried in a word that cannot be read are left out silently.
//
// Text whose newlines all follow a backslash is taken for an instruction that Docker
// joins to one line before the shell sees it, even inside single quotes.
func Parse(text string, base int, env func(name string) (string, bool)) (*Script, error) {
	file, err := parse(text)
	if err != nil {
		err.Offset = min(max(err.Offset, 0), len(text)) + base
		return nil, err
	}
	r := &reader{
		text: text, base: base, budget: max(maxBudget*len(text), minBudget),
		continued: strings.Count(text, "\n") == strings.Count(text, "\\\n")+strings.Count(text, "\\\r\n"),
	}
	w := walker{r, plainSource(text, base)}
	w.stmts(file.Stmts, newState(env), context{last: true})
	return &r.script, nil
}

// ParseExec reads the exec form of an instruction, RUN ["apk", "add", "curl"]: words that
// no shell touches. The first command of the result is that of the words; what it
// carries, as ["sh", "-c", "…"] does, follows. A word's place is that of its JSON string.
func ParseExec(words []Word, env func(name string) (string, bool)) *Script {
	r := &reader{budget: minBudget}
	if len(words) == 0 {
		return &r.script
	}
	end := words[len(words)-1].End
	w := walker{r, &source{"", []segment{{0, 0, end, true}}}}
	fields := make([]field, len(words))
	for i, word := range words {
		piece := run{word.Text, word.Start, word.End, word.Known, false}
		if word.End-word.Start == len(word.Text)+2 { // no escapes in the JSON string
			piece.start++
			piece.end--
		}
		fields[i] = field{word, []run{piece}}
	}
	w.carried(&Command{}, fields, newState(env), context{last: true})
	return &r.script
}

func newState(env func(name string) (string, bool)) *state {
	return &state{vars: &scope{}, outside: func(name string) (string, presence) {
		if env == nil {
			return "", absent
		}
		if value, ok := env(name); ok {
			return value, known
		}
		return "", absent
	}}
}

// parse reads text as bash and, failing that, as POSIX shell. The error is bash's.
func parse(text string) (*syntax.File, *SyntaxError) {
	if len(text) > maxText {
		return nil, &SyntaxError{0, "script is too long"}
	}
	if openers(text) > maxOpeners {
		return nil, &SyntaxError{0, "script nests too deeply"}
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err == nil {
		return file, nil
	}
	if file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), ""); err == nil {
		return file, nil
	}
	var parseErr syntax.ParseError
	var langErr syntax.LangError
	switch {
	case errors.As(err, &parseErr):
		return nil, &SyntaxError{offset(parseErr.Pos), parseErr.Text}
	case errors.As(err, &langErr):
		return nil, &SyntaxError{offset(langErr.Pos), langErr.Feature + " is not supported"}
	}
	return nil, &SyntaxError{0, err.Error()}
}

// openers counts at least as many constructs as can nest in text.
func openers(text string) int {
	n := 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '`':
			n++
		case 'i', 'f', 'c', 'w', 'u', 's', 't', '!':
			if i > 0 && text[i-1] > ' ' && text[i-1] != ';' {
				continue
			}
			for _, keyword := range [...]string{"if", "for", "case", "while", "until", "select", "time", "coproc", "function", "!"} {
				if strings.HasPrefix(text[i:], keyword) {
					n++
				}
			}
		}
	}
	return n
}
