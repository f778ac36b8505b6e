package shell

import (
	_ "embed"
	"strings"
)

// grammarTable has a line for each tool or subcommand: its name, a tab, its modes, a tab,
// and the flags that take a value. Lines are sorted by name. Flags of a tool hold for its
// subcommands too. A flag not listed takes none, except as --flag=value.
//
// Modes:
//
//	like=X    reads its words as X does; nothing else on the line
//	sub       the first operand is a subcommand
//	sub=X     the same, and without any it is X
//	single    a single dash begins a long flag: go -ldflags, gcc -static
//	posix     flags end at the first operand
//	plain     nothing is a flag
//	equals    -t=X means -t X
//	colon     -p:X and --property:X mean -p X
//	bundle    flags may come first without a dash: tar xzf
//	wrap=N    runs the command that follows N operands and is looked through
//	assigns   takes A=b before that command
//	run=N     its operands after the first N are a command
//
// Values:
//
//	-o        in the next word or attached
//	-i?       attached or none
//	-j#       attached, or in the next word if that is a number
//	-D*       single: attached, or in the next word if nothing is attached
//	-c.       in the next word, and flags end after it
//
//go:embed grammar.txt
var grammarTable string

// grammar is what the lines of a tool and its subcommand say.
type grammar struct {
	known  bool
	modes  string // of the most special line
	values [3]string
}

// grammarOf returns the grammar of a tool, or of its subcommand written as in Sub.
func grammarOf(tool string, sub ...string) grammar {
	g := grammar{}
	line, ok := tableLine(tool)
	if !ok {
		if line, ok = tableLine(family(tool)); !ok {
			return g
		}
		tool = family(tool)
	}
	modes, values, _ := strings.Cut(line, "\t")
	if like, ok := strings.CutPrefix(modes, "like="); ok {
		return grammarOf(like, sub...)
	}
	g = grammar{known: true, modes: modes, values: [3]string{values}}
	if len(sub) == 0 || sub[0] == "" {
		return g
	}
	key := tool
	for i, word := range strings.Fields(sub[0]) {
		if i+1 == len(g.values) {
			break
		}
		key += " " + word
		line, ok := tableLine(key)
		if !ok {
			g.modes = withoutSub(g.modes)
			break
		}
		g.modes, g.values[i+1], _ = strings.Cut(line, "\t")
		if strings.Contains(modes, "single") {
			g.modes += " single"
		}
	}
	return g
}

func withoutSub(modes string) string {
	var kept []string
	for _, m := range strings.Fields(modes) {
		if m != "sub" && !strings.HasPrefix(m, "sub=") {
			kept = append(kept, m)
		}
	}
	return strings.Join(kept, " ")
}

// family returns the tool whose grammar a cross compiler has: x86_64-linux-musl-gcc is
// gcc. Clang's numbered and prefixed kin read the same flags.
func family(tool string) string {
	last := tool[strings.LastIndexByte(tool, '-')+1:]
	switch last {
	case "gcc", "g++", "cc", "c++", "clang", "clang++", "ld", "configure", "cmake":
		return last
	}
	return ""
}

// tableLine returns what follows the name in its line of the table.
func tableLine(name string) (string, bool) {
	table := grammarTable
	for lo, hi := 0, len(table); lo < hi; {
		mid := lo + (hi-lo)/2
		start := strings.LastIndexByte(table[lo:mid], '\n') + 1 + lo
		end := start + strings.IndexByte(table[start:], '\n')
		key, rest, _ := strings.Cut(table[start:end], "\t")
		switch {
		case key == name:
			return rest, true
		case key < name:
			lo = end + 1
		default:
			hi = start
		}
	}
	return "", false
}

func (g *grammar) mode(name string) (value string, ok bool) {
	for modes := g.modes; modes != ""; {
		var m string
		m, modes, _ = strings.Cut(modes, " ")
		key, value, _ := strings.Cut(m, "=")
		if key == name {
			return value, true
		}
	}
	return "", false
}

func (g grammar) has(name string) bool {
	_, ok := g.mode(name)
	return ok
}

// count returns N of a mode name=N.
func (g grammar) count(name string) int {
	value, _ := g.mode(name)
	n, _ := digits(value, 2, 10)
	return n
}

// arity says where a flag's value is.
type arity byte

const (
	noValue       arity = 0
	nextValue     arity = 'v'
	attachedValue arity = '?'
	numberValue   arity = '#'
	prefixValue   arity = '*'
	finalValue    arity = '.'
)

// takes returns the arity of a flag spelled with its dashes.
func (g *grammar) takes(flag string) arity {
	for _, list := range g.values {
		for from := 0; ; {
			i := strings.Index(list[from:], flag)
			if i < 0 {
				break
			}
			i += from
			from = i + len(flag)
			if i > 0 && list[i-1] != ' ' {
				continue
			}
			if from == len(list) || list[from] == ' ' {
				return nextValue
			}
			if strings.IndexByte("?#*.", list[from]) >= 0 && (from+1 == len(list) || list[from+1] == ' ') {
				return arity(list[from])
			}
		}
	}
	return noValue
}

// joined returns the longest listed prefix of a single-dash flag: -D of -DNDEBUG.
func (g *grammar) joined(flag string) string {
	best := ""
	for _, list := range g.values {
		for list != "" {
			var entry string
			entry, list, _ = strings.Cut(list, " ")
			if name, ok := strings.CutSuffix(entry, "*"); ok && len(name) > len(best) && strings.HasPrefix(flag, name) {
				best = name
			}
		}
	}
	return best
}
