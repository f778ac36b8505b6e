// Package toolchain finds the compiler that a wrapper stands for and runs it as if the wrapper
// were not there.
package toolchain

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Names of the environment.
const (
	envC     = "MUSLCC_CC"
	envCXX   = "MUSLCC_CXX"
	envDepth = "MUSLCC_DEPTH"
)

// maxDepth is how often the wrapper may run itself through other wrappers before it takes
// that for a loop; beyond hardDepth it gives up.
const (
	maxDepth  = 3
	hardDepth = 8
)

// Real is the compiler that a command line is for.
type Real struct {
	Path   string   // of the program to run, as found: the compiler, or ccache and the like
	Prefix []string // words between the program and the arguments: the compiler behind ccache, fixed options
	Args   []string // what the wrapper was given, without the words that name the compiler
	Name   string   // of the compiler itself, without directory: "gcc", "aarch64-linux-gnu-g++-12"
	CXX    bool     // the compiler takes x.c for C++
	// Options are those of Prefix that the compiler gets before Args.
	Options []string

	compiler []string // the words of the compiler itself
	path     string   // of the environment
	self     *self
}

// Compiler returns the words that run the compiler itself, without ccache and the like, and
// without Options.
func (r Real) Compiler() []string {
	words := append([]string(nil), r.compiler...)
	if len(words) == 0 {
		return nil
	}
	if strings.Contains(words[0], "/") {
		if !isLauncher(realName(words[0])) {
			return words
		}
		// A link such as /usr/lib/ccache/gcc: the compiler is further down in PATH.
		words[0] = filepath.Base(words[0])
	}
	for file := range inPath(words[0], r.path, r.self) {
		if !isLauncher(realName(file)) {
			words[0] = file
			return words
		}
	}
	return r.compiler
}

// realName is the base name behind links.
func realName(file string) string {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	return filepath.Base(file)
}

// Find finds the compiler that argv0 and args are for: the one that MUSLCC_CC names, MUSLCC_CXX
// for C++; else the one that args begin with, as in `muslcc gcc -c x.c` and `muslcc -- gcc`;
// else the one of the name that the wrapper was called by, in PATH behind the wrapper itself.
// A compiler for another system that is asked for by name goes before MUSLCC_CC.
func Find(argv0 string, args, env []string) (Real, error) {
	me := &self{argv0: argv0}
	words, args := prefixForm(args, me)
	name := filepath.Base(argv0)
	if len(words) > 0 {
		name = compilerName(words)
	}
	name, aliases := nameOf(name)
	r := Real{Args: args, CXX: isCXX(name), path: variable(env, "PATH"), self: me}

	depth, _ := strconv.Atoi(variable(env, envDepth))
	if depth > hardDepth {
		return r, fmt.Errorf("%s has called itself %d times: give %s the full path of the compiler", filepath.Base(argv0), depth, envC)
	}
	if depth > maxDepth {
		me.copies = true
		return r.bare(name, aliases)
	}
	variableName := envC
	if r.CXX {
		variableName = envCXX
	}
	if text := variable(env, variableName); text != "" && !isCross(name) {
		set, err := splitShell(text)
		if err != nil {
			return r, fmt.Errorf("%s: %w", variableName, err)
		}
		if len(set) > 0 && isLauncher(filepath.Base(set[len(set)-1])) { // the compiler is the one we are called for
			if len(words) == 0 {
				words = []string{name}
			}
			set = append(set, words...)
		}
		if len(set) > 0 {
			return r.from(set, variableName+" asks for it")
		}
	}
	if len(words) > 0 {
		return r.from(words, "")
	}
	for _, n := range append([]string{name}, aliases...) {
		if file, ok := lookup(n, r.path, me); ok {
			r.Path, r.Name, r.compiler = file, n, []string{file}
			return r, nil
		}
	}
	return r, notFound(name, "")
}

// from fills in what a list of words says: the program, or what is put before one, and options.
func (r Real) from(words []string, why string) (Real, error) {
	file, ok := resolve(words[0], r.path, r.self)
	if !ok {
		return r, notFound(words[0], why)
	}
	r.Path, r.Prefix = file, append([]string(nil), words[1:]...)
	at := compilerAt(words)
	end := at + 1
	switch {
	case at == 0:
		r.compiler = []string{file}
		if filepath.Base(words[0]) == "zig" && len(words) > 1 {
			r.compiler = append(r.compiler, words[1])
			end++
		}
	default:
		// ccache looks for the compiler itself, and must not find the wrapper.
		if next, ok := resolve(words[at], r.path, r.self); ok {
			if first, _ := resolve(words[at], r.path, nil); first != next {
				r.Prefix[at-1] = next
			}
			r.compiler = []string{next}
		} else {
			r.compiler = []string{words[at]}
		}
	}
	r.Options = append([]string(nil), words[end:]...)
	r.Name = filepath.Base(words[end-1])
	r.CXX = isCXX(r.Name)
	return r, nil
}

// bare ends a loop: it takes the first compiler in PATH that is a program of its own.
func (r Real) bare(name string, aliases []string) (Real, error) {
	names := append([]string{name}, aliases...)
	if r.CXX {
		names = append(names, "c++", "g++", "clang++")
	} else {
		names = append(names, "cc", "gcc", "clang")
	}
	for _, n := range names {
		for file := range inPath(n, r.path, r.self) {
			if !isLauncher(realName(file)) && !isScript(file) {
				r.Path, r.Name, r.compiler = file, n, []string{file}
				return r, nil
			}
		}
	}
	return r, notFound(name, "the wrapper had called itself")
}

func isScript(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return true
	}
	defer f.Close()
	var head [2]byte
	n, _ := f.Read(head[:])
	return string(head[:n]) == "#!"
}

// ErrNotFound is the error of Find where there is no compiler.
var ErrNotFound = errors.New("no compiler")

func notFound(name, why string) error {
	if why != "" {
		why = " (" + why + ")"
	}
	return fmt.Errorf("%w: %s was not found in PATH%s; install it, or set %s to the compiler to run", ErrNotFound, name, why, envC)
}

// prefixForm takes the words that name the compiler from the beginning of args.
func prefixForm(args []string, me *self) (words, rest []string) {
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") && strings.Contains(args[0], "muslc") && me.is(args[0]) {
		args = args[1:] // the wrapper twice, as a launcher and as the compiler
	}
	if len(args) > 1 && args[0] == "--" {
		n := 2
		for n < len(args) && isLauncher(filepath.Base(args[n-1])) {
			n++
		}
		return args[1:n], args[n:]
	}
	n := 0
	for n < len(args) && isLauncher(filepath.Base(args[n])) {
		n++
	}
	if n < len(args) && (isCompiler(filepath.Base(args[n])) || isProgram(args[n])) {
		n++
		if args[n-1] == "zig" && n < len(args) {
			n++
		}
		return args[:n:n], args[n:]
	}
	return nil, args
}

// isProgram tells whether a word is the path of a program, and not of something to link.
func isProgram(word string) bool {
	if !strings.Contains(word, "/") || strings.Contains(filepath.Base(word), ".") {
		return false
	}
	info, err := os.Stat(word)
	return err == nil && isExecutable(info)
}

// Environment returns the environment for the compiler: env, with a count that ends loops.
func Environment(env []string) []string {
	depth, _ := strconv.Atoi(variable(env, envDepth))
	out := make([]string, 0, len(env)+1)
	for _, e := range env {
		if !strings.HasPrefix(e, envDepth+"=") {
			out = append(out, e)
		}
	}
	return append(out, envDepth+"="+strconv.Itoa(depth+1))
}

// variable returns what getenv of C returns.
func variable(env []string, name string) string {
	for _, e := range env {
		if len(e) > len(name) && e[len(name)] == '=' && e[:len(name)] == name {
			return e[len(name)+1:]
		}
	}
	return ""
}
