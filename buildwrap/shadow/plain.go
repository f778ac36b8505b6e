package shadow

import (
	"math"
	"path/filepath"
	"strings"

	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// plain reports whether the text of a unit alone shows that it compiles with musl's headers:
// none of its files has a name that musl does not declare, or declares in another way, or in a
// header that is not included for certain before. What conditions certainly rule out is left out; all
// else counts. Where there is a doubt the unit is compiled.
//
// What a header says is kept in the cache, as a hundred units include the same ones.
func (u *Unit) plain() bool {
	if facts.CompareVersions("apk", u.target.Version, Oldest) < 0 {
		u.doubt = "musl " + u.target.Version // whose headers are not known that well
		return false
	}
	s := newSurvey(u, openOutlines(u))
	plain := s.options() && s.file(s.abs(u.src.Path), always) && s.settle()
	if s.reordered {
		// A file may come before others that it was taken to come behind: nothing is certainly defined.
		u.doubt = ""
		s = newSurvey(u, s.kept)
		s.positive = true
		plain = s.options() && s.file(s.abs(u.src.Path), always) && s.settle()
	}
	plain = plain && s.met()
	if plain && u.cxx() && u.nullIsSuspicious() {
		plain = s.doubts("NULL")
	}
	s.kept.save()
	if !plain {
		u.lacking = s.lacking()
	}
	return plain
}

// lacking returns a name that musl does not have and the source itself uses where the conditions may
// hold; empty when there is none.
func (s *survey) lacking() string {
	for _, i := range s.source {
		if i.kind != itemName || strings.HasPrefix(i.guard, bodyMark) || !s.holds(i.guard, 0) {
			continue
		}
		if known, ok := s.lookup(i.value); ok && !known.In(s.target.Version) {
			return i.value
		}
	}
	return ""
}

// survey goes through the files of a unit.
type survey struct {
	*Unit
	kept    *outlines
	source  outline // of the source itself
	files   map[string]fileState
	folders map[string]bool   // whether they are there
	listed  map[string]string // by folder; see list
	visits  map[string]visit  // by path
	found   map[string]where  // by name
	known   map[string]known
	exports *facts.MuslExports
	// Functions that musl's headers declare, and its library does not have.
	declaredOnly []string

	// Folders of -I and the like, and of -iquote.
	dirs, quote []string

	// Headers of musl's that are included for certain, with what they include, and those that are
	// included under whatever conditions.
	included, named map[string]bool
	kernel          map[string]bool     // headers, by path
	headers         map[string][]string // by the macro that has the name, with brackets or quotes

	defined  map[string][]visited // macros that the files define and that a libc may declare
	macros   macroSet
	anyMacro bool // a header was included whose macros are not known
	atomics  bool // stdatomic.h was
	// Macros that were undefined, and those that a condition was decided by, by their hashes.
	undefined, relied map[uint32]bool
	gnu, posix        bool // names are shown, or hidden

	done     uint16 // files that were gone through to their end, from 1
	settling uint16 // the last one that is certainly before what is taken in belatedly
	// An #include was taken in belatedly after a condition was decided by what is certainly defined;
	// no condition is.
	reordered, positive bool

	waiting []visited // for a guard to hold, or for the macro of an #include
	asked   []visited // names, needs and odds
}

func newSurvey(u *Unit, kept *outlines) *survey {
	return &survey{
		Unit: u, kept: kept, files: map[string]fileState{}, folders: map[string]bool{}, listed: map[string]string{}, visits: map[string]visit{}, found: map[string]where{}, known: map[string]known{},
		included: map[string]bool{}, named: map[string]bool{}, kernel: map[string]bool{}, headers: map[string][]string{}, defined: map[string][]visited{},
		undefined: map[uint32]bool{}, relied: map[uint32]bool{}, done: 1,
		declaredOnly: facts.DeclaredOnly(u.target.Version),
	}
}

// visit says how a file was gone through.
type visit uint8

const (
	perhaps   visit = 1 + iota // where a condition decides about it
	certainly                  // as far as anybody can tell
	always                     // where there is no condition
)

// visited is an item of a file that is gone through.
type visited struct {
	item
	path  string
	file  uint16 // the last one that was gone through before the one that has it
	now   visit
	taken int  // how many names the macro of an #include had
	late  bool // only a definition may still answer
}

// known is what the tables have of a name.
type known struct {
	facts.Interface
	ok bool
}

func (s *survey) lookup(name string) (facts.Interface, bool) {
	k, ok := s.known[name]
	if !ok {
		k.Interface, k.ok = facts.LookupInterface(name)
		s.known[name] = k
	}
	return k.Interface, k.ok
}

// met reports whether all names are declared that need it.
func (s *survey) met() bool {
	if s.posix && !s.gnu && !s.cxx() {
		return s.doubts("names are hidden by a feature test macro")
	}
	var inMacros []visited
	for _, v := range s.asked {
		switch macro, _ := cutBody(v.guard); {
		case s.answers(v):
		case macro != "":
			inMacros = append(inMacros, v)
		default:
			return s.doubts(v.value + " in " + v.path)
		}
	}
	if v, ok := s.used(inMacros); ok {
		return s.doubts(v.value + " of a macro in " + v.path)
	}
	return true
}

// answers reports whether what a file asks for is there, or is no matter.
func (s *survey) answers(v visited) bool {
	name, headers, _ := strings.Cut(v.value, " ")
	if s.undefined[hashOf(name)] {
		return false // before or behind, who knows
	}
	for _, d := range s.defined[name] {
		if _, denied, _ := strings.Cut(d.value, " "); s.certain(d.guard) && (denied == name || s.without(denied)) {
			return true
		}
	}
	switch v.kind {
	case itemNeed:
		if v.late {
			return false
		}
		return s.includes(headers)
	case itemOdd, itemOddNeed:
		if v.kind == itemOddNeed && s.includes(headers) {
			return true
		}
		for header := range strings.FieldsSeq(headers) {
			if s.named[header] {
				return false
			}
		}
		return true
	}
	return false
}

// includes reports whether one of some headers of musl's is included for certain.
func (s *survey) includes(headers string) bool {
	for header := range strings.FieldsSeq(headers) {
		if s.included[header] {
			return true
		}
	}
	return false
}

// doubts says why a unit has to be compiled.
func (s *survey) doubts(why string) bool {
	s.doubt = why
	return false
}

// options reads the unit's options, and reports false for those that nobody can tell about.
func (s *survey) options() bool {
	options := s.Unit.options()
	var system, after, first []string
	for i := 0; i < len(options); i++ {
		o, value := options[i], ""
		if i+1 < len(options) {
			value = options[i+1]
		}
		switch {
		case o == "-I":
			s.dirs = append(s.dirs, s.abs(value))
			i++
		case o == "-isystem":
			system = append(system, s.abs(value))
			i++
		case o == "-idirafter":
			after = append(after, s.abs(value))
			i++
		case o == "-iquote":
			s.quote = append(s.quote, s.abs(value))
			i++
		case o == "-include":
			first = append(first, value)
			i++
		case o == "-D" || o == "-U":
			o += value
			i++
			fallthrough
		case strings.HasPrefix(o, "-D"), strings.HasPrefix(o, "-U"):
			if o[1] == 'U' {
				s.undefined[hashOf(o[2:])] = true
			} else if !s.define(o[2:]) {
				return false
			}
		case o == "-ansi", strings.HasPrefix(o, "-std=") && !strings.HasPrefix(o, "-std=gnu"):
			s.posix = true
		case strings.HasPrefix(o, "-imacros"), strings.HasPrefix(o, "-include"), strings.HasPrefix(o, "--define-macro"), strings.HasPrefix(o, "--undefine-macro"),
			strings.HasPrefix(o, "--imacros"), o == "-Xpreprocessor", o == "-trigraphs",
			strings.HasPrefix(o, "-Wp,"), strings.HasPrefix(o, "-iwith"), strings.HasPrefix(o, "-iprefix"), strings.HasPrefix(o, "--include"):
			return s.doubts(o)
		}
	}
	s.dirs = append(append(s.dirs, system...), after...)
	for _, name := range first {
		if path := s.abs(name); !s.isFile(path) {
			return s.doubts("-include " + name)
		} else if !s.file(path, always) {
			return false
		}
	}
	return true
}

// define takes in NAME or NAME=VALUE of -D, and reports false where the value is one of a libc's names.
func (s *survey) define(text string) bool {
	name, value, _ := strings.Cut(text, "=")
	name, _, _ = strings.Cut(name, "(")
	s.macros.addAll(hashText(name), s.done)
	if isHeaderName(value) {
		s.headers[name] = append(s.headers[name], value)
	}
	switch {
	case name == "_GNU_SOURCE":
		s.gnu = true
	case isFeature(name):
		s.posix = true
	}
	for _, token := range csource.Read([]byte(value)).Tokens() {
		if token.Kind == csource.Ident {
			if i, ok := s.lookup(value[token.Start:token.End]); ok && (len(i.Musl) == 0 || !i.In(s.target.Version) || i.Kind == "function") {
				return s.doubts("-D" + text)
			}
		}
	}
	return true
}

func isFeature(name string) bool {
	switch name {
	case "_POSIX_SOURCE", "_POSIX_C_SOURCE", "_XOPEN_SOURCE", "_XOPEN_SOURCE_EXTENDED":
		return true
	}
	return false
}

// file goes through a file and what it includes. It reports false when something shows that the
// unit has to be compiled.
func (s *survey) file(path string, now visit) bool {
	was := s.visits[path]
	if was >= min(now, certainly) {
		return true
	}
	s.visits[path] = now
	o, ok := s.outline(path)
	if !ok {
		return s.doubts(path + " cannot be read")
	}
	if path == s.abs(s.src.Path) {
		s.source = o
	}
	if was == 0 && s.zone(path) == project {
		s.read = append(s.read, path)
	}
	before := s.done
	if s.settling > 0 {
		before = s.settling
	}
	certain := -1 // the list of them
	for _, i := range o {
		if was != 0 && i.kind != itemInclude {
			continue
		}
		v := visited{item: i, path: path, file: before, now: now}
		switch {
		case i.kind == itemGuard:
			if s.macros.has(i.value) { // by another file: nothing of this one may be compiled
				now = min(now, certainly)
			}
		case i.kind == itemCertain:
			certain = len(s.macros.lists)
			s.macros.addAll(i.value, 0)
		case !s.holds(i.guard, before):
			s.waiting = append(s.waiting, v)
		case !s.take(v):
			return false
		}
	}
	if certain >= 0 && now == always && s.done < math.MaxUint16 {
		s.done++
		s.macros.lists[certain].since = s.done
	}
	return true
}

// settle takes in what was ruled out before all macros were known that the files define.
func (s *survey) settle() bool {
	for more := true; more; {
		more = false
		list := s.waiting
		s.waiting = nil
		for _, v := range list {
			if !s.holds(v.guard, v.file) {
				s.waiting = append(s.waiting, v)
				continue
			}
			if v.kind == itemInclude && len(s.relied) > 0 {
				s.reordered = true
				return false
			}
			s.settling = v.file
			before := v.taken
			if v.kind == itemInclude && strings.Contains(letters(v.value), ofMacro) {
				if !s.ofMacro(&v) {
					return false
				}
				s.waiting = append(s.waiting, v)
				more = more || v.taken > before
				continue
			}
			more = true
			if !s.take(v) {
				return false
			}
		}
	}
	s.settling = 0
	for _, v := range s.waiting {
		// What only glibc's headers bring, the build has and musl has not.
		if v.kind == itemInclude && (strings.Contains(v.guard, "__GLIBC__") || strings.Contains(v.guard, "__GNU_LIBRARY__")) {
			s.named[v.value[strings.IndexByte(v.value, ' ')+1:]] = true
		}
		if v.kind == itemInclude && v.taken == 0 && s.holds(v.guard, v.file) {
			return s.doubts(v.path + " includes what " + v.value[strings.IndexByte(v.value, ' ')+1:] + " says")
		}
	}
	return true
}

func letters(value string) string {
	letters, _, _ := strings.Cut(value, " ")
	letters, _, _ = strings.Cut(letters, unless)
	return letters
}

// ofMacro includes what a macro names. Of several values that it may have none is certain.
func (s *survey) ofMacro(v *visited) bool {
	letters, name, _ := strings.Cut(v.value, " ")
	letters, denied, _ := strings.Cut(letters, unless)
	all := s.headers[name]
	for _, header := range all[v.taken:] {
		letters := strings.ReplaceAll(letters, ofMacro, "")
		if header[0] == '<' {
			letters += withBrackets
		}
		now := v.now
		if len(all) > 1 {
			now = perhaps
		}
		if !s.include(v.path, letters+unless+denied, header[1:len(header)-1], now) {
			return false
		}
	}
	v.taken = len(all)
	return true
}

// take takes in an item whose guard holds.
func (s *survey) take(v visited) bool {
	switch v.kind {
	case itemInclude:
		letters, name, _ := strings.Cut(v.value, " ")
		if letters, _, _ := strings.Cut(letters, unless); strings.Contains(letters, ofMacro) {
			s.waiting = append(s.waiting, v)
			return true
		}
		now := v.now
		if !s.certain(v.guard) {
			now = perhaps
		}
		return s.include(v.path, letters, name, now)
	case itemUnknown:
		return s.doubts(v.path + " includes what macros say")
	case itemHeader:
		name, header, _ := strings.Cut(v.value, " ")
		s.headers[name] = append(s.headers[name], header)
	case itemMacros:
		s.macros.addAll(v.value, 0)
	case itemUndef:
		h := hashOf(v.value)
		if s.relied[h] || v.value == "*" && len(s.relied) > 0 {
			return s.doubts(v.path + " undefines " + v.value)
		}
		s.undefined[h] = true
	case itemKnown:
		name, _, _ := strings.Cut(v.value, " ")
		s.defined[name] = append(s.defined[name], v)
	case itemFeature:
		if v.value == "_GNU_SOURCE" {
			s.gnu = s.gnu || s.certain(v.guard)
		} else {
			s.posix = true
		}
	case itemName, itemNeed, itemOdd, itemOddNeed:
		if v.kind == itemNeed && v.now != perhaps && !strings.HasPrefix(v.guard, bodyMark) {
			if s.answers(v) {
				break
			}
			v.late = true // what is included behind it does not help
		}
		s.asked = append(s.asked, v)
	}
	return true
}

// include goes through what a file includes.
func (s *survey) include(path, letters, name string, now visit) bool {
	letters, denied, _ := strings.Cut(letters, unless)
	if filepath.IsAbs(name) {
		return s.file(filepath.Clean(name), perhaps)
	}
	switch {
	case strings.Contains(letters, notHere) || !s.without(denied):
		now = perhaps
	case !strings.Contains(letters, inAnyCase):
		now = min(now, certainly)
	}
	if !strings.Contains(letters, withBrackets) && !strings.Contains(letters, nextOne) {
		dir := filepath.Dir(path)
		if s.isIn(dir, name) {
			return s.file(join(dir, name), now)
		}
		for _, d := range s.quote {
			if s.isIn(d, name) {
				return s.file(join(d, name), now)
			}
		}
	}
	w, ok := s.found[name]
	if !ok {
		w = s.locate(name)
		s.found[name] = w
	}
	if strings.Contains(letters, nextOne) {
		if w.libc == "" {
			return s.doubts(path + " includes the next " + name)
		}
		w.file = ""
	}
	if w.doubt || w.absent && strings.Contains(letters, aboutLibc) {
		return s.doubts(path + " includes " + name)
	}
	if w.libc != "" {
		s.libc(w.libc, now)
	}
	return w.file == "" || s.file(w.file, now)
}

// key is what the outline of a file is kept by.
func (s *survey) key(path string) string {
	if s.cxx() {
		return "c++ " + path
	}
	return "c " + path
}

// outline returns what a file says, and false when it cannot be read.
func (s *survey) outline(path string) (outline, bool) {
	key, state := s.key(path), s.state(path)
	if s.kernel[path] {
		key = "kernel " + key
	}
	if o, ok := s.kept.find(key, state); ok {
		return o, true
	}
	if !state.regular {
		return nil, false // a pipe, from which the compiler is to read
	}
	content, err := readFile(path)
	if err != nil {
		return nil, false
	}
	o := s.outlineOf(csource.Read(content), s.kernel[path])
	if path != s.abs(s.src.Path) { // which no other unit includes
		s.kept.add(key, state, o)
	}
	return o, true
}
