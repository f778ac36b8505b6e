package cmdline

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is a question or somebody's test of the compiler is a probe; what is none is not taken
// for one.
func TestProbe(t *testing.T) {
	for _, test := range []struct {
		name, dir, line string
		mode            Mode
	}{
		// Questions.
		{"gcc", "/src", "--version", Probe},
		{"gcc", "/src", "-v", Probe},
		{"gcc", "/src", "-V", Probe},
		{"gcc", "/src", "-qversion", Probe},
		{"gcc", "/src", "", Probe},
		{"gcc", "/src", "-E a.c", Probe},
		{"gcc", "/src", "-M a.c", Probe},
		{"gcc", "/src", "-MM a.c -o x.d", Probe},
		{"gcc", "/src", "-S a.c", Probe},
		{"gcc", "/src", "-### -c a.c", Probe},
		{"gcc", "/src", "-print-search-dirs", Probe},
		{"gcc", "/src", "--print-multiarch -m32", Probe},
		{"gcc", "/src", "-dumpmachine", Probe},
		{"gcc", "/src", "-dM -E -x c /dev/null", Probe},
		{"gcc", "/src", "--help=optimizers", Probe},
		{"gcc", "/src", "-", Probe},
		{"gcc", "/src", "-x c - -o prog", Probe},
		{"gcc", "/src", "-c -x c /dev/null -o x.o", Probe},
		{"gcc", "/src", "-c a.c -o /dev/null", Probe},
		{"cpp", "/src", "a.c", Probe},
		{"x86_64-linux-gnu-cpp-12", "/src", "a.c", Probe},
		// Tests of build systems.
		{"gcc", "/src", "-o conftest -g -O2 conftest.c -lm", Probe},
		{"gcc", "/src", "-c conftest.c", Probe},
		{"gcc", "/src", "-c /tmp/_configtest.c -o _configtest.o", Probe},
		{"gcc", "/src", "-o config.test.x -I inc config.test.c", Probe},
		{"gcc", "/src/b/CMakeFiles/CMakeScratch/TryCompile-Ab12", "-o CMakeFiles/cmTC_1.dir/src.c.o -c src.c", Probe},
		{"gcc", "/src/b", "-c /src/b/CMakeFiles/CMakeTmp/CheckSymbolExists.c -o x.o", Probe},
		{"gcc", "/src/b/CMakeFiles/3.25.1/CompilerIdC", "CMakeCCompilerId.c", Probe},
		{"gcc", "/src/b", "/src/b/meson-private/tmp123/testfile.c -o /src/b/meson-private/tmp123/output.exe", Probe},
		{"gcc", "/tmp/go-build1/b052", "-c -Wno-error trivial.c", Probe},
		{"gcc", "/tmp/cgo-1", "-w -Wno-error -o/tmp/cgo-1/_cgo_.o -gdwarf-2 -c -xc cgo-gcc-input-12.c", Probe},
		{"gcc", "/src", "-c target/debug/build/x/out/flag_check.c -o out/flag_check", Probe},
		{"gcc", "/src", "-c build/.conf_check_0123/test.c -o build/.conf_check_0123/test.o", Probe},
		{"gcc", "/src", "-o .sconf_temp/conftest_1.o -c .sconf_temp/conftest_1.c", Probe},
		{"gcc", "/src", "-o ztest42 ztest42.c", Probe},
		{"gcc", "/src", "-o objs/autotest objs/autotest.c", Probe},
		{"gcc", "/src", "-c -o /tmp/ffconf.Zx1/test.o /tmp/ffconf.Zx1/test.c", Probe},
		{"gcc", "/src", "-o config-temp/qemu-conf.exe config-temp/qemu-conf.c", Probe},
		// Code.
		{"gcc", "/src", "-v -c a.c", Compile},
		{"gcc", "/src", "-c myconftest.c", Compile},
		{"gcc", "/src/mesonbuild", "-c a.c", Compile},
		{"gcc", "/src/CompilerIdentity/ShowIncludes", "-c a.c", Compile},
		{"gcc", "/src/build", "-o CMakeFiles/x.dir/a.c.o -c /src/a.c", Compile},
		{"gcc", "/src", "-c trivial.c", Compile},
		{"gcc", "/src", "-c ztester.c", Compile},
		{"gcc", "/src", "-c autotest.c", Compile},
		{"gcc", "/src", "-c assertlib.c", Compile},
		{"gcc", "/dev/shm/build", "-c /dev/shm/build/a.c -o /dev/shm/build/a.o", Compile},
		{"gcc", "/src", "-c a.c -MD -MF a.d", Compile},
		{"gcc", "/src", "-c -save-temps a.c", Compile},
		{"gcc", "/src", "-r a.c -o b.o", Compile},
		{"gcc", "/src", "a.c", CompileAndLink},
		{"gcc", "/src", "a.c b.o -lx", CompileAndLink},
		{"gcc", "/src", "a.o", Link},
		{"gcc", "/src", "-shared a.o -o x.so", Link},
		{"musl-gcc", "/src", "-c a.c", Compile},
		{"x86_64-alpine-linux-musl-gcc", "/src", "-c a.c", Compile},
		{"arm-linux-gnueabihf-gcc", "/src", "-c a.c", Compile},
		{"aarch64-none-linux-gnu-gcc", "/src", "-c a.c", Compile},
		{"arm-none-linux-gnueabihf-g++", "/src", "-c a.cc", Compile},
		{"clang", "/src", "--target=aarch64-linux-gnu -c a.c", Compile},
		// For the compiler alone.
		{"gcc", "/src", "-fsyntax-only a.c", Other},
		{"gcc", "/src", "-c a.h", Other},
		{"g++", "/src", "-x c++-header all.hpp -o all.hpp.gch", Other},
		{"g++", "/src", "-fmodules-ts -c a.cc", Other},
		{"clang", "/src", "-include-pch x.pch -c a.c", Other},
		{"clang", "/src", "-Xclang -include-pch -Xclang x.pch -c a.c", Other},
		{"clang", "/src", "-Xclang -emit-pch -x c-header a.h -o a.pch", Other},
		{"clang", "/src", "-emit-llvm -c a.c", Other},
		{"clang", "/src", "--analyze a.c", Other},
		{"clang", "/src", "--target=bpf -O2 -c a.c", Other},
		{"clang", "/src", "-target wasm32-wasi -c a.c", Other},
		{"clang", "/src", "-target x86_64-apple-macos11 -c a.c", Other},
		{"gcc", "/src", "-nostdinc -c a.c", Other},
		{"gcc", "/src", "-c a.o", Other},
		{"gcc", "/src", "-c a.c -o", Other},
		{"gcc", "/src", "-r a.o b.o -o c.o", Other},
		{"nvcc", "/src", "-c a.cu", Other},
		{"x86_64-w64-mingw32-gcc", "/src", "-c a.c", Other},
		{"arm-none-eabi-gcc", "/src", "-c a.c", Other},
		{"riscv64-unknown-elf-gcc-12", "/src", "-c a.c", Other},
		{"avr-gcc", "/src", "-c a.c", Other},
	} {
		c := parse(compilerOf(test.name), test.dir, strings.Fields(test.line), nil)
		if c.Mode != test.mode {
			t.Errorf("%s %s in %s is %v (%s), want %v", test.name, test.line, test.dir, c.Mode, c.Reason, test.mode)
		}
		if (c.Reason == "") != (c.Mode != Probe && c.Mode != Other) {
			t.Errorf("%s %s is %v because of %q", test.name, test.line, c.Mode, c.Reason)
		}
	}
}

// The shadow keeps what says how a source is to be understood, and nothing that writes, links
// or words messages.
func TestShadow(t *testing.T) {
	for _, test := range []struct{ name, line, want string }{
		{"gcc", "-c a.c -o a.o -MD -MP -MFa.d -MT a.o -O2 -g -Wall -Werror -pipe", "-O2"},
		{"gcc", "-DX -D Y=1 -UZ -Iinc -I inc2 -isystem s -iquote q -idirafter d -include p.h -imacros m.h -c a.c",
			"-DX -D Y=1 -UZ -Iinc -I inc2 -isystem s -iquote q -idirafter d -include p.h -imacros m.h"},
		{"gcc", "-std=gnu99 -ansi -fPIC -m32 -march=native -pthread -fopenmp -funsigned-char -fshort-enums -c a.c",
			"-std=gnu99 -ansi -fPIC -m32 -march=native -pthread -fopenmp -funsigned-char -fshort-enums"},
		{"gcc", "-Wno-implicit-function-declaration -Wimplicit -Wno-error=x -w -pedantic-errors -fmax-errors=1 -fanalyzer -c a.c",
			"-Wno-implicit-function-declaration -Wno-error=x"},
		{"gcc", "-Wp,-D_FORTIFY_SOURCE=2,-MD,a.d -Wa,--x -Wl,-z,now -c a.c", "-Wp,-D_FORTIFY_SOURCE=2"},
		{"gcc", "-Wp,-MMD,a.d -c a.c", ""},
		{"gcc", "-Xpreprocessor -MD -Xpreprocessor a.d -Xpreprocessor -DX -Xassembler x -Xlinker y -c a.c", "-Xpreprocessor -DX"},
		{"gcc", "-flto=auto -ffat-lto-objects -fuse-ld=gold -fplugin=x.so -fplugin-arg-x-y=1 -fdump-tree-all -fprofile-arcs --coverage -c a.c", ""},
		{"gcc", "-fsanitize=address -fno-sanitize=leak -fsome-new-flag -mnew -znow -static -shared -rdynamic -lx -Llib a.c", "-fsanitize=address -fno-sanitize=leak -fsome-new-flag -mnew"},
		{"gcc", "-dumpdir x -dumpbase y -aux-info z -da -H -Q -time -save-temps=obj -c a.c", ""},
		{"gcc", "--sysroot=/s --sysroot /t -isysroot /u -specs=f -B /b --param a=1 --param=b=2 -c a.c", "--sysroot=/s --sysroot /t -isysroot /u -specs=f -B /b --param a=1 --param=b=2"},
		{"gcc", "-undef -trigraphs -traditional-cpp -nostdinc++ -remap -c a.c", "-undef -trigraphs -traditional-cpp -nostdinc++ -remap"},
		{"clang", "-target aarch64-linux-gnu --gcc-toolchain=/g -stdlib=libc++ -Xclang -fx -Xclang -load -Xclang p.so -Rpass=x -MJ x.json -mllvm -y -c a.c",
			"-target aarch64-linux-gnu --gcc-toolchain=/g -stdlib=libc++ -Xclang -fx -mllvm -y"},
		{"clang", "-Xclang -dependency-file -Xclang d -Xclang -plugin-arg-x -Xclang y -serialize-diagnostics d -fmodules-cache-path=x -c a.c", "-Xclang y"},
		{"gcc", "-x c++ a.c -x none b.o", ""},
	} {
		c := parse(compilerOf(test.name), "/src", strings.Fields(test.line), nil)
		if got := strings.Join(c.Shadow, " "); got != test.want {
			t.Errorf("%s %s\ngot  %s\nwant %s", test.name, test.line, got, test.want)
		}
	}
}

func TestSanitize(t *testing.T) {
	c := parse(compiler{}, "/src", strings.Fields("-fsanitize=address,undefined,leak -fno-sanitize=undefined -fsanitize=leak -c a.c"), nil)
	if diff := cmp.Diff([]string{"address", "leak"}, c.Sanitize); diff != "" {
		t.Error(diff)
	}
	c = parse(compiler{}, "/src", strings.Fields("-fsanitize=address -fno-sanitize=all -c a.c"), nil)
	if len(c.Sanitize) != 0 {
		t.Error(c.Sanitize)
	}
}

// Response files are read from the working directory, also inside of others, and once.
func TestResponse(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a":     "-DA 'two words' \"a \\\" quote\" back\\ slash '' @sub/b",
		"sub/b": "-DB @c",
		"c":     "-DC\v-DD\f\r\n",
		"loop":  "-DL @loop",
		"empty": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got := expand([]string{"first", "@a", "@none", "@", "@loop", "@empty", "@sub", "@" + filepath.Join(dir, "c"), "last"}, dir)
	want := []string{
		"first", "-DA", "two words", "a \" quote", "back slash", "", "-DB", "-DC", "-DD", "@none", "@", "-DL", "@loop", "@sub", "-DC", "-DD", "last",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// A chain of many is cut.
	for i := range 30 {
		path := filepath.Join(dir, "chain"+string(rune('A'+i)))
		if err := os.WriteFile(path, []byte("x @chain"+string(rune('A'+i+1))), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got := expand([]string{"@chainA"}, dir); len(got) != maxDepth+1 || got[maxDepth] != "@chainK" {
		t.Errorf("%q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, line := range lines {
		f.Add("gcc", strings.ReplaceAll(line, " ", "\n"))
		f.Add("clang++-15", strings.ReplaceAll(line, " ", "\n"))
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		args := strings.Split(text, "\n")
		dir := t.TempDir()
		c := parse(compilerOf(name), dir, args, func(string) string { return "" })
		words := expand(args, dir)
		joined := "\x00" + strings.Join(words, "\x00") + "\x00"
		for _, s := range c.Sources {
			if !slices.Contains(words, s.Path) || s.Language == "" {
				t.Fatalf("source %+v of %q", s, words)
			}
			if c.Mode == Compile && s.Object == "" && c.Output == "" {
				t.Fatalf("no object for %+v of %q", s, words)
			}
			if slices.Contains(c.Objects, s.Path) && !hasTwice(words, s.Path) {
				t.Fatalf("%s is a source and an object: %q", s.Path, words)
			}
		}
		for _, s := range c.Objects {
			if !slices.Contains(words, s) {
				t.Fatalf("object %q of %q", s, words)
			}
		}
		for _, s := range c.Shadow {
			if !strings.Contains(joined, "\x00"+s+"\x00") && !strings.HasPrefix(s, "-Wp,") {
				t.Fatalf("shadow %q of %q", s, words)
			}
		}
		if len(c.Shadow) > len(words) {
			t.Fatalf("%d words became %d", len(words), len(c.Shadow))
		}
		if (c.Reason != "") != (c.Mode == Probe || c.Mode == Other) {
			t.Fatalf("%v for %q", c.Mode, c.Reason)
		}
		if c.Mode.Compiles() && len(c.Sources) == 0 || c.Mode == Link && len(c.Objects)+len(c.Libraries) == 0 && !c.Static && len(words) == 0 {
			t.Fatalf("%v of %q", c.Mode, words)
		}
		// What is kept reads the same again.
		again := parse(compilerOf(name), dir, append(slices.Clone(c.Shadow), "-c", "x.c"), func(string) string { return "" })
		if c.Mode != Other && c.Mode != Probe && !slices.Equal(again.Shadow, c.Shadow) {
			t.Fatalf("shadow %q became %q", c.Shadow, again.Shadow)
		}
	})
}

func hasTwice(words []string, word string) bool {
	i := slices.Index(words, word)
	return i >= 0 && slices.Contains(words[i+1:], word)
}

func BenchmarkParse(b *testing.B) {
	args := strings.Fields("-DHAVE_CONFIG_H -I. -I../.. -I../../include -isystem /usr/include/x -D_GNU_SOURCE -DNDEBUG -std=gnu11 -Wall -Wextra -Werror -Wno-unused -O2 -g -fPIC -fvisibility=hidden -pthread -MT a.lo -MD -MP -MF .deps/a.Tpo -c a.c -o .libs/a.o")
	c := compilerOf("gcc")
	for b.Loop() {
		if c := parse(c, "/home/user/src/project/lib", args, nil); c.Mode != Compile {
			b.Fatal(c)
		}
	}
}

func TestIncludeDirs(t *testing.T) {
	c := parse(compiler{}, "/src", strings.Fields("-idirafter a1 -isystem s1 -I i1 -Ii2 -iquote q1 -iquoteq2 -isystems2 -idiraftera2 -D -I -DX -include -I "+
		"--include-directory=i3 --include-directory i4 --include-directory-after=a3 -I- -iprefix -I --param -I -c x.c"), nil)
	want := strings.Fields("q1 q2 i1 i2 i3 i4 s1 s2 a1 a2 a3")
	if diff := cmp.Diff(want, c.IncludeDirs()); diff != "" {
		t.Error(diff)
	}
}

func TestBefore(t *testing.T) {
	c := parse(compiler{}, "/src", strings.Fields("-include a.h -D -include -imacros b.h -I c.h --include=d.h -c x.c"), nil)
	if diff := cmp.Diff(strings.Fields("a.h b.h d.h"), c.Before()); diff != "" {
		t.Error(diff)
	}
}
