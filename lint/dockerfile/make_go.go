package dockerfile

import (
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// makeGo follows cmd/go: a program is static without cgo; with it, net and os/user alone
// link it to the libc of the machine that builds. A position-independent program names a
// loader even without cgo.
func makeGo(m *making) {
	if m.c.Sub != "build" && m.c.Sub != "install" {
		return
	}
	if goos, known := m.env("GOOS"); known && goos != "linux" && goos != "" {
		return
	}
	a := &Artifact{Kind: "go-program", Path: m.output("o")}
	mode, _ := m.c.Flag("buildmode")
	switch mode.Value {
	case "c-shared", "plugin", "shared":
		a.Kind = "go-library"
	case "c-archive", "archive":
		return
	}
	if m.c.Sub == "install" {
		a.Path = m.goBin()
	}
	a.Libc, a.Certain, a.Why = m.goLibc(mode.Value)
	m.add(a)
}

// goBin is where go install puts programs; the images of Go set GOPATH=/go.
func (m *making) goBin() string {
	if dir, _, set := m.variable("GOBIN"); set {
		return anyIn(dir)
	}
	if dir, _, set := m.variable("GOPATH"); set {
		if dir == "" {
			return ""
		}
		return anyIn(dir + "/bin")
	}
	return "/go/bin/*"
}

func (m *making) goLibc(mode string) (libc lint.Libc, certain bool, why string) {
	cgo, known, set := m.variable("CGO_ENABLED")
	library := mode == "c-shared" || mode == "plugin" || mode == "shared"
	if !set && m.writesGoEnv("CGO_ENABLED=0") {
		cgo, known, set = "0", true, true
	}
	switch {
	case set && !known:
		return lint.Unknown, false, ""
	case m.linksStatically():
		return lint.None, true, "it is linked with -static"
	case mode == "pie" && !m.crossCompiles():
		return m.libc, m.stage.Certain, "-buildmode=pie makes even a program without cgo name the loader of the stage"
	case cgo == "0" && !library:
		return lint.None, true, "CGO_ENABLED=0"
	case m.c.Name == "xx-go" && cgo != "1":
		return lint.None, true, "xx-go builds without cgo by default"
	case m.crossCompiles() && cgo != "1":
		return lint.None, true, "cgo is off when cross-compiling"
	}
	cc, known, set := m.variable("CC")
	switch {
	case set && !known, !set && m.writesGoEnv("CC="), strings.Contains(cc, "zig"):
		return lint.Unknown, false, "" // zig links to musl statically unless told otherwise
	case strings.Contains(cc, "musl") && cgo == "1":
		return lint.Musl, false, "CC=" + cc + " links to musl"
	case strings.Contains(cc, "musl"), m.libc == lint.Musl && strings.Contains(cc, "linux-gnu"):
		return lint.Unknown, false, ""
	}
	switch m.libc {
	case lint.Glibc:
		return m.goOnGlibc(cgo, library)
	case lint.Musl:
		return m.goOnMusl(cgo, library)
	}
	return lint.Unknown, false, ""
}

func (m *making) goOnGlibc(cgo string, library bool) (lint.Libc, bool, string) {
	switch {
	case library:
		return lint.Glibc, m.stage.Certain, "Go libraries are linked to the glibc of the stage"
	case m.pureTags(), !m.hasGlibcCompiler():
		return lint.Unknown, false, ""
	case cgo == "1" && strings.Contains(strings.Join(m.c.FlagValues("ldflags"), " "), "external"):
		return lint.Glibc, m.stage.Certain, "CGO_ENABLED=1 and external linking in a glibc stage"
	case cgo == "1":
		return lint.Glibc, false, "CGO_ENABLED=1 in a glibc stage"
	}
	return lint.Glibc, false, "CGO_ENABLED is not 0, and net or os/user then link it to the glibc of the stage"
}

func (m *making) goOnMusl(cgo string, library bool) (lint.Libc, bool, string) {
	compiler := m.stage.Installed("gcc", m.c.Start)
	switch {
	case library:
		return lint.Musl, m.stage.Certain, "Go libraries are linked to the musl of the stage"
	case m.pureTags(), cgo != "1" && compiler == facts.Maybe:
		return lint.Unknown, false, ""
	case cgo == "1":
		return lint.Musl, false, "CGO_ENABLED=1 in a musl stage"
	case compiler == facts.Yes:
		return lint.Musl, false, "cgo is on where a C compiler is installed"
	}
	return lint.None, false, "cgo is off without a C compiler"
}

// writesGoEnv reports whether the stage makes a setting of that prefix Go's own default,
// which any variable of the environment overrules.
func (m *making) writesGoEnv(setting string) bool {
	return m.stage.some("go env -w "+setting, func(in *Instruction) bool {
		return slices.ContainsFunc(in.Commands, func(c *shell.Command) bool {
			return c.Name == "go" && c.Sub == "env" && c.HasFlag("w") && slices.ContainsFunc(c.Words, func(w shell.Word) bool { return strings.HasPrefix(w.Text, setting) })
		})
	})
}

// linksStatically reports whether the linker is told -static, in a flag or by a variable.
func (m *making) linksStatically() bool {
	flags := m.c.FlagValues("ldflags", "extldflags")
	for _, name := range []string{"LDFLAGS", "CGO_LDFLAGS", "GOFLAGS"} {
		value, _ := m.env(name)
		flags = append(flags, value)
	}
	for _, v := range flags {
		if strings.Contains(strings.ReplaceAll(v, "-static-lib", ""), "-static") {
			return true
		}
	}
	return false
}

// pureTags reports whether the build tags take net and os/user off cgo; other packages
// may still use it.
func (m *making) pureTags() bool {
	tags := strings.Join(m.c.FlagValues("tags"), ",")
	flags, _ := m.env("GOFLAGS")
	tags += "," + flags
	return strings.Contains(tags, "netgo") && strings.Contains(tags, "osusergo")
}

// crossCompiles reports whether GOARCH is another architecture than the stage runs on.
func (m *making) crossCompiles() bool {
	goarch, known := m.env("GOARCH")
	if !known {
		return false
	}
	stage, _, _ := strings.Cut(m.stage.Target.Arch, "/")
	return goarch != stage && goarch != ""
}

// hasGlibcCompiler reports whether a glibc stage has a C compiler, without which Go turns
// cgo off: Go's own images have gcc, others need a package that brings it.
func (m *making) hasGlibcCompiler() bool {
	return strings.Contains(m.stage.Ref.Name(), "go") ||
		m.installs("apt rpm", "gcc", "g++", "build-essential", "clang", "gcc-c++", "golang", "golang-go")
}
