// Package cmdline reads the command line of a C or C++ compiler as the drivers of gcc and clang
// do: what is compiled, in which language, with which options, and where the result goes. It
// only looks; the compiler is run with the line as it was given.
package cmdline

import (
	"os"
	"path/filepath"
	"strings"
)

// Mode says what a command line asks for, as far as it matters to a wrapper.
type Mode uint8

const (
	// Other is for the compiler alone, and may still fail for a reason worth explaining: a
	// precompiled header, another system's code, a line that is wrong.
	Other Mode = iota
	// Probe is a question, or a test of a configure script: nothing may be added to it.
	Probe
	Compile        // sources to object files
	Link           // object files to a program or a library
	CompileAndLink // both with one command
)

func (m Mode) String() string {
	return [...]string{"other", "probe", "compile", "link", "compile and link"}[m]
}

// Links reports whether a program or library comes out.
func (m Mode) Links() bool { return m == Link || m == CompileAndLink }

// Compiles reports whether sources are compiled.
func (m Mode) Compiles() bool { return m == Compile || m == CompileAndLink }

// Command is what a command line asks for. Paths are as they were written, relative to the
// working directory.
type Command struct {
	Mode    Mode
	Reason  string // why it is Probe or Other, empty for the rest
	Sources []Source
	// Objects are the other files that the linker gets, in order: objects, archives,
	// libraries and linker scripts.
	Objects     []string
	Libraries   []string // of -l, without it and in order: "fts", ":libfts.a"
	LibraryDirs []string // of -L
	// Output is the file that is written: that of -o, or what the compiler would choose.
	// Empty where there is one for each of several sources, and where nothing is written.
	Output string
	// Shadow are the options that decide how the text of a source is understood, in order: -D,
	// -I, -include, -std, -f…, -m… and whatever is not known. What writes files, what words
	// diagnostics, warnings, and what is for the assembler and the linker is left out, as is
	// -x. An option and its value may be two elements.
	Shadow   []string
	LTO      bool
	Shared   bool
	Static   bool     // also a static PIE
	Sanitize []string // "address", "undefined", …, as they are in force in the end
}

// Source is a file that is compiled.
type Source struct {
	Path     string
	Language string // as -x has it: "c", "c++", "assembler-with-cpp", "f95"
	Object   string // that is written for it and stays; empty when the same command links it
}

// Readable reports whether the source is C, C++ or Objective-C that is still to be
// preprocessed, so that other headers can be put under it.
func (s Source) Readable() bool {
	switch s.Language {
	case "c", "c++", "objective-c", "objective-c++":
		return true
	}
	return false
}

// Parse reads the arguments of a compiler. The name is that of the compiler, not of a wrapper
// or of ccache, as it decides whether x.c is C++; env reads the environment. Response files are
// read from the working directory.
func Parse(name string, args []string, env func(string) string) Command {
	dir, _ := os.Getwd()
	return parse(compilerOf(name), dir, args, env)
}

func parse(c compiler, dir string, args []string, env func(string) string) Command {
	p := parser{compiler: c, words: expand(args, dir)}
	p.read()
	p.finish(dir, env)
	return p.Command
}

// parser is the state while a command line is read.
type parser struct {
	Command
	compiler compiler
	words    []string // what is still to be read

	only     bool   // no more options, behind --
	language string // of -x, empty: by suffix
	chosen   bool   // -x was the last word but for options
	c        bool   // -c
	partial  bool   // -r
	// staticPIE says that -static-pie was given last.
	staticPIE bool
	output    string // of -o
	stdin     bool
	inputs    bool // something to compile or to link was named
	header    bool // a header is compiled
	// skip says that what follows -Wp, -Xpreprocessor or -Xclang belongs to what was left out.
	skip bool
}

func (p *parser) read() {
	for len(p.words) > 0 {
		word := p.words[0]
		p.words = p.words[1:]
		switch {
		case p.only || word == "" || word[0] != '-':
			p.input(word)
		case word == "-":
			p.stdin = true
			p.inputs = true
		case word == "--":
			p.only = true
		default:
			n := separate(word, p.compiler.clang)
			if n > len(p.words) {
				p.other("an option without its value: " + word)
				n = len(p.words)
			}
			values := p.words[:n:n]
			p.words = p.words[n:]
			p.option(word, values)
		}
	}
}

func (p *parser) input(path string) {
	p.inputs = true
	language := p.language
	if p.compiler.cxx && !p.compiler.clang {
		// g++ knows of -x only for the first file behind it, and undoes it behind x.c.
		switch {
		case p.chosen && language == "":
			language = compiler{}.languageOf(path)
		case !p.chosen && isRenamed(path):
			language, p.language = "", ""
		}
		p.chosen = false
	}
	if language == "" {
		language = p.compiler.languageOf(path)
	}
	switch {
	case language == "":
		p.Objects = append(p.Objects, path)
		return
	case strings.HasSuffix(language, "-header"):
		p.header = true
	}
	p.Sources = append(p.Sources, Source{Path: path, Language: language})
}

// probe, like other, keeps the first reason; a probe stays one whatever else there is.
func (p *parser) probe(reason string) {
	if p.Mode != Probe {
		p.Mode, p.Reason = Probe, reason
	}
}

func (p *parser) other(reason string) {
	if p.Reason == "" {
		p.Reason = reason
	}
}

// finish decides the mode when all words are read.
func (p *parser) finish(dir string, env func(string) string) {
	if p.Mode != Probe {
		p.judge(dir, env)
	}
	p.outputs()
	p.Static = p.Static || p.staticPIE
	if p.Reason != "" {
		return
	}
	switch {
	case p.c || p.partial && len(p.Sources) > 0:
		p.Mode = Compile
	case len(p.Sources) > 0:
		p.Mode = CompileAndLink
	default:
		p.Mode = Link
	}
}

// judge finds what is a probe or none of our business.
func (p *parser) judge(dir string, env func(string) string) {
	switch {
	case p.compiler.preprocessor:
		p.probe("a preprocessor")
	case !p.inputs:
		p.probe("nothing to compile or to link")
	case p.stdin:
		p.probe("a source from standard input")
	case p.output == "-" || isDevice(p.output):
		p.probe("a result that nobody keeps")
	default:
		p.searchProbe(dir)
	}
	if p.Mode == Probe {
		return
	}
	switch {
	case p.compiler.foreign != "":
		p.other(p.compiler.foreign)
	case p.header:
		p.other("a precompiled header")
	case p.compiler.clang && env != nil && env("CCC_OVERRIDE_OPTIONS") != "":
		p.other("CCC_OVERRIDE_OPTIONS changes the command line")
	case p.c && len(p.Sources) == 0:
		p.other("-c and no source")
	case p.partial && len(p.Sources) == 0:
		p.other("a partial link")
	}
}

// outputs fills in what is written.
func (p *parser) outputs() {
	p.Output = p.output
	if !p.c && !p.partial {
		if p.Output == "" {
			p.Output = "a.out"
		}
		return
	}
	for i := range p.Sources {
		s := &p.Sources[i]
		switch {
		case p.output != "":
			s.Object = p.output
		case p.partial && !p.c:
			s.Object = "a.out"
		default:
			base := filepath.Base(s.Path)
			s.Object = strings.TrimSuffix(base, filepath.Ext(base)) + ".o"
		}
	}
	if len(p.Sources) == 1 || p.partial && !p.c && len(p.Sources) > 0 {
		p.Output = p.Sources[0].Object
	}
}
