package dockerfix

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// addPackages adds packages to an apk add of the stage, or by a RUN of its own.
func addPackages(s *site) []lint.Edit {
	forRun := s.word("needed") == "run"
	end := s.at.Start
	if forRun {
		end = len(s.text)
	}
	var names []string
	for _, p := range s.with["packages"] {
		if s.stage.Installed(p, end) == facts.Yes || slices.Contains(names, p) {
			continue
		}
		if forRun && s.deletes(p) {
			return nil // somebody wants it to be gone
		}
		if !packageName().MatchString(p) {
			return nil
		}
		names = append(names, p)
	}
	if len(names) == 0 {
		return done
	}
	if s.stage.Target.Libc != lint.Musl || s.stage.Target.Distro != "alpine" {
		return nil
	}
	if at := s.ownInstall(); at != nil && at.Virtual == "" {
		if edits := s.merge(at, names); edits != nil {
			return edits
		}
	}
	list := s.stage.Instructions
	if !forRun { // what the place can use comes before it
		list = list[:s.in.Index+1]
	}
	for _, in := range slices.Backward(list) {
		for _, i := range slices.Backward(in.Installs) {
			if s.takes(i, forRun) {
				if edits := s.merge(i, names); edits != nil {
					return edits
				}
			}
		}
	}
	if edit, ok := s.early("RUN apk add --no-cache " + strings.Join(names, " ")); ok {
		return []lint.Edit{edit}
	}
	return nil
}

// packageName is what apk takes for the name of a package and, behind it, a version.
var packageName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+-]*(?:=[A-Za-z0-9._-]+)?$`)
})

// ownInstall is the apk add that the site is in.
func (s *site) ownInstall() *dockerfile.Install {
	for _, i := range s.in.Installs {
		if s.command != nil && i.Command == s.command && usable(i) {
			return i
		}
	}
	return nil
}

// usable tells whether an install is a plain apk add into the image, which runs in any case.
func usable(i *dockerfile.Install) bool {
	c := i.Command
	if i.Manager != "apk" || i.Remove || i.Root || i.Instruction.OnBuild || i.Instruction.Exec || c.Conditional || c.Tolerated || c.Guard != "" || c.PipeFrom != nil {
		return false
	}
	if c.HasFlag("X", "repository", "repositories-file", "allow-untrusted", "no-network") {
		return false
	}
	return !slices.ContainsFunc(i.Packages, func(p dockerfile.Package) bool { return p.Path || strings.Contains(p.Spec, "@") })
}

// takes tells whether packages for the site may be added to an install.
func (s *site) takes(i *dockerfile.Install, forRun bool) bool {
	if !usable(i) {
		return false
	}
	if forRun { // what is deleted again is gone when the image runs
		return i.Virtual == "" && !s.deletesAfter(i)
	}
	if i.Command.Start >= s.at.Start {
		return false
	}
	return i.Virtual == "" || i.Instruction == s.in || !s.deletes(i.Virtual)
}

// deletes tells whether the stage deletes a virtual package.
func (s *site) deletes(name string) bool {
	for _, in := range s.stage.Instructions {
		for _, i := range in.Installs {
			if i.Manager == "apk" && i.Remove && slices.ContainsFunc(i.Packages, func(p dockerfile.Package) bool { return p.Name == name || !p.Known }) {
				return true
			}
		}
	}
	return false
}

// deletesAfter tells whether one of the packages of an install is deleted again.
func (s *site) deletesAfter(i *dockerfile.Install) bool {
	return slices.ContainsFunc(i.Packages, func(p dockerfile.Package) bool { return s.deletes(p.Name) })
}

// merge adds names to the list of an apk add: a list in order stays in order, others get
// them at their end, and each stands as the others do, on its line or beside them.
func (s *site) merge(i *dockerfile.Install, names []string) []lint.Edit {
	words := packageWords(i)
	if words == nil {
		return nil
	}
	own := slices.Clone(names)
	if len(words) == 0 {
		last := i.Command.Words[len(i.Command.Words)-1]
		return []lint.Edit{s.replace(last.End, last.End, s.gap(i, nil)+strings.Join(own, s.gap(i, nil)))}
	}
	gap := s.gap(i, words)
	ordered := len(words) > 1 && slices.IsSortedFunc(words, func(a, b shell.Word) int { return strings.Compare(a.Text, b.Text) })
	if !ordered {
		last := words[len(words)-1]
		return []lint.Edit{s.replace(last.End, last.End, gap+strings.Join(own, gap))}
	}
	slices.Sort(own)
	behind := map[int][]string{} // by the number of the word, -1 before all
	for _, name := range own {
		n, _ := slices.BinarySearchFunc(words, name, func(w shell.Word, name string) int { return strings.Compare(w.Text, name) })
		behind[n-1] = append(behind[n-1], name)
	}
	var edits []lint.Edit
	for n, list := range behind {
		if n < 0 {
			edits = append(edits, s.replace(words[0].Start, words[0].Start, strings.Join(list, gap)+gap))
		} else {
			edits = append(edits, s.replace(words[n].End, words[n].End, gap+strings.Join(list, gap)))
		}
	}
	return edits
}

// packageWords are the words of an apk add that name packages, nil when words share their
// place, as those of one variable do; then nobody can tell where the list is.
func packageWords(i *dockerfile.Install) []shell.Word {
	words := []shell.Word{}
	for _, w := range i.Command.Operands {
		if n := len(words); n > 0 && w.Start < words[n-1].End {
			if w.Start == words[n-1].Start && w.End == words[n-1].End {
				continue // split from one variable
			}
			return nil
		}
		words = append(words, w)
	}
	return words
}

// continuation is what stands between words on two lines, without comments.
var continuation = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^[ \t]*[\\\\`]\r?\n[ \t]*$") })

// gap is what separates the packages of an apk add: a continuation when each one has a line
// of its own, else a blank.
func (s *site) gap(i *dockerfile.Install, words []shell.Word) string {
	if len(words) == 1 {
		for k, w := range i.Command.Words {
			if w == words[0] && k > 0 {
				words = []shell.Word{i.Command.Words[k-1], w}
				break
			}
		}
	}
	one := ""
	for k := 1; k < len(words); k++ {
		between := s.text[words[k-1].End:words[k].Start]
		switch {
		case !strings.Contains(string(between), "\n"):
			return " "
		case continuation().Match(between):
			one = string(between)
		}
	}
	if one == "" {
		return " "
	}
	if len(words) == 2 && s.lineStart(words[0].Start) == s.lineStart(i.Command.Start) && !singleOnLine(s, words[1]) {
		return " "
	}
	tight := strings.TrimLeft(one, " \t") // what stands before the escape differs where it is aligned
	if tight == one {
		return one
	}
	return " " + tight
}

// singleOnLine tells whether a word is the only one of its line.
func singleOnLine(s *site, w shell.Word) bool {
	line := string(s.text[s.lineStart(w.Start):s.lineEnd(w.Start)])
	return len(strings.Fields(strings.TrimRight(line, "\\` \t\r\n"))) == 1
}

// removePackages takes packages out of what the stage installs.
func removePackages(s *site) []lint.Edit {
	var edits []lint.Edit
	for _, in := range s.stage.Instructions {
		for _, i := range in.Installs {
			if i.Manager != "apk" || i.Remove {
				continue
			}
			gone := s.listed(i)
			if len(gone) == 0 {
				continue
			}
			more := s.removeFrom(i, gone)
			if more == nil {
				return nil
			}
			edits = append(edits, more...)
		}
	}
	return s.together(edits)
}

// listed are the words of an install that name packages of the recipe.
func (s *site) listed(i *dockerfile.Install) []shell.Word {
	var words []shell.Word
	for _, p := range i.Packages {
		if slices.Contains(s.with["packages"], p.Name) {
			words = append(words, p.Word)
		}
	}
	return words
}

// removeFrom takes words out of an install, or the install out of its RUN.
func (s *site) removeFrom(i *dockerfile.Install, gone []shell.Word) []lint.Edit {
	words := packageWords(i)
	if i.Instruction.Exec || i.Instruction.OnBuild || words == nil {
		return nil
	}
	if len(gone) == len(words) {
		return s.remove(i.Instruction, []*shell.Command{i.Command})
	}
	var edits []lint.Edit
	for _, w := range gone {
		if !s.plain(w) {
			return nil
		}
		start, end := s.without(i.Command, w)
		edits = append(edits, s.replace(start, end, ""))
	}
	return edits
}

// without is the bytes that go with a word: those between the word before and its end. The
// line of a word goes when nothing else is on it.
func (s *site) without(c *shell.Command, w shell.Word) (start, end int) {
	k := slices.Index(c.Words, w)
	if k <= 0 {
		return w.Start, w.End
	}
	between := s.text[c.Words[k-1].End:w.Start]
	if strings.Contains(string(between), "#") { // comments between stay
		line := s.lineStart(w.Start)
		if singleOnLine(s, w) && continues(s.text[w.End:s.lineEnd(w.Start)]) {
			return line, s.lineEnd(w.Start)
		}
		return w.Start, w.End
	}
	return c.Words[k-1].End, w.End
}

// continues tells whether the rest of a line is nothing but a continuation.
func continues(rest []byte) bool {
	text := strings.TrimSpace(string(rest))
	return text == "\\" || text == "`"
}
