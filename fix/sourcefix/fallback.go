package sourcefix

import (
	"cmp"
	"slices"
	"strings"
)

// fallbackPoint returns where definitions have to stand, so that they are seen at all offsets
// and stand behind the includes that the file begins with.
func (p *planner) fallbackPoint(offsets []int) point {
	branch, first := p.common(offsets), p.earliest(offsets)
	code := min(first, p.code)
	at, found := 0, false
	for _, i := range p.seen(offsets) {
		if in := p.includes[i]; in.directive.End <= code && in.depth == 0 && !p.inText(in.directive) && in.directive.End > at {
			at, found = in.directive.End, true
		}
	}
	if end, ok := p.behindChains(branch, code); ok && end > at {
		at, found = end, true
	}
	if found {
		return point{offset: at, gap: true}
	}
	return p.top(branch, code)
}

// planned is a definition and the repairs that want it.
type planned struct {
	fallback
	by []*repair
	at []int
}

// renderFallbacks puts definitions behind the includes. Those that keep the meaning of
// everything and those that do not stand in two places, so that one can be had without the other.
func (p *planner) renderFallbacks(repairs []*repair, add func(int, int, string, *repair)) {
	var all []*planned
	for _, r := range repairs {
		for _, f := range r.fallbacks {
			i := slices.IndexFunc(all, func(have *planned) bool { return have.fallback == f })
			if i < 0 {
				i = len(all)
				all = append(all, &planned{fallback: f})
			}
			all[i].by = append(all[i].by, r)
			all[i].at = append(all[i].at, r.at...)
		}
	}
	// In one block: what stands in one place, is safe or not, and depends on the same macros.
	type place struct {
		point        point
		safe         bool
		unless, once string
	}
	blocks := map[place][]*planned{}
	var places []place
	for _, f := range all {
		if len(f.at) == 0 {
			continue
		}
		key := place{p.fallbackPoint(f.at), f.safe, f.unless, ""}
		if f.unless == "__GLIBC__" && once(f.text) {
			key.once = f.name
		}
		if blocks[key] == nil {
			places = append(places, key)
		}
		blocks[key] = append(blocks[key], f)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.point.offset, b.point.offset), strings.Compare(a.unless, b.unless), strings.Compare(a.once, b.once))
	})
	for _, key := range places {
		block := blocks[key]
		slices.SortFunc(block, func(a, b *planned) int { return strings.Compare(a.name, b.name) })
		var parts []string
		var by []*repair
		for _, f := range block {
			parts = append(parts, f.text)
			by = append(by, f.by...)
		}
		text := p.lines(p.conditional(key.unless, key.once, strings.Join(parts, "\n")))
		offset, rank := key.point.offset, 20
		if key.point.before {
			text += p.eol + p.eol
		} else if key.safe {
			text = p.eol + p.eol + text
		} else {
			offset = p.afterLine(offset)
			text = p.eol + text + p.eol
			rank = 30
		}
		for _, r := range by {
			add(offset, rank, text, r)
			if !key.point.before && !p.blank(p.afterLine(key.point.offset)) && p.afterLine(key.point.offset) < len(p.file.Text()) {
				add(offset, rank+5, p.eol, r)
			}
		}
	}
}

// once reports whether a text must not be compiled twice: a header and a source that includes it
// may both get it.
func once(text string) bool {
	for line := range strings.Lines(text) {
		if line[0] != '#' && line[0] != '\t' && !strings.HasPrefix(line, "typedef ") {
			return true
		}
	}
	return false
}

// onlyOnce puts a text under a condition that it makes false itself.
func onlyOnce(name, text string) string {
	return "#ifndef " + name + "\n" + selfDefined(name, text) + "\n#endif"
}

// selfDefined adds to a text the macro that says that it is there.
func selfDefined(name, text string) string {
	if strings.Contains(text, "#define "+name+"(") {
		return text
	}
	return text + "\n#define " + name + " " + name
}

// conditional puts a text under a condition: that a macro is not defined, and if need be that the
// text was not compiled yet, for which a name stands.
func (p *planner) conditional(unless, once, text string) string {
	condition := "#ifndef " + unless
	if unless == "__GLIBC__" { // what other systems have is their business
		condition = "#if defined(__linux__) && !defined(__GLIBC__)"
	}
	if once != "" {
		condition += " && !defined(" + once + ")"
		text = selfDefined(once, text)
	}
	return condition + "\n" + p.nested(text) + "\n#endif"
}

// nested writes the directives of a text as the file writes those under conditions.
func (p *planner) nested(text string) string {
	if !p.spaced() {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, "#"); ok {
			lines[i] = "# " + rest
		}
	}
	return strings.Join(lines, "\n")
}

// anyLibc stands for any header that makes glibc define its macros, and portable is the one to
// include where there is none: other systems have it too.
const (
	anyLibc  = "features.h"
	portable = "limits.h"
)

// withFallback completes a repair that defines something: with the headers that come before, and
// one that defines __GLIBC__ where that is asked for.
func (p *planner) withFallback(r *repair, headers []string, at []int) *repair {
	place := p.fallbackPoint(at).offset
	r.at = append(slices.Clone(at), place)
	libc := false
	for _, h := range headers {
		r.headers = append(r.headers, h)
		libc = libc || fromLibc(h)
	}
	if !libc {
		r.headers = append(r.headers, anyLibc)
	}
	return r
}
