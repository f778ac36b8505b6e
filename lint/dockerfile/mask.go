package dockerfile

import "bytes"

// span is a half-open range of byte offsets in the file.
type span struct{ start, end int }

// mask copies the logical line raw, which may be continued over many lines, so that a
// shell or word parser sees the same bytes at the same offsets, and only what Docker
// hands on: one line. Comment lines and blank lines between continued lines become
// blanks, and so does a continuation, but for one in the middle of a word: that stays as
// a backslash before a newline, whatever `# escape=` says and whatever blanks or carriage
// returns follow it.
//
// A newline may not stay where Docker joins lines: a shell comment (`a # b \`) would end
// there, and in the image it does not.
func mask(raw []byte, escape byte) []byte {
	out := bytes.Clone(raw)
	for start, first := 0, true; start < len(out); first = false {
		end := len(out)
		if i := bytes.IndexByte(out[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		maskLine(out[start:end], out[end:], escape, first)
		start = end
	}
	return out
}

func maskLine(line, after []byte, escape byte, first bool) {
	body := bytes.TrimRight(line, "\r\n")
	trimmed := bytes.TrimLeft(body, " \t")
	switch {
	case !first && (len(bytes.TrimSpace(body)) == 0 || trimmed[0] == '#'):
		blank(line)
	case continues(body, escape):
		body = bytes.TrimRight(body, " \t")
		at := len(body) - 1
		splitsWord := at > 0 && !isBlank(line[at-1]) && len(after) > 0 && !isBlank(after[0]) && after[0] != '#'
		blank(line[at:])
		if splitsWord {
			line[len(line)-2], line[len(line)-1] = '\\', '\n'
		}
	default:
		blankReturns(line[len(body):])
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func blank(b []byte) {
	for i := range b {
		b[i] = ' '
	}
}

// blankReturns keeps the newline of a line ending and blanks carriage returns.
func blankReturns(ending []byte) {
	for i, c := range ending {
		if c == '\r' {
			ending[i] = ' '
		}
	}
}

// continues reports whether BuildKit takes the line, given without its ending, as
// continued: the last character but blanks is the escape, and not itself escaped.
func continues(line []byte, escape byte) bool {
	line = bytes.TrimRight(line, " \t")
	n := len(line)
	if n == 0 || line[n-1] != escape {
		return false
	}
	return n == 1 || line[n-2] != escape
}
