package fix

import (
	"fmt"
	"slices"
	"strings"
)

// maxWork bounds the comparisons of lines that one file may cost, of which a file and a patch
// of equal lines can need the product of their lengths.
const maxWork = 100_000_000

// merge makes the changes of hunks in a text. The rules are those of git apply: all lines have
// to match, at the stated line or as near to it as they do, and lines that a hunk has changed
// or shown are no other one's. A hunk at the first line has to be there, and one that shows no
// line after its changes has to end the file.
func merge(text string, hunks []block) (string, []mark, []Conflict) {
	if len(hunks) == 0 {
		return text, nil, nil
	}
	m := merging{lines: slices.Collect(strings.Lines(text))}
	m.taken = make([]bool, len(m.lines))
	var conflicts []Conflict
	for i := range hunks {
		if c := m.hunk(&hunks[i]); c != nil {
			c.Message = fmt.Sprintf("hunk %d (%s, line %d of the patch) %s", i+1, hunks[i].header, hunks[i].line, c.Message)
			conflicts = append(conflicts, *c)
		}
		if m.work > maxWork {
			break
		}
	}
	if len(conflicts) > 0 {
		return "", nil, conflicts
	}
	return strings.Join(m.lines, ""), m.marks(), nil
}

// merging is a text that hunks are being made in.
type merging struct {
	lines []string
	taken []bool // by a hunk
	made  []made
	work  int
}

// made is where a hunk was made, in lines of the text as it is now.
type made struct {
	at, lines int
	rules     []string
}

// marks are the places of the hunks that name the rules which they repair.
func (m *merging) marks() []mark {
	var list []mark
	offset, line := 0, 0
	slices.SortStableFunc(m.made, func(a, b made) int { return a.at - b.at })
	for _, h := range m.made {
		for ; line < h.at; line++ {
			offset += len(m.lines[line])
		}
		end := offset
		for _, text := range m.lines[h.at : h.at+h.lines] {
			end += len(text)
		}
		for _, rule := range h.rules {
			list = append(list, mark{offset, end, rule})
		}
	}
	return list
}

// hunk makes one hunk, or says why that cannot be done.
func (m *merging) hunk(b *block) *Conflict {
	old, added := b.texts('-'), b.texts('+')
	atStart := b.old <= 1
	atEnd := len(b.lines) > 0 && b.lines[len(b.lines)-1].sign != ' '
	at := m.find(old, max(b.new-1, 0), atStart, atEnd)
	if m.work > maxWork {
		return &Conflict{Message: "is of too many lines that are too much alike"}
	}
	if len(old) == 0 && len(m.lines) > 0 && b.old != at {
		return &Conflict{Message: fmt.Sprintf("shows no line of the file, so that only its end could be meant, and that is behind line %d", len(m.lines))}
	}
	if at < 0 {
		return m.conflict(b, old, atStart, atEnd)
	}
	m.lines = slices.Replace(m.lines, at, at+len(old), added...)
	m.taken = slices.Replace(m.taken, at, at+len(old), slices.Repeat([]bool{true}, len(added))...)
	m.work += len(m.lines)
	for i := range m.made {
		if m.made[i].at > at {
			m.made[i].at += len(added) - len(old)
		}
	}
	m.made = append(m.made, made{at, len(added), b.rules})
	m.work += len(m.made)
	return nil
}

// texts are the lines of a hunk's old text ('-') or of its new one ('+').
func (b *block) texts(sign byte) []string {
	var list []string
	for _, l := range b.lines {
		if l.sign == ' ' || l.sign == sign {
			list = append(list, l.text)
		}
	}
	return list
}

// find returns where lines are, the nearest to want, and -1 where they are not.
func (m *merging) find(old []string, want int, atStart, atEnd bool) int {
	last := len(m.lines) - len(old)
	switch {
	case last < 0:
		return -1
	case atStart:
		want = 0
	case atEnd:
		want = last
	}
	if atStart || atEnd {
		if atStart && atEnd && last != 0 || !m.matches(old, want) {
			return -1
		}
		return want
	}
	want = min(want, len(m.lines))
	for off := 0; off <= max(want, last-want) && m.work <= maxWork; off++ {
		switch {
		case m.matches(old, want+off):
			return want + off
		case off > 0 && m.matches(old, want-off):
			return want - off
		}
	}
	return -1
}

// matches reports whether lines are at a place and free.
func (m *merging) matches(old []string, at int) bool {
	if at < 0 || at+len(old) > len(m.lines) || m.work > maxWork {
		return false
	}
	for i, text := range old {
		m.work++
		if m.taken[at+i] || m.lines[at+i] != text {
			return false
		}
	}
	return true
}
