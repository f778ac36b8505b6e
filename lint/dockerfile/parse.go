package dockerfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/musllint/musllint/lint"
)

// maxRetries bounds how often a file that BuildKit refuses is read again with the refused
// lines blanked; what is wrong beyond that goes unreported.
const maxRetries = 25

// Parse reads a Dockerfile. It does not fail: what Docker refuses is in File.Problems,
// and the rest of the file is read all the same.
func Parse(src *lint.Source, opt Options) *File {
	f := &File{Source: src, Escape: '\\', names: map[string]*Stage{}, frontend: foreignFrontend(src.Content)}
	if opt.Platform == "" {
		opt.Platform = defaultPlatform
	}
	nodes := f.nodes()
	f.comments()
	b := builder{file: f, opt: opt, global: platformArgs(opt.Platform, opt.BuildArgs)}
	for _, n := range nodes {
		b.add(f.instruction(n))
	}
	b.finish()
	return f
}

// nodes lets BuildKit cut the file into instructions. Where BuildKit gives up, the lines
// that it names are reported and emptied, and it reads the rest.
func (f *File) nodes() []*parser.Node {
	empty := f.longLines()
	retries := maxRetries
	if len(f.Source.Content) > 1<<20 {
		retries = 3
	}
	for range retries {
		result, err := parser.Parse(bytes.NewReader(f.without(empty)))
		if err == nil {
			f.Escape = byte(result.EscapeToken)
			return result.AST.Children
		}
		first, last := f.refused(err, empty)
		if isEmptyFile(err) || first > f.Source.Lines() { // nothing to go on from
			if len(f.Problems) == 0 {
				f.problem(f.Range(0, 0), "Docker refuses the file: "+cause(err))
			}
			return nil
		}
		f.problem(f.lines(first, first), "Docker refuses this: "+cause(err))
		if empty == nil {
			empty = map[int]bool{}
		}
		for n := first; n <= last; n++ {
			empty[n] = true
		}
	}
	return nil
}

// longLines reports and returns the lines that BuildKit's scanner cannot hold.
func (f *File) longLines() map[int]bool {
	const limit = bufio.MaxScanTokenSize
	if len(f.Source.Content) < limit {
		return nil
	}
	empty := map[int]bool{}
	for n := 1; n <= f.Source.Lines(); n++ {
		start := f.Source.LineStart(n)
		if f.Source.LineStart(n+1)-start < limit {
			continue
		}
		f.problem(f.Range(start, start+min(80, len(f.Source.Line(n)))), fmt.Sprintf(
			"Docker refuses the file: line %d is longer than %d bytes", n, limit-1))
		empty[n] = true
	}
	return empty
}

// without returns the content with some lines empty; the others keep their numbers.
func (f *File) without(empty map[int]bool) []byte {
	if len(empty) == 0 {
		return f.Source.Content
	}
	text := make([]byte, 0, len(f.Source.Content))
	for n := 1; n <= f.Source.Lines(); n++ {
		if empty[n] {
			text = append(text, '\n')
		} else {
			text = append(text, f.Source.Content[f.Source.LineStart(n):f.Source.LineStart(n+1)]...)
		}
	}
	return text
}

func (f *File) problem(r lint.Range, message string) {
	f.Problems = append(f.Problems, Problem{Rule: lint.RuleSyntax, Severity: lint.Error, Range: r, Message: message})
}

// lines is the range of whole lines, without the last one's ending.
func (f *File) lines(first, last int) lint.Range {
	start := f.Source.LineStart(first)
	end := f.Source.LineStart(last) + len(f.Source.Line(last))
	return f.Range(start, max(start, end))
}

func isEmptyFile(err error) bool {
	return strings.Contains(err.Error(), "file with no instructions")
}

// refused returns the lines that BuildKit holds responsible. Of a parser directive it
// names the line before. Lines that are empty already are passed over, so that every
// retry has less to read.
func (f *File) refused(err error, empty map[int]bool) (first, last int) {
	first, last = 1, 1
	var located *parser.LocationError
	if errors.As(err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
		ranges := located.Locations[0]
		first, last = ranges[0].Start.Line, ranges[len(ranges)-1].End.Line
	}
	if msg := err.Error(); first == 0 || strings.Contains(msg, "parser directive") || strings.Contains(msg, "escape token") {
		first++
	}
	for empty[first] {
		first++
	}
	return first, max(first, last)
}

// cause is the innermost message of an error, without places. BuildKit walks a map for
// its "did you mean", so that equally near words take turns; the nearest instruction is
// looked for here.
func cause(err error) string {
	msg := strings.ReplaceAll(err.Error(), "\n", " ")
	if head, rest, ok := strings.Cut(msg, ": "); ok && strings.HasPrefix(head, "dockerfile parse error") {
		msg = rest
	}
	if i := strings.LastIndex(msg, " (did you mean "); i > 0 {
		msg = msg[:i]
	}
	var unknown *instructions.UnknownInstructionError
	if errors.As(err, &unknown) {
		if near := nearest(strings.ToUpper(unknown.Instruction)); near != "" {
			msg += " (did you mean " + near + "?)"
		}
	}
	return msg
}

// nearest returns the instruction that a misspelt one most likely is: the first of those
// that differ in the fewest letters, in two at most.
func nearest(word string) string {
	best, distance := "", 3
	for _, name := range slices.Sorted(maps.Keys(command.Commands)) {
		if d := levenshtein.Distance(word, strings.ToUpper(name), nil); d < distance && d < len(name)-1 {
			best, distance = strings.ToUpper(name), d
		}
	}
	return best
}

// instruction makes the instruction of a node: its places, flags and what is left.
func (f *File) instruction(n *parser.Node) *Instruction {
	src := f.Source
	start, end := src.LineStart(n.StartLine), src.LineStart(n.EndLine)+len(src.Line(n.EndLine))
	headEnd := n.EndLine
	for _, h := range n.Heredocs {
		headEnd -= strings.Count(h.Content, "\n") + 1
	}
	head := src.Content[start:min(src.LineStart(headEnd+1), len(src.Content))]
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		head, start = head[3:], start+3
	}
	s := splitter{text: mask(head, f.Escape), base: start, quote: f.Escape}
	s.skipBlanks()
	in := &Instruction{Range: f.Range(min(start+s.pos, end), end)}
	keyword, _ := s.next(false)
	in.Keyword = strings.ToUpper(keyword.raw)
	if in.Keyword == "ONBUILD" {
		in.OnBuild = true
		keyword, _ = s.next(false)
		in.Keyword = strings.ToUpper(keyword.raw)
	}
	f.validate(n, in)
	in.flags(&s)
	in.rest = s.rest()
	line := headEnd + 1
	for _, h := range n.Heredocs {
		from := src.LineStart(line)
		line += strings.Count(h.Content, "\n")
		in.heredocs = append(in.heredocs, heredoc{Heredoc: h, body: span{from, src.LineStart(line)}})
		line++ // the terminator
	}
	return in
}

// heredoc is a here-document of RUN, COPY or ADD and the place of its body.
type heredoc struct {
	parser.Heredoc
	body span
}

// flags reads the --name=value words before the arguments.
func (in *Instruction) flags(s *splitter) {
	for {
		mark := s.pos
		w, ok := s.next(false)
		if !ok || !strings.HasPrefix(w.raw, "--") || w.raw == "--" {
			s.pos = mark
			return
		}
		name, _, has := strings.Cut(w.raw[2:], "=")
		fl := Flag{Name: name, Start: w.start, End: w.end}
		fl.Value.Start, fl.Value.End = w.end, w.end
		if has {
			fl.Value.Text, fl.Value.Known = w.raw[2+len(name)+1:], true
			fl.Value.Start = w.start + 2 + len(name) + 1
		}
		in.Flags = append(in.Flags, fl)
	}
}

// validate asks BuildKit what it thinks of the instruction. Its linter is switched off but
// not left out: without one, a `# check=` comment above an instruction makes BuildKit panic.
func (f *File) validate(n *parser.Node, in *Instruction) {
	if _, err := instructions.ParseInstructionWithLinter(n, linter.New(&linter.Config{SkipAll: true})); err != nil {
		in.broken = true
		f.refuse(in, cause(err))
	}
}

// refuse reports an instruction that Docker's own frontend does not take. Another one,
// named by `# syntax=`, may well take it.
func (f *File) refuse(in *Instruction, why string) {
	if f.frontend == "" {
		f.problem(f.firstLine(in), "Docker refuses this instruction: "+why)
		return
	}
	f.Problems = append(f.Problems, Problem{
		Rule: lint.RuleSyntax, Severity: lint.Info, Range: f.firstLine(in),
		Message: "this instruction was not examined: it is left to the frontend " + f.frontend,
	})
}

// foldTemplate makes one remark of what is wrong with a file that a template engine has
// yet to work on: its lines are no instructions, and Docker will not see them.
func (f *File) foldTemplate() {
	for _, p := range f.Problems {
		text := f.Source.Content[p.Range.Start:]
		if !bytes.HasPrefix(text, []byte("{{")) && !bytes.HasPrefix(text, []byte("{%")) && !bytes.HasPrefix(text, []byte("<%")) {
			continue
		}
		f.Problems = []Problem{{
			Rule: lint.RuleSyntax, Severity: lint.Info, Range: p.Range,
			Message: "this is a template rather than a Dockerfile: it was examined as far as it can be read as one",
		}}
		return
	}
}

// foreignFrontend returns the image named by `# syntax=` unless it is Docker's own
// Dockerfile frontend, from wherever it is pulled.
func foreignFrontend(text []byte) string {
	ref, _, _, ok := parser.DetectSyntax(text)
	if !ok || strings.Contains(ref, "docker/dockerfile") {
		return ""
	}
	return ref
}

// firstLine is the range of an instruction, cut at the end of its first line.
func (f *File) firstLine(in *Instruction) lint.Range {
	r := in.Range
	if i := bytes.IndexByte(f.Source.Content[r.Start:r.End], '\n'); i >= 0 {
		r.End = r.Start + len(bytes.TrimRight(f.Source.Content[r.Start:r.Start+i], "\r"))
	}
	return r
}
