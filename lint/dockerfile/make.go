package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/shell"
)

// make records what a RUN installs, downloads, makes and moves.
func (b *builder) make(in *Instruction) {
	b.stage.infer(in)
	mounted := b.mounted(in)
	for _, c := range in.Commands {
		if i := installOf(in, c); i != nil {
			in.Installs = append(in.Installs, i)
		}
		for _, d := range downloadsOf(in, c) {
			in.Downloads = append(in.Downloads, d)
			b.downloaded(d)
		}
		if maker := makerOf(toolName(c)); maker != nil {
			maker(&making{stage: b.stage, in: in, c: c, libc: b.stage.Target.Libc})
		}
		b.stage.move(in, c, mounted)
	}
}

// toolName is the name of a command's program. The tools of a JDK are mostly started from
// a folder that only their image knows: $JAVA_HOME/bin/jlink.
func toolName(c *shell.Command) string {
	if c.Name == "" && len(c.Words) > 0 && strings.HasSuffix(c.Words[0].Text, "/bin/jlink") {
		return "jlink"
	}
	return c.Name
}

// makerOf is what follows a command that makes native code, by the command's name; nil
// for all others.
func makerOf(name string) func(*making) {
	switch name {
	case "go", "xx-go":
		return makeGo
	case "cargo", "rustc", "cross":
		return makeRust
	case "make", "cmake", "ninja", "meson", "scons", "bazel":
		return makeBuild
	case "npm", "yarn", "pnpm", "bun":
		return makeNodeModules
	case "pip", "uv", "poetry", "pdm", "pipenv":
		return makePython
	case "venv", "virtualenv":
		return makeVenv
	case "bundle", "gem":
		return makeGems
	case "mix", "rebar3":
		return makeRelease
	case "dotnet":
		return makeDotnet
	case "jlink":
		return makeJRE
	case "pyinstaller", "pkg", "nexe", "deno":
		return makeBundled
	case "mvn", "gradle":
		return makeNativeImage
	case "stack", "cabal", "ghc", "swift", "crystal", "shards", "nim", "nimble", "native-image", "dart", "ldc2", "dub":
		return makeNative
	}
	if compilerOf(name) != "" {
		return makeC
	}
	return nil
}

// downloaded records a downloaded file, whatever it is linked to: what is known of its
// place says that nothing else is there.
func (b *builder) downloaded(d *Download) {
	if p := d.savedAt(); p != "" {
		b.stage.make(&Artifact{
			Kind: "download", Path: p, Libc: d.Libc, Certain: d.Certain,
			Range: b.file.Range(d.URL.Start, d.URL.End), Why: d.Why,
		})
	}
}

// mounted returns the artifacts that the bind mounts of a RUN show it, at their places.
func (b *builder) mounted(in *Instruction) []*Artifact {
	var list []*Artifact
	for _, m := range in.Mounts() {
		s, ref, image := b.source(m.From)
		for _, a := range b.contents(s, ref, image, m.Source, in.Range) {
			if len(list) >= maxArtifacts {
				return list
			}
			shown := *a
			shown.Path = below(a, m.Source, m.Target)
			list = append(list, &shown)
		}
	}
	return list
}

// making is one command that may make something.
type making struct {
	stage *Stage
	in    *Instruction
	c     *shell.Command
	libc  lint.Libc // of the stage
}

func (m *making) env(name string) (string, bool) { return m.in.CommandEnv(m.c, name) }

// variable tells whether a name is set at all for the command.
func (m *making) variable(name string) (value string, known, set bool) {
	value, known = m.env(name)
	if known {
		return value, true, true
	}
	_, set = m.in.env.lookup(name)
	for p := m.c; p != nil && !set; p = p.Parent {
		_, set = p.Env(name)
	}
	return "", false, set
}

// path resolves a name against the command's working directory; "" when that is unknown.
func (m *making) path(name string) string {
	if p := join(m.in.CommandDir(m.c), name); p != "?" {
		return p
	}
	return ""
}

// anyIn is the path of a file of unknown name in a folder.
func anyIn(dir string) string {
	if dir == "" {
		return ""
	}
	return strings.TrimSuffix(dir, "/") + "/*"
}

// output is the path that a flag names, else a file of unknown name in the working
// directory. Of a name with an unresolved part its folder is known at least.
func (m *making) output(flags ...string) string {
	f, ok := m.c.Flag(flags...)
	if !ok {
		return anyIn(m.path("."))
	}
	dir, name := path.Split(f.Value)
	switch {
	case strings.Contains(dir, "$"):
		return ""
	case name == "" || strings.Contains(name, "$"):
		return anyIn(m.path(dir))
	case name == "." || name == "..":
		return anyIn(m.path(f.Value))
	}
	return m.path(f.Value)
}

// written is the value of the first of the options in words: "-o x", "-o=x" or "-o:x". It
// serves tools whose options the shell's grammar does not know.
func written(words []shell.Word, options ...string) string {
	for i, w := range words {
		for _, option := range options {
			rest, ok := strings.CutPrefix(w.Text, option)
			switch {
			case !ok:
			case rest == "" && i+1 < len(words):
				return words[i+1].Text
			case rest != "" && (rest[0] == '=' || rest[0] == ':'):
				return rest[1:]
			}
		}
	}
	return ""
}

func (m *making) add(a *Artifact) {
	a.Range = m.stage.file.Range(m.c.Start, m.c.End)
	if a.Libc == lint.None {
		a.Needs = nil
	}
	m.stage.make(a)
}

// words is the command as written, words joined by blanks.
func (m *making) words() string { return strings.Join(shell.Texts(m.c.Words), " ") }

// says reports whether an instruction of the stage up to this one, or of the stages that
// it is FROM, contains one of the texts, whatever its case.
func (m *making) says(wanted ...string) bool {
	return m.stage.some(strings.Join(wanted, "\x00"), func(in *Instruction) bool {
		if in.Keyword != "RUN" && in.Keyword != "ENV" && in.Keyword != "ARG" {
			return false
		}
		text := strings.ToLower(m.stage.file.Source.Text(in.Range))
		return slices.ContainsFunc(wanted, func(w string) bool { return strings.Contains(text, w) })
	})
}

// installs reports whether the stage, or one that it is FROM, adds one of the packages by
// its own name with a manager that is one of managers.
func (m *making) installs(managers string, packages ...string) bool {
	return m.stage.some(managers+"\x00"+packages[0], func(in *Instruction) bool {
		return slices.ContainsFunc(in.Installs, func(i *Install) bool {
			return !i.Remove && strings.Contains(managers, i.Manager) &&
				slices.ContainsFunc(i.Packages, func(p Package) bool { return slices.Contains(packages, p.Name) })
		})
	})
}
