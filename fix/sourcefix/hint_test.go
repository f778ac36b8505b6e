package sourcefix

import (
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

func TestHints(t *testing.T) {
	uses := []lint.Use{
		{Kind: lint.UseHeader, Name: "fts.h"}, {Kind: lint.UseFunction, Name: "fts_open"}, {Kind: lint.UseFunction, Name: "fts_open"},
		{Kind: lint.UseSymbol, Name: "makecontext"}, {Kind: lint.UseType, Name: "struct argp"}, {Kind: lint.UseHeader, Name: "sys/queue.h"},
		{Kind: lint.UseType, Name: "off64_t"}, {Kind: lint.UseHeader, Name: "stdio.h"}, {Kind: lint.UseFunction, Name: "own"}, {Kind: lint.UseHeader, Name: "own.h"},
		{Kind: lint.UseOption, Name: "-lanl"},
	}
	got := Hints(uses, lint.Target{Libc: lint.Musl, Distro: "alpine", Release: "3.20"})
	var list []string
	for _, h := range got {
		list = append(list, h.Package+"|"+h.Library+"|"+h.Macro+"|"+strings.Join(h.Names, " ")+"|"+h.Makefile+"|"+h.Configure+"|"+h.Meson+"|"+h.Dockerfile)
	}
	want := []string{
		"||_LARGEFILE64_SOURCE|off64_t|CPPFLAGS += -D_LARGEFILE64_SOURCE|CPPFLAGS=\"$CPPFLAGS -D_LARGEFILE64_SOURCE\"|add_project_arguments('-D_LARGEFILE64_SOURCE', language : ['c', 'cpp'])|",
		"argp-standalone|argp||struct argp|LDLIBS += -largp|AC_SEARCH_LIBS([argp_parse], [argp])|argp_dep = meson.get_compiler('c').find_library('argp', required : false)|RUN apk add --no-cache argp-standalone",
		"bsd-compat-headers|||sys/queue.h||||RUN apk add --no-cache bsd-compat-headers",
		"libucontext-dev|ucontext||makecontext|LDLIBS += -lucontext|AC_SEARCH_LIBS([makecontext], [ucontext])|ucontext_dep = meson.get_compiler('c').find_library('ucontext', required : false)|RUN apk add --no-cache libucontext-dev",
		"musl-fts-dev|fts||fts.h fts_open|LDLIBS += -lfts|AC_SEARCH_LIBS([fts_open], [fts])|fts_dep = meson.get_compiler('c').find_library('fts', required : false)|RUN apk add --no-cache musl-fts-dev",
	}
	if strings.Join(list, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(list, "\n"), strings.Join(want, "\n"))
	}
	for _, h := range got {
		if h.Library == "fts" && h.CMake != "find_library(FTS_LIBRARY fts)\nif(FTS_LIBRARY)\n  target_link_libraries(TARGET PRIVATE ${FTS_LIBRARY})\nendif()" {
			t.Errorf("%q", h.CMake)
		}
	}
	// libexecinfo left Alpine with 3.17.
	for release, want := range map[string]int{"3.16": 1, "3.20": 0} {
		if got := Hints([]lint.Use{{Kind: lint.UseHeader, Name: "execinfo.h"}}, lint.Target{Release: release}); len(got) != want {
			t.Errorf("%s: %+v", release, got)
		}
	}
}

func TestUntouchable(t *testing.T) {
	text := []byte("#line 7 \"parse.y\"\noff64_t x;\n")
	use := lint.Use{Kind: lint.UseType, Name: "off64_t", Line: 2, Column: 1}
	for _, c := range []struct {
		file string
		use  func(*lint.Use)
		want string
	}{
		{"parse.c", func(u *lint.Use) { u.Generated = true }, "change parse.y, from which this file was made"},
		{"/usr/include/own.h", func(*lint.Use) {}, "it is a header of the system: a newer version of the package that it belongs to may do without"},
		{"a.c", func(u *lint.Use) { u.Guard = "HAVE_OFF64_T" }, "nothing here, if the configure script looks for it: HAVE_OFF64_T is decided anew on a musl system"},
	} {
		u := use
		c.use(&u)
		plans := Plan(lint.NewSource(c.file, text), []lint.Use{u}, lint.Target{})
		if len(plans[0]) != 1 || plans[0][0].Safety != lint.Manual || plans[0][0].Title != c.want || plans[0][0].Edits != nil {
			t.Errorf("%s: %+v", c.file, plans)
		}
	}
}
