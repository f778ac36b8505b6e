package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// The environment by which this program, called by a compiler's name, knows what to do.
const (
	envLog  = "TRUTH_LOG"  // record each command in this file, then become the compiler
	envIdle = "TRUTH_IDLE" // become the compiler only when it is asked about something
)

// invocation is a command of a compiler, as a build gave it.
type invocation struct {
	Dir  string   `json:"dir"`
	Args []string `json:"args"` // the first is the compiler's name
}

// becomeCompiler makes of this process the compiler by whose name it was called, if any.
func becomeCompiler() bool {
	name := filepath.Base(os.Args[0])
	if name != "gcc" && name != "g++" {
		return false
	}
	if log := os.Getenv(envLog); log != "" {
		dir, _ := os.Getwd()
		// ninja removes its response files again.
		line, err := json.Marshal(invocation{dir, append([]string{name}, expand(dir, os.Args[1:])...)})
		if err == nil {
			err = appendLine(log, line)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "wrapper:", err)
			os.Exit(2)
		}
	}
	if os.Getenv(envIdle) != "" && !asksOnly(os.Args[1:]) {
		return true
	}
	path := realCompiler(name)
	err := syscall.Exec(path, append([]string{path}, os.Args[1:]...), os.Environ())
	fmt.Fprintln(os.Stderr, "wrapper:", err)
	os.Exit(2)
	return true
}

// asksOnly is true of a command that makes no object: muslcc's own, while it judges.
func asksOnly(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool {
		switch arg {
		case "-fsyntax-only", "-E", "-v", "-M", "-MM", "-###", "-dumpmachine", "-dumpversion", "-dumpfullversion", "-dumpspecs", "--version", "--target-help":
			return true
		}
		return strings.HasPrefix(arg, "-print") || strings.HasPrefix(arg, "--print") || strings.HasPrefix(arg, "--help")
	})
}

// One write to a file opened for appending is not torn by another process.
func appendLine(path string, line []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// realCompiler is the first of a name in PATH that is not this program.
func realCompiler(name string) string {
	self, _ := os.Executable()
	own, _ := os.Stat(self)
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil || info.IsDir() || info.Mode()&0o111 == 0 || own != nil && os.SameFile(info, own) {
			continue
		}
		return path
	}
	return "/usr/bin/" + name
}

// machine is what all projects share.
type machine struct {
	*options
	recorders string // folder with this program by the names gcc and g++
	muslFuncs map[string]bool
	glibc     map[string]bool
	muslLibs  map[string]bool
	glibcLibs map[string]bool
}

func newMachine(o *options) (*machine, error) {
	m := &machine{options: o, recorders: filepath.Join(o.work, ".compilers")}
	if err := os.MkdirAll(m.recorders, 0o777); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(self)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"gcc", "g++"} {
		path := filepath.Join(m.recorders, name)
		// It may be running, in another run of this program.
		temporary := fmt.Sprintf("%s.%d", path, os.Getpid())
		if err := os.WriteFile(temporary, text, 0o777); err != nil {
			return nil, err
		}
		if err := os.Rename(temporary, path); err != nil {
			return nil, err
		}
	}
	if o.muslcc != "" {
		link := filepath.Join(m.recorders, "muslc++")
		temporary := fmt.Sprintf("%s.%d", link, os.Getpid())
		if err := os.Symlink(o.muslcc, temporary); err != nil {
			return nil, err
		}
		if err := os.Rename(temporary, link); err != nil {
			return nil, err
		}
	}
	return m, m.readLibraries()
}

func (m *machine) musl(name string) string {
	return filepath.Join(m.options.musl, "bin", "musl-"+name)
}

// output runs a command and returns what it prints.
func output(name string, args ...string) (string, error) {
	text, err := exec.Command(name, args...).Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return string(text), nil
}
