package suspect

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/musllint/musllint/lint/csource"
)

func scanned(text string, cxx bool) page {
	c := scan{text: []byte(text), cxx: cxx, live: true, word: -1, macros: macros{}}
	c.run()
	return c.page
}

func named(list []uint16) string {
	var names []string
	for _, n := range list {
		names = append(names, wordOf(int(n)))
	}
	return strings.Join(names, " ")
}

func TestScan(t *testing.T) {
	for _, tt := range []struct{ text, used, own string }{
		{"int f(void) { return pthread_yield(); }", "pthread_yield", ""},
		{"x = mallinfo ().arena;", "mallinfo", ""},
		{"// pthread_yield()\n/* u_int */ \"off64_t\" 'u'", "", ""},
		{"char *s = \"\\\"\"; u_int a;", "u_int", ""},
		{"s.pthread_yield(); s->pthread_yield(); N::pthread_yield(1);", "", ""},
		{"static void pthread_yield(void) {}", "", "pthread_yield"},
		{"extern int\npthread_yield (void);", "", "pthread_yield"},
		{"char *canonicalize_file_name(const char *);", "", "canonicalize_file_name"},
		{"void f() { return pthread_yield(); }", "pthread_yield", ""},
		{"void f() { else pthread_yield(); }", "pthread_yield", ""},
		{"#define TEMP_FAILURE_RETRY(x) (x)\nint i = TEMP_FAILURE_RETRY(1);", "TEMP_FAILURE_RETRY", "TEMP_FAILURE_RETRY"},
		{"#define LOOP(x) TEMP_FAILURE_RETRY(x)", "TEMP_FAILURE_RETRY", ""},
		{"#define LOOP(x) \\\n  TEMP_FAILURE_RETRY(x)\n", "TEMP_FAILURE_RETRY", ""},
		{"#ifdef RTLD_DEEPBIND\nint f = RTLD_DEEPBIND;\n#endif", "", ""},
		{"#if defined RTLD_DEEPBIND && 1\nint f = RTLD_DEEPBIND;\n#else\nint f = FNM_EXTMATCH;\n#endif", "FNM_EXTMATCH", ""},
		{"#ifdef __GLIBC__\nu_int a;\n#else\noff64_t b;\n#endif", "off64_t", ""},
		{"#if 0\nu_int a;\n#endif\noff64_t b;", "off64_t", ""},
		{"#if 0\n/*\n#endif\n*/\nu_int a;\n#endif\noff64_t b;", "off64_t", ""},
		{"#ifdef __APPLE__\nu_int a;\n#elif defined(__linux__)\noff64_t b;\n#else\nu_long c;\n#endif", "off64_t", ""},
		{"#ifdef HAVE_X\nu_int a;\n#endif", "u_int", ""},
		{"#define HAVE_X 0\n#if HAVE_X\nu_int a;\n#endif", "", ""},
		{"#define HAVE_X 1\n#if !HAVE_X\nu_int a;\n#endif", "", ""},
		{"#ifdef __GLIBC__\n#define HAVE_X 1\n#endif\n#ifdef HAVE_X\nu_int a;\n#endif", "", ""},
		{"#if defined(A)\n#define X 1\n#endif\n#if X\nu_int a;\n#endif", "u_int", ""},
		{"#if __GLIBC_PREREQ(2,3)\n#endif", "__GLIBC_PREREQ", ""},
		{"#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)\nu_int a;\n#endif", "__GLIBC_PREREQ", ""},
		{"#ifdef __GLIBC__\n#if __GLIBC_PREREQ(2,3)\n#endif\n#endif", "", ""},
		{"typedef unsigned u_int;", "", "u_int"},
		{"struct timeval v; struct timespec *p; int f(struct timezone *z);", "timeval timezone", ""},
		{"struct timeval { long a; };", "", "timeval"},
		{"enum { ALLPERMS, FNM_EXTMATCH = 3 };", "", "ALLPERMS FNM_EXTMATCH"},
		{"int c = connect(fd, &addr, n);", "connect", ""},
		{"int c = connect(fd, (struct sockaddr *)&addr, n);", "", ""},
		{"sendto(fd, &b, 1, 0, &to, n);", "sendto", ""},
		{"stdout = f; if (stdout == f) x->stderr = 1;", "stdout stderr", ""},
		{"void *f = stdout;", "", ""},
		{"struct msghdr m = { &name, sizeof name, &iov, 1 };", "msghdr", ""},
		{"struct msghdr m = { .msg_name = &name, .msg_iov = 0 }; struct msghdr n = {0};", "", ""},
		{"strerror_r(e, b, n); if (strerror_r(e, b, n) != 0) {}", "", ""},
		{"const char *s = strerror_r(e, b, n);", "strerror_r", ""},
		{"#inclu\\\nde <x>\nu_\\\nint a;", "", ""}, // words that go on in the next line are passed over
		{"a = 1'000'000; u_int b; c = 0x1p-3;", "u_int", ""},
		{"extern \"C\" {\nint *pthread_yield(void);\n}", "", "pthread_yield"},
	} {
		p := scanned(tt.text, false)
		if named(p.used) != tt.used || named(p.own) != tt.own {
			t.Errorf("%q: uses %q, has %q; want %q, %q", tt.text, named(p.used), named(p.own), tt.used, tt.own)
		}
	}
	if p := scanned("auto s = R\"x(u_int \")\" )x\"; off64_t o;", true); named(p.used) != "off64_t" {
		t.Errorf("raw string: %q", named(p.used))
	}
	p := scanned("#include <a.h>\n#include \"b.h\" // x\n# include <c/d.h>\n#if 0\n#include <e.h>\n#endif\n#include MACRO\n", false)
	if want := []include{{"a.h", false}, {"b.h", true}, {"c/d.h", false}}; !slices.Equal(p.includes, want) {
		t.Errorf("includes %v", p.includes)
	}
}

func TestCondition(t *testing.T) {
	for condition, want := range map[string]tri{
		"0": no, "1": yes, "X": maybe, "!X": maybe, "!0": yes, "defined(X)": maybe, "defined X || 1": yes, "defined(X) && 0": no,
		"defined(__GLIBC__)": no, "defined __linux__": yes, "__GLIBC__ > 2": no, "__GLIBC__ >= 2 || defined(__linux__)": yes,
		"defined(__linux__) && !defined(__ANDROID__)": yes, "defined(_WIN32) || defined(__APPLE__)": no, "(defined(_WIN32))": no,
		"defined(__GLIBC__) && __GLIBC_PREREQ(2, 17)": no, "__has_include(<execinfo.h>)": no, "__has_include(<stdio.h>)": maybe,
		"1 + 1 == 2": yes, "3 - 1 > 2": no, "1 == 1 && 2 * 2 == 5": no, "X ? 1 : 0": maybe, "": maybe, "(": maybe, ")": maybe, "!": maybe,
		"0x10 == 16L": yes, "-1 < 0": yes, "defined": maybe, "/* a */ 0 /* b */": no, "0 // x": no, "1 \\\n && 0": no, "__cplusplus": no,
		"!defined(__cplusplus)": yes, "'a' == 97": maybe, "X(1, (2)) || 0": maybe, "X == 0": maybe, "1 << 3": maybe,
	} {
		s := scan{text: []byte(condition)}
		if got := s.evaluate(0); got != want {
			t.Errorf("#if %s: %d, want %d", condition, got, want)
		}
	}
}

// FuzzScan compares with the exact reader of sources: what is used is a word there, and no
// directive or comment.
func FuzzScan(f *testing.F) {
	for _, text := range []string{
		"u_int a; /* off64_t */ #if 0\n u_long \n#endif\n", "#ifdef A\n#else\n#elif\n#endif\n#endif", "R\"(u_int)\" 'u' \"\\", "#define X(a \\\n b) u_int\n",
		"#if (((1\n#if defined(\n#if !\n#if 1 ? : \n", "connect(a, b, &", "enum X { ALLPERMS", "#include <", "#include \"a\"u_int", "//\\\nu_int\nu_int", "/*/ u_int */",
		"struct msghdr m = {", "#define", "#", "\\\r\n", "1'0'u_int",
	} {
		f.Add([]byte(text), false)
		f.Add([]byte(text), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, cxx bool) {
		exact := csource.Read(text)
		c := scan{text: text, cxx: cxx, live: true, word: -1, macros: macros{}}
		plain := !bytes.Contains(text, []byte("\\")) && utf8.Valid(text)
		c.saw = func(n, offset int) {
			word := wordOf(n)
			if string(text[offset:offset+len(word)]) != word {
				t.Fatalf("%s at %d", word, offset)
			}
			if token, ok := exact.TokenAt(offset); plain && (!ok || token.Kind != csource.Ident || token.Start != offset || token.End != offset+len(word)) {
				t.Errorf("%s at %d is a %v at %d to %d in %q", word, offset, token.Kind, token.Start, token.End, text)
			}
		}
		c.run()
		for _, n := range append(slices.Clone(c.page.used), c.page.own...) {
			if !strings.Contains(string(text), wordOf(int(n))) {
				t.Errorf("%q is not in the text", wordOf(int(n)))
			}
		}
	})
}
