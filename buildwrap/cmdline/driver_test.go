package cmdline

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// need returns the path of a tool, and ends the test without one.
func need(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("MUSLLINT_REQUIRE") != "" {
		t.Fatalf("%s is not here", name)
	}
	t.Skipf("%s is not here", name)
	return ""
}

// tree makes the files that the command lines of the tests name.
func tree(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{
		"a.c", "b.c", "sub/c.c", "a.cc", "b.cpp", "c.cxx", "d.C", "e.c++", "f.CPP", "g.cp", "a.m", "a.mm", "a.M", "a.i", "a.ii", "a.mi",
		"a.s", "a.S", "a.sx", "a.h", "a.hh", "a.hpp", "a.H", "a.f", "a.f90", "a.F90", "a.go", "a.d", "a.adb", "noextension",
		"a.o", "b.o", "libx.a", "liby.so", "odd name.c", "script.ld", "a.lo", "a.c.in", "a.CC", "a.bc", "a.ll", "a.asm", "a.cu", "a.txt", "-dash.c",
	} {
		write(name, "")
	}
	for _, name := range []string{"inc", "inc2", "sys", "quote", "after", "lib"} {
		write(name+"/"+name+".h", "#define FROM_"+strings.ToUpper(name)+" 1\n")
	}
	write("pre.h", "#define FROM_PRE 1\n")
	write("macros.h", "#define FROM_MACROS 1\n")
	write("one.rsp", "-DRSP=1 -Iinc\n-I  'inc2' \"-DQUOTED=\\\"a b\\\"\" -DBACK=a\\ b\n")
	write("two.rsp", "@one.rsp a.c\n")
	write("loop.rsp", "-DLOOP @loop.rsp")
	write("link.rsp", "a.o b.o\t-lx -Llib\r\nlibx.a")
	return dir
}

// call is a program that a driver runs, as -### prints it.
type call struct {
	words []string
}

func (c call) name() string { return filepath.Base(c.words[0]) }

// calls reads what -### prints.
func calls(text string) []call {
	var list []call
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, " ") {
			continue
		}
		if words := shellWords(line); len(words) > 1 {
			list = append(list, call{words})
		}
	}
	return list
}

// shellWords reads the quotes of both drivers.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	inside, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
			inside = true
		case c == '"':
			quoted = !quoted
			inside = true
		case !quoted && (c == ' ' || c == '\n'):
			if inside {
				words = append(words, word.String())
			}
			word.Reset()
			inside = false
		default:
			word.WriteByte(c)
			inside = true
		}
	}
	return words
}

// truth is what a driver does, in the words of Command.
type truth struct {
	sources []string // "c a.c"
	object  []string // of -c
	linked  string   // output of the linker, empty when it is not called
	objects []string
	libs    []string
	dirs    []string
	static  bool
	shared  bool
	lto     bool
}

// value returns the value of an option that may be joined to it.
func values(words []string, options ...string) []string {
	var list []string
	for i := 0; i < len(words); i++ {
		for _, o := range options {
			switch {
			case strings.HasPrefix(words[i], "-object-file-name="):
			case words[i] == o && i+1 < len(words):
				list = append(list, o+" "+words[i+1])
				i++
			case strings.HasPrefix(words[i], o) && len(words[i]) > len(o) && words[i][len(o)] != '-':
				list = append(list, o+" "+words[i][len(o):])
			default:
				continue
			}
			break
		}
	}
	return list
}

var (
	searchOptions  = []string{"-I", "-F"}
	defineOptions  = []string{"-D", "-U"}
	includeOptions = []string{"-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-iprefix", "-iwithprefixbefore", "-iwithprefix"}
)

// read fills in what the calls of a driver show. files are the sources of the command line
// that may be meant.
func read(list []call, clang bool, files []string) truth {
	var w truth
	for _, c := range list {
		switch name := c.name(); {
		case clang && len(c.words) > 1 && c.words[1] == "-cc1", strings.HasPrefix(name, "cc1"):
			w.compiled(c, clang, files)
		case clang && c.words[1] == "-cc1as", name == "as":
			if file := sourceOf(c.words, files); file != "" {
				w.sources = append(w.sources, "assembler "+file)
			}
			if o := values(c.words, "-o"); len(o) > 0 && len(list) > 0 {
				w.object = append(w.object, o[0][3:])
			}
		case clang && (name == "gcc" || name == "g++"): // for Fortran and Ada
			w.object = append(w.object, values(c.words, "-o")[0][3:])
		case name == "collect2", strings.HasPrefix(name, "ld"), strings.HasSuffix(name, "-ld"):
			w.link(c)
		}
	}
	return w
}

func sourceOf(words, files []string) string {
	for i := len(words) - 1; i > 0; i-- {
		if slices.Contains(files, words[i]) && words[i-1] != "-o" && words[i-1] != "-main-file-name" && !slices.Contains([]string{"-MD", "-MMD", "-MF", "-MT", "-MQ"}, words[i-1]) && !strings.HasPrefix(words[i-1], "-dump") {
			return words[i]
		}
	}
	return ""
}

func (w *truth) compiled(c call, clang bool, files []string) {
	file := sourceOf(c.words, files)
	language := map[string]string{"cc1": "c", "cc1plus": "c++", "cc1obj": "objective-c", "cc1objplus": "objective-c++"}[c.name()]
	preprocessed := slices.Contains(c.words, "-fpreprocessed")
	switch {
	case clang:
		if x := values(c.words, "-x"); len(x) > 0 {
			language = x[0][3:]
		}
		if o := values(c.words, "-o"); len(o) > 0 && (slices.Contains(c.words, "-emit-obj") || slices.Contains(c.words, "-emit-llvm-bc")) {
			w.object = append(w.object, o[0][3:])
		}
	case slices.Contains(c.words, "-lang-asm"):
		language = "assembler-with-cpp"
	case preprocessed:
		language += "-preprocessed"
	}
	w.sources = append(w.sources, language+" "+file)
	w.lto = w.lto || slices.ContainsFunc(c.words, func(s string) bool { return strings.HasPrefix(s, "-flto") })
}

func (w *truth) link(c call) {
	words := c.words[1:]
	w.linked = "a.out"
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "-o":
			i++
			w.linked = words[i]
		case word == "-static":
			w.static = true
		case word == "-shared":
			w.shared = true
		case strings.HasPrefix(word, "-l"):
			w.libs = append(w.libs, word[2:])
		case strings.HasPrefix(word, "-L"):
			w.dirs = append(w.dirs, word[2:])
		case word == "-plugin", word == "-m", word == "-z", word == "-dynamic-linker", word == "-T", word == "-u", word == "-e",
			word == "-rpath", word == "-R", word == "-h", word == "-soname", word == "--defsym":
			i++
		case strings.HasPrefix(word, "-"):
		default:
			w.objects = append(w.objects, word)
		}
	}
}

// subset reports whether the words of part come in list in their order.
func subset(part, list []string) bool {
	for _, s := range list {
		if len(part) > 0 && part[0] == s {
			part = part[1:]
		}
	}
	return len(part) == 0
}

// families are the languages under one name, as the two drivers have names of their own.
func family(language string) string {
	switch language {
	case "cpp-output", "c-preprocessed":
		return "c text"
	case "c++-cpp-output", "c++-preprocessed":
		return "c++ text"
	case "objc-cpp-output", "objective-c-cpp-output", "objective-c-preprocessed":
		return "objective-c text"
	case "objc++-cpp-output", "objective-c++-cpp-output", "objective-c++-preprocessed":
		return "objective-c++ text"
	}
	return language
}

// drive runs a driver with -###. ok is false where it does not take the line.
func drive(driver, dir string, args []string) (list []call, text string, ok bool) {
	cmd := exec.Command(driver, append([]string{"-###"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return calls(string(out)), string(out), err == nil && !strings.Contains(string(out), "error: ")
}

// compare compares what a driver does with what is read. It reports whether the driver took the
// line.
func compare(t *testing.T, driver, dir string, args []string) bool {
	t.Helper()
	list, _, ok := drive(driver, dir, args)
	if !ok {
		return false
	}
	c := compilerOf(driver)
	got := parse(c, dir, args, nil)
	expanded := expand(args, dir)
	var files []string
	for _, word := range expanded {
		path := word
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, word)
		}
		if info, err := os.Stat(path); (err == nil && info.Mode().IsRegular() || isResponse(word)) && word != "." && (word[0] != '-' || slices.Contains(args, "--")) {
			files = append(files, word)
		}
	}
	want := read(list, c.clang, files)
	problem := func(format string, values ...any) {
		t.Errorf("%s %q\n%s\n%+v", filepath.Base(driver), args, fmt.Sprintf(format, values...), got)
		for _, c := range list {
			t.Logf("%.1500q", c.words)
		}
	}

	if got.Mode == Probe || got.Mode == Other {
		return got.Reason != ""
	}
	// gcc hands the words of a response file on in another one.
	hidden := slices.ContainsFunc(list, func(c call) bool {
		return slices.ContainsFunc(c.words, func(s string) bool { return strings.HasPrefix(s, "@/") })
	})
	var sources []string
	for _, s := range got.Sources {
		switch s.Language {
		case "c", "c++", "objective-c", "objective-c++", "cpp-output", "c++-cpp-output", "objc-cpp-output", "objective-c++-cpp-output":
			sources = append(sources, family(s.Language)+" "+s.Path)
		}
	}
	var wantSources []string
	for _, s := range want.sources {
		language, path, _ := strings.Cut(s, " ")
		if path == "" || strings.HasPrefix(language, "assembler") || language == "ir" { // of a temporary file

			continue
		}
		wantSources = append(wantSources, family(language)+" "+path)
	}
	if diff := cmp.Diff(wantSources, sources); diff != "" {
		problem("sources (-driver +own):\n%s", diff)
	}
	if linked := want.linked != ""; linked != got.Mode.Links() {
		if !slices.Contains(args, "-r") {
			problem("the driver links: %v", linked)
		}
	} else if hidden {
	} else if linked {
		if want.linked != got.Output {
			problem("the driver links %q", want.linked)
		}
		var objects, existing []string
		for _, o := range got.Objects {
			if slices.Contains(files, o) {
				existing = append(existing, o)
			}
		}
		for _, o := range want.objects {
			if slices.Contains(files, o) {
				objects = append(objects, o)
			}
		}
		if diff := cmp.Diff(objects, existing); diff != "" && !slices.ContainsFunc(want.objects, func(o string) bool { return strings.HasSuffix(o, ".c") }) {
			problem("objects (-driver +own):\n%s", diff)
		}
		for _, l := range got.Libraries { // in any order, as g++ puts -lm at the end
			if !slices.Contains(want.libs, l) {
				problem("libraries of the driver: %q", want.libs)
			}
		}
		if !subset(got.LibraryDirs, want.dirs) {
			problem("library directories of the driver: %q", want.dirs)
		}
		for _, l := range want.libs {
			if !slices.Contains(got.Libraries, l) && slices.Contains(expanded, "-l"+l) {
				problem("library %s is not seen", l)
			}
		}
		if want.static != got.Static && !want.shared && !slices.Contains(args, "-static-pie") || want.shared != got.Shared {
			problem("the driver: static %v, shared %v", want.static, want.shared)
		}
	} else if len(got.Sources) > 0 {
		var objects []string
		for _, s := range got.Sources {
			objects = append(objects, s.Object)
		}
		if !subset(objects, want.object) {
			problem("object files %q, the driver's: %q", objects, want.object)
		}
	}
	if len(sources) > 0 && want.lto != got.LTO {
		problem("the driver: lto %v", want.lto)
	}
	if hidden {
		list, _, _ = drive(driver, dir, expanded)
	}
	compareShadow(t, driver, dir, args, list, got)
	return true
}

// compareShadow compares what the compiler proper is given for the first source that can be
// read with what it is given with the options of the shadow.
func compareShadow(t *testing.T, driver, dir string, args []string, list []call, got Command) {
	t.Helper()
	clang := compilerOf(driver).clang
	i := slices.IndexFunc(got.Sources, Source.Readable)
	if i < 0 {
		return
	}
	source := got.Sources[i]
	if slices.ContainsFunc(got.Sources, func(s Source) bool { return s.Path == source.Path && s.Language != source.Language }) {
		return
	}
	proper := func(list []call) call {
		for _, c := range list {
			if (strings.HasPrefix(c.name(), "cc1") || clang && c.words[1] == "-cc1") && sourceOf(c.words, []string{source.Path}) != "" {
				return c
			}
		}
		return call{}
	}
	full := proper(list)
	words := append(slices.Clone(got.Shadow), "-fsyntax-only", "-x", source.Language, source.Path)
	list, text, _ := drive(driver, dir, words)
	shadow := proper(list)
	if len(full.words) == 0 || len(shadow.words) == 0 {
		t.Errorf("%s %q\nshadow %q\n%s", filepath.Base(driver), args, words, text)
		return
	}
	for _, options := range [][]string{searchOptions, defineOptions, includeOptions} {
		a, b := values(full.words, options...), values(shadow.words, options...)
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("%s %q\nshadow %q (-full +shadow)\n%s", filepath.Base(driver), args, words, diff)
		}
	}
	flags := func(words []string) []string {
		var list []string
		for i, w := range words {
			if strings.HasPrefix(words[max(i-1, 0)], "-dump") || strings.HasPrefix(words[max(i-1, 0)], "-m") && clang {
				continue
			}
			switch {
			case w == "-fsyntax-only", isDropped(w, clang), strings.HasPrefix(w, "-fcoverage-"), strings.HasPrefix(w, "-fdebug-"), strings.HasPrefix(w, "-flto"), w == "-fno-lto",
				w == "-main-file-name", w == "-mrelax-all", w == "-mllvm", w == "-mnoexecstack":
			case strings.HasPrefix(w, "-f"), strings.HasPrefix(w, "-m"), strings.HasPrefix(w, "-std"), strings.HasPrefix(w, "-O"), w == "-ansi", w == "-pthread", w == "-undef", strings.HasPrefix(w, "-trad"), strings.HasPrefix(w, "--param"):
				list = append(list, w)
			}
		}
		return list
	}
	if diff := cmp.Diff(flags(full.words), flags(shadow.words)); diff != "" {
		t.Errorf("%s %q\nshadow %q (-full +shadow)\n%s", filepath.Base(driver), args, words, diff)
	}
}

// lines are command lines as build systems write them.
var lines = []string{
	"-c a.c",
	"-c a.c -o out.o",
	"-c -oout.o a.c",
	"-c sub/c.c",
	"a.c",
	"a.c b.c -o prog -lm",
	"a.o b.o -o prog -Llib -lx -lm",
	"a.o libx.a liby.so -lx -o prog",
	"-shared a.o -o liby.so.1 -Wl,-soname,liby.so.1",
	"-shared -fPIC a.c -o liby.so.1",
	"-static a.o -o prog",
	"-static-pie a.o -o prog",
	"-DHAVE_CONFIG_H -I. -I inc -Iinc2 -isystem sys -iquote quote -idirafter after -g -O2 -MT a.o -MD -MP -MF a.Tpo -c -o a.o a.c",
	"-DX -UX -D Y=1 -U Y -c a.c",
	"-D'A=b c' -c a.c",
	"-include pre.h -imacros macros.h -c a.c",
	"-includepre.h -c a.c",
	"-x c++ a.c b.c -x none a.o -o prog",
	"-xc a.cc -c",
	"-x c noextension -c",
	"-x assembler-with-cpp -c a.c",
	"-c a.s", "-c a.S", "-c a.sx",
	"-c a.i", "-c a.ii", "-c a.mi",
	"-c a.cc", "-c b.cpp", "-c c.cxx", "-c d.C", "-c e.c++", "-c f.CPP", "-c g.cp", "-c a.CC",
	"-c a.m", "-c a.mm", "-c a.M",
	"-c a.cc b.cpp",
	"-std=gnu11 -fPIC -mavx2 -march=x86-64-v2 -pthread -fopenmp -O3 -c a.c",
	"-Wall -Wextra -Werror -Wno-unused -Wp,-D_FORTIFY_SOURCE=2 -Wp,-MD,.a.d -c a.c",
	"-Wp,-MMD,dir/.a.d,-MT,a.o -DZ -c a.c",
	"-Xpreprocessor -DPP -c a.c",
	"-Xpreprocessor -MD -Xpreprocessor dep -c a.c",
	"-Xlinker -lx a.o -o prog",
	"-Wl,-lx,-z,now -Wl,-rpath,/usr/lib a.o -o prog",
	"-Wl,--start-group a.o libx.a -Wl,--end-group -lx",
	"-z now a.o -z relro",
	"-u symbol a.o -e start -T script.ld -o prog",
	"-Tscript.ld a.o", "-Wl,-T,script.ld a.o",
	"-nostdlib a.o -o prog", "-nostartfiles -nodefaultlibs a.o",
	"--sysroot=/ -c a.c", "--sysroot / -c a.c", "-isysroot / -c a.c",
	"--param inline-unit-growth=10 -c a.c", "--param=inline-unit-growth=10 -c a.c",
	"-B lib -c a.c", "-Blib -c a.c",
	"-flto -c a.c", "-flto=auto -c a.c", "-flto -fno-lto -c a.c", "-flto=thin -c a.c",
	"-fsanitize=address,undefined -fno-sanitize=undefined -c a.c",
	"-save-temps -c a.c", "-pipe -c a.c", "-v -c a.c",
	"@one.rsp -c a.c", "@two.rsp -c", "-c @two.rsp @absent.rsp", "@link.rsp -o prog", "@loop.rsp -c a.c",
	"-I -DNOT -c a.c",
	"-l x a.o", "-lx a.o -l:libx.a",
	"a.txt -o prog", "a.lo a.c.in",
	"-c -- a.c",
	"-r a.o b.o -o c.o", "-r -nostdlib a.c -o c.o",
	"-c a.c a.o",
	"-o prog",
	"-rdynamic a.o -o prog", "-pie a.o", "-no-pie a.o", "-s a.o", "-pg a.c -c",
	"-dumpbase x -c a.c", "-dumpdir x- -c a.c",
	"-aux-info proto.txt -c a.c",
	"--output=x.o -c a.c", "--output x.o -c a.c", "--compile a.c",
	"--include-directory inc --include-directory=inc2 --define-macro X --define-macro=Y -c a.c",
	"--include pre.h -c a.c", "--std=c99 -c a.c", "--language=c++ -c a.c", "--language c++ -c a.c", "--shared a.o", "--static a.o",
	"-fdebug-prefix-map=/a=. -ffile-prefix-map=/b=. -c a.c",
	"-gdwarf-4 -ggdb3 -gsplit-dwarf -c a.c",
	"-traditional-cpp -undef -trigraphs -remap -c a.c",
	"-iprefix /usr/ -iwithprefix include -iwithprefixbefore lib -c a.c",
	"-imultilib 32 -c a.c",
	"-R lib a.o", "-h name a.o",
	"-A 'machine(x)' -c a.c",
	"-c a.f90", "a.f a.o", "-c a.go", "-c a.d", "-c a.adb",
	"-c a.bc", "-c a.ll", "-c a.asm",
	"-target x86_64-linux-gnu -c a.c", "--target=x86_64-linux-gnu -c a.c", "-mllvm -unroll-count=2 -c a.c",
	"-Xclang -fno-pch-timestamp -c a.c", "-Xclang -dependency-file -Xclang x -c a.c", "-rpath /usr/lib a.o", "-working-directory inc -c a.c",
	"-cxx-isystem sys -c a.cc", "-stdlib++-isystem sys -c a.cc", "-Qunused-arguments -c a.c", "-Rpass=inline -c a.c",
	"-fuse-ld=gold a.o", "-fuse-ld=bfd a.o -o prog",
	"-iquotequote -isystemsys -idirafterafter -c a.c",
	"-L lib -Llib2 a.o -o prog",
	"-MMD -MF x.d -MQ x -MTy -MG -MP -c a.c",
	"-MJ x.json -c a.c",
	"-ftemplate-depth=100 -fmessage-length=0 -fdiagnostics-color=always -fvisibility=hidden -c a.cc",
	"-static -c a.c", "-no-pie -c a.c", "-static-pie -c a.c", "-shared -fPIC -c a.c", "-p -c a.c", "--coverage -c a.c", "-fprofile-arcs -ftest-coverage -c a.c",
	"-Ofast -c a.c", "-ffast-math -O2 -c a.c", "-funsigned-char -fshort-enums -fshort-wchar -c a.c", "-mavx512f -mfma -c a.c", "-std=c89 -c a.c",
	"-ffreestanding -fno-builtin -c a.c", "-fopenmp-simd -fno-common -fgnu89-inline -c a.c", "-fcf-protection=full -fstack-protector-all -fstack-clash-protection -c a.c",
	"-fsanitize=thread -c a.c", "-fsanitize=address -fsanitize-recover=all -c a.c", "-fno-exceptions -fno-rtti -c a.cc", "-fexcess-precision=standard -ffp-contract=off -c a.c",
	"-O2 -D_FORTIFY_SOURCE=3 -Wp,-D_GLIBCXX_ASSERTIONS -c a.cc", "-fvisibility=hidden -fno-semantic-interposition -ffunction-sections -c a.c", "-mcmodel=large -c a.c",
	"-fPIE -pie a.c -o prog", "-static a.c -o prog", "-no-pie a.c -o prog", "-pthread a.c -o prog", "-g3 -fdebug-macro -c a.c", "-finline-limit=9 -fno-plt -c a.c",
	"-nostdinc++ -c a.cc", "-undefined dynamic_lookup a.o", "-arch x86_64 -c a.c",
}

// Command lines as they are written in the wild are read as the drivers read them.
func TestDrivers(t *testing.T) {
	dir := tree(t)
	for _, name := range []string{"gcc", "g++", "clang", "clang++"} {
		t.Run(name, func(t *testing.T) {
			driver, c := need(t, name), compilerOf(name)
			taken, lines := 0, lines
			if testing.Short() && c.clang { // which takes its time
				lines = lines[:len(lines)/3]
			}
			for _, line := range lines {
				args := shellArgs(line)
				if compare(t, driver, dir, args) {
					taken++
				}
			}
			t.Logf("%d of %d lines were taken", taken, len(lines))
			if taken < len(lines)*3/4 {
				t.Error("the driver refuses too much")
			}
		})
	}
}

func shellArgs(line string) []string {
	var args []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			args[len(args)-1] += part
			continue
		}
		fields := strings.Fields(part)
		if i > 0 && !strings.HasPrefix(part, " ") && len(fields) > 0 {
			args[len(args)-1] += fields[0]
			fields = fields[1:]
		}
		args = append(args, fields...)
		if strings.HasSuffix(part, " ") {
			args = append(args, "")
		}
	}
	return slices.DeleteFunc(args, func(s string) bool { return s == "" })
}

// The macros of a source are those of the shadow, whatever was left out.
func TestMacros(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	dir := tree(t)
	for _, name := range []string{"gcc", "g++", "clang"} {
		t.Run(name, func(t *testing.T) {
			driver := need(t, name)
			run := func(args []string) (macros []string, ok bool) {
				cmd := exec.Command(driver, args...)
				cmd.Dir = dir
				out, err := cmd.Output()
				macros = strings.Split(string(out), "\n")
				slices.Sort(macros)
				return macros, err == nil && len(macros) > 100
			}
			compared := 0
			for _, line := range lines {
				args := shellArgs(line)
				got := parse(compilerOf(driver), dir, args, nil)
				if !got.Mode.Compiles() || len(got.Sources) != 1 || !got.Sources[0].Readable() || len(got.Objects) > 0 {
					continue
				}
				want, ok := run(append(slices.Clone(args), "-E", "-dM", "-o", "-"))
				if !ok {
					continue
				}
				compared++
				words := append(slices.Clone(got.Shadow), "-x", got.Sources[0].Language, "-E", "-dM", got.Sources[0].Path)
				if macros, ok := run(words); !ok || !slices.Equal(macros, want) {
					t.Errorf("%s: shadow %q (-full +shadow)\n%s", line, words, cmp.Diff(want, macros))
				}
			}
			t.Logf("%d lines", compared)
			if compared < 20 {
				t.Error("too few")
			}
		})
	}
}

// pool is what the random lines are drawn from. A part with a space is several words.
var pool = []string{
	"-c", "-c", "-c", "-o x.o", "-ox.o", "-o prog", "-g", "-O2", "-Os", "-O", "-Wall", "-Werror", "-w", "-pedantic", "-ansi", "-std=gnu99", "-std=c++17",
	"-I inc", "-Iinc2", "-I.", "-D A", "-DB=2", "-U A", "-UB", "-isystem sys", "-isystemsys", "-iquote quote", "-idirafter after",
	"-include pre.h", "-imacros macros.h", "-x c", "-x c++", "-xc", "-x none", "-xnone", "-xassembler", "-x assembler-with-cpp",
	"-MD", "-MMD", "-MP", "-MF dep.d", "-MFdep.d", "-MT tgt", "-MQ tgt", "-MTtgt", "-Wp,-MD,dep.d", "-Wp,-DPP=1", "-Xpreprocessor -DXP",
	"-l x", "-lx", "-lm", "-L lib", "-Llib", "-Wl,-z,now", "-Wl,-lx", "-Xlinker -lm", "-Xlinker --as-needed", "-z relro", "-znow", "-u sym", "-usym",
	"-e start", "-T script.ld", "-static", "-shared", "-pie", "-no-pie", "-rdynamic", "-s", "-nostdlib", "-nostartfiles", "-pthread", "-fopenmp",
	"-fPIC", "-fno-pic", "-flto", "-fno-lto", "-ffat-lto-objects", "-fsanitize=address", "-m64", "-march=x86-64", "-mtune=generic", "-mno-red-zone",
	"--param max-inline-insns-single=3", "--param=max-inline-insns-single=4", "--sysroot=/", "-B lib", "-Blib", "-pipe", "-v",
	"-Xassembler --noexecstack", "-Wa,--noexecstack", "-Wno-error", "-Wno-unused-value", "-fdiagnostics-color=never", "-fvisibility=hidden",
	"-iprefix /usr/", "-iwithprefix include", "-isysroot /", "-dumpdir x-", "-aux-info info", "-rpath lib", "-mllvm -stats", "-target x86_64-linux-gnu",
	"--include-directory=inc", "--define-macro=L", "--output=y.o", "@one.rsp", "@two.rsp", "@link.rsp", "@absent.rsp", "-Xclang -fcaret-diagnostics",
	"-gdwarf-4", "-gz", "-ggdb", "-fno-strict-aliasing", "-funroll-loops", "-ftrapv", "-fwrapv", "-fexceptions", "-fno-rtti", "-fstack-protector-strong",
	"a.c", "a.c", "b.c", "sub/c.c", "a.cc", "b.cpp", "a.s", "a.S", "a.o", "b.o", "libx.a", "liby.so", "a.i", "a.m", "d.C", "noextension", "a.h", "-dash.c", "a.f90", "a.ii",
}

// Random command lines are read as the drivers read them, where they take them.
func TestDriversRandom(t *testing.T) {
	dir := tree(t)
	count := 400
	if testing.Short() {
		count = 40
	}
	for _, name := range []string{"gcc", "g++", "clang", "clang++"} {
		t.Run(name, func(t *testing.T) {
			driver := need(t, name)
			random := rand.New(rand.NewPCG(5, uint64(len(name))))
			count, taken := count, 0
			if strings.Contains(name, "clang") { // which takes its time
				count /= 4
			}
			for range count {
				var args []string
				for range 1 + random.IntN(10) {
					args = append(args, strings.Fields(pool[random.IntN(len(pool))])...)
				}
				if random.IntN(4) > 0 {
					args = append(args, "a.c")
				}
				if compare(t, driver, dir, args) {
					taken++
				}
				if t.Failed() {
					return
				}
			}
			t.Logf("%d of %d lines were taken", taken, count)
			if taken < count/2 {
				t.Error("the driver refuses too much")
			}
		})
	}
}

// Command lines that builds were seen to run are read as the drivers read them. They are those
// of the files that $MUSLLINT_CALLS matches, one {"dir": …, "args": […]} a line.
func TestDriversRecorded(t *testing.T) {
	pattern := os.Getenv("MUSLLINT_CALLS")
	if pattern == "" {
		t.Skip("MUSLLINT_CALLS names no records of builds")
	}
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	modes, taken := map[Mode]int{}, 0
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var call struct {
				Dir  string
				Args []string
			}
			if seen[line] || json.Unmarshal([]byte(line), &call) != nil || len(call.Args) == 0 {
				continue
			}
			seen[line] = true
			driver, err := exec.LookPath(call.Args[0])
			if err != nil {
				continue
			}
			c := parse(compilerOf(driver), call.Dir, call.Args[1:], nil)
			modes[c.Mode]++
			if slices.ContainsFunc(c.Sources, func(s Source) bool {
				path := s.Path
				if !filepath.IsAbs(path) {
					path = filepath.Join(call.Dir, path)
				}
				_, err := os.Stat(path)
				return err != nil
			}) {
				continue // the file of a test that is gone
			}
			if c.Mode == Other {
				t.Logf("%s: %q", c.Reason, call.Args)
			}
			if c.Mode != Probe && c.Mode != Other && compare(t, driver, call.Dir, call.Args[1:]) {
				taken++
			}
		}
	}
	t.Logf("%d lines, %v; %d compared", len(seen), modes, taken)
}
