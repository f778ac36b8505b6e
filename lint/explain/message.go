package explain

import (
	_ "embed"
	"slices"
	"strings"
)

// messagesText has a line for every kind of message. Its beginning says how.
//
//go:embed messages.tsv
var messagesText string

// Message returns the topic or the id of the rule that an error message is about. The
// message may stand in other words, such as those of a log.
func Message(text string) (target string, ok bool) {
	if topic, ok := named(fold(text)); ok {
		return topic, true
	}
	line := readLine([]byte(text))
	for _, p := range messages().finder.patterns {
		words, found, ok := p.match(line)
		if !ok || strings.HasPrefix(p.target, signMark) {
			continue
		}
		w := newInvestigation(messages())
		if !w.accept(p, message{line: line, number: 1, text: found, names: p.names, words: words, own: len(words)}) {
			if entries()[p.target] == nil && judges[p.target] == nil && p.target != stepTarget {
				return p.target, true
			}
			continue
		}
		w.loader.judge(w)
		for _, d := range w.diagnoses {
			if target := d.entry.target(p); target != "" {
				return target, true
			}
		}
	}
	return "", false
}

// target is where musllint explain goes on about an entry that a pattern led to.
func (e *entry) target(p *pattern) string {
	switch {
	case p.target == symbolMissing && e.topic == "loader":
		return "symbols" // who asks about one symbol wants to know of symbols
	case e.topic != "":
		return e.topic
	case len(e.rules) > 0:
		return e.rules[0]
	}
	return ""
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
