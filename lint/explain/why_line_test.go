package explain

import (
	"strings"
	"testing"
)

// A long line is cut between words.
func TestQuoteBetweenWords(t *testing.T) {
	word := "configure: error: cannot find the library "
	message := "Error loading shared library libz.so.1"
	text := strings.Repeat(word, 10) + message + " " + strings.Repeat(word, 10)
	got := readLine([]byte(text)).quote(message)
	inner := strings.TrimSuffix(strings.TrimPrefix(got, "..."), "...")
	if !strings.Contains(text, " "+inner+" ") || !strings.Contains(inner, message) || inner == got {
		t.Errorf("cut inside of a word: %q", got)
	}
	short := message + strings.Repeat("x", quoteColumns-len(message)+1)
	if got := readLine([]byte(short)).quote(message); got != short {
		t.Errorf("one character was cut off: %q", got)
	}
}
