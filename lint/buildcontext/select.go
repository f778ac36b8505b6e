package buildcontext

import (
	"io"
	"path"
	"sort"
	"strings"

	"github.com/moby/patternmatcher"
)

// Selection is what a COPY or ADD asks for.
type Selection struct {
	Sources []string
	Dest    string   // absolute
	Folder  bool     // a file lands in Dest, not at it
	Unpack  bool     // archives that are named are unpacked
	Parents bool     // --parents
	Exclude []string // of --exclude
}

// Entry is a file that a selection brings and that matters here.
type Entry struct {
	Source int    // index of the source that brings it
	Path   string // in the context
	Named  bool   // the source is the file, or a pattern that matches it, rather than a folder around it
	Dest   string // where it lands; of an Archive the folder that it is unpacked into
	Kind   Kind
}

// Brought is what a selection brings.
type Brought struct {
	Entries  []Entry // sorted by destination within a source; later sources replace earlier ones
	Seen     []bool  // by source: it is in the context
	Problems []error // what could not be read
	// Whole tells that nothing else comes: every source is there and was read to its end.
	Whole bool
}

// Select returns what COPY or ADD takes from the context.
func (c *Context) Select(s Selection) *Brought {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := picker{context: c, Selection: s, brought: &Brought{Seen: make([]bool, len(s.Sources)), Whole: true}}
	if len(s.Exclude) > 0 {
		var err error
		if p.exclude, err = patternmatcher.New(s.Exclude); err != nil { // Docker refuses the pattern
			p.brought.Whole = false
			return p.brought
		}
	}
	for i, source := range s.Sources {
		p.source = i
		start := len(p.brought.Entries)
		if s.Parents {
			p.withParents(source)
		} else {
			p.plain(source)
		}
		added := p.brought.Entries[start:]
		sort.SliceStable(added, func(i, j int) bool { return added[i].Dest < added[j].Dest })
		p.brought.Whole = p.brought.Whole && p.brought.Seen[i]
	}
	return p.brought
}

// picker is the state of one selection.
type picker struct {
	Selection
	context *Context
	exclude *patternmatcher.PatternMatcher
	brought *Brought
	source  int
}

// local makes a source a path of the context: Docker takes an absolute one for a path of
// the context, and one that climbs out of it for one that stops at its top.
func local(source string) string {
	p := path.Clean("/" + source)[1:]
	if p == "" {
		return "."
	}
	return p
}

func (p *picker) plain(source string) {
	name := local(source)
	if !hasWildcard(name) {
		p.take(name)
		return
	}
	for _, match := range p.context.glob(name) {
		p.take(match)
	}
}

// take brings what is at a path: a file, or what a folder holds. Its links are followed,
// those inside of a folder are not.
func (p *picker) take(name string) {
	c := p.context
	if c.drafted(name) && !c.leavesOut(name) {
		p.brought.Seen[p.source] = true
		return // a text, which is of no kind that matters
	}
	real, err := c.resolve(name)
	if err != nil || c.leavesOut(name) && !c.mayHold(name) || c.leavesOut(real) && !c.mayHold(real) {
		return // Docker will say so
	}
	info, err := c.root.Lstat(real)
	switch {
	case err != nil:
	case info.IsDir():
		p.brought.Seen[p.source] = true
		p.folder(real, p.Dest, real)
	case info.Mode().IsRegular():
		if c.leavesOut(real) {
			return
		}
		p.brought.Seen[p.source] = true
		p.file(real, path.Base(name))
	}
}

// mayHold tells whether a folder that is left out may hold files that are not.
func (c *Context) mayHold(name string) bool {
	return c.ignore != nil && mayTakeBack(c.ignore, name)
}

// file brings one file, which lands at Dest or in it under the name that it was named by.
func (p *picker) file(real, base string) {
	dest := p.Dest
	if p.Folder {
		dest = path.Join(dest, base)
	}
	kind := p.context.look(real, base)
	if p.Unpack && kind != Native {
		if p.context.isArchive(real) {
			dest, kind = p.Dest, Archive
		}
	}
	if kind != Other {
		p.add(Entry{Path: real, Named: true, Dest: dest, Kind: kind})
	}
}

func (p *picker) add(e Entry) {
	e.Source = p.source
	p.brought.Entries = append(p.brought.Entries, e)
}

// folder brings what a folder holds to dest. --exclude is asked about paths below top.
func (p *picker) folder(name, dest, top string) {
	s := p.context.scanOf(name)
	p.tell(s)
	for _, f := range s.found {
		if p.excluded(inside(top, f.path)) {
			continue
		}
		p.add(Entry{Path: f.path, Dest: path.Join(dest, inside(name, f.path)), Kind: f.kind})
	}
}

func (p *picker) tell(s *scan) {
	if len(s.problems) > 0 {
		p.brought.Problems = append(p.brought.Problems, s.problems...)
		p.brought.Whole = false
	}
}

// inside returns a path as seen from a folder around it.
func inside(folder, name string) string {
	if folder == "." {
		return name
	}
	return strings.TrimPrefix(name, folder+"/")
}

func (p *picker) excluded(name string) bool {
	if p.exclude == nil {
		return false
	}
	out, err := p.exclude.MatchesOrParentMatches(name)
	return out && err == nil
}

// withParents is COPY --parents: the path of a source is kept below Dest, from /./ on where
// it has one. Here ** stands for folders, and no link behind that is followed.
func (p *picker) withParents(source string) {
	top, pattern, pivot := strings.Cut(source, "/./")
	if !pivot {
		top, pattern = "", source
	}
	tops := []string{local(top)}
	if hasWildcard(tops[0]) {
		tops = p.context.glob(tops[0])
	}
	for _, name := range tops {
		real, err := p.context.resolve(name)
		if err != nil {
			continue
		}
		if info, err := p.context.root.Lstat(real); err == nil && !info.IsDir() {
			p.take(name) // what is no folder is copied, whatever the pattern behind it
			continue
		}
		p.below(real, local(pattern))
	}
}

// below brings what a pattern matches below a folder, with its path from there on.
func (p *picker) below(top, pattern string) {
	m, err := patternmatcher.New([]string{pattern})
	if err != nil || pattern == "." { // the folder itself is no match of anything in it
		return
	}
	literal := pattern
	if hasWildcard(pattern) {
		literal = literalPart(pattern)
	}
	name := path.Join(top, literal)
	if real, err := p.context.resolve(path.Dir(name)); err != nil || real != path.Dir(name) {
		return // through a link
	}
	info, err := p.context.root.Lstat(name)
	if err != nil || p.context.leavesOut(name) && !p.context.mayHold(name) {
		return
	}
	p.brought.Seen[p.source] = true
	if !info.IsDir() {
		if p.context.leavesOut(name) {
			return
		}
		kind := Link
		if info.Mode().IsRegular() {
			kind = p.context.look(name, path.Base(name))
		}
		p.match(top, found{name, kind}, m, true)
		return
	}
	s := p.context.scanOf(name)
	p.tell(s)
	for _, f := range s.found {
		p.match(top, f, m, hasWildcard(pattern) && !strings.HasSuffix(pattern, "*"))
	}
}

// match brings a file below a folder when it is one that is wanted.
func (p *picker) match(top string, f found, m *patternmatcher.PatternMatcher, named bool) {
	rel := inside(top, f.path)
	in, err := m.MatchesOrParentMatches(rel)
	if err != nil || !in || f.kind == Other || p.excluded(rel) {
		return
	}
	p.add(Entry{Path: f.path, Named: named, Dest: path.Join(p.Dest, rel), Kind: f.kind})
}

// literalPart is the folders of a pattern before the first that has a wildcard.
func literalPart(pattern string) string {
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		if hasWildcard(part) {
			return path.Join(".", path.Join(parts[:i]...))
		}
	}
	return pattern
}

func hasWildcard(name string) bool {
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '\\':
			i++
		case '*', '?', '[':
			return true
		}
	}
	return false
}

// maxMatches bounds what one pattern matches.
const maxMatches = 100_000

// glob returns the paths that a pattern matches, as path.Match has it: no wildcard stands
// for a slash. Links before the first wildcard are followed, and none after it.
func (c *Context) glob(pattern string) []string {
	literal := literalPart(pattern)
	top, err := c.resolve(literal)
	if err != nil {
		return nil
	}
	matches := []string{top}
	for _, part := range strings.Split(inside(literal, pattern), "/") {
		var next []string
		for _, folder := range matches {
			next = c.globIn(next, folder, part)
			if len(next) > maxMatches {
				return nil
			}
		}
		matches = next
	}
	var kept []string
	for _, name := range matches {
		if !c.leavesOut(name) || c.mayHold(name) {
			kept = append(kept, name)
		}
	}
	return kept
}

// globIn adds the entries of a folder that match one part of a pattern.
func (c *Context) globIn(matches []string, folder, part string) []string {
	if info, err := c.root.Lstat(folder); err != nil || !info.IsDir() {
		return matches
	}
	if !hasWildcard(part) {
		return append(matches, path.Join(folder, strings.ReplaceAll(part, `\`, "")))
	}
	f, err := c.root.Open(folder)
	if err != nil {
		return matches
	}
	defer f.Close()
	names, _ := f.Readdirnames(maxMatches)
	sort.Strings(names)
	for _, name := range names {
		if ok, err := path.Match(part, name); ok && err == nil {
			matches = append(matches, path.Join(folder, name))
		}
	}
	return matches
}

// look is the kind of one file.
func (c *Context) look(name, base string) Kind {
	f, info, err := c.OpenFile(name)
	if err != nil {
		return Other
	}
	defer f.Close()
	var head [headSize]byte
	n, err := f.ReadAt(head[:min(info.Size(), headSize)], 0)
	if err != nil && err != io.EOF {
		return Other
	}
	return kindOf(base, head[:n])
}

// isArchive tells whether ADD would unpack a file: a tar archive, compressed or not. What
// begins like a compressed file is taken for one; who reads it will see.
func (c *Context) isArchive(name string) bool {
	f, _, err := c.OpenFile(name)
	if err != nil {
		return false
	}
	defer f.Close()
	var head [512]byte
	n, err := f.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return false
	}
	return beginsLikeArchive(head[:n])
}

func beginsLikeArchive(head []byte) bool {
	for _, magic := range []string{"\x1f\x8b\x08", "BZh", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd"} {
		if strings.HasPrefix(string(head), magic) {
			return true
		}
	}
	return len(head) == 512 && string(head[257:262]) == "ustar"
}
