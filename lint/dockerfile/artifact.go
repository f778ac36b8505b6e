package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
)

// Artifact is something with native code that a stage holds: made by one of its commands,
// downloaded, or copied from elsewhere.
type Artifact struct {
	// Path is absolute. "/out/*" is a file of unknown name in /out, "/out/**" one
	// anywhere below it, "" one anywhere in the stage.
	Path    string
	Kind    string    // one of ArtifactKinds
	Libc    lint.Libc // what it is linked to; lint.None when it is static
	Certain bool      // follows from the command, whatever the sources hold
	Needs   []string  // shared libraries beyond the libc that it is known to load: "libstdc++.so.6"
	Range   lint.Range
	Stage   *Stage // where it was made; nil for a file of an image
	Why     string // one clause: why it is linked to Libc
}

// ArtifactKinds says what each Artifact.Kind is.
var ArtifactKinds = map[string]string{
	"go-program":      "a program built by go build or go install",
	"go-library":      "a library built by go build -buildmode=c-shared, plugin or shared",
	"rust-program":    "a program built by cargo or rustc",
	"c-program":       "a program or library built by a C or C++ compiler",
	"built-program":   "a program that make, cmake or the like may have built",
	"built-library":   "a shared library that a stage's build has left",
	"native-program":  "a program built by another compiler (GHC, Swift, Crystal, GraalVM …)",
	"bundled-program": "a program that carries its interpreter (PyInstaller, pkg, bun build --compile …)",
	"node-modules":    "a node_modules folder",
	"python-packages": "installed Python packages: site-packages, a virtual environment, a --target folder",
	"wheels":          "a folder of Python wheels",
	"gems":            "installed Ruby gems",
	"beam-release":    "an Erlang or Elixir release, which carries its run-time system",
	"dotnet-program":  "a self-contained .NET program",
	"dotnet-launcher": "the native launcher of a .NET program that the image's own run-time runs",
	"jre":             "a Java run-time, copied or made by jlink",
	"download":        "a downloaded program",
	"program":         "a program of an image",
	"library":         "a library of an image",
	"system-program":  "a program of a distribution's packages",
	"system-library":  "a library of a distribution's packages",
	"rootfs":          "system folders of a distribution",
}

// hold says how a path of a stage and an artifact meet.
type hold uint8

const (
	apart     hold = iota
	somewhere      // the artifact may be any program of the stage, and the path may be one
	inside         // the path lies in the folder that the artifact is, or is in
	itself         // the artifact is at the path, below it, or matched by it
)

// heldBy tells how a copy of source meets the artifact.
func (a *Artifact) heldBy(source string) hold {
	source = path.Clean(source)
	if a.Path == "" {
		if a.Kind == "built-library" && !isLibrary(source) || !looksNative(source) {
			return apart
		}
		return somewhere
	}
	if dir, ok := strings.CutSuffix(a.Path, "/**"); ok {
		return meet(source, dir, encloses(dir, source) && looksNative(source))
	}
	if dir, ok := strings.CutSuffix(a.Path, "/*"); ok {
		return meet(source, dir, path.Dir(source) == path.Clean(dir+"/") && looksNative(source))
	}
	return meet(source, a.Path, a.isFolder() && a.encloses(source))
}

// meet is itself when source covers p, else inside when within holds.
func meet(source, p string, within bool) hold {
	switch {
	case covers(source, p):
		return itself
	case within:
		return inside
	}
	return apart
}

// covers reports whether a copy of source, which may be a pattern, takes p along.
func covers(source, p string) bool {
	if !strings.ContainsAny(source, "*?[") {
		return encloses(source, p)
	}
	ok, _ := path.Match(source, p)
	return ok || globFolder(source, p) != ""
}

// encloses reports whether a path lies in the folder that the artifact is, and is still
// the artifact rather than one plain file of it.
func (a *Artifact) encloses(p string) bool {
	switch a.Kind {
	case "python-packages": // the version that follows "python" need not be known
		return strings.HasPrefix(p, a.Path) && path.Ext(strings.TrimSuffix(p, "-packages")) != ".py"
	case "node-modules":
		return strings.HasSuffix(p, ".node")
	}
	return encloses(a.Path, p)
}

func (a *Artifact) isFolder() bool {
	switch a.Kind {
	case "node-modules", "python-packages", "wheels", "gems", "beam-release", "jre", "dotnet-program":
		return true
	}
	return false
}

// encloses reports whether p is dir or lies below it.
func encloses(dir, p string) bool {
	return dir == "/" || p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

// globFolder returns the folder around p that the pattern matches, "" when none does.
func globFolder(pattern, p string) string {
	for d := path.Dir(p); d != "/" && d != "."; d = path.Dir(d) {
		if ok, _ := path.Match(pattern, d); ok {
			return d
		}
	}
	return ""
}

func isLibrary(p string) bool {
	name := path.Base(p)
	return strings.HasSuffix(name, ".so") || strings.Contains(name, ".so.")
}

// looksNative reports whether a path could be a program or shared library: what has an
// extension is one only when it is that of a library or a platform's name.
func looksNative(p string) bool {
	if isLibrary(p) {
		return true
	}
	switch path.Base(p) {
	case "/", ".", "static", "public", "assets", "templates", "html", "www", "docs", "config", "conf", "etc", "certs", "node_modules", "dist", "site-packages", "include", "share", "man":
		return false
	}
	for _, dir := range []string{"/etc/", "/usr/share/", "/usr/include/", "/var/"} {
		if strings.HasPrefix(p, dir) {
			return false
		}
	}
	switch ext := path.Ext(p); ext {
	case "", ".node", ".bin", ".linux", ".amd64", ".x86_64", ".arm64":
		return true
	default:
		return strings.HasPrefix(ext, ".linux-")
	}
}

// unnamed reports whether the path leaves open which file it is.
func (a *Artifact) unnamed() bool { return a.Path == "" || strings.HasSuffix(a.Path, "*") }

// maxArtifacts bounds what one stage is said to hold, and what one COPY or all mounts of
// a RUN bring: cp -r / /a doubles the list. Of more, the last ones count.
const maxArtifacts = 256

// make records an artifact that the stage makes.
func (s *Stage) make(a *Artifact) {
	a.Stage = s
	s.hold(a)
}

// hold records an artifact in place of the one that it replaces.
func (s *Stage) hold(a *Artifact) {
	old := slices.IndexFunc(s.Artifacts, a.replaces)
	if old < 0 && len(s.Artifacts) >= maxArtifacts {
		old = 0
	}
	if old >= 0 { // stages that are FROM each other share the list
		s.Artifacts = slices.Concat(s.Artifacts[:old], s.Artifacts[old+1:])
	}
	s.Artifacts = append(s.Artifacts, a)
}

func (a *Artifact) replaces(b *Artifact) bool {
	return b.Path == a.Path && b.Kind == a.Kind && (b.Libc == a.Libc || !b.unnamed())
}

// holding returns the artifacts that a copy of source takes along: those that are there
// for certain, else those of a folder that it lies in. What may be anywhere is left to
// the caller, who may know better.
func (s *Stage) holding(source string) (found, vague []*Artifact) {
	best := inside
	for _, a := range s.Artifacts {
		switch h := a.heldBy(source); {
		case h == somewhere:
			vague = append(vague, a)
		case h > best:
			best, found = h, []*Artifact{a}
		case h == best:
			found = append(found, a)
		}
	}
	if best == inside {
		found = agreed(found)
	}
	return found, agreed(vague)
}

// agreed returns the first of artifacts of which only one is meant, provided that all of
// them are linked alike.
func agreed(list []*Artifact) []*Artifact {
	for _, a := range list {
		if a.Libc != list[0].Libc {
			return nil
		}
	}
	return list[:min(1, len(list))]
}
