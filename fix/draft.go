package fix

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"slices"
)

// File is a file as it lies on the disk, or as it is to lie there.
type File struct {
	Content []byte
	Mode    fs.FileMode // permissions; 0 for a new file means those that new files have
}

// Files reads what is to be changed. Of a file that does not exist the error is
// fs.ErrNotExist.
type Files interface {
	Read(name string) (File, error)
}

// Draft is a set of files that are being changed in memory. Nothing is written.
type Draft struct {
	from    Files
	entries map[string]*entry
	moved   map[string]string // by new name the old one
}

// entry is a file that was read or made. Without a file there is none.
type entry struct {
	before, now *File
	marks       []mark
}

// mark is a place of a changed file and the rule of the finding that was repaired there.
type mark struct {
	start, end int
	rule       string
}

// NewDraft returns a draft of files, which are read when they are needed.
func NewDraft(from Files) *Draft {
	return &Draft{from: from, entries: map[string]*entry{}, moved: map[string]string{}}
}

// Hold makes a text that was read already the baseline of a file.
func (d *Draft) Hold(name string, f File) {
	d.entries[name] = &entry{before: &f, now: &f}
}

// entry returns a file, reading it when nobody did so yet.
func (d *Draft) entry(name string) (*entry, error) {
	if e := d.entries[name]; e != nil {
		return e, nil
	}
	e := &entry{}
	switch f, err := d.from.Read(name); {
	case err == nil:
		e.before, e.now = &f, &f
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	d.entries[name] = e
	return e, nil
}

// Read returns a file as it is by now; fs.ErrNotExist when there is none.
func (d *Draft) Read(name string) (File, error) {
	e, err := d.entry(name)
	if err != nil {
		return File{}, err
	}
	if e.now == nil {
		return File{}, fs.ErrNotExist
	}
	return *e.now, nil
}

// text is the content of a file, nothing where there is none.
func (d *Draft) text(name string) ([]byte, error) {
	f, err := d.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return f.Content, err
}

// put makes or changes a file that was read before.
func (d *Draft) put(name string, f File) { d.entries[name].now = &f }

// remove takes a file away that was read before.
func (d *Draft) remove(name string) { d.entries[name].now = nil }

// move takes a file away that another one has come of.
func (d *Draft) move(from, to string) {
	if e, err := d.entry(from); err == nil {
		e.now = nil
		d.moved[to] = from
	}
}

// child is a draft of what this one holds; adopt takes its result over.
func (d *Draft) child() *Draft { return NewDraft(d) }

// adopt makes what a child drafted this draft's own.
func (d *Draft) adopt(c *Draft) {
	for name, e := range c.entries {
		own, err := d.entry(name)
		if err != nil {
			continue // nobody could read it, so that nobody changed it
		}
		if e.changed() {
			own.now, own.marks = e.now, e.marks
		}
	}
	for to, from := range c.moved {
		if origin, ok := d.moved[from]; ok {
			from = origin
		}
		d.moved[to] = from
	}
}

// Texts returns the contents of the files that differ from their baselines by now. A file that
// goes has none.
func (d *Draft) Texts() map[string][]byte {
	texts := map[string][]byte{}
	for name, e := range d.entries {
		if e.changed() && e.now != nil {
			texts[name] = e.now.Content
		}
	}
	return texts
}

func (e *entry) changed() bool {
	if e.before == nil || e.now == nil {
		return e.before != e.now
	}
	return e.before.Mode != e.now.Mode || !bytes.Equal(e.before.Content, e.now.Content)
}

// Changes returns what became of the files, sorted by name.
func (d *Draft) Changes() []Change {
	var list []Change
	gone := map[string]bool{} // old names that a new one tells of
	for _, name := range slices.Sorted(maps.Keys(d.moved)) {
		from, e := d.moved[name], d.entries[name]
		old := d.entries[from]
		if old.before == nil || old.now != nil || e.before != nil || e.now == nil || gone[from] {
			continue // two files, each with a fate of its own
		}
		gone[from], gone[name] = true, true
		list = append(list, Change{From: from, To: name, Before: *old.before, After: *e.now, marks: e.marks})
	}
	for name, e := range d.entries {
		if gone[name] || !e.changed() {
			continue
		}
		c := Change{marks: e.marks}
		if e.before != nil {
			c.From, c.Before = name, *e.before
		}
		if e.now != nil {
			c.To, c.After = name, *e.now
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b Change) int { return compareNames(a.Name(), b.Name()) })
	return list
}
