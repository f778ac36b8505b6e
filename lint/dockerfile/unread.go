package dockerfile

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// mayInstall reports whether something that ran before the byte offset end, in the stage or in
// those that it is FROM, may have installed any package: a script that was not read, or an
// `apk add` of names that nobody knows.
func (s *Stage) mayInstall(end int) bool {
	for ; s != nil; s = s.BaseStage {
		if at := s.firstUnread(); at >= 0 && at < end {
			return true
		}
		end = len(s.file.Source.Content)
	}
	return false
}

// firstUnread is where the first command of the stage stands that may install anything, -1
// when there is none.
func (s *Stage) firstUnread() int {
	if s.unread.at == 0 {
		s.unread.at = -1
	}
	for ; s.unread.next < len(s.Instructions) && s.unread.at < 0; s.unread.next++ {
		in := s.Instructions[s.unread.next]
		if in.Keyword == "RUN" && !in.OnBuild {
			s.unread.at = in.unread()
		}
		if s.unread.next == len(s.Instructions)-1 {
			break // it may get more commands
		}
	}
	return s.unread.at
}

// unread is how far firstUnread has looked.
type unread struct{ next, at int }

func (in *Instruction) unread() int {
	for _, c := range in.Commands {
		if in.runsUnread(c) {
			return c.Start
		}
	}
	for _, i := range in.Installs {
		if i.Manager == "apk" && !i.Remove && !i.Root && i.open() {
			return i.Command.Start
		}
	}
	return -1
}

// open reports whether an install adds packages whose names are not written there.
func (i *Install) open() bool {
	if p := i.Command.Parent; p != nil && p.Name == "xargs" {
		return true
	}
	return slices.ContainsFunc(i.Packages, func(p Package) bool { return !p.Known && strings.HasPrefix(p.Word.Text, "$") })
}

// runsUnread reports whether a command runs a script whose text is not in the Dockerfile, or a
// tool that does what such a text says.
func (in *Instruction) runsUnread(c *shell.Command) bool {
	if len(c.Words) == 0 {
		return false
	}
	switch {
	case isSh(c.Name):
		// Without its shell a script does nothing.
		return in.shellReads(c) && (c.Name != "bash" || in.Stage.written("bash", c.Start) != facts.No)
	case c.Name == "." || c.Name == "source":
		return len(c.Operands) > 0 && path.Ext(c.Operands[0].Text) == ".sh" && in.foreign(c, c.Operands[0].Text)
	case c.Name == "eval":
		return slices.ContainsFunc(c.Words, func(w shell.Word) bool { return isFetched(w.Text) })
	case c.Name == "make":
		return slices.ContainsFunc(c.Operands, func(w shell.Word) bool { return setsUp().MatchString(w.Text) })
	case c.Name == "ansible-playbook" || c.Name == "chef-client" || c.Name == "puppet":
		return true
	}
	program := c.Words[0].Text
	switch path.Ext(program) {
	case ".sh", ".bash", ".ash":
		return in.foreign(c, program)
	case "":
		// Without an extension it is a program more often than not.
		return setsUp().MatchString(path.Base(program)) && (strings.Contains(program, "/") || in.copied(program)) && in.foreign(c, program) ||
			strings.Contains(program, "/") && in.isOpenScript(c, program)
	}
	return false
}

// setsUp is the name of a target of a Makefile, or of a script, that may well call a package
// manager.
var setsUp = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)install|^deps?$|depend|setup|set-up|bootstrap|prepare|provision|packages|requirements|toolchain`)
})

// shellReads reports whether a shell reads a script that is not part of its command.
func (in *Instruction) shellReads(c *shell.Command) bool {
	if c.HasFlag("c") {
		return slices.ContainsFunc(c.Words, func(w shell.Word) bool { return isFetched(w.Text) })
	}
	if len(c.Operands) > 0 && c.Operands[0].Text != "-" && !c.HasFlag("s") {
		return in.foreign(c, c.Operands[0].Text)
	}
	for _, r := range c.Redirects {
		if r.Op == "<" {
			return in.foreign(c, r.Target.Text)
		}
	}
	if c.PipeFrom == nil {
		return slices.ContainsFunc(c.Operands, func(w shell.Word) bool { return strings.HasPrefix(w.Text, "/dev/fd/") })
	}
	for p := c.PipeFrom; p != nil; p = p.PipeFrom {
		for _, d := range downloadsOf(in, p) {
			if knownInstaller().MatchString(d.URL.Text) {
				return false
			}
		}
		if p.Name == "echo" || p.Name == "printf" {
			return false
		}
	}
	return true
}

// isFetched reports whether a script is nothing but what a download gives.
func isFetched(script string) bool {
	return fetched().MatchString(script) && !knownInstaller().MatchString(script)
}

var fetched = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^(\\$\\(|`)\\s*(curl|wget)\\b")
})

// isForeignScript reports whether a script may call a package manager. Those of build systems,
// and those that only set variables, do not.
func isForeignScript(name string) bool {
	return !strings.HasPrefix(name, "-") && !tameScript().MatchString(name) && !knownInstaller().MatchString(name)
}

var tameScript = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|/)(configure|config|Configure|autogen\.sh|buildconf|gradlew|mvnw|sbt|activate|env|profile|nvm\.sh|cargo/env|emsdk_env\.sh|rebar3|manage|artisan|bootstrap\.sh|bootstrap-vcpkg\.sh|b2|wait-for-it\.sh)$`)
})

// knownInstaller is a script of the net, by its URL or by its name, that is known to install
// only what it is named for.
var knownInstaller = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`sh\.rustup\.rs|rustup(-init)?(\.sh)?$|static\.rust-lang\.org/rustup|astral\.sh/uv|bun\.(sh|com)/install|deno\.land/(x/)?install|get\.pnpm\.io|install\.python-poetry\.org|nvm-sh/nvm|golangci-lint|aquasecurity/|anchore/|get\.sdkman\.io|foundry\.paradigm\.xyz|dotnet-install\.sh|install\.determinate|yarnpkg\.com/install|npmjs\.org/install|unpkg\.com/@pnpm|taskfile\.dev|get-helm|goreleaser|tfswitch|cargo-binstall|wasm-pack|just\.systems|install-poetry|get-pip`)
})

// foreign reports whether a script may call a package manager: it is none of those that never
// do, and its text, where the build context has it, does not say otherwise.
func (in *Instruction) foreign(c *shell.Command, name string) bool {
	if !isForeignScript(name) {
		return false
	}
	text, ok := in.scriptText(c, name)
	return !ok || callsOut().MatchString(text)
}

// isOpenScript reports whether a program is a script of the build context that may install
// something.
func (in *Instruction) isOpenScript(c *shell.Command, name string) bool {
	text, ok := in.scriptText(c, name)
	return ok && strings.HasPrefix(text, "#!") && isForeignScript(name) && callsOut().MatchString(text)
}

// callsOut is what a script says that installs packages, or runs something else that may.
var callsOut = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bapk\b|\b(npm|yarn|pnpm|bun)\b|\bmake\b|\bxargs\b|\beval\b|\.sh\b|\|\s*(ba|a|da)?sh\b|(curl|wget)\b|\bansible|(?m)^\s*(\.|source|exec)\s`)
})

// scriptText is what the build context has for a script that a command runs, by the COPY or
// mount that brings it.
func (in *Instruction) scriptText(c *shell.Command, name string) (text string, ok bool) {
	read := in.Stage.file.Context
	at := join(in.CommandDir(c), name)
	if read == nil || at == "?" {
		return "", false
	}
	for _, f := range in.Flags {
		if source, target := bindOfContext(f); target != "" {
			if source := origin(source, join(in.Dir, target), at); source != "" {
				return read(source)
			}
		}
	}
	for s := in.Stage; s != nil; s = s.BaseStage {
		for i := len(s.Instructions) - 1; i >= 0; i-- {
			earlier := s.Instructions[i]
			if s == in.Stage && i >= in.Index || earlier.Copy == nil || earlier.Copy.Origin != "context" {
				continue
			}
			dest, _, ok := earlier.Destination()
			if !ok {
				continue
			}
			for _, w := range earlier.Copy.Sources {
				for _, source := range []string{origin(w.Text, path.Join(dest, path.Base(w.Text)), at), origin(w.Text, dest, at)} {
					if text, ok := readAny(read, source); ok {
						return text, true
					}
				}
			}
		}
	}
	return "", false
}

func readAny(read func(string) (string, bool), name string) (string, bool) {
	if name == "" || strings.ContainsAny(name, "*?[$") {
		return "", false
	}
	return read(name)
}

// origin is where a path of the image comes from when source is copied to dest; "" when it
// does not.
func origin(source, dest, p string) string {
	if p == dest {
		return source
	}
	if rest, ok := strings.CutPrefix(p, strings.TrimSuffix(dest, "/")+"/"); ok {
		return path.Join(source, rest)
	}
	return ""
}

// bindOfContext returns the paths of a bind mount of the build context.
func bindOfContext(f Flag) (source, target string) {
	if f.Name != "mount" || !strings.Contains(f.Value.Text, "type=bind") && strings.Contains(f.Value.Text, "type=") {
		return "", ""
	}
	source = "."
	for _, field := range strings.Split(f.Value.Text, ",") {
		key, value, _ := strings.Cut(field, "=")
		switch strings.ToLower(key) {
		case "from":
			return "", ""
		case "source", "src":
			source = value
		case "target", "dst", "destination":
			target = value
		}
	}
	return source, target
}

// copied reports whether an instruction before this one copies a file of that name from the
// build context or the net.
func (in *Instruction) copied(name string) bool {
	for s := in.Stage; s != nil; s = s.BaseStage {
		for i, earlier := range s.Instructions {
			if s == in.Stage && i >= in.Index {
				break
			}
			c := earlier.Copy
			if c == nil || c.Origin != "context" && c.Origin != "url" {
				continue
			}
			if path.Base(c.Dest.Text) == name || slices.ContainsFunc(c.Sources, func(w shell.Word) bool { return path.Base(w.Text) == name }) {
				return true
			}
		}
	}
	return false
}
