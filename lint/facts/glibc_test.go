package facts

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

func TestGlibcSymbol(t *testing.T) {
	for name, want := range map[string]string{
		"fcntl64":         "libc.so.6 GLIBC_2.28 386,amd64,arm64",
		"__isoc23_strtol": "libc.so.6 GLIBC_2.38 386,amd64,arm64",
		"__printf_chk":    "libc.so.6 GLIBC_2.17 arm64; libc.so.6 GLIBC_2.3.4 386,amd64",
		"memcpy":          "libc.so.6 GLIBC_2.0 386; libc.so.6 GLIBC_2.2.5 amd64; libc.so.6 GLIBC_2.17 arm64; libc.so.6 GLIBC_2.14 amd64",
		"errno":           "libc.so.6 GLIBC_PRIVATE 386,amd64,arm64",
		"res_nclose":      "",
		"musl_only":       "",
		"":                "",
	} {
		var got []string
		for _, e := range GlibcSymbol(name) {
			got = append(got, fmt.Sprint(e.Library, " ", e.Node, " ", strings.Join(e.Arches, ",")))
		}
		if name == "res_nclose" {
			continue
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%s: %s, want %s", name, s, want)
		}
	}
	moved := GlibcSymbol("pthread_create")
	if !slices.ContainsFunc(moved, func(e GlibcExport) bool { return e.Library == "libpthread.so.0" && e.Until == "2.31" }) ||
		!slices.ContainsFunc(moved, func(e GlibcExport) bool { return e.Library == "libc.so.6" && e.Since == "2.36" }) {
		t.Errorf("pthread_create: %+v", moved)
	}
}

func TestClassifyGlibc(t *testing.T) {
	for name, want := range map[string]GlibcName{
		"__printf_chk":         {"fortify", "printf"},
		"__memcpy_chk":         {"fortify", "memcpy"},
		"__open64_2":           {"fortify", "open64"},
		"__fdelt_chk":          {"fortify", ""},
		"__explicit_bzero_chk": {"fortify", "explicit_bzero"},
		"__isoc23_strtol":      {"isoc", "strtol"},
		"__isoc99_sscanf":      {"isoc", "sscanf"},
		"__exp_finite":         {"finite", "exp"},
		"expf64":               {"floatn", "exp"},
		"strtof64":             {"floatn", "strtod"},
		"lgammaf32x_r":         {"floatn", "lgamma_r"},
		"fcntl64":              {"lfs64", "fcntl"},
		"readdir64_r":          {"lfs64", "readdir_r"},
		"getdents64":           {"lfs64", "getdents"},
		"__xstat64":            {"lfs64", "__xstat"},
		"__clock_gettime64":    {"time64", "clock_gettime"},
		"__stat64_time64":      {"time64", "stat"},
		"__libc_fatal":         {"private", ""},
		"errno":                {"private", ""},
		"printf":               {},
		"a64l":                 {},
		"l64a":                 {},
		"__stack_chk_fail":     {},
		"__nothing_chk":        {},
		"":                     {},
	} {
		if got := ClassifyGlibc(name); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

// TestEveryGlibcRow holds the notation of glibc.tsv.
func TestEveryGlibcRow(t *testing.T) {
	last := ""
	for line := range strings.Lines(glibcText.body()) {
		columns := strings.Split(line, "\t")
		if !strings.Contains(columns[1], ".so") {
			t.Errorf("%s: %q is no library", columns[0], columns[1])
		}
		if columns[3] != "" && (!strings.Contains(columns[3], "..") || columns[3] == "..") {
			t.Errorf("%s: %q is no span", columns[0], columns[3])
		}
		if columns[0] == last {
			continue
		}
		last = columns[0]
		for _, e := range GlibcSymbol(columns[0]) {
			if !strings.HasPrefix(e.Node, "GLIBC_") && !strings.HasPrefix(e.Node, "GCC_") {
				t.Errorf("%s: node %q", columns[0], e.Node)
			}
			for _, arch := range e.Arches {
				if lint.Arch(arch) != arch {
					t.Errorf("%s: architecture %q", columns[0], arch)
				}
			}
		}
	}
}

func FuzzClassifyGlibc(f *testing.F) {
	for _, name := range []string{"__printf_chk", "open64", "f64", "64", "_r", "__64", "__isoc23_", "__64_time64"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if got := ClassifyGlibc(name); got.Kind != "" && !glibcText.has(name) {
			t.Errorf("%q is %+v, and not of glibc", name, got)
		}
	})
}
