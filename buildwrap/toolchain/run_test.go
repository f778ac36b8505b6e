package toolchain

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain makes the test's program the wrapper when the tests ask for it.
func TestMain(m *testing.M) {
	mode := os.Getenv("TOOLCHAIN_TEST")
	if mode == "" {
		os.Exit(m.Run())
	}
	r, err := Find(os.Args[0], os.Args[1:], os.Environ())
	if err == nil && mode == "exec" {
		err = r.Exec(r.Args, os.Environ())
	} else if err == nil {
		var status Status
		if status, err = r.Run(r.Args, os.Environ()); err == nil {
			status.Exit()
		}
	}
	fmt.Fprintln(os.Stderr, "wrapper:", err)
	os.Exit(ExitCode(err))
}

// script makes a compiler of shell commands and returns its path.
func script(t testing.TB, commands string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cc")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+commands+"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

// wrapped is a command that runs a compiler by the wrapper; direct is the same without it.
func wrapped(t testing.TB, mode, compiler string, args ...string) *exec.Cmd {
	t.Helper()
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(me, append([]string{compiler}, args...)...)
	cmd.Env = append(os.Environ(), "TOOLCHAIN_TEST="+mode)
	return cmd
}

func direct(compiler string, args ...string) *exec.Cmd {
	cmd := exec.Command(compiler, args...)
	cmd.Env = append(os.Environ(), "TOOLCHAIN_TEST=none")
	return cmd
}

// result is all that a caller sees of a program.
func result(cmd *exec.Cmd) string {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return fmt.Sprintf("exit %d signal %v\n%s\n---\n%s", status.ExitStatus(), status.Signal(), out.String(), errs.String())
}

var modes = []string{"run", "exec"}

// A caller sees of the wrapper what it sees of the compiler: the code, the signal, the output.
func TestResult(t *testing.T) {
	for _, commands := range []string{
		"exit 0", "exit 1", "exit 4", "exit 127", "exit 255",
		"echo out; echo err >&2; exit 3",
		"printf '%s|' \"$@\"; echo \"$0\"",
		"pwd; umask; ulimit -n; ulimit -c",
		"kill -TERM $$", "kill -INT $$", "kill -HUP $$", "kill -KILL $$", "kill -PIPE $$", "kill -USR1 $$", "kill -ALRM $$",
		"ulimit -c 0; kill -SEGV $$", "ulimit -c 0; kill -ABRT $$", "ulimit -c 0; kill -QUIT $$", "ulimit -c 0; kill -BUS $$",
		"ulimit -c 0; kill -FPE $$", "ulimit -c 0; kill -ILL $$", "ulimit -c 0; kill -XCPU $$", "kill -VTALRM $$", "kill -$(kill -l | tr ' ' '\\n' | grep -c '') $$ || exit 9",
		"cat; exit 5",
	} {
		compiler := script(t, commands)
		args := []string{"-c", "a b.c", "-DX=\"1 2\"", "", "-", "*"}
		a := direct(compiler, args...)
		a.Stdin = strings.NewReader("from standard input")
		want := result(a)
		for _, mode := range modes {
			b := wrapped(t, mode, compiler, args...)
			b.Stdin = strings.NewReader("from standard input")
			if got := result(b); got != want {
				t.Errorf("%s, %s:\n%s\nwithout the wrapper:\n%s", commands, mode, got, want)
			}
		}
	}
}

// The environment is the caller's but for the count.
func TestResultEnvironment(t *testing.T) {
	compiler := script(t, "env -0 | tr '\\0' '\\n' | grep -v -e ^_= -e ^SHLVL= -e ^TOOLCHAIN_TEST=")
	want := result(direct(compiler))
	for _, mode := range modes {
		got := result(wrapped(t, mode, compiler))
		if got := strings.Replace(got, "MUSLCC_DEPTH=1\n", "", 1); got != want {
			t.Errorf("%s: %s\nwant %s", mode, got, want)
		}
	}
}

// Descriptors other than the first three reach the compiler: the jobserver of make needs them.
func TestDescriptors(t *testing.T) {
	compiler := script(t, "echo to three >&3; echo to five >&5; read line <&4; echo \"$line\"; ls -l /proc/self/fd | wc -l")
	for _, mode := range modes {
		files := make([]*os.File, 6)
		for i := range 3 {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			files[2*i], files[2*i+1] = r, w
		}
		fmt.Fprintln(files[3], "token")
		cmd := wrapped(t, mode, compiler)
		cmd.ExtraFiles = []*os.File{files[1], files[2], files[5]}
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Run(); err != nil {
			t.Fatal(mode, err)
		}
		_ = files[1].Close()
		_ = files[5].Close()
		three, _ := io.ReadAll(files[0])
		five, _ := io.ReadAll(files[4])
		if string(three) != "to three\n" || string(five) != "to five\n" || !strings.HasPrefix(out.String(), "token\n") {
			t.Errorf("%s: %q, %q, %q", mode, three, five, out.String())
		}
		// Nothing of the wrapper's own is open in the compiler.
		plain := direct(compiler)
		plain.ExtraFiles = []*os.File{files[2], files[2], files[2]}
		fmt.Fprintln(files[3], "token")
		text, _ := plain.Output()
		if a, b := lastLine(out.String()), lastLine(string(text)); a != b {
			t.Errorf("%s: %s descriptors, without the wrapper %s", mode, a, b)
		}
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// The compiler is in the process group of its caller, and a child of the wrapper.
func TestProcessGroup(t *testing.T) {
	compiler := script(t, "cut -d ' ' -f 5,6 /proc/$$/stat")
	want := result(direct(compiler))
	for _, mode := range modes {
		if got := result(wrapped(t, mode, compiler)); got != want {
			t.Errorf("%s: %s\nwant %s", mode, got, want)
		}
	}
}

// start starts a command in a group of its own and returns when the compiler said "ready".
func start(t *testing.T, cmd *exec.Cmd) (wait func() syscall.WaitStatus) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line := make([]byte, 6); true {
		if _, err := io.ReadFull(out, line); err != nil {
			t.Fatal(err)
		}
	}
	return func() syscall.WaitStatus {
		timer := time.AfterFunc(20*time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		defer timer.Stop()
		_, _ = io.ReadAll(out)
		_ = cmd.Wait()
		return cmd.ProcessState.Sys().(syscall.WaitStatus)
	}
}

// On a signal of the terminal the wrapper waits for what the compiler makes of it.
func TestTerminalSignals(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		compiler := script(t, fmt.Sprintf("trap 'sleep 0.2; exit 7' %d; echo ready; while :; do sleep 0.05; done", s))
		cmd := wrapped(t, "run", compiler)
		wait := start(t, cmd)
		if err := syscall.Kill(-cmd.Process.Pid, s); err != nil {
			t.Fatal(err)
		}
		if status := wait(); status.ExitStatus() != 7 {
			t.Errorf("%v: %v", s, status)
		}
		compiler = script(t, "ulimit -c 0; echo ready; while :; do sleep 0.05; done")
		cmd = wrapped(t, "run", compiler)
		wait = start(t, cmd)
		if err := syscall.Kill(-cmd.Process.Pid, s); err != nil {
			t.Fatal(err)
		}
		if status := wait(); status.Signal() != s {
			t.Errorf("%v: ended with %v", s, status)
		}
	}
}

// SIGTERM for the wrapper alone is for the compiler.
func TestTerminate(t *testing.T) {
	compiler := script(t, "trap 'exit 8' TERM; echo ready; while :; do sleep 0.05; done")
	cmd := wrapped(t, "run", compiler)
	wait := start(t, cmd)
	if err := syscall.Kill(cmd.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := wait(); status.ExitStatus() != 8 {
		t.Errorf("ended with %v", status)
	}
}

// What is ignored, as by nohup, stays so for the compiler.
func TestIgnored(t *testing.T) {
	compiler := script(t, "kill -HUP $$; kill -INT $$; echo alive")
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range modes {
		cmd := exec.Command("/bin/sh", "-c", `trap '' HUP INT; exec "$0" "$1"`, me, compiler)
		cmd.Env = append(os.Environ(), "TOOLCHAIN_TEST="+mode)
		out, err := cmd.Output()
		if err != nil || string(out) != "alive\n" {
			t.Errorf("%s: %q, %v", mode, out, err)
		}
	}
}

// Wrappers that call each other come to an end.
func TestLoops(t *testing.T) {
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(me)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	write := func(name string, text []byte) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write("a/gcc", text)
	write("b/gcc", text) // copies: each takes the other one for a compiler
	write("c/gcc", []byte("#!/bin/sh\nexec gcc \"$@\"\n"))
	for name, path := range map[string]string{
		"copies":             root + "/a:" + root + "/b",
		"a script":           root + "/a:" + root + "/c",
		"copies and scripts": root + "/a:" + root + "/c:" + root + "/b",
	} {
		cmd := exec.Command(root+"/a/gcc", "--version")
		cmd.Env = []string{"TOOLCHAIN_TEST=run", "PATH=" + path}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 127 || bytes.Count(out, []byte("\n")) != 1 {
			t.Errorf("%s: %v: %s", name, err, out)
		}
		// With a compiler further on, it is found.
		gcc, err := exec.LookPath("gcc")
		if err != nil {
			continue
		}
		want, _ := exec.Command(gcc, "-dumpversion").Output()
		cmd = exec.Command(root+"/a/gcc", "-dumpversion")
		cmd.Env = []string{"TOOLCHAIN_TEST=run", "PATH=" + path + ":" + filepath.Dir(gcc) + ":/bin:/usr/bin"}
		if out, err := cmd.CombinedOutput(); !bytes.Equal(out, want) {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
}

// A program that cannot be run gives the exit codes of a shell.
func TestCannotRun(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "gcc")
	if err := os.WriteFile(broken, []byte("#!/nowhere/interpreter\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(dir, "clang")
	if err := os.WriteFile(plain, []byte("echo \"$1\"\nexit 6\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, mode := range modes {
		if got := result(wrapped(t, mode, broken)); !strings.HasPrefix(got, "exit 127") || !strings.Contains(got, "no such file") {
			t.Errorf("%s: %s", mode, got)
		}
		if got := result(wrapped(t, mode, plain, "x")); !strings.HasPrefix(got, "exit 6 ") || !strings.Contains(got, "\nx\n") {
			t.Errorf("%s: %s", mode, got)
		}
	}
}

// A caller with few descriptors or processes left gets its compiler.
func TestLimits(t *testing.T) {
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	compiler := script(t, "echo ran; exit 3")
	for _, limit := range []string{"ulimit -n 3", "ulimit -n 4", "ulimit -n 5", "ulimit -n 6", "ulimit -n 7"} {
		for _, mode := range modes {
			cmd := exec.Command("/bin/sh", "-c", limit+`; exec "$0" "$1"`, me, compiler)
			cmd.Env = append(os.Environ(), "TOOLCHAIN_TEST="+mode)
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != 3 || string(out) != "ran\n" {
				// The script's shell may need more itself.
				plain := exec.Command("/bin/sh", "-c", limit+`; exec "$1"`, me, compiler)
				if _ = plain.Run(); plain.ProcessState.ExitCode() != 3 {
					continue
				}
				t.Errorf("%s, %s: exit %d\n%s", limit, mode, code, out)
			}
		}
	}
}

// The compiler's time is what it and its parts took.
func TestStatus(t *testing.T) {
	compiler := script(t, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 3")
	r, err := Find("muslcc", []string{compiler, "-c"}, os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	status, err := r.Run(r.Args, os.Environ())
	if err != nil || status.Code != 3 || status.Success() || status.User+status.System <= 0 {
		t.Errorf("%+v, %v", status, err)
	}
	if !slices.Equal(r.argv(r.Args), []string{compiler, "-c"}) {
		t.Errorf("%q", r.argv(r.Args))
	}
}

// BenchmarkStart is the time of a run with the wrapper and without.
func BenchmarkStart(b *testing.B) {
	compiler, err := exec.LookPath("true")
	if err != nil {
		b.Skip(err)
	}
	b.Run("direct", func(b *testing.B) {
		for b.Loop() {
			if err := direct(compiler).Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, mode := range modes {
		b.Run(mode, func(b *testing.B) {
			for b.Loop() {
				if err := wrapped(b, mode, compiler).Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
