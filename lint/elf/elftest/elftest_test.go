package elftest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/loader"
)

var recipes = map[string]string{
	"glibc program": `
elf: program ARCH
interp: /lib64/ld-linux-x86-64.so.2
needed: libc.so.6 libz.so.1
undefined: printf@GLIBC_2.2.5 fcntl64@GLIBC_2.28 __no_such_function@GLIBC_2.33
data: environ@GLIBC_2.2.5 __no_such_variable@GLIBC_2.2.5
weak: __gmon_start__`,
	"library": `
elf: library ARCH
soname: libdemo.so.1
needed: libc.so.6
runpath: $ORIGIN
defined: demo_first demo_second demo_third
undefined: malloc gnu_get_libc_version
note: Go`,
	"lonely library": "elf: library ARCH\ndefined: one",
	"fixed program":  "elf: fixed ARCH\ninterp: /lib/ld-musl-x86_64.so.1\nneeded: libc.musl-x86_64.so.1 libdemo.so\nundefined: malloc demo_second demo_fourth\nrunpath: $ORIGIN",
	"static program": "elf: static ARCH",
}

// write makes a recipe a file and returns its path.
func write(t *testing.T, dir, name, recipe string) string {
	t.Helper()
	f, err := Parse(recipe)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, f.Bytes(), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is written is read again as it was described, on every architecture.
func TestReadBack(t *testing.T) {
	for arch := range machines {
		f, err := Parse(strings.ReplaceAll(recipes["glibc program"], "ARCH", arch))
		if err != nil {
			t.Fatal(err)
		}
		text := f.Bytes()
		if !bytes.Equal(text, f.Bytes()) {
			t.Errorf("%s: two writings differ", arch)
		}
		file, err := elf.Open(bytes.NewReader(text), int64(len(text)))
		if err == nil {
			err = file.Prepare()
		}
		if err != nil {
			t.Errorf("%s: %v", arch, err)
			continue
		}
		needed, err := file.Needed()
		if err != nil || !slices.Equal(needed, f.Needed) {
			t.Errorf("%s: needs %q, %v", arch, needed, err)
		}
		if mapped, ok, err := file.MappedInterp(); file.Interp() != f.Interp || mapped != f.Interp || !ok || err != nil {
			t.Errorf("%s: interpreter %q, in memory %q, %v", arch, file.Interp(), mapped, err)
		}
		if want := strings.Replace(arch, "arm/v6", "arm/v7", 1); loader.ArchOf(file.Machine, file.Layout) != want {
			t.Errorf("%s: read as %s", arch, loader.ArchOf(file.Machine, file.Layout))
		}
	}
}

// musl's own loader says of these files what the replay says.
func TestRealLoader(t *testing.T) {
	program := filepath.Join(os.Getenv("MUSLLINT_LOADERS"), "1.2.5-amd64/lib/libc.so")
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("MUSLLINT_LOADERS names no folder with the loader of musl 1.2.5")
	}
	dir := t.TempDir()
	write(t, dir, "libdemo.so", strings.ReplaceAll(recipes["library"], "ARCH", "amd64"))
	system, err := loader.New(lint.Target{Libc: lint.Musl, Version: "1.2.5", Arch: "amd64"})
	if err != nil {
		t.Fatal(err)
	}
	for name, recipe := range recipes {
		path := write(t, dir, strings.ReplaceAll(name, " ", "-"), strings.ReplaceAll(recipe, "ARCH", "amd64"))
		var real, replayed bytes.Buffer
		cmd := exec.Command(program, "--list", path)
		cmd.Stdout, cmd.Stderr = &real, &real
		cmd.Env = []string{}
		_ = cmd.Run() // the loader's exit code is compared below
		files := new(loader.Host)
		r, err := system.List(files, path, loader.Options{Caller: program})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Write(&replayed, &replayed, false); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(canonical(real.String()), canonical(replayed.String())); diff != "" {
			t.Errorf("%s: -real +replayed:\n%s", name, diff)
		}
		if code := cmd.ProcessState.ExitCode(); code != r.ExitCode() {
			t.Errorf("%s: the loader exits with %d, the replay with %d", name, code, r.ExitCode())
		}
		r.Close()
		files.Close()
	}
}

// canonical sorts lines and drops addresses.
func canonical(text string) []string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, line := range lines {
		lines[i], _, _ = strings.Cut(line, " (0x")
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func TestParseErrors(t *testing.T) {
	for _, recipe := range []string{"", "needed: libc.so.6", "elf: driver", "elf: program vax", "elf: program\nfoo: bar", "elf: program\nnonsense", "elf: program\nsize: -1"} {
		if _, err := Parse(recipe); err == nil {
			t.Errorf("%q is taken", recipe)
		}
	}
}
