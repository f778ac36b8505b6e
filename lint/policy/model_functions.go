package policy

import (
	"path"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// functions are what expressions may call beside HCL's usual functions. They speak of
// the subject of the moment.
var functions = map[string]funcSpec{
	"context_has": contextHas, "context_leaves_out": contextLeavesOut, "context_texts": contextTexts, "context_range": contextRange, "copied_from": copiedFrom,
	"flag": {
		Doc: "value of the last of the named flags of the command, \"\" when none is given", Signature: "flag(name...) string", Kinds: withCommand,
		build: variadic(cty.String, func(s *Subject, names []string) cty.Value {
			f, _ := s.cmd().Flag(names...)
			return cty.StringVal(f.Value)
		}),
	},
	"has_flag": {
		Doc: "whether one of the named flags is given; names without dashes", Signature: "has_flag(name...) bool", Kinds: withCommand,
		build: variadic(cty.Bool, func(s *Subject, names []string) cty.Value { return cty.BoolVal(s.cmd().HasFlag(names...)) }),
	},
	"flag_values": {
		Doc: "values of all of the named flags, in order", Signature: "flag_values(name...) list", Kinds: withCommand,
		build: variadic(cty.List(cty.String), func(s *Subject, names []string) cty.Value { return stringList(s.cmd().FlagValues(names...)) }),
	},
	"flag_range": {
		Doc: "place of the last of the named flags with its value; of the subject when none is given", Signature: "flag_range(name...) range", Kinds: withCommand,
		build: variadic(rangeType, func(s *Subject, names []string) cty.Value {
			if f, ok := s.cmd().Flag(names...); ok {
				return s.rangeValue(f.Start, f.End)
			}
			return rangeValue(s.Range)
		}),
	},
	"flag_value_range": {
		Doc: "place of the value of the last of the named flags; of the subject when none is given", Signature: "flag_value_range(name...) range", Kinds: withCommand,
		build: variadic(rangeType, func(s *Subject, names []string) cty.Value {
			if f, ok := s.cmd().Flag(names...); ok && f.HasValue {
				return s.rangeValue(f.ValueStart, f.ValueEnd)
			}
			return rangeValue(s.Range)
		}),
	},
	"operand": {
		Doc: "operand i of the command, counted from 0, from the end when negative; \"\" when there is none", Signature: "operand(i) string", Kinds: withCommand,
		build: indexed(cty.String, func(s *Subject, w shell.Word, ok bool) cty.Value { return cty.StringVal(w.Text) }),
	},
	"operand_range": {
		Doc: "place of operand i; of the subject when there is none", Signature: "operand_range(i) range", Kinds: withCommand,
		build: indexed(rangeType, func(s *Subject, w shell.Word, ok bool) cty.Value {
			if !ok {
				return rangeValue(s.Range)
			}
			return s.rangeValue(w.Start, w.End)
		}),
	},
	"word_range": {
		Doc: "place of the first word of the command, or source of the COPY, that matches the regular expression; of the subject when none does", Signature: "word_range(regex) range",
		build: regexFunc(rangeType, func(s *Subject, re *regexp.Regexp) cty.Value {
			words := s.cmd().Words
			if s.command == nil {
				words = s.in.Words
			}
			for _, w := range words {
				if re.MatchString(w.Text) {
					return s.rangeValue(w.Start, w.End)
				}
			}
			return rangeValue(s.Range)
		}),
	},
	"has_word": {
		Doc: "whether a word of the command matches the regular expression", Signature: "has_word(regex) bool", Kinds: withCommand,
		build: regexFunc(cty.Bool, func(s *Subject, re *regexp.Regexp) cty.Value {
			for _, w := range s.cmd().Words {
				if re.MatchString(w.Text) {
					return cty.True
				}
			}
			return cty.False
		}),
	},
	"command_range": {
		Doc: "place of the command", Signature: "command_range() range", Kinds: withCommand,
		build: nullary(rangeType, func(s *Subject) cty.Value { return s.rangeValue(s.cmd().Start, s.cmd().End) }),
	},
	"subject_range": {
		Doc: "place of the subject", Signature: "subject_range() range", Anywhere: true,
		build: nullary(rangeType, func(s *Subject) cty.Value { return rangeValue(s.Range) }),
	},
	"instruction_range": {
		Doc: "place of the whole instruction", Signature: "instruction_range() range",
		build: nullary(rangeType, func(s *Subject) cty.Value { return rangeValue(s.in.Range) }),
	},
	"base_range": {
		Doc: "place of the image in the FROM line of the stage", Signature: "base_range() range",
		build: nullary(rangeType, func(s *Subject) cty.Value { return rangeValue(s.st.BaseRange) }),
	},
	"value_range": {
		Doc: "place of the value of the variable", Signature: "value_range() range", Kinds: []string{"env"},
		build: nullary(rangeType, func(s *Subject) cty.Value { return s.rangeValue(s.variable.Value.Start, s.variable.Value.End) }),
	},
	"artifact_range": {
		Doc: "place of the command that made the artifact", Signature: "artifact_range() range", Kinds: []string{"artifact"},
		build: nullary(rangeType, func(s *Subject) cty.Value { return rangeValue(s.artifact.Range) }),
	},
	"variable_range": {
		Doc: "place where ENV or ARG set the variable that holds here; of the subject when none did", Signature: "variable_range(name) range",
		build: unary(rangeType, func(s *Subject, name string) cty.Value {
			if r, ok := s.in.EnvPlace(name); ok {
				return rangeValue(r)
			}
			return rangeValue(s.Range)
		}),
	},
	"note": {
		Doc: "a piece of evidence: a sentence and its place", Signature: "note(text, range) note", Anywhere: true,
		build: func(func() *Subject) function.Function {
			return function.New(&function.Spec{
				Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "range", Type: rangeType}},
				Type:   function.StaticReturnType(noteType),
				Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
					return cty.CapsuleVal(noteType, &lint.Related{Message: args[0].AsString(), Range: *args[1].EncapsulatedValue().(*lint.Range)}), nil
				},
			})
		},
	},
	"file_notes": {
		Doc: "why the file counts as made for its libc, what is printed about it behind the first of file.errors, and which other files have the same fault", Signature: "file_notes() list of notes", Kinds: []string{"file"},
		build: nullary(cty.List(noteType), fileNotes),
	},
	"use_notes": {
		Doc: "why musl lacks what is used, what a configure script may change about that, and the #include lines that lead to it", Signature: "use_notes() list of notes", Kinds: []string{useKind},
		build: nullary(cty.List(noteType), useNotes),
	},
	sourceFixesName: {
		Doc: "the repairs that musllint makes in the source for what is used, the best one first, and what it says of it where it cannot", Signature: "source_fixes() list of fixes", Kinds: []string{useKind},
		build: nullary(cty.List(fixType), func(s *Subject) cty.Value { return sourceFixes(s, func(*lint.Fix) bool { return true }) }),
	},
	"source_hints": {
		Doc: "those of source_fixes that are words for a person", Signature: "source_hints() list of fixes", Kinds: []string{useKind},
		build: nullary(cty.List(fixType), func(s *Subject) cty.Value { return sourceFixes(s, func(f *lint.Fix) bool { return len(f.Edits) == 0 }) }),
	},
	"from_reasons": {
		Doc: "why the stage or image that a COPY takes from has the libc it has", Signature: "from_reasons() list of notes", Kinds: []string{"artifact", "copy", "file"},
		build: nullary(cty.List(noteType), func(s *Subject) cty.Value { return fromReasons(s) }),
	},
	"installed": {
		Doc: "yes, no or maybe: the apk package, by its own name or brought by another one, is in the stage where the subject stands", Signature: "installed(package) string",
		build: unary(cty.String, func(s *Subject, pkg string) cty.Value { return triValue(s.st.Installed(pkg, s.Range.Start+1)) }),
	},
	"finally_installed": {
		Doc: "yes, no or maybe: the apk package is in the stage as it is built", Signature: "finally_installed(package) string",
		Stagewide: true,
		build: unary(cty.String, func(s *Subject, pkg string) cty.Value {
			return triValue(s.st.Installed(pkg, len(s.file.Source.Content)))
		}),
	},
	"image_installed": {
		Doc: "yes, no or maybe: the apk package is in the image that is built; in the stage of the subject when that is not part of it", Signature: "image_installed(package) string",
		Stagewide: true,
		build: unary(cty.String, func(s *Subject, pkg string) cty.Value {
			return triValue(s.built().Installed(pkg, len(s.file.Source.Content)))
		}),
	},
	"image_env": {
		Doc: "what ENV leaves in the variable in the image that is built; \"\" when it is not set or not known, and of the subject's stage when that is not part of the image", Signature: "image_env(name) string",
		Stagewide: true,
		build:     unary(cty.String, func(s *Subject, name string) cty.Value { return cty.StringVal(s.built().Env(name)) }),
	},
	"image_text": {
		Doc: "like stage_text, but of the stages that the image that is built consists of", Signature: "image_text(regex) bool",
		Stagewide: true,
		build: regexFunc(cty.Bool, func(s *Subject, re *regexp.Regexp) cty.Value {
			whole := Subject{file: s.file, st: s.built(), texts: s.texts}
			return cty.BoolVal(whole.anyInstruction(0, len(s.file.Source.Content), re))
		}),
	},
	"lacks": {
		Doc: "whether all of the packages are certainly missing where the subject stands", Signature: "lacks(package...) bool",
		build: variadic(cty.Bool, func(s *Subject, pkgs []string) cty.Value {
			for _, pkg := range pkgs {
				if s.st.Installed(pkg, s.Range.Start+1) != facts.No {
					return cty.False
				}
			}
			return cty.True
		}),
	},
	"shim": {
		Doc: "what the stage, as it is built, has to run glibc programs on musl: glibc (a second C library), gcompat, libc6-compat, or \"\" when nothing of that is certain", Signature: "shim() string",
		Stagewide: true,
		build:     nullary(cty.String, func(s *Subject) cty.Value { return cty.StringVal(s.shim()) }),
	},
	"downloaded": {
		Doc: "the first URL that matches the regular expression among what the stage, or the stages that it is FROM, download, leaving out what is known to be static or built for musl; \"\" when there is none", Signature: "downloaded(regex) string",
		Stagewide: true,
		build:     regexFunc(cty.String, func(s *Subject, re *regexp.Regexp) cty.Value { return cty.StringVal(s.downloaded(re)) }),
	},
	"getenv": {
		Doc: "what the environment variable holds for the subject (command, exports of the script, ENV, ARG); \"\" when it is not set or not known", Signature: "getenv(name) string",
		build: unary(cty.String, func(s *Subject, name string) cty.Value {
			var value string
			var known bool
			if s.command != nil {
				value, known = s.in.CommandEnv(s.command, name)
			} else {
				value, known = s.in.Env(name)
			}
			if !known {
				value = ""
			}
			return cty.StringVal(value)
		}),
	},
	"stage_env": {
		Doc: "what ENV leaves in the variable at the end of the stage; \"\" when it is not set or not known", Signature: "stage_env(name) string",
		Stagewide: true,
		build:     unary(cty.String, func(s *Subject, name string) cty.Value { return cty.StringVal(s.st.Env(name)) }),
	},
	"runs": {
		Doc: "whether a command of the stage, or of the stages that it is FROM, has one of these names, or name and subcommand (\"npm ci\")", Signature: "runs(name...) bool",
		Stagewide: true,
		build: variadic(cty.Bool, func(s *Subject, names []string) cty.Value {
			return cty.BoolVal(s.runs(names, 0, len(s.file.Source.Content)))
		}),
	},
	"ran": {
		Doc: "like runs, but only before the subject", Signature: "ran(name...) bool",
		build: variadic(cty.Bool, func(s *Subject, names []string) cty.Value { return cty.BoolVal(s.runs(names, 0, s.Range.Start)) }),
	},
	"starts": {
		Doc: "whether CMD or ENTRYPOINT of the stage, or of one that is FROM it, starts one of these programs", Signature: "starts(name...) bool",
		Stagewide: true,
		build: variadic(cty.Bool, func(s *Subject, names []string) cty.Value {
			for in, c := range s.starters {
				if in.Keyword != "RUN" && named(c, names) {
					return cty.True
				}
			}
			return cty.False
		}),
	},
	"stage_text": {
		Doc: "whether the regular expression matches an instruction of the stage, as written, or of the stages that it is FROM", Signature: "stage_text(regex) bool",
		Stagewide: true,
		build: regexFunc(cty.Bool, func(s *Subject, re *regexp.Regexp) cty.Value {
			return cty.BoolVal(s.anyInstruction(0, len(s.file.Source.Content), re))
		}),
	},
	"text_before": {
		Doc: "like stage_text, but only for what is written before the subject", Signature: "text_before(regex) bool",
		build: regexFunc(cty.Bool, func(s *Subject, re *regexp.Regexp) cty.Value {
			return cty.BoolVal(s.anyInstruction(0, s.Range.Start, re))
		}),
	},
	"text_after": {
		Doc: "like stage_text, but only for what is written after the subject", Signature: "text_after(regex) bool",
		build: regexFunc(cty.Bool, func(s *Subject, re *regexp.Regexp) cty.Value {
			return cty.BoolVal(s.anyInstruction(s.Range.End, len(s.file.Source.Content), re))
		}),
	},
	"file_text": {
		Doc: "whether the regular expression matches an instruction of the file", Signature: "file_text(regex) bool",
		Stagewide: true,
		build: regexFunc(cty.Bool, func(s *Subject, re *regexp.Regexp) cty.Value {
			return cty.BoolVal(s.texts.ofFile(s.file, re))
		}),
	},
	"glob": {
		Doc: "whether text matches a pattern in which * stands for any characters and ? for one", Signature: "glob(pattern, text) bool", Anywhere: true,
		build: func(func() *Subject) function.Function {
			return function.New(&function.Spec{
				Params: []function.Parameter{{Name: "pattern", Type: cty.String}, {Name: "text", Type: cty.String}},
				Type:   function.StaticReturnType(cty.Bool),
				Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
					return cty.BoolVal(matchGlob(args[0].AsString(), args[1].AsString())), nil
				},
			})
		},
	},
	"matches": {
		Doc: "whether the regular expression (RE2) matches the text", Signature: "matches(regex, text) bool", Anywhere: true,
		build: func(func() *Subject) function.Function {
			return function.New(&function.Spec{
				Params: []function.Parameter{{Name: "regex", Type: cty.String}, {Name: "text", Type: cty.String}},
				Type:   function.StaticReturnType(cty.Bool),
				Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
					re, err := compiled(args[0].AsString())
					if err != nil {
						return cty.False, function.NewArgError(0, err)
					}
					return cty.BoolVal(re.MatchString(args[1].AsString())), nil
				},
			})
		},
	},
	"version_compare": {
		Doc: "-1, 0 or 1: a is older than, the same as or newer than b by the ecosystem's rules: apk, pep440, semver, gem", Signature: "version_compare(ecosystem, a, b) number", Anywhere: true,
		build: func(func() *Subject) function.Function {
			p := func(name string) function.Parameter { return function.Parameter{Name: name, Type: cty.String} }
			return function.New(&function.Spec{
				Params: []function.Parameter{p("ecosystem"), p("a"), p("b")},
				Type:   function.StaticReturnType(cty.Number),
				Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
					return cty.NumberIntVal(int64(facts.CompareVersions(args[0].AsString(), args[1].AsString(), args[2].AsString()))), nil
				},
			})
		},
	},
	"release_before": {
		Doc: "whether the release of the Alpine of the stage or target is known and older than the one named", Signature: "release_before(release) bool", Anywhere: true,
		build: unary(cty.Bool, func(s *Subject, release string) cty.Value {
			t := s.target()
			return cty.BoolVal(t.Distro == "alpine" && t.Release != "" && facts.CompareReleases(t.Release, release) < 0)
		}),
	},
	"release_since": {
		Doc: "whether the release of the Alpine of the stage or target is known and the one named or newer", Signature: "release_since(release) bool", Anywhere: true,
		build: unary(cty.Bool, func(s *Subject, release string) cty.Value {
			t := s.target()
			return cty.BoolVal(t.Distro == "alpine" && t.Release != "" && facts.CompareReleases(t.Release, release) >= 0)
		}),
	},
	"wheel": {
		Doc: "what pip finds for the package in this stage: musllinux (a wheel), pure, sdist (has to be compiled), none (no matching distribution), \"\" when that is not known", Signature: "wheel() string", Kinds: []string{"install"},
		build: nullary(cty.String, func(s *Subject) cty.Value {
			if s.pkg == nil || s.pkg.Path || !s.pkg.Known {
				return cty.StringVal("")
			}
			p, ok := facts.LookupPyPI(s.pkg.Name)
			if !ok {
				return cty.StringVal("")
			}
			return cty.StringVal(p.Wheel(s.pkg.Spec, s.st.Target.Arch, pythonVersion(s)))
		}),
	},
	"passed_over": {
		Doc: "the first version that pip passes over because it has nothing for musl, on its way to an older one; \"\" when it takes the newest", Signature: "passed_over() string", Kinds: []string{"install"},
		build: nullary(cty.String, func(s *Subject) cty.Value {
			if s.pkg == nil || s.pkg.Path || !s.pkg.Known {
				return cty.StringVal("")
			}
			p, _ := facts.LookupPyPI(s.pkg.Name)
			return cty.StringVal(p.PassedOver(s.pkg.Spec, s.st.Target.Arch, pythonVersion(s)))
		}),
	},
	"pypi": {
		Doc:       "facts about a Python package: found, certain, class, version (that the row speaks of), sdist, optional (its C extension is), musl_since, musl_until, apk (a ready Alpine package), build_deps, runtime, replacement",
		Signature: "pypi(name) object",
		Stagewide: true,
		build:     unary(pypiType, func(s *Subject, name string) cty.Value { return pypiValue(name) }),
	},
	"npm": {
		Doc:       "facts about an npm package: found, certain, kind (ok, source, glibc or download), symptom, fix, since (first version with musl)",
		Signature: "npm(name) object",
		Stagewide: true,
		build:     unary(npmType, func(s *Subject, name string) cty.Value { return npmValue(name) }),
	},
	"gem": {
		Doc:       "facts about a Ruby gem: found, certain, kind (musl, source or glibc), since (first version with musl)",
		Signature: "gem(name) object",
		Stagewide: true,
		build:     unary(gemType, func(s *Subject, name string) cty.Value { return gemValue(name) }),
	},
}

// withCommand are the kinds that have a command.
var withCommand = []string{"command", "install", "download", "write"}

func rangeValue(r lint.Range) cty.Value { return cty.CapsuleVal(rangeType, &r) }

func (s *Subject) rangeValue(start, end int) cty.Value {
	return rangeValue(lint.Range{File: s.Range.File, Start: start, End: end})
}

func triValue(t facts.Tri) cty.Value {
	switch t {
	case facts.Yes:
		return cty.StringVal("yes")
	case facts.No:
		return cty.StringVal("no")
	}
	return cty.StringVal("maybe")
}

func nullary(t cty.Type, f func(s *Subject) cty.Value) func(func() *Subject) function.Function {
	return func(cur func() *Subject) function.Function {
		return function.New(&function.Spec{
			Type: function.StaticReturnType(t),
			Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return f(cur()), nil },
		})
	}
}

func unary(t cty.Type, f func(s *Subject, arg string) cty.Value) func(func() *Subject) function.Function {
	return func(cur func() *Subject) function.Function {
		return function.New(&function.Spec{
			Params: []function.Parameter{{Name: "arg", Type: cty.String}},
			Type:   function.StaticReturnType(t),
			Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f(cur(), args[0].AsString()), nil },
		})
	}
}

func variadic(t cty.Type, f func(s *Subject, args []string) cty.Value) func(func() *Subject) function.Function {
	return func(cur func() *Subject) function.Function {
		return function.New(&function.Spec{
			VarParam: &function.Parameter{Name: "name", Type: cty.String},
			Type:     function.StaticReturnType(t),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				names := make([]string, len(args))
				for i, a := range args {
					names[i] = a.AsString()
				}
				return f(cur(), names), nil
			},
		})
	}
}

func indexed(t cty.Type, f func(s *Subject, w shell.Word, ok bool) cty.Value) func(func() *Subject) function.Function {
	return func(cur func() *Subject) function.Function {
		return function.New(&function.Spec{
			Params: []function.Parameter{{Name: "i", Type: cty.Number}},
			Type:   function.StaticReturnType(t),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				n, _ := args[0].AsBigFloat().Int64()
				operands := cur().cmd().Operands
				i := int(n)
				if i < 0 {
					i += len(operands)
				}
				if i < 0 || i >= len(operands) {
					return f(cur(), shell.Word{}, false), nil
				}
				return f(cur(), operands[i], true), nil
			},
		})
	}
}

func regexFunc(t cty.Type, f func(s *Subject, re *regexp.Regexp) cty.Value) func(func() *Subject) function.Function {
	return func(cur func() *Subject) function.Function {
		return function.New(&function.Spec{
			Params: []function.Parameter{{Name: "regex", Type: cty.String}},
			Type:   function.StaticReturnType(t),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				re, err := compiled(args[0].AsString())
				if err != nil {
					return cty.UnknownVal(t), function.NewArgError(0, err)
				}
				return f(cur(), re), nil
			},
		})
	}
}

// regexes holds the expressions that policies use. There are few, and nearly all of them
// are constant; maxRegexes bounds those that are made of a Dockerfile's words.
var (
	regexes    sync.Map
	regexCount atomic.Int32
)

const maxRegexes = 1000

func compiled(expr string) (*regexp.Regexp, error) {
	if re, ok := regexes.Load(expr); ok {
		return re.(*regexp.Regexp), nil
	}
	re, err := regexp.Compile(expr)
	if err == nil && regexCount.Add(1) <= maxRegexes {
		regexes.Store(expr, re)
	}
	return re, err
}

// runs reports whether a command by one of names starts within the bytes from start to
// end, in the stage of the subject or in those that it is FROM.
func (s *Subject) runs(names []string, start, end int) bool {
	for st := s.st; st != nil; st = st.BaseStage {
		for _, in := range st.Instructions {
			if in.Keyword != "RUN" {
				continue
			}
			for _, c := range in.Commands {
				if c.Start >= start && c.Start < end && named(c, names) {
					return true
				}
			}
		}
		end = len(s.file.Source.Content)
	}
	return false
}

func named(c *shell.Command, names []string) bool {
	for _, n := range names {
		if name, sub, ok := strings.Cut(n, " "); c.Name == name && (!ok || c.Sub == sub) {
			return true
		}
	}
	return false
}

// shim is what a musl stage has for programs that are linked to glibc. A second C library
// is that of the base image, or the glibc-*.apk packages, which are no part of Alpine.
func (s *Subject) shim() string {
	if s.st.Image.Shim != "" || s.downloaded(secondLibc()) != "" || s.installsPackage("glibc") {
		return "glibc"
	}
	for _, pkg := range []string{"gcompat", "libc6-compat"} {
		if s.st.Installed(pkg, len(s.file.Source.Content)) == facts.Yes {
			return pkg
		}
	}
	return ""
}

var secondLibc = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`alpine-pkg-glibc|/glibc-[^/]*\.apk$`) })

// installsPackage reports whether the stage runs apk add with a package of that name, as
// a file or from a repository.
func (s *Subject) installsPackage(name string) bool {
	for st := s.st; st != nil; st = st.BaseStage {
		for _, in := range st.Instructions {
			for _, i := range in.Installs {
				if i.Manager != "apk" || i.Remove || i.Root {
					continue
				}
				for _, p := range i.Packages {
					base := path.Base(p.Name)
					if base == name || base == name+".apk" || strings.HasPrefix(base, name+"-") && p.Path {
						return true
					}
				}
			}
		}
	}
	return false
}

func (s *Subject) downloaded(re *regexp.Regexp) string {
	for st := s.st; st != nil; st = st.BaseStage {
		for _, in := range st.Instructions {
			for _, d := range in.Downloads {
				if d.Libc != lint.None && d.Libc != lint.Musl && re.MatchString(d.URL.Text) {
					return d.URL.Text
				}
			}
		}
	}
	return ""
}

// built is the stage whose image the layers of the subject's stage are in; that stage
// itself when they are in none.
func (s *Subject) built() *dockerfile.Stage {
	if s.st.Top != nil {
		return s.st.Top
	}
	return s.st
}

func fromReasons(s *Subject) cty.Value {
	c := s.in.Copy
	if c == nil || len(c.Reasons) == 0 {
		return cty.ListValEmpty(noteType)
	}
	notes := make([]cty.Value, len(c.Reasons))
	for i := range notes {
		notes[i] = cty.CapsuleVal(noteType, &c.Reasons[i])
	}
	return cty.ListVal(notes)
}

var (
	pypiType = cty.Object(map[string]cty.Type{
		"found": cty.Bool, "certain": cty.Bool, "class": cty.String, "version": cty.String, "sdist": cty.Bool, "optional": cty.Bool,
		"musl_since": cty.String, "musl_until": cty.String, "apk": cty.String,
		"build_deps": cty.List(cty.String), "runtime": cty.List(cty.String), "replacement": cty.String,
	})
	npmType = cty.Object(map[string]cty.Type{
		"found": cty.Bool, "certain": cty.Bool, "kind": cty.String, "symptom": cty.String, "fix": cty.String, "since": cty.String,
	})
	gemType = cty.Object(map[string]cty.Type{
		"found": cty.Bool, "certain": cty.Bool, "kind": cty.String, "since": cty.String,
	})
)

func pypiValue(name string) cty.Value {
	p, ok := facts.LookupPyPI(name)
	return cty.ObjectVal(map[string]cty.Value{
		"found": cty.BoolVal(ok), "certain": cty.BoolVal(p.Certain), "class": cty.StringVal(p.Class), "version": cty.StringVal(p.Version),
		"sdist": cty.BoolVal(p.Sdist), "optional": cty.BoolVal(p.Optional),
		"musl_since": cty.StringVal(p.MuslSince), "musl_until": cty.StringVal(p.MuslUntil), "apk": cty.StringVal(p.Apk),
		"build_deps": stringList(p.BuildDeps), "runtime": stringList(p.Runtime), "replacement": cty.StringVal(p.Replacement),
	})
}

func npmValue(name string) cty.Value {
	p, ok := facts.LookupNPM(name)
	return cty.ObjectVal(map[string]cty.Value{
		"found": cty.BoolVal(ok), "certain": cty.BoolVal(p.Certain), "kind": cty.StringVal(p.Kind),
		"symptom": cty.StringVal(p.Symptom), "fix": cty.StringVal(p.Fix), "since": cty.StringVal(p.Since),
	})
}

func gemValue(name string) cty.Value {
	p, ok := facts.LookupGem(name)
	return cty.ObjectVal(map[string]cty.Value{
		"found": cty.BoolVal(ok), "certain": cty.BoolVal(p.Certain), "kind": cty.StringVal(p.Kind), "since": cty.StringVal(p.Since),
	})
}
