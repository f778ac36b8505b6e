package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/musllint/musllint/buildwrap/record"
)

// compiles fails the test unless the line compiles and says nothing; at links one line of the
// wrapper's is allowed.
func compiles(p *place, line string, variables ...string) {
	p.t.Helper()
	r := p.run(line, variables...)
	rest, said := own(r.Stderr)
	if r.Code != 0 || r.Signal != 0 || r.Stdout != "" || rest != "" || strings.Count(said, "\n") > 1 || said != "" && strings.Contains(line, " -c ") {
		p.t.Errorf("%s %q: exit %d, signal %v\n%s%s", line, variables, r.Code, r.Signal, r.Stdout, r.Stderr)
	}
}

// Where nothing can be recorded the build goes on.
func TestNoFolder(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, units)
	compile, link := "muslcc gcc -O1 -c glibc.c -o glibc.o", "muslcc gcc glibc.c -o prog"
	for _, dir := range []string{
		"/proc/nowhere", "/dev/null", "/dev/null/records", "good.c", filepath.Join(p.dir, "good.c/records"), "\x01\xff", strings.Repeat("long/", 1000),
		strings.Repeat("x", 300), ".", "/",
	} {
		if dir == "/" && os.Getuid() == 0 {
			continue // it could
		}
		compiles(p, compile, "MUSLCC_DIR="+dir)
		compiles(p, link, "MUSLCC_DIR="+dir)
		p.fresh()
	}
	for _, setting := range []string{"MUSLCC_ON=nonsense", "MUSLCC_SYSROOT=/nowhere", "MUSLCC=off", "MUSLCC=fast", "HOME=", "TMPDIR=/nowhere/at/all"} {
		p.fresh()
		if strings.HasPrefix(setting, "TMPDIR") {
			compiles(p, compile, setting, "TMP=/tmp") // gcc itself goes on with another folder
			continue
		}
		compiles(p, compile, setting)
		compiles(p, link, setting)
	}
	// What lies in the folder is not what was put there.
	for _, spoil := range []string{
		"mkdir .musllint && : > .musllint/tu", "mkdir .musllint && : > .musllint/cache", ": > .musllint", "ln -s /nowhere/at/all .musllint", "ln -s .musllint .musllint",
		"mkfifo .musllint", "mkdir -p .musllint/tu && for i in 1 2 3; do echo '{' > .musllint/tu/$i.json; done",
	} {
		p.fresh()
		p.must(spoil)
		compiles(p, compile)
		compiles(p, link)
	}
}

// A tree that cannot be written to, by someone who is not root.
func TestReadOnly(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, units)
	out := t.TempDir()
	cmd := p.command(fmt.Sprintf("muslcc gcc -O1 -c glibc.c -o %s/x.o && muslcc gcc glibc.c -o %s/prog", out, out))
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	// Others have to come through to the folders of the test.
	for dir := p.dir; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		_ = os.Chmod(dir, 0o755)
	}
	for dir := filepath.Dir(program(t)); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		_ = os.Chmod(dir, 0o755)
	}
	if err := os.Chmod(out, 0o777); err != nil {
		t.Fatal(err)
	}
	_ = os.Chmod(filepath.Dir(out), 0o755)
	if err := os.Chmod(p.dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(p.dir, 0o755)
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if rest, said := own(string(text)); rest != "" || strings.Count(said, "\n") != 1 || !strings.Contains(said, "MUSLCC_DIR") {
		t.Errorf("said was %q", text)
	}
	if _, err := os.Stat(filepath.Join(p.dir, record.Folder)); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// On a full disk the compiler's output is there and the records are not.
func TestFullDisk(t *testing.T) {
	need(t, "gcc", "unshare", "mount")
	p := newPlace(t, units)
	for _, size := range []string{"4k", "64k", "300k", "1m"} {
		p.fresh()
		mount := "mkdir small && mount -t tmpfs -o size=" + size + ",nr_inodes=40 small small"
		if r := p.run("unshare -rm sh -c '" + mount + "'"); r.Code != 0 {
			t.Skip("no file system of its own: ", r.Stderr)
		}
		p.fresh()
		// What the folder holds to the end is whole.
		r := p.must("unshare -rm sh -c '" + mount + ` && MUSLCC_DIR=$PWD/small/records && export MUSLCC_DIR &&
			for i in 1 2 3; do muslcc gcc -O1 -c glibc.c -o glibc$i.o || exit 1; done && muslcc gcc glibc.c -o prog &&
			find small -name "*.json" -path "*tu*" -exec sh -c "tail -c 3 {} | grep -q } || echo broken: {}" ";"'`)
		if _, said := own(r.Stderr); r.Stdout != "" || strings.Count(said, "\n") > 1 {
			t.Errorf("%s: %s%s", size, r.Stdout, r.Stderr)
		}
	}
}

// The limit of a file's size is one that nobody expects.
func TestFileLimit(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, units)
	p.must("muslcc gcc -O1 -c glibc.c -o glibc.o") // what gcc writes is larger
	for _, blocks := range []int{8, 16} {
		p.must("rm -rf .musllint")
		line := fmt.Sprintf("ulimit -f %d && $CC gcc -O1 -c glibc.c -o glibc.o", blocks)
		if r := p.run(strings.ReplaceAll(line, "$CC gcc", "gcc")); r.Code != 0 {
			continue
		}
		compiles(p, strings.ReplaceAll(line, "$CC", "muslcc"))
	}
}

// Few descriptors, little address space.
func TestLimits(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, units)
	for _, limit := range []string{"ulimit -n 5", "ulimit -n 8", "ulimit -n 16", "ulimit -v 2000000", "ulimit -s 512"} {
		p.fresh()
		if r := p.run(limit + " && gcc -O1 -c glibc.c -o glibc.o"); r.Code != 0 {
			continue
		}
		compiles(p, limit+" && muslcc gcc -O1 -c glibc.c -o glibc.o")
	}
}

// Descriptors that are closed, in the caller, stay out of the way.
func TestClosed(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, units)
	for _, closed := range []string{"<&-", ">&-", "2>&-", "<&- >&- 2>&-"} {
		p.fresh()
		want := p.run("gcc -O1 -c glibc.c -o glibc.o " + closed)
		got := p.run("muslcc gcc -O1 -c glibc.c -o glibc.o " + closed)
		if want != got {
			t.Errorf("%s: %+v, without the wrapper %+v", closed, got, want)
		}
		p.findsTrace("glibc.c")
	}
}

// Whenever the wrapper is killed, what is recorded is whole, and the next build replaces it.
func TestKilled(t *testing.T) {
	need(t, "gcc")
	files := map[string]string{".git/HEAD": "ref: refs/heads/main\n"}
	for i := range 12 {
		files[fmt.Sprintf("u%d.c", i)] = fmt.Sprintf("#include <execinfo.h>\n#include <argp.h>\n#include <fts.h>\nint f%d(void) { void *p[2]; return backtrace(p, 2); }\n", i)
	}
	p := newPlace(t, files)
	muslcc := program(t)
	run := func(i int) *exec.Cmd {
		cmd := exec.Command(muslcc, "gcc", "-O1", "-c", fmt.Sprintf("u%d.c", i), "-o", fmt.Sprintf("u%d.o", i))
		cmd.Dir, cmd.Env = p.dir, environment(t)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		return cmd
	}
	random := rand.New(rand.NewPCG(1, 5))
	rounds := 60
	if testing.Short() {
		rounds = 12
	}
	folder := filepath.Join(p.dir, record.Folder)
	for round := range rounds {
		if round%20 == 10 {
			_ = os.RemoveAll(folder) // also while it is made
		}
		cmd := run(round % len(files) % 12)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.IntN(150)) * time.Millisecond)
		who := -cmd.Process.Pid
		if round%2 == 0 {
			who = cmd.Process.Pid // and the compiler lives on
		}
		_ = syscall.Kill(who, syscall.SIGKILL)
		_ = cmd.Wait()
		if _, err := (record.Store{Dir: folder}).Read(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	for i := range 12 {
		if text, err := run(i).CombinedOutput(); err != nil || len(text) > 0 {
			t.Errorf("%v\n%s", err, text)
		}
		p.findsTrace(fmt.Sprintf("u%d.c", i))
	}
}

// The folder may vanish while a build goes on, as by make clean.
func TestVanishingFolder(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, units)
	stop := make(chan struct{})
	var removing sync.WaitGroup
	removing.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_ = os.RemoveAll(filepath.Join(p.dir, record.Folder))
				time.Sleep(3 * time.Millisecond)
			}
		}
	})
	rounds := 30
	if testing.Short() {
		rounds = 6
	}
	for i := range rounds {
		compiles(p, fmt.Sprintf("muslcc gcc -O1 -c glibc.c -o glibc%d.o", i))
	}
	compiles(p, "muslcc gcc glibc.c -o prog")
	close(stop)
	removing.Wait()
	compiles(p, "muslcc gcc -O1 -c glibc.c -o glibc.o")
	p.findsTrace("glibc.c")
}

// Many at once, with one folder.
func TestParallel(t *testing.T) {
	need(t, "gcc")
	files := map[string]string{".git/HEAD": "ref: refs/heads/main\n"}
	for i := range 40 {
		files[fmt.Sprintf("u%d.c", i)] = fmt.Sprintf("#include <execinfo.h>\nint f%d(void) { void *p[2]; return backtrace(p, 2); }\n", i)
	}
	p := newPlace(t, files)
	compiles(p, "for i in $(seq 0 39); do muslcc gcc -O1 -c u$i.c -o u$i.o & done; wait")
	for i := range 40 {
		p.findsTrace(fmt.Sprintf("u%d.c", i))
	}
}
