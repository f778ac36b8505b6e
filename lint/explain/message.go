package explain

import (
	_ "embed"
	"slices"
	"strings"
)

// messagesText has a line for every kind of message: fragments of it in lower case, in
// their order and separated by *, a tab, and the topic or rule that it belongs to. The
// first line that fits holds, so that special ones stand before general ones.
//
//go:embed messages.tsv
var messagesText string

// Message returns the topic or the id of the rule that an error message is about. The
// message may stand in other words, such as those of a log.
func Message(text string) (target string, ok bool) {
	text = fold(text)
	if topic, ok := named(text); ok {
		return topic, true
	}
	for line := range strings.Lines(messagesText) {
		pattern, target, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if fits(pattern, text) {
			return target, true
		}
	}
	return "", false
}

// fits tells whether the fragments of a pattern stand in a text one after the other.
func fits(pattern, text string) bool {
	for fragment := range strings.SplitSeq(pattern, "*") {
		_, rest, ok := strings.Cut(text, fragment)
		if !ok {
			return false
		}
		text = rest
	}
	return true
}

// named returns the topic of the symbols and files that a text names, when they belong to
// one topic. A plain word such as "search" says nothing about what a message means.
func named(text string) (topic string, ok bool) {
	for _, word := range tokens(text) {
		if !strings.ContainsAny(word, "_./") {
			continue
		}
		for _, info := range index() {
			if !slices.Contains(info.Aliases, word) {
				continue
			}
			if topic != "" && topic != info.Name {
				return "", false
			}
			topic = info.Name
		}
	}
	return topic, topic != ""
}

// tokens are the words of a message without its punctuation.
func tokens(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n:;,=()[]{}<>'\"`", r) })
	for i, w := range words {
		words[i] = strings.TrimRight(w, ".")
	}
	return words
}
