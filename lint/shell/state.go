package shell

import (
	"path"
	"slices"
)

// presence says what is known of a variable.
type presence uint8

const (
	absent  presence = iota // not set as far as the script and its caller tell
	unknown                 // set, but not to what
	known
)

// variable is what the script made of a name.
type variable struct {
	value    Word
	exported bool
	unset    bool
}

// scope holds the variables set since the last fork.
type scope struct {
	vars  map[string]variable
	outer *scope
}

// state is what a running shell would carry from command to command. Subshells and
// branches work on forks of it.
type state struct {
	vars              *scope
	outside           func(name string) (string, presence)
	exports           *export
	dir               string
	dirs              []string // pushed by pushd
	errExit, pipeFail bool
	blind             bool // every variable counts as unknown
}

// maxValue bounds a variable's value: A=$A$A doubles it with every repetition.
const maxValue = 64 << 10

// maxPath is Linux's limit on a path.
const maxPath = 4096

func (s *state) fork() *state {
	child := *s
	child.vars = &scope{outer: s.vars}
	child.dirs = slices.Clip(s.dirs)
	return &child
}

// join makes unknown what any of the branches changed, since which one runs is not known.
func (s *state) join(branches ...*state) {
	for _, b := range branches {
		for name, v := range b.vars.vars {
			s.set(name, Word{Text: v.value.Text}, v.exported)
		}
		if b.dir != s.dir {
			s.dir = "?"
		}
	}
}

func (s *state) find(name string) (variable, bool) {
	for sc := s.vars; sc != nil; sc = sc.outer {
		if v, ok := sc.vars[name]; ok {
			return v, true
		}
	}
	return variable{}, false
}

func (s *state) lookup(name string) (string, presence) {
	v, ok := s.find(name)
	switch {
	case s.blind:
		return "", unknown
	case !ok:
		return s.outside(name)
	case v.unset:
		return "", absent
	case v.value.Known:
		return v.value.Text, known
	}
	return "", unknown
}

// set gives name a value. A variable that came in by the environment stays exported.
func (s *state) set(name string, value Word, export bool) {
	if len(value.Text) > maxValue {
		value.Text, value.Known = "", false
	}
	if !export {
		if old, ok := s.find(name); ok {
			export = old.exported
		} else {
			_, p := s.outside(name)
			export = p != absent
		}
	}
	s.put(name, variable{value: value, exported: export})
	if export {
		s.export(name, value, true)
	}
}

func (s *state) unset(name string) {
	s.put(name, variable{unset: true})
	s.export(name, Word{}, false)
}

func (s *state) put(name string, v variable) {
	if s.vars.vars == nil {
		s.vars.vars = map[string]variable{}
	}
	s.vars.vars[name] = v
}

func (s *state) export(name string, value Word, set bool) {
	s.exports = &export{name, value, set, s.exports}
}

// chdir follows cd dir; the empty dir is the home folder.
func (s *state) chdir(dir Word) {
	switch {
	case !dir.Known || dir.Text == "" || dir.Text == "-" || dir.Text[0] == '~':
		s.dir = "?"
	case path.IsAbs(dir.Text):
		s.dir = path.Clean(dir.Text)
	case s.dir != "?":
		s.dir = path.Join(s.dir, dir.Text)
		if s.dir == "." {
			s.dir = ""
		}
	}
	if len(s.dir) > maxPath {
		s.dir = "?"
	}
}
