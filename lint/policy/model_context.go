package policy

import (
	"path"
	"regexp"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/musllint/musllint/lint"
)

// maxTexts bounds how many texts an expression gets, which may look at each for each subject.
const maxTexts = 100

// These are about text files of the build context.
var (
	contextHas = funcSpec{
		Doc: "whether the build is given the file of the build context; false when the context is not read", Signature: "context_has(path) bool",
		Stagewide: true,
		build: unary(cty.Bool, func(s *Subject, name string) cty.Value {
			_, ok := s.contextText(name)
			return cty.BoolVal(ok)
		}),
	}
	contextLeavesOut = funcSpec{
		Doc: "whether the ignore file keeps the path of the build context out of every build", Signature: "context_leaves_out(path) bool",
		Stagewide: true,
		build:     unary(cty.Bool, func(s *Subject, name string) cty.Value { return cty.BoolVal(s.landing.LeavesOut(name)) }),
	}
	contextTexts = funcSpec{
		Doc: "what the regular expression matches in a text file of the build context, each text once, of each match the first group where it has one; [] when there is no such file", Signature: "context_texts(path, regex) list of string",
		Stagewide: true,
		build: fileRegex(cty.List(cty.String), func(s *Subject, name string, re *regexp.Regexp) cty.Value {
			src, matches := s.contextMatches(name, re)
			var list []string
			size, seen := 0, map[string]bool{}
			for _, m := range matches {
				text := string(src.Content[m[0]:m[1]])
				if seen[text] {
					continue
				}
				if size += len(text); size > maxValue || len(list) == maxTexts {
					break
				}
				seen[text] = true
				list = append(list, text)
			}
			return stringList(list)
		}),
	}
	contextRange = funcSpec{
		Doc: "place of the first match of the regular expression in a text file of the build context, or of its first group where it has one; of the subject when there is none", Signature: "context_range(path, regex) range",
		build: fileRegex(rangeType, func(s *Subject, name string, re *regexp.Regexp) cty.Value {
			src, matches := s.contextMatches(name, re)
			if len(matches) == 0 {
				return rangeValue(s.Range)
			}
			return rangeValue(lint.Range{File: src.Name, Start: matches[0][0], End: matches[0][1]})
		}),
	}
	copiedFrom = funcSpec{
		Doc: "path in the build context of the first of the files of the image, as seen from the working directory, that a COPY before the subject brings; \"\" when none is, or the context is not read", Signature: "copied_from(path...) string",
		build: variadic(cty.String, func(s *Subject, images []string) cty.Value {
			dir := s.in.Dir
			if s.command != nil {
				dir = s.in.CommandDir(s.command)
			}
			for _, image := range images {
				if !path.IsAbs(image) && (image == "" || !path.IsAbs(dir)) {
					continue
				}
				if !path.IsAbs(image) {
					image = path.Join(dir, image)
				}
				if name := s.landing.Origin(s.in, path.Clean(image)); name != "" {
					return cty.StringVal(name)
				}
			}
			return cty.StringVal("")
		}),
	}
)

// contextText is a text file of the build context. No file has an empty name, so that the
// result of copied_from may be asked for.
func (s *Subject) contextText(name string) (*lint.Source, bool) {
	if s.landing == nil || name == "" {
		return nil, false
	}
	return s.landing.Text(name)
}

// contextMatches are the places of what a regular expression matches in a text file of the
// build context: of its first group where it has one that takes part.
func (s *Subject) contextMatches(name string, re *regexp.Regexp) (src *lint.Source, places [][]int) {
	if s.landing == nil || name == "" {
		return nil, nil
	}
	src, matches := s.landing.Matches(name, re)
	for _, m := range matches {
		if len(m) > 2 && m[2] >= 0 {
			m = m[2:]
		}
		places = append(places, m[:2])
	}
	return src, places
}

func fileRegex(t cty.Type, f func(s *Subject, name string, re *regexp.Regexp) cty.Value) func(func() *Subject) function.Function {
	return func(cur func() *Subject) function.Function {
		return function.New(&function.Spec{
			Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "regex", Type: cty.String}},
			Type:   function.StaticReturnType(t),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				re, err := compiled(args[1].AsString())
				if err != nil {
					return cty.UnknownVal(t), function.NewArgError(1, err)
				}
				return f(cur(), args[0].AsString(), re), nil
			},
		})
	}
}
