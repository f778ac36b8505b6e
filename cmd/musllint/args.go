package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// defaultCommand is what is meant when no command is named.
const defaultCommand = "lint"

// arrange puts the flags of a command line before its paths, because cli stops looking for
// flags at the first path. The result always names a command, so that a path is never
// taken for one, and has -- before the paths, so that none is taken for a flag.
func arrange(app *cli.App, args []string) ([]string, error) {
	words := args[1:]
	if len(words) > 0 && words[0] == "help" {
		words = append(slices.Clone(words[1:]), "--help")
	}
	line, err := split(words, allFlags(app.Commands))
	if err != nil {
		return nil, err
	}
	head := []string{args[0]}
	name := defaultCommand
	if !line.ended(0) && slices.ContainsFunc(app.Commands, named(line.first())) {
		name = line.shift()
	} else if line.has("--help", "-h") && len(line.operands) == 0 {
		return append(head, "--help"), nil
	} else if line.has("--version", "-v") {
		name, line.flags = "version", nil
	}
	cmd := find(app.Commands, name)
	head = append(head, name)
	for len(cmd.Subcommands) > 0 && len(line.operands) > 0 {
		sub := find(cmd.Subcommands, line.first())
		if sub == nil {
			return nil, fmt.Errorf("unknown command %q%s", name+" "+line.first(), suggestion(line.first(), commandNames(cmd.Subcommands)))
		}
		head = append(head, line.shift())
		cmd = sub
	}
	if err := known(line, cmd); err != nil {
		return nil, err
	}
	for _, f := range line.flags {
		head = append(head, f.words...)
	}
	if len(line.operands) > 0 {
		head = append(append(head, "--"), line.operands...)
	}
	return head, nil
}

// commandLine is a command line sorted into flags and the rest.
type commandLine struct {
	flags    []givenFlag
	operands []string
	dashes   int // operands before a "--"; all of them when there is none
}

// givenFlag is a flag as it was given: one word, or two with its value.
type givenFlag struct {
	name  string // with its dashes, without a value
	words []string
}

func (l *commandLine) first() string {
	if len(l.operands) == 0 {
		return ""
	}
	return l.operands[0]
}

func (l *commandLine) shift() string {
	first := l.operands[0]
	l.operands = l.operands[1:]
	l.dashes--
	return first
}

// ended tells whether operand i stands behind a "--".
func (l *commandLine) ended(i int) bool { return i >= l.dashes }

func (l *commandLine) has(names ...string) bool {
	return slices.ContainsFunc(l.flags, func(f givenFlag) bool { return slices.Contains(names, f.name) })
}

// split sorts words. flags tells which of them take a value from the next word.
func split(words []string, flags []cli.Flag) (*commandLine, error) {
	l := &commandLine{}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w == "--" {
			l.dashes = len(l.operands)
			l.operands = append(l.operands, words[i+1:]...)
			return l, nil
		}
		if w == "-" || !strings.HasPrefix(w, "-") {
			l.operands = append(l.operands, w)
			continue
		}
		if letters := cluster(w, flags); letters != "" { // only the last one may take a value
			for _, letter := range letters[:len(letters)-1] {
				l.flags = append(l.flags, givenFlag{name: "-" + string(letter), words: []string{"-" + string(letter)}})
			}
			w = "-" + w[len(letters):]
		}
		name, _, hasValue := strings.Cut(w, "=")
		f := givenFlag{name: name, words: []string{w}}
		if !hasValue && takesValue(flags, strings.TrimLeft(name, "-")) {
			if i++; i == len(words) {
				return nil, fmt.Errorf("flag %s needs a value", name)
			}
			f.words = append(f.words, words[i])
		}
		l.flags = append(l.flags, f)
	}
	l.dashes = len(l.operands)
	return l, nil
}

// cluster returns the letters of a word that is several flags in one, else nothing.
func cluster(word string, flags []cli.Flag) string {
	word, _, _ = strings.Cut(word, "=")
	letters, ok := strings.CutPrefix(word, "-")
	if !ok || len(letters) < 2 {
		return ""
	}
	for i, letter := range letters {
		name := string(letter)
		if !has(flags, name) || i < len(letters)-1 && takesValue(flags, name) {
			return ""
		}
	}
	return letters
}

// known returns an error for the first flag that cmd has not.
func known(l *commandLine, cmd *cli.Command) error {
	var names []string
	for _, f := range append(slices.Clone(cmd.Flags), cli.HelpFlag) {
		for _, n := range f.Names() {
			names = append(names, dashed(n))
		}
	}
	for _, f := range l.flags {
		if slices.Contains(names, f.name) {
			continue
		}
		if short := f.name[:min(2, len(f.name))]; short != "--" && slices.Contains(names, short) {
			return fmt.Errorf("unknown flag %s: a long flag has two dashes, and after a short one comes a space before the value", f.name)
		}
		return fmt.Errorf("unknown flag %s%s", f.name, suggestion(f.name, names))
	}
	return nil
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func has(flags []cli.Flag, name string) bool {
	return slices.ContainsFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
}

func takesValue(flags []cli.Flag, name string) bool {
	i := slices.IndexFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
	if i < 0 {
		return false
	}
	doc, ok := flags[i].(cli.DocGenerationFlag)
	return ok && doc.TakesValue()
}

// allFlags returns the flags of all commands. One that takes a value does so in all of them.
func allFlags(commands []*cli.Command) []cli.Flag {
	var flags []cli.Flag
	for _, c := range commands {
		flags = append(append(flags, c.Flags...), allFlags(c.Subcommands)...)
	}
	return flags
}

func named(name string) func(*cli.Command) bool {
	return func(c *cli.Command) bool { return c.HasName(name) }
}

func find(commands []*cli.Command, name string) *cli.Command {
	if i := slices.IndexFunc(commands, named(name)); i >= 0 {
		return commands[i]
	}
	return nil
}

func commandNames(commands []*cli.Command) []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	return names
}
