package suspect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// folder is a cache for tests.
type folder string

func (f folder) Cache(name ...string) string {
	return filepath.Join(append([]string{string(f)}, name...)...)
}

// project writes files, each "name: text".
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSuspect(t *testing.T) {
	dir := project(t, map[string]string{
		"clean.c":      "#include <stdio.h>\n#include <string.h>\n#include \"clean.h\"\nint main(void) { puts(\"u_int\"); return (int)strlen(\"\"); }\n",
		"clean.h":      "#include <stddef.h>\nsize_t n(void);\n",
		"header.c":     "#include <fts.h>\n",
		"own.c":        "#include <argp.h>\n#include \"error.h\"\nint main(void) { error(1, 0, \"\"); }\n",
		"lib/argp.h":   "struct argp { int a; };\n",
		"lib/error.h":  "void error(int, int, const char *, ...);\n",
		"far.c":        "#include \"mid.h\"\n",
		"lib/mid.h":    "#include <far.h>\n",
		"lib/far.h":    "#include <stdlib.h>\nstatic char *p(void) { return canonicalize_file_name(\"/\"); }\n",
		"lacks.c":      "#include <stdlib.h>\nssize_t s; u_int u;\n",
		"has.c":        "#include <stdlib.h>\n#include <sys/types.h>\nssize_t s; u_int u;\n",
		"base.c":       "#include <string.h>\nconst char *b(char *p) { return basename(p); }\n",
		"libgen.c":     "#include <string.h>\n#include <libgen.h>\nconst char *b(char *p) { return basename(p); }\n",
		"guarded.c":    "#ifdef __GLIBC__\n#include <execinfo.h>\n#endif\n#include <stdlib.h>\n#ifdef RTLD_DEEPBIND\nint f = RTLD_DEEPBIND;\n#endif\n",
		"config.c":     "#include \"config.h\"\n#ifdef HAVE_EXECINFO_H\n#include <execinfo.h>\n#endif\n",
		"lib/config.h": "/* #undef HAVE_FTS_H */\n#define HAVE_EXECINFO_H 1\n",
		"off.c":        "#include \"off.h\"\n#if USE_BACKTRACE\n#include <execinfo.h>\n#endif\n",
		"lib/off.h":    "#ifdef __GLIBC__\n#define USE_BACKTRACE 1\n#endif\n",
		"context.c":    "#include <ucontext.h>\nint f(ucontext_t *u) { return getcontext(u); }\n",
		"declared.c":   "int getnetgrent_r(char **, char **, char **, char *, unsigned long);\nint f(void) { return getnetgrent_r(0, 0, 0, 0, 0); }\n",
		"local.c":      "#include <stdio.h>\nstatic int index_of(int error, int major) { return error + major; }\n",
		"kernel.c":     "#include <sys/socket.h>\n#include <linux/if_arp.h>\nint a = ARPHRD_MCTP;\n",
		"clash.c":      "#include <linux/in6.h>\n#include <netinet/in.h>\n",
		"order.c":      "#include <netinet/in.h>\n#include <linux/in6.h>\n",
		"prctl.c":      "#include <sys/prctl.h>\n#include <linux/prctl.h>\n",
		"x.cc":         "#include <string>\nint main() { std::string s; return s.size(); }\n",
		"cast.cc":      "#include <sys/socket.h>\nint f(int s) { struct sockaddr a; return connect(s, &a, 1); }\n",
	})
	for _, tt := range []struct {
		source, why string
		symbols     []string
	}{
		{"clean.c", "", nil},
		{"header.c", "header.c includes fts.h", nil},
		{"own.c", "", nil},
		{"far.c", "lib/far.h uses canonicalize_file_name", nil},
		{"lacks.c", "lacks.c uses ssize_t", nil},
		{"has.c", "", nil},
		{"base.c", "base.c uses basename", nil},
		{"libgen.c", "", nil},
		{"guarded.c", "", []string{"backtrace"}},
		{"config.c", "config.c includes execinfo.h", nil},
		{"off.c", "", nil},
		{"context.c", "context.c uses getcontext", nil},
		{"declared.c", "", nil},
		{"declared.c", "declared.c asks for getnetgrent_r", []string{"getnetgrent_r"}},
		{"local.c", "", nil},
		{"kernel.c", "", nil},
		{"x.cc", "", nil},
		{"cast.cc", "", nil},
		{"none.c", "", nil},
		{"clash.c", "clash.c includes netinet/in.h behind a header of the kernel that defines the same", nil},
		{"order.c", "", nil},
		{"prctl.c", "prctl.c includes linux/prctl.h behind headers of libc that define the same", nil},
	} {
		is, why := New(nil).Suspect(filepath.Join(dir, tt.source), []string{filepath.Join(dir, "lib")}, tt.symbols)
		if is != (tt.why != "") || tt.why != "" && why != filepath.Join(dir, tt.why[:strings.IndexByte(tt.why, ' ')])+tt.why[strings.IndexByte(tt.why, ' '):] {
			t.Errorf("%s: %v, %q; want %q", tt.source, is, why, tt.why)
		}
	}
}

// TestVersion judges for an older musl.
func TestVersion(t *testing.T) {
	dir := project(t, map[string]string{"a.c": "#include <unistd.h>\nint f(void) { return gettid(); }\n"})
	for version, want := range map[string]bool{"": false, "1.2.6": false, "1.2.2": false, "1.2.1": true, "1.1.24": true} {
		s := New(nil)
		s.Version = version
		if is, why := s.Suspect(filepath.Join(dir, "a.c"), nil, nil); is != want {
			t.Errorf("musl %s: %v, %s", version, is, why)
		}
	}
}

// TestBefore has what a file brings that no #include names.
func TestBefore(t *testing.T) {
	dir := project(t, map[string]string{"a.c": "int f(void) { return error(0, 0, \"\"), 0; }\n", "config.h": "#include <error.h>\n"})
	for _, before := range [][]string{nil, {filepath.Join(dir, "config.h")}} {
		s := New(nil)
		s.Before = before
		if is, why := s.Suspect(filepath.Join(dir, "a.c"), nil, nil); is != (before != nil) {
			t.Errorf("with %q before: %v, %s", before, is, why)
		}
	}
}

// TestHeadersCountOnce shows who answers for a header: the first unit that brings it, again and
// again, until the header changes.
func TestHeadersCountOnce(t *testing.T) {
	dir := project(t, map[string]string{
		"a.c": "#include \"h.h\"\n", "b.c": "#include \"h.h\"\n", "c.c": "#include \"h.h\"\n#include <argp.h>\n",
		"h.h": "#include <error.h>\n",
	})
	cache := folder(t.TempDir())
	check := func(source string, want bool) {
		t.Helper()
		if is, why := New(cache).Suspect(filepath.Join(dir, source), nil, nil); is != want {
			t.Errorf("%s: %v, %s", source, is, why)
		}
	}
	check("a.c", true)
	check("b.c", false)
	check("c.c", true) // for itself
	check("a.c", true) // compiled again, or what it found would be lost
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(filepath.Join(dir, "h.h"), later, later); err != nil {
		t.Fatal(err)
	}
	check("b.c", true)
	check("a.c", false)
}

// TestUnwritableCache: without a place for marks every unit answers for itself.
func TestUnwritableCache(t *testing.T) {
	dir := project(t, map[string]string{"a.c": "#include \"h.h\"\n", "b.c": "#include \"h.h\"\n", "h.h": "#include <error.h>\n", "file": ""})
	cache := folder(filepath.Join(dir, "file"))
	for _, source := range []string{"a.c", "b.c"} {
		if is, _ := New(cache).Suspect(filepath.Join(dir, source), nil, nil); !is {
			t.Errorf("%s is not suspect", source)
		}
	}
}

// TestLibraries follows the headers of other libraries to those of libc.
func TestLibraries(t *testing.T) {
	dir := project(t, map[string]string{
		"a.c":                "#include <lib.h>\nu_int u; int f(void) { return basename(\"\") != 0; }\n",
		"system/lib.h":       "#include <string.h>\n#include \"sub/other.h\"\n",
		"system/sub/other.h": "#include <sys/types.h>\n",
	})
	cache := folder(t.TempDir())
	for range 2 {
		s := New(cache)
		var with set
		with.add(s.follow(&unit{}, filepath.Join(dir, "system/lib.h"), map[string]bool{}))
		names := strings.Join(headersIn(with), " ")
		if names != "string.h sys/types.h" {
			t.Errorf("lib.h brings %q", names)
		}
		var again set
		if !again.read(with.text()) || again != with {
			t.Errorf("%q is read as %v", with.text(), again)
		}
	}
	for _, text := range []string{"", "1 2 3", "1 2 3 x", "1 2 3 4 5"} {
		var s set
		if s.read([]byte(text)) {
			t.Errorf("%q is read", text)
		}
	}
}

// TestCircles ends where headers include each other.
func TestCircles(t *testing.T) {
	dir := project(t, map[string]string{"a.c": "#include \"a.h\"\n", "a.h": "#include \"b.h\"\n#include \"a.h\"\n", "b.h": "#include \"a.h\"\n#include \"a.c\"\n"})
	if is, why := New(nil).Suspect(filepath.Join(dir, "a.c"), nil, nil); is {
		t.Error(why)
	}
}
