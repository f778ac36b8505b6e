package policy

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/landing"
	"github.com/musllint/musllint/lint/shell"
)

// A kindSpec documents one kind of subject: the keys that a match block may name and the
// roots that its expressions may read.
type kindSpec struct {
	Doc   string
	Keys  map[string]string
	Roots []string
}

// An attribute is one readable field of a root.
type attribute struct {
	Doc   string
	Type  cty.Type
	value func(s *Subject) cty.Value
}

// A funcSpec documents a function and builds it around the subject of the moment.
type funcSpec struct {
	Doc, Signature string
	Kinds          []string // that it makes sense for; nil: all that are of a Dockerfile
	Stagewide      bool     // depends on nothing but its arguments and the stage
	Anywhere       bool     // needs no Dockerfile, so that all kinds may call it
	build          func(cur func() *Subject) function.Function
}

// serves reports whether subjects of a kind may call the function.
func (f *funcSpec) serves(kind string) bool {
	if f.Kinds != nil {
		return slices.Contains(f.Kinds, kind)
	}
	return f.Anywhere || kind != useKind
}

// Subject is one thing that policies look at: a command, a package that is installed, an
// artifact that is copied between stages …
type Subject struct {
	Kind  string
	Range lint.Range

	file     *dockerfile.File
	texts    textMatches
	in       *dockerfile.Instruction
	st       *dockerfile.Stage
	command  *shell.Command
	install  *dockerfile.Install
	pkg      *dockerfile.Package
	download *dockerfile.Download
	artifact *dockerfile.Carried
	variable *dockerfile.Variable
	write    *shell.Write
	landing  *landing.Landing // nil without a build context
	arrival  *landing.Arrival

	use    *Use        // of a subject of that kind, which has nothing of the above
	system lint.Target // that it is judged for
	facts  *useFacts   // once they were asked for
}

var (
	rangeType = cty.Capsule("range", reflect.TypeFor[lint.Range]())
	noteType  = cty.Capsule("note", reflect.TypeFor[lint.Related]())
	fixType   = cty.Capsule("fix", reflect.TypeFor[lint.Fix]())
)

const libcKey = "libc of the stage: musl, glibc, uclibc, none or unknown"

// kinds are the kinds of subject, by the label of a match block.
var kinds = map[string]kindSpec{
	"stage": {
		Doc: "a stage; its range is the image in the FROM line",
		Keys: map[string]string{
			"libc": libcKey, "shipped": "true when its layers are in an image that is built",
			"image": "image at the bottom of its FROM chain: python, python:3.12-alpine, ghcr.io/astral-sh/uv; globs",
		},
		Roots: []string{"stage", "instruction"},
	},
	"command": {
		Doc: "one command of RUN, CMD, ENTRYPOINT or HEALTHCHECK, wherever it stands: in a pipeline, sh -c, xargs, a here-document …",
		Keys: map[string]string{
			"libc": libcKey, "name": "program without folder and version: pip for pip3.11", "subcommand": "by the tool's grammar: install, \"tool install\"",
			"instruction": "RUN, CMD, ENTRYPOINT or HEALTHCHECK", "flag": "name of a flag that is given, without dashes",
		},
		Roots: []string{"stage", "instruction", "command"},
	},
	"install": {
		Doc: "one package that a RUN installs; a command that names none (npm ci, pip install -r …) is a subject with an empty package",
		Keys: map[string]string{
			"libc": libcKey, "manager": "apk, apt, rpm, pip, conda, npm, gem, cargo, go, nuget, pecl, php-ext, composer, hex",
			"package": "name of the package, lower case for pip; globs; \"\" for a command that names none",
		},
		Roots: []string{"stage", "instruction", "command", "install", "package"},
	},
	"download": {
		Doc: "one URL that curl, wget or ADD fetches",
		Keys: map[string]string{
			"libc": libcKey, "url": "the URL with variables replaced as far as they are known; globs", "project": "whose file it is, where that is known",
			"build": "libc that the file is linked to, by its project's naming: glibc, musl, none (static) or unknown",
		},
		Roots: []string{"stage", "instruction", "command", "download"},
	},
	"copy": {
		Doc: "one COPY or ADD",
		Keys: map[string]string{
			"libc": libcKey, "origin": "stage, image, context, url or heredoc", "from_libc": "libc of the stage or image that it copies from",
			"source": "a source as written, with variables replaced; globs", "keyword": "COPY or ADD",
		},
		Roots: []string{"stage", "instruction", "copy"},
	},
	"artifact": {
		Doc: "something with native code that a COPY --from brings from another stage or image; its range is the source",
		Keys: map[string]string{
			"libc": libcKey, "kind": "what it is; see artifact.kind", "artifact_libc": "libc that it is linked to: musl, glibc, none (static)",
		},
		Roots: []string{"stage", "instruction", "copy", "artifact"},
	},
	"file": {
		Doc: "a native file (program, shared library, plugin; also one in a jar, a wheel, or an archive that ADD unpacks) that a COPY or ADD brings from the build context, with what becomes of it in the image; its range is the source. Files of one source with the same fault are one subject",
		Keys: map[string]string{
			"libc": libcKey, "holder": "what it comes in: folder, archive, jar or wheel", "form": "what it is; see file.form",
			"file_libc": "libc that it was made for: glibc, musl, static, none or unknown", "verdict": "runs, fails or unknown", "host": "program that loads a plugin: node, python, jvm …",
		},
		Roots: []string{"stage", "instruction", "copy", "file"},
	},
	"env": {
		Doc:   "one variable that ENV or ARG sets",
		Keys:  map[string]string{"libc": libcKey, "name": "of the variable; globs", "keyword": "ENV or ARG"},
		Roots: []string{"stage", "instruction", "env"},
	},
	"write": {
		Doc:   "a text that a RUN writes to a file (echo, printf, cat and tee with redirections), or a COPY here-document",
		Keys:  map[string]string{"libc": libcKey, "path": "of the file, absolute where that is known; globs"},
		Roots: []string{"stage", "instruction", "command", "write"},
	},
	useKind: useSpec,
}

// keys returns what a match list of that key is compared with.
func (s *Subject) keys(key string) []string {
	if s.use != nil {
		return s.useKeys(key)
	}
	switch key {
	case "libc":
		return []string{s.st.Target.Libc.String()}
	case "shipped":
		return []string{boolText(s.st.Shipped)}
	case "image":
		ref := s.st.Ref
		if ref.IsZero() {
			return nil
		}
		untagged := ref
		untagged.Tag, untagged.Digest = "", ""
		tagged := ref
		tagged.Digest = ""
		return []string{ref.Repository, ref.Name(), untagged.String(), tagged.String(), ref.Repository + ":" + ref.Tag}
	case "name":
		if s.variable != nil {
			return []string{s.variable.Name}
		}
		return []string{s.command.Name}
	case "subcommand":
		return []string{s.command.Sub}
	case "instruction", "keyword":
		return []string{s.in.Keyword}
	case "flag":
		var names []string
		for _, f := range s.command.Flags {
			names = append(names, f.Name)
		}
		return names
	case "manager":
		return []string{s.install.Manager}
	case "package":
		return []string{s.packageName()}
	case "url":
		return []string{s.download.URL.Text}
	case "project":
		return []string{s.download.Project}
	case "build":
		return []string{s.download.Libc.String()}
	case "origin":
		return []string{s.in.Copy.Origin}
	case "from_libc":
		return []string{s.fromLibc().String()}
	case "source":
		var sources []string
		for _, w := range s.in.Copy.Sources {
			sources = append(sources, w.Text)
		}
		return sources
	case "kind":
		return []string{s.artifact.Kind}
	case "artifact_libc":
		return []string{s.artifact.Libc.String()}
	case "path":
		return []string{s.writePath()}
	case "holder":
		return []string{string(s.arrival.Holder)}
	case "form":
		return []string{string(s.arrival.Form)}
	case "file_libc":
		return []string{string(s.arrival.Libc)}
	case "verdict":
		return []string{string(s.arrival.Verdict)}
	case "host":
		return []string{s.arrival.Host}
	}
	return nil
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func (s *Subject) packageName() string {
	if s.pkg == nil {
		return ""
	}
	return s.pkg.Name
}

// fromLibc is the libc of what a copy comes from.
func (s *Subject) fromLibc() lint.Libc {
	if c := s.in.Copy; c.FromStage != nil {
		return c.FromStage.Target.Libc
	} else {
		return c.FromImage.Libc
	}
}

func (s *Subject) writePath() string {
	p, dir := s.write.Path.Text, s.in.Dir
	if s.command != nil {
		dir = s.in.CommandDir(s.command)
	}
	if strings.HasPrefix(p, "/") || dir == "?" {
		return p
	}
	return path.Join(dir, p)
}

// Subjects yields everything in a file that policies look at, in source order within a
// kind. What it brings from its build context is l's; nil without one.
func Subjects(f *dockerfile.File, l *landing.Landing, yield func(*Subject)) {
	known := textMatches{}
	for _, st := range f.Stages {
		if !st.Built {
			continue
		}
		for i, in := range st.Instructions {
			s := Subject{file: f, texts: known, st: st, in: in, Range: in.Range, landing: l}
			if i == 0 {
				stage := s
				stage.Kind, stage.Range = "stage", st.BaseRange
				yield(&stage)
			}
			s.ofCommands(yield)
			s.ofInstalls(yield)
			s.ofDownloads(yield)
			s.ofCopy(yield)
			s.ofFiles(l, yield)
			s.ofVariables(yield)
			s.ofWrites(yield)
		}
	}
}

func (s Subject) at(kind string, start, end int) *Subject {
	s.Kind = kind
	s.Range = lint.Range{File: s.Range.File, Start: start, End: end}
	return &s
}

func (s Subject) ofCommands(yield func(*Subject)) {
	for _, c := range s.in.Commands {
		sub := s.at("command", c.Start, c.End)
		sub.command = c
		yield(sub)
	}
}

func (s Subject) ofInstalls(yield func(*Subject)) {
	for _, inst := range s.in.Installs {
		if inst.Remove {
			continue
		}
		s.install, s.command = inst, inst.Command
		if len(inst.Packages) == 0 {
			yield(s.at("install", inst.Command.Start, inst.Command.End))
		}
		for i := range inst.Packages {
			p := &inst.Packages[i]
			sub := s.at("install", p.Word.Start, p.Word.End)
			sub.pkg = p
			yield(sub)
		}
	}
}

func (s Subject) ofDownloads(yield func(*Subject)) {
	for _, d := range s.in.Downloads {
		sub := s.at("download", d.URL.Start, d.URL.End)
		sub.download, sub.command = d, d.Command
		yield(sub)
	}
}

func (s Subject) ofCopy(yield func(*Subject)) {
	c := s.in.Copy
	if c == nil {
		return
	}
	yield(s.at("copy", s.Range.Start, s.Range.End))
	for i := range c.Carries {
		a := &c.Carries[i]
		sub := s.at("artifact", a.Source.Start, a.Source.End)
		sub.artifact = a
		yield(sub)
	}
	for _, d := range c.Documents {
		sub := s.at("write", d.Start, d.End)
		dest := c.Dest
		if dest.Text == "." || strings.HasSuffix(dest.Text, "/") {
			dest.Text = path.Join(dest.Text, d.Name)
		}
		sub.write = &shell.Write{
			Path: dest, Content: d.Content, Known: true, Start: d.Start, End: d.End,
		}
		yield(sub)
	}
}

func (s Subject) ofVariables(yield func(*Subject)) {
	for i := range s.in.Vars {
		v := &s.in.Vars[i]
		sub := s.at("env", v.Start, v.End)
		sub.variable = v
		yield(sub)
	}
}

func (s Subject) ofWrites(yield func(*Subject)) {
	for _, script := range s.in.Scripts {
		for _, w := range script.Writes() {
			sub := s.at("write", w.Command.Start, w.Command.End)
			sub.write, sub.command = &w, w.Command
			yield(sub)
		}
	}
}

func stringList(list []string) cty.Value {
	if len(list) == 0 {
		return cty.ListValEmpty(cty.String)
	}
	values := make([]cty.Value, len(list))
	for i, s := range list {
		values[i] = cty.StringVal(s)
	}
	return cty.ListVal(values)
}

// target is the system that the subject is for.
func (s *Subject) target() lint.Target {
	if s.use != nil {
		return s.system
	}
	return s.st.Target
}

// missing returns the packages that would bring the shared libraries which an artifact
// needs and the stage that it lands in certainly lacks.
func (s *Subject) missing() []string {
	var packages []string
	for _, soname := range s.unresolved() {
		if pkg, _ := s.lacks(soname); !slices.Contains(packages, pkg) {
			packages = append(packages, pkg)
		}
	}
	return packages
}

// unresolved returns those shared libraries.
func (s *Subject) unresolved() []string {
	var list []string
	for _, soname := range s.artifact.Needs {
		if _, ok := s.lacks(soname); ok {
			list = append(list, soname)
		}
	}
	return list
}
