package dockerfix

import (
	"bytes"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/shell"
)

// site is the place that a recipe works on, with what the policy says.
type site struct {
	file    *dockerfile.File
	text    []byte
	at      lint.Range
	stage   *dockerfile.Stage
	in      *dockerfile.Instruction
	command *shell.Command // the innermost one there, nil without
	with    map[string][]string
}

// maxParts bounds the instructions of a stage and the commands of an instruction that are
// repaired. A repair looks at all of them, and there may be one for each; nobody writes so many.
const maxParts = 1000

// siteOf looks up what is at a place. ok is false outside of a stage, in one that is too large,
// and for what ONBUILD does in other builds.
func siteOf(f *dockerfile.File, at lint.Range) (*site, bool) {
	if at.File != f.Source.Name || at.Inner != "" {
		return nil, false
	}
	n := sort.Search(len(f.Stages), func(i int) bool { return f.Stages[i].Range.End > at.Start })
	if n == len(f.Stages) {
		return nil, false
	}
	list := f.Stages[n].Instructions
	i := sort.Search(len(list), func(i int) bool { return list[i].Range.End > at.Start })
	if i == len(list) || !list[i].Range.Contains(at.Start) || len(list) > maxParts || len(list[i].Commands) > maxParts {
		return nil, false
	}
	s := &site{file: f, text: f.Source.Content, at: at, stage: f.Stages[n], in: list[i]}
	for _, c := range s.in.Commands {
		if c.Start <= at.Start && at.End <= c.End && (s.command == nil || c.End-c.Start < s.command.End-s.command.Start) {
			s.command = c
		}
	}
	return s, !s.in.OnBuild
}

// word is the value of a parameter that is one text.
func (s *site) word(name string) string {
	if list := s.with[name]; len(list) > 0 {
		return list[0]
	}
	return ""
}

func (s *site) replace(start, end int, text string) lint.Edit {
	return lint.Edit{Range: s.file.Range(start, end), NewText: text}
}

// lineStart is where the line of an offset begins.
func (s *site) lineStart(offset int) int { return bytes.LastIndexByte(s.text[:offset], '\n') + 1 }

// lineEnd is behind the line ending of the line of an offset, or the end of the text.
func (s *site) lineEnd(offset int) int {
	if i := bytes.IndexByte(s.text[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(s.text)
}

// indent is the blanks that a line begins with.
func (s *site) indent(offset int) string {
	start := s.lineStart(offset)
	line := s.text[start:s.lineEnd(offset)]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// before inserts an instruction before another one, above the comments that belong to that.
func (s *site) before(in *dockerfile.Instruction, line string) lint.Edit {
	start := s.lineStart(in.Range.Start)
	for start > 0 {
		above := s.lineStart(start - 1)
		if !bytes.HasPrefix(bytes.TrimLeft(s.text[above:start], " \t"), []byte("#")) {
			break
		}
		start = above
	}
	return s.replace(start, start, line+"\n")
}

// after inserts an instruction behind another one.
func (s *site) after(in *dockerfile.Instruction, line string) lint.Edit {
	return s.replace(in.Range.End, in.Range.End, "\n"+line)
}

// asRoot inserts an instruction as near before the one of the site as the user is root. It
// stands behind FROM, and behind the ARGs there, when that is the instruction of the site or
// another user comes right behind it.
func (s *site) asRoot(line string) (lint.Edit, bool) {
	list := s.stage.Instructions
	i := s.in.Index
	for i > 0 && !rootBefore(s.stage, i) {
		i--
	}
	if i > 0 {
		return s.before(list[i], line), true
	}
	if !rootBefore(s.stage, 1) {
		return lint.Edit{}, false
	}
	for i+1 < len(list) && list[i+1].Keyword == "ARG" && !list[i+1].OnBuild {
		i++
	}
	return s.after(list[i], line), true
}

// early inserts a RUN behind FROM and the ARGs there, where files that change often do not
// yet matter, and behind what sets up apk or the way to its servers.
func (s *site) early(line string) (lint.Edit, bool) {
	list := s.stage.Instructions
	use, i := s.in.Index, 0
	for k, in := range list[1:] {
		if k == i && in.Keyword == "ARG" || k+1 < use && setsUp().MatchString(s.file.Source.Text(in.Range)) {
			i = k + 1
		}
	}
	if list[i].OnBuild || !rootBefore(s.stage, i+1) {
		return s.asRoot(line)
	}
	return s.after(list[i], line), true
}

// setsUp is what has to come before apk is called.
var setsUp = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)/etc/apk\b|_proxy\b|\bapk-tools\b|/etc/ssl|update-ca-certificates|^SHELL\b`)
})

// rootBefore tells whether commands before instruction i of a stage run as root. An image
// that says nothing is taken for one that does.
func rootBefore(st *dockerfile.Stage, i int) bool {
	for ; st != nil; st = st.BaseStage {
		for _, in := range slices.Backward(st.Instructions[:min(i, len(st.Instructions))]) {
			if in.Keyword == "USER" && !in.OnBuild {
				return len(in.Words) > 0 && isRoot(in.Words[0])
			}
		}
		if st.BaseStage != nil {
			i = len(st.BaseStage.Instructions)
		}
	}
	return true
}

func isRoot(w shell.Word) bool {
	name, _, _ := strings.Cut(w.Text, ":")
	return w.Known && (name == "root" || name == "0")
}

// extent is the bytes of a command with its redirections; ok is false when these are not
// all in one piece, as with a here-document.
func extent(c *shell.Command) (start, end int, ok bool) {
	start, end = c.Start, c.End
	for _, r := range c.Redirects {
		if r.Group || strings.HasPrefix(r.Op, "<<") && r.Op != "<<<" {
			return 0, 0, false
		}
		start, end = min(start, r.Start), max(end, r.End)
	}
	return start, end, true
}

// plain tells whether a word is spelled as it is, so that the same text may be written there.
func (s *site) plain(w shell.Word) bool {
	return w.Known && string(s.text[w.Start:w.End]) == w.Text
}
