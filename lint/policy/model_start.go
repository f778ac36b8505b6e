package policy

import (
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/shell"
)

// searched are the folders in which a program that is started by its bare name is found.
const searched = " /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin "

// starters yields the commands that the stage of the subject, or one that is FROM it,
// starts by CMD, ENTRYPOINT or RUN.
func (s *Subject) starters(yield func(in *dockerfile.Instruction, c *shell.Command) bool) {
	for _, st := range s.file.Stages {
		if !continues(st, s.st) {
			continue
		}
		for _, in := range st.Instructions {
			if in.OnBuild {
				continue
			}
			switch in.Keyword {
			case "CMD", "ENTRYPOINT", "RUN":
			default:
				continue
			}
			for _, c := range in.Commands {
				if len(c.Words) > 0 && !yield(in, c) {
					return
				}
			}
		}
	}
}

// continues reports whether st is base, or FROM it.
func continues(st, base *dockerfile.Stage) bool {
	for ; st != nil; st = st.BaseStage {
		if st == base {
			return true
		}
	}
	return false
}

// starts reports whether the file at p is started. A trailing /* or /** stands for a file
// of unknown name in that folder, or below it.
func (s *Subject) starts(p string) bool {
	if p == "" {
		return false
	}
	open := strings.HasSuffix(p, "*")
	for in, c := range s.starters {
		program := programPath(in, c, path.Dir(p))
		if open && (isScript(program) || !strings.Contains(c.Words[0].Text, "/")) {
			continue // a bare name may be anything else that is searched
		}
		if samePath(program, p) {
			return true
		}
	}
	return false
}

// isScript reports whether a program is a script by its name.
func isScript(program string) bool {
	switch path.Ext(program) {
	case ".sh", ".bash", ".py", ".js", ".rb", ".pl", ".php":
		return true
	}
	return strings.Contains(path.Base(program), "entrypoint")
}

// programPath is the path of the program that a command starts. A bare name is taken to
// lie in dir when that is searched.
func programPath(in *dockerfile.Instruction, c *shell.Command, dir string) string {
	program := c.Words[0].Text
	switch {
	case strings.HasPrefix(program, "/"):
		return path.Clean(program)
	case strings.Contains(program, "/"):
		if from := in.CommandDir(c); from != "?" {
			return path.Join(from, program)
		}
		return ""
	case strings.Contains(searched, " "+dir+" "):
		return path.Join(dir, program)
	}
	return ""
}

func samePath(program, p string) bool {
	if dir, ok := strings.CutSuffix(p, "/**"); ok {
		return strings.HasPrefix(program, dir+"/")
	}
	if dir, ok := strings.CutSuffix(p, "/*"); ok {
		return program != "" && path.Dir(program) == path.Clean(dir+"/")
	}
	return program == p
}

// startedSource is the first plain file of a COPY from the context that CMD or ENTRYPOINT
// starts.
func (s *Subject) startedSource() string {
	c := s.in.Copy
	if c.Origin != "context" {
		return ""
	}
	for _, w := range c.Sources {
		dest := c.Dest.Text
		if !strings.HasPrefix(dest, "/") {
			if s.in.Dir == "?" {
				return ""
			}
			dest = path.Join(s.in.Dir, dest)
		}
		for in, cmd := range s.starters {
			if in.Keyword == "RUN" {
				continue
			}
			inside := path.Join(dest, path.Base(w.Text))
			if programPath(in, cmd, path.Dir(inside)) == inside || programPath(in, cmd, path.Dir(dest)) == path.Clean(dest) {
				return w.Text
			}
		}
	}
	return ""
}

// madeOn is the libc of the stage in which an artifact was made.
func (s *Subject) madeOn() lint.Libc {
	if s.artifact.Stage == nil {
		return lint.Unknown
	}
	return s.artifact.Stage.Target.Libc
}

// madeOf are the Python packages in an artifact, when the command that made it names them
// all: one that reads a file of requirements or a project does not.
func (s *Subject) madeOf() []string {
	if s.artifact.Stage == nil {
		return nil
	}
	for _, in := range s.artifact.Stage.Instructions {
		for _, i := range in.Installs {
			if i.Manager != "pip" || i.Command.Start != s.artifact.Range.Start {
				continue
			}
			if i.Command.HasFlag("r", "requirement", "e", "editable") || slices.ContainsFunc(i.Packages, func(p dockerfile.Package) bool { return p.Path || !p.Known }) {
				return nil
			}
			return packageNames(i)
		}
	}
	return nil
}

// machine is the name of an architecture in the names of loaders and wheels.
func machine(arch string) string {
	switch arch {
	case "amd64":
		return "x86_64"
	case "arm64":
		return "aarch64"
	case "386":
		return "i386"
	case "arm/v7":
		return "armv7"
	case "arm/v6", "arm":
		return "armhf"
	}
	return arch
}
