// Package loader replays what musl's dynamic loader does with a program: which libraries it
// finds, which symbols it resolves, and the very lines that it prints when it cannot.
//
// The rules are those of ldso/dynlink.c of musl 1.1.20 to 1.2.6. Where versions differ there
// is a named rule with its commit; where Alpine differs from upstream, the tables of package
// facts know. A replay reads files and nothing else: it runs on any machine, for any
// architecture that musl's own code is known of.
package loader

import (
	"fmt"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// System is the musl whose loader is replayed. It is safe for concurrent use.
type System struct {
	Target  lint.Target
	exports *facts.MuslExports
	arch    *arch
	rules   rules
	kinds   [maxKind]kind
}

// rules are the differences between versions that change what is printed.
type rules struct {
	// DT_RELR is processed; before 1.2.4 it is passed over in silence (commit d32dadd6).
	relr bool
	// A local symbol stands for itself whatever its type; before 1.1.24 only one of type
	// STT_SECTION does, and any other is looked up by name (commit 1f060ed2).
	localByBind bool
	// A segment of no bytes is an error of mmap; since 1.2.3 it is passed over (commit cfdfd5ea).
	emptyLoadFails bool
	// A failed mprotect sets errno; since 1.2.4 it is a bare system call (commit 63c67053),
	// and the message has the text of whatever failed before.
	relroErrno bool
}

// oldest is the oldest musl whose loader is known: that of Alpine 3.9.
const oldest = "1.1.20"

// New returns the system of a target. The architecture must be known, and the version of
// musl or the release of Alpine; the error says what is wrong in words for the user.
func New(t lint.Target) (*System, error) {
	a := archOf(t.Arch)
	if a == nil {
		return nil, fmt.Errorf("musl's loader for architecture %q is not known: want one of %s", t.Arch, archNames())
	}
	release := ""
	if t.Distro == "alpine" {
		release = t.Release
	}
	exports, ok := facts.Musl(t.Version, release, t.Arch)
	if !ok {
		return nil, fmt.Errorf("nothing is known of %s", describe(t))
	}
	version := exports.Version()
	t.Version = version
	if facts.CompareVersions("", version, oldest) < 0 {
		return nil, fmt.Errorf("musl %s is older than %s, the oldest whose loader is known", version, oldest)
	}
	since := func(v string) bool { return facts.CompareVersions("", version, v) >= 0 }
	s := &System{Target: t, exports: exports, arch: a, rules: rules{
		relr:           since("1.2.4"),
		localByBind:    since("1.1.24"),
		emptyLoadFails: !since("1.2.3"),
		relroErrno:     !since("1.2.4"),
	}}
	for _, k := range a.kinds {
		if k.since == "" || since(k.since) {
			s.kinds[k.number] = k.kind
		}
	}
	return s, nil
}

func describe(t lint.Target) string {
	if t.Distro == "alpine" {
		return fmt.Sprintf("the musl of Alpine %s on %s", t.Release, t.Arch)
	}
	return fmt.Sprintf("musl %s on %s", t.Version, t.Arch)
}

// Exports returns what libc.so exports.
func (s *System) Exports() *facts.MuslExports { return s.exports }

// LoaderPath is where the loader lies on every musl system: "/lib/ld-musl-x86_64.so.1".
func (s *System) LoaderPath() string { return "/lib/ld-musl-" + s.arch.ldso + ".so.1" }

// PathFile is the file that replaces the default search path.
func (s *System) PathFile() string { return "/etc/ld-musl-" + s.arch.ldso + ".path" }

// DefaultPath is where a loader without a path file looks.
const DefaultPath = "/lib:/usr/local/lib:/usr/lib"
