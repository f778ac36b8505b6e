package judge

import (
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
	if name := otherBuild(j.path); name != "" {
		add("install " + name + ", the build for musl: npm install in an Alpine stage does")
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
	if j.libc == lint.LibcGlibc {
		add("build it in an Alpine stage, where it is linked to musl")
		add("use it in a glibc image, such as debian:stable-slim")
	}
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

// otherBuild is the npm package that has the build for musl of the one that a path lies in,
// empty where the tables know none.
func otherBuild(at string) string {
	name := npmPackage(at)
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
		at := 0
		if len(a.Repairs) > 0 && a.Repairs[0].Proved {
			at = 1
		}
		a.Repairs = slices.Insert(a.Repairs, at, r)
	}
}

// wheelOf returns the name of the project whose wheel an artifact lies in.
func wheelOf(a *lint.Artifact) string {
	for part := range strings.SplitSeq(a.Place(), "!/") {
		base := part[strings.LastIndexByte(part, '/')+1:]
		if name, _, ok := strings.Cut(base, "-"); ok && strings.HasSuffix(base, ".whl") {
			return strings.ToLower(strings.ReplaceAll(name, "_", "-"))
		}
	}
	return ""
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
