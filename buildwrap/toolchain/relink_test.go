package toolchain

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A link that failed says the same again, in English, and leaves the files of the first alone.
func TestRelink(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.c"), []byte("int absent(void); int main(void) { return absent(); }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	r, err := Find("muslcc", strings.Fields("gcc a.c -MD -MF a.d -MT x -Wl,-Map=a.map -save-temps -o prog -labsent"), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "LC_ALL=de_DE.UTF-8", "LANGUAGE=de")
	out := filepath.Join(t.TempDir(), "out")
	text, err := r.Relink(t.Context(), dir, out, env)
	if err != nil || !strings.Contains(string(text), "cannot find -labsent") {
		t.Errorf("%v\n%s", err, text)
	}
	r.Args = r.Args[:len(r.Args)-1]
	if text, err = r.Relink(t.Context(), dir, out, env); err != nil || !strings.Contains(string(text), "undefined reference to `absent'") {
		t.Errorf("%v\n%s", err, text)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
	r.Args = []string{"-shared", "a.c", "-o", "prog"}
	if text, err = r.Relink(t.Context(), dir, out, env); err != nil || len(text) > 0 {
		t.Errorf("%v\n%s", err, text)
	}
	if _, err := os.Stat(out); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "prog")); err == nil {
		t.Error("the output was written")
	}
}

// A linker that hangs is stopped.
func TestRelinkTimeout(t *testing.T) {
	r := Real{Path: "/bin/sh", compiler: []string{script(t, "exec sleep 60")}}
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	begin := time.Now()
	if _, err := r.Relink(ctx, t.TempDir(), "out", nil); err == nil || time.Since(begin) > 20*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
	r.compiler = []string{"/nowhere/cc"}
	if _, err := r.Relink(t.Context(), t.TempDir(), "out", nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestArch(t *testing.T) {
	for _, test := range []struct{ name, args, want string }{
		{"aarch64-linux-gnu-gcc", "", "aarch64"},
		{"x86_64-linux-gnu-g++-12", "", "x86_64"},
		{"x86_64-linux-gnu-gcc", "-m32 -c", "i386"},
		{"i686-linux-gnu-gcc", "-m64", "x86_64"},
		{"arm-linux-gnueabihf-gcc", "", "armv7"},
		{"clang", "--target=riscv64-linux-gnu -c", "riscv64"},
		{"clang-15", "-target s390x-linux-gnu", "s390x"},
	} {
		r := Real{Name: test.name, Args: strings.Fields(test.args)}
		if got := r.Arch(); got != test.want {
			t.Errorf("%s %s makes code for %s", test.name, test.args, got)
		}
	}
	if got := (Real{Name: "gcc-12"}).Arch(); got == "" || got == "gcc" {
		t.Error(got)
	}
}
