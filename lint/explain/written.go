package explain

import (
	"embed"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint/facts"
)

// symbolTexts holds what is written about symbols, in blocks such as
//
//	# __*_finite
//	is: what it is, a clause
//	do: what to do, a clause
//	why: what it does, and why musl lacks it
//	source: what to write instead
//	binary: what repairs a program that cannot be compiled anew
//	see: topics
//	in: soname of another library that has it
//	for: the words that the star stands for, where not all are meant
//	only: glibc, where only those are meant that glibc has; foreign, where no libc has them
//
// The first lines name symbols, or patterns with * and ?, for which the text stands; the one
// that spells out most holds. {*} is what the only star of a pattern stands for, {name} the
// whole symbol. source, binary, see, in, for and only may be missing. A field goes on in lines
// that are indented by two columns; what is indented by six is code.
//
// Which version of which library has a symbol is not said there: that comes from lint/facts.
//
//go:embed symbols/*.txt
var symbolTexts embed.FS

// written is one block of such texts.
type written struct {
	keys   []string
	fields map[string]string
}

// writtenIndex finds the block of a name.
type writtenIndex struct {
	exact    map[string]*written
	patterns []keyPattern // those that spell out most come first
}

type keyPattern struct {
	text   string
	prefix string // what it begins with
	of     *written
}

// newWrittenIndex reads texts of that form.
func newWrittenIndex(contents ...string) writtenIndex {
	x := writtenIndex{exact: map[string]*written{}}
	for _, content := range contents {
		for _, w := range readWritten(content) {
			for _, key := range w.keys {
				if wild := strings.IndexAny(key, "*?"); wild >= 0 {
					x.patterns = append(x.patterns, keyPattern{key, key[:wild], w})
				} else {
					x.exact[key] = w
				}
			}
		}
	}
	slices.SortStableFunc(x.patterns, func(a, b keyPattern) int { return spelled(b.text) - spelled(a.text) })
	return x
}

// writtenSymbols is read on first use: most runs of musllint explain nothing.
var writtenSymbols = sync.OnceValue(func() writtenIndex {
	var contents []string
	files, _ := symbolTexts.ReadDir("symbols")
	for _, file := range files {
		content, _ := symbolTexts.ReadFile("symbols/" + file.Name())
		contents = append(contents, string(content))
	}
	return newWrittenIndex(contents...)
})

func isPattern(key string) bool { return strings.ContainsAny(key, "*?") }

// spelled is how much a pattern spells out.
func spelled(pattern string) int { return len(pattern) - strings.Count(pattern, "*") }

// find returns the block of a name, with what the star of its pattern stands for.
func (x writtenIndex) find(symbol string) (w *written, star string, ok bool) {
	if w, ok := x.exact[symbol]; ok {
		return w, "", true
	}
	for _, p := range x.patterns {
		if star, ok := p.matches(symbol); ok {
			return p.of, star, true
		}
	}
	return nil, "", false
}

// matches reports whether a symbol fits the pattern, with what its only star stands for.
func (p keyPattern) matches(symbol string) (star string, ok bool) {
	if !strings.HasPrefix(symbol, p.prefix) {
		return "", false
	}
	if fits, _ := path.Match(p.text, symbol); !fits {
		return "", false
	}
	before, after, _ := strings.Cut(p.text, "*")
	if !isPattern(after) && !isPattern(before) {
		star = symbol[len(before) : len(symbol)-len(after)]
	}
	if allowed, limited := p.of.fields["for"]; limited && !slices.Contains(strings.Fields(allowed), star) {
		return "", false
	}
	if p.of.fields["only"] == "glibc" && !inGlibc(symbol) {
		return "", false
	}
	return star, true
}

// readWritten reads the blocks of a file.
func readWritten(content string) []*written {
	var blocks []*written
	field := ""
	for line := range strings.Lines(content) {
		line = strings.TrimRight(line, "\n")
		if keys, ok := strings.CutPrefix(line, "# "); ok {
			if field != "" || blocks == nil {
				blocks = append(blocks, &written{fields: map[string]string{}})
			}
			block := blocks[len(blocks)-1]
			block.keys = append(block.keys, strings.Fields(keys)...)
			field = ""
			continue
		}
		fields := blocks[len(blocks)-1].fields
		code, isCode := strings.CutPrefix(line, "      ")
		name, value, starts := strings.Cut(line, ": ")
		switch {
		case line == "":
			fields[field] += "\n"
		case isCode:
			fields[field] += "\n" + codeIndent + code
		case strings.HasPrefix(line, "  "):
			fields[field] += " " + line[2:]
		case starts:
			field = name
			fields[field] = value
		}
	}
	for _, w := range blocks {
		for name, text := range w.fields {
			w.fields[name] = strings.TrimRight(text, "\n")
		}
	}
	return blocks
}

// text returns a field with its placeholders filled in.
func (w *written) text(field, name, star string) string {
	return strings.NewReplacer("{*}", star, "{name}", name).Replace(w.fields[field])
}

// foreign reports whether a text is about names that no libc has.
func (w *written) foreign() bool { return w.fields["only"] == "foreign" }

// see returns the topics that belong to a text.
func (w *written) see() []string {
	if topics := w.fields["see"]; topics != "" {
		return strings.Split(topics, ", ")
	}
	return nil
}

// inGlibc reports whether any of glibc's libraries exports a symbol.
func inGlibc(symbol string) bool { return len(facts.GlibcSymbol(symbol)) > 0 }
