package cmdline

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	maxDepth    = 10       // of response files that name response files
	maxResponse = 16 << 20 // bytes that are read of one
	maxWords    = 1 << 20  // that one command line may have in all
)

// expand puts what is in response files in the place of the words @file, as gcc and clang do:
// names are relative to the working directory, also inside of response files, and a file that
// cannot be read leaves the word as it is.
func expand(args []string, dir string) []string {
	if !slices.ContainsFunc(args, isResponse) {
		return args
	}
	return appendExpanded(nil, args, dir, nil)
}

func isResponse(word string) bool { return len(word) > 1 && word[0] == '@' }

// appendExpanded is expand inside of the files in open: none of them is read once more.
func appendExpanded(words, args []string, dir string, open []string) []string {
	for _, word := range args {
		if len(words) >= maxWords {
			return words
		}
		if isResponse(word) && len(open) < maxDepth && !slices.Contains(open, word) {
			if text, ok := readResponse(word[1:], dir); ok {
				words = appendExpanded(words, Split(text), dir, append(open, word))
				continue
			}
		}
		words = append(words, word)
	}
	return words
}

func readResponse(name, dir string) (string, bool) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	// What is no regular file may be read only once, and is the compiler's.
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	f, err := os.Open(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxResponse))
	return string(text), err == nil
}

// Split cuts a text into words as the compilers cut response files: at white space that is
// neither quoted nor behind a backslash. A backslash counts in both kinds of quotes.
func Split(text string) []string {
	var words []string
	var word strings.Builder
	inside, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\':
			inside = true
			if i++; i < len(text) {
				word.WriteByte(text[i])
			}
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			inside, quote = true, c
		case c == ' ' || '\t' <= c && c <= '\r':
			if inside {
				words = append(words, word.String())
				word.Reset()
				inside = false
			}
		default:
			inside = true
			word.WriteByte(c)
		}
	}
	if inside {
		words = append(words, word.String())
	}
	return words
}
