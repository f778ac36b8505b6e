package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// units are sources with everything that a compiler has to say something about.
var units = map[string]string{
	".git/HEAD":     "ref: refs/heads/main\n",
	"good.c":        "int main(void) { return 0; }\n",
	"warning.c":     "int main(void) { int x; return printf(\"%d\", 1L); }\n",
	"error.c":       "int main(void) { return undeclared; }\n#error stop\n",
	"missing.c":     "#include <nothing.h>\nint main(void) { return 0; }\n",
	"undefined.c":   "int nowhere(void); int main(void) { return nowhere(); }\n",
	"glibc.c":       "#include <execinfo.h>\nint main(void) { void *p[2]; return backtrace(p, 2) == 77; }\n",
	"broken.cc":     "#include <vector>\nint main() { std::vector<int> v; v.nothing(); return v; }\n",
	"good.cc":       "#include <string>\nint main() { return std::string().size(); }\n",
	"asm.s":         ".globl main\nmain: ret\n",
	"asm.S":         "#define NAME main\n.globl NAME\nNAME: xor %eax, %eax\nret\n",
	"bad.s":         "nonsense here\n",
	"header.h":      "int f(void);\n",
	"rsp":           "-DFROM_FILE -c good.c -o 'with space.o'\n",
	"odd name é.c":  "int main(void) { return 0; }\n",
	"sub/good.c":    "#include \"../header.h\"\nint f(void) { return 1; }\n",
	"macro.c":       "_Pragma(\"message(\\\"hello\\\")\") int main(void) { return VALUE; }\n",
	"plain.i":       "int main(void) { return 0; }\n",
	"notext":        "int main(void) { return 0; }\n",
	"lib/liby.c":    "int y(void) { return 0; }\n",
	"precompiled.h": "#include <stdio.h>\n",
}

// The caller sees what the compiler does and says, byte for byte: code, signal, both outputs and
// the files.
func TestInvisible(t *testing.T) {
	for _, compiler := range []string{"gcc", "g++", "clang"} {
		t.Run(compiler, func(t *testing.T) {
			need(t, compiler)
			path, err := exec.LookPath(compiler)
			if err != nil {
				t.Fatal(err)
			}
			p := newPlace(t, units)
			lines := strings.Split(strings.TrimSpace(`
-c good.c
-c good.c -o out/of/nowhere.o
-c warning.c -Wall
-c warning.c -Wall -Werror
-c error.c
-c missing.c
-c warning.c -Wall -fdiagnostics-color=always
good.c -o prog && ./prog; echo $?
undefined.c -o prog
glibc.c -O2 -c -o glibc.o
good.c -lnothing
-c broken.cc
-c good.cc -o good.o
-c asm.s asm.S
-c bad.s
-c good.c warning.c sub/good.c
-c 'odd name é.c'
@rsp
@norsp -c good.c
-c nofile.c
-nonsense -c good.c
-fnonsense -c good.c
-c
good.c -o
-E good.c
-E -dM good.c -DVALUE=7
-MM sub/good.c
-c sub/good.c -MMD -MF x.d -MT y -MP
-c sub/good.c -MD
-S good.c
-fsyntax-only error.c
-x c notext -c -o notext.o
-c plain.i
-c macro.c -DVALUE=3
-c precompiled.h
-include precompiled.h -c good.c
-shared -fPIC lib/liby.c -o liby.so
-r -nostdlib good.c -o part.o
-static good.c -o static
--version
-dumpversion
-print-file-name=libc.a
-v -c good.c
-### -c good.c
-x c - -c -o stdin.o < good.c
-E - < good.c
-c good.c -o /dev/null
-c good.c -o -
-save-temps -c good.c
-c -g -O2 -fdebug-prefix-map=$PWD=. good.c
-c good.c -o good.o -Wl,--whatever -lwhatever
-flto -O2 -frandom-seed=1 good.c lib/liby.c -o lto
--help
`), "\n")
			script := func(cc, line string) string { return cc + " " + line }
			same := func(line string) {
				t.Helper()
				p.fresh()
				a := p.run(script(path, line))
				want := p.outputs(".d", ".i", ".s", ".bc")
				p.fresh()
				b := p.run(script("muslcc "+compiler, line))
				got := p.outputs(".d", ".i", ".s", ".bc")
				for _, r := range []*ran{&a, &b} {
					r.Stderr, _ = own(r.Stderr)
					r.Stderr, r.Stdout = temporary(r.Stderr), temporary(r.Stdout)
				}
				if diff := cmp.Diff(a, b); diff != "" {
					t.Errorf("%s %s (-direct +wrapped)\n%s", compiler, line, diff)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s %s: files (-direct +wrapped)\n%s", compiler, line, diff)
				}
			}
			if testing.Short() {
				lines = lines[:16]
			}
			for _, line := range lines {
				same(line)
			}
		})
	}
}

// temporary makes the names of temporary files the same.
func temporary(text string) string {
	var b strings.Builder
	for {
		i := strings.Index(text, os.TempDir()+"/")
		if i < 0 {
			return b.String() + text
		}
		end := i
		for end < len(text) && !strings.ContainsRune(" \n:'\"`(),", rune(text[end])) {
			end++
		}
		b.WriteString(text[:i])
		if name := text[i:end]; strings.Count(name, "/") == 2 {
			b.WriteString("TEMPORARY")
		} else {
			b.WriteString(name)
		}
		text = text[end:]
	}
}

// On a terminal the compiler has colors.
func TestTerminal(t *testing.T) {
	need(t, "script", "gcc")
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlace(t, units)
	run := func(cc string) string {
		r := p.run("script -qec '"+cc+" -Wall -c warning.c' /dev/null < /dev/null", "TERM=xterm-256color", "SHELL=/bin/sh")
		return r.Stdout
	}
	want := run(gcc)
	if !strings.Contains(want, "\x1b[") {
		t.Skip("no colors without the wrapper")
	}
	if got := run("muslcc gcc"); got != want {
		t.Errorf("%q\nwithout the wrapper\n%q", got, want)
	}
}

// A compiler that is killed, or that kills itself, looks the same through the wrapper.
func TestSignals(t *testing.T) {
	p := newPlace(t, units)
	fake := filepath.Join(p.dir, "fake")
	for _, s := range []string{"KILL", "SEGV", "ABRT", "TERM", "INT", "PIPE", "XFSZ"} {
		p.files["fake/gcc"] = "#!/bin/sh\nulimit -c 0\necho dying >&2\nkill -" + s + " $$\n"
		p.fresh()
		want := p.run("exec " + fake + "/gcc -c good.c")
		got := p.run("exec muslcc " + fake + "/gcc -c good.c")
		if diff := cmp.Diff(want, got); diff != "" || want.Signal == 0 {
			t.Errorf("%s (-direct +wrapped)\n%s", s, diff)
		}
	}
}

// Whoever waits for the compiler's outputs to be closed does not wait for the wrapper's work,
// and no process is left when it ends.
func TestNothingLeft(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, units)
	cmd := p.command("exec muslcc gcc -c glibc.c -o glibc.o")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(-cmd.Process.Pid, 0); err != syscall.ESRCH {
		t.Errorf("a process is left: %v", err)
	}
}

// An interrupt of the terminal ends the build, soon and with the signal's code.
func TestInterrupt(t *testing.T) {
	need(t, "make")
	p := newPlace(t, map[string]string{
		"Makefile": "all: a.o b.o\n%.o: %.c\n\t$(CC) -c $< -o $@\n",
		"a.c":      "int a;\n",
		"b.c":      "int b;\n",
		"fake/gcc": "#!/bin/sh\necho started\nexec sleep 30\n",
	})
	run := func(cc string) (code int, text string) {
		cmd := p.command("exec make -j2 CC='" + cc + "'")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		var errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = w, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
		var said []byte
		buffer := make([]byte, 4096)
		for bytes.Count(said, []byte("started\n")) < 2 {
			n, err := r.Read(buffer)
			if said = append(said, buffer[:n]...); err != nil {
				t.Fatalf("%v\n%s%s", err, said, errs.String())
			}
		}
		begin := time.Now()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		_ = cmd.Wait()
		_, _ = io.Copy(io.Discard, r)
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%s: interrupted after %v", cc, took)
		}
		return cmd.ProcessState.ExitCode(), errs.String()
	}
	fake := filepath.Join(p.dir, "fake/gcc")
	wantCode, want := run(fake)
	code, text := run("muslcc " + fake)
	if code != wantCode || strings.Count(text, "Interrupt") != strings.Count(want, "Interrupt") {
		t.Errorf("exit %d\n%s\nwithout the wrapper exit %d\n%s", code, text, wantCode, want)
	}
}

// The time that a probe and a compile of almost nothing take more is small.
func BenchmarkOverhead(b *testing.B) {
	need(b, "gcc")
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		b.Fatal(err)
	}
	p := newPlace(b, units)
	for _, bench := range []struct{ name, args string }{{"probe", "--version"}, {"compile", "-c good.c -o good.o"}} {
		for _, words := range [][]string{{gcc}, {program(b), gcc}} {
			b.Run(fmt.Sprintf("%s/%s", bench.name, filepath.Base(words[0])), func(b *testing.B) {
				args := append(words[1:len(words):len(words)], strings.Fields(bench.args)...)
				for b.Loop() {
					cmd := exec.Command(words[0], args...)
					cmd.Dir, cmd.Env = p.dir, environment(b)
					if err := cmd.Run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
