package toolchain

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bin makes folders of programs, "dir/name" each. One that ends in "*" is a symbolic link to
// this test's own program, in "#" a hard one; "name=target" is a link to target.
func bin(t *testing.T, names ...string) string {
	t.Helper()
	root := t.TempDir()
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		name, target, isLink := strings.Cut(name, "=")
		path := filepath.Join(root, strings.TrimRight(name, "*#"))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		switch {
		case isLink:
			err = os.Symlink(filepath.Join(root, target), path)
		case strings.HasSuffix(name, "*"):
			err = os.Symlink(me, path)
		case strings.HasSuffix(name, "#"):
			if err = os.Link(me, path); err != nil {
				t.Skip("no hard links between the folders: ", err)
			}
		default:
			err = os.WriteFile(path, []byte("#!/bin/sh\n"), 0o777)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestFind(t *testing.T) {
	root := bin(t,
		"own/gcc*", "own/cc*", "own/g++*", "own/c++*", "own/muslcc*", "own/muslc++*", "own/aarch64-linux-gnu-gcc*", "own/clang*",
		"usr/cc", "usr/c++", "usr/gcc", "usr/g++", "usr/gcc-12", "usr/g++-12", "usr/clang", "usr/clang++", "usr/aarch64-linux-gnu-gcc", "usr/ccache",
		"usr/musl-gcc", "usr/zig", "usr/weird", "usr/liby.so",
		"masq/gcc=usr/ccache", "masq/cc=usr/ccache",
		"opt/gcc-13", "opt/gcc",
	)
	at := func(name string) string { return filepath.Join(root, name) }
	paths := at("own") + ":" + at("usr")
	for _, test := range []struct {
		what  string
		words string // argv, separated by spaces; %/ is the root
		env   string // NAME=value;NAME=value
		want  string // path | prefix | args | name | compiler
	}{
		{"the wrapper's own name", "muslcc -c a.c", "", "%/usr/cc||-c a.c|cc|%/usr/cc"},
		{"for C++", "/x/muslc++ -c a.cc", "", "%/usr/c++||-c a.cc|c++|%/usr/c++"},
		{"for C++, otherwise spelled", "muslcc++ -c a.cc", "", "%/usr/c++||-c a.cc|c++|%/usr/c++"},
		{"with a version", "muslcc-12 -c a.c", "", "%/usr/gcc-12||-c a.c|gcc-12|%/usr/gcc-12"},
		{"with a version for C++", "muslc++-12 -c a.c", "", "%/usr/g++-12||-c a.c|g++-12|%/usr/g++-12"},
		{"with a compiler", "muslcc-clang -c a.c", "", "%/usr/clang||-c a.c|clang|%/usr/clang"},
		{"a link named gcc", "gcc -c a.c", "", "%/usr/gcc||-c a.c|gcc|%/usr/gcc"},
		{"a link with its path", "%/own/g++ -c a.c", "", "%/usr/g++||-c a.c|g++|%/usr/g++"},
		{"a link of a cross compiler", "aarch64-linux-gnu-gcc -c a.c", "", "%/usr/aarch64-linux-gnu-gcc||-c a.c|aarch64-linux-gnu-gcc|%/usr/aarch64-linux-gnu-gcc"},
		{"any other name", "wrapper -c a.c", "", "%/usr/cc||-c a.c|cc|%/usr/cc"},
		{"no arguments", "muslcc", "", "%/usr/cc|||cc|%/usr/cc"},

		{"prefix form", "muslcc gcc -c a.c", "", "%/usr/gcc||-c a.c|gcc|%/usr/gcc"},
		{"prefix form with dashes", "muslcc -- weird -c a.c", "", "%/usr/weird||-c a.c|weird|%/usr/weird"},
		{"prefix form with a path", "muslcc %/opt/gcc-13 -c a.c", "", "%/opt/gcc-13||-c a.c|gcc-13|%/opt/gcc-13"},
		{"prefix form with the path of an unknown program", "muslcc %/usr/weird -c a.c", "", "%/usr/weird||-c a.c|weird|%/usr/weird"},
		{"a library is none", "muslcc %/usr/liby.so -o a", "", "%/usr/cc||%/usr/liby.so -o a|cc|%/usr/cc"},
		{"a source is none", "muslcc a.c", "", "%/usr/cc||a.c|cc|%/usr/cc"},
		{"ccache behind it", "muslcc ccache gcc -c a.c", "", "%/usr/ccache|%/usr/gcc|-c a.c|gcc|%/usr/gcc"},
		{"ccache behind it, no need to change", "muslcc ccache g++-12 -c a.c", "", "%/usr/ccache|g++-12|-c a.c|g++-12|%/usr/g++-12"},
		{"twice the wrapper", "muslcc %/own/muslcc -c a.c", "", "%/usr/cc||-c a.c|cc|%/usr/cc"},
		{"twice the wrapper and a compiler", "muslcc %/own/muslcc clang++ -c a.c", "", "%/usr/clang++||-c a.c|clang++|%/usr/clang++"},
		{"the prefix is the wrapper by another name", "muslcc %/own/gcc -c a.c", "", "%/usr/gcc||-c a.c|gcc|%/usr/gcc"},
		{"zig", "muslcc zig cc -c a.c", "", "%/usr/zig|cc|-c a.c|cc|%/usr/zig cc"},
		{"a musl compiler", "muslcc musl-gcc -c a.c", "", "%/usr/musl-gcc||-c a.c|musl-gcc|%/usr/musl-gcc"},

		{"MUSLCC_CC", "muslcc -c a.c", "MUSLCC_CC=clang", "%/usr/clang||-c a.c|clang|%/usr/clang"},
		{"MUSLCC_CC with words", "muslcc -c a.c", "MUSLCC_CC=ccache 'gcc' -m32 \"-D X\"", "%/usr/ccache|%/usr/gcc -m32 -D X|-c a.c|gcc|%/usr/gcc"},
		{"MUSLCC_CC with a path", "muslcc -c a.c", "MUSLCC_CC=%/opt/gcc-13", "%/opt/gcc-13||-c a.c|gcc-13|%/opt/gcc-13"},
		{"MUSLCC_CC is the wrapper", "muslcc -c a.c", "MUSLCC_CC=%/own/gcc", "%/usr/gcc||-c a.c|gcc|%/usr/gcc"},
		{"MUSLCC_CC and a prefix", "muslcc gcc -c a.c", "MUSLCC_CC=clang", "%/usr/clang||-c a.c|clang|%/usr/clang"},
		{"MUSLCC_CC and a cross compiler", "muslcc aarch64-linux-gnu-gcc -c a.c", "MUSLCC_CC=clang", "%/usr/aarch64-linux-gnu-gcc||-c a.c|aarch64-linux-gnu-gcc|%/usr/aarch64-linux-gnu-gcc"},
		{"MUSLCC_CC only launches", "muslcc gcc -c a.c", "MUSLCC_CC=ccache", "%/usr/ccache|%/usr/gcc|-c a.c|gcc|%/usr/gcc"},
		{"MUSLCC_CC only launches cc", "muslcc -c a.c", "MUSLCC_CC=ccache", "%/usr/ccache|%/usr/cc|-c a.c|cc|%/usr/cc"},
		{"MUSLCC_CC is empty", "muslcc -c a.c", "MUSLCC_CC= ", "%/usr/cc||-c a.c|cc|%/usr/cc"},
		{"MUSLCC_CC is for C", "muslc++ -c a.c", "MUSLCC_CC=clang", "%/usr/c++||-c a.c|c++|%/usr/c++"},
		{"MUSLCC_CXX", "g++ -c a.c", "MUSLCC_CXX=clang++;MUSLCC_CC=clang", "%/usr/clang++||-c a.c|clang++|%/usr/clang++"},

		{"ccache in the place of gcc", "muslcc gcc -c a.c", "PATH=%/own:%/masq:%/usr", "%/masq/gcc||-c a.c|gcc|%/usr/gcc"},
		{"after several rounds", "gcc -c a.c", "PATH=%/own:%/masq:%/opt:%/usr;MUSLCC_DEPTH=4", ""},
	} {
		expand := func(s string) string { return strings.ReplaceAll(s, "%/", root+"/") }
		argv := strings.Fields(expand(test.words))
		env := []string{"HOME=/", "PATH=" + paths}
		if test.env != "" {
			env = append(strings.Split(expand(test.env), ";"), env...)
		}
		r, err := Find(argv[0], argv[1:], env)
		if test.want == "" { // all programs here are scripts
			if !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %+v, %v", test.what, r, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.what, err)
			continue
		}
		got := strings.Join([]string{r.Path, strings.Join(r.Prefix, " "), strings.Join(r.Args, " "), r.Name, strings.Join(r.Compiler(), " ")}, "|")
		if want := expand(test.want); got != want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", test.what, test.words, got, want)
		}
		if want := strings.HasSuffix(strings.TrimSuffix(r.Name, "-12"), "++"); r.CXX != want {
			t.Errorf("%s: C++ is %v", test.what, r.CXX)
		}
	}
}

// Hard links are the wrapper too.
func TestFindHardLink(t *testing.T) {
	root := bin(t, "own/gcc#", "usr/gcc")
	r, err := Find("gcc", nil, []string{"PATH=" + root + "/own:" + root + "/usr"})
	if err != nil || r.Path != root+"/usr/gcc" {
		t.Errorf("%v, %v", r.Path, err)
	}
}

// What is in PATH and no program is passed over.
func TestFindPath(t *testing.T) {
	root := bin(t, "c/cc")
	for _, err := range []error{
		os.MkdirAll(filepath.Join(root, "a/cc"), 0o777),
		os.MkdirAll(filepath.Join(root, "b"), 0o777),
		os.WriteFile(filepath.Join(root, "b/cc"), nil, 0o666),
		os.Symlink("nowhere", filepath.Join(root, "b/gcc")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := Find("muslcc", nil, []string{"PATH=/nowhere:" + root + "/a:" + root + "/b:" + root + "/c/"})
	if err != nil || r.Path != root+"/c/cc" {
		t.Errorf("%v, %v", r.Path, err)
	}
	t.Chdir(filepath.Join(root, "c"))
	r, err = Find("muslcc", nil, []string{"PATH=" + root + "/a::" + root + "/b"})
	if err != nil || r.Path != "./cc" {
		t.Errorf("%v, %v", r.Path, err)
	}
}

func TestFindNothing(t *testing.T) {
	for _, test := range []struct{ words, env, want string }{
		{"muslcc", "PATH=/nowhere", "no compiler: cc was not found in PATH; install it, or set MUSLCC_CC to the compiler to run"},
		{"muslcc -c a.c", "", "no compiler: cc was not found in PATH; install it, or set MUSLCC_CC to the compiler to run"},
		{"muslcc", "MUSLCC_CC=nothing here", "no compiler: nothing was not found in PATH (MUSLCC_CC asks for it); install it, or set MUSLCC_CC to the compiler to run"},
		{"muslcc /nowhere/gcc", "", "no compiler: /nowhere/gcc was not found in PATH; install it, or set MUSLCC_CC to the compiler to run"},
		{"muslcc", "MUSLCC_CC='gcc", "MUSLCC_CC: a quote is not closed"},
		{"gcc", "MUSLCC_DEPTH=9", "gcc has called itself 9 times: give MUSLCC_CC the full path of the compiler"},
	} {
		argv := strings.Fields(test.words)
		_, err := Find(argv[0], argv[1:], []string{test.env})
		if err == nil || err.Error() != test.want {
			t.Errorf("%s %s: %v\nwant %s", test.env, test.words, err, test.want)
		}
	}
}

func TestSplitShell(t *testing.T) {
	for text, want := range map[string][]string{
		"":                             nil,
		"  \t":                         nil,
		"gcc":                          {"gcc"},
		" ccache   gcc -m32 ":          {"ccache", "gcc", "-m32"},
		`'a b' "c d" e\ f`:             {"a b", "c d", "e f"},
		`-D'X="1"' "-DY=\"2\"" "\a\$"`: {`-DX="1"`, `-DY="2"`, `\a$`},
		`'' ""`:                        {"", ""},
		`end\`:                         {"end"},
	} {
		got, err := splitShell(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"'", `"a`, `a 'b`, `"a\"`} {
		if got, err := splitShell(text); err == nil {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestEnvironment(t *testing.T) {
	got := Environment([]string{"A=1", "MUSLCC_DEPTH=2", "B", "MUSLCC_CC=x", "=C:"})
	if diff := cmp.Diff([]string{"A=1", "B", "MUSLCC_CC=x", "=C:", "MUSLCC_DEPTH=3"}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("muslcc", "gcc\n-c\na.c", "PATH=/usr/bin\nMUSLCC_CC=ccache gcc")
	f.Add("muslcc", "--\nccache", "MUSLCC_CC=ccache\nMUSLCC_DEPTH=-1")
	f.Add("g++-12", "zig", "MUSLCC_CXX=zig")
	f.Fuzz(func(t *testing.T, argv0, args, env string) {
		list := strings.Split(args, "\n")
		r, err := Find(argv0, list, strings.Split(env, "\n"))
		if err != nil {
			return
		}
		if r.Path == "" || r.Name == "" || len(r.Compiler()) == 0 {
			t.Fatalf("%+v", r)
		}
		if !slices.Equal(r.Args, list[len(list)-len(r.Args):]) {
			t.Fatalf("%q of %q", r.Args, list)
		}
	})
}
