package explain

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A logLine is a line of a log in several forms.
type logLine struct {
	text  string // as a terminal would show it
	plain string // to compare: with one kind of quotes, no escapes, and single blanks
	lower string // plain in lower case, byte for byte
}

// readLine makes a line comparable. It must not be longer than a piece.
func readLine(raw []byte) logLine {
	text := strings.Trim(printed(unwrapped(raw)), " ")
	plain := unquoted(text)
	return logLine{text: text, plain: plain, lower: lowered(plain)}
}

// unwrapped takes a message out of the JSON in which Docker stores it.
func unwrapped(raw []byte) []byte {
	if !bytes.HasPrefix(raw, []byte(`{"log":"`)) {
		return raw
	}
	var entry struct{ Log string }
	if json.Unmarshal(raw, &entry) != nil {
		return raw
	}
	return []byte(strings.TrimRight(entry.Log, "\r\n"))
}

const (
	escape = 0x1b
	bell   = 0x07
)

// printed returns what a terminal would show of a line, as far as that is text.
func printed(raw []byte) string {
	if !bytes.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
		return string(raw)
	}
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		switch {
		case r == escape:
			i += sequence(raw[i:])
			continue
		case r == '\t' || unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case r == utf8.RuneError:
			b.WriteRune(utf8.RuneError)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// sequence returns the length of the escape sequence that text begins with.
func sequence(text []byte) int {
	if len(text) < 2 {
		return len(text)
	}
	var ends func(c byte) bool
	switch text[1] {
	case '[': // colours and movements of the cursor
		ends = func(c byte) bool { return 0x40 <= c && c <= 0x7e }
	case ']': // links and titles
		ends = func(c byte) bool { return c == bell || c == '\\' }
	default:
		return 2
	}
	const longest = 300
	for i := 2; i < min(len(text), longest); i++ {
		if ends(text[i]) {
			return i + 1
		}
	}
	return 2
}

// prefix is what stands before a message in the logs of Docker, Compose, Kubernetes, CI
// services and the system.
var prefix = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(?:` + strings.Join([]string{
		`#\d+ `,                   // BuildKit: number of the step
		`\d+\.\d{1,3} `,           // BuildKit: seconds since its start
		`[a-zA-Z][\w.-]* +\| `,    // Compose: name of the container
		`\[pod/\S+\] `,            // kubectl logs --prefix
		`(?:stdout|stderr) [FP] `, // CRI
		`##\[\w+\]`,               // GitHub Actions
		`::\w+(?: [^:]*)?::`,      // the same, as it is written
		`\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)? `,               // time
		`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [\w./-]+(?:\[\d+\])?: `, // syslog
	}, "|") + `)`)
})

// mostPrefixes stand before one another: Actions' time, step, seconds.
const mostPrefixes = 5

func unprefixed(text string) string {
	for range mostPrefixes {
		n := len(prefix().FindString(text))
		if n == 0 {
			break
		}
		text = text[n:]
	}
	return strings.TrimLeft(text, " ")
}

// quotes are written in many ways for the same message: by the locale of GCC, by the
// release of pip, by whatever wraps an error in another.
var quotes = strings.NewReplacer("\\\"", "'", "\"", "'", "`", "'", "‘", "'", "’", "'", "“", "'", "”", "'")

func unquoted(text string) string {
	if strings.ContainsAny(text, "\"`‘’“”") {
		text = quotes.Replace(text)
	}
	if !strings.Contains(text, "  ") {
		return text
	}
	b := make([]byte, 0, len(text))
	for i := range len(text) {
		if text[i] != ' ' || i == 0 || text[i-1] != ' ' {
			b = append(b, text[i])
		}
	}
	return string(b)
}

// lowered is strings.ToLower for ASCII alone, so that offsets stay what they are.
func lowered(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}

// quoteColumns is how much of a long line is shown.
const quoteColumns = 240

// wordColumns is how far a cut is moved to stand between words.
const wordColumns = 30

// betweenWords moves the ends of a part of a text outwards to where a word ends, or to the end of
// the text, where one is near; else to the end of a character.
func betweenWords(text string, start, end int) (int, int) {
	if blank := strings.LastIndexByte(text[max(start-wordColumns, 0):start], ' '); start <= wordColumns {
		start = 0
	} else if blank >= 0 {
		start += blank - wordColumns + 1
	}
	if blank := strings.IndexByte(text[end:min(end+wordColumns, len(text))], ' '); len(text)-end <= wordColumns {
		end = len(text)
	} else if blank >= 0 {
		end += blank
	}
	for start > 0 && !utf8.RuneStart(text[start]) {
		start--
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end--
	}
	return start, end
}

// quote returns a line for people, without what stands before the message, and of a long one
// the part around it.
func (l logLine) quote(message string) string {
	text := unprefixed(l.text)
	if len(text) <= quoteColumns {
		return text
	}
	start := max(strings.Index(unquoted(text), message), 0) // of the plain form: near enough
	start = max(min(start-quoteColumns/4, len(text)-quoteColumns), 0)
	end := start + quoteColumns
	start, end = betweenWords(text, start, end)
	cut := text[start:end]
	if start > 0 {
		cut = "..." + cut
	}
	if end < len(text) {
		cut += "..."
	}
	return cut
}
