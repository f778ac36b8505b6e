package csource

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// show writes the tokens of a text, each with the first letter of its kind.
func show(text string) string {
	f := Read([]byte(text))
	var list []string
	for _, t := range f.Tokens() {
		list = append(list, t.Kind.String()[:1]+":"+f.Spelling(t))
	}
	return strings.Join(list, " ")
}

// Texts that nobody writes take minutes when each part of them is looked at from the start, or up
// to the end.
func TestTimeGrowsWithTheText(t *testing.T) {
	const n = 1 << 19
	for name, text := range map[string]string{
		"stars and backslashes in a comment": "/*" + strings.Repeat("*\\", n),
		"raw strings without an end":         strings.Repeat("R\"(", n),
		"continuations":                      strings.Repeat("a\\\n", n),
		"comments without an end":            strings.Repeat("/*", n),
		"quotes":                             strings.Repeat("\"\\", n),
	} {
		start := time.Now()
		f := Read([]byte(text))
		if len(f.Tokens()) == 0 || len(f.Branches()) != 0 {
			t.Errorf("%s: %d tokens", name, len(f.Tokens()))
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
	}
}

func TestTokens(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"int x;":                          "i:int i:x p:;",
		"a\\\nb\\  \r\nc":                 "i:abc",
		"a \\\n b":                        "i:a i:b",
		"a/**/b//c\\\nd\ne":               "i:a c:/**/ i:b c://cd i:e",
		"/\\\n* x *\\\r\n/y":              "c:/* x */ i:y",
		"/* x":                            "c:/* x",
		"\"a\\\"b\\\\\" 'x' '\\'' L'y'":   `s:"a\"b\\" c:'x' c:'\'' c:L'y'`,
		"\"a\\\nb\"":                      `s:"ab"`,
		"u8R\"x()\")x\" R\"(\\\n)\" a":    "s:u8R\"x()\")x\" s:R\"(\\\n)\" i:a",
		"R\"x(":                           "i:R s:\"x(",
		"R\"a b(x)a b\"":                  "i:R s:\"a b(x)a b\"",
		"LR'x'":                           "i:LR c:'x'",
		"u8\\\n\"x\" x8\"y\"":             `s:u8"x" i:x8 s:"y"`,
		"1'000'000 0x1p-3 1e+5 .5e3.f 1x": "n:1'000'000 n:0x1p-3 n:1e+5 n:.5e3.f n:1x",
		"1e\\\n+1 0x1.'a'":                "n:1e+1 n:0x1.'a c:'",
		"don't /* x\ny":                   "i:don c:'t /* x i:y",
		"'a\r\nb":                         "c:'a i:b",
		"'\\\r\nb'":                       "c:'b'",
		"a<<=b->*c<=>d...e##f::g.*h&&=i":  "i:a p:<<= i:b p:->* i:c p:<=> i:d p:... i:e p:## i:f p::: i:g p:.* i:h p:&& p:= i:i",
		"a-\\\n>b .\\\n.\\\n. +\\\n\\\n+": "i:a p:-> i:b p:... p:++",
		"a..b .5 . 5":                     "i:a p:. p:. i:b n:.5 p:. n:5",
		"\xff\xfe a\x00b @ ` \\ x":        "p:\xff p:\xfe i:a i:b p:@ p:` p:\\ i:x",
		"größe \\u00e4b a\\U0001f600":     "i:größe i:\\u00e4b i:a\\U0001f600",
		"#include <a b'c> /* x */ // y":   "p:# i:include h:<a b'c> c:/* x */ c:// y",
		"#include \"a\\b\"":               `p:# i:include h:"a\b"`,
		"#include <a\n>":                  "p:# i:include p:< i:a p:>",
		"#include X <a>":                  "p:# i:include i:X p:< i:a p:>",
		"a # include <b>":                 "i:a p:# i:include p:< i:b p:>",
		"/* x\n */ # /* y\n */ include /**/ <b>\n<c>": "c:/* x\n */ p:# c:/* y\n */ i:include c:/**/ h:<b> p:< i:c p:>",
		"#if __has_include(<a'b>) && X <b>\n":         "p:# i:if i:__has_include p:( h:<a'b> p:) p:&& i:X p:< i:b p:>",
		"#if defined __has_include && 1 < 2 > 3\n":    "p:# i:if i:defined i:__has_include p:&& n:1 p:< n:2 p:> n:3",
		"\\":    "p:\\",
		"a\\\n": "i:a",
		"a\\":   "i:a p:\\",
		"$x":    "i:$x",
	} {
		if got := show(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestDirectives(t *testing.T) {
	text := "# define f(x) \\\r\n  x // c\r\n\r\n  #\tinclude <sys/a.h>\r\n#include \"b.h\" /* \r\n */\r\n#include_next <c.h>\n#import <d>\n" +
		"#include MACRO\n#\n# 12 \"x.c\" 3\n%:define\n#pragma R\"(\n)\" x\n#i\\\nf X\n#endif"
	f := Read([]byte(text))
	var got []string
	for _, d := range f.Directives() {
		got = append(got, fmt.Sprintf("%s|%s|%s", d.Name, f.Words(d.Tokens), text[d.Start:d.End]))
	}
	want := []string{
		"define|f(x) x|# define f(x) \\\r\n  x // c", "include|<sys/a.h>|#\tinclude <sys/a.h>", "include|\"b.h\"|#include \"b.h\" /* \r\n */",
		"include_next|<c.h>|#include_next <c.h>", "import|<d>|#import <d>", "include|MACRO|#include MACRO", "||#", "|12 \"x.c\" 3|# 12 \"x.c\" 3",
		"pragma|R\"(\n)\" x|#pragma R\"(\n)\" x", "if|X|#i\\\nf X", "endif||#endif",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	var includes []string
	for _, in := range f.Includes() {
		includes = append(includes, fmt.Sprintf("%s %v %v %s", in.Name, in.System, in.Next, text[in.Start:in.End]))
	}
	if got, want := fmt.Sprint(includes), `[sys/a.h true false <sys/a.h> b.h false false "b.h" c.h true true <c.h> d true false <d>]`; got != want {
		t.Errorf("includes: got %s want %s", got, want)
	}
}

func TestEnclosing(t *testing.T) {
	text := `#else
#if A
1
# ifdef B
2
# elif C || D
3
# else
4
# endif
5
#elifndef E
6
#endif
7
#endif
8
#ifndef F
9`
	f := Read([]byte(text))
	want := map[byte]string{
		'1': "if A", '2': "if A > ifdef B", '3': "if A > elif C || D", '4': "if A > else ", '5': "if A", '6': "elifndef E", '7': "", '8': "", '9': "ifndef F",
	}
	for digit, want := range want {
		at := strings.IndexByte(text, digit)
		var list []string
		for _, b := range f.Enclosing(at) {
			list = append(list, b.Name+" "+f.Words(b.Condition))
		}
		if got := strings.Join(list, " > "); got != want {
			t.Errorf("%c: got %q want %q", digit, got, want)
		}
	}
	for name, want := range map[string]int{"A": 0, "B": 1, "C": 1, "E": 0} { // a condition is not in its own branch
		if got := len(f.Enclosing(strings.Index(text, name))); got != want {
			t.Errorf("%s is in %d branches, want %d", name, got, want)
		}
	}
	for i, b := range f.Branches() {
		if b.Chain > i || f.Branches()[b.Chain].Parent != b.Parent {
			t.Errorf("branch %d: %+v", i, b)
		}
	}
}

func TestHeaderGuard(t *testing.T) {
	for text, want := range map[string]bool{
		"/* x */\n#ifndef A_H\n#define A_H\nint x;\n#endif /* A_H */\n": true,
		"#pragma once\n#ifndef A_H\n#define A_H 1\n#endif":              true,
		"#if !defined(A_H)\n# define A_H\n#endif\n":                     true,
		"#if !defined A_H\n#define A_H\n#endif\n":                       true,
		"#ifndef A_H\n#define B_H\n#endif\n":                            false,
		"#ifndef A_H\n#define A_H\n#else\n#endif\n":                     false,
		"#ifndef A_H\n#define A_H\n#endif\nint x;":                      false,
		"int x;\n#ifndef A_H\n#define A_H\n#endif\n":                    false,
		"#include <x.h>\n#ifndef A_H\n#define A_H\n#endif\n":            false,
		"#ifndef A_H\n#define A_H\n":                                    false,
		"":                                                              false,
	} {
		if _, got := Read([]byte(text)).HeaderGuard(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestPlaces(t *testing.T) {
	text := "ab\r\n\ncd"
	f := Read([]byte(text))
	for _, c := range []struct {
		line, column, offset int
		ok                   bool
	}{{1, 1, 0, true}, {1, 4, 3, true}, {1, 5, 0, false}, {2, 1, 4, true}, {3, 3, 7, true}, {3, 4, 0, false}, {4, 1, 0, false}, {0, 1, 0, false}, {1, 0, 0, false}} {
		offset, ok := f.Offset(c.line, c.column)
		if ok != c.ok || ok && offset != c.offset {
			t.Errorf("%d:%d is %d, %v", c.line, c.column, offset, ok)
		}
		if ok && f.Line(offset) != c.line {
			t.Errorf("offset %d is in line %d", offset, f.Line(offset))
		}
	}
	if tok, ok := f.TokenAt(6); !ok || f.Spelling(tok) != "cd" {
		t.Errorf("TokenAt: %v %v", tok, ok)
	}
	for _, at := range []int{-1, 2, 4, 7, 100} {
		if tok, ok := f.TokenAt(at); ok {
			t.Errorf("TokenAt(%d): %v", at, tok)
		}
	}
}

func TestPresumed(t *testing.T) {
	f := Read([]byte("a\n#line 7\nb\n# 20 \"x\\\\y.y\" 2\nc\nd\n#line 1'0 \"z\"\ne\n#line X\nf"))
	for line, want := range map[int]string{1: ":1", 3: ":7", 4: ":8", 5: "x\\y.y:20", 6: "x\\y.y:21", 8: "z:10", 10: "z:12"} {
		file, at := f.Presumed(line)
		if got := fmt.Sprintf("%s:%d", file, at); got != want {
			t.Errorf("line %d: got %s want %s", line, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"#if A\n#include <x>\n#else\n'\n#endif\n", "R\"a(\\\n)a\" /*\\\n*\\\n/", "1e\\\n+\\\n\\", "#\\\n", "\xff\\u12", "#if __has_include(\"x\\\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		f := Read(text)
		end := 0
		for _, tok := range f.Tokens() {
			if tok.Start < end || tok.End <= tok.Start || tok.End > len(text) {
				t.Fatalf("token %+v behind %d of %d", tok, end, len(text))
			}
			for i := end; i < tok.Start; i++ { // between tokens there is nothing but white space
				if n := spliceLen(text, i); n > 0 {
					i += n - 1
				} else if text[i] != '\n' && class[text[i]] != isSpace {
					t.Fatalf("byte %d, %q, is in no token", i, text[i])
				}
			}
			end = tok.End
			f.Spelling(tok)
			if got, ok := f.TokenAt(tok.End - 1); !ok || got != tok {
				t.Fatalf("TokenAt(%d) is %+v, not %+v", tok.End-1, got, tok)
			}
		}
		at := 0
		for _, d := range f.Directives() {
			if d.Start < at || d.End <= d.Start || d.End > len(text) || text[d.Start] != '#' {
				t.Fatalf("directive %+v behind %d", d, at)
			}
			for _, tok := range d.Tokens {
				if tok.Start < d.Start || tok.End > d.End {
					t.Fatalf("token %+v outside of %+v", tok, d)
				}
			}
			at = d.End
		}
		for i, b := range f.Branches() {
			if b.Start > b.End || b.Parent >= i || b.Chain > i {
				t.Fatalf("branch %d: %+v", i, b)
			}
		}
		for i := range min(len(text), 500) + 1 {
			for _, b := range f.Enclosing(i) {
				if i < b.Start || i > b.End {
					t.Fatalf("offset %d is not in %+v", i, b)
				}
			}
			f.Presumed(f.Line(i))
		}
		f.HeaderGuard()
	})
}

// TestMark reads past a byte order mark, as compilers do, whose columns do not count it.
func TestMark(t *testing.T) {
	f := Read([]byte("\xef\xbb\xbf#include <stdio.h>\nint x;\n"))
	if includes := f.Includes(); len(includes) != 1 || includes[0].Name != "stdio.h" {
		t.Errorf("includes: %v", includes)
	}
	if offset, ok := f.Offset(1, 10); !ok || f.Text()[offset] != '<' {
		t.Errorf("1:10 is %d, %v", offset, ok)
	}
	for offset, want := range map[int]int{0: 1, 2: 1, 3: 1, 22: 2} {
		if got := f.Line(offset); got != want {
			t.Errorf("line of %d: %d, want %d", offset, got, want)
		}
	}
	if got := f.LineStart(0); got != 3 {
		t.Errorf("the first line starts at %d", got)
	}
	if got := len(Read([]byte("\xef\xbb")).Tokens()); got == 0 {
		t.Error("half a mark is text")
	}
}
