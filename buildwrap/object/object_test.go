package object_test

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/buildwrap/object"
)

// need returns the path of a tool, and ends the test without it.
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

func run(t testing.TB, dir string, words ...string) string {
	t.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%q: %v\n%s", words, err, exit.Stderr)
		}
		t.Fatal(err)
	}
	return string(out)
}

const source = `
extern int plain(int), used_in_data(void), optimized_away(void);
extern int weak(void) __attribute__((weak));
extern int number;
extern __thread int thread_local_number;
static int (*pointer)(void) = used_in_data;
int common;
int defined(void) { return plain(number) + pointer() + (weak ? weak() : 0) + thread_local_number; }
int other(void) { if (0) optimized_away(); return defined(); }
`

// nm returns what nm says a file wants: "w" before the weak ones.
func nm(t testing.TB, tool, file string) []string {
	var list []string
	for line := range strings.Lines(run(t, "", tool, "-u", file)) {
		f := strings.Fields(line)
		if len(f) == 2 {
			list = append(list, f[0]+" "+f[1])
		}
	}
	return list
}

// debugELF is nm by Go's own reader.
func debugELF(t testing.TB, file string) []string {
	f, err := elf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, s := range symbols {
		switch {
		case s.Section != elf.SHN_UNDEF || s.Name == "" || elf.ST_BIND(s.Info) == elf.STB_LOCAL:
		case elf.ST_BIND(s.Info) == elf.STB_WEAK:
			list = append(list, "w "+s.Name)
		default:
			list = append(list, "U "+s.Name)
		}
	}
	return list
}

func undefined(t testing.TB, file string) []string {
	t.Helper()
	symbols, err := object.Undefined(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, s := range symbols {
		kind := "U "
		if s.Weak {
			kind = "w "
		}
		list = append(list, kind+s.Name)
	}
	return list
}

func sorted(list []string) []string {
	for i, s := range list {
		if rest, ok := strings.CutPrefix(s, "v "); ok { // a weak variable
			list[i] = "w " + rest
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// What object files of gcc want is what nm says, with intermediate code and without.
func TestUndefinedGCC(t *testing.T) {
	gcc, tool := need(t, "gcc"), need(t, "gcc-nm")
	dir := t.TempDir()
	file := filepath.Join(dir, "x.c")
	if err := os.WriteFile(file, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, dir, gcc, "-c", "-O2", "x.c", "-o", "code.o")
	for i, options := range []string{
		"-O0", "-O2", "-O2 -g", "-O2 -g3 -gz", "-Os -fPIC", "-O2 -ffunction-sections -fdata-sections", "-m32 -O1",
		"-O2 -flto", "-O2 -flto -g", "-O2 -flto -ffat-lto-objects", "-O2 -flto -fno-fat-lto-objects -flto-compression-level=9",
		"-O2 -flto -flto-compression-level=0", "-O0 -flto", "-O2 -fcommon -flto",
	} {
		out := filepath.Join(dir, fmt.Sprintf("%d.o", i))
		words := append([]string{gcc, "-c", file, "-o", out}, strings.Fields(options)...)
		if err := exec.Command(words[0], words[1:]...).Run(); err != nil {
			if strings.Contains(options, "-m32") {
				continue
			}
			t.Fatal(options, err)
		}
		truth := out
		if strings.Contains(options, "-ffat") {
			truth = filepath.Join(dir, "code.o") // as nm tells of what is to be optimized
		}
		if diff := cmp.Diff(sorted(nm(t, tool, truth)), sorted(undefined(t, out))); diff != "" {
			t.Errorf("%s (-nm +own):\n%s", options, diff)
		}
		if strings.Contains(options, "-flto") && !strings.Contains(options, "fat") {
			// Together with code in one file there are both kinds of symbols.
			both := filepath.Join(dir, "both.o")
			if err := exec.Command("ld", "-r", "-o", both, out).Run(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(sorted(undefined(t, out)), sorted(undefined(t, both))); diff != "" {
				t.Errorf("%s with ld -r (-before +after):\n%s", options, diff)
			}
		}
	}
}

// Object files of every class and order are read; clang makes them for all its machines.
func TestUndefinedMachines(t *testing.T) {
	clang := need(t, "clang")
	dir := t.TempDir()
	file := filepath.Join(dir, "x.c")
	if err := os.WriteFile(file, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, target := range []string{
		"x86_64", "i386", "aarch64", "aarch64_be", "armv7", "armebv7", "s390x", "powerpc", "powerpc64", "powerpc64le",
		"mips", "mipsel", "mips64", "mips64el", "riscv32", "riscv64", "sparc", "sparc64", "hexagon", "x86_64-linux-gnux32",
	} {
		out := filepath.Join(dir, target+".o")
		triple := target
		if !strings.Contains(triple, "-") {
			triple += "-linux-gnu"
		}
		if text, err := exec.Command(clang, "--target="+triple, "-O1", "-fPIC", "-c", file, "-o", out).CombinedOutput(); err != nil {
			t.Logf("%s: %v\n%s", target, err, text)
			continue
		}
		if diff := cmp.Diff(sorted(debugELF(t, out)), sorted(undefined(t, out))); diff != "" {
			t.Errorf("%s (-debug/elf +own):\n%s", target, diff)
		}
		made++
	}
	if made < 3 {
		t.Errorf("clang makes object files for %d machines only", made)
	}
	out := filepath.Join(dir, "bitcode.o")
	run(t, dir, clang, "-flto", "-c", file, "-o", out)
	if _, err := object.Undefined(out); !errors.Is(err, object.ErrBitcode) {
		t.Errorf("bitcode: %v", err)
	}
	out = filepath.Join(dir, "macho.o")
	if err := os.WriteFile(file, []byte("int f(void); int main(void) { return f(); }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, dir, clang, "--target=x86_64-apple-darwin", "-c", file, "-o", out)
	if _, err := object.Undefined(out); !errors.Is(err, object.ErrNotELF) {
		t.Errorf("Mach-O: %v", err)
	}
}

// What is no object file, or no file, is an error that says so.
func TestErrors(t *testing.T) {
	gcc := need(t, "gcc")
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	main := write("main.c", "int main(void) { return 0; }\n")
	run(t, dir, gcc, main, "-o", "program")
	run(t, dir, gcc, "-c", main, "-o", "main.o")
	run(t, dir, gcc, "-static", main, "-o", "static")
	run(t, dir, "ar", "rc", "lib.a", "main.o")
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, test := range []struct {
		path   string
		object error // of Undefined
		linked error // of Imports
	}{
		{at("program"), object.ErrKind, nil},
		{at("main.o"), nil, object.ErrKind},
		{at("static"), object.ErrKind, nil},
		{at("lib.a"), object.ErrNotELF, object.ErrNotELF},
		{main, object.ErrNotELF, object.ErrNotELF},
		{write("empty", ""), object.ErrNotELF, object.ErrNotELF},
		{write("bc", "BC\xc0\xde"), object.ErrBitcode, object.ErrBitcode},
		{at("absent"), fs.ErrNotExist, fs.ErrNotExist},
		{dir, object.ErrNotELF, object.ErrNotELF},
		{"/dev/zero", object.ErrNotELF, object.ErrNotELF},
	} {
		if _, err := object.Undefined(test.path); !errors.Is(err, test.object) || test.object == nil && err != nil {
			t.Errorf("Undefined(%s): %v, want %v", test.path, err, test.object)
		}
		symbols, needed, err := object.Imports(test.path)
		if !errors.Is(err, test.linked) || test.linked == nil && err != nil {
			t.Errorf("Imports(%s): %v, want %v", test.path, err, test.linked)
		}
		if filepath.Base(test.path) == "static" && len(symbols)+len(needed) > 0 {
			t.Errorf("a static program wants %v of %v", symbols, needed)
		}
	}
}

// libraries are the programs and libraries of this system.
func libraries(t testing.TB) []string {
	var list []string
	seen := map[string]bool{}
	for _, dir := range []string{"/usr/lib", "/usr/bin", "/usr/lib64", "/usr/libexec"} {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			f, err := os.Open(path)
			if err != nil {
				return nil
			}
			defer f.Close()
			var head [20]byte
			if _, err := f.Read(head[:]); err == nil && string(head[:4]) == "\x7fELF" && head[5] == 1 && (head[16] == 2 || head[16] == 3) && !seen[path] {
				seen[path] = true
				list = append(list, path)
			}
			return nil
		})
	}
	if len(list) == 0 {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal("no linked files on this system")
		}
		t.Skip("no linked files on this system")
	}
	return list
}

// What programs and libraries import is what debug/elf says, for all that are installed.
func TestImports(t *testing.T) {
	files := libraries(t)
	if testing.Short() {
		files = files[:min(len(files), 200)]
	}
	total := 0
	for _, file := range files {
		got, needed, err := object.Imports(file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		f, err := elf.Open(file)
		if err != nil {
			t.Logf("%s: debug/elf: %v", file, err)
			continue
		}
		want, err := f.ImportedSymbols()
		wantNeeded, _ := f.ImportedLibraries()
		dynamic, _ := f.DynamicSymbols()
		_ = f.Close()
		if err != nil {
			if len(got) > 0 {
				t.Errorf("%s: debug/elf: %v", file, err)
			}
			continue
		}
		weak := map[string]bool{}
		for _, s := range dynamic {
			if s.Section == elf.SHN_UNDEF && elf.ST_BIND(s.Info) == elf.STB_WEAK {
				weak[s.Name] = true
			}
		}
		// debug/elf leaves weak symbols out.
		var a, b []string
		for _, s := range want {
			a = append(a, s.Name+"@"+s.Version+"@"+s.Library)
		}
		for _, s := range got {
			if s.Weak != weak[s.Name] {
				t.Errorf("%s: %s: weak is %v", file, s.Name, s.Weak)
			}
			if !s.Weak {
				b = append(b, s.Name+"@"+s.Version+"@"+s.Library)
			}
		}
		total += len(got)
		slices.Sort(a)
		slices.Sort(b)
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("%s (-debug/elf +own):\n%s", file, diff)
		}
		if !slices.Equal(needed, wantNeeded) {
			t.Errorf("%s: needs %q, debug/elf says %q", file, needed, wantNeeded)
		}
	}
	t.Logf("%d files, %d symbols", len(files), total)
}

// readelf agrees too, also about weak symbols.
func TestImportsReadelf(t *testing.T) {
	tool := need(t, "readelf")
	files := libraries(t)
	step := max(1, len(files)/150)
	for i := 0; i < len(files); i += step {
		file := files[i]
		symbols, _, err := object.Imports(file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		var got, want []string
		for _, s := range symbols {
			text := s.Name
			if s.Version != "" {
				text += "@" + s.Version
			}
			got = append(got, text)
		}
		out, err := exec.Command(tool, "--dyn-syms", "-W", file).Output()
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line)
			if len(f) >= 8 && f[6] == "UND" && f[4] != "LOCAL" {
				want = append(want, f[7])
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-readelf +own):\n%s", file, diff)
		}
	}
}

// Damaged files end in an error or in symbols, whatever byte is wrong.
func TestDamaged(t *testing.T) {
	gcc := need(t, "gcc")
	dir := t.TempDir()
	file := filepath.Join(dir, "x.c")
	if err := os.WriteFile(file, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, options := range []string{"-c", "-c -flto", "-shared -fPIC"} {
		out := filepath.Join(dir, "out")
		run(t, dir, append([]string{gcc, "-O1", "-s", file, "-o", out}, strings.Fields(options)...)...)
		whole, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		step := max(1, len(whole)/400)
		for i := 0; i < len(whole); i += step {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 0xff
			both(t, damaged)
			both(t, whole[:i])
		}
	}
}

func both(t testing.TB, text []byte) {
	path := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	_, _ = object.Undefined(path)
	_, _, _ = object.Imports(path)
}

func BenchmarkUndefined(b *testing.B) {
	gcc := need(b, "gcc")
	dir := b.TempDir()
	file := filepath.Join(dir, "x.c")
	var text strings.Builder
	text.WriteString("#include <stdio.h>\n")
	for i := range 300 {
		fmt.Fprintf(&text, "int f%d(const char *); int g%d(int x) { printf(\"%%d\", x); return f%d(\"x\") + x; }\n", i, i, i)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o666); err != nil {
		b.Fatal(err)
	}
	for name, options := range map[string]string{"code": "-g", "lto": "-flto"} {
		out := filepath.Join(dir, name+".o")
		run(b, dir, gcc, "-O2", options, "-c", file, "-o", out)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if list, err := object.Undefined(out); err != nil || len(list) < 300 {
					b.Fatal(len(list), err)
				}
			}
		})
	}
}

func BenchmarkImports(b *testing.B) {
	files := libraries(b)
	file := files[0]
	size := int64(0)
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && info.Size() > size && strings.Contains(f, "libcrypto") {
			file, size = f, info.Size()
		}
	}
	b.Log(file, size)
	for b.Loop() {
		if _, _, err := object.Imports(file); err != nil {
			b.Fatal(err)
		}
	}
}
