package buildwrap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/buildwrap/object"
	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/buildwrap/shadow"
	"github.com/musllint/musllint/buildwrap/suspect"
	"github.com/musllint/musllint/buildwrap/toolchain"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// judge looks at what one run of the compiler makes.
type judge struct {
	*wrapper
	ctx      context.Context // ends when somebody interrupts the build
	begun    bool
	ready    bool
	on       lint.Target
	compiler []string // the words that run it, without ccache and the like
	headers  *shadow.Headers
	without  string // why there are no headers, a sentence
	sources  map[cmdline.Source]source
	index    *facts.MuslExports
	found    bool
}

// harmless reports whether the text of everything that is to be compiled shows that there is
// nothing to find. What an earlier build found in it is forgotten then.
func (j *judge) harmless() (harmless bool) {
	if j.command.Mode != cmdline.Compile || j.mode == full || len(j.options()) > 0 {
		return false
	}
	defer j.giveUp(func() { harmless = false })
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // somebody may cut the files of the cache
	if j.begin() != nil || j.prepare() != nil || j.headers == nil || j.headers.Native {
		return false
	}
	sources := j.readable()
	for _, src := range sources {
		if !j.isHarmless(src) {
			return false
		}
	}
	for _, src := range sources {
		if err := j.store.Save(&record.Unit{Source: j.path(src.Path), Output: j.path(j.outputOf(src))}); err != nil {
			j.note("%v", err)
			return false
		}
	}
	return true
}

// readable returns the sources that can be judged. What comes through a pipe is read once, by the
// compiler.
func (j *judge) readable() (sources []cmdline.Source) {
	for _, src := range j.command.Sources {
		if !src.Readable() {
			continue
		}
		if info, err := os.Stat(j.path(src.Path)); err == nil && info.Mode().IsRegular() {
			sources = append(sources, src)
		}
	}
	return sources
}

func (j *judge) isHarmless(src cmdline.Source) bool {
	u, err := j.unitOf(src)
	if err != nil {
		return false
	}
	if u.Harmless() {
		return true
	}
	m, ok := j.remembered(src)
	return ok && len(m.Uses) == 0
}

// source is a unit that musl's headers can be tried on, or why they cannot.
type source struct {
	unit *shadow.Unit
	err  error
}

// unitOf returns a source as a unit. It is made once.
func (j *judge) unitOf(src cmdline.Source) (*shadow.Unit, error) {
	s, ok := j.sources[src]
	if !ok {
		s.unit, s.err = j.headers.Unit(j.compiler, j.dir, &j.command, src, j.env)
		if j.sources == nil {
			j.sources = map[cmdline.Source]source{}
		}
		j.sources[src] = s
	}
	return s.unit, s.err
}

// giveUp is deferred: a fault of ours must not fail anybody's build.
func (j *judge) giveUp(then func()) {
	if r := recover(); r != nil {
		j.note("gave up: %v\n%s", r, debug.Stack())
		then()
	}
}

// look judges what was compiled or linked, and reports whether it uses something that musl lacks,
// or could not be judged.
func (j *judge) look(ctx context.Context, status toolchain.Status) (found bool) {
	defer j.giveUp(func() { found = false })
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // see harmless
	if status.Signal != 0 {
		return false
	}
	j.ctx = ctx
	if err := j.begin(); err != nil {
		// Said where somebody reads: the compiles of a build scroll by.
		if j.command.Mode.Links() || j.strict {
			fmt.Fprintf(j.stderr, "muslcc: %v\n", err)
		}
		return true
	}
	if !status.Success() {
		j.failure()
		return false
	}
	return j.success()
}

// begin finds out what is judged, and where. It does so once.
func (j *judge) begin() (err error) {
	if j.begun {
		return nil
	}
	if j.on, err = j.target(); err != nil {
		return err
	}
	if err := j.locate(); err != nil {
		return err
	}
	if j.on.Arch == "" {
		j.on.Arch = lint.Arch(j.real.Arch())
	}
	j.begun = true
	return nil
}

// success judges the outputs of a compiler that had nothing to complain about.
func (j *judge) success() bool {
	if err := j.prepare(); err != nil {
		j.note("%v", err)
		j.unwritable(err)
		return false
	}
	if j.without != "" && j.strict {
		fmt.Fprintf(j.stderr, "muslcc: nothing can be verified: %s\n", j.without)
		j.found = true
	}
	for _, src := range j.readable() {
		j.unit(src)
	}
	if j.command.Mode.Links() {
		if facts.CompareVersions("", j.on.Version, shadow.Oldest) < 0 {
			fmt.Fprintf(j.stderr, "muslcc: the headers of musl %s are not known: what came with %s is taken to be there\n", j.on.Version, shadow.Oldest)
		}
		j.link()
	}
	return j.found
}

// prepare makes the folder of the records and finds musl's headers. It does so once.
func (j *judge) prepare() error {
	if j.ready {
		return nil
	}
	if err := j.store.Prepare(); err != nil {
		return err
	}
	j.ready = true
	j.compiler = j.real.Compiler()
	headers, err := shadow.Find(j.get, j.compiler, j.on, j.store)
	if err != nil {
		// Without headers the object files and the text are judged, which proves nothing.
		j.note("%v", err)
		if errors.Is(err, shadow.ErrNone) {
			j.without = err.Error()
		}
		return nil
	}
	j.headers = headers
	j.headers.Exact = j.mode == full
	return nil
}

// exports is what musl exports on the target; nil when that is not known.
func (j *judge) exports() *facts.MuslExports {
	if j.index == nil {
		j.index, _ = facts.Musl(j.on.Version, j.on.Release, j.on.Arch)
	}
	return j.index
}

// unit judges one source file and records what it uses.
func (j *judge) unit(src cmdline.Source) {
	u := &record.Unit{
		Dir: j.dir, Source: j.path(src.Path), Output: j.path(j.outputOf(src)),
		Compiler: j.real.Path, Args: j.real.Args, On: targetName(j.on),
	}
	var err error
	if j.headers != nil {
		u.Headers = j.headers.Version()
		u.Uses, err = j.shadow(src, u)
	} else {
		u.Uses, err = j.unverified(u)
	}
	if err != nil {
		// What is not known is not recorded, and the record of an earlier build is not true of
		// this one.
		j.note("%s: %v", src.Path, err)
		u.Uses = nil
	}
	if refusesWarnings(j.real.Args) {
		for i := range u.Uses {
			if u.Uses[i].Kind == lint.UseRedirect {
				u.Uses[i].Message += " [-Werror=cpp]" // as GCC writes it
			}
		}
	}
	u.Uses = append(u.Uses, j.options()...)
	if len(u.Uses) > 0 {
		u.Root = j.rootOf(src)
	}
	j.save(u)
}

// refusesWarnings reports whether options make errors of #warning. The last one counts, and one
// that names the warning goes before one that does not.
func refusesWarnings(args []string) bool {
	all, cpp := false, 0
	for _, arg := range args {
		switch arg {
		case "-Werror":
			all = true
		case "-Wno-error":
			all = false
		case "-Werror=cpp":
			cpp = 1
		case "-Wno-error=cpp", "-Wno-cpp", "-w":
			cpp = -1
		}
	}
	return cpp > 0 || all && cpp == 0
}

// shadow compiles a unit with musl's headers, if its text leaves a doubt.
func (j *judge) shadow(src cmdline.Source, u *record.Unit) ([]lint.Use, error) {
	unit, err := j.unitOf(src)
	if err != nil {
		return nil, err
	}
	if j.headers.Native {
		return nil, nil // the build's own compile has shown it
	}
	if unit.Harmless() {
		return nil, nil
	}
	if m, ok := j.remembered(src); ok {
		return m.Uses, nil
	}
	var symbols []string
	switch {
	case j.command.Mode == cmdline.Compile:
		symbols = j.lacking(u.Output)
	case j.command.Mode.Links():
		symbols = j.importsOf(u.Output)
	}
	if j.mode == fast {
		why := unit.Lacking()
		if why == "" {
			var worth bool
			if worth, why = j.suspect(u.Source, symbols); !worth {
				return nil, nil
			}
		}
		j.note("%s is suspect: %s", src.Path, why)
	}
	ctx, stop := context.WithTimeout(j.ctx, shadow.Timeout)
	defer stop()
	result, err := unit.Compile(ctx)
	j.note("%s was compiled with musl's headers: %s", src.Path, unit.Doubt())
	if err != nil {
		return nil, err
	}
	uses := append(result.Uses, j.symbols(unit, u, symbols, result)...)
	j.remember(src, append(result.Files, u.Source), uses)
	return uses, nil
}

// lacking returns the symbols of glibc that an object file has to have and musl does not have.
func (j *judge) lacking(path string) []string {
	list, err := object.Undefined(path)
	if err != nil {
		j.note("%v", err)
		return nil
	}
	var names []string
	for _, s := range list {
		if !s.Weak && j.missing(s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// missing reports whether a name is a symbol of glibc that musl does not export and that a
// source can have asked for by this name.
func (j *judge) missing(name string) bool {
	exports := j.exports()
	if exports == nil || exports.Has(name) || len(facts.GlibcSymbol(name)) == 0 {
		return false
	}
	// What a header of glibc makes of a plain name, such as __memcpy_chk of memcpy, is not what
	// the same source asks of musl.
	c := facts.ClassifyGlibc(name)
	return c.Plain == "" || c.Plain == name || !exports.Has(c.Plain) || strings.HasSuffix(name, "64")
}

// symbols returns the uses of symbols that the compiler has nothing against, since the source
// declares them by itself, and that musl's library lacks. Those in code for glibc alone, which
// the preprocessor drops on musl, are none.
func (j *judge) symbols(unit *shadow.Unit, u *record.Unit, names []string, result shadow.Result) []lint.Use {
	names = slices.DeleteFunc(names, func(name string) bool {
		return slices.ContainsFunc(result.Uses, func(x lint.Use) bool { return x.Name == name }) || !spelled(name, u.Source, result.Files)
	})
	if len(names) == 0 {
		return nil
	}
	ctx, stop := context.WithTimeout(j.ctx, shadow.Timeout)
	defer stop()
	places, err := unit.Tokens(ctx, names)
	if err != nil {
		j.note("%s: %v", u.Source, err)
		return nil
	}
	var uses []lint.Use
	for _, p := range places {
		exports := facts.GlibcSymbol(p.Name)
		uses = append(uses, lint.Use{
			Kind: lint.UseSymbol, Name: p.Name, File: p.File, Line: p.Line, Column: p.Column,
			Message: undefined(p.Name), Proof: lint.ProofObject, Library: exports[0].Library, Guard: p.Guard,
		})
	}
	return uses
}

// undefined is what the linker of a musl system says of a symbol.
func undefined(name string) string { return "undefined reference to `" + name + "'" }

// spelled reports whether a name stands in one of the files at all.
func spelled(name string, source string, files []string) bool {
	word := []byte(name)
	if text, err := os.ReadFile(source); err == nil && bytes.Contains(text, word) {
		return true
	}
	for _, file := range files {
		if file == source {
			continue
		}
		if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, word) {
			return true
		}
	}
	return false
}

// suspect asks the text whether a unit is worth a compile more.
func (j *judge) suspect(source string, symbols []string) (bool, string) {
	scanner := suspect.New(j.store)
	scanner.Version = j.on.Version
	scanner.System = slices.Concat(j.headers.C, j.headers.CXX)
	scanner.Before = j.command.Before()
	return scanner.Suspect(source, j.command.IncludeDirs(), symbols)
}

// unverified judges a unit without musl's headers.
func (j *judge) unverified(u *record.Unit) ([]lint.Use, error) {
	uses, err := suspect.Uses(u.Source, j.on, j.command.IncludeDirs()...)
	if j.command.Mode != cmdline.Compile {
		return uses, err
	}
	for _, name := range j.lacking(u.Output) {
		// What a header declares, the text was searched for, with the conditions around it. What
		// is left is what the source declares by itself.
		if _, declared := facts.LookupInterface(name); declared || !spelled(name, u.Source, nil) {
			continue
		}
		uses = append(uses, lint.Use{Kind: lint.UseSymbol, Name: name, File: u.Source, Proof: lint.ProofObject, Message: undefined(name), Library: facts.GlibcSymbol(name)[0].Library})
	}
	return uses, err
}

// options returns the uses on the command line itself. Clang has sanitizers on Alpine.
func (j *judge) options() []lint.Use {
	if strings.Contains(filepath.Base(j.real.Name), "clang") {
		return nil
	}
	var uses []lint.Use
	for _, name := range j.command.Sanitize {
		library := sanitizerLibrary(name)
		if library == "" {
			continue
		}
		option := "-fsanitize=" + name
		uses = append(uses, lint.Use{Kind: lint.UseOption, Name: option, Proof: lint.ProofText, Message: option + ": " + notFound(library)})
	}
	return uses
}

// notFound is what the linker says of a library.
func notFound(library string) string {
	return "cannot find -l" + library + ": No such file or directory"
}

// sanitizerLibrary is what GCC links for a sanitizer; empty where the kernel has it.
func sanitizerLibrary(name string) string {
	switch {
	case strings.HasPrefix(name, "kernel-") || strings.HasPrefix(name, "shadow-call-stack"):
		return ""
	case name == "address":
		return "asan"
	case name == "thread":
		return "tsan"
	case name == "leak":
		return "lsan"
	case name == "hwaddress":
		return "hwasan"
	}
	return "ubsan"
}

// link records what a linked file takes from glibc that musl lacks.
func (j *judge) link() {
	output := j.path(j.command.Output)
	u := &record.Unit{Root: j.root(), Dir: j.dir, Output: output, Compiler: j.real.Path, Args: j.real.Args, On: targetName(j.on)}
	if j.headers != nil {
		u.Headers = j.headers.Version()
	}
	for _, name := range j.importsOf(output) {
		if _, declared := facts.LookupInterface(name); declared && j.headers == nil {
			continue // see unverified
		}
		u.Imports = append(u.Imports, name)
	}
	for _, name := range j.command.Libraries {
		if facts.GlibcOnlyLibrary(name) {
			u.Uses = append(u.Uses, lint.Use{Kind: lint.UseOption, Name: "-l" + name, Proof: lint.ProofText, Message: notFound(name)})
		}
	}
	if len(j.command.Sources) == 0 {
		u.Uses = append(u.Uses, j.options()...)
	}
	j.save(u)
	j.summary()
}

// importsOf returns the symbols that a linked file takes from glibc and musl does not have.
func (j *judge) importsOf(output string) (names []string) {
	imports, _, err := object.Imports(output)
	if err != nil {
		j.note("%v", err)
	}
	for _, s := range imports {
		if !s.Weak && strings.HasPrefix(s.Version, "GLIBC_") && j.missing(s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// save hashes the files of a unit's uses and records it.
func (j *judge) save(u *record.Unit) {
	for i := range u.Uses {
		file := u.Uses[i].File
		if file == "" || u.Files[file] != "" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			j.note("%v", err)
			continue
		}
		if u.Files == nil {
			u.Files = map[string]string{}
		}
		u.Files[file] = record.Hash(text)
	}
	if err := j.store.Save(u); err != nil {
		j.note("%v", err)
		j.unwritable(err)
		return
	}
	if slices.ContainsFunc(u.Uses, fails) {
		j.found = true
		j.print(u)
	}
}

// unwritable says that nothing can be recorded, at links only: it is true of every compile.
func (j *judge) unwritable(err error) {
	if !j.command.Mode.Links() && !j.strict {
		return
	}
	if cause := errors.Unwrap(err); cause != nil {
		err = cause
	}
	fmt.Fprintf(j.stderr, "muslcc: nothing is recorded in %s: %v; MUSLCC_DIR names another folder\n", j.store.Dir, err)
}

// outputOf is what a source is compiled to: its object, or the program of the same command.
func (w *wrapper) outputOf(src cmdline.Source) string {
	if src.Object != "" {
		return src.Object
	}
	return w.command.Output
}

func targetName(t lint.Target) string {
	name := "musl:" + t.Version
	if t.Release != "" {
		name = t.Distro + ":" + t.Release
	}
	if t.Arch != "" {
		name += "/" + t.Arch
	}
	return name
}
