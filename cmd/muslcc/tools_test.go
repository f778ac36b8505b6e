package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const makefile = `
CC = gcc
CXX = g++
all: prog plus libname.a libtrace.so
prog: main.o trace.o name.o
	$(CC) $(CFLAGS) $^ -o $@
plus: plus.o
	$(CXX) $(CFLAGS) $^ -o $@
libname.a: name.o
	$(AR) rc $@ $^
libtrace.so: trace.c
	$(CC) $(CFLAGS) -shared -fPIC $< -o $@
%.o: %.c
	$(CC) $(CFLAGS) -Wall -MMD -MP -c $< -o $@
%.o: %.cc
	$(CXX) $(CFLAGS) -MMD -c $< -o $@
-include *.d
`

// make makes the same files with every kind of code, whatever the number of jobs, and what is
// said is the same but for one line at the end of a link.
func TestMake(t *testing.T) {
	need(t, "make", "gcc", "g++")
	p := newPlace(t, with(map[string]string{"Makefile": makefile}))
	for _, flags := range []string{"-O2 -g -frecord-gcc-switches", "-O2 -flto -g -frandom-seed=small", "-O1 -fPIC -ffunction-sections -gsplit-dwarf"} {
		t.Run(flags, func(t *testing.T) {
			p.t = t
			plain, wrapped := p.same("make CFLAGS='"+flags+"'", "make CFLAGS='"+flags+"' CC=muslcc CXX=muslc++", ".d", ".dwo")
			rest, said := own(wrapped.Stderr)
			if rest != plain.Stderr {
				t.Errorf("standard error with the wrapper:\n%s\nwithout:\n%s", wrapped.Stderr, plain.Stderr)
			}
			if strings.Count(said, "\n") > 3 { // one for a link
				t.Errorf("the wrapper said\n%s", said)
			}
			if !strings.Contains(plain.Stderr, "unused variable") {
				t.Error("the warning is missing: ", plain.Stderr)
			}
			p.findsTrace("trace.c")
		})
	}
	p.t = t
	p.same("make", "make -j4 CC='muslcc gcc' CXX='muslcc -- g++'", ".d") // the other forms
	p.findsTrace("trace.c")
}

// With clang in the place of gcc.
func TestMakeClang(t *testing.T) {
	need(t, "make", "clang", "clang++")
	p := newPlace(t, with(map[string]string{"Makefile": makefile}))
	for _, flags := range []string{"-O2 -g -frecord-gcc-switches", "-O2 -flto"} {
		if strings.Contains(flags, "-flto") {
			if _, err := exec.LookPath("ld.lld"); err != nil {
				continue
			}
			flags += " -fuse-ld=lld"
		}
		p.same("make CFLAGS='"+flags+"' CC=clang CXX=clang++", "MUSLCC_CC=clang MUSLCC_CXX=clang++ make -j2 CFLAGS='"+flags+"' CC=muslcc CXX=muslc++", ".d")
		p.findsTrace("trace.c")
	}
}

// What the compiler starts finds the jobserver of make through the wrapper.
func TestJobserver(t *testing.T) {
	need(t, "make", "gcc")
	p := newPlace(t, with(map[string]string{
		"Makefile": "a.o: name.c\n\t+$(CC) -c $< -o $@\n",
		"inner.mk": "all: x y\nx y:\n\t@echo $@\n",
		"gcc":      "#!/bin/sh\nmake -s -f inner.mk && exec gcc \"$@\"\n",
		"closed":   "#!/bin/sh\nexec 3>&- 4>&-\nexec ./gcc \"$@\"\n",
	}))
	if r := p.must("make -j3 CC=./closed"); !strings.Contains(r.Stderr, "jobserver unavailable") {
		t.Skip("make does not need descriptors 3 and 4: ", r.Stderr)
	}
	p.must("rm a.o")
	if r := p.must("make -j3 CC='muslcc ./gcc'"); r.Stderr != "" || !strings.Contains(r.Stdout, "x\ny\n") && !strings.Contains(r.Stdout, "y\nx\n") {
		t.Errorf("%s%s", r.Stdout, r.Stderr)
	}
	// The jobs of LTO are also make's.
	p.files["Makefile"] = "prog: main.c trace.c name.c\n\t+$(CC) -O2 -flto=jobserver -flto-partition=max $^ -o $@\n"
	p.fresh()
	if r := p.must("make -j3 CC=muslcc"); strings.Contains(r.Stderr, "jobserver") {
		t.Error(r.Stderr)
	}
	p.findsTrace("trace.c")
}

// A script as autoconf makes them takes the same decisions, also where it reads what the
// compiler says.
func TestConfigure(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, with(map[string]string{"configure": `#!/bin/sh
exec 5>config.log
try() { # result name, flags, program
	printf '%s\n' "$3" > conftest.c
	if $CC $2 -o conftest conftest.c >conftest.out 2>conftest.err && ! test -s conftest.err && ! test -s conftest.out; then
		echo "#define $1 1" >> config.h
	else
		echo "/* #undef $1 */" >> config.h
	fi
	sed "s,/tmp/cc[A-Za-z0-9]*,TEMPORARY," conftest.err >&5
	rm -f conftest*
}
: > config.h
$CC --version >&5 2>&1; $CC -v >&5 2>&1; $CC -V >&5 2>&1; $CC -qversion >&5 2>&1
try HAVE_EXECINFO '' '#include <execinfo.h>
int main(void) { void *p[2]; return backtrace(p, 2); }'
try HAVE_NOTHING '' '#include <nothing.h>
int main(void) { return 0; }'
try HAVE_WARNING '-Wall' 'int main(void) { int x; return 0; }'
try HAVE_FLAG '-Werror -Wnothing-like-it' 'int main(void) { return 0; }'
try HAVE_FTS '' '#include <fts.h>
int main(void) { return !fts_open; }'
printf '#include <limits.h>\n' > conftest.c
$CC -E conftest.c > conftest.i 2>&5 && echo "/* preprocesses */" >> config.h
rm -f conftest*
echo "/* $($CC -dumpmachine) $($CC -print-file-name=libc.a) $(echo __linux__ | $CC -E -P -x c -) */" >> config.h
$CC -c -x c /dev/null -o /dev/null && echo "/* compiles nothing */" >> config.h
`}))
	plain, wrapped := p.same("CC=$(command -v gcc) ./configure", "CC=muslcc MUSLCC_CC=gcc ./configure", "config.h", "config.log")
	if plain.Stderr != wrapped.Stderr || plain.Stdout != wrapped.Stdout {
		t.Errorf("with the wrapper:\n%s%s\nwithout:\n%s%s", wrapped.Stdout, wrapped.Stderr, plain.Stdout, plain.Stderr)
	}
	if _, err := os.Stat(filepath.Join(p.dir, ".musllint")); err == nil {
		t.Error("the tests of a configure script are recorded")
	}
	text, err := os.ReadFile(filepath.Join(p.dir, "config.h"))
	if err != nil || strings.Count(string(text), "#define") != 2 {
		t.Errorf("%v\n%s", err, text)
	}
}

// autoconf, automake and libtool come to the same configuration and the same files.
func TestAutotools(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	need(t, "autoreconf", "automake", "libtoolize", "make", "gcc")
	p := newPlace(t, with(map[string]string{
		"configure.ac": `AC_INIT([small], [1])
AM_INIT_AUTOMAKE([foreign subdir-objects -Wall])
AC_CONFIG_HEADERS([config.h])
AC_PROG_CC
AM_PROG_AR
LT_INIT
AC_CHECK_HEADERS([execinfo.h fts.h argp.h nothing.h])
AC_CHECK_FUNCS([backtrace fts_open nothing getcontext])
AC_CHECK_TYPES([off64_t, error_t], [], [], [[#include <sys/types.h>
#include <errno.h>]])
AC_C_INLINE
AC_SYS_LARGEFILE
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
`,
		"Makefile.am": `lib_LTLIBRARIES = libtrace.la
libtrace_la_SOURCES = trace.c name.c
bin_PROGRAMS = prog
prog_SOURCES = main.c
prog_LDADD = libtrace.la
`,
	}))
	p.must("autoreconf -i")
	for _, name := range []string{"configure", "Makefile.in", "config.h.in", "aclocal.m4", "ltmain.sh", "compile", "config.guess", "config.sub", "depcomp", "install-sh", "missing", "ar-lib"} {
		text, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		p.files[name] = string(text)
	}
	touch := "touch aclocal.m4; sleep 1; touch configure Makefile.in config.h.in; "
	p.same(touch+"./configure CC=gcc && make", touch+"./configure CC=muslcc MUSLCC_CC=gcc && make -j3", "config.h", ".Plo", ".Po")
	p.findsTrace("trace.c")
	// The wrapper can come when all is configured.
	p.must("make clean && rm -rf .musllint && make CC='muslcc gcc'")
	p.findsTrace("trace.c")
}

const cmakeLists = `cmake_minimum_required(VERSION 3.13)
project(small C CXX)
include(CheckIncludeFile)
include(CheckSymbolExists)
include(CheckCCompilerFlag)
check_include_file(execinfo.h HAVE_EXECINFO)
check_include_file(nothing.h HAVE_NOTHING)
check_symbol_exists(fts_open fts.h HAVE_FTS)
check_c_compiler_flag(-Wnothing-like-it HAVE_FLAG)
configure_file(config.h.in config.h)
add_library(trace SHARED trace.c)
add_library(name STATIC name.c)
add_executable(prog main.c)
target_link_libraries(prog trace name)
add_executable(plus plus.cc)
`

func cmakePlace(t *testing.T) *place {
	return newPlace(t, with(map[string]string{
		"CMakeLists.txt": cmakeLists,
		"config.h.in":    "#cmakedefine HAVE_EXECINFO\n#cmakedefine HAVE_NOTHING\n#cmakedefine HAVE_FTS\n#cmakedefine HAVE_FLAG\n",
	}))
}

// CMake with the wrapper as the compiler, and as a launcher of it.
func TestCMake(t *testing.T) {
	need(t, "cmake", "make", "gcc", "g++")
	p := cmakePlace(t)
	plain := "cmake -S . -B build -DCMAKE_BUILD_TYPE=RelWithDebInfo && cmake --build build"
	p.same("CC=gcc CXX=g++ && export CC CXX && "+plain,
		"CC=muslcc CXX=muslc++ MUSLCC_CC=gcc MUSLCC_CXX=g++ && export CC CXX MUSLCC_CC MUSLCC_CXX && "+plain+" -j3", "config.h")
	p.findsTrace("trace.c")
	p.same("CC=gcc CXX=g++ && export CC CXX && "+plain,
		"CC=gcc CXX=g++ && export CC CXX && "+strings.Replace(plain, "-S .", "-S . -DCMAKE_C_COMPILER_LAUNCHER=muslcc -DCMAKE_CXX_COMPILER_LAUNCHER=muslcc", 1), "config.h")
	p.findsTrace("trace.c")
	if uses := p.uses(); slices.ContainsFunc(uses, func(s string) bool { return strings.Contains(s, "CMake") || strings.Contains(s, "nothing.h") }) {
		t.Errorf("a test of CMake is recorded: %q", uses)
	}
}

// CMake with ninja, which gives each compiler a process group of its own, and with a launcher
// out of the environment.
func TestCMakeNinja(t *testing.T) {
	need(t, "cmake", "ninja", "gcc", "g++")
	p := cmakePlace(t)
	plain := "CC=gcc CXX=g++ && export CC CXX && cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=Release && ninja -C build"
	p.same(plain, "CMAKE_C_COMPILER_LAUNCHER=muslcc CMAKE_CXX_COMPILER_LAUNCHER=muslcc && export CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER && "+plain, "config.h")
	p.findsTrace("trace.c")
	r := p.must("ninja -C build")
	if !strings.Contains(r.Stdout, "no work to do") {
		t.Errorf("ninja builds again: %s", r.Stdout)
	}
}

// meson takes the wrapper as a compiler of a machine file and out of the environment.
func TestMeson(t *testing.T) {
	need(t, "meson", "ninja", "gcc", "g++")
	p := newPlace(t, with(map[string]string{
		"meson.build": `project('small', 'c', 'cpp')
cc = meson.get_compiler('c')
conf = configuration_data()
conf.set('HAVE_EXECINFO', cc.has_header('execinfo.h'))
conf.set('HAVE_NOTHING', cc.has_header('nothing.h'))
conf.set('HAVE_BACKTRACE', cc.has_function('backtrace'))
conf.set('HAVE_FLAG', cc.has_argument('-Wnothing-like-it'))
configure_file(output: 'config.h', configuration: conf)
lib = shared_library('trace', 'trace.c', 'name.c')
executable('prog', 'main.c', link_with: lib)
executable('plus', 'plus.cc')
`,
		"native.ini": "[binaries]\nc = ['muslcc', 'gcc']\ncpp = ['muslcc', 'g++']\n",
	}))
	build := "meson setup build && ninja -C build"
	p.same("CC=gcc CXX=g++ && export CC CXX && "+build, strings.Replace(build, "setup", "setup --native-file native.ini", 1), "config.h")
	p.findsTrace("trace.c")
	p.same("CC=gcc CXX=g++ && export CC CXX && "+build, "CC=muslcc CXX=muslc++ MUSLCC_CC=gcc MUSLCC_CXX=g++ && export CC CXX MUSLCC_CC MUSLCC_CXX && "+build, "config.h")
	p.findsTrace("trace.c")
}

// With ccache behind the wrapper the findings are there again when everything comes out of the
// cache.
func TestCcache(t *testing.T) {
	need(t, "make", "gcc", "ccache")
	p := newPlace(t, with(map[string]string{"Makefile": makefile}))
	cache := t.TempDir()
	for i, run := range []string{"cold", "warm"} {
		p.fresh()
		p.must("make prog CC=muslcc CFLAGS=-O1", "MUSLCC_CC=ccache gcc", "CCACHE_DIR="+cache)
		p.findsTrace("trace.c")
		stats := p.must("ccache --print-stats", "CCACHE_DIR="+cache).Stdout
		hits := 0
		for line := range strings.Lines(stats) {
			if f := strings.Fields(line); len(f) == 2 && strings.HasSuffix(f[0], "cache_hit") && f[1] != "0" {
				hits++
			}
		}
		if hits > 0 != (i == 1) {
			t.Errorf("%s cache:\n%s", run, stats)
		}
	}
	// A folder of links, before which the wrapper stands.
	links := t.TempDir()
	ccache, err := exec.LookPath("ccache")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gcc", "cc"} {
		if err := os.Symlink(ccache, filepath.Join(links, name)); err != nil {
			t.Fatal(err)
		}
	}
	p.fresh()
	p.must("PATH="+links+":$PATH && make prog CC='muslcc gcc' CFLAGS=-O1", "CCACHE_DIR="+cache)
	p.findsTrace("trace.c")
}

// setuptools compiles an extension module.
func TestSetuptools(t *testing.T) {
	python := ""
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import setuptools, sysconfig, os; assert os.path.exists(sysconfig.get_paths()['include'] + '/Python.h')").Run() == nil {
			python = name
			break
		}
	}
	if python == "" {
		lacking(t, "no python3 with setuptools and Python.h")
	}
	need(t, "gcc")
	p := newPlace(t, with(map[string]string{
		"setup.py": "from setuptools import setup, Extension\nsetup(name='small', version='1', py_modules=[], ext_modules=[Extension('small', ['module.c', 'trace.c'])])\n",
		"module.c": "#include <Python.h>\n#include \"trace.h\"\nstatic struct PyModuleDef module = { PyModuleDef_HEAD_INIT, \"small\", 0, -1, 0 };\n" +
			"PyMODINIT_FUNC PyInit_small(void) { return trace() ? 0 : PyModule_Create(&module); }\n",
	}))
	build := python + " setup.py -q build_ext --inplace"
	p.same("CC=gcc LDSHARED='gcc -shared' "+build, "CC=muslcc MUSLCC_CC=gcc LDSHARED='muslcc -shared' "+build)
	p.findsTrace("trace.c")
	p.must(python + " -c 'import small'")
}

// cgo asks the compiler many questions, some of which it wants to fail, and builds in folders
// that it takes away.
func TestCgo(t *testing.T) {
	need(t, "go", "gcc")
	p := newPlace(t, map[string]string{
		".git/HEAD": "ref: refs/heads/main\n",
		"go.mod":    "module small\n\ngo 1.21\n",
		"main.go": `package main

// #include <execinfo.h>
// static int trace(void) { void *frames[4]; return backtrace(frames, 4) > 0; }
import "C"
import "fmt"

func main() { fmt.Println(C.trace()) }
`,
	})
	folder := filepath.Join(t.TempDir(), "records")
	// A flag of its own has everything with C in it compiled again.
	flags := "CGO_CFLAGS=-O1 -DTEST_" + strings.ReplaceAll(filepath.Base(filepath.Dir(p.dir)), "-", "_") + filepath.Base(t.TempDir())
	home, _ := os.UserHomeDir()
	r := p.must("go build -o prog . && ./prog", "CC=muslcc", "CGO_ENABLED=1", "MUSLCC_CC=gcc", "MUSLCC_DIR="+folder, flags, "HOME="+home, "GOFLAGS=", "GOPROXY=off", "GOARCH="+runtime.GOARCH)
	if r.Stdout != "1\n" || r.Stderr != "" {
		t.Errorf("%s%s", r.Stdout, r.Stderr)
	}
	uses := usesOf(t, folder, p.dir)
	if !slices.ContainsFunc(uses, func(s string) bool { return strings.HasPrefix(s, "header execinfo.h ") }) {
		t.Errorf("recorded are %q", uses)
	}
	for _, u := range uses {
		if strings.Contains(u, "cgo-gcc-input") || strings.Contains(u, "trivial.c") {
			t.Errorf("a test of cgo is recorded: %s", u)
		}
	}
}

// The cc crate of Rust asks for the family of the compiler, tries flags, and compiles. Without
// the crate on this machine there is nothing to test.
func TestRustCC(t *testing.T) {
	need(t, "gcc")
	if _, err := exec.LookPath("cargo"); err != nil {
		t.Skip(err)
	}
	p := newPlace(t, with(map[string]string{
		"Cargo.toml":  "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[build-dependencies]\ncc = \"1\"\n",
		"src/main.rs": "extern \"C\" { fn trace() -> i32; }\nfn main() { std::process::exit(unsafe { trace() }) }\n",
		"build.rs":    "fn main() { cc::Build::new().file(\"trace.c\").flag_if_supported(\"-Wnothing-like-it\").flag_if_supported(\"-fno-strict-aliasing\").compile(\"trace\"); }\n",
	}))
	home, _ := os.UserHomeDir()
	if r := p.run("cargo generate-lockfile --offline", "HOME="+home); r.Code != 0 {
		t.Skip("the cc crate is not on this machine: ", r.Stderr)
	}
	r := p.must("cargo build --offline && ./target/debug/small", "CC=muslcc", "MUSLCC_CC=gcc", "HOME="+home)
	if strings.Contains(r.Stderr, "warning:") {
		t.Error(r.Stderr)
	}
	p.findsTrace("trace.c")
}
