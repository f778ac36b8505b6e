package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// project is one of the table. Its folder holds:
//
//	build       a copy of the sources, built
//	build.log   what that printed
//	calls       the compiler's commands, one JSON line each
//	state       what muslcc recorded
//	cache       what compilers said before, by what they were asked
type project struct {
	*machine
	name, recipe, dir string
	cacheDir          string
	installed         []string // folders of headers that are packages on Alpine
}

func (p *project) path(name ...string) string {
	return filepath.Join(append([]string{p.dir}, name...)...)
}

// build builds the project unless it is built, by muslcc or by the recorder alone.
func (p *project) build() error {
	if _, err := os.Stat(p.path("built")); err == nil && !p.rebuild {
		return nil
	}
	for _, name := range []string{"build", "calls", "state", "cache", "built"} {
		if err := os.RemoveAll(p.path(name)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return err
	}
	if err := copyTree(filepath.Join(p.sources, p.name), p.path("build")); err != nil {
		return err
	}
	cc, cxx := p.compilers()
	env := append(p.wrapped(p.path("state")), envLog+"="+p.path("calls"))
	// Without findings there is no folder; that there is one says that muslcc was there.
	if p.muslcc != "" {
		if err := os.MkdirAll(p.path("state"), 0o777); err != nil {
			return err
		}
	}
	start := time.Now()
	err := p.make(p.path("build"), "build.log", cc, cxx, env)
	took := time.Since(start).Round(time.Second)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: built in part, in %v: %v (%s)\n", p.name, took, err, p.path("build.log"))
	} else {
		fmt.Fprintf(os.Stderr, "%s: built in %v\n", p.name, took)
	}
	return os.WriteFile(p.path("built"), nil, 0o666)
}

// compilers are what a build is given: muslcc, or what it is given.
func (p *project) compilers() (cc, cxx string) {
	if p.muslcc != "" {
		return p.muslcc, filepath.Join(p.recorders, "muslc++")
	}
	return filepath.Join(p.recorders, "gcc"), filepath.Join(p.recorders, "g++")
}

// wrapped is the environment of muslcc.
func (p *project) wrapped(state string) []string {
	mode := ""
	if p.fast {
		mode = "fast"
	}
	return []string{
		"MUSLCC=" + mode, "MUSLCC_ON=" + p.on, "MUSLCC_DIR=" + state,
		"MUSLCC_CC=" + filepath.Join(p.recorders, "gcc"), "MUSLCC_CXX=" + filepath.Join(p.recorders, "g++"),
	}
}

// make runs the project's lines of the table in a folder.
func (p *project) make(dir, log, cc, cxx string, env []string) error {
	f, err := os.Create(p.path(log))
	if err != nil {
		return err
	}
	defer f.Close()
	cmd := exec.Command("sh", "-ec", p.recipe)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = f, f
	cmd.Env = append(os.Environ(), "CC="+cc, "CXX="+cxx, "CFLAGS=-O1", "CXXFLAGS=-O1", "LC_ALL=C", fmt.Sprintf("MAKEFLAGS=-k -j%d", p.jobs))
	cmd.Env = append(cmd.Env, env...)
	return cmd.Run()
}

// Times are kept, or make would want to run automake again.
func copyTree(from, to string) error {
	if text, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("cp: %w: %s", err, text)
	}
	return nil
}

// calls returns the commands of the build, in order.
func (p *project) calls() ([]invocation, error) {
	f, err := os.Open(p.path("calls"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []invocation
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var call invocation
		if err := json.Unmarshal(lines.Bytes(), &call); err != nil {
			return nil, err
		}
		if !asksOnly(call.Args[1:]) {
			all = append(all, call)
		}
	}
	return all, lines.Err()
}

// command is a call in parts.
type command struct {
	invocation
	cxx       bool
	compiles  bool     // -c
	sources   []string // absolute
	flags     []string // what matters to the compile of a source
	output    string   // absolute, empty without -o
	libraries []string // the X of -lX
	probe     bool     // of configure, CMake or the like
}

var withArgument = map[string]bool{}

func init() {
	for _, option := range strings.Fields("-o -x -I -D -U -L -l -u -z -T -B -A -G -e -include -imacros -isystem -iquote -idirafter -iprefix " +
		"-iwithprefix -iwithprefixbefore -isysroot -MF -MT -MQ -Xlinker -Xassembler -Xpreprocessor -aux-info -specs --param -dumpbase -dumpdir") {
		withArgument[option] = true
	}
}

// parse takes a command apart.
func parse(call invocation) command {
	c := command{invocation: call, cxx: call.Args[0] == "g++"}
	args := expand(call.Dir, call.Args[1:])
	for i := 0; i < len(args); i++ {
		arg := args[i]
		value := ""
		if withArgument[arg] && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch {
		case arg == "-c":
			c.compiles = true
		case arg == "-o":
			c.output = absolute(call.Dir, value)
		case arg == "-l":
			c.libraries = append(c.libraries, value)
		case strings.HasPrefix(arg, "-l"):
			c.libraries = append(c.libraries, arg[2:])
		case arg == "-x" && value == "c++":
			c.cxx = true
		case arg == "-" || value == "-":
			c.probe = true
		case arg[0] != '-':
			if isSource(arg) {
				c.sources = append(c.sources, absolute(call.Dir, arg))
				c.probe = c.probe || isProbe(call.Dir, arg)
				c.cxx = c.cxx || filepath.Ext(arg) != ".c"
			}
		case matters(arg):
			c.flags = append(c.flags, arg)
			if value != "" {
				c.flags = append(c.flags, value)
			}
		}
	}
	c.probe = c.probe || isProbe(call.Dir, c.output)
	return c
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

func isSource(name string) bool {
	switch filepath.Ext(name) {
	case ".c", ".cc", ".cpp", ".cxx", ".C", ".c++":
		return true
	}
	return false
}

// isProbe is true of what tests for the compiler or the system, which a build does not keep.
func isProbe(dir, name string) bool {
	base := filepath.Base(name)
	if strings.HasPrefix(base, "conftest") || strings.HasPrefix(base, "_configtest") || base == "config.test" {
		return true
	}
	for _, path := range []string{dir + "/", absolute(dir, name)} {
		for _, part := range []string{"/CMakeScratch/", "/CMakeTmp/", "/CompilerId", "/meson-private/"} {
			if strings.Contains(path, part) {
				return true
			}
		}
	}
	return false
}

// matters is false of options about the output, about warnings, and about linking.
func matters(arg string) bool {
	switch {
	case strings.HasPrefix(arg, "-Wp,-D"), strings.HasPrefix(arg, "-Wp,-U"):
		return true
	case strings.HasPrefix(arg, "-W"), strings.HasPrefix(arg, "-M"), strings.HasPrefix(arg, "-g"), strings.HasPrefix(arg, "-flto"),
		strings.HasPrefix(arg, "-L"), strings.HasPrefix(arg, "-save-temps"), strings.HasPrefix(arg, "-fdiagnostics"),
		strings.HasPrefix(arg, "-fmax-errors"), strings.HasPrefix(arg, "-pedantic"), arg == "-pipe", arg == "-w", arg == "-shared", arg == "-static",
		arg == "-pie", arg == "-rdynamic", arg == "-no-pie", arg == "-ffat-lto-objects", arg == "-fno-fat-lto-objects", arg == "-fuse-linker-plugin",
		arg == "-S", arg == "-l", arg == "-Xlinker", arg == "-u", arg == "-z", arg == "-T", arg == "-e", arg == "-static-libgcc":
		return false
	}
	return true
}

// expand puts the arguments that a response file holds in its place.
func expand(dir string, args []string) []string {
	var out []string
	for _, arg := range args {
		if name, ok := strings.CutPrefix(arg, "@"); ok {
			if text, err := os.ReadFile(absolute(dir, name)); err == nil {
				out = append(out, words(string(text))...)
				continue
			}
		}
		if arg != "" {
			out = append(out, arg)
		}
	}
	return out
}

// words are the arguments in the text of a response file, as gcc reads it.
func words(text string) []string {
	var all []string
	var word []byte
	quote, inside := byte(0), false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quote != '\'' && i+1 < len(text):
			i++
			word, inside = append(word, text[i]), true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, inside = c, true
		case quote == 0 && strings.IndexByte(" \t\n\r\f\v", c) >= 0:
			if inside {
				all = append(all, string(word))
			}
			word, inside = nil, false
		default:
			word, inside = append(word, c), true
		}
	}
	if inside {
		all = append(all, string(word))
	}
	return all
}

// unit is a source and what it was compiled with; libtool's second compile is the same.
type unit struct {
	command
	source string
}

// units are the project's own compiles; gone is the number of those whose source the build
// removed again.
func units(calls []invocation) (all []unit, links []command, gone int) {
	seen := map[string]bool{}
	for _, call := range calls {
		c := parse(call)
		if c.probe {
			continue
		}
		if !c.compiles && c.output != "" {
			links = append(links, c)
		}
		for _, source := range c.sources {
			if _, err := os.Stat(source); err != nil {
				gone++
				continue
			}
			key := fmt.Sprint(c.Dir, "\x00", source, "\x00", c.cxx, "\x00", positionless(c.flags))
			if !seen[key] {
				seen[key] = true
				all = append(all, unit{c, source})
			}
		}
	}
	return all, links, gone
}

// built leaves out the units that the build itself could not compile, such as those with a warning
// under -Werror: of these muslcc records nothing. An object that is not there may also have been
// removed again, which running the command once more tells.
func (p *project) built(all []unit) ([]unit, error) {
	work, err := os.MkdirTemp("", "truth-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	refused := make([]bool, len(all))
	p.parallel(len(all), func(i int) {
		u := all[i]
		if !u.compiles || u.output == "" || len(u.sources) != 1 || isFile(u.output) {
			return
		}
		into := filepath.Join(work, fmt.Sprint(i))
		cmd := exec.Command(realCompiler(u.Args[0]), append(slices.Clone(u.Args[1:]), "-o", into+".o", "-MD", "-MF", into+".d")...)
		cmd.Dir = u.Dir
		refused[i] = cmd.Run() != nil
	})
	var kept []unit
	for i, u := range all {
		if !refused[i] {
			kept = append(kept, u)
		} else if p.verbose {
			fmt.Printf("  not built  %s\n", p.short(u.source))
		}
	}
	return kept, nil
}

func positionless(flags []string) []string {
	var out []string
	for _, flag := range flags {
		switch flag {
		case "-fPIC", "-fpic", "-fPIE", "-fpie", "-DPIC", "-fno-pic", "-fno-PIC", "-fno-pie", "-fno-PIE":
		default:
			out = append(out, flag)
		}
	}
	return out
}
