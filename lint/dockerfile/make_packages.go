package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/shell"
)

func makeNodeModules(m *making) {
	inst := installOf(m.in, m.c)
	switch {
	case m.c.Name == "bun" && m.c.Sub == "build" && m.c.HasFlag("compile"):
		makeBundled(m)
		return
	case m.c.Name == "pnpm" && m.c.Sub == "deploy" && len(m.c.Operands) > 0:
		m.addModules(m.path(m.c.Operands[len(m.c.Operands)-1].Text))
		return
	case inst == nil || inst.Remove || inst.Manager != "npm":
		return
	}
	dir := m.path(".")
	if f, ok := m.c.Flag("prefix", "C", "dir", "cwd"); ok {
		dir = m.path(f.Value)
	}
	if inst.Global {
		dir = "/usr/local/lib"
	}
	m.addModules(dir)
}

func (m *making) addModules(dir string) {
	if dir == "" || m.libc == lint.Unknown {
		return
	}
	a := &Artifact{Kind: "node-modules", Path: path.Join(dir, "node_modules"), Libc: m.libc}
	a.Why = m.c.Name + " installs the builds for the libc that it runs on"
	if want, ok := m.c.Flag("libc"); ok {
		a.Libc, a.Why = lint.Libc(want.Value), "--libc="+want.Value
	}
	m.add(a)
}

func makePython(m *making) {
	inst := installOf(m.in, m.c)
	project := m.c.Name != "pip" && (m.c.Sub == "sync" || m.c.Sub == "install")
	venv := m.c.Name == "uv" && m.c.Sub == "venv"
	if m.libc == lint.Unknown || !project && !venv && (inst == nil || inst.Remove || inst.Manager != "pip") {
		return
	}
	a := &Artifact{Kind: "python-packages", Libc: m.libc, Why: m.c.Name + " picks wheels for the libc that it runs on"}
	switch target, ok := m.c.Flag("target", "prefix", "wheel-dir", "w", "dest"); {
	case m.c.Sub == "wheel" || m.c.Sub == "download":
		a.Kind, a.Path = "wheels", m.path(".")
		if f, ok := m.c.Flag("wheel-dir", "w", "dest", "d"); ok {
			a.Path = m.path(f.Value)
		}
	case ok:
		a.Path = m.path(target.Value)
	case m.c.HasFlag("t"):
		f, _ := m.c.Flag("t")
		a.Path = m.path(f.Value)
	case m.c.HasFlag("user"):
		a.Path = m.home() + "/.local"
	case venv && len(m.c.Operands) > 0:
		a.Path = m.path(m.c.Operands[0].Text)
	case m.c.HasFlag("system"):
		a.Path = m.systemPackages()
	case project || venv:
		a.Path = m.path(".venv")
		if dir, known := m.env("UV_PROJECT_ENVIRONMENT"); known {
			a.Path = m.path(dir)
		}
	default:
		a.Path = m.activeVenv()
	}
	if libc, ok := m.wheelPlatform(); ok {
		a.Libc, a.Why = libc, "--platform"
	}
	if a.Path != "" && !strings.Contains(a.Path, "$") {
		m.add(a)
	}
}

// wheelPlatform is what pip install --platform asks for.
func (m *making) wheelPlatform() (lint.Libc, bool) {
	f, ok := m.c.Flag("platform", "python-platform")
	switch {
	case !ok:
		return "", false
	case strings.Contains(f.Value, "musl"):
		return lint.Musl, true
	case strings.Contains(f.Value, "manylinux"), strings.Contains(f.Value, "gnu"):
		return lint.Glibc, true
	}
	return lint.Unknown, true
}

func (m *making) home() string {
	if dir, known := m.env("HOME"); known {
		return dir
	}
	return "/root"
}

// activeVenv is the environment that a plain pip works on: that of its own folder, of
// VIRTUAL_ENV, of the first folder in PATH, else the system's.
func (m *making) activeVenv() string {
	if prog := m.c.Words[0].Text; strings.HasPrefix(prog, "/") && !strings.HasPrefix(prog, "/usr/") {
		return path.Dir(path.Dir(prog))
	}
	if dir, known := m.env("VIRTUAL_ENV"); known && dir != "" {
		return dir
	}
	p, _ := m.env("PATH")
	first, _, _ := strings.Cut(p, ":")
	if dir, ok := strings.CutSuffix(first, "/bin"); ok && dir != "" && !strings.HasPrefix(dir, "/usr") && !strings.HasSuffix(dir, "/.local") {
		return dir
	}
	return m.systemPackages()
}

// systemPackages is the folder whose name the version of Python continues.
func (m *making) systemPackages() string {
	if m.stage.Ref.Name() == "python" {
		return "/usr/local/lib/python3"
	}
	if m.libc == lint.Musl {
		return "/usr/lib/python3"
	}
	return "/usr/local/lib/python3"
}

// makeVenv records `python -m venv DIR`, whose python is a link or copy of the stage's.
func makeVenv(m *making) {
	if m.libc == lint.Unknown || len(m.c.Operands) == 0 {
		return
	}
	if p := m.path(m.c.Operands[len(m.c.Operands)-1].Text); p != "" && !strings.Contains(p, "$") {
		m.add(&Artifact{Kind: "python-packages", Path: p, Libc: m.libc, Why: "a virtual environment holds wheels for the libc of the Python that made it"})
	}
}

func makeGems(m *making) {
	if m.libc == lint.Unknown {
		return
	}
	dir := ""
	if m.c.Name == "bundle" && strings.HasPrefix(m.c.Sub, "config") {
		if dir = m.bundleConfig(); dir == "" {
			return
		}
	} else if inst := installOf(m.in, m.c); inst == nil || inst.Remove || inst.Manager != "gem" {
		return
	}
	if dir == "" {
		dir = m.gemFolder()
	}
	m.add(&Artifact{Kind: "gems", Path: dir, Libc: m.libc, Why: m.c.Name + " picks or builds gems for the libc that it runs on"})
}

func (m *making) gemFolder() string {
	if f, ok := m.c.Flag("path", "i", "install-dir"); ok {
		return m.path(f.Value)
	}
	if m.c.HasFlag("deployment") {
		return m.path("vendor/bundle")
	}
	for _, name := range []string{"BUNDLE_PATH", "GEM_HOME"} {
		if dir, known := m.env(name); known {
			return m.path(dir)
		}
	}
	return "/usr/local/bundle" // GEM_HOME of the images of Ruby
}

// bundleConfig is the folder that `bundle config set path DIR` or `deployment true` makes
// later installations use.
func (m *making) bundleConfig() string {
	words := shell.Texts(m.c.Words)
	if i := slices.Index(words, "path"); i > 0 && i+1 < len(words) {
		return m.path(words[i+1])
	}
	if i := slices.Index(words, "deployment"); i > 0 && i+1 < len(words) && words[i+1] == "true" {
		return m.path("vendor/bundle")
	}
	return ""
}
