package landing

import (
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/judge"
	"github.com/musllint/musllint/lint/loader"
)

// verdict judges an arrival for the image that its stage is in. What is built there anew
// under its name is another file.
func (l *Landing) verdict(a *Arrival, s *dockerfile.Stage, g *ground) {
	l.asCopied(a, s, g)
	switch {
	case a.Verdict != lint.Fails:
	case a.Holder == Folder && a.thing.in.Rewritten(a.Dest):
		a.Verdict, a.Summary = lint.Undecided, "a later command may replace it"
	case path.Base(a.Modules) == "node_modules" && !image(s).HasNode():
		a.Verdict, a.Summary = lint.Undecided, "nothing in the image would load it"
	}
}

// asCopied judges an arrival as it is when it lands.
func (l *Landing) asCopied(a *Arrival, s *dockerfile.Stage, g *ground) {
	target := image(s).Target
	if a.shape.arch != "" && !a.Suits {
		target.Arch = a.shape.arch
	}
	switch {
	case !a.Suits && l.saidOf(s):
		a.plain(lint.Fails)
		a.Summary = "made for another architecture"
		a.Errors = []string{"exec format error"}
		return
	case target.Libc != lint.Musl:
		a.onAnother(target, g)
		return
	}
	l.onMusl(a, s, target, g)
}

// plain fills in what the headers say.
func (a *Arrival) plain(v lint.Verdict) {
	a.Kind, a.Arch, a.Interp, a.SoName, a.Needed, a.Verdict = lint.KindELF, a.shape.arch, a.shape.interp, a.shape.soname, a.shape.needed, v
	switch {
	case !a.shape.program:
		a.Form = lint.FormLibrary
	case a.shape.dynamic && a.shape.interp != "":
		a.Form = lint.FormProgram
	default:
		a.Form = lint.FormStatic
	}
	switch a.shape.libc() {
	case lint.Glibc:
		a.Libc = lint.LibcGlibc
	case lint.Musl:
		a.Libc = lint.LibcMusl
	case lint.None:
		a.Libc = lint.LibcStatic
	default:
		a.Libc = lint.LibcUnknown
	}
}

// onAnother judges for a stage without musl, where nothing but that is looked at: what asks
// for musl fails unless musl comes along.
func (a *Arrival) onAnother(t lint.Target, g *ground) {
	a.plain(lint.Undecided)
	if a.Libc != lint.LibcMusl {
		return
	}
	wanted := a.shape.interp
	if wanted == "" {
		named := strings.Contains(strings.ToLower(a.Place().String()), "musl")
		i := slices.IndexFunc(a.shape.needed, func(n string) bool { return strings.HasPrefix(n, "libc.musl-") || n == "libc.so" && named })
		if i < 0 {
			return // "libc.so" may be a link that a package has made
		}
		wanted = a.shape.needed[i]
		a.MissingLibraries = []lint.MissingLibrary{{Name: wanted, NeededBy: a.Dest}}
		if g.has(wanted) {
			return
		}
	} else if _, err := g.find(wanted); err == nil || g.has(path.Base(wanted)) {
		return
	}
	a.Verdict = lint.Fails
	if a.shape.interp != "" {
		a.Errors = []string{"exec " + a.Dest + ": no such file or directory"}
	} else {
		a.Errors = []string{wanted + ": cannot open shared object file: No such file or directory"}
	}
}

// onMusl replays musl's loader.
func (l *Landing) onMusl(a *Arrival, s *dockerfile.Stage, target lint.Target, g *ground) {
	final := image(s)
	env := judge.Environment{
		Target:      target,
		Has:         func(pkg string) facts.Tri { return has(final, pkg, len(l.file.Source.Content)) },
		LibraryPath: final.Env("LD_LIBRARY_PATH"),
		Partial:     !l.whole(final) || final.Downloads() || final.Ref.Name() != "alpine",
		Preload:     strings.FieldsFunc(final.Env("LD_PRELOAD"), func(r rune) bool { return r == ':' || r == ' ' }),
	}
	at, role, files := a.Dest, judge.Auto, loader.Files(g)
	if a.Holder == Jar {
		// The library is unpacked when it is first needed, into the folder for such files.
		at, role = "/tmp/"+path.Base(a.Inner), "jvm"
		files = &overlay{ground: g, at: at, thing: a.thing}
	}
	result, err := judgeOn(files, at, role, env)
	if err != nil || result == nil {
		a.plain(lint.Undecided)
		return
	}
	name, inner := a.Path, a.Inner
	a.Artifact = *result
	a.Path, a.Inner = name, inner
	if a.Verdict == lint.Fails && !l.certain(a, final, g) {
		a.Verdict, a.Summary = lint.Undecided, "what it misses may be there"
	}
}

// eldest is the oldest release that an image of unknown release may be of: images that are
// older are not pulled by tags that move.
const eldest = "3.15"

// judgeOn judges on a target. Of one whose release is not known, what the newest and an old
// one agree on is certain.
func judgeOn(files loader.Files, at string, role judge.Role, env judge.Environment) (*lint.Artifact, error) {
	if env.Target.Version != "" || env.Target.Release != "" {
		return judge.Judge(files, at, role, env)
	}
	env.Target.Distro, env.Target.Release = "alpine", facts.Newest()
	newest, err := judge.Judge(files, at, role, env)
	if err != nil || newest.Verdict != lint.Fails {
		return newest, err
	}
	env.Target.Release = eldest
	oldest, err := judge.Judge(files, at, role, env)
	if err == nil && oldest.Verdict != lint.Fails {
		newest.Verdict = lint.Undecided
	}
	return newest, nil
}

// noLoader tells that nothing of a program's loader is there: no version of musl matters.
func (a *Arrival) noLoader() bool { return a.Form == lint.FormProgram && a.Libc == lint.LibcGlibc }

// has tells whether the image of a stage has a package. What an image is for it may have
// built itself: python has its own Python, and Alpine's is not installed.
func has(s *dockerfile.Stage, pkg string, end int) facts.Tri {
	answer := s.Installed(pkg, end)
	if pkg == "gcompat" && s.Target.Release != "" && facts.CompareReleases(s.Target.Release, "3.18") > 0 && s.Installed("libc6-compat", end) == facts.Yes {
		return facts.Yes // that is a name of gcompat's there
	}
	if answer == facts.No {
		own := path.Base(s.Ref.Repository)
		if own != "alpine" && own != "." && strings.HasPrefix(strings.TrimSuffix(pkg, "-libs"), strings.TrimRight(own, "0123456789")) {
			return facts.Maybe
		}
	}
	return answer
}

// certain tells whether what an arrival misses is nowhere in the image: neither copied to
// another folder, from where a script may load it, nor made or brought by an instruction
// that names it.
func (l *Landing) certain(a *Arrival, s *dockerfile.Stage, g *ground) bool {
	if a.noLoader() {
		return !g.has(path.Base(a.Interp)) && !s.MayBring(stem(a.Interp))
	}
	if len(a.MissingLibraries) > 0 && !l.whole(s) {
		return false
	}
	for _, m := range a.MissingLibraries {
		if g.has(path.Base(m.Name)) || s.MayBring(stem(m.Name)) || m.Package == "" && s.Downloads() {
			return false
		}
	}
	return true
}

// stem is the name of a library up to ".so".
func stem(name string) string {
	stem, _, _ := strings.Cut(path.Base(name), ".so")
	return stem
}

// whole tells whether all that a stage copies from the build context was found there.
func (l *Landing) whole(s *dockerfile.Stage) bool {
	for ; s != nil; s = s.BaseStage {
		for _, in := range s.Instructions {
			if b := l.take(in); b != nil && !b.Whole {
				return false
			}
		}
	}
	return true
}

// overlay is the ground with one file more.
type overlay struct {
	*ground
	at    string
	thing *thing
}

// Open implements loader.Files.
func (o *overlay) Open(p string, way loader.Way) (*loader.Source, error) {
	if p != o.at {
		return o.ground.Open(p, way)
	}
	r, size, closer, err := o.landing.openThing(o.thing)
	if err != nil {
		return nil, err
	}
	return &loader.Source{Reader: r, Size: size, ID: o.thing, Close: closer}, nil
}
