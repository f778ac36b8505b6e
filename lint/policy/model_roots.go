package policy

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

func stringAttr(doc string, f func(s *Subject) string) attribute {
	return attribute{doc, cty.String, func(s *Subject) cty.Value { return cty.StringVal(f(s)) }}
}

func boolAttr(doc string, f func(s *Subject) bool) attribute {
	return attribute{doc, cty.Bool, func(s *Subject) cty.Value { return cty.BoolVal(f(s)) }}
}

func numberAttr(doc string, f func(s *Subject) int) attribute {
	return attribute{doc, cty.Number, func(s *Subject) cty.Value { return cty.NumberIntVal(int64(f(s))) }}
}

func listAttr(doc string, f func(s *Subject) []string) attribute {
	return attribute{doc, cty.List(cty.String), func(s *Subject) cty.Value { return stringList(f(s)) }}
}

// roots are what expressions may read. A text that does not apply is "", a list [].
var roots = map[string]map[string]attribute{
	"stage": {
		"label":      stringAttr("its name, or its number as COPY --from takes it", func(s *Subject) string { return s.st.Label() }),
		"index":      numberAttr("its number, from 0", func(s *Subject) int { return s.st.Index }),
		"base":       stringAttr("the image or stage in its FROM line, with variables replaced as far as they are known", func(s *Subject) string { return s.st.Base }),
		"image":      stringAttr("the image at the bottom of its FROM chain", func(s *Subject) string { return s.st.Ref.String() }),
		"base_image": stringAttr("that image as its FROM line writes it, with variables replaced as far as they are known", func(s *Subject) string { return s.baseImage() }),
		"family":     stringAttr("that image without tag and digest: python, public.ecr.aws/docker/library/python", func(s *Subject) string { return family(s.st.Ref) }),
		"repository": stringAttr("of that image, without registry, tag and digest: python, astral-sh/uv", func(s *Subject) string { return s.st.Ref.Repository }),
		"tag":        stringAttr("of that image", func(s *Subject) string { return s.st.Ref.Tag }),
		"version":    stringAttr("the version at the start of that tag: 3.12 of 3.12-alpine3.20, \"\" of latest", func(s *Subject) string { return tagVersion(s.st.Ref.Tag) }),
		"libc":       stringAttr("musl, glibc, uclibc, none or unknown", func(s *Subject) string { return s.st.Target.Libc.String() }),
		"musl":       stringAttr("version of musl: 1.2.5, \"\" when unknown", func(s *Subject) string { return muslVersion(s.st.Target) }),
		"distro":     stringAttr("alpine, debian, wolfi … \"\" when unknown", func(s *Subject) string { return s.st.Target.Distro }),
		"release":    stringAttr("of the distribution: 3.20, edge, \"\" when unknown", func(s *Subject) string { return s.st.Target.Release }),
		"arch":       stringAttr("OCI's name with variant: amd64, arm64, arm/v7", func(s *Subject) string { return s.st.Target.Arch }),
		"platform":   stringAttr("linux/amd64 …: FROM --platform, else that of the build", func(s *Subject) string { return s.st.Platform }),
		"final":      boolAttr("it is the stage that is built", func(s *Subject) bool { return s.st.Final }),
		"shipped":    boolAttr("its layers are in an image: that of the target or, without --target, of any stage that no other one uses", func(s *Subject) bool { return s.st.Shipped }),
		"certain":    boolAttr("its libc follows from a verified fact or from the configuration", func(s *Subject) bool { return s.st.Certain }),
		"floating":   boolAttr("its tag moves: latest, 3, 3.12-alpine", func(s *Subject) bool { return s.st.Image.Floating }),
		"gcc":        stringAttr("version of the GCC of its Alpine release: 14.2, \"\" when unknown", func(s *Subject) string { return gccOf(s.st) }),
		"shim":       stringAttr("glibc when its musl image carries a second libc, else \"\"", func(s *Subject) string { return s.st.Image.Shim }),
		"cross":      stringAttr("what its compilers target when that is not its own libc, such as musl-static", func(s *Subject) string { return s.st.Image.Cross }),
		"python":     stringAttr("version of its Python where the image's tag tells: 3.12", pythonVersion),
		"machine":    stringAttr("the architecture as loaders and wheels name it: x86_64, aarch64, armhf", func(s *Subject) string { return machine(s.st.Target.Arch) }),
	},
	"instruction": {
		"keyword": stringAttr("RUN, COPY, ENV …", func(s *Subject) string { return s.in.Keyword }),
		"dir":     stringAttr("working directory, ? when unknown", func(s *Subject) string { return s.in.Dir }),
		"exec":    boolAttr("it is in JSON form", func(s *Subject) bool { return s.in.Exec }),
		"onbuild": boolAttr("it stands after ONBUILD", func(s *Subject) bool { return s.in.OnBuild }),
		"text":    stringAttr("as it is written", func(s *Subject) string { return s.file.Source.Text(s.in.Range) }),
	},
	"command": {
		"name":        stringAttr("program without folder and version", func(s *Subject) string { return s.cmd().Name }),
		"program":     stringAttr("program as written, without folder: pip3.11", func(s *Subject) string { return s.cmd().Program }),
		"path":        stringAttr("program as written", func(s *Subject) string { return first(shell.Texts(s.cmd().Words)) }),
		"subcommand":  stringAttr("by the tool's grammar", func(s *Subject) string { return s.cmd().Sub }),
		"words":       listAttr("all words, from the program on", func(s *Subject) []string { return shell.Texts(s.cmd().Words) }),
		"operands":    listAttr("words that are neither flags nor their values", func(s *Subject) []string { return shell.Texts(s.cmd().Operands) }),
		"line":        stringAttr("its words joined by single blanks", func(s *Subject) string { return strings.Join(shell.Texts(s.cmd().Words), " ") }),
		"dir":         stringAttr("working directory, ? when unknown", func(s *Subject) string { return s.in.CommandDir(s.cmd()) }),
		"conditional": boolAttr("it need not run: it stands in the body of if, case, a loop or a function, or on the right of ||", func(s *Subject) bool { return s.cmd().Conditional }),
		"guard":       stringAttr("conditions around it as written", func(s *Subject) string { return s.cmd().Guard }),
		"tolerated":   boolAttr("its failure alone does not fail the script", func(s *Subject) bool { return s.cmd().Tolerated }),
		"and_next":    boolAttr("it is the left side of &&", func(s *Subject) bool { return s.cmd().AndNext }),
		"last":        boolAttr("its failure can be the script's own exit status", func(s *Subject) bool { return s.cmd().Last }),
		"errexit":     boolAttr("set -e is in force", func(s *Subject) bool { return s.cmd().ErrExit }),
		"piped_to":    stringAttr("name of the next command of the pipeline", func(s *Subject) string { return commandName(s.cmd().PipeTo) }),
		"piped_from":  stringAttr("name of the command before in the pipeline", func(s *Subject) string { return commandName(s.cmd().PipeFrom) }),
	},
	"install": {
		"manager":  stringAttr("apk, apt, rpm, pip, conda, npm, gem, cargo, go, nuget, pecl, php-ext, composer, hex", func(s *Subject) string { return s.install.Manager }),
		"packages": listAttr("names of all packages of the command", func(s *Subject) []string { return packageNames(s.install) }),
		"virtual":  stringAttr("name given by apk add --virtual", func(s *Subject) string { return s.install.Virtual }),
		"global":   boolAttr("npm -g, yarn global", func(s *Subject) bool { return s.install.Global }),
	},
	"package": {
		"name": stringAttr("of the package", func(s *Subject) string { return s.packageName() }),
		"spec": stringAttr("version, tag or specifier as written: ==1.2, latest", func(s *Subject) string { return s.packageField(func(p *dockerfile.Package) string { return p.Spec }) }),
		"text": stringAttr("name and version as written", func(s *Subject) string {
			return s.packageField(func(p *dockerfile.Package) string { return p.Word.Text })
		}),
		"path":  boolAttr("it is a file, folder or URL rather than a name", func(s *Subject) bool { return s.pkg != nil && s.pkg.Path }),
		"known": boolAttr("no part of it is an unresolved variable", func(s *Subject) bool { return s.pkg != nil && s.pkg.Known }),
	},
	"download": {
		"url":     stringAttr("with variables replaced as far as they are known", func(s *Subject) string { return s.download.URL.Text }),
		"file":    stringAttr("last path element of the URL", func(s *Subject) string { return s.download.File() }),
		"host":    stringAttr("host of the URL", func(s *Subject) string { return host(s.download.URL.Text) }),
		"project": stringAttr("whose file it is, where that is known", func(s *Subject) string { return s.download.Project }),
		"libc":    stringAttr("libc that the file is linked to: glibc, musl, none (static) or unknown", func(s *Subject) string { return s.download.Libc.String() }),
		"certain": boolAttr("that is a verified fact", func(s *Subject) bool { return s.download.Certain }),
		"arch":    stringAttr("architecture of the file, where its name tells", func(s *Subject) string { return s.download.Arch }),
		"why":     stringAttr("one clause: how that is known", func(s *Subject) string { return s.download.Why }),
		"piped":   stringAttr("program that it is piped into", func(s *Subject) string { return s.download.Piped }),
	},
	"copy": {
		"origin":     stringAttr("stage, image, context, url or heredoc", func(s *Subject) string { return s.in.Copy.Origin }),
		"from":       stringAttr("of --from", func(s *Subject) string { return s.in.Copy.From }),
		"from_image": stringAttr("image that it comes from, of a stage the one at the bottom of its FROM chain", func(s *Subject) string { return s.fromImage() }),
		"from_libc":  stringAttr("libc of what it comes from", func(s *Subject) string { return s.fromLibc().String() }),
		"sources":    listAttr("sources, with variables replaced", func(s *Subject) []string { return shell.Texts(s.in.Copy.Sources) }),
		"dest":       stringAttr("destination, with variables replaced", func(s *Subject) string { return s.in.Copy.Dest.Text }),
		"carries":    listAttr("kinds of the artifacts that it brings", func(s *Subject) []string { return carriedKinds(s.in.Copy) }),
		"seen":       boolAttr("all of its sources are in the build context and were looked at: what is in them has subjects of kind file", func(s *Subject) bool { return s.landing.Seen(s.in) }),
		"modules":    boolAttr("a node_modules folder comes with it from the build context, and was looked at", func(s *Subject) bool { return s.landing.Modules(s.in) }),
		"started":    stringAttr("the first of its sources, of COPY from the context, that CMD or ENTRYPOINT of the stage starts; else \"\"", func(s *Subject) string { return s.startedSource() }),
	},
	"artifact": {
		"kind":       stringAttr("go-program, go-library, rust-program, c-program, built-program, built-library, native-program, bundled-program, node-modules, python-packages, wheels, gems, beam-release, dotnet-program, dotnet-launcher, jre, download, program, library, system-program, system-library or rootfs", func(s *Subject) string { return s.artifact.Kind }),
		"libc":       stringAttr("libc that it is linked to: musl, glibc, none (static)", func(s *Subject) string { return s.artifact.Libc.String() }),
		"certain":    boolAttr("that follows from the command that made it, whatever the sources hold", func(s *Subject) bool { return s.artifact.Certain }),
		"why":        stringAttr("one clause: why it is linked so", func(s *Subject) string { return s.artifact.Why }),
		"needs":      listAttr("shared libraries beyond the libc that it loads: libstdc++.so.6", func(s *Subject) []string { return s.artifact.Needs }),
		"missing":    listAttr("packages that would bring those of them that the stage where it lands certainly lacks", func(s *Subject) []string { return s.missing() }),
		"unresolved": listAttr("the shared libraries of missing", func(s *Subject) []string { return s.unresolved() }),
		"started":    boolAttr("CMD, ENTRYPOINT or a RUN of the stage where it lands starts it", func(s *Subject) bool { return s.starts(s.artifact.Dest) }),
		"packages":   listAttr("Python packages that the command which made it installs; [] when it does not name all of them", func(s *Subject) []string { return s.madeOf() }),
		"made_on":    stringAttr("libc of the stage that made it; unknown for a file of an image", func(s *Subject) string { return s.madeOn().String() }),
		"made_gcc":   stringAttr("stage.gcc of the stage that made it; \"\" for a file of an image", func(s *Subject) string { return gccOf(s.artifact.Stage) }),
		"path":       stringAttr("where it is in the stage or image that it comes from", func(s *Subject) string { return s.artifact.Path }),
		"source":     stringAttr("the source of COPY that it comes with", func(s *Subject) string { return s.artifact.Source.Text }),
		"dest":       stringAttr("where it lands", func(s *Subject) string { return s.artifact.Dest }),
		"from":       stringAttr("the stage that made it, or the image that it is of", func(s *Subject) string { return s.artifactFrom() }),
	},
	"file":   fileRoot,
	"use":    useRoot,
	"target": targetRoot,
	"env": {
		"name":    stringAttr("of the variable", func(s *Subject) string { return s.variable.Name }),
		"value":   stringAttr("with variables replaced as far as they are known", func(s *Subject) string { return s.variable.Value.Text }),
		"known":   boolAttr("it has a value that is known here", func(s *Subject) bool { return s.variable.HasValue && s.variable.Value.Known }),
		"keyword": stringAttr("ENV or ARG", func(s *Subject) string { return s.in.Keyword }),
	},
	"write": {
		"path":    stringAttr("of the file, absolute where that is known", func(s *Subject) string { return s.writePath() }),
		"content": stringAttr("text that is written", func(s *Subject) string { return s.write.Content }),
		"known":   boolAttr("all of the text is known", func(s *Subject) bool { return s.write.Known }),
		"append":  boolAttr("it is appended", func(s *Subject) bool { return s.write.Append }),
	},
}

// cmd is the command of the subject; of a subject without one (ADD URL) an empty one.
func (s *Subject) cmd() *shell.Command {
	if s.command == nil {
		return &shell.Command{}
	}
	return s.command
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func commandName(c *shell.Command) string {
	if c == nil {
		return ""
	}
	return c.Name
}

// baseImage goes down to the FROM line that names an image rather than a stage.
func (s *Subject) baseImage() string {
	st := s.st
	for st.BaseStage != nil {
		st = st.BaseStage
	}
	return st.Base
}

func family(ref facts.Ref) string {
	ref.Tag, ref.Digest = "", ""
	return ref.String()
}

// muslVersion is the upstream version, without Alpine's package revision.
func muslVersion(t lint.Target) string {
	if t.Libc != lint.Musl {
		return ""
	}
	v, _, _ := strings.Cut(t.Version, "-")
	return v
}

// gccOf is empty where the stage is not Alpine or its release is not known.
func gccOf(st *dockerfile.Stage) string {
	if st == nil {
		return ""
	}
	return gccIn(st.Target)
}

func gccIn(t lint.Target) string {
	if t.Distro != "alpine" {
		return ""
	}
	r, _ := facts.ReleaseOf(t.Release)
	return r.GCC
}

func tagVersion(tag string) string {
	end := 0
	for end < len(tag) && (tag[end] >= '0' && tag[end] <= '9' || tag[end] == '.') {
		end++
	}
	return strings.TrimSuffix(tag[:end], ".")
}

// pythonVersion is the Python of a python image: its tag starts with it.
func pythonVersion(s *Subject) string {
	ref := s.st.Ref
	if ref.Name() == "python" {
		return tagVersion(ref.Tag)
	}
	if _, rest, ok := strings.Cut(ref.Tag, "python"); ok { // ghcr.io/astral-sh/uv:python3.12-alpine
		return tagVersion(rest)
	}
	return ""
}

func packageNames(i *dockerfile.Install) []string {
	var names []string
	for _, p := range i.Packages {
		names = append(names, p.Name)
	}
	return names
}

func (s *Subject) packageField(f func(*dockerfile.Package) string) string {
	if s.pkg == nil {
		return ""
	}
	return f(s.pkg)
}

func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func (s *Subject) fromImage() string {
	if c := s.in.Copy; c.FromStage != nil {
		return c.FromStage.Ref.String()
	} else {
		return c.FromRef.String()
	}
}

func carriedKinds(c *dockerfile.Copy) []string {
	var list []string
	for _, a := range c.Carries {
		if !slices.Contains(list, a.Kind) {
			list = append(list, a.Kind)
		}
	}
	return list
}

func (s *Subject) artifactFrom() string {
	if s.artifact.Stage != nil {
		return s.artifact.Stage.Label()
	}
	return s.fromImage()
}

// lacks returns the package that brings a shared library, and whether the stage of the
// subject, as it is built, certainly has neither.
func (s *Subject) lacks(soname string) (pkg string, certain bool) {
	pkg, _, _ = facts.SonamePackage(soname, "")
	if pkg == "" || s.st.Installed(pkg, len(s.file.Source.Content)) != facts.No {
		return pkg, false
	}
	return pkg, !copiesLibrary(s.st, soname)
}

// copiesLibrary reports whether a stage copies the library, or a whole library folder.
func copiesLibrary(st *dockerfile.Stage, soname string) bool {
	stem, _, _ := strings.Cut(soname, ".so")
	for ; st != nil; st = st.BaseStage {
		for _, in := range st.Instructions {
			if in.Copy == nil {
				continue
			}
			for _, w := range in.Copy.Sources {
				p := path.Clean("/" + w.Text)
				if strings.Contains(p, stem) || p == "/" || p == "/usr" || p == "/lib" || p == "/usr/lib" || strings.HasSuffix(p, "/lib") || strings.HasSuffix(p, "lib/*") {
					return true
				}
			}
		}
	}
	return false
}
