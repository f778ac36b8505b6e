package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/buildwrap/record"
)

// bin is a folder with the program under its names: muslcc and muslc++.
var bin = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "muslcc-test-")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "muslcc"), ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, os.Symlink("muslcc", filepath.Join(dir, "muslc++"))
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := bin(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func program(t testing.TB) string {
	t.Helper()
	dir, err := bin()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "muslcc")
}

// need ends the test where a tool is missing.
func need(t testing.TB, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			lacking(t, err.Error())
		}
	}
}

// lacking ends the test, with a failure where everything has to be there.
func lacking(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("MUSLLINT_REQUIRE") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// place is where a build runs: the same path with the wrapper and without, as it may be in the
// output.
type place struct {
	t     testing.TB
	dir   string
	files map[string]string
}

func newPlace(t testing.TB, files map[string]string) *place {
	t.Helper()
	p := &place{t: t, dir: filepath.Join(t.TempDir(), "project"), files: files}
	p.fresh()
	return p
}

// fresh puts the sources, and nothing else, in the folder.
func (p *place) fresh() {
	p.t.Helper()
	if err := os.RemoveAll(p.dir); err != nil {
		p.t.Fatal(err)
	}
	for name, text := range p.files {
		path := filepath.Join(p.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			p.t.Fatal(err)
		}
		mode := fs.FileMode(0o666)
		if strings.HasPrefix(text, "#!") {
			mode = 0o777
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			p.t.Fatal(err)
		}
	}
}

// ran is all that is seen of a command.
type ran struct {
	Code           int
	Signal         syscall.Signal
	Stdout, Stderr string
}

// run runs shell commands with the wrapper in PATH. Variables are NAME=value.
func (p *place) run(commands string, variables ...string) ran {
	p.t.Helper()
	cmd := p.command(commands, variables...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			p.t.Fatal(err)
		}
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	r := ran{Code: status.ExitStatus(), Stdout: out.String(), Stderr: errs.String()}
	if status.Signaled() {
		r.Signal = status.Signal()
	}
	return r
}

func (p *place) command(commands string, variables ...string) *exec.Cmd {
	p.t.Helper()
	cmd := exec.Command("/bin/sh", "-c", commands)
	cmd.Dir = p.dir
	cmd.Env = environment(p.t, variables...)
	return cmd
}

func environment(t testing.TB, variables ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "MUSLCC") || strings.HasPrefix(e, "MAKE") || strings.HasPrefix(e, "MFLAGS=") || strings.HasPrefix(e, "CC=") ||
			strings.HasPrefix(e, "CXX=") || strings.HasPrefix(e, "LC_") || strings.HasPrefix(e, "GO")
	})
	env = append(env, "LC_ALL=C", "PATH="+filepath.Dir(program(t))+":"+os.Getenv("PATH"))
	return append(env, variables...)
}

// must is run for commands that have to succeed.
func (p *place) must(commands string, variables ...string) ran {
	p.t.Helper()
	r := p.run(commands, variables...)
	if r.Code != 0 || r.Signal != 0 {
		p.t.Fatalf("%s: exit %d, signal %v\n%s\n%s", commands, r.Code, r.Signal, r.Stdout, r.Stderr)
	}
	return r
}

// outputs are the hashes of what a build made: files of machine code and archives of them, and
// those that are named like one of the suffixes.
func (p *place) outputs(suffixes ...string) map[string]string {
	p.t.Helper()
	made := map[string]string{}
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(p.dir, path)
		if d.IsDir() {
			if d.Name() == record.Folder || d.Name() == "meson-private" || strings.HasPrefix(d.Name(), "CompilerId") {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(text, []byte("\x7fELF")) || bytes.HasPrefix(text, []byte("!<arch>")) || bytes.HasPrefix(text, []byte("BC\xc0\xde")) ||
			slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(name, s) }) {
			made[name] = fmt.Sprintf("%x", sha256.Sum256(text))
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return made
}

// uses are what the records of the place tell, "kind name file".
func (p *place) uses() []string {
	p.t.Helper()
	return usesOf(p.t, filepath.Join(p.dir, record.Folder), p.dir)
}

func usesOf(t testing.TB, folder, root string) []string {
	t.Helper()
	units, err := record.Store{Dir: folder}.Read()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	var list []string
	for _, u := range units {
		for _, x := range u.Uses {
			list = append(list, string(x.Kind)+" "+x.Name+" "+strings.TrimPrefix(x.File, root+"/"))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// findsTrace fails the test unless the use of execinfo.h in a file was recorded.
func (p *place) findsTrace(file string) {
	p.t.Helper()
	if uses := p.uses(); !slices.Contains(uses, "header execinfo.h "+file) {
		p.t.Errorf("the use of execinfo.h in %s is not recorded; what is: %q", file, uses)
	}
}

// same builds without the wrapper and with it, and compares what is made. It returns what both
// runs said.
func (p *place) same(without, with string, suffixes ...string) (plain, wrapped ran) {
	p.t.Helper()
	p.fresh()
	plain = p.must(without)
	want := p.outputs(suffixes...)
	if len(want) == 0 {
		p.t.Fatalf("nothing is made by %s\n%s", without, plain.Stdout)
	}
	p.fresh()
	wrapped = p.must(with)
	got := p.outputs(suffixes...)
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Errorf("files (-without the wrapper +with it):\n%s", diff)
	}
	return plain, wrapped
}

// own takes the lines of the wrapper from what was said.
func own(text string) (rest, said string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "muslcc: ") {
			said += line
			continue
		}
		rest += line
	}
	return rest, said
}

// sources are those of a small program: two units of C, one of C++, a library.
var sources = map[string]string{
	".git/HEAD": "ref: refs/heads/main\n",
	"main.c": `#include <stdio.h>
#include "trace.h"
int main(void)
{
	int unused;
	puts(name());
	return trace();
}
`,
	"trace.h": "const char *name(void);\nint trace(void);\n",
	"trace.c": `#include <execinfo.h>
#include "trace.h"
int trace(void)
{
	void *frames[8];
	return backtrace(frames, 8) < 0;
}
`,
	"name.c":  "#include \"trace.h\"\nconst char *name(void) { return \"small\"; }\n",
	"plus.cc": "#include <string>\nint main() { return std::string(\"x\").size() - 1; }\n",
}

// with returns the sources and more files.
func with(more map[string]string) map[string]string {
	all := map[string]string{}
	for name, text := range sources {
		all[name] = text
	}
	for name, text := range more {
		all[name] = text
	}
	return all
}
