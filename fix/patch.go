package fix

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// Patch is what somebody wrote down of changes: the output of git diff, git format-patch,
// diff -u, or our own.
type Patch struct {
	Name     string // of the file that it stands in
	sections []section
}

// section is the part of a patch that is about one file.
type section struct {
	from, to string // names without a/ and b/; the same unless the file is renamed or copied
	whole    string // the name with what was dropped of it; empty when git wrote it
	mail     int    // number of the mail of a series, which is a patch of what those before it made
	made     bool   // the file is new
	gone     bool   // the file goes
	copied   bool   // from stays
	oldMode  fs.FileMode
	newMode  fs.FileMode // 0 when the patch says nothing about it
	baseline string      // git's hash of the file before; empty when the patch has none
	result   string      // git's hash of the file after
	hunks    []block
}

// block is a hunk of a patch.
type block struct {
	line     int // of its header in the patch, from 1
	header   string
	rules    []string // that it says it repairs
	old, new int      // first line that it is about, from 1; 0: none
	lines    []line
}

// ReadPatch reads a patch. It refuses what is none, changes that it cannot make (binary files,
// links, submodules), and every name that leads out of the folder that the patch is about or
// into git's own.
func ReadPatch(name string, text []byte) (*Patch, error) {
	if len(text) > MaxPatch {
		return nil, fmt.Errorf("%s: larger than %d MiB", name, MaxPatch>>20)
	}
	list, err := pieces(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: there is no patch in it", name)
	}
	p := &Patch{Name: name}
	for _, piece := range list {
		s, err := piece.section()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p.sections = append(p.sections, s)
	}
	return p, nil
}

// section reads a piece.
func (p *piece) section() (section, error) {
	for _, name := range p.names {
		if err := confined(name); err != nil && (strings.HasPrefix(name, "/") || drive(name)) {
			return section{}, fmt.Errorf("line %d: %w", p.line, err) // the parser drops the first slash
		}
	}
	files, _, err := gitdiff.Parse(strings.NewReader(p.text.String()))
	if err != nil {
		return section{}, p.error(err)
	}
	if len(files) != 1 || len(files[0].TextFragments) != len(p.hunks) {
		return section{}, fmt.Errorf("line %d: it is not clear where the patch of a file ends", p.line)
	}
	s, err := newSection(files[0], p.git)
	s.mail = p.mail
	if err == nil {
		for i, t := range files[0].TextFragments {
			s.hunks = append(s.hunks, newBlock(t, p.hunks[i]))
		}
		err = s.named()
	}
	if err != nil {
		return section{}, fmt.Errorf("line %d: %w", p.line, err)
	}
	for i := range s.hunks {
		if err := s.hunks[i].check(); err != nil {
			return section{}, fmt.Errorf("line %d: %w", s.hunks[i].line, err)
		}
	}
	return s, nil
}

// error is what the parser says, with the line of the patch.
func (p *piece) error(err error) error {
	text := strings.TrimPrefix(err.Error(), "gitdiff: ")
	var n int
	if _, scanErr := fmt.Sscanf(text, "line %d:", &n); scanErr == nil {
		_, text, _ = strings.Cut(text, ": ")
		return fmt.Errorf("line %d: %s", p.line+n-1, text)
	}
	return fmt.Errorf("line %d: %s", p.line, text)
}

// newSection takes over what the parser says of a file.
func newSection(f *gitdiff.File, git bool) (section, error) {
	s := section{
		from: f.OldName, to: f.NewName, made: f.IsNew, gone: f.IsDelete, copied: f.IsCopy,
		baseline: f.OldOIDPrefix, result: f.NewOIDPrefix,
	}
	switch {
	case s.made:
		s.from = s.to
	case s.gone:
		s.to = s.from
	}
	if !git {
		s.whole = s.to
		if _, name, ok := strings.Cut(s.to, "/"); ok {
			s.from, s.to = name, name
		}
	}
	if f.IsBinary {
		return s, fmt.Errorf("%q is a binary file, which is not patched here", s.to)
	}
	var err error
	if s.oldMode, err = mode(uint32(f.OldMode)); err == nil {
		s.newMode, err = mode(uint32(f.NewMode))
	}
	if err != nil {
		return s, fmt.Errorf("%w: %q is a %w", ErrRefused, s.to, err)
	}
	return s, nil
}

// mode turns what a patch says of a mode into permissions, before the umask.
func mode(git uint32) (fs.FileMode, error) {
	switch {
	case git&0o170000 == 0o120000:
		return 0, errors.New("symbolic link")
	case git&0o170000 == 0o160000:
		return 0, errors.New("submodule")
	case git == 0:
		return 0, nil
	case git&executable != 0:
		return 0o777, nil
	}
	return 0o666, nil
}

var ruleID = regexp.MustCompile(`^[A-Z]+[0-9]+$`)

// newBlock takes over a hunk, whose header is at a line of the patch.
func newBlock(t *gitdiff.TextFragment, at int) block {
	b := block{line: at, header: strings.TrimSpace(t.Header()), old: int(t.OldPosition), new: int(t.NewPosition)}
	for _, word := range strings.Fields(t.Comment) {
		if !ruleID.MatchString(word) {
			b.rules = nil // git puts a line of the file there
			break
		}
		b.rules = append(b.rules, word)
	}
	for _, l := range t.Lines {
		b.lines = append(b.lines, line{l.Op.String()[0], l.Line})
	}
	return b
}

// named refuses names that are not the patch's business.
func (s *section) named() error {
	for _, name := range []string{s.from, s.to} {
		if err := confined(name); err != nil {
			return err
		}
		if strings.HasSuffix(name, "\r") {
			return fmt.Errorf("the lines of the header end in CR, so that the name is %q", name)
		}
	}
	return nil
}

// check refuses what no tool writes.
func (b *block) check() error {
	if b.old < 0 || b.new < 0 {
		return errors.New("a hunk at a line before the first")
	}
	for i, l := range b.lines {
		if !strings.HasSuffix(l.text, "\n") && !b.last(i) {
			return errors.New("a line without an ending that is not the last")
		}
	}
	return nil
}

// last reports whether no line of the same text follows line i of a hunk.
func (b *block) last(i int) bool {
	for _, l := range b.lines[i+1:] {
		if l.sign == ' ' || b.lines[i].sign == ' ' || l.sign == b.lines[i].sign {
			return false
		}
	}
	return true
}

// Reverse is the patch that takes this one back.
func (p *Patch) Reverse() (*Patch, error) {
	r := &Patch{Name: p.Name}
	for _, s := range slices.Backward(p.sections) {
		if s.copied {
			return nil, fmt.Errorf("%s: that %q was copied cannot be taken back", p.Name, s.from)
		}
		s.from, s.to = s.to, s.from
		s.made, s.gone = s.gone, s.made
		s.oldMode, s.newMode = s.newMode, s.oldMode
		s.baseline, s.result = s.result, s.baseline
		hunks := make([]block, len(s.hunks))
		for i, b := range s.hunks {
			hunks[i] = b.reversed()
		}
		s.hunks = hunks
		r.sections = append(r.sections, s)
	}
	return r, nil
}

func (b block) reversed() block {
	b.old, b.new = b.new, b.old
	lines := make([]line, len(b.lines))
	for i, l := range b.lines {
		switch l.sign {
		case '-':
			l.sign = '+'
		case '+':
			l.sign = '-'
		}
		lines[i] = l
	}
	b.lines = lines
	return b
}
