package dockerfile

import (
	"fmt"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/shell"
)

// Env returns what ENV leaves in a variable at the end of the stage, "" when it is not
// set or not known.
func (s *Stage) Env(name string) string {
	if v, ok := s.env.image(name); ok && v.known {
		return v.value
	}
	return ""
}

// managers are the package managers that give a distribution's libc away.
var managers = map[string]lint.Target{
	"apk":      {Libc: lint.Musl, Distro: "alpine"},
	"apt-get":  {Libc: lint.Glibc},
	"apt":      {Libc: lint.Glibc},
	"dpkg":     {Libc: lint.Glibc},
	"yum":      {Libc: lint.Glibc},
	"dnf":      {Libc: lint.Glibc},
	"microdnf": {Libc: lint.Glibc},
	"tdnf":     {Libc: lint.Glibc},
	"zypper":   {Libc: lint.Glibc},
	"pacman":   {Libc: lint.Glibc},
}

// infer lets the commands of a RUN decide the libc of a stage whose image says nothing:
// a package manager that is called without asking first whether it is there. Wolfi has
// apk and glibc, and says so in its package and repository names.
func (s *Stage) infer(in *Instruction) {
	if s.Target.Libc != lint.Unknown {
		return
	}
	for _, c := range in.Commands {
		t, ok := managers[c.Name]
		if !ok || c.Conditional || c.Tolerated {
			continue
		}
		if c.Name == "apk" && isWolfi(c) {
			t = lint.Target{Libc: lint.Glibc, Distro: "wolfi"}
		}
		s.Target.Libc, s.Target.Distro = t.Libc, t.Distro
		s.Reasons = append(s.Reasons, s.file.place(
			fmt.Sprintf("%s is not known here, but the stage runs %s, so it is taken for %s", s.Base, c.Name, describe(t)),
			s.file.Range(c.Start, c.End)))
		return
	}
}

func isWolfi(c *shell.Command) bool {
	for _, w := range c.Words {
		if strings.Contains(w.Text, "wolfi") || strings.Contains(w.Text, "cgr.dev") || w.Text == "glibc-dev" {
			return true
		}
	}
	return false
}
