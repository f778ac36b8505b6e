package dockerfile

import (
	"strings"

	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// Install is one command that adds packages to a stage, or takes them away.
type Install struct {
	Manager     string // apk, apt, pip, npm, gem, cargo, go, conda, dotnet, hex, pecl …
	Packages    []Package
	Remove      bool
	Virtual     string // apk --virtual
	Root        bool   // into another root folder than /
	Global      bool   // npm -g, yarn global
	Instruction *Instruction
	Command     *shell.Command
}

// Package is one package that an Install names.
type Package struct {
	Name  string // as its registry has it, lower case for pip
	Spec  string // version, tag or specifier as written: "==1.2", "^3", "latest"
	Path  bool   // a file, folder or URL rather than a name
	Word  shell.Word
	Known bool // false when the name has a part that could not be resolved
}

// installers says which commands install: tool and subcommand to manager.
var installers = map[string]struct {
	manager string
	remove  bool
}{
	"apk add": {"apk", false}, "apk del": {"apk", true},
	"apt install": {"apt", false}, "apt-get install": {"apt", false}, "aptitude install": {"apt", false},
	"apt remove": {"apt", true}, "apt-get remove": {"apt", true}, "apt purge": {"apt", true}, "apt-get purge": {"apt", true},
	"yum install": {"rpm", false}, "dnf install": {"rpm", false}, "microdnf install": {"rpm", false}, "tdnf install": {"rpm", false}, "zypper install": {"rpm", false}, "zypper in": {"rpm", false},
	"pip install": {"pip", false}, "pip download": {"pip", false}, "pip wheel": {"pip", false}, "pipx install": {"pip", false}, "pipenv install": {"pip", false},
	"uv pip install": {"pip", false}, "uv add": {"pip", false}, "uv tool install": {"pip", false}, "poetry add": {"pip", false}, "pdm add": {"pip", false},
	"pip uninstall": {"pip", true},
	"conda install": {"conda", false}, "mamba install": {"conda", false}, "micromamba install": {"conda", false}, "conda create": {"conda", false}, "micromamba create": {"conda", false},
	"npm install": {"npm", false}, "npm i": {"npm", false}, "npm add": {"npm", false}, "npm ci": {"npm", false}, "npm clean-install": {"npm", false},
	"npm uninstall": {"npm", true}, "npm remove": {"npm", true}, "npm rm": {"npm", true},
	"pnpm install": {"npm", false}, "pnpm i": {"npm", false}, "pnpm add": {"npm", false},
	"yarn install": {"npm", false}, "yarn add": {"npm", false}, "yarn global add": {"npm", false},
	"bun install": {"npm", false}, "bun add": {"npm", false}, "bun i": {"npm", false},
	"gem install": {"gem", false}, "bundle install": {"gem", false}, "bundle add": {"gem", false},
	"cargo install": {"cargo", false}, "cargo binstall": {"cargo", false},
	"go install": {"go", false}, "go get": {"go", false},
	"dotnet add": {"nuget", false}, "dotnet tool install": {"nuget", false},
	"pecl install": {"pecl", false}, "docker-php-ext-install": {"php-ext", false}, "install-php-extensions": {"php-ext", false},
	"composer require":    {"composer", false},
	"mix archive.install": {"hex", false},
}

// installOf reads a command as an Install; nil when it is none.
func installOf(in *Instruction, c *shell.Command) *Install {
	key := strings.TrimSpace(c.Name + " " + c.Sub)
	kind, ok := installers[key]
	if !ok {
		return nil
	}
	inst := &Install{Manager: kind.manager, Remove: kind.remove, Instruction: in, Command: c}
	if f, ok := c.Flag("virtual", "t"); ok && kind.manager == "apk" {
		inst.Virtual = f.Value
	}
	inst.Root = kind.manager == "apk" && c.HasFlag("root", "p")
	inst.Global = kind.manager == "npm" && (c.HasFlag("global", "g") || strings.HasPrefix(c.Sub, "global"))
	version := ""
	if f, ok := c.Flag("version", "v"); ok && (kind.manager == "gem" || kind.manager == "cargo" || kind.manager == "nuget") {
		version = f.Value
	}
	for _, w := range c.Operands {
		p := parsePackage(kind.manager, w)
		if p.Spec == "" {
			p.Spec = version
		}
		if p.Name != "" {
			inst.Packages = append(inst.Packages, p)
		}
	}
	return inst
}

func parsePackage(manager string, w shell.Word) Package {
	p := Package{Word: w, Known: w.Known}
	text := w.Text
	switch manager {
	case "apk":
		p.Path = strings.HasSuffix(text, ".apk") || strings.ContainsAny(text, "/*")
		text = strings.TrimPrefix(text, "!")
		if i := strings.IndexAny(text, "=<>~@"); i > 0 && !p.Path {
			text, p.Spec = text[:i], text[i:]
		}
	case "pip":
		p.Path = isPathOrURL(text) || strings.HasSuffix(text, ".whl") || strings.Contains(text, "+")
		text, _, _ = strings.Cut(text, ";")
		text, _, _ = strings.Cut(text, " @ ")
		if i := strings.IndexAny(text, "[=<>~! "); i > 0 && !p.Path {
			name, spec := text[:i], text[i:]
			if j := strings.IndexByte(spec, ']'); spec[0] == '[' && j >= 0 {
				spec = spec[j+1:]
			}
			text, p.Spec = name, strings.TrimSpace(spec)
		}
		text = strings.ToLower(text)
	case "npm":
		p.Path = isPathOrURL(text) || strings.Contains(text, ":") && !strings.Contains(text, "npm:")
		if i := strings.LastIndexByte(text, '@'); i > 0 && !p.Path {
			text, p.Spec = text[:i], text[i+1:]
		}
	case "gem":
		p.Path = isPathOrURL(text) || strings.HasSuffix(text, ".gem")
		text, p.Spec, _ = strings.Cut(text, ":")
	case "apt", "rpm":
		p.Path = strings.ContainsRune(text, '/')
		text, p.Spec, _ = strings.Cut(text, "=")
	default: // cargo, go, nuget …
		if i := strings.LastIndexByte(text, '@'); i > 0 {
			text, p.Spec = text[:i], text[i+1:]
		}
	}
	p.Name = text
	return p
}

func isPathOrURL(s string) bool {
	return s == "." || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || strings.HasPrefix(s, "/") || strings.HasPrefix(s, "~/") || strings.Contains(s, "://")
}

// Installed reports whether an apk package, by its own name or by what another package
// brings, is in the stage just before the byte offset end; len of the file asks for the
// stage as it is built. Maybe is the answer wherever the base image, a variable, a condition
// or a script that was not read leaves it open.
func (s *Stage) Installed(pkg string, end int) facts.Tri {
	answer := s.written(pkg, end)
	if answer == facts.No && s.mayInstall(end) {
		return facts.Maybe
	}
	return answer
}

// written is Installed by what the base image has and the Dockerfile itself says.
func (s *Stage) written(pkg string, end int) facts.Tri {
	answer := s.timeline(pkg).at(end)
	base := facts.Maybe
	if !s.Ref.IsZero() {
		base = facts.ImageHas(s.Ref, s.Target.Release, pkg)
	}
	if answer == facts.No || base == facts.Yes {
		return base
	}
	return answer
}
