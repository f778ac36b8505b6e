package fix

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// piece is the text of a patch that is about one file, and what stands around it.
type piece struct {
	line  int   // of its first line, from 1
	mail  int   // number of the mail of a series that it stands in, 0 when there is one or none
	git   bool  // its header is git's
	hunks []int // lines of their headers, from 1
	names []string
	text  strings.Builder
	open  bool // its header goes on
	named bool // its header has the names
}

// MaxPatch is the size of the largest patch that is read, in bytes.
const MaxPatch = 64 << 20

const (
	// A longer line of a header than the paths of any system make is searched for two equal
	// names in time that grows with its square.
	maxHeader = 20_000
)

// headerWords begin the lines of git's header.
var headerWords = []string{
	"--- ", "+++ ", "index ", "old mode ", "new mode ", "new file mode ", "deleted file mode ",
	"rename ", "copy ", "similarity index ", "dissimilarity index ",
}

// pieces cuts a patch at the headers of its files. Inside of a hunk, whose length its header
// tells, nothing is one.
func pieces(text string) ([]*piece, error) {
	var list []*piece
	var lines [3]string // this one and the next two
	rest := text
	next := func() string {
		line, after, found := strings.Cut(rest, "\n")
		if found {
			line += "\n"
		}
		rest = after
		return line
	}
	lines[1], lines[2] = next(), next()
	old, added := 0, 0 // lines that the hunk still has
	mail := 0
	for n := 1; ; n++ {
		lines[0], lines[1], lines[2] = lines[1], lines[2], next()
		var now *piece
		if len(list) > 0 {
			now = list[len(list)-1]
		}
		if lines[0] == "" && (old > 0 || added > 0) {
			return nil, now.miscounted()
		}
		if lines[0] == "" {
			return list, nil
		}
		switch {
		case old > 0 || added > 0:
			if old, added = counted(lines[0], old, added); old < 0 || added < 0 {
				return nil, now.miscounted()
			}
		case strings.HasPrefix(lines[0], "@@ -"):
			if now == nil {
				return nil, fmt.Errorf("line %d: a hunk without a file above it", n)
			}
			now.hunks, now.open = append(now.hunks, n), false
			old, added = lengths(lines[0])
		case strings.HasPrefix(lines[0], "diff --git "):
			now = &piece{line: n, mail: mail, git: true, open: true}
			list = append(list, now)
		case plainHeader(lines) && (now == nil || !now.open || now.named):
			now = &piece{line: n, mail: mail, open: true}
			list = append(list, now)
		case now != nil && mailStart(lines[0]):
			mail, now.open = mail+1, false
		case now != nil && now.open && !hasAnyPrefix(lines[0], headerWords):
			now.open = false
		}
		if now == nil {
			continue // a mail, a commit message
		}
		if now.open {
			if err := now.header(lines[0]); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
		}
		now.text.WriteString(lines[0])
	}
}

// header takes up a line of the header.
func (p *piece) header(line string) error {
	if len(line) > maxHeader {
		return errors.New("the header of a file is too long")
	}
	for _, word := range []string{"diff --git ", "--- ", "+++ ", "rename from ", "rename to ", "copy from ", "copy to "} {
		if name, ok := strings.CutPrefix(line, word); ok {
			if name = rawName(name); name != devNull {
				p.names = append(p.names, name)
			}
			p.named = p.named || word == "+++ "
		}
	}
	return nil
}

// devNull is what stands for no file.
const devNull = "/dev/null"

// rawName is a name as a header has it, with its folder. Of two it is the first, and more.
func rawName(text string) string {
	if quoted, err := strconv.QuotedPrefix(text); err == nil && text[0] == '"' {
		if name, err := strconv.Unquote(quoted); err == nil {
			return name
		}
	}
	name, _, _ := strings.Cut(strings.TrimSuffix(text, "\n"), "\t")
	return name
}

// plainHeader reports whether lines are the header of a unified diff and the first line of a
// hunk.
func plainHeader(lines [3]string) bool {
	return strings.HasPrefix(lines[0], "--- ") && strings.HasPrefix(lines[1], "+++ ") && strings.HasPrefix(lines[2], "@@ -")
}

// mailStart reports whether a line is the first one of what git format-patch writes.
func mailStart(line string) bool {
	hash, ok := strings.CutPrefix(line, "From ")
	return ok && len(hash) > 40 && hash[40] == ' ' && strings.Trim(hash[:40], "0123456789abcdef") == ""
}

func hasAnyPrefix(line string, words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(line, w) {
			return true
		}
	}
	return false
}

// lengths are the numbers of lines that the header of a hunk tells, 0 where it is none.
func lengths(header string) (old, added int) {
	fields := strings.Fields(header)
	if len(fields) < 3 {
		return 0, 0
	}
	return length(fields[1]), length(fields[2])
}

func length(span string) int {
	_, count, found := strings.Cut(span, ",")
	if !found {
		return 1
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		return 0
	}
	return n
}

func (p *piece) miscounted() error {
	return fmt.Errorf("line %d: the hunk has more or fewer lines than its header says", p.hunks[len(p.hunks)-1])
}

// counted is what is left of a hunk behind one of its lines, negative when that cannot be one.
func counted(line string, old, added int) (int, int) {
	switch line[0] {
	case ' ', '\n':
		return old - 1, added - 1
	case '-':
		return old - 1, added
	case '+':
		return old, added - 1
	case '\\':
		return old, added
	}
	return -1, -1
}
