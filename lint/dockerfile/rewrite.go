package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/shell"
)

// Rewritten reports whether a later RUN of the image may replace or remove a file that a COPY
// has put at dest: it builds something that may be it, or hands its path to a command. A
// developer's own `go build` leaves in the build context what the image builds again.
func (in *Instruction) Rewritten(dest string) bool {
	top := in.Stage
	if in.Stage.Top != nil {
		top = in.Stage.Top
	}
	modules := strings.Contains(dest, "/node_modules/")
	for s := top; s != nil; s = s.BaseStage {
		for _, later := range s.Instructions {
			if s == in.Stage && later.Index <= in.Index || later.OnBuild {
				continue
			}
			if modules && later.bringsModules(dest) {
				return true
			}
			if later.Keyword != "RUN" {
				continue
			}
			if slices.ContainsFunc(later.Commands, func(c *shell.Command) bool { return later.rewrites(c, dest) }) {
				return true
			}
		}
		if slices.ContainsFunc(s.Artifacts, func(a *Artifact) bool {
			return a.Stage != nil && a.Kind != "node-modules" && a.Range.Start >= in.Range.End && a.heldBy(dest) != apart
		}) {
			return true
		}
		if s == in.Stage {
			break
		}
	}
	return false
}

// Untouched reports whether the stage, from a COPY in it or in one that it is FROM on, runs
// nothing that may make or change files: only package managers, and commands that look.
func (s *Stage) Untouched(since *Instruction) bool {
	for ; s != nil; s = s.BaseStage {
		for _, in := range s.Instructions {
			if in.Keyword != "RUN" || s == since.Stage && in.Index <= since.Index {
				continue
			}
			if len(in.Commands) == 0 || slices.ContainsFunc(in.Commands, func(c *shell.Command) bool { return !tame(c) }) {
				return false
			}
		}
		if s == since.Stage {
			return true
		}
	}
	return false
}

func tame(c *shell.Command) bool {
	switch c.Name {
	case "apk", "apt-get", "apt", "mkdir", "set", "true", "adduser", "addgroup", "useradd", "groupadd", "update-ca-certificates", "strip":
		return true
	}
	return keepers[c.Name] && len(c.Redirects) == 0
}

// keepers are commands that leave the files that they are given as they are, or as good as
// that.
var keepers = map[string]bool{
	"chmod": true, "chown": true, "chgrp": true, "ln": true, "ls": true, "file": true, "test": true, "[": true, "stat": true, "cat": true,
	"echo": true, "printf": true, "which": true, "ldd": true, "setcap": true, "touch": true, "sha256sum": true, "export": true, "readelf": true,
}

// rewrites reports whether a command is handed the path of a file, or of a folder around it
// that it removes or moves.
func (in *Instruction) rewrites(c *shell.Command, dest string) bool {
	if keepers[c.Name] || len(c.Words) == 0 {
		return false
	}
	dir := in.CommandDir(c)
	is := func(text string) bool {
		if text == "" {
			return false
		}
		p := join(dir, text)
		if strings.ContainsAny(text, "*?[") {
			ok, _ := path.Match(p, dest)
			return ok
		}
		return p == dest || (c.Name == "rm" || c.Name == "mv") && strings.HasPrefix(dest, p+"/")
	}
	for _, f := range c.Flags {
		if f.HasValue && is(f.Value) {
			return true
		}
	}
	return slices.ContainsFunc(c.Words[1:], func(w shell.Word) bool { return is(w.Text) }) ||
		slices.ContainsFunc(c.Redirects, func(r shell.Redirect) bool { return r.Op != "<" && is(r.Target.Text) })
}

// bringsModules reports whether an instruction may install, build or copy the package of
// Node.js anew that a file is part of.
func (in *Instruction) bringsModules(file string) bool {
	if c := in.Copy; c != nil {
		return c.Origin != "context" && c.Origin != "heredoc" && (strings.Contains(c.Dest.Text, "node_modules") ||
			slices.ContainsFunc(c.Sources, func(w shell.Word) bool { return strings.Contains(w.Text, "node_modules") }))
	}
	return in.Keyword == "RUN" && slices.ContainsFunc(in.Commands, func(c *shell.Command) bool {
		switch c.Name {
		case "npm", "yarn", "pnpm", "bun":
			return in.installsModules(c) && in.worksOn(c, file)
		case "lerna", "rush", "node-gyp", "node-pre-gyp", "make", "just", "task":
			return true
		}
		return in.runsUnread(c)
	})
}

// installsModules reports whether a command installs what a project needs, or builds it.
func (in *Instruction) installsModules(c *shell.Command) bool {
	if i := installOf(in, c); i != nil {
		return !i.Remove && !i.Global
	}
	switch c.Sub {
	case "rebuild", "workspaces focus", "install-test", "it", "cit", "install-ci-test", "fetch", "deploy", "up", "update", "upgrade", "dedupe":
		return true
	case "run", "run-script":
		return len(c.Operands) > 0 && setsUp().MatchString(c.Operands[0].Text)
	}
	return setsUp().MatchString(c.Sub)
}

// worksOn reports whether a package manager works in a folder around a file.
func (in *Instruction) worksOn(c *shell.Command, file string) bool {
	dir := in.CommandDir(c)
	if f, ok := c.Flag("prefix", "C", "dir", "cwd"); ok {
		if dir = join(dir, f.Value); !f.Known {
			return true
		}
	}
	return dir == "?" || dir == "/" || strings.HasPrefix(file, dir+"/")
}
