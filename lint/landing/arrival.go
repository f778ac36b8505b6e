package landing

import (
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/buildcontext"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/judge"
	"github.com/musllint/musllint/lint/shell"
)

// Holder is what a file comes in.
type Holder string

const (
	Folder  Holder = "folder"  // copied as it is
	Archive Holder = "archive" // that ADD unpacks
	Jar     Holder = "jar"     // or war or ear
	Wheel   Holder = "wheel"   // of Python
)

// Arrival is a native file that a COPY or ADD brings, and others that are in the same
// trouble.
type Arrival struct {
	lint.Artifact // Path is as a user would write it; Inner is set inside of a jar or archive

	Source shell.Word // of the instruction
	Dest   string     // where it lands; of a file in a jar or wheel where that lands
	Named  bool       // the source names it, rather than a folder around it
	Holder Holder
	Others []Place // further files with the same fault, the first ones
	More   int     // how many of these there are in all
	// Suits tells that it was made for the architecture of the stage.
	Suits bool
	// Modules is the innermost folder of installed packages around it: node_modules or
	// site-packages. "" when there is none.
	Modules string

	thing *thing
	shape shape
	kin   []kin
}

// Place is where another file is.
type Place struct{ Path, Inner string }

// String returns the place for people.
func (p Place) String() string {
	if p.Inner == "" {
		return p.Path
	}
	return p.Path + "!/" + p.Inner
}

// Place returns that of the arrival itself.
func (a *Arrival) Place() Place { return Place{a.Path, a.Inner} }

// Of returns what a COPY or ADD brings from the build context, in order of the sources.
func (l *Landing) Of(in *dockerfile.Instruction) []*Arrival {
	if l == nil || in.Copy == nil || !matters(in.Stage) {
		return nil
	}
	if list, ok := l.arrivals[in]; ok {
		return list
	}
	var list []*Arrival
	if l.take(in) != nil || in.Copy.FromStage != nil {
		list = l.judge(in)
	}
	l.arrivals[in] = list
	return list
}

// image is the stage whose image the files of a stage are in.
func image(s *dockerfile.Stage) *dockerfile.Stage {
	if s.Top != nil {
		return s.Top
	}
	return s
}

// judge reads and judges what an instruction brings.
func (l *Landing) judge(in *dockerfile.Instruction) []*Arrival {
	g := l.filled(image(in.Stage))
	sources := l.fromContext(in)
	if in.Copy.FromStage != nil {
		sources = in.Copy.Sources
	}
	var list []*Arrival
	for dest, t := range l.filled(in.Stage).things {
		if t.in != in || g.thing(dest) != t {
			continue
		}
		a := &Arrival{Source: sources[t.entry.Source], Dest: dest, Named: t.entry.Named, Holder: Folder, thing: t}
		a.Path, a.Inner = t.context.Path(t.entry.Path), t.inner
		if t.inner != "" {
			a.Holder = Archive
		}
		list = append(list, a)
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Source.Start != list[j].Source.Start {
			return list[i].Source.Start < list[j].Source.Start
		}
		return list[i].Dest < list[j].Dest
	})
	var all []*Arrival
	for _, a := range list {
		for _, one := range l.read(a, in.Stage, g) {
			if !otherSystem().MatchString(strings.TrimPrefix(one.Place().String(), one.thing.context.Name()+"/")) {
				all = append(all, one)
			}
		}
	}
	all = l.ofArch(all, in.Stage)
	for _, a := range all {
		if a.Holder != Jar && a.Holder != Wheel { // those are judged already
			l.verdict(a, in.Stage, g)
		}
	}
	join(all)
	excuse(all, in.Stage.Target.Libc)
	return grouped(all)
}

// read finds out what a thing is; a jar is what is in it.
func (l *Landing) read(a *Arrival, s *dockerfile.Stage, g *ground) []*Arrival {
	switch a.thing.entry.Kind {
	case buildcontext.Native:
		if !l.afford(1, 0) {
			return nil
		}
		r, size, closer, err := l.openThing(a.thing)
		if err != nil {
			return nil
		}
		defer closer()
		var ok bool
		if a.shape, ok = shapeOf(r, size); !ok || !l.afford(0, size) {
			return nil
		}
		a.kin = kinOf(a.Place().String())
		a.Modules = modulesOf(a.Dest)
		return []*Arrival{a}
	case buildcontext.Jar:
		if s.Target.Libc == lint.Musl {
			return l.jar(a, s, g)
		}
	case buildcontext.Wheel:
		if s.Target.Libc == lint.Musl {
			return wheel(a)
		}
	}
	return nil
}

// modulesOf returns the innermost folder of installed packages on a path.
func modulesOf(dest string) string {
	end := 0
	for _, name := range []string{"/node_modules/", "/site-packages/", "/dist-packages/"} {
		if i := strings.LastIndex(dest, name); i >= 0 {
			end = max(end, i+len(name)-1)
		}
	}
	return dest[:end]
}

// ofArch leaves those that are for the architecture of the stage. Where none is, the
// context was made for another one: unless the user names the platform, that is then the
// one to judge for.
func (l *Landing) ofArch(all []*Arrival, s *dockerfile.Stage) []*Arrival {
	suits := func(a *Arrival) bool { return a.shape.arch == "" || sameArch(a.shape.arch, s.Target.Arch) }
	fitting := slices.ContainsFunc(all, func(a *Arrival) bool { return a.shape.arch != "" && suits(a) })
	var kept []*Arrival
	for _, a := range all {
		a.Arch = a.shape.arch
		a.Suits = suits(a)
		if a.Suits || !fitting && a.shape.arch != "" {
			kept = append(kept, a)
		}
	}
	return kept
}

// saidOf tells whether it is known for sure which architecture a stage has.
func (l *Landing) saidOf(s *dockerfile.Stage) bool {
	for s.BaseStage != nil {
		s = s.BaseStage
	}
	p, ok := s.Instructions[0].Flag("platform")
	return l.said || ok && !strings.Contains(p.Value.Text, "$")
}

// join lets a library run that something else loads which runs: that one's run path finds what
// it needs.
func join(all []*Arrival) {
	at := map[string]*Arrival{}
	for _, a := range all {
		at[a.Dest] = a
	}
	for _, by := range all {
		if by.Verdict != lint.Runs || by.Holder == Jar {
			continue
		}
		for _, dest := range by.Loads {
			if a := at[dest]; a != nil && a.Verdict != lint.Runs && !a.program() {
				judge.Join(&a.Artifact, by.Place().String())
			}
		}
	}
}

// excuse drops the files for which another one stands in: it is the one that is loaded.
func excuse(all []*Arrival, on lint.Libc) {
	runs := map[string]bool{}
	for _, a := range all {
		if a.Verdict != lint.Runs && (a.shape.libc() != on || a.Verdict == lint.Fails) {
			continue
		}
		for _, k := range a.kin {
			if k.libc == lint.Unknown || k.libc == on {
				runs[k.name] = true
			}
		}
	}
	for _, a := range all {
		if a.Verdict == lint.Fails && a.chosen() && slices.ContainsFunc(a.kin, func(k kin) bool { return k.libc != on && runs[k.name] }) {
			a.Verdict, a.Summary = lint.Undecided, "another file of its name fits"
		}
	}
}

// chosen tells whether it is picked by its name rather than asked for by it: a program called
// server is not replaced by another one called server-musl.
func (a *Arrival) chosen() bool {
	place := a.Place().String()
	return !a.program() || a.Modules != "" || family(place) != strings.ToLower(place)
}

// maxOthers is how many further files of a fault are named.
const maxOthers = 5

// grouped makes one of what came with one source and has one fault. The first of them is the
// one that is most likely to be met: it is named, or lies highest.
func grouped(all []*Arrival) []*Arrival {
	groups := map[string]*Arrival{}
	var list []*Arrival
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.Source.Start != b.Source.Start {
			return a.Source.Start < b.Source.Start
		}
		if a.Named != b.Named {
			return a.Named
		}
		if a.program() != b.program() && a.Modules != "" && b.Modules != "" {
			return b.program() // a tool may never be called; an addon is
		}
		if (a.Libc == lint.LibcGlibc) != (b.Libc == lint.LibcGlibc) && a.Verdict == lint.Fails && b.Verdict == lint.Fails {
			return a.Libc == lint.LibcGlibc // the others fail for what these are
		}
		return strings.Count(a.Dest, "/") < strings.Count(b.Dest, "/")
	})
	for _, a := range all {
		key := a.fault()
		first := groups[key]
		if first == nil {
			groups[key] = a
			list = append(list, a)
			continue
		}
		first.More++
		if len(first.Others) < maxOthers {
			first.Others = append(first.Others, a.Place())
		}
	}
	return list
}

// fault is equal for files that one sentence can speak of. What came with node_modules came
// by one npm install, what with site-packages by one pip; each jar and each program is a thing of its own.
func (a *Arrival) fault() string {
	parts := []string{strconv.Itoa(a.Source.Start), string(a.Holder), string(a.Verdict), a.Arch}
	switch {
	case a.Verdict == lint.Fails && a.Modules != "":
		parts = append(parts, path.Base(a.Modules))
	case a.Holder == Jar:
		parts = append(parts, a.Path, string(a.Form), string(a.Libc))
	case a.Verdict == lint.Fails && a.program():
		parts = append(parts, a.Dest, string(a.Libc))
	default:
		parts = append(parts, string(a.Form), string(a.Libc), a.Language)
		if a.Verdict == lint.Fails {
			parts = append(parts, a.lacks()...)
		}
	}
	return strings.Join(parts, "\x00")
}

// lacks is what repairs a file, or what it misses when nothing is known to.
func (a *Arrival) lacks() []string {
	var parts []string
	for _, m := range a.MissingLibraries {
		parts = append(parts, m.Package)
	}
	for _, r := range a.Repairs {
		parts = append(parts, r.Title)
	}
	for _, m := range a.MissingSymbols {
		return append(parts, string(m.Group))
	}
	return parts
}

func (a *Arrival) program() bool { return a.Form == lint.FormProgram }
