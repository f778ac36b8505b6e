package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint"
)

// artifacts is a report with each shape of an artifact once.
func artifacts() *lint.Report {
	on := lint.Target{Libc: lint.Musl, Version: "1.2.5", Distro: "alpine", Release: "3.20", Arch: "amd64"}
	var symbols []lint.MissingSymbol
	var errors []string
	for i := range 12 {
		name := fmt.Sprintf("__f%d_chk", i)
		symbols = append(symbols, lint.MissingSymbol{Name: name, Version: "GLIBC_2.3.4", Library: "libc.so.6", Object: "app", Group: lint.GroupFortify, Package: "gcompat"})
		errors = append(errors, "Error relocating app: "+name+": symbol not found")
	}
	symbols = append(symbols, lint.MissingSymbol{Name: "fcntl64", Version: "GLIBC_2.28", Library: "libc.so.6", Object: "app", Group: lint.GroupGlibc, Why: "fcntl with 64-bit file offsets"})
	addon := lint.Artifact{
		Path: "a.tgz", Inner: "package/a.node", Kind: lint.KindELF, Form: lint.FormPlugin, Target: on, Arch: "amd64", Libc: lint.LibcGlibc, Host: "node", Plugin: "Node.js addon", Language: "rust",
		Needed: []string{"libc.so.6", "ld-linux-x86-64.so.2"}, Verdict: lint.Fails, Summary: "misses ld-linux-x86-64.so.2",
		MissingLibraries: []lint.MissingLibrary{{Name: "ld-linux-x86-64.so.2", NeededBy: "/package/a.node", Package: "gcompat", Certain: true}, {Name: "libx.so.1", NeededBy: "/package/a.node", Package: "x-libs"}, {Name: "liby.so.1", NeededBy: "/package/a.node"}},
		Repairs:          []lint.Repair{{Title: "apk add gcompat", Packages: []string{"gcompat"}, Proved: true, Dockerfile: []string{"RUN apk add --no-cache gcompat"}}},
		Errors:           []string{"Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /package/a.node)"},
	}
	again := addon
	again.Inner = "package/b.node"
	return &lint.Report{Version: "1.0", Facts: "2026-11-23", Files: 9, Artifacts: []lint.Artifact{
		{
			Path: "app", Kind: lint.KindELF, Form: lint.FormProgram, Target: on, Arch: "amd64", Interp: "/lib64/ld-linux-x86-64.so.2", Libc: lint.LibcGlibc,
			Reasons: []string{"it asks for the loader /lib64/ld-linux-x86-64.so.2"}, Needed: []string{"libc.so.6"},
			Verdict: lint.Fails, Summary: "glibc's loader is not there", MissingSymbols: symbols, InTheWay: []string{"fcntl64"},
			Errors:  append([]string{"exec app: no such file or directory"}, errors...),
			Repairs: []lint.Repair{{Title: "build it in an Alpine stage"}, {Title: "use it in a glibc image", Note: "That is larger."}},
			Assumed: []string{"libz.so.1"}, Notes: []string{"It is large."},
		},
		addon, again,
		{Path: "x-gnu.node", Kind: lint.KindELF, Form: lint.FormPlugin, Host: "node", Plugin: "Node.js addon", Target: on, Arch: "amd64", Libc: lint.LibcGlibc, Verdict: lint.Fails, Summary: "misses fcntl64", Instead: "x-musl.node"},
		{Path: "x-musl.node", Kind: lint.KindELF, Form: lint.FormPlugin, Host: "node", Plugin: "Node.js addon", Target: on, Arch: "amd64", Libc: lint.LibcMusl, Verdict: lint.Runs},
		{
			Path: "libjni.so", Kind: lint.KindELF, Form: lint.FormPlugin, Host: "jvm", Plugin: "JNI library", Target: on, Arch: "amd64", Libc: lint.LibcGlibc, Verdict: lint.Undecided, Summary: "loads, crashes when it calls fcntl64",
			MissingSymbols: []lint.MissingSymbol{{Name: "fcntl64", Group: lint.GroupGlibc, Deferred: true, Object: "libjni.so"}}, InTheWay: []string{"fcntl64"},
		},
		{Path: "libbig.a", Kind: lint.KindArchive, Form: lint.FormArchive, Target: on, Arch: "amd64", Libc: lint.LibcUnknown, Verdict: lint.Runs, Summary: "links"},
		{Path: "freebsd.node", Kind: lint.KindELF, Form: lint.FormForeign, Target: on, Arch: "amd64", Libc: lint.LibcUnknown, Verdict: lint.Undecided, Summary: "made for FreeBSD"},
		{Path: "größe/\x1b[31m\u202e" + strings.Repeat("日本", 40) + "/tool", Kind: lint.KindELF, Form: lint.FormStatic, Target: on, Arch: "amd64", Libc: lint.LibcStatic, Verdict: lint.Runs, Summary: "static"},
	}}
}

func TestArtifactsGolden(t *testing.T) {
	matrix := artifacts()
	for _, a := range artifacts().Artifacts {
		a.Target.Release, a.Target.Version = "3.24", "1.2.6"
		a.Verdict = lint.Runs
		matrix.Artifacts = append(matrix.Artifacts, a)
	}
	many := &lint.Report{Files: 100}
	for i := range 100 {
		a := artifacts().Artifacts[1+3*(i%2)]
		a.Path, a.Inner = fmt.Sprintf("lib%d.so", i), ""
		many.Artifacts = append(many.Artifacts, a)
	}
	for _, c := range []struct {
		golden, format string
		report         *lint.Report
		opt            Options
	}{
		{"artifacts-text", "text", artifacts(), Options{}},
		{"artifacts-all", "text", artifacts(), Options{All: true, Color: true, Width: 80}},
		{"artifacts-matrix", "text", matrix, Options{}},
		{"artifacts-many", "text", many, Options{}},
		{"artifacts-concise", "concise", artifacts(), Options{}},
		{"artifacts-json", "json", artifacts(), Options{}},
	} {
		t.Run(c.golden, func(t *testing.T) {
			got := render(t, c.format, c.report, c.opt)
			file := filepath.Join("..", "..", "testdata", "report", c.golden+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}

// Nothing of a file's name reaches a terminal as it is.
func TestArtifactsPrintable(t *testing.T) {
	for _, format := range []string{"text", "concise"} {
		if got := render(t, format, artifacts(), Options{All: true}); strings.ContainsAny(got, "\x1b\u202e") {
			t.Errorf("%s passes on a control character", format)
		}
	}
}
