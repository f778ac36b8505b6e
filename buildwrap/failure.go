package buildwrap

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/buildwrap/diagnostic"
	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/buildwrap/shadow"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// failure looks for the reason of a compile or link that failed. On a system of glibc it is none
// of musl's business. On Alpine, and with a compiler for musl, this is where most is found: the
// same command is run once more, in English and without making anything, and what it says is
// looked up. What the user saw of the first run stays as it is.
func (j *judge) failure() {
	if !shadow.Native(j.real.Compiler()) {
		return
	}
	if err := j.prepare(); err != nil {
		j.note("%v", err)
		return
	}
	ctx, stop := context.WithTimeout(j.ctx, shadow.Timeout)
	defer stop()
	told := map[string]bool{}
	compiled := false
	for _, src := range j.command.Sources {
		if !src.Readable() {
			continue
		}
		diagnostics, err := shadow.Diagnose(ctx, j.real.Compiler(), j.dir, &j.command, src, j.env)
		if err != nil {
			j.note("%s: %v", src.Path, err)
			continue
		}
		u := &record.Unit{
			Root: j.rootOf(src), Dir: j.dir, Source: j.path(src.Path), Output: j.path(j.outputOf(src)),
			Compiler: j.real.Path, Args: j.real.Args, On: targetName(j.on), Headers: j.on.Version,
			Uses: shadow.Known(diagnostics, j.dir),
		}
		compiled = compiled || len(u.Uses) > 0
		j.save(u)
		for _, x := range u.Uses {
			j.help(x, told)
		}
	}
	if j.command.Mode.Links() && !compiled {
		j.failedLink(ctx, told)
	}
}

// failedLink links once more to another place and reads what the linker says.
func (j *judge) failedLink(ctx context.Context, told map[string]bool) {
	scratch, err := os.MkdirTemp("", "muslcc-")
	if err != nil {
		j.note("%v", err)
		return
	}
	defer os.RemoveAll(scratch)
	text, err := j.real.Relink(ctx, j.dir, filepath.Join(scratch, "out"), j.env)
	if err != nil {
		j.note("%v", err)
		return
	}
	u := &record.Unit{
		Root: j.root(), Dir: j.dir, Output: j.path(j.command.Output),
		Compiler: j.real.Path, Args: j.real.Args, On: targetName(j.on), Headers: j.on.Version,
	}
	for _, f := range diagnostic.ParseLinker(text) {
		x := lint.Use{Kind: f.Kind, Name: f.Name, File: f.File, Line: f.Line, Message: complaint(f), Proof: lint.ProofLink}
		if x.File != "" {
			x.File = j.path(x.File)
		}
		if x.Kind == lint.UseSymbol && (!j.missing(x.Name) || slices.ContainsFunc(u.Uses, func(y lint.Use) bool { return y.Name == x.Name && y.File == x.File && y.Line == x.Line })) {
			continue
		}
		if x.Kind == lint.UseOption && !facts.GlibcOnlyLibrary(strings.TrimPrefix(x.Name, "-l")) {
			continue
		}
		u.Uses = append(u.Uses, x)
		j.help(x, told)
	}
	j.save(u)
}

// complaint is what the linker says of a name, without the place that stands before it.
func complaint(e diagnostic.LinkError) string {
	if e.Kind == lint.UseSymbol {
		return undefined(e.Name)
	}
	return e.Message
}

// help says behind the compiler's own words what they mean on musl, once for each name.
func (j *judge) help(x lint.Use, told map[string]bool) {
	if told[x.Name] {
		return
	}
	told[x.Name] = true
	var words []string
	switch x.Kind {
	case lint.UseHeader:
		words = j.aboutHeader(x.Name)
	case lint.UseOption:
		words = []string{"a library of glibc's own, which musl has nothing for: leave it out where the libc is musl"}
	default:
		words = j.aboutInterface(x)
	}
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	if len(words) == 0 {
		return
	}
	if x.Kind != lint.UseOption {
		words[len(words)-1] += " (musllint explain " + x.Name + ")"
	}
	fmt.Fprintf(j.stderr, "muslcc: %s: %s\n", x.Name, strings.Join(words, "; "))
}

func (j *judge) aboutHeader(name string) []string {
	h, ok := facts.LookupHeader(name)
	if !ok {
		return nil
	}
	words := []string{}
	if h.State == "no" && h.What != "" {
		words = append(words, "musl does not have it ("+h.What+")")
	}
	if h.Package != "" && (h.Until == "" || j.on.Release != "" && facts.CompareReleases(j.on.Release, h.Until) <= 0) {
		words = append(words, install(h.Package, facts.LinkName(h.Package)))
	}
	if h.Instead != "" {
		words = append(words, "else: "+h.Instead)
	}
	return words
}

func (j *judge) aboutInterface(x lint.Use) []string {
	i, ok := facts.LookupInterface(x.Name)
	if !ok {
		return nil
	}
	words := []string{i.Why}
	if len(i.Musl) > 0 && x.Kind != lint.UseSymbol {
		words = append(words, "musl declares it in "+i.Musl[0])
	}
	if pkg, _, ok := i.PackageIn(j.on.Release); ok && pkg != "" {
		return append(words, install(pkg, i.Library))
	}
	return append(words, i.Instead)
}

func install(pkg, library string) string {
	if library == "" {
		return "apk add " + pkg
	}
	return "apk add " + pkg + " and link with -l" + library
}
