package dockerfile

import (
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// makeRust follows rustc: a *-linux-musl target is static unless crt-static is turned
// off, every other one links to the libc of the stage.
func makeRust(m *making) {
	a := &Artifact{Kind: "rust-program"}
	switch {
	case m.c.Name == "rustc":
		a.Path = m.output("o")
	case m.c.Sub == "build", m.c.Sub == "b", m.c.Sub == "rustc", m.c.Sub == "zigbuild", m.c.Sub == "auditable build":
		a.Path = m.cargoOutput()
	case m.c.Sub == "install":
		a.Path = "/usr/local/cargo/bin/*"
		if dir, known := m.env("CARGO_HOME"); known {
			a.Path = dir + "/bin/*"
		}
		if f, ok := m.c.Flag("root"); ok {
			a.Path = anyIn(m.path(f.Value + "/bin"))
		}
	default:
		return
	}
	a.Libc, a.Why, a.Needs = m.rustLibc()
	// A .cargo/config.toml among the sources may turn crt-static on, which nothing here
	// shows; cargo install of a published crate and rustc read none.
	a.Certain = m.stage.Certain && (m.c.Name == "rustc" || m.c.Sub == "install") && !m.says("musl", "crt-static")
	m.add(a)
}

// cargoOutput is the folder of the programs: target/<triple>/<profile>.
func (m *making) cargoOutput() string {
	dir := m.path("target")
	if d, _, set := m.variable("CARGO_TARGET_DIR"); set {
		if dir = ""; d != "" {
			dir = m.path(d)
		}
	}
	if f, ok := m.c.Flag("target-dir"); ok {
		dir = m.path(f.Value)
	}
	target := m.rustTarget()
	if dir == "" || strings.Contains(target, "$") {
		return dir
	}
	profile := "debug"
	if f, ok := m.c.Flag("profile"); ok && f.Value != "dev" {
		profile = f.Value
	} else if m.c.HasFlag("release", "r") {
		profile = "release"
	}
	if target != "" {
		dir += "/" + target
	}
	if strings.Contains(profile, "$") {
		return dir + "/**"
	}
	return dir + "/" + profile + "/*"
}

func (m *making) rustTarget() string {
	if f, ok := m.c.Flag("target"); ok {
		return f.Value
	}
	target, known, set := m.variable("CARGO_BUILD_TARGET")
	if set && !known {
		return "$CARGO_BUILD_TARGET"
	}
	return target
}

func (m *making) rustLibc() (libc lint.Libc, why string, needs []string) {
	target := m.rustTarget()
	flags, _ := m.env("RUSTFLAGS")
	flags += strings.Join(m.c.FlagValues("C", "codegen"), " ")
	dynamic := strings.Contains(flags, "-crt-static")
	static := strings.Contains(flags, "+crt-static")
	musl := strings.Contains(target, "musl") || target == "" && m.libc == lint.Musl
	switch {
	case strings.Contains(target, "$"), strings.Contains(target, "windows"), strings.Contains(target, "darwin"), strings.Contains(target, "wasm"):
		return lint.Unknown, "", nil
	case m.stage.Image.Cross != "" && target == "":
		return lint.None, "the image builds static programs for musl", nil
	case static:
		return lint.None, "target-feature=+crt-static", nil
	case musl && dynamic:
		return lint.Musl, "target-feature=-crt-static", []string{"libgcc_s.so.1"}
	case musl && target == "" && m.stage.Installed("rust", m.c.Start) == facts.Yes:
		return lint.Musl, "Alpine's own Rust links dynamically", []string{"libgcc_s.so.1"}
	case musl:
		return lint.None, "musl targets of Rust are static by default", nil
	case strings.Contains(target, "gnu"), target == "" && m.libc == lint.Glibc:
		return lint.Glibc, "Rust links programs to the glibc of its target", []string{"libgcc_s.so.1"}
	}
	return lint.Unknown, "", nil
}
