package dockerfile

import (
	"slices"
	"sort"

	"github.com/musllint/musllint/lint/facts"
)

// A timeline is what the commands of a stage make of one apk package: from when on it is
// there, and from when on no more. Policies ask for it at every command.
type timeline struct {
	pkg     string
	have    []present // packages that bring it, or may
	answers []answer  // in order of places; before the first one it is start
	start   facts.Tri // at the beginning of the stage
	more    bool      // have would have been longer than maxPresent

	instruction, install int // that are next to be looked at
}

// answer is what holds behind a place.
type answer struct {
	after int
	is    facts.Tri
}

// present is an apk package that a stage has at some point.
type present struct {
	name, virtual string
	maybe         bool // installed under a condition, or it may not bring what is asked for
}

// maxPresent bounds how many packages that may bring one and the same are told apart.
const maxPresent = 128

// timeline returns that of a package, up to the last command that has been read.
func (s *Stage) timeline(pkg string) *timeline {
	t := s.apk[pkg]
	if t == nil {
		t = &timeline{pkg: pkg, start: facts.No}
		if s.BaseStage != nil {
			base := s.BaseStage.timeline(pkg)
			t.have, t.more = slices.Clip(base.have), base.more
			t.start = t.now()
		}
		if s.apk == nil {
			s.apk = map[string]*timeline{}
		}
		s.apk[pkg] = t
	}
	for ; t.instruction < len(s.Instructions); t.instruction++ {
		in := s.Instructions[t.instruction]
		for ; t.install < len(in.Installs); t.install++ {
			t.command(in.Installs[t.install])
		}
		if t.instruction == len(s.Instructions)-1 {
			break // it may get more of them
		}
		t.install = 0
	}
	return t
}

// at returns what holds just before a place.
func (t *timeline) at(end int) facts.Tri {
	if i := sort.Search(len(t.answers), func(i int) bool { return t.answers[i].after >= end }); i > 0 {
		return t.answers[i-1].is
	}
	return t.start
}

// command takes in one apk add or apk del.
func (t *timeline) command(i *Install) {
	if i.Manager != "apk" || i.Root {
		return
	}
	before := t.now()
	for _, p := range i.Packages {
		if i.Remove {
			t.remove(p.Name)
		} else {
			t.add(p, i)
		}
	}
	if now := t.now(); now != before {
		t.answers = append(t.answers, answer{i.Command.Start, now})
	}
}

func (t *timeline) add(p Package, i *Install) {
	brings := facts.ApkBrings(p.Name, t.pkg)
	if brings == facts.No {
		return
	}
	added := present{p.Name, i.Virtual, i.Command.Conditional || !p.Known || brings == facts.Maybe}
	switch {
	case slices.Contains(t.have, added):
	case len(t.have) >= maxPresent:
		t.more = true
	default:
		t.have = append(t.have, added)
	}
}

func (t *timeline) remove(name string) {
	gone := func(p present) bool { return p.name == name || p.virtual == name }
	if slices.ContainsFunc(t.have, gone) { // stages that are FROM each other share the list
		t.have = slices.DeleteFunc(slices.Clone(t.have), gone)
	}
}

func (t *timeline) now() facts.Tri {
	switch {
	case slices.ContainsFunc(t.have, func(p present) bool { return !p.maybe }):
		return facts.Yes
	case len(t.have) > 0 || t.more:
		return facts.Maybe
	}
	return facts.No
}
