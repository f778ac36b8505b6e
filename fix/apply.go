package fix

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Apply makes the changes of a patch in a draft, all or none. Every line of a hunk has to be
// in the file; only its number may differ. The error is Conflicts when something does not
// fit.
func (d *Draft) Apply(p *Patch) error {
	whole := d.child()
	var conflicts Conflicts
	for rest := p.sections; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].mail == rest[0].mail {
			n++
		}
		a := application{patch: p, draft: whole.child(), before: whole}
		for i := range rest[:n] {
			if err := a.section(rest[i]); err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
		}
		conflicts = append(conflicts, a.conflicts...)
		whole.adopt(a.draft)
		rest = rest[n:]
	}
	if len(conflicts) > 0 {
		return conflicts
	}
	d.adopt(whole)
	return nil
}

// application is the way of a patch, of one mail of a series, into a draft.
type application struct {
	patch     *Patch
	before    *Draft // what the patch begins with
	draft     *Draft
	conflicts Conflicts
}

func (a *application) conflict(s *section, format string, args ...any) {
	a.conflicts = append(a.conflicts, Conflict{Patch: a.patch.Name, File: s.to, Message: fmt.Sprintf(format, args...)})
}

// section makes the change of one file. The error is that of reading it.
func (a *application) section(s section) error {
	if err := a.choose(&s); err != nil {
		return err
	}
	from := a.draft
	if s.from != s.to { // whatever the order of the sections
		from = a.before
	}
	old, err := from.Read(s.from)
	exists := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", s.from, withoutPath(err))
	}
	switch {
	case s.made && exists:
		a.conflict(&s, "the patch makes it, and it is there already")
		return nil
	case !s.made && !exists && s.create():
		s.made = true
	case !s.made && !exists:
		a.conflict(&s, "there is no %s", s.from)
		return nil
	}
	if s.from != s.to {
		switch _, err := a.draft.Read(s.to); {
		case err == nil:
			a.conflict(&s, "%s is to get this name, and it is there already", s.from)
			return nil
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s: %w", s.to, withoutPath(err))
		}
	}
	text, marks, conflicts := merge(string(old.Content), s.hunks)
	for _, c := range conflicts {
		c.Patch, c.File = a.patch.Name, s.from
		a.conflicts = append(a.conflicts, c)
	}
	if len(conflicts) > 0 {
		return nil
	}
	if s.gone {
		if text != "" {
			a.conflict(&s, "the patch removes it, and it has more lines than the patch knows")
			return nil
		}
		a.draft.remove(s.from)
		return nil
	}
	a.put(&s, old, text)
	a.draft.entries[s.to].marks = marks
	return nil
}

// choose drops no folder of a name where that is what leads to a file.
func (a *application) choose(s *section) error {
	if s.whole == "" || s.whole == s.from || strings.HasPrefix(s.whole, "a/") || strings.HasPrefix(s.whole, "b/") || confined(s.whole) != nil {
		return nil
	}
	for _, name := range []string{s.from, s.whole} {
		switch _, err := a.draft.Read(name); {
		case err == nil:
			s.from, s.to = name, name
			return nil
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s: %w", name, withoutPath(err))
		}
	}
	return nil
}

// create reports whether a diff that does not say so makes a file: diff -u of an empty file
// and of one that does not exist look the same.
func (s *section) create() bool {
	return s.whole != "" && !s.gone && len(s.hunks) == 1 && s.hunks[0].old == 0
}

// put drafts the file of a section.
func (a *application) put(s *section, old File, text string) {
	f := File{Content: []byte(text), Mode: old.Mode}
	switch {
	case s.made:
		f.Mode = s.newMode
	case s.newMode&executable != 0:
		f.Mode |= (f.Mode & 0o444) >> 2 // whoever may read it may run it
	case s.newMode != 0:
		f.Mode &^= executable
	}
	a.draft.put(s.to, f)
	if s.from != s.to && !s.copied {
		a.draft.move(s.from, s.to)
	}
}
