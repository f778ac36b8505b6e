// Package judge says what becomes of a native file on a musl system: whether it runs, what it
// misses, and which is the smallest change that makes it run.
//
// A verdict is what a replay of musl's loader says (package loader), with the files at hand
// and with the packages that are known to be there. A repair is proved by replaying the
// loader once more with the libraries that it would bring. What is not certain is undecided,
// and never a failure.
package judge

import (
	"errors"
	"fmt"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// Environment is where an artifact is to run.
type Environment struct {
	// Target is a musl system. Without an architecture it is the artifact's own.
	Target lint.Target
	// Has tells whether an apk package is installed. nil: what a bare image of the Alpine
	// release has.
	Has func(pkg string) facts.Tri
	// Preload is LD_PRELOAD, LibraryPath is LD_LIBRARY_PATH.
	Preload     []string
	LibraryPath string
	// Complete says that the files are the whole file system of the target: what they do not
	// have is not there, whatever Has says.
	Complete bool
	// Partial says the opposite: that there may be libraries which neither the files nor the
	// packages tell of, so that one which is missing is not certainly missing.
	Partial bool
}

// Role is how an artifact comes to be loaded: Auto, AsProgram, AsLibrary, or the name of the
// host that loads it as a plugin, such as "node".
type Role string

const (
	Auto      Role = ""        // as it looks
	AsProgram Role = "program" // the kernel starts it
	AsLibrary Role = "library" // another program needs it at its start
)

// Judge judges the file at a path of files. The error says that it could not be read, or that
// the target is not known.
func Judge(files loader.Files, path string, as Role, env Environment) (a *lint.Artifact, err error) {
	err = loader.Guard(func() error {
		a, err = judgeFile(files, path, as, env)
		return err
	})
	return a, err
}

func judgeFile(files loader.Files, path string, as Role, env Environment) (*lint.Artifact, error) {
	s, err := inspect(files, path, as)
	if err != nil {
		return nil, err
	}
	if s.form == lint.FormObject {
		return judgeObject(files, path, env)
	}
	a := s.artifact(env.Target)
	if s.sidestep(a) {
		return a, nil
	}
	j, err := newJudge(files, s, env)
	if err != nil {
		return nil, err
	}
	a.Target = j.site.Target
	return a, j.judge(a)
}

// inspect opens a file and finds out what it is.
func inspect(files loader.Files, path string, as Role) (*subject, error) {
	source, err := files.Open(path, loader.Program)
	if err != nil {
		return nil, err
	}
	if source.Close != nil && !source.Keep {
		defer source.Close()
	}
	if source.Dir {
		return nil, fmt.Errorf("%s: %w", path, errIsFolder)
	}
	f, err := elf.Open(source.Reader, source.Size)
	if err != nil {
		return nil, err
	}
	defer f.Release()
	s := describe(f, path, as)
	s.role = as
	if err := f.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

var errIsFolder = errors.New("is a folder")

// artifact is what is known before anything was tried.
func (s *subject) artifact(t lint.Target) *lint.Artifact {
	a := &lint.Artifact{
		Path: s.path, Kind: lint.KindELF, Form: s.form, Target: t, Arch: s.arch, Interp: s.interp, SoName: s.soname,
		Needed: s.needed, Libc: s.libc, Reasons: s.reasons, Language: s.language, Packer: s.packer, Verdict: lint.Undecided,
	}
	if a.Target.Arch == "" {
		a.Target.Arch = s.arch
	}
	name(a, s.host)
	return a
}

// name says what loads a plugin.
func name(a *lint.Artifact, h *host) {
	if h != nil {
		a.Host, a.Plugin = h.name, h.plugin
	}
}

// sidestep is the verdict on files that no loader of the target ever sees.
func (s *subject) sidestep(a *lint.Artifact) bool {
	switch s.form {
	case lint.FormKernelModule:
		a.Kind, a.Libc = lint.KindObject, lint.LibcNone
		a.Verdict, a.Summary = lint.Runs, "a kernel module: no C library is involved"
	case lint.FormCore:
		a.Summary = "the memory of a dead process"
	case lint.FormDebug:
		a.Verdict, a.Summary = lint.Runs, "debugging information: nothing loads it"
	case lint.FormForeign:
		a.Summary = "made for " + s.system
	default:
		return false
	}
	return true
}

// judgeObject judges an object file alone.
func judgeObject(files loader.Files, path string, env Environment) (*lint.Artifact, error) {
	source, err := files.Open(path, loader.Program)
	if err != nil {
		return nil, err
	}
	if source.Close != nil && !source.Keep {
		defer source.Close()
	}
	o := NewObjects(path, "", lint.KindObject, env)
	if err := o.Add(path, source.Reader, source.Size); err != nil {
		return nil, err
	}
	return o.Judge()
}

// judge is the judgement of one file on one site.
type judge struct {
	*subject
	*site
	files loader.Files
	env   Environment
}

func newJudge(files loader.Files, s *subject, env Environment) (*judge, error) {
	t := env.Target
	if t.Arch == "" {
		t.Arch = s.arch
	}
	site, err := siteOf(t)
	if err != nil {
		return nil, err
	}
	return &judge{s, site, files, env}, nil
}

// machine is the site with what is there, and what is added.
func (j *judge) machine(on *site, hopeful bool, added changes) *machine {
	m := &machine{site: on, files: j.files, has: j.env.Has, complete: j.env.Complete, host: j.host, hopeful: hopeful, added: added}
	if m.has == nil {
		m.has = bare(on.release)
	}
	return m
}

func (j *judge) judge(a *lint.Artifact) error {
	switch {
	case j.form == lint.FormStatic, j.form == lint.FormStaticPIE:
		j.judgeStatic(a)
		return nil
	case j.form == lint.FormProgram && !sameArch(j.arch, j.site.Target.Arch):
		j.refuse(a)
		return nil
	}
	sure := j.machine(j.site, false, changes{})
	first, err := j.try(sure)
	if err != nil {
		return err
	}
	d := j.diagnose(j.site, first)
	if h := d.host(); h != nil && j.form == lint.FormLibrary && j.role == Auto {
		// It is one of the plugins that nothing but its needs tells.
		j.form, j.host = lint.FormPlugin, h
		a.Form = j.form
		name(a, h)
		return j.judge(a)
	}
	d.write(a)
	a.Assumed, a.Loads = first.assumed, first.loads
	j.decide(a, first, d)
	if a.Verdict == lint.Fails && sure.maybe && !j.goLibrary && !j.misnamed() {
		// Some of what is missing may be there: is it a failure in any case?
		hope, err := j.try(j.machine(j.site, true, changes{}))
		if err != nil {
			return err
		}
		if !j.diagnose(j.site, hope).certain(j) {
			a.Verdict = lint.Undecided
		}
	}
	if a.Verdict != lint.Runs || len(d.deferred) > 0 {
		if err := j.repair(a, first, d); err != nil {
			return err
		}
	}
	j.remark(a, first, d)
	return nil
}

// refuse is the verdict on a program for another processor.
func (j *judge) refuse(a *lint.Artifact) {
	a.Verdict, a.Summary = lint.Fails, "made for "+j.arch
	a.Errors = []string{"exec " + j.path + ": exec format error"}
}

// sameArch reports whether a file for one processor runs on the other. A file for 32-bit ARM
// does not tell which one it asks for.
func sameArch(a, b string) bool {
	a, _, _ = strings.Cut(a, "/")
	b, _, _ = strings.Cut(b, "/")
	return a == b
}

// judgeStatic is the verdict on a program that brings all that it needs.
func (j *judge) judgeStatic(a *lint.Artifact) {
	switch {
	case j.packer != "":
		a.Summary = "packed by " + j.packer
		a.Notes = append(a.Notes, "The program inside is unpacked when it starts, and nothing can be said about it before: upx -d unpacks it.")
	case !sameArch(j.arch, j.site.Target.Arch):
		j.refuse(a)
	default:
		a.Verdict, a.Summary = lint.Runs, "static"
		if len(j.reasons) > 1 {
			a.Notes = append(a.Notes, "It was linked statically to glibc: looking up hosts, users and character sets wants files of glibc at run time, which are not there.")
		}
	}
}

// list puts names together for people: "a, b and c".
func list(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}
