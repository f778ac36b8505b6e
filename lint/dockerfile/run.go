package dockerfile

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/shell"
)

// run reads the commands of RUN, CMD, ENTRYPOINT and HEALTHCHECK, and for RUN what they
// install, download and make.
func (b *builder) run(in *Instruction) {
	rest := in.rest
	if in.Keyword == "HEALTHCHECK" {
		s := b.splitter(in)
		if w, ok := s.next(false); !ok || !strings.EqualFold(w.raw, "cmd") {
			return
		}
		in.rest = s.rest()
	}
	in.execWords(b)
	in.Scripts = b.scripts(in)
	in.rest = rest
	for _, s := range in.Scripts {
		in.Commands = append(in.Commands, s.Commands...)
	}
	if in.Keyword == "RUN" && !in.OnBuild {
		b.make(in)
	}
}

// scripts parses what an instruction runs.
func (b *builder) scripts(in *Instruction) []*shell.Script {
	if in.Exec {
		if len(in.Words) == 0 {
			return nil
		}
		return []*shell.Script{shell.ParseExec(in.Words, in.shellEnv)}
	}
	if !b.shellIsSh() {
		return nil
	}
	if doc, ok := in.scriptHeredoc(b); ok {
		body := string(b.file.Source.Content[doc.body.start:doc.body.end])
		if other, ok := strings.CutPrefix(body, "#!"); ok && !isSh(interpreter(other)) {
			return nil
		}
		return b.parseShell(in, body, doc.body.start)
	}
	text := mask(b.file.Source.Content[in.rest.start:in.rest.end], b.file.Escape)
	if len(in.heredocs) > 0 { // the shell reads the bodies itself
		text = append(text, b.file.Source.Content[in.rest.end:in.Range.End]...)
	}
	return b.parseShell(in, string(text), in.rest.start)
}

func (b *builder) parseShell(in *Instruction, text string, base int) []*shell.Script {
	script, err := shell.Parse(text, base, in.shellEnv)
	if err == nil {
		return []*shell.Script{script}
	}
	at, msg := base, err.Error()
	var syntax *shell.SyntaxError
	if errors.As(err, &syntax) {
		at, msg = syntax.Offset, syntax.Msg
	}
	at = min(max(at, in.Range.Start), max(in.Range.End-1, in.Range.Start))
	b.file.Problems = append(b.file.Problems, Problem{
		Rule: lint.RuleUnparsedShell, Severity: lint.Info, Range: b.file.Range(at, at+1),
		Message: "this " + in.Keyword + " was not examined: the shell would stop with: " + msg,
	})
	return nil
}

// scriptHeredoc returns the here-document of `RUN <<EOF`, which is a script of its own.
// With anything else on the line the shell gets the line and the document.
func (in *Instruction) scriptHeredoc(b *builder) (heredoc, bool) {
	if len(in.heredocs) != 1 {
		return heredoc{}, false
	}
	s := b.splitter(in)
	w, _ := s.next(false)
	_, more := s.next(false)
	return in.heredocs[0], !more && strings.HasPrefix(w.raw, "<<")
}

// shellIsSh reports whether SHELL is one whose language can be read here.
func (b *builder) shellIsSh() bool {
	if b.stage.onWindows() {
		return false
	}
	return len(b.shell) == 0 || isSh(path.Base(b.shell[0]))
}

// onWindows reports whether the stage is a Windows image, whose RUN speaks to cmd or
// PowerShell.
func (s *Stage) onWindows() bool {
	return strings.HasPrefix(s.Platform, "windows/") || strings.HasPrefix(s.Ref.Repository, "windows") ||
		strings.Contains(s.Ref.Tag, "nanoserver") || strings.Contains(s.Ref.Tag, "windowsservercore")
}

func isSh(program string) bool {
	return slices.Contains([]string{"sh", "bash", "ash", "dash", "busybox", "ksh", "mksh", "zsh"}, program)
}

// interpreter returns the program's name of a #! line, without the #!.
func interpreter(line string) string {
	line, _, _ = strings.Cut(line, "\n")
	fields := strings.Fields(line)
	if len(fields) > 1 && path.Base(fields[0]) == "env" {
		fields = fields[1:]
	}
	if len(fields) == 0 {
		return "sh"
	}
	return path.Base(fields[0])
}

// shellEnv resolves ENV, and ARG for the shell of a RUN: a container knows no arguments.
func (in *Instruction) shellEnv(name string) (string, bool) {
	v, ok := in.env.lookup(name)
	if in.Keyword != "RUN" {
		v, ok = in.env.image(name)
	}
	if !ok || !v.known {
		return "", false
	}
	return v.value, true
}

// CommandEnv returns the value of an environment variable as a command sees it: assigned
// before the command, exported earlier in the same script, or set by ENV or ARG.
func (in *Instruction) CommandEnv(c *shell.Command, name string) (value string, known bool) {
	for p := c; p != nil; p = p.Parent {
		if w, ok := p.Env(name); ok {
			return w.Text, w.Known
		}
	}
	return in.Env(name)
}

// CommandDir returns the working directory of a command of in, "?" when it is unknown.
func (in *Instruction) CommandDir(c *shell.Command) string {
	if c.Dir == "?" {
		return "?"
	}
	return join(in.Dir, c.Dir)
}

// Mount is a RUN --mount that brings files of another stage or image.
type Mount struct {
	From, Source, Target string
	Flag                 Flag
}

// Mounts returns the bind mounts of a RUN that name where they come from.
func (in *Instruction) Mounts() []Mount {
	var mounts []Mount
	for _, f := range in.Flags {
		if f.Name != "mount" {
			continue
		}
		m := Mount{Flag: f, Source: "/"}
		for _, field := range strings.Split(f.Value.Text, ",") {
			key, value, _ := strings.Cut(field, "=")
			switch strings.ToLower(key) {
			case "from":
				m.From = value
			case "source", "src":
				m.Source = join("/", value)
			case "target", "dst", "destination":
				m.Target = join(in.Dir, value)
			}
		}
		if m.From != "" && m.Target != "" {
			mounts = append(mounts, m)
		}
	}
	return mounts
}
