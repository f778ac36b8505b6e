package shadow_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestText: which units need no compile with musl's headers, as their text shows that there is
// nothing to find. b.result compiles each of them all the same and compares.
func TestText(t *testing.T) {
	b := newBench(t, "gcc")
	for _, tt := range []struct {
		name, text string
		plain      bool
		args       []string
	}{
		{name: "other system", text: "#ifdef OS_VMS\n#include <vms.h>\nint a = sys_nerr;\n#endif\n", plain: true},
		{name: "asked for", text: "#include <malloc.h>\nvoid f(void) {\n#ifdef M_ARENA_MAX\nmallopt(M_ARENA_MAX, 1);\n#endif\n}\n", plain: true},
		{name: "glibc alone", text: "#include <stdio.h>\n#if defined(__GLIBC__) && __GLIBC__ >= 2\n#include <execinfo.h>\n#endif\nint f(void **a) {\n#ifdef __GLIBC__\nreturn backtrace(a, 1);\n#endif\nreturn 0;\n}\n", plain: true},
		{name: "function for glibc alone", text: "#ifdef __GLIBC__\nstatic int f(void) { return 1; }\n#endif\nint g(void) { return f(); }\n"},
		{name: "type for glibc alone", text: "#if !defined(A)\n#elif defined(B)\n#endif\n#if 0\n#elif defined(__GLIBC__)\ntypedef int my_t;\n#endif\nmy_t x;\n"},
		{name: "macro for glibc alone", text: "#ifdef __GLIBC__\n#define MINE 1\n#endif\nint x = MINE;\n"},
		{name: "header for glibc alone", text: "#ifdef __GLIBC__\n#include \"extra.h\"\n#endif\nint *f(void) { return &extra; }\n"},
		{name: "error where there is no glibc", text: "#include <features.h>\n#ifdef __GLIBC__\n#else\n#error unsupported\n#endif\n"},
		{name: "error at the end of a chain", text: "#include <features.h>\n#if defined(__APPLE__)\n#elif defined(__GLIBC__)\n#else\n#error unsupported\n#endif\n"},
		{name: "include that is not taken", text: "#include <sys/param.h>\n#ifndef HAVE_NOSIG\n#include <signal.h>\n#endif\nint f(void) { return kill(0, SIGTERM); }\n", args: []string{"-DHAVE_NOSIG"}},
		{name: "include in an else", text: "#include <stdlib.h>\n#define HAVE_X 1\n#if HAVE_X\n#else\n#include <sys/types.h>\n#endif\nuint u;\n"},
		{name: "include that is taken", text: "#ifndef HAVE_NOSIG\n#include <signal.h>\n#endif\nint f(void) { return kill(0, SIGTERM); }\n", plain: true},
		{name: "include behind the use", text: "#include <stdlib.h>\n#include \"mine.h\"\n#include <sys/types.h>\n"},
		{name: "include before the use", text: "#include <sys/types.h>\n#include \"mine.h\"\n", plain: true},
		{name: "fallback that is not taken", text: "#include \"config.h\"\n#include <unistd.h>\n#include <glob.h>\n#ifndef HAVE_EXECINFO_H\n#define GLOB_BRACE 0\n#endif\nint x = GLOB_BRACE;\n"},
		{name: "fallback", text: "#include <glob.h>\n#ifndef GLOB_BRACE\n#define GLOB_BRACE 0\n#endif\nint x = GLOB_BRACE;\n", plain: true},
		{name: "before other folders", text: "#include \"extra.h\"\n", args: []string{"-include", "pre.h", "-Iinc"}},
		{name: "folders by kind", text: "#include <foo.h>\n", args: []string{"-isystem", "first", "-Iinc"}},
		{name: "the next header", text: "#include <foo.h>\n", args: []string{"-Inext", "-Iinc"}},
		{name: "old spelling", text: "%:include <execinfo.h>\n"},
		{name: "macro of the compiler's header", text: "#include <stdatomic.h>\n#if ATOMIC_INT_LOCK_FREE > 1\n#include <execinfo.h>\n#endif\n"},
		{name: "name with 64", text: "#define _GNU_SOURCE\n#include <unistd.h>\n#define LFS(n) n##64\nlong f(int d) { return LFS(lseek)(d, 0, 0); }\n"},
		{name: "pointer to a function", text: "#define _GNU_SOURCE\n#include <string.h>\nvoid *(*k)(const void *, int) = *rawmemchr;\n"},
		{name: "structure of a function's name", text: "#include <malloc.h>\nint f(void) { struct mallinfo m = { 0 }; return m.arena; }\n"},
		{name: "function by an option", text: "#include <sys/param.h>\nint f(void) { return KILL(0, 9); }\n", args: []string{"-DKILL=kill"}},
		{name: "object of type FILE", text: "#include <stdio.h>\nint f(FILE *a) { FILE b = *a; return sizeof b; }\n"},
		{name: "glibc or another", text: "#include <stdio.h>\n#if defined(__GLIBC__) || defined(__linux__)\n#include <execinfo.h>\n#endif\n"},
		{name: "option", text: "#ifdef TRACE\n#include <execinfo.h>\n#endif\n", args: []string{"-DTRACE"}},
		{name: "option with a value", text: "#if TRACE > 1\n#include <execinfo.h>\n#endif\n", args: []string{"-DTRACE=2"}},
		{name: "no option", text: "#if TRACE > 1\n#include <execinfo.h>\n#endif\n", plain: true},
		{name: "less than", text: "#if TRACE < 1\n#include <execinfo.h>\n#endif\n"},
		{name: "at least zero", text: "#if TRACE >= 0\n#include <execinfo.h>\n#endif\n"},
		{name: "not", text: "#if !defined(NOTRACE)\n#include <execinfo.h>\n#endif\n"},
		{name: "else", text: "#ifdef NOTRACE\n#else\n#include <execinfo.h>\n#endif\n"},
		{name: "elif", text: "#ifdef NOTRACE\n#elif defined(TRACE)\n#include <execinfo.h>\n#endif\n", plain: true},
		{name: "zero", text: "#if 0\n#include <execinfo.h>\n#endif\n", plain: true},
		{name: "ternary", text: "#if A ? B : 1\n#include <execinfo.h>\n#endif\n"},
		{name: "inner parentheses", text: "#if (defined A && (B || 1)) || (C)\n#include <execinfo.h>\n#endif\n", plain: true},
		{name: "one is enough", text: "#define C 1\n#if (defined A && (B || 1)) || (C)\n#include <execinfo.h>\n#endif\n"},
		{name: "configured", text: "#include \"config.h\"\n#ifdef HAVE_EXECINFO_H\n#include <execinfo.h>\n#endif\n"},
		{name: "not configured", text: "#include \"config.h\"\n#ifdef HAVE_OTHER_H\n#include <execinfo.h>\n#endif\n", plain: true},
		{name: "defined later", text: "#ifdef LATE\n#include \"late.h\"\n#endif\n#include \"sets-late.h\"\n#include \"uses-late.h\"\n"},
		{name: "in a circle", text: "#include \"circle.h\"\n", plain: true},
		{name: "header by macro", text: "#define EXTRA \"extra.h\"\n#include EXTRA\n", plain: true},
		{name: "header by option", text: "#include EXTRA\n", args: []string{"-DEXTRA=\"uses.h\""}},
		{name: "header by nobody", text: "#ifdef EXTRA\n#include EXTRA\n#endif\n", plain: true},
		{name: "header by call", text: "#define H(x) <x.h>\n#include H(execinfo)\n"},
		{name: "unused macro", text: "#define COPY(x) rawmemchr(x, 1)\n/* COPY copies */\n", plain: true},
		{name: "used macro", text: "#define _GNU_SOURCE\n#include <string.h>\n#define COPY(x) rawmemchr(x, 1)\nchar *f(char *x) { return *COPY(x) ? 0 : x; }\n"},
		{name: "macro of a macro", text: "#define _GNU_SOURCE\n#include <string.h>\n#define COPY(x) rawmemchr(x, 1)\n#define AGAIN COPY\nchar *f(char *x) { return *AGAIN(x) ? 0 : x; }\n"},
		{name: "pasted macro", text: "#define _GNU_SOURCE\n#include <string.h>\n#define OP_COPY(x) rawmemchr(x, 1)\n#define OP(n, x) OP_##n(x)\nchar *f(char *x) { return *OP(COPY, x) ? 0 : x; }\n"},
		{name: "parameter", text: "#define LOG(log, error) log(error)\n", plain: true},
		{name: "member of that name", text: "struct s { char *login; char *error; };\nchar *f(struct s *s) { return s->login; }\n", plain: true},
		{name: "structure of that name", text: "struct malloc_stats { int n; };\nstruct malloc_stats s;\n", plain: true},
		{name: "message", text: "#include <sys/socket.h>\nint f(int n) { struct msghdr m = { 0 }; m.msg_name = 0; return recvmsg(n, &m, 0); }\n", plain: true},
		{name: "message by order", text: "#include <sys/socket.h>\nint f(int n, void *p) { struct msghdr m = { p, 1, p, 1, p, 1, 0 }; return recvmsg(n, &m, 0); }\n"},
		{name: "header of the kernel", text: "#include <sys/socket.h>\n#include <linux/tls.h>\nint v = TLS_1_2_VERSION;\n", plain: true},
		{name: "headers in conflict", text: "#include <netinet/in.h>\n#include <linux/in.h>\n"},
		{name: "limits of the kernel", text: "#include <linux/limits.h>\n#ifdef PATH_MAX\n#include <execinfo.h>\n#endif\n"},
		{name: "not, and an option defines it", text: "#ifndef NO\n#include <execinfo.h>\n#endif\n", args: []string{"-DNO"}, plain: true},
		{name: "not, and undefined by an option", text: "#ifndef NO\n#include <execinfo.h>\n#endif\n", args: []string{"-DNO", "-UNO"}},
		{name: "not, or another one", text: "#if defined(OTHER) || !defined NO\n#include <execinfo.h>\n#endif\n", args: []string{"-DNO"}, plain: true},
		{name: "else of what is defined", text: "#ifdef NO\n#else\n#include <execinfo.h>\n#endif\n", args: []string{"-DNO"}, plain: true},
		{name: "else of more", text: "#if defined(NO) && NO > 1\n#else\n#include <execinfo.h>\n#endif\n", args: []string{"-DNO"}},
		{name: "not, in a header", text: "#include \"no.h\"\n#include \"unless-no.h\"\n", plain: true},
		{name: "not, defined behind it", text: "#include \"unless-no.h\"\n#include \"no.h\"\n"},
		{name: "not, perhaps defined", text: "#if A < 1\n#else\n#include \"no.h\"\n#endif\n#include \"unless-no.h\"\n"},
		{name: "not, perhaps defined there", text: "#include \"perhaps-no.h\"\n#include \"unless-no.h\"\n"},
		{name: "not, and undefined", text: "#include \"no.h\"\n#undef NO\n#include \"unless-no.h\"\n"},
		{name: "not, and undefined by a header", text: "#include \"no.h\"\n#include \"undefines-no.h\"\n#include \"unless-no.h\"\n"},
		{name: "not, and undefined for another time", text: "#include \"no.h\"\n#include \"unless-no.h\"\n#include \"undefines-no.h\"\n#include \"unless-no.h\"\n"},
		{name: "belatedly", text: "#ifdef LATE\n#include \"unless-no.h\"\n#endif\n#include \"no.h\"\n#include \"sets-late.h\"\n"},
		{name: "atomic", text: "#include <stdatomic.h>\n#ifdef TRACE\n#include <execinfo.h>\n#endif\n", plain: true},
		{name: "symbol that no header declares", text: "int xdr_int();\nint f(void) { return xdr_int(); }\n"},
		{name: "pointer to it", text: "int xdr_int();\nvoid *f(void) { return xdr_int; }\n"},
		{name: "word of that name", text: "int f(int step, int locs) { return step + locs; }\n", plain: true},
		{name: "pasted name", text: "#define _GNU_SOURCE\n#include <string.h>\n#define CALL(x) raw##x\nvoid *f(char *s) { return CALL(memchr)(s, 1); }\n"},
		{name: "pasted name of a macro that is not used", text: "#define CALL(x) raw##x\n", plain: true},
		{name: "pasted name of its own", text: "#define CALL(x) my_own_##x\nint my_own_a;\nint *f(void) { return &CALL(a); }\n", plain: true},
		{name: "value of a function", text: "#include <stdlib.h>\nint (*f)() = kill;\n"},
		{name: "value of a function in an argument", text: "#include <stdlib.h>\nint g();\nint f(void) { return g(1, sigaction); }\n"},
		{name: "value of a function that is declared", text: "#include <signal.h>\nint (*f)() = kill;\n", plain: true},
		{name: "variable of a function's name", text: "int g(int);\nint f(int kill) { return g(kill); }\n", plain: true},
		{name: "function in parentheses", text: "#include <stdlib.h>\nint f(void) { return (raise)(9); }\n"},
		{name: "error without a header", text: "#if __has_include(<execinfo.h>)\n#include <stdio.h>\n#else\n#error unsupported\n#endif\n"},
		// What a review found.
		{name: "guard of another file", text: "#define GUARD_H\n#include \"guard.h\"\n#include \"unless-no.h\"\n"},
		{name: "guard of an option", text: "#include \"guard.h\"\n#include \"unless-no.h\"\n", args: []string{"-DGUARD_H"}},
		{name: "guard", text: "#include \"guard.h\"\n#include \"unless-no.h\"\n", plain: true},
		{name: "popped macro", text: "#pragma push_macro(\"NO\")\n#include \"no.h\"\n#pragma pop_macro(\"NO\")\n#include \"unless-no.h\"\n"},
		{name: "undefined by a long option", text: "#include \"unless-no.h\"\n", args: []string{"-DNO", "--undefine-macro=NO"}},
		{name: "included belatedly before", text: "#include \"conf-late.h\"\n#ifdef USE_LATE\n#include \"unless-no.h\"\n#endif\n#include \"no.h\"\n#include \"unless-no.h\"\n"},
		{name: "pasted twice", text: "#define _GNU_SOURCE\n#include <unistd.h>\n#define F(a, b) a##b##64\nlong f(int d) { return F(ls, eek)(d, 0, 0); }\n"},
		{name: "pasted behind", text: "#define _GNU_SOURCE\n#include <string.h>\n#define F(a) a##dupa\nchar *f(char *s) { return F(str)(s); }\n"},
		{name: "macro for glibc alone that is asked for", text: "#include <stdio.h>\n#ifdef __GLIBC__\n#define BACKEND 1\n#endif\n#ifndef BACKEND\n#error none\n#endif\n"},
		{name: "code for others", text: "#include <stdio.h>\n#ifdef __GLIBC__\n#else\nmy_t x;\n#endif\n"},
		{name: "absolute path", text: "#include \"/dev/null/nothing.h\"\n"},
		{name: "machine", text: "#include <sys/param.h>\n#ifdef __ia64__\n#include <signal.h>\n#endif\nint f(void) { return kill(0, 9); }\n"},
		{name: "another compiler", text: "#define _GNU_SOURCE\n#include <string.h>\n#ifdef __clang__\n#define OWN\n#endif\n#ifdef OWN\n#define strndupa(s, n) (s)\n#endif\nchar *f(char *s) { return strndupa(s, 1); }\n"},
		{name: "not this compiler", text: "#define _GNU_SOURCE\n#include <string.h>\n#ifndef __GNUC__\n#define strndupa(s, n) (s)\n#endif\nchar *f(char *s) { return strndupa(s, 1); }\n"},
		{name: "joined option", text: "int x;\n", args: []string{"-includeuses.h"}},
		{name: "undefined definition", text: "#define _GNU_SOURCE\n#include <string.h>\n#define strndupa(s, n) (s)\n#undef strndupa\nchar *f(char *s) { return strndupa(s, 1); }\n"},
		{name: "call in a macro", text: "#include <sys/param.h>\n#define DIE kill(0, 9)\nint f(void) { return DIE; }\n"},
		{name: "compared function", text: "#include <stdlib.h>\nint f(void *p) { return p == raise; }\n"},
		{name: "error if defined", text: "#ifdef ERROR\n#error ERROR is defined\n#endif\n", plain: true},
		{name: "error if not defined", text: "#include <fcntl.h>\n#ifndef F_GETLK64\n#error no large files\n#endif\n"},
	} {
		b.write(map[string]string{
			"mine.h": "uint mine(u_char c);\n", "pre.h": "#include <foo.h>\n", "inc/foo.h": "#include <execinfo.h>\n", "first/foo.h": "int a;\n", "next/foo.h": "#include_next <foo.h>\n",
			"config.h": "#define HAVE_EXECINFO_H 1\n/* #undef HAVE_OTHER_H */\n", "extra.h": "int extra;\n", "uses.h": "#include <execinfo.h>\n",
			"late.h": "#include <execinfo.h>\n", "sets-late.h": "#define LATE\n", "uses-late.h": "#ifdef LATE\n#include \"late.h\"\n#endif\n",
			"circle.h": "#ifndef A\n#define A\n#include \"circle2.h\"\n#include \"circle.h\"\n#endif\n", "circle2.h": "#include \"circle.h\"\nint circle;\n",
			"no.h": "#ifndef NO\n#define NO\n#endif\n", "unless-no.h": "#ifndef NO\n#include <execinfo.h>\n#endif\n", "undefines-no.h": "#undef NO\n",
			"guard.h": "#ifndef GUARD_H\n#define GUARD_H\n#define NO\n#endif\n", "conf-late.h": "#include <limits.h>\n#ifdef PATH_MAX\n#define USE_LATE\n#endif\n",
			"perhaps-no.h": "#if A > 1\n#define NO\n#endif\n",
			"x.c":          text(tt.text),
		})
		_, doubt := b.result(append(tt.args, "x.c")...)
		if plain := doubt == ""; plain != tt.plain {
			t.Errorf("%s: plain %t, %s", tt.name, plain, doubt)
		}
	}
}

// TestFolder: what a folder of headers has is known as long as nothing is added to it.
func TestFolder(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"inc/mine.h": "int mine;\n", "x.c": "#include <stdio.h>\n#include <mine.h>\n"})
	inc := filepath.Join(b.dir, "inc")
	old := time.Now().Add(-time.Hour)
	plain := func(want bool) {
		t.Helper()
		if _, doubt := b.result("-Iinc", "x.c"); (doubt == "") != want {
			t.Errorf("plain %t, %s", !want, doubt)
		}
	}
	for _, time := range []time.Time{old, old, old.Add(time.Minute)} {
		if err := os.Chtimes(inc, time, time); err != nil {
			t.Fatal(err)
		}
		plain(true)
	}
	b.write(map[string]string{"inc/stdio.h": "#include <execinfo.h>\n"})
	plain(false)
	if err := os.Chtimes(inc, old, old); err != nil {
		t.Fatal(err)
	}
	b.write(map[string]string{"inc/fcntl.h": "#include_next <fcntl.h>\n"})
	plain(false)
}

func text(s string) string { return s + "int last;\n" }

// TestOutlinesKept: what headers say is kept, whatever happens to the file that has it.
func TestOutlinesKept(t *testing.T) {
	b := newBench(t, "gcc")
	b.write(map[string]string{"a.h": "int a;\n", "b.h": "#include \"a.h\"\nint b;\n", "x.c": "#include \"b.h\"\n", "y.c": "#include \"a.h\"\n"})
	plain := func(source string, want bool) {
		t.Helper()
		if _, doubt := b.result(source); (doubt == "") != want {
			t.Errorf("%s: plain %t, %s", source, !want, doubt)
		}
	}
	file := func() string {
		t.Helper()
		all, _ := filepath.Glob(b.store.Cache("outlines", "*"))
		if len(all) != 1 {
			t.Fatalf("kept in %q", all)
		}
		return all[0]
	}
	plain("x.c", true)
	kept, err := os.ReadFile(file())
	if err != nil || strings.Count(string(kept), b.dir) != 2 {
		t.Fatalf("%q, %v", kept, err)
	}
	plain("y.c", true)
	if again, _ := os.ReadFile(file()); string(again) != string(kept) {
		t.Errorf("a header was read again: %q", again)
	}
	// A header that changes.
	b.write(map[string]string{"a.h": "#include <execinfo.h>\nint a;\n"})
	plain("x.c", false)
	b.write(map[string]string{"a.h": "int other, a;\n"})
	plain("x.c", true)
	// A file that ends in the middle, was overwritten, or is somebody else's.
	good, _ := os.ReadFile(file())
	for _, bad := range []string{string(good[:len(good)-5]), string(good[:5]), "", "\xff\xff\xff\xff", strings.Replace(string(good), "a.h", "b.h", 1),
		string(good) + "rest", strings.Repeat("x", 17<<20)} {
		if err := os.WriteFile(file(), []byte(bad), 0o666); err != nil {
			t.Fatal(err)
		}
		plain("x.c", true)
		plain("y.c", true)
		if info, err := os.Stat(file()); err != nil || info.Size() > 2*int64(len(good)) {
			t.Errorf("after %.20q: %v, %v", bad, info.Size(), err)
		}
	}
	// A folder in its place.
	place := file()
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(place, 0o777); err != nil {
		t.Fatal(err)
	}
	plain("x.c", true)
}

// TestOutlinesTogether: processes that add to the file at once lose nothing and spoil nothing.
func TestOutlinesTogether(t *testing.T) {
	b := newBench(t, "gcc")
	files := map[string]string{}
	for i := range 40 {
		name := "h" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		files[name+".h"] = "int " + name + ";\n"
		files[name+".c"] = "#include \"" + name + ".h\"\n"
	}
	b.write(files)
	b.result("haa.c") // makes the headers
	var wait sync.WaitGroup
	for name := range files {
		if strings.HasSuffix(name, ".c") {
			wait.Add(1)
			go func() {
				defer wait.Done()
				b.result(name)
			}()
		}
	}
	wait.Wait()
	all, _ := filepath.Glob(b.store.Cache("outlines", "*"))
	if len(all) != 1 {
		t.Fatalf("kept in %q", all)
	}
	kept, _ := os.ReadFile(all[0])
	if n := strings.Count(string(kept), b.dir); n != 40 {
		t.Errorf("%d headers are kept, not 40", n)
	}
}

// TestDeepConditions: many conditions in one another take no time that grows with their square.
func TestDeepConditions(t *testing.T) {
	b := newBench(t, "gcc")
	const n = 20000
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "#if defined(A%d) || defined(B%d)\n", i, i)
	}
	text.WriteString(strings.Repeat("#include <x.h>\n#error x\nint a;\n", 100) + strings.Repeat("#endif\n", n) + "int x;\n")
	b.write(map[string]string{"x.c": text.String()})
	h, err := b.find()
	if err != nil {
		t.Fatal(err)
	}
	u, err := b.unit(h, "x.c")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	harmless := u.Harmless()
	if took := time.Since(start); !harmless || took > 5*time.Second {
		t.Errorf("harmless %t, %s, after %v", harmless, u.Doubt(), took)
	}
}
