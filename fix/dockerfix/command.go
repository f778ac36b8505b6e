package dockerfix

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/shell"
)

// setFlag gives the command a flag, or the flag another value.
func setFlag(s *site) []lint.Edit {
	c := s.command
	flags := s.with["flag"]
	if c == nil || len(c.Words) == 0 || len(flags) == 0 || s.in.Exec {
		return nil
	}
	value, hasValue := s.word("value"), len(s.with["value"]) > 0
	names := make([]string, len(flags))
	for i, f := range flags {
		names[i] = strings.TrimLeft(f, "-")
	}
	if f, ok := c.Flag(names...); ok {
		if !hasValue || !f.HasValue || !f.Known || f.Value == value {
			return nil
		}
		edit, ok := s.another(f, value)
		if !ok {
			return nil
		}
		edits := []lint.Edit{edit}
		for _, o := range s.likewise(c, names, f.Value) {
			if edit, ok = s.another(o, value); !ok {
				return nil
			}
			edits = append(edits, edit)
		}
		return edits
	}
	text := " " + flags[0]
	if hasValue {
		join := " "
		if j := s.word("join"); j != "" {
			join = j
		}
		text += join + value
	}
	head, ok := head(c)
	if !ok || !fits(c, text) {
		return nil
	}
	return []lint.Edit{s.replace(head.End, head.End, text)}
}

// another gives a flag another value, unless that is quoted or comes from a variable.
func (s *site) another(f shell.Flag, value string) (lint.Edit, bool) {
	if string(s.text[f.ValueStart:f.ValueEnd]) != f.Value {
		return lint.Edit{}, false
	}
	if sep := s.word("append"); sep != "" {
		return s.replace(f.ValueEnd, f.ValueEnd, sep+value), true
	}
	return s.replace(f.ValueStart, f.ValueEnd, value), true
}

// likewise are the flags with the same value that other commands of the program have, where
// the recipe is to change them as well.
func (s *site) likewise(c *shell.Command, names []string, value string) []shell.Flag {
	if s.word("also") != "stage" {
		return nil
	}
	var list []shell.Flag
	for _, in := range s.stage.Instructions {
		for _, o := range in.Commands {
			if f, ok := o.Flag(names...); ok && o != c && o.Name == c.Name && f.Value == value && !in.OnBuild && !in.Exec {
				list = append(list, f)
			}
		}
	}
	return list
}

// head is the last word of a command's name and subcommand.
func head(c *shell.Command) (shell.Word, bool) {
	sub := strings.Fields(c.Sub)
	last := c.Words[0]
	if len(sub) == 0 {
		return last, true
	}
	for _, w := range c.Words[1:] {
		if w.Text == sub[0] {
			last = w
			if sub = sub[1:]; len(sub) == 0 {
				return last, true
			}
		}
	}
	return last, false
}

// addWords adds words behind those of the command.
func addWords(s *site) []lint.Edit {
	c, in := s.chosen()
	if c == nil || len(c.Words) == 0 || in.Exec {
		return nil
	}
	text := " " + strings.Join(s.with["words"], " ")
	if !fits(c, text) {
		return nil
	}
	last := c.Words[len(c.Words)-1]
	return []lint.Edit{s.replace(last.End, last.End, text)}
}

// fits tells whether words can be written into a command: on its line, and without quotes where
// it is itself quoted, as in sh -c "…".
func fits(c *shell.Command, text string) bool {
	if strings.ContainsAny(text, "\r\n") {
		return false
	}
	return c.Parent == nil || !strings.ContainsAny(text, "\"'\\$`")
}

// chosen is the command of the site, or the first one from there on that the parameter
// command describes.
func (s *site) chosen() (*shell.Command, *dockerfile.Instruction) {
	if len(s.with["command"]) == 0 {
		return s.command, s.in
	}
	re, err := regexp.Compile(s.word("command"))
	if err != nil {
		return nil, s.in
	}
	for _, in := range s.stage.Instructions {
		for _, c := range in.Commands {
			if c.End >= s.at.End && !in.OnBuild && re.MatchString(strings.Join(shell.Texts(c.Words), " ")) {
				return c, in
			}
		}
	}
	return nil, s.in
}

// replaceCommand writes another command where one is.
func replaceCommand(s *site) []lint.Edit {
	if s.command == nil || s.in.Keyword != "RUN" || s.in.Exec {
		return nil
	}
	list := pieces(s.in)
	n := slices.IndexFunc(list, func(p piece) bool { return slices.Contains(p.commands, s.command) })
	if n < 0 || !list[n].whole || strings.ContainsAny(s.word("with"), "\r\n") {
		return nil
	}
	edits, ok := s.dropped()
	if !ok {
		return nil
	}
	return s.together(append(edits, s.replace(list[n].start, list[n].end, s.word("with"))))
}

// removeCommand removes the command, and those that go with it.
func removeCommand(s *site) []lint.Edit {
	if s.command == nil {
		return nil
	}
	if len(s.with["drop"]) == 0 {
		return s.remove(s.in, []*shell.Command{s.command})
	}
	edits, ok := s.drop(true)
	if !ok {
		return nil
	}
	return s.together(edits)
}

// dropped makes the edits that remove what matches the parameter drop, but for the command
// of the site.
func (s *site) dropped() ([]lint.Edit, bool) {
	if len(s.with["drop"]) == 0 {
		return nil, true
	}
	return s.drop(false)
}

// drop removes what matches, with or without the command of the site.
func (s *site) drop(own bool) ([]lint.Edit, bool) {
	re, err := regexp.Compile(s.word("drop"))
	if err != nil {
		return nil, false
	}
	var edits []lint.Edit
	for _, in := range s.stage.Instructions {
		list := matching(in, re, s.command, own)
		if len(list) == 0 {
			continue
		}
		more := s.remove(in, list)
		if more == nil {
			return nil, false
		}
		edits = append(edits, more...)
	}
	return edits, true
}

// matching are the commands of a RUN whose words match, with or without the one of the site.
func matching(in *dockerfile.Instruction, re *regexp.Regexp, own *shell.Command, with bool) []*shell.Command {
	var list []*shell.Command
	if in.Keyword != "RUN" {
		return nil
	}
	for _, c := range in.Commands {
		if c == own && with || c != own && c.Parent == nil && re.MatchString(strings.Join(shell.Texts(c.Words), " ")) {
			list = append(list, c)
		}
	}
	return list
}

// together returns edits unless two of them meet.
func (s *site) together(edits []lint.Edit) []lint.Edit {
	slices.SortFunc(edits, func(a, b lint.Edit) int { return a.Range.Start - b.Range.Start })
	for i := 1; i < len(edits); i++ {
		if edits[i].Range.Start < edits[i-1].Range.End {
			return nil
		}
	}
	return edits
}

// alone tells whether a command stands in a plain list, so that another one may take its
// place: no pipeline, no condition, nothing that carries it.
func alone(c *shell.Command) bool {
	return c.PipeFrom == nil && c.PipeTo == nil && c.Parent == nil && !c.Conditional && !c.Tolerated && c.Guard == ""
}

// piece is a command of a list with its pipeline.
type piece struct {
	start, end int
	whole      bool // it may be removed
	commands   []*shell.Command
}

// pieces are the commands of an instruction that nothing carries, those of a pipeline as one.
func pieces(in *dockerfile.Instruction) []piece {
	var list []piece
	for _, c := range in.Commands {
		if c.Parent != nil {
			continue
		}
		start, end, ok := extent(c)
		ok = ok && !c.Conditional && !c.Tolerated && c.Guard == ""
		if n := len(list); n > 0 && c.PipeFrom != nil && slices.Contains(list[n-1].commands, c.PipeFrom) {
			p := &list[n-1]
			p.end, p.whole, p.commands = end, p.whole && ok, append(p.commands, c)
			continue
		}
		list = append(list, piece{start, end, ok, []*shell.Command{c}})
	}
	return list
}

// remove takes commands out of the list of an instruction: what is between the first of
// neighbours and what follows, with their && or line, or the instruction when nothing is left.
// Lines and comments of others stay as they are.
func (s *site) remove(in *dockerfile.Instruction, commands []*shell.Command) []lint.Edit {
	if in.Keyword != "RUN" || in.Exec || in.OnBuild {
		return nil
	}
	list := pieces(in)
	gone := make([]bool, len(list))
	left := len(list)
	for _, c := range commands {
		n := slices.IndexFunc(list, func(p piece) bool { return slices.Contains(p.commands, c) })
		if n < 0 || !list[n].whole {
			return nil
		}
		if !gone[n] {
			gone[n] = true
			left--
		}
	}
	if left == 0 {
		for i := 1; i < len(list); i++ {
			if !isLink(s.text[list[i-1].end:list[i].start]) {
				return nil
			}
		}
		whole := *s
		whole.in = in
		return removeInstruction(&whole)
	}
	var edits []lint.Edit
	for i := 0; i < len(list); i++ {
		if !gone[i] {
			continue
		}
		j := i
		for j+1 < len(list) && gone[j+1] {
			j++
		}
		for k := max(i-1, 0); k <= min(j, len(list)-2); k++ {
			if !isLink(s.text[list[k].end:list[k+1].start]) {
				return nil
			}
		}
		switch {
		case j == len(list)-1:
			if tail := strings.TrimSpace(string(s.text[list[j].end:in.Range.End])); tail != "" && tail != ";" {
				return nil
			}
			edits = append(edits, s.replace(list[i-1].end, list[j].end, ""))
		case i > 0 && s.leads(list[i].start) && s.leads(list[j+1].start): // operators begin the lines
			edits = append(edits, s.replace(list[i-1].end, list[j].end, ""))
		default:
			edits = append(edits, s.replace(list[i].start, s.next(list[j].end, list[j+1].start), ""))
		}
		i = j
	}
	return edits
}

// link is what may stand between two commands of a list.
var link = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\s\\` + "`" + `]*(?:&&|;|\n)[\s\\` + "`" + `]*$`) })

// isLink tells whether text between two commands joins them so that either may go.
func isLink(between []byte) bool {
	var b strings.Builder
	for line := range strings.Lines(string(between)) {
		if !strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
			b.WriteString(line)
		}
	}
	return link().MatchString(b.String())
}

// leads tells whether an && stands before an offset, first on its line.
func (s *site) leads(offset int) bool {
	return strings.TrimSpace(string(s.text[s.lineStart(offset):offset])) == "&&"
}

// next is where what follows a removed command begins: the comments before the next command,
// or that command itself.
func (s *site) next(end, start int) int {
	for offset := s.lineEnd(end); offset < start; offset = s.lineEnd(offset) {
		line := s.text[offset:s.lineEnd(offset)]
		if trimmed := strings.TrimLeft(string(line), " \t"); strings.HasPrefix(trimmed, "#") {
			return offset + len(line) - len(trimmed)
		}
	}
	return start
}

// addCommand runs another command behind one.
func addCommand(s *site) []lint.Edit {
	c := s.command
	if c == nil || s.in.Keyword != "RUN" || s.in.Exec || !alone(c) {
		return nil
	}
	_, end, ok := extent(c)
	command := s.word("command")
	if !ok || command == "" || strings.ContainsAny(command, "\r\n") {
		return nil
	}
	first := s.lineStart(s.in.Range.Start)
	for _, p := range pieces(s.in) {
		if p.end <= c.Start {
			continue
		}
		if p.start > c.Start {
			break
		}
		if line := s.lineStart(p.start); line != first && s.leads(p.start) {
			return []lint.Edit{s.replace(end, end, " "+string(s.file.Escape)+"\n"+s.indent(p.start)+"&& "+command)}
		}
	}
	return []lint.Edit{s.replace(end, end, " && "+command)}
}
