package judge

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// suggest adds repairs that no replay can prove: the same thing made for musl, or made anew.
func (j *judge) suggest(a *lint.Artifact, d *diagnosis) {
	if a.Verdict == lint.Runs || a.Verdict == lint.Undecided && len(d.blockers()) == 0 && !d.trial.invalid {
		return // there is nothing that a build for musl would change
	}
	add := func(title string) { a.Repairs = append(a.Repairs, lint.Repair{Title: title}) }
	if r := j.ownBuild(); r != nil {
		a.Repairs = append(a.Repairs, *r)
	}
	if name := otherBuild(npmPackage(j.path)); name != "" {
		add(installTitle(name))
	}
	if len(a.Repairs) > 0 && a.Repairs[0].Proved {
		return
	}
	if j.form == lint.FormProgram {
		switch j.language {
		case "go":
			add("build it with CGO_ENABLED=0, which makes a static program")
		case "rust":
			add("build it for the target " + rustTarget(j.arch) + ", which makes a static program")
		}
	}
	if j.goLibrary {
		add("use it in a glibc image, such as debian:stable-slim: no build of it works on musl")
		return
	}
	if j.misnamed() {
		add("install it with pip in an Alpine stage: it takes the wheel for musl, or compiles the source")
		add("use it in a glibc image, such as debian:stable-slim")
		return
	}
	if j.libc == lint.LibcGlibc {
		add("build it in an Alpine stage, where it is linked to musl")
		add("use it in a glibc image, such as debian:stable-slim")
	}
	if names := d.unpackaged(); a.Verdict == lint.Fails && len(names) > 0 && len(a.Repairs) == 0 {
		add("bring " + strings.Join(names, ", ") + " along, in a folder where the loader looks, such as /usr/lib: no package of Alpine is known to have it")
	}
}

// unpackaged are the missing libraries that neither a package has nor the files at hand.
func (d *diagnosis) unpackaged() []string {
	var names []string
	for _, l := range d.libraries {
		if l.name == "" && !l.beside {
			names = append(names, l.Library)
		}
	}
	return names
}

// ownBuild is Alpine's own package of a shared library, nil where none is known.
func (j *judge) ownBuild() *lint.Repair {
	if j.libc != lint.LibcGlibc || j.soname == "" {
		return nil
	}
	pkg := j.packageOf(j.soname)
	if pkg.name == "" || pkg.name == "gcompat" || pkg.name == "libc6-compat" {
		return nil
	}
	r := &lint.Repair{
		Title: "take Alpine's own build of " + j.soname + " instead: apk add " + pkg.name, Packages: []string{pkg.name},
		Dockerfile: []string{"RUN apk add --no-cache " + pkg.name},
	}
	if !pkg.certain {
		r.Note = "It is not certain that the package of " + j.name() + " has " + j.soname + "."
	}
	return r
}

func rustTarget(arch string) string {
	switch arch {
	case "arm64":
		return "aarch64-unknown-linux-musl"
	case "arm/v7":
		return "armv7-unknown-linux-musleabihf"
	case "386":
		return "i686-unknown-linux-musl"
	}
	return "x86_64-unknown-linux-musl"
}

func installTitle(name string) string {
	return "install " + name + ", the build for musl: npm install in an Alpine stage does"
}

// suggestTarball adds the build for musl of an npm package that an artifact lies in as it is
// packed: package/… in img-sharp-linux-x64-0.35.5.tgz, which is @img/sharp-linux-x64. Only a name
// that the tables know is taken from such a file name.
func suggestTarball(a *lint.Artifact) {
	file, packed := strings.CutSuffix(path.Base(filepath.ToSlash(a.Path)), ".tgz")
	if !packed || !strings.HasPrefix(a.Inner, "package/") || a.Verdict == lint.Runs || a.Libc == lint.LibcMusl {
		return
	}
	for end := len(file); end > 0; end = strings.LastIndexByte(file[:end], '-') { // a version may have a dash
		name := file[:end]
		scope, rest, _ := strings.Cut(name, "-")
		for _, n := range []string{name, "@" + scope + "/" + rest} {
			if musl := otherBuild(n); musl != "" {
				a.Repairs = slices.Insert(a.Repairs, proved(a.Repairs), lint.Repair{Title: installTitle(musl)})
				return
			}
		}
	}
}

// proved is 1 where the first repair is proved, and stays the first.
func proved(repairs []lint.Repair) int {
	if len(repairs) > 0 && repairs[0].Proved {
		return 1
	}
	return 0
}

// otherBuild is the npm package that has the build for musl of another one, empty where the
// tables know none.
func otherBuild(name string) string {
	if name == "" {
		return ""
	}
	for _, musl := range muslNames(name) {
		if p, ok := facts.LookupNPM(musl); ok && p.Kind == "ok" {
			return musl
		}
	}
	return ""
}

// suggestWheel adds the wheel for musl of a Python package, where the tables know one.
func suggestWheel(a *lint.Artifact) {
	name := wheelOf(a)
	if name == "" || a.Verdict == lint.Runs || a.Libc == lint.LibcMusl {
		return
	}
	if p, ok := facts.LookupPyPI(name); ok && p.Class == "musllinux" {
		r := lint.Repair{Title: "take the musllinux wheel of " + name + ": pip install in an Alpine stage does"}
		a.Repairs = slices.Insert(a.Repairs, proved(a.Repairs), r)
	}
}

// wheelOf returns the name of the project whose wheel an artifact lies in.
func wheelOf(a *lint.Artifact) string {
	name, _, _ := strings.Cut(wheelFile(a), "-")
	return strings.ToLower(strings.ReplaceAll(name, "_", "-"))
}

// npmPackage returns the npm package that a path lies in, empty when it lies in none.
func npmPackage(at string) string {
	const folder = "node_modules/"
	i := strings.LastIndex(at, folder)
	if i < 0 {
		return ""
	}
	parts := strings.Split(at[i+len(folder):], "/")
	if strings.HasPrefix(parts[0], "@") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

// muslNames are the names that a package's build for musl may have, going by the one for glibc.
func muslNames(name string) []string {
	var names []string
	for _, pair := range [][2]string{{"-gnu", "-musl"}, {"-glibc", "-musl"}, {"linux-", "linuxmusl-"}} {
		if strings.Contains(name, pair[0]) && !strings.Contains(name, "musl") {
			names = append(names, strings.Replace(name, pair[0], pair[1], 1))
		}
	}
	return append(names, name+"-musl")
}
