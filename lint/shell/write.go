package shell

import "strings"

// Write is text that goes to a file: by a redirection or tee.
type Write struct {
	Path       Word
	Content    string // valid when Known
	Known      bool
	Append     bool     // to what was there, or to what another command of the same group wrote
	Command    *Command // the one whose output is written
	Start, End int      // of the words or the here-document that hold the content; equal when there are none
}

// Writes returns what the script writes to files with > and tee, in order.
func (s *Script) Writes() []Write {
	var writes []Write
	opened := map[int]bool{} // starts of the redirections that wrote before
	for _, c := range s.Commands {
		for _, r := range c.Redirects {
			if r.FD != 1 || !strings.Contains(r.Op, ">") || r.Op == ">&" || r.Op == "<>" {
				continue
			}
			w := c.write(r.Target)
			w.Append = strings.Contains(r.Op, ">>") || opened[r.Start]
			opened[r.Start] = true
			writes = append(writes, w)
		}
		if c.Name != "tee" {
			continue
		}
		for _, path := range c.Operands {
			w := c.write(path)
			w.Append = c.HasFlag("a", "append")
			writes = append(writes, w)
		}
	}
	return writes
}

func (c *Command) write(path Word) Write {
	text, ok := c.Output()
	content := c.content()
	return Write{Path: path, Content: text, Known: ok, Command: c, Start: content.Start, End: content.End}
}

// Output returns the text that echo, printf, cat with a here-document and tee write to
// standard output. ok is false for other commands and for text that is not known.
func (c *Command) Output() (text string, ok bool) { return c.output(maxRelays) }

// maxRelays is how many cat and tee one after the other are followed to the text's origin.
const maxRelays = 4

func (c *Command) output(relays int) (text string, ok bool) {
	switch c.Name {
	case "echo":
		return echo(c.Words[1:])
	case "printf":
		return printf(c.Operands)
	case "cat", "tee":
		return c.input(relays)
	case ":", "true":
		return "", true
	case "":
		return "", len(c.Words) == 0
	}
	return "", false
}

// input returns what a command that was given no file reads.
func (c *Command) input(relays int) (string, bool) {
	if c.Name == "cat" && len(c.Operands) > 0 && (len(c.Operands) > 1 || c.Operands[0].Text != "-") {
		return "", false
	}
	if c.Name == "cat" && len(c.Flags) > 0 {
		return "", false
	}
	if r, ok := c.stdin(); ok {
		switch r.Op {
		case "<<", "<<-":
			return r.Body.Text, r.Body.Known
		case "<<<":
			return r.Target.Text + "\n", r.Target.Known
		}
		return "", false
	}
	if c.PipeFrom != nil && c.pipedAlone && relays > 0 {
		return c.PipeFrom.output(relays - 1)
	}
	return "", false
}

// stdin returns the redirection that standard input comes from.
func (c *Command) stdin() (Redirect, bool) {
	for i := len(c.Redirects) - 1; i >= 0; i-- {
		if c.Redirects[i].FD == 0 {
			return c.Redirects[i], true
		}
	}
	return Redirect{}, false
}

// content places the words or the here-document that Output is made of.
func (c *Command) content() Word { return c.origin(maxRelays) }

func (c *Command) origin(relays int) Word {
	switch c.Name {
	case "cat", "tee":
		if r, ok := c.stdin(); ok {
			if r.Op == "<<<" {
				return r.Target
			}
			return r.Body
		}
		if c.PipeFrom != nil && relays > 0 {
			return c.PipeFrom.origin(relays - 1)
		}
	case "echo", "printf":
		if len(c.Words) > 1 {
			return Word{Start: c.Words[1].Start, End: c.Words[len(c.Words)-1].End}
		}
	}
	return Word{Start: c.End, End: c.End}
}

// echo writes its words as the echo of bash and busybox does; dash's takes escapes
// without -e too.
func echo(words []Word) (string, bool) {
	newline, escapes := "\n", false
	for len(words) > 0 && isEchoFlag(words[0].Text) {
		if strings.Contains(words[0].Text, "n") {
			newline = ""
		}
		if i := strings.LastIndexAny(words[0].Text, "eE"); i >= 0 {
			escapes = words[0].Text[i] == 'e'
		}
		words = words[1:]
	}
	var out strings.Builder
	for i, word := range words {
		if !word.Known {
			return "", false
		}
		if i > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(word.Text)
	}
	if !escapes {
		return out.String() + newline, true
	}
	text, stopped := unescape(out.String(), true)
	if stopped {
		newline = ""
	}
	return text + newline, true
}

func isEchoFlag(word string) bool {
	return len(word) > 1 && word[0] == '-' && strings.Trim(word[1:], "neE") == ""
}

// unescape decodes the escapes of echo -e and printf. In a printf format an octal number
// needs no leading zero. stopped reports \c, which ends all output.
func unescape(s string, leadingZero bool) (text string, stopped bool) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		c := s[i]
		if b, ok := escapeByte(c); ok {
			out.WriteByte(b)
			continue
		}
		switch {
		case c == 'c':
			return out.String(), true
		case c == '"' && !leadingZero:
			out.WriteByte(c)
		case c == '0' && leadingZero:
			v, n := digits(s[i+1:], 3, 8)
			out.WriteByte(byte(v))
			i += n
		case c >= '0' && c <= '7' && !leadingZero:
			v, n := digits(s[i:], 3, 8)
			out.WriteByte(byte(v))
			i += n - 1
		case c == 'x':
			v, n := digits(s[i+1:], 2, 16)
			if n == 0 {
				out.WriteString(`\x`)
				continue
			}
			out.WriteByte(byte(v))
			i += n
		default:
			out.WriteByte('\\')
			out.WriteByte(c)
		}
	}
	return out.String(), false
}

// printf formats its operands. ok is false for directives other than %s, %b, %d, %c and %%.
func printf(operands []Word) (string, bool) {
	for _, word := range operands {
		if !word.Known {
			return "", false
		}
	}
	if len(operands) == 0 {
		return "", false
	}
	format, args := operands[0].Text, operands[1:]
	if format == "-v" { // into a variable
		return "", false
	}
	if format == "--" && len(args) > 0 {
		format, args = args[0].Text, args[1:]
	}
	var out strings.Builder
	for {
		before := len(args)
		rest, ok := printfOnce(&out, format, args)
		if !ok || out.Len() > maxValue {
			return "", false
		}
		if len(rest) == 0 || len(rest) == before {
			return out.String(), true
		}
		args = rest
	}
}

// printfOnce uses a format once and returns the arguments left over.
func printfOnce(out *strings.Builder, format string, args []Word) (rest []Word, ok bool) {
	for format != "" {
		literal, directive, found := strings.Cut(format, "%")
		text, stopped := unescape(literal, false)
		out.WriteString(text)
		if stopped {
			return nil, true
		}
		if !found {
			break
		}
		if directive == "" {
			return nil, false
		}
		format = directive[1:]
		if directive[0] == '%' {
			out.WriteByte('%')
			continue
		}
		arg := ""
		if len(args) > 0 {
			arg, args = args[0].Text, args[1:]
		}
		switch directive[0] {
		case 's':
			out.WriteString(arg)
		case 'b':
			text, stopped := unescape(arg, true)
			out.WriteString(text)
			if stopped {
				return nil, true
			}
		case 'd':
			if arg == "" {
				arg = "0"
			}
			if strings.Trim(arg, "0123456789") != "" {
				return nil, false
			}
			out.WriteString(arg)
		case 'c':
			out.WriteString(arg[:min(1, len(arg))])
		default:
			return nil, false
		}
	}
	return args, true
}
