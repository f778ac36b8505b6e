package sourcefix

import (
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// ofHeader returns the repairs of a header that musl does not have, or that warns.
func (p *planner) ofHeader(u *lint.Use) []*repair {
	var places []int
	for i, in := range p.includes {
		if in.Name == u.Name && !in.dead {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return nil
	}
	var list []*repair
	remedies := facts.Remedies(u.Kind, u.Name)
	if header, ok := facts.ReplacedHeader(u.Name); ok && len(remedies) == 0 {
		remedies = append(remedies, facts.Remedy{Name: u.Name, Action: "replace-include", Text: header, Safety: lint.Safe})
	}
	for _, remedy := range remedies {
		if r := p.applyHeader(remedy, places); r != nil {
			list = append(list, r)
		}
	}
	if h, ok := facts.LookupHeader(u.Name); ok && h.Package != "" && u.Kind == lint.UseHeader {
		if words := p.packageWords(facts.Interface{Package: h.Package, Library: facts.LinkName(h.Package)}); words != "" {
			list = append(list, manual(words))
		}
	}
	return list
}

func (p *planner) applyHeader(remedy facts.Remedy, places []int) *repair {
	switch remedy.Action {
	case "manual":
		return manual(remedy.Note)
	case "replace-include":
		return p.replaceInclude(remedy, places)
	case "remove-include":
		return p.removeInclude(remedy, places)
	case "guard-include":
		return p.guardInclude(remedy, places)
	case "stand-in":
		return p.standIn(remedy.Name)
	case "cdefs":
		return p.cdefs(places)
	}
	return nil
}

// replaceInclude writes another header. Where that one is included before, or in one run with
// it, the line goes.
func (p *planner) replaceInclude(remedy facts.Remedy, places []int) *repair {
	if remedy.Unless != "" && len(p.live(remedy.Unless)) > 0 {
		return manual("include <" + remedy.Text + "> and write what the file does with struct " + remedy.Unless + " with its structures")
	}
	r := &repair{title: "include <" + remedy.Text + "> for <" + remedy.Name + ">", safety: remedy.Safety, headers: remedy.Needs}
	for _, i := range places {
		in := p.includes[i]
		if p.doubled(i, remedy.Text) && p.drop(r, i) {
			continue
		}
		open, shut := "<", ">"
		if !in.System {
			open, shut = `"`, `"`
		}
		r.edits = append(r.edits, p.edit(in.Start, in.End, open+remedy.Text+shut))
		if len(remedy.Needs) > 0 {
			r.at = append(r.at, in.directive.End)
		}
	}
	return r
}

// doubled reports whether a header is seen at an include, or follows in the same run.
func (p *planner) doubled(i int, header string) bool {
	in := p.includes[i]
	if p.has(p.seen([]int{in.directive.Start}), header) {
		return true
	}
	for j := i + 1; j < len(p.includes) && p.adjacent(p.includes[j-1], p.includes[j]) && p.includes[j].System; j++ {
		if p.includes[j].Name == header {
			return true
		}
	}
	return false
}

// drop removes the line of an include. It is false when something else stands there.
func (p *planner) drop(r *repair, i int) bool {
	in := p.includes[i]
	start, alone := p.lineStart(in.directive.Start)
	if !alone || p.onlyInBranch(i) {
		return false
	}
	p.dropped[i] = true
	r.edits = append(r.edits, p.edit(start, p.afterLine(in.directive.End), ""))
	return true
}

// onlyInBranch reports whether nothing but an include stands in its branch.
func (p *planner) onlyInBranch(i int) bool {
	in := p.includes[i]
	if in.branch < 0 {
		return false
	}
	b := p.file.Branches()[in.branch]
	tokens := p.file.Tokens()
	for j := p.file.TokenIndex(b.Start); j < len(tokens) && tokens[j].Start < b.End; j++ {
		if t := tokens[j]; t.Kind != csource.Comment && (t.Start < in.directive.Start || t.Start >= in.directive.End) {
			return false
		}
	}
	return true
}

// removeInclude drops an include, unless something that it is there for is used.
func (p *planner) removeInclude(remedy facts.Remedy, places []int) *repair {
	for name := range strings.FieldsSeq(remedy.Text) {
		if len(p.live(name)) > 0 {
			return manual("drop <" + remedy.Name + "> and what uses " + name + " on Linux: " + remedy.Note)
		}
	}
	r := &repair{title: "drop <" + remedy.Name + ">, of which nothing is used on Linux", safety: lint.Safe}
	if p.header {
		r.safety = lint.Unsafe // others may use it
	}
	elsewhere := false // code of other systems uses it
	for name := range strings.FieldsSeq(remedy.Text) {
		elsewhere = elsewhere || len(p.lookUp(name)) > 0
	}
	for _, i := range places {
		if (elsewhere || !p.drop(r, i)) && !p.wrapIn(r, i, "ifndef __linux__", "", true) {
			return nil
		}
	}
	return r
}

// guardInclude puts includes under #ifdef __GLIBC__.
func (p *planner) guardInclude(remedy facts.Remedy, places []int) *repair {
	r := &repair{title: "include <" + remedy.Name + "> with glibc alone", safety: remedy.Safety}
	if name := p.unrepaired(remedy.Name); name != "" {
		return manual("put the include of <" + remedy.Name + "> and what uses " + name + " under #ifdef __GLIBC__")
	}
	for _, i := range places {
		if !p.wrap(r, i, "", false) {
			return nil
		}
	}
	return r
}

// unrepaired returns a name that the file uses, that a header of glibc declares, and for which
// there is no remedy.
func (p *planner) unrepaired(header string) string {
	seen := map[string]bool{}
	text := p.file.Text()
	for _, t := range p.file.Tokens() {
		if t.Kind != csource.Ident || seen[string(text[t.Start:t.End])] {
			continue
		}
		name := p.file.Spelling(t)
		seen[name] = true
		i, ok := facts.LookupInterface(name)
		if !ok || len(i.Musl) > 0 || !slices.Contains(i.Headers, header) || len(p.live(name)) == 0 {
			continue
		}
		if list := facts.Remedies(lint.UseFunction, name); len(list) == 0 || list[0].Action == "manual" {
			return name
		}
	}
	return ""
}

// wrap puts an include under a condition, with a text for when it does not hold. Where it is all
// that stands under a condition that names Linux, that one is narrowed. known says that something
// is going to be included before it that defines __GLIBC__.
func (p *planner) wrap(r *repair, i int, otherwise string, known bool) bool {
	condition := "ifdef __GLIBC__"
	if p.includes[i].Name == "execinfo.h" { // macOS and the BSDs have it too
		condition = "if !defined(__linux__) || defined(__GLIBC__)"
	}
	return p.wrapIn(r, i, condition, otherwise, known)
}

func (p *planner) wrapIn(r *repair, i int, condition, otherwise string, known bool) bool {
	in := p.includes[i]
	known = known || p.has(p.seen([]int{in.directive.Start}), anyLibc)
	if e, ok := p.narrowed(in.branch); ok && known && condition == "ifdef __GLIBC__" && otherwise == "" && p.onlyInBranch(i) {
		r.edits = append(r.edits, e)
		return true
	}
	start, alone := p.lineStart(in.directive.Start)
	if !alone {
		return false
	}
	line := string(p.file.Text()[in.directive.Start:in.directive.End])
	hash := "#"
	if rest := strings.TrimLeft(line[1:], " \t"); strings.HasPrefix(rest, "include") {
		hash = line[:len(line)-len(rest)] // how deep the file has it
		line = hash + rest
		if p.spaced() {
			line = hash + " " + rest
		}
	}
	var b strings.Builder
	if !known {
		b.WriteString(hash + "include <" + portable + ">" + p.eol)
	}
	b.WriteString(hash + condition + p.eol + line + p.eol)
	if otherwise != "" {
		b.WriteString(hash + "else" + p.eol + p.lines(otherwise) + p.eol)
	}
	b.WriteString(hash + "endif")
	r.edits = append(r.edits, p.edit(start, in.directive.End, b.String()))
	return true
}

// order includes a header of the C library before the first one of the kernel, which leaves out
// then what that declares.
func (p *planner) order(remedy facts.Remedy) *repair {
	header := remedy.Text
	for _, in := range p.includes {
		switch {
		case in.dead || p.inText(in.directive):
		case in.System && (in.Name == header || slices.Contains(facts.ComesWith(plain(in.Name)), header)):
			return nil // it comes first already
		case strings.HasPrefix(in.Name, "linux/"):
			start, alone := p.lineStart(in.directive.Start)
			if !alone {
				return nil
			}
			r := &repair{title: "include <" + header + "> before the headers of the kernel", safety: remedy.Safety}
			r.lines = []line{{start, string(p.file.Text()[start:in.directive.Start]) + p.spelling(in) + "<" + header + ">"}}
			return r
		}
	}
	return nil
}

// oneInclude drops headers of the kernel that declare what one of the C library does. Where that
// one is not included it takes their place.
func (p *planner) oneInclude(remedy facts.Remedy) *repair {
	headers := strings.Fields(remedy.Text)
	r := &repair{title: titled("include <"+headers[0]+"> alone", remedy), safety: remedy.Safety}
	kept := slices.ContainsFunc(p.includes, func(in include) bool { return in.Name == headers[0] && !in.dead })
	for i, in := range p.includes {
		if in.dead || !slices.Contains(headers[1:], in.Name) {
			continue
		}
		if kept && p.drop(r, i) {
			continue
		}
		kept = true
		r.edits = append(r.edits, p.edit(in.Start, in.End, "<"+headers[0]+">"))
	}
	if len(r.edits) == 0 {
		return nil
	}
	return r
}

// narrowed returns the edit by which a branch that asks for Linux, and for nothing else, asks for
// glibc as well. One that has an #else is not narrowed: what other systems have would be compiled
// on musl then.
func (p *planner) narrowed(branch int) (lint.Edit, bool) {
	if branch < 0 {
		return lint.Edit{}, false
	}
	b := p.file.Branches()[branch]
	if b.Close < 0 || p.file.Directives()[b.Close].Name != "endif" {
		return lint.Edit{}, false
	}
	c := b.Condition
	word := c
	switch {
	case b.Name == "ifdef" && len(c) == 1:
	case b.Name == "if" && len(c) == 4 && p.file.Is(c[0], "defined"):
		word = c[2:3]
	case b.Name == "if" && len(c) == 2 && p.file.Is(c[0], "defined"):
		word = c[1:2]
	default:
		return lint.Edit{}, false
	}
	name := p.file.Spelling(word[0])
	if name != "__linux__" && name != "__linux" && name != "linux" {
		return lint.Edit{}, false
	}
	if b.Name == "if" {
		end := c[len(c)-1].End
		return p.edit(end, end, " && defined(__GLIBC__)"), true
	}
	d := p.file.Directives()[b.Directive]
	i := p.next(p.file.TokenIndex(d.Start)) // the word ifdef
	return p.edit(p.file.Tokens()[i].Start, word[0].End, "if defined("+name+") && defined(__GLIBC__)"), true
}

// standInHeaders are those whose functions are defined in their place.
var standInHeaders = [...]string{"error.h", "execinfo.h", "gnu/libc-version.h"}

// standInNames returns the names that stand in for a header.
func standInNames(header string) []string {
	for _, remedy := range facts.Remedies(lint.UseHeader, header) {
		if remedy.Action == "stand-in" {
			return strings.Fields(remedy.Text)
		}
	}
	return nil
}

// broughtByHeader reports whether a name is defined where its header is included.
func (p *planner) broughtByHeader(name string) bool {
	for _, h := range standInHeaders {
		if slices.Contains(standInNames(h), name) {
			return true
		}
	}
	return false
}

// standInFor returns the header that the file includes and in whose place a name is defined, empty
// for none.
func (p *planner) standInFor(name string) string {
	for _, in := range p.includes {
		if !in.dead && slices.Contains(standInHeaders[:], in.Name) && slices.Contains(standInNames(in.Name), name) {
			return in.Name
		}
	}
	return ""
}

// standIn puts the includes of a header under #ifdef __GLIBC__ and defines its functions else: in
// a header all of them, as what uses them may be elsewhere, in a source those that it uses.
func (p *planner) standIn(header string) *repair {
	if r, ok := p.standIns[header]; ok {
		return r
	}
	r := p.planStandIn(header)
	p.standIns[header] = r
	return r
}

func (p *planner) planStandIn(header string) *repair {
	title := "define what <" + header + "> declares where there is no glibc"
	r := &repair{title: title, safety: lint.Safe}
	names := standInNames(header)
	wanted := map[string]bool{}
	for _, name := range slices.Backward(names) { // what one needs stands before it
		text := facts.Remedies(lint.UseFunction, name)[0].Text
		used := p.header && facts.Remedies(lint.UseFunction, name)[0].Safety == safetyOf(header) || len(p.live(name)) > 0 || wanted[name]
		if !used {
			continue
		}
		if p.defines(name) {
			return nil
		}
		wanted[name] = true
		for _, other := range names {
			wanted[other] = wanted[other] || other != name && mentions(text, other)
		}
	}
	var parts, needs []string
	for _, name := range names {
		if !wanted[name] {
			continue
		}
		remedy := facts.Remedies(lint.UseFunction, name)[0]
		parts = append(parts, onlyOnce(name, remedy.Text))
		needs = append(needs, remedy.Needs...)
		if remedy.Safety != lint.Safe {
			r.safety, r.title = remedy.Safety, titled(title, remedy)
		}
	}
	if name := p.unrepaired(header); name != "" {
		return manual("put the include of <" + header + "> and what uses " + name + " under #ifdef __GLIBC__")
	}
	slices.Sort(needs)
	r.headers = slices.Compact(needs)
	known := slices.ContainsFunc(needs, fromLibc)
	var done []include
	for i, in := range p.includes {
		if in.Name != header || in.dead {
			continue
		}
		text := strings.Join(parts, "\n")
		if slices.ContainsFunc(done, func(d include) bool { return p.around(d.branch, in.branch) }) {
			text = "" // they are defined by then
		}
		if !p.wrap(r, i, text, known) {
			return nil
		}
		r.at = append(r.at, in.directive.Start)
		done = append(done, in)
	}
	return r
}

// safetyOf is that of the remedy for a header.
func safetyOf(header string) lint.Safety {
	for _, remedy := range facts.Remedies(lint.UseHeader, header) {
		return remedy.Safety
	}
	return lint.Safe
}

// mentions reports whether a name is a word of a text.
func mentions(text, name string) bool {
	f := csource.Read([]byte(text))
	return slices.ContainsFunc(f.Tokens(), func(t csource.Token) bool { return t.Kind == csource.Ident && f.Is(t, name) })
}

// cdefs drops sys/cdefs.h and repairs what it is included for.
func (p *planner) cdefs(places []int) *repair {
	r := &repair{title: "drop <sys/cdefs.h>, and write what its macros stand for", safety: lint.Safe}
	seen := map[string]bool{}
	text := p.file.Text()
	for _, t := range p.file.Tokens() {
		if t.Kind != csource.Ident || t.End-t.Start < 3 || text[t.Start] != '_' || text[t.Start+1] != '_' || seen[string(text[t.Start:t.End])] {
			continue
		}
		name := p.file.Spelling(t)
		seen[name] = true
		i, ok := facts.LookupInterface(name)
		if !ok || i.In(p.version()) || !slices.Contains(i.Headers, "sys/cdefs.h") && !slices.Contains(i.Headers, "features.h") || len(p.live(name)) == 0 || p.defines(name) {
			continue
		}
		list := p.ofName(&lint.Use{Kind: lint.UseMacro, Name: name, Line: p.file.Line(t.Start), Column: 1})
		if len(list) == 0 || list[0].words {
			return manual("drop <sys/cdefs.h> and write what " + name + " stands for")
		}
		part := list[0]
		r.edits = append(r.edits, part.edits...)
		r.headers = append(r.headers, part.headers...)
		r.fallbacks = append(r.fallbacks, part.fallbacks...)
		r.at = append(r.at, part.at...)
		if part.safety == lint.Unsafe {
			r.safety = lint.Unsafe
		}
	}
	for _, i := range places {
		if !p.drop(r, i) && !p.wrap(r, i, "", false) {
			return nil
		}
	}
	return r
}
