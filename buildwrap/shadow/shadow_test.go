package shadow_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/buildwrap/diagnostic"
	"github.com/musllint/musllint/buildwrap/record"
	. "github.com/musllint/musllint/buildwrap/shadow"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// bench is a folder with sources, and a cache for what is made for musl's headers.
type bench struct {
	*testing.T
	dir      string
	store    record.Store
	compiler string
	env      []string
	on       string
}

func newBench(t *testing.T, compiler string) *bench {
	t.Helper()
	if _, err := exec.LookPath(compiler); err != nil {
		unmet(t, err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, dir: dir, store: record.Store{Dir: filepath.Join(dir, ".musllint")}, compiler: compiler, on: "musl:1.2.5"}
	if _, err := b.find(); errors.Is(err, ErrNone) {
		unmet(t, err)
	}
	return b
}

// unmet skips a test for which this machine lacks something.
func unmet(t *testing.T, why error) {
	t.Helper()
	if os.Getenv("MUSLLINT_REQUIRE") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func (b *bench) get(name string) string {
	for _, e := range b.env {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			return value
		}
	}
	if name == "MUSLCC_SYSROOT" { // a musl that a test's caller names
		if gcc := os.Getenv("MUSLLINT_MUSL_GCC"); gcc != "" {
			return filepath.Join(filepath.Dir(filepath.Dir(gcc)), "musl")
		}
	}
	return os.Getenv(name)
}

func (b *bench) find() (*Headers, error) {
	target, err := facts.ParseTarget(b.on)
	if err != nil {
		b.Fatal(err)
	}
	return Find(b.get, []string{b.compiler}, target, b.store)
}

func (b *bench) write(files map[string]string) {
	b.Helper()
	for name, text := range files {
		path := filepath.Join(b.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
}

// unit makes the unit of a command with one source.
func (b *bench) unit(h *Headers, args ...string) (*Unit, error) {
	b.Helper()
	cmd := cmdline.Parse(b.compiler, append([]string{"-c"}, args...), b.get)
	if len(cmd.Sources) != 1 {
		b.Fatalf("%q has the sources %v", args, cmd.Sources)
	}
	return h.Unit([]string{b.compiler}, b.dir, &cmd, cmd.Sources[0], append(os.Environ(), b.env...))
}

// result compiles one source and returns what it came to, and why it was compiled: if its text is
// enough, there is no doubt.
func (b *bench) result(args ...string) (r Result, doubt string) {
	b.Helper()
	h, err := b.find()
	if err != nil {
		b.Fatal(err)
	}
	u, err := b.unit(h, args...)
	if err != nil {
		b.Fatal(err)
	}
	if !u.Harmless() {
		if doubt = u.Doubt(); doubt == "" {
			b.Errorf("%q: compiled for no reason", args)
		}
		if r, err = u.Compile(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	// What the text is enough for, a compile must not know better.
	h.Exact = true
	u, err = b.unit(h, args...)
	if err != nil {
		b.Fatal(err)
	}
	exact, err := u.Compile(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	if got, want := fmt.Sprint(r.Uses), fmt.Sprint(exact.Uses); got != want {
		b.Errorf("%q: without a compile\n\t%s\nwith one\n\t%s", args, got, want)
	}
	return r, doubt
}

// told returns the uses of one source.
func (b *bench) told(args ...string) []lint.Use {
	b.Helper()
	r, _ := b.result(args...)
	return r.Uses
}

// uses returns the uses as "file:line:column kind name", sorted.
func (b *bench) uses(args ...string) []string {
	b.Helper()
	return b.words(b.told(args...))
}

func (b *bench) words(uses []lint.Use) []string {
	var out []string
	for _, x := range uses {
		file, err := filepath.Rel(b.dir, x.File)
		if err != nil {
			file = x.File
		}
		out = append(out, fmt.Sprintf("%s:%d:%d %s %s", file, x.Line, x.Column, x.Kind, x.Name))
	}
	slices.Sort(out)
	return out
}

func (b *bench) want(got []string, want ...string) {
	b.Helper()
	slices.Sort(want)
	if !slices.Equal(got, want) {
		b.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestCompileC(t *testing.T) {
	for _, compiler := range []string{"gcc", "clang"} {
		t.Run(compiler, func(t *testing.T) {
			b := newBench(t, compiler)
			b.write(map[string]string{"x.c": `#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <fts.h>
#include <sys/poll.h>
#include <ucontext.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include "inc/x.h"
#define CALL(x) rawmemchr(x, 1)
int main(void) {
	off64_t o = 0;
	struct mallinfo2 m;
	ucontext_t c; getcontext(&c);
	int fd = open64("x", 0);
	char *b = basename("x");
	struct sockaddr_in sin; bind(3, &sin, sizeof sin);
	char buf[10]; char *e = strerror_r(1, buf, 10);
	return TEMP_FAILURE_RETRY(CALL("x") != 0);
}
`, "inc/x.h": "#include <argp.h>\n#if 0\n#include <nothere.h>\n#endif\nint plain(u_int);\n"})
			rawmemchr := "x.c:12:17 function rawmemchr"
			want := []string{
				"inc/x.h:1:10 header argp.h", "x.c:4:10 header fts.h", "x.c:5:10 redirect sys/poll.h", "x.c:14:2 type off64_t",
				"x.c:15:9 type struct mallinfo2", "x.c:16:16 symbol getcontext", "x.c:17:11 function open64", "x.c:18:12 function basename",
				"x.c:19:26 conflict bind", "x.c:20:26 conflict strerror_r", "x.c:21:9 macro TEMP_FAILURE_RETRY", rawmemchr,
			}
			for range 2 { // with stubs made, and with stubs found
				r, _ := b.result("x.c")
				got := b.words(r.Uses)
				// Clang shows where a macro is used, and in an argument of an unknown function nothing more.
				if compiler == "clang" {
					want = slices.DeleteFunc(want, func(s string) bool { return s == rawmemchr })
					got = slices.DeleteFunc(got, func(s string) bool { return strings.HasSuffix(s, "rawmemchr") })
				}
				for i := range got { // the type is what differs, not where each compiler points
					got[i] = strings.Replace(got[i], "x.c:15:19", "x.c:15:9", 1)
				}
				b.want(got, want...)
				for _, x := range r.Uses {
					if x.Name == "argp.h" && (len(x.Via) != 1 || x.Via[0] != lint.Spot{File: filepath.Join(b.dir, "x.c"), Line: 11}) {
						t.Errorf("argp.h came by way of %v", x.Via)
					}
					if x.Name == "fts.h" && x.Message != "fts.h: No such file or directory" {
						t.Errorf("fts.h: %q", x.Message)
					}
				}
				files := []string{filepath.Join(b.dir, "x.c"), filepath.Join(b.dir, "inc/x.h")}
				slices.Sort(files)
				slices.Sort(r.Files)
				if !slices.Equal(r.Files, files) {
					t.Errorf("read %v", r.Files)
				}
			}
		})
	}
}

func TestCompileCXX(t *testing.T) {
	for _, compiler := range []string{"g++", "clang++"} {
		t.Run(compiler, func(t *testing.T) {
			b := newBench(t, compiler)
			b.write(map[string]string{"clean.cc": `#include <condition_variable>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <locale>
#include <map>
#include <mutex>
#include <random>
#include <regex>
#include <shared_mutex>
#include <thread>
#include <unistd.h>
struct error { int send; void index(); };
error random_error() { return error(); }
int main() {
	std::timed_mutex m; m.try_lock_for(std::chrono::seconds(1));
	std::mutex n; std::unique_lock<std::mutex> lock(n); std::condition_variable cv; cv.wait_for(lock, std::chrono::seconds(1));
	std::shared_timed_mutex s; s.try_lock_shared_for(std::chrono::seconds(1));
	std::locale l; std::use_facet<std::ctype<char>>(l).is(std::ctype_base::upper, 'x');
	std::use_facet<std::time_put<char>>(l); std::use_facet<std::messages<char>>(l);
	char *p = NULL; if (p == NULL) p = (char *)1;
	std::cout << 1.5 << std::isnan(1.0) << random_error().send << std::regex_match("a", std::regex("a")) << getpid() << std::endl;
}
`, "bad.cc": `#include <execinfo.h>
#include <cstring>
#include <string>
off64_t size;
int number() { return NULL; }
int main() {
	void *b[3]; backtrace(b, 3);
	return std::string(basename("x")).size();
}
`})
			b.want(b.uses("-std=c++17", "clean.cc"))
			got := b.uses("-std=c++17", "bad.cc")
			// What follows from a NULL that is nullptr is left out beside what musl lacks for certain.
			got = slices.DeleteFunc(got, func(s string) bool { return strings.Contains(s, "bad.cc:5:") })
			b.want(got, "bad.cc:1:10 header execinfo.h", "bad.cc:4:1 type off64_t", "bad.cc:7:14 function backtrace", "bad.cc:8:21 function basename")
		})
	}
}

func TestNull(t *testing.T) {
	b := newBench(t, "g++")
	b.write(map[string]string{
		"x.cc": "#include <cstddef>\nint number() { return NULL; }\n",
		"y.cc": "#include <cstddef>\nvoid set(int *);\nint *number() { set(NULL); int *p = NULL; return p == NULL ? NULL : p; }\n",
	})
	if got := b.uses("-std=c++17", "x.cc"); len(got) != 1 || !strings.HasPrefix(got[0], "x.cc:2:") {
		t.Errorf("%v", got)
	}
	b.want(b.uses("-std=c++17", "y.cc"))
	b.want(b.uses("-std=c++98", "x.cc"))
}

func TestPrivateMacros(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{
		"a.c": "#include <stdio.h>\n__BEGIN_DECLS\nextern int f(void);\n__END_DECLS\n",
		"b.c": "#include <stdio.h>\nextern int f(int) __THROW;\nint g;\n",
		"c.c": "#include <stdio.h>\n#if __GLIBC_PREREQ(2, 3)\n#endif\n",
		"d.c": "#include <stdio.h>\n#ifdef __GLIBC__\n#include <fts.h>\n#endif\n#ifdef __gnu_linux__\n#include <argp.h>\n#endif\n",
	})
	b.want(b.uses("a.c"), "a.c:2:1 macro __BEGIN_DECLS", "a.c:4:1 macro __END_DECLS")
	b.want(b.uses("b.c"), "b.c:2:19 macro __THROW")
	b.want(b.uses("c.c"), "c.c:2:5 macro __GLIBC_PREREQ")
	b.want(b.uses("d.c"))
}

// TestHasInclude: a stub of one unit must not make a question of another one true.
func TestHasInclude(t *testing.T) {
	for _, compiler := range []string{"gcc", "clang"} {
		b := newBench(t, compiler)
		b.write(map[string]string{
			"a.c":   "#include <execinfo.h>\n",
			"b.c":   "#if __has_include(<execinfo.h>)\n#include <execinfo.h>\n#endif\nint x;\n",
			"c.c":   "#include \"has.h\"\n#if HAS\n#include <execinfo.h>\n#endif\n#include <fts.h>\nint x;\n",
			"has.h": "#define HAS __has_include(<execinfo.h>)\n",
		})
		for range 2 {
			b.want(b.uses("a.c"), "a.c:1:10 header execinfo.h")
			b.want(b.uses("b.c"))
			b.want(b.uses("c.c"), "c.c:5:10 header fts.h")
		}
	}
}

// TestSystemFolders: folders of the system that a build names must not bring glibc back.
func TestSystemFolders(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"x.c": "#include <fts.h>\n#include <linux/version.h>\nint v = LINUX_VERSION_CODE;\n", "link": ""})
	os.Remove(filepath.Join(b.dir, "link"))
	if err := os.Symlink("/usr/include", filepath.Join(b.dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-I/usr/include"}, {"-I", "/usr/include/"}, {"-isystem", "/usr/include"}, {"-idirafter/usr/include"}, {"-Ilink"}, {"-iquote", "link"}, {"-I/usr/../usr/include"},
	} {
		b.want(b.uses(append(args, "x.c")...), "x.c:1:10 header fts.h")
	}
	for _, name := range []string{"CPATH", "C_INCLUDE_PATH"} {
		b.env = []string{name + "=/usr/include:inc"}
		b.want(b.uses("x.c"), "x.c:1:10 header fts.h")
	}
}

func TestGuard(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{
		"config.h": "#define HAVE_EXECINFO_H 1\n#define HAVE_UNISTD_H 1\n#define HAVE_ARGP_H 1\n",
		"x.c": `#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#if defined(HAVE_EXECINFO_H) && HAVE_UNISTD_H
#include <execinfo.h>
#endif
#ifdef HAVE_UNISTD_H
#include <fts.h>
#endif
#if HAVE_OBSTACK_H
#include <obstack.h>
#endif
#if !HAVE_ARGP_H
int none;
#else
#include <argp.h>
#endif
`})
	guards := map[string]string{}
	for _, x := range b.told("-DHAVE_CONFIG_H", "-DHAVE_OBSTACK_H=1", "x.c") {
		guards[x.Name] = x.Guard
	}
	want := map[string]string{"execinfo.h": "HAVE_EXECINFO_H", "fts.h": "", "obstack.h": "HAVE_OBSTACK_H", "argp.h": ""}
	if fmt.Sprint(guards) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", guards, want)
	}
}

// What the project has in the place of a name that it looked for is there on musl.
func TestGuardOfWhatStandsIn(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{
		"config.h": "#define HAVE_EXECINFO_H 1\n#define HAVE_FTS_H 1\n#define HAVE_ERROR_H 1\n#define HAVE_STRNDUPA 1\n#define HAVE_RAWMEMCHR 1\n#define HAVE_MEMPCPY 1\n#define HAVE_RPMATCH 1\n" +
			"#define HAVE_DECL__NL_TIME_WEEK_1STDAY 1\n#define HAVE_LANGINFO_ALTMON 1\n#define HAVE_UTMP_UT_XTIME 1\n",
		"stands-in.h": "static inline int backtrace(void **list, int size) { return 0; }\n", "others.h": "int nothing;\n",
		"rpmatch.h": "#if !defined(HAVE_RPMATCH)\n#define rpmatch(r) 0\n#endif\n",
		"x.c": `#define _GNU_SOURCE
#include "config.h"
#include <string.h>
#include <stdlib.h>
#include <langinfo.h>
#include <utmp.h>
#include <utmpx.h>
#include "rpmatch.h"
#ifdef HAVE_EXECINFO_H
#include <execinfo.h>
#endif
#ifndef HAVE_EXECINFO_H
#include "stands-in.h"
#endif
#ifdef HAVE_FTS_H
#include <fts.h>
#else
#include "others.h"
#endif
#ifdef HAVE_ERROR_H
#include <error.h>
#else
void error(int status, int number, const char *format, ...);
#endif
#ifndef HAVE_STRNDUPA
static inline char *strndupa(const char *s, size_t n) { return 0; }
#endif
#ifdef HAVE_RAWMEMCHR
#define STRCHR rawmemchr
#else
#define STRCHR strchr
#endif
#if !HAVE_MEMPCPY
#define canonicalize_file_name(x) realpath((x), 0)
#endif
char *f(char *s) { return strndupa(STRCHR(s, 1), 2); }
char *g(char *s) { return canonicalize_file_name(s); }
int h(char *s) { return rpmatch(s); }
#if HAVE_DECL__NL_TIME_WEEK_1STDAY
char *i(void) { return nl_langinfo(_NL_TIME_FIRST_WEEKDAY); }
#endif
#ifdef HAVE_LANGINFO_ALTMON
char *j(int n) { return nl_langinfo(ALTMON_1 + n); }
#endif
#ifdef HAVE_UTMP_UT_XTIME
void k(struct utmpx *u) { u->ut_xtime = 0; }
#endif
void l(void) { error(1, 0, "x"); }
int m(void **list) { return backtrace(list, 1); }
void n(void *f) { fts_close(f); }
`})
	guards := map[string]string{}
	for _, x := range b.told("x.c") {
		guards[x.Name] = x.Guard
	}
	want := map[string]string{"execinfo.h": "HAVE_EXECINFO_H", "backtrace": "HAVE_EXECINFO_H", "fts.h": "HAVE_FTS_H", "fts_close": "", "error.h": "HAVE_ERROR_H", "error": "HAVE_ERROR_H", "strndupa": "HAVE_STRNDUPA", "rawmemchr": "HAVE_RAWMEMCHR", "rpmatch": "HAVE_RPMATCH",
		"_NL_TIME_FIRST_WEEKDAY": "HAVE_DECL__NL_TIME_WEEK_1STDAY", "ALTMON_1": "HAVE_LANGINFO_ALTMON", "utmpx.ut_xtime": "HAVE_UTMP_UT_XTIME",
		"canonicalize_file_name": ""}
	if fmt.Sprint(guards) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", guards, want)
	}
}

// TestFollowsAgain: the compiler says once that a function is declared nowhere, and of each later call
// that an int is no pointer.
func TestFollowsAgain(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"x.c": `#define _GNU_SOURCE
#include <string.h>
#include <stdio.h>
void f(char *s) { printf("%d", (int)(long)basename(s)); }
void g(char *s) {
	char *t;
	t = basename(s);
	t =
		basename(t);
	s = strlen(t);
}
`})
	b.want(b.uses("x.c"), "x.c:4:43 function basename")
}

func TestLineDirectives(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{
		"gen.c":  "/* A Bison parser, made by GNU Bison 3.8.2. */\n#line 2 \"gram.y\"\n#include <fts.h>\n#line 7 \"gone.y\"\nint a;\n#include <argp.h>\n",
		"gram.y": "%{\n#include <fts.h>\n%}\n",
	})
	r, _ := b.result("gen.c")
	b.want(b.words(r.Uses), "gram.y:2:10 header fts.h", "gen.c:6:10 header argp.h")
	for _, x := range r.Uses {
		if x.Generated != (x.Name == "argp.h") {
			t.Errorf("%s in %s: generated is %t", x.Name, x.File, x.Generated)
		}
	}
}

func TestPrecompiled(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"pre.h": "#include <fts.h>\n#include <string.h>\n", "x.c": "#include \"pre.h\"\nint x;\n", "y.c": "int y;\n"})
	for _, args := range [][]string{{"x.c"}, {"-include", "pre.h", "y.c"}} {
		cmd := exec.Command("gcc", "-x", "c-header", "pre.h", "-o", "pre.h.gch")
		cmd.Dir = b.dir
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		b.want(b.uses(args...), "pre.h:1:10 header fts.h")
	}
}

// TestPlainText has what the text of a unit must not hide from the compiler.
func TestPlainText(t *testing.T) {
	b := newBench(t, "gcc")
	for name, text := range map[string]string{
		"missing include":   "#include <stdlib.h>\nu_int number;\n",
		"other system":      "#ifdef __APPLE__\n#include <sys/types.h>\n#endif\n#include <stdlib.h>\nu_int number;\n",
		"body of a macro":   "#define _GNU_SOURCE\n#include <string.h>\n#define CALL rawmemchr\nvoid *f(void) { return CALL(\"a\", 1); }\n",
		"member":            "#define _GNU_SOURCE\n#include <pthread.h>\nint f(pthread_mutex_t *m) { return m->__data.__owner; }\n",
		"pointer as number": "#include <pthread.h>\nvoid f(void) { pthread_t t = -1; (void)t; }\n",
		"own strlcpy":       "#include <string.h>\nstatic int strlcpy(char *to, int n) { return n; }\nint f(void) { return strlcpy(0, 1); }\n",
		"argument":          "#define _GNU_SOURCE\n#include <sys/socket.h>\n#include <netinet/in.h>\nint f(struct sockaddr_in *a) { return connect(1, a, sizeof *a); }\n",
		"by a macro's name": "#define HEADER <fts.h>\n#include HEADER\n",
		"private name":      "#include <stdio.h>\nextern char *__progname_full; int f(void) { return __progname_full[0]; }\nextern int g(int) __THROW;\n",
		"plain":             "#include <stdio.h>\n#include <stdlib.h>\nint main(int argc, char **argv) { printf(\"%s\", argv[0]); return EXIT_SUCCESS; }\n",
	} {
		b.write(map[string]string{name + ".c": text})
		if got := b.uses("-std=gnu11", name+".c"); (len(got) == 0) != (name == "plain") {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestNameInMissingMacro: a name in the arguments of a macro that is missing is no function.
func TestNameInMissingMacro(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{
		"x.c": "#include <stddef.h>\n#include <sys/queue.h>\nstruct e { LIST_ENTRY(e) link; int v; };\nLIST_HEAD(h, e);\n" +
			"int f(struct h *h) { struct e *e; LIST_FOREACH(e, h, link) { if (e->v) return 1; } return 0; }\n",
	})
	for _, x := range b.uses("x.c") {
		if strings.Contains(x, "link") {
			t.Error(x)
		}
	}
}

func TestHostHasItToo(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"x.c": "int main(void) { own(1); return strlen(\"a\"); }\n"})
	b.want(b.uses("-std=gnu89", "x.c"))
}

func TestTargets(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"x.c": `#define _GNU_SOURCE
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <stdlib.h>
#include <crypt.h>
int order(const void *a, const void *b, void *c);
int main(void) {
	off64_t o = 0;
	struct statx s; statx(0, "", 0, 0, &s);
	qsort_r(0, 0, 0, order, 0);
	return basename("x") == crypt("a", "b");
}
`})
	statx := []string{"x.c:10:9 type struct statx", "x.c:10:18 function statx"}
	for on, want := range map[string][]string{
		"musl:1.2.2":  append([]string{"x.c:11:2 function qsort_r"}, statx...),
		"musl:1.2.3":  statx,
		"musl:1.2.4":  append([]string{"x.c:9:2 type off64_t"}, statx...),
		"musl:1.2.5":  {"x.c:9:2 type off64_t", "x.c:12:9 function basename"},
		"alpine:3.17": statx,
		"alpine:edge": {"x.c:9:2 type off64_t", "x.c:12:9 function basename"},
		"alpine:3.19": append([]string{"x.c:9:2 type off64_t"}, statx...),
		"alpine:3.20": {"x.c:9:2 type off64_t", "x.c:12:9 function basename"},
		"musl:1.2.6":  {"x.c:9:2 type off64_t", "x.c:12:9 function basename"},
	} {
		t.Run(on, func(t *testing.T) {
			b := *b
			b.T, b.on = t, on
			b.want(b.uses("x.c"), want...)
		})
	}
	b.on = "musl:1.2.5"
	b.want(b.uses("-D_LARGEFILE64_SOURCE", "x.c"), "x.c:12:9 function basename")
}

// TestAtOnce makes everything that many compiles share while they run.
func TestAtOnce(t *testing.T) {
	b := newBench(t, "gcc")
	if err := os.RemoveAll(b.store.Dir); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i := range 8 {
		b.write(map[string]string{fmt.Sprintf("%d.c", i): "#include <fts.h>\n#include <argp.h>\n"})
		wait.Go(func() {
			name := fmt.Sprintf("%d.c", i)
			h, err := b.find()
			if err != nil {
				t.Error(err)
				return
			}
			u, err := b.unit(h, name)
			if err != nil {
				t.Error(err)
				return
			}
			r, err := u.Compile(context.Background())
			if err != nil || len(r.Uses) != 2 {
				t.Errorf("%v, %v", b.words(r.Uses), err)
			}
		})
	}
	wait.Wait()
	left, err := filepath.Glob(filepath.Join(b.store.Cache("headers"), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestNoHeaders(t *testing.T) {
	b := newBench(t, "gcc")
	b.env = []string{"MUSLCC_SYSROOT=" + b.dir}
	for range 2 { // found out, and remembered
		if _, err := b.find(); !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), b.dir) {
			t.Errorf("%v", err)
		}
	}
	b.env = nil
	b.compiler = "true"
	if _, err := b.find(); !errors.Is(err, ErrUnsupported) {
		t.Errorf("true is a compiler: %v", err)
	}
}

// TestArchitecture: a unit of another architecture is none of the headers at hand.
func TestArchitecture(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"x.c": "#include <fts.h>\n"})
	b.want(b.uses("-m64", "x.c"), "x.c:1:10 header fts.h")
	h, err := b.find()
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.unit(h, "-m32", "x.c")
	if dirs, _ := filepath.Glob("/usr/include/i*86-linux-musl"); len(dirs) == 0 && !errors.Is(err, ErrNone) {
		t.Errorf("with headers for another architecture: %v", err)
	}
}

func TestInterrupted(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"x.c": "#include <fts.h>\n"})
	h, err := b.find()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	u, err := b.unit(h, "x.c")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := u.Compile(ctx); err == nil {
		t.Errorf("no error, and %v", r.Uses)
	}
}

func TestTokens(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"config.h": "#define HAVE_SYSCTL 1\n", "x.c": `#include <stdio.h>
extern int sysctl(int);
#ifdef __GLIBC__
int a(void) { return sysctl(1); }
#endif
struct s { int sysctl; };
int b(struct s *s) {
	/* sysctl */ s->sysctl = 1;
	return 1 + sysctl(2); }
#include "config.h"
#ifdef HAVE_SYSCTL
int c(void) { return sysctl(3); }
#endif
`})
	h, err := b.find()
	if err != nil {
		t.Fatal(err)
	}
	u, err := b.unit(h, "x.c")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Compile(context.Background()); err != nil {
		t.Fatal(err)
	}
	got, err := u.Tokens(context.Background(), []string{"sysctl"})
	want := []Place{{Name: "sysctl", File: filepath.Join(b.dir, "x.c"), Line: 6, Column: 16}, {Name: "sysctl", File: filepath.Join(b.dir, "x.c"), Line: 9, Column: 13},
		{Name: "sysctl", File: filepath.Join(b.dir, "x.c"), Line: 12, Column: 22, Guard: "HAVE_SYSCTL"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTokensDefined passes over the function that the unit itself defines where the libc is not
// glibc: a repair, say.
func TestTokensDefined(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"x.cc": `#include <stdio.h>
#ifndef __GLIBC__
extern "C" {
static inline int backtrace(void **frames, int size)
{
	return frames ? 0 * size : 0;
}
}
#endif
extern "C" int malloc_trim(unsigned long);
int f(void **frames) { return backtrace(frames, 3) + malloc_trim(0); }
`})
	h, err := b.find()
	if err != nil {
		t.Fatal(err)
	}
	b.compiler = "g++"
	u, err := b.unit(h, "x.cc")
	if err != nil {
		t.Fatal(err)
	}
	got, err := u.Tokens(context.Background(), []string{"backtrace", "malloc_trim"})
	want := []Place{{Name: "malloc_trim", File: filepath.Join(b.dir, "x.cc"), Line: 11, Column: 54}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestKernel tells of the include of the project where headers of the kernel and of musl do not
// go together: both are the same on every system of musl.
func TestKernel(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"x.c": "#define _GNU_SOURCE\n#include <sys/stat.h>\n#include <linux/stat.h>\n"})
	b.want(b.uses("x.c"), "x.c:3:0 conflict struct statx", "x.c:3:0 conflict struct statx_timestamp")
}

// TestPlain has units whose text has to show that they need a compile: result compares.
func TestPlain(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"#include <stdio.h>\n#include <limits.h>\n#if __WORDSIZE != 64\n#error no\n#endif\n", "x.c:4:2 other #error"},
		{"#include <stdio.h>\nvoid f(FILE *file) { stdout = file; }\n", "x.c:2:29 other "},
		{"#include <stdio.h>\nstruct s { FILE *stdin; };\nvoid f(struct s *s) { s->stdin = 0; }\n", "x.c:3:26 other "},
		{"#define _GNU_SOURCE\n#include <glob.h>\nint f(glob_t *g) { return g->gl_flags; }\n", "x.c:3:30 member glob_t.gl_flags"},
		{"#include <sys/types.h>\n#include <netinet/in.h>\n#include <arpa/nameser.h>\n#include <resolv.h>\nint x = RES_NOTLDQUERY;\n", "x.c:5:9 macro RES_NOTLDQUERY"},
		{"#include <sys/platform/x86.h>\n", "x.c:1:10 header sys/platform/x86.h"},
		{"#include <sys/ioctl.h>\nint (*f)(int, unsigned long, ...) = ioctl;\n", "x.c:2:37 conflict "},
	} {
		b := newBench(t, "gcc")
		b.write(map[string]string{"x.c": c.source})
		b.want(b.uses("x.c"), c.want)
	}
}

func TestNative(t *testing.T) {
	for compiler, want := range map[string]bool{"x86_64-linux-musl-gcc": true, "musl-gcc": true, "/opt/x/bin/musl-clang": true, "x86_64-linux-gnu-gcc": false} {
		if got := Native([]string{compiler}); got != want {
			t.Errorf("%s: %t", compiler, got)
		}
	}
}

func TestDiagnoseAndKnown(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"x.c": "#include <sys/nothere.h>\nint x;\n", "y.c": "int main(void) { return FNM_EXTMATCH; }\nown_type z;\n"})
	for source, want := range map[string][]string{"x.c": nil, "y.c": {"y.c:1:25 macro FNM_EXTMATCH"}} {
		cmd := cmdline.Parse("gcc", []string{"-c", source}, b.get)
		messages, err := Diagnose(context.Background(), []string{"gcc"}, b.dir, &cmd, cmd.Sources[0], os.Environ())
		if err != nil || len(messages) == 0 {
			t.Fatalf("%v, %v", messages, err)
		}
		b.want(b.words(Known(messages, b.dir)), want...)
	}
	messages := diagnostic.Parse([]byte("In file included from y.c:1:\n/usr/include/sys/poll.h:1:2: warning: #warning redirecting incorrect #include <sys/poll.h> to <poll.h> [-Wcpp]\n" +
		"y.c:1:10: fatal error: execinfo.h: No such file or directory\n"))
	b.want(b.words(Known(messages, b.dir)), "y.c:1:0 redirect sys/poll.h", "y.c:1:10 header execinfo.h")
}

// TestDebian: Debian's own headers of musl, corrected, must come to what upstream's come to.
func TestDebian(t *testing.T) {
	gcc := os.Getenv("MUSLLINT_MUSL_GCC")
	debian := "/usr/include/x86_64-linux-musl"
	if _, err := os.Stat(filepath.Join(debian, "stdio.h")); err != nil || gcc == "" {
		unmet(t, fmt.Errorf("MUSLLINT_MUSL_GCC=%q: want a compiler of upstream's musl; and Debian's musl-dev: %v", gcc, err))
	}
	b := newBench(t, "gcc")
	var source strings.Builder
	source.WriteString("#define _GNU_SOURCE\n")
	headers, err := filepath.Glob(debian + "/*.h")
	if err != nil {
		t.Fatal(err)
	}
	below, err := filepath.Glob(debian + "/sys/*.h")
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range append(headers, below...) {
		fmt.Fprintf(&source, "#include <%s>\n", strings.TrimPrefix(header, debian+"/"))
	}
	source.WriteString("struct statx s; off64_t o; int a = F_GETLK64 + T_CAA + DT_RELR + RWF_SYNC;\nint main(void) { return fallocate64(0, 0, 0, 0) + f() + sgetspent(\"x\") + getcontext(0) + stat64(0, 0); }\n")
	b.write(map[string]string{"x.c": source.String()})
	b.env = []string{"MUSLCC_SYSROOT=" + debian}
	got := b.uses("x.c")
	b.env = []string{"MUSLCC_SYSROOT=" + filepath.Join(filepath.Dir(filepath.Dir(gcc)), "musl")}
	b.want(got, b.uses("x.c")...)
	if len(got) < 8 {
		t.Errorf("%v", got)
	}
}
