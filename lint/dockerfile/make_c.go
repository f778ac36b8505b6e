package dockerfile

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/shell"
)

// compilerOf returns "cc" or "c++" for the programs that compile C and C++, with the
// prefix of a cross compiler or without, else "".
func compilerOf(name string) string {
	switch name[strings.LastIndexByte(name, '-')+1:] {
	case "gcc", "cc", "clang":
		return "cc"
	case "g++", "c++", "clang++":
		return "c++"
	}
	return ""
}

// makeC follows the compilers: a program is dynamic unless told otherwise.
func makeC(m *making) {
	if m.c.HasFlag("c", "E", "S", "M", "MM", "fsyntax-only", "nostdlib", "ffreestanding") || len(m.c.Operands) == 0 {
		return
	}
	a := &Artifact{Kind: "c-program", Path: m.output("o"), Libc: m.compilerLibc(), Certain: m.stage.Certain, Why: m.c.Name + " links to the libc of the stage"}
	if m.c.HasFlag("static", "static-pie") || strings.Contains(strings.Join(m.c.FlagValues("Wl"), " "), "-static") {
		a.Libc, a.Why = lint.None, "it is linked with -static"
	} else if strings.Contains(m.words(), "$") {
		a.Certain = false // $LDFLAGS may say -static
	}
	if compilerOf(m.c.Name) == "c++" {
		if !m.c.HasFlag("static-libstdc++") {
			a.Needs = append(a.Needs, "libstdc++.so.6")
		}
		if !m.c.HasFlag("static-libgcc") {
			a.Needs = append(a.Needs, "libgcc_s.so.1")
		}
	}
	if m.c.HasFlag("fopenmp") {
		a.Needs = append(a.Needs, "libgomp.so.1")
	}
	m.add(a)
}

// compilerLibc is what a compiler links to: the libc that a cross compiler names, else
// that of the stage.
func (m *making) compilerLibc() lint.Libc {
	triple := m.c.Name
	if f, ok := m.c.Flag("target"); ok {
		triple += "-" + f.Value
	}
	switch {
	case m.stage.Image.Cross != "":
		return lint.Unknown
	case strings.Contains(triple, "musl"):
		return lint.Musl
	case strings.Contains(triple, "linux-gnu"):
		return lint.Glibc
	case strings.Contains(triple, "-") || strings.Contains(triple, "$"):
		return lint.Unknown
	}
	return m.libc
}

// makeBuild follows make, cmake and the like only so far: something may be built below
// the working directory or installed below /usr/local, and nobody can tell from here how
// it is linked. A shared library needs its libc whatever built it.
func makeBuild(m *making) {
	if m.stage.Image.Cross != "" || m.libc == lint.Unknown || m.libc == lint.None || m.says("musl", "zig ") && m.libc == lint.Glibc {
		return
	}
	why := m.c.Name + " in a " + m.libc.String() + " stage"
	m.add(&Artifact{Kind: "built-library", Libc: m.libc, Why: "a shared library of a " + m.libc.String() + " stage is linked to that libc"})
	if m.linksStatically() || m.says("static", "cgo_enabled", "goos") || m.hasOtherToolchain() {
		return
	}
	a := &Artifact{Kind: "built-program", Libc: m.libc, Why: why}
	if m.namesCxx() {
		a.Needs = cxxRuntime
	}
	m.add(a)
	for _, dir := range m.installFolders() {
		installed := *a
		installed.Path = dir + "/*"
		m.add(&installed)
	}
}

// installFolders lists the folders that make install and the like fill with programs where
// the stage says so: by DESTDIR or a prefix of its own.
func (m *making) installFolders() []string {
	if !m.isInstall() {
		return nil
	}
	dest, prefix := m.destDir(), m.prefix()
	if strings.Contains(dest+prefix, "$") || dest == "" && prefix == "" {
		return nil
	}
	dir := m.path(path.Join(dest, cmp.Or(prefix, "/usr/local")))
	if dir == "" {
		return nil
	}
	return []string{path.Join(dir, "bin"), path.Join(dir, "sbin")}
}

func (m *making) isInstall() bool {
	target, _ := m.c.Flag("target", "t")
	return m.c.Sub == "install" || m.c.HasFlag("install") || strings.HasPrefix(target.Value, "install") ||
		slices.ContainsFunc(m.c.Operands, func(w shell.Word) bool { return strings.HasPrefix(w.Text, "install") })
}

func (m *making) destDir() string {
	for _, option := range []string{"DESTDIR", "--destdir"} {
		if dir := written(m.c.Words, option); dir != "" {
			return dir
		}
	}
	dir, _, _ := m.variable("DESTDIR")
	return dir
}

// maxLookBack bounds how many commands are searched for the prefix of an installation.
const maxLookBack = 256

// prefix is where programs are installed below: by the command itself, else by the last
// configure, cmake or meson before it in the stage; "" when neither names it.
func (m *making) prefix() string {
	if p := prefixOf(m.c); p != "" {
		return p
	}
	left := maxLookBack
	for i := len(m.stage.Instructions) - 1; i >= 0; i-- {
		commands := m.stage.Instructions[i].Commands
		for j := len(commands) - 1; j >= 0; j-- {
			if left--; left < 0 {
				return ""
			}
			if c := commands[j]; c.Start < m.c.Start {
				if p := prefixOf(c); p != "" {
					return p
				}
			}
		}
	}
	return ""
}

func prefixOf(c *shell.Command) string {
	switch c.Name {
	case "configure", "Configure", "config", "autogen.sh", "meson", "cmake", "make":
	default:
		return ""
	}
	for _, option := range []string{"--prefix", "--install-prefix", "PREFIX", "prefix", "-DCMAKE_INSTALL_PREFIX", "-DCMAKE_INSTALL_PREFIX:PATH", "-DCMAKE_INSTALL_PREFIX:STRING"} {
		if p := written(c.Words, option); strings.HasPrefix(p, "/") || strings.Contains(p, "$") {
			return p
		}
	}
	return ""
}

// hasOtherToolchain reports whether a Makefile of this stage is likely to be around the
// tool chain of another language, whose programs have rules of their own.
func (m *making) hasOtherToolchain() bool {
	for _, name := range []string{"go", "node", "rust", "python", "ruby", "openjdk", "temurin", "maven", "gradle", "elixir", "erlang", "sdk"} {
		if strings.Contains(m.stage.Ref.Repository, name) {
			return true
		}
	}
	return m.says("apk add go", " go ", "golang", "nodejs", "cargo", "npm ")
}

// namesCxx reports whether the stage asks for a C++ compiler by name: whoever builds only
// C asks for gcc or build-base.
func (m *making) namesCxx() bool { return m.installs("apk apt rpm", "g++") }
