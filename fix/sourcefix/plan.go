// Package sourcefix repairs C and C++ sources that use what musl does not have: it adds the
// #include that glibc's headers made unnecessary, writes the usual name for a private one, and
// defines what is missing where there is no glibc.
//
// Every edit leaves a build with glibc as it was: what it changes there is a name for the same
// thing, or stands under a condition that glibc does not meet. Tokens, comments, directives and
// branches of #if are kept apart as a compiler does it; code that is never compiled on a musl
// system is left alone. Where that is not possible the fix is words for a person. Sources that a
// program made and headers of the system are not edited.
package sourcefix

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
)

// Plan returns for each use its fixes: alternatives, the best one first; those that are manual
// have words and no edits. The uses are those of the one file. The edits of the first
// alternatives never overlap, and those that make the same change are equal: one #include that
// several uses need is one edit, which each of them has. What is inserted in one place is one
// edit too. A use that needs no repair in this file has no fix.
func Plan(src *lint.Source, uses []lint.Use, target lint.Target) [][]lint.Fix {
	plans := make([][]lint.Fix, len(uses))
	p := newPlanner(src, uses, target)
	repairs := make([][]*repair, len(uses))
	for i := range uses {
		if words := p.untouchable(&uses[i]); words != "" {
			plans[i] = []lint.Fix{{Title: words, Safety: lint.Manual}}
			continue
		}
		repairs[i] = compact(p.repairs(&uses[i]))
	}
	p.shareGuards(uses, repairs)

	var firsts []*repair
	for _, list := range repairs {
		if len(list) > 0 && !slices.Contains(firsts, list[0]) {
			firsts = append(firsts, list[0])
		}
	}
	p.render(firsts)
	var made []lint.Edit
	together := map[*repair]bool{}
	for i, list := range repairs {
		for _, r := range list {
			if r.made == nil && !r.words {
				p.render([]*repair{r})
			}
			fix, ok := r.fix()
			if !ok {
				continue
			}
			if mixed(src.Name) && addsLines(fix.Edits) {
				fix = lint.Fix{Title: "in the part that is C: " + fix.Title, Safety: lint.Manual}
			}
			if len(plans[i]) == 0 && !together[r] { // what comes first goes together with all others that do
				if conflicting(made, fix.Edits) {
					continue
				}
				made = append(made, fix.Edits...)
				together[r] = true
			}
			plans[i] = append(plans[i], fix)
		}
	}
	return plans
}

// mixed reports whether a file is C in parts only, as #line names the grammars that C is made
// from: the top of the file and what is behind the includes may be no place for lines of C.
func mixed(name string) bool {
	switch strings.ToLower(strings.TrimPrefix(filepath.Ext(name), ".")) {
	case "", "c", "cc", "cpp", "cxx", "c++", "cp", "m", "mm", "h", "hh", "hpp", "hxx", "h++", "inc", "inl", "ipp", "tcc", "tpp", "txx", "def", "cu", "cuh", "s", "in", "i", "ii":
		return false
	}
	return true
}

// addsLines reports whether an edit is more than other words in a line.
func addsLines(edits []lint.Edit) bool {
	return slices.ContainsFunc(edits, func(e lint.Edit) bool { return strings.Contains(e.NewText, "\n") })
}

// conflicting reports whether edits cannot be made together with others.
func conflicting(made, edits []lint.Edit) bool {
	for _, e := range edits {
		for _, m := range made {
			if m != e && (m.Range.Overlaps(e.Range) || m.Range == e.Range && e.Range.Start == e.Range.End) {
				return true
			}
		}
	}
	return false
}

// planner plans the repairs of one file.
type planner struct {
	conditions
	src    *lint.Source
	file   *csource.File
	target lint.Target

	header bool // other files include it
	cxx    bool
	eol    string
	indent string // one step of it

	positions map[string][]int // of identifiers that were looked up: indexes of tokens
	indexed   bool
	brackets  []int32 // how many braces are open before each token, and at the end
	parens    []int32 // the same of parentheses, which a brace sets back
	partners  []int32 // for each token the one that closes it, 0 for none; nil before that was asked
	code      int     // offset of the first token that is neither a comment nor in a directive
	includes  []include

	largeFileKnown   bool
	largeFileRepairs []*repair
	byName           map[nameKey][]*repair // of the uses so far

	standIns map[string]*repair // of headers
	dropped  map[int]bool       // includes whose line goes
	guards   []guarded          // statements under a guard
}

// repair is a way to repair a use before it is put into edits.
type repair struct {
	title  string
	safety lint.Safety
	edits  []lint.Edit // that replace something, or stand where no other repair inserts
	// headers are to be included before each of the places at, and definitions to be made there.
	headers   []string
	at        []int
	fallbacks []fallback
	lines     []line
	first     string // macro to be defined before the first include
	words     bool   // there is nothing to edit

	made []lint.Edit // all of it, once it was rendered
}

// line is a line to be put before the one that begins at an offset.
type line struct {
	offset int
	text   string
}

// fallback is a definition for systems without glibc.
type fallback struct {
	name   string
	unless string // macro that says that it is not needed
	text   string
	safe   bool
}

func (r *repair) fix() (lint.Fix, bool) {
	if r.words {
		return lint.Fix{Title: r.title, Safety: lint.Manual}, true
	}
	return lint.Fix{Title: r.title, Safety: r.safety, Edits: r.made}, len(r.made) > 0
}

// manual returns words.
func manual(words string) *repair { return &repair{title: words, safety: lint.Manual, words: true} }

func newPlanner(src *lint.Source, uses []lint.Use, target lint.Target) *planner {
	f := csource.Read(src.Content)
	p := &planner{
		conditions: conditions{file: f, absent: map[string]bool{}}, src: src, file: f, target: target,
		standIns: map[string]*repair{}, dropped: map[int]bool{}, byName: map[nameKey][]*repair{},
	}
	switch ext := filepath.Ext(src.Name); ext {
	case ".h", ".inc", ".def":
		p.header = true
	case ".hh", ".hpp", ".hxx", ".H", ".h++", ".tcc", ".ipp", ".inl":
		p.header, p.cxx = true, true
	case ".cc", ".cpp", ".cxx", ".C", ".c++", ".cp":
		p.cxx = true
	}
	p.learn(uses)
	p.style()
	p.survey()
	return p
}

// learn takes from all uses together what each of them has to know.
func (p *planner) learn(uses []lint.Use) {
	for i := range uses {
		u := &uses[i]
		if len(u.Via) > 0 {
			p.header = true
		}
		if u.Kind == lint.UseMacro {
			p.absent[u.Name] = true
		}
	}
}

// untouchable says why a use is not repaired here.
func (p *planner) untouchable(u *lint.Use) string {
	name := filepath.ToSlash(p.src.Name)
	switch {
	case u.Generated:
		if from, _ := p.file.Presumed(u.Line); from != "" {
			return "change " + from + ", from which this file was made"
		}
		return "change what this file was made from, and make it again"
	case strings.HasPrefix(name, "/usr/") && !strings.HasPrefix(name, "/usr/src/") || strings.HasPrefix(name, "/opt/"):
		return "it is a header of the system: a newer version of the package that it belongs to may do without"
	case u.Guard != "":
		return "nothing here, if the configure script looks for it: " + u.Guard + " is decided anew on a musl system"
	}
	return ""
}

// nameKey is what the repairs of a name depend on, which are those of all places in the file.
type nameKey struct {
	kind lint.UseKind
	name string
}

// repairs returns what can be done about a use.
func (p *planner) repairs(u *lint.Use) []*repair {
	switch u.Kind {
	case lint.UseHeader, lint.UseRedirect:
		return p.ofHeader(u)
	case lint.UseFunction, lint.UseMacro, lint.UseType, lint.UseSymbol:
		if u.Name == "" { // the place tells
			return p.ofName(u)
		}
		key := nameKey{u.Kind, u.Name}
		list, ok := p.byName[key]
		if !ok {
			list = p.ofName(u)
			p.byName[key] = list
		}
		return list
	case lint.UseOther:
		return p.ofName(u)
	case lint.UseConflict:
		return p.ofConflict(u)
	case lint.UseMember:
		return p.ofMember(u)
	}
	return nil
}

// edit replaces bytes.
func (p *planner) edit(start, end int, text string) lint.Edit {
	return lint.Edit{Range: lint.Range{File: p.src.Name, Start: start, End: end}, NewText: text}
}

// insertion is what repairs want to have in one place.
type insertion struct {
	offset int
	rank   int // what comes first there
	text   string
	by     []*repair
}

// render makes the edits of repairs that are to be made together.
func (p *planner) render(repairs []*repair) {
	var all []*insertion
	add := func(offset, rank int, text string, r *repair) {
		for _, in := range all {
			if in.offset == offset && in.rank == rank && in.text == text {
				if !slices.Contains(in.by, r) {
					in.by = append(in.by, r)
				}
				return
			}
		}
		all = append(all, &insertion{offset, rank, text, []*repair{r}})
	}
	p.renderFirsts(repairs, add)
	for _, r := range repairs {
		for _, l := range r.lines {
			add(l.offset, 5, l.text+p.eol, r)
		}
	}
	p.renderHeaders(repairs, add)
	p.renderFallbacks(repairs, add)
	slices.SortStableFunc(all, func(a, b *insertion) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.rank, b.rank), strings.Compare(a.text, b.text))
	})
	for _, r := range repairs {
		r.made = slices.Clone(r.edits)
	}
	for len(all) > 0 { // those of one place are one edit
		n := 1
		text := all[0].text
		for ; n < len(all) && all[n].offset == all[0].offset; n++ {
			text += all[n].text
		}
		e := p.edit(all[0].offset, all[0].offset, text)
		for _, in := range all[:n] {
			for _, r := range in.by {
				if !slices.Contains(r.made, e) {
					r.made = append(r.made, e)
				}
			}
		}
		all = all[n:]
	}
	for _, r := range repairs {
		slices.SortStableFunc(r.made, func(a, b lint.Edit) int {
			return cmp.Or(cmp.Compare(a.Range.Start, b.Range.Start), cmp.Compare(a.Range.End, b.Range.End))
		})
		r.made = slices.Compact(r.made)
	}
}

// compact drops the repairs of a use that are none, or there twice.
func compact(list []*repair) []*repair {
	var kept []*repair
	for _, r := range list {
		if r != nil && !slices.Contains(kept, r) {
			kept = append(kept, r)
		}
	}
	return kept
}
