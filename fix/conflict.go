package fix

import (
	"fmt"
	"strings"
)

// Conflict is a place where a patch does not fit.
type Conflict struct {
	Patch   string // the name of the patch
	File    string
	Message string
	Differs []Difference // lines where the hunk comes nearest to fitting
}

// Difference is a line that is not what a patch expects.
type Difference struct {
	Line     int // of the file, from 1
	Is, Want string
	Behind   bool // the file ends before that line
}

// Conflicts are why a patch set was not applied.
type Conflicts []Conflict

// Error tells of every place, over several lines.
func (list Conflicts) Error() string {
	var b strings.Builder
	for i, c := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: %s: %s", spelledOut(c.Patch), spelledOut(c.File), spelledOut(c.Message))
		for _, d := range c.Differs {
			at := fmt.Sprintf("\n  line %d ", d.Line)
			is := "is        " + shown(d.Is)
			if d.Behind {
				is = "is behind the end of the file"
			}
			b.WriteString(at + is + "\n" + strings.Repeat(" ", len(at)-1) + "should be " + shown(d.Want))
		}
	}
	return b.String()
}

// maxDiffers is how many lines are shown of one conflict.
const maxDiffers = 3

// conflict describes why a hunk fits nowhere: with the lines that differ where the most of them
// match.
func (m *merging) conflict(b *block, old []string, atStart, atEnd bool) *Conflict {
	want := max(b.new-1, 0)
	last := len(m.lines) - 1
	best, most := min(want, max(last, 0)), -1
	consider := func(at int) {
		same := 0
		for i, text := range old {
			if at+i < len(m.lines) && m.lines[at+i] == text {
				same++
			}
		}
		if same > most {
			best, most = at, same
		}
	}
	consider(best)
	if len(m.lines)*len(old) < 5_000_000 {
		for off := 1; off <= len(m.lines); off++ {
			if at := want + off; at <= last {
				consider(at)
			}
			if at := want - off; at >= 0 && at <= last {
				consider(at)
			}
		}
	}
	c := &Conflict{}
	used := false
	for i, text := range old {
		n := best + i
		switch {
		case n >= len(m.lines):
			c.Differs = append(c.Differs, Difference{Line: n + 1, Want: text, Behind: true})
		case m.lines[n] != text:
			c.Differs = append(c.Differs, Difference{Line: n + 1, Is: m.lines[n], Want: text})
		case m.taken[n]:
			used = true
		}
		if len(c.Differs) == maxDiffers {
			break
		}
	}
	switch {
	case len(c.Differs) > 0:
		c.Message = "does not fit"
	case used:
		c.Message = fmt.Sprintf("is about line %d, which another hunk has changed", best+1)
	case atStart && best > 0:
		c.Message = fmt.Sprintf("is of the start of the file, and its lines are at line %d", best+1)
	case atEnd:
		c.Message = fmt.Sprintf("shows nothing behind its changes, so that they have to end the file, which has %d lines", len(m.lines))
	default:
		c.Message = "does not fit"
	}
	return c
}

// shown is a line in a message.
func shown(text string) string {
	text, ended := strings.CutSuffix(text, "\n")
	const most = 160
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	text = spelledOut(text)
	if !ended {
		text += " (without a line ending)"
	}
	return text
}
