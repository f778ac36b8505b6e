package toolchain

import (
	"errors"
	"strings"
)

var errQuote = errors.New("a quote is not closed")

// splitShell cuts a text into words as a shell does that expands nothing.
func splitShell(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	inside := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case ' ', '\t', '\n', '\r':
			if inside {
				words = append(words, word.String())
				word.Reset()
				inside = false
			}
		case '\'':
			end := strings.IndexByte(text[i+1:], '\'')
			if end < 0 {
				return nil, errQuote
			}
			word.WriteString(text[i+1 : i+1+end])
			inside = true
			i += 1 + end
		case '"':
			inside = true
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' && i+1 < len(text) && strings.IndexByte("\"\\$`\n", text[i+1]) >= 0 {
					i++
				}
				word.WriteByte(text[i])
			}
			if i == len(text) {
				return nil, errQuote
			}
		case '\\':
			inside = true
			if i++; i < len(text) {
				word.WriteByte(text[i])
			}
		default:
			inside = true
			word.WriteByte(c)
		}
	}
	if inside {
		words = append(words, word.String())
	}
	return words, nil
}
