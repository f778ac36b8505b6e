package explain

import (
	"regexp"
	"strings"
	"sync"
)

// A pattern is a message with its variable parts left open. In its text
//
//	{name}        is a word of the message that is remembered under that name, for the
//	              reader unless the name begins with _
//	{name=a|b*c}  is one of these words, * being any part of a word
//	{name=#}      is a number
//	*             is anything, or nothing
//	^ and $       are the begin and the end of the message, as first and last character
//
// and the rest stands for itself, in any case, with any kind of quotes, and not in the
// middle of a word.
type pattern struct {
	text   string
	target string
	parts  []string // what stands for itself, in lower case, in its order
	names  []string // of what is remembered

	expression func() *regexp.Regexp // compiled when it is first needed
}

const (
	openWord   = `[^\s']+?`
	lastWord   = `[^\s']+`
	partOfWord = `[^\s']*?`
	number     = `[0-9]+`
	anything   = `.*?`
	noWord     = `(?:^|[^a-z0-9_-])`
	endOfWord  = `(?:$|[^a-z0-9_])`
)

func newPattern(text, target string) *pattern {
	p := &pattern{text: text, target: target}
	for _, t := range pieces(text) {
		switch {
		case t.literal != "":
			p.parts = append(p.parts, t.literal)
		case t.name != "":
			p.names = append(p.names, t.name)
		}
		if len(t.words) == 1 && t.words[0] != "#" {
			p.parts = append(p.parts, t.chunks()...)
		}
	}
	p.expression = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression(text)) })
	return p
}

// piece is a part of a pattern's text: what stands for itself, a word with a name, or
// anything.
type piece struct {
	literal string
	name    string
	words   []string // what a word may be; nil: any
}

// chunks are the parts of the only word that may stand in a place.
func (p piece) chunks() []string {
	return strings.FieldsFunc(p.words[0], func(r rune) bool { return r == '*' })
}

// pieces splits the text of a pattern, without ^ and $.
func pieces(text string) []piece {
	text = unquoted(strings.ToLower(text))
	text = strings.TrimSuffix(strings.TrimPrefix(text, "^"), "$")
	var list []piece
	for text != "" {
		i := strings.IndexAny(text, "*{")
		if i < 0 {
			return append(list, piece{literal: text})
		}
		if i > 0 {
			list = append(list, piece{literal: text[:i]})
		}
		if text[i] == '*' {
			list = append(list, piece{})
			text = text[i+1:]
			continue
		}
		inside, rest, _ := strings.Cut(text[i+1:], "}")
		name, words, limited := strings.Cut(inside, "=")
		p := piece{name: name}
		if limited {
			p.words = strings.Split(words, "|")
		}
		list = append(list, p)
		text = rest
	}
	return list
}

// expression is a pattern as a regular expression over a line in lower case.
func expression(text string) string {
	list := pieces(text)
	var b strings.Builder
	switch first := list[0]; {
	case strings.HasPrefix(text, "^"):
		b.WriteString("^")
	case first.literal != "" && isWordByte(first.literal[0]):
		b.WriteString(noWord)
	case first.name != "":
		b.WriteString(`(?:^|[^a-z0-9_])`)
	}
	for i, p := range list {
		last := i == len(list)-1
		switch {
		case p.literal != "":
			b.WriteString(regexp.QuoteMeta(p.literal))
		case p.name == "":
			b.WriteString(anything)
		default:
			b.WriteString("(" + p.alternatives(last || list[i+1].name == "" && list[i+1].literal == "") + ")")
		}
	}
	switch final := list[len(list)-1].literal; {
	case strings.HasSuffix(text, "$"):
		b.WriteString("$")
	case final != "" && isWordByte(final[len(final)-1]):
		b.WriteString(endOfWord)
	}
	return b.String()
}

// alternatives is a word as a part of a regular expression. A word that nothing certain
// follows takes all that it can.
func (p piece) alternatives(greedy bool) string {
	switch {
	case p.words == nil && greedy:
		return lastWord
	case p.words == nil:
		return openWord
	case p.words[0] == "#":
		return number
	}
	var list []string
	for _, w := range p.words {
		w = strings.ReplaceAll(regexp.QuoteMeta(w), `\*`, partOfWord)
		if greedy {
			w = strings.TrimSuffix(w, "?")
		}
		list = append(list, w)
	}
	return strings.Join(list, "|")
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_'
}

// match looks for the message in a line and returns what it remembers of it, in the order
// of the names, and the message itself.
func (p *pattern) match(line logLine) (words []string, message string, ok bool) {
	rest := line.lower
	for _, part := range p.parts {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return nil, "", false
		}
		rest = after
	}
	at := p.expression().FindStringSubmatchIndex(line.lower)
	if at == nil {
		return nil, "", false
	}
	for i := range p.names {
		word := ""
		if from, to := at[2*i+2], at[2*i+3]; from >= 0 {
			word = line.plain[from:to]
			if bare := strings.TrimRight(word, ".,:;)"); bare != "" {
				word = bare
			}
		}
		words = append(words, word)
	}
	return words, line.plain[at[0]:at[1]], true
}
