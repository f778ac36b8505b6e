package explain

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/txtar"
)

// whyTexts have a section for every kind of problem, named as messages.tsv names it:
//
//	# a title
//	key: words
//
//	What it means, in paragraphs.
//
//	? a possible cause, and how to tell; the likeliest first
//	- a change, the best first; "and" begins one that belongs to the one before
//
// The keys are those of entry.set. {name} stands for what the message names; a line that
// needs a name which the message does not give is left out, unless it is written as {name?}.
// Text in backquotes is to be typed.
//
//go:embed why/*.txtar
var whyTexts embed.FS

// entry is what is known about a kind of problem.
type entry struct {
	name    string
	title   string
	topic   string   // where musllint explain goes on
	rules   []string // that find its causes in a Dockerfile
	classes []string // names of the catalogue of failures
	when    string   // see the constants
	unless  []string // signs in a log that tell of another cause
	after   []string // entries whose consequence it is, when they stand before it
	with    []string // entries that say the same better, wherever they stand
	each    string   // name of the word that makes two problems of it; empty: it is one for a whole log
	advice  string   // name of the words about which there are pages with more
	meaning []string
	causes  []string
	changes []Change
}

// When a message means what its entry says.
const (
	always        = ""          // it is written on musl, or on Alpine, only
	unlessGlibc   = "not glibc" // elsewhere too, but likely this where nothing speaks of glibc
	onlyMusl      = "musl"      // everywhere; it means something here only on a musl system
	somethingElse = "other"     // it looks like musl and is not
)

// entries are read on first use.
var entries = sync.OnceValue(func() map[string]*entry {
	all := map[string]*entry{}
	files, err := whyTexts.ReadDir("why")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		content, err := whyTexts.ReadFile("why/" + f.Name())
		if err != nil {
			panic(err)
		}
		for _, section := range txtar.Parse(content).Files {
			e, err := parseEntry(section.Name, string(section.Data))
			if err == nil && all[e.name] != nil {
				err = fmt.Errorf("%s: twice", e.name)
			}
			if err != nil {
				panic(f.Name() + ": " + err.Error())
			}
			all[e.name] = e
		}
	}
	return all
})

// entryOf returns the entry of a name. There has to be one: a test looks at all names.
func entryOf(name string) *entry {
	e := entries()[name]
	if e == nil {
		panic("no entry " + name)
	}
	return e
}

func parseEntry(name, text string) (*entry, error) {
	e := &entry{name: name}
	blocks := strings.Split(strings.TrimSpace(text), "\n\n")
	head := strings.Split(blocks[0], "\n")
	title, ok := strings.CutPrefix(head[0], "# ")
	if !ok {
		return nil, fmt.Errorf("%s: no title", name)
	}
	e.title = title
	for _, line := range head[1:] {
		key, words, _ := strings.Cut(line, ":")
		if err := e.set(key, strings.TrimSpace(words)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, block := range blocks[1:] {
		switch block[0] {
		case '?':
			e.causes = append(e.causes, items(block, "? ")...)
		case '-':
			for _, text := range items(block, "- ") {
				text, also := strings.CutPrefix(text, "and ")
				e.changes = append(e.changes, Change{Text: strings.TrimPrefix(text, "or "), Also: also})
			}
		default:
			e.meaning = append(e.meaning, strings.Join(strings.Fields(block), " "))
		}
	}
	return e, nil
}

func (e *entry) set(key, words string) error {
	switch key {
	case "topic":
		e.topic = words
	case "rules":
		e.rules = strings.Fields(words)
	case "classes":
		e.classes = strings.Fields(words)
	case "when":
		e.when = words
		if !slices.Contains([]string{unlessGlibc, onlyMusl, somethingElse}, words) {
			return fmt.Errorf("unknown condition %q", words)
		}
	case "unless":
		e.unless = strings.Fields(words)
	case "after":
		e.after = strings.Fields(words)
	case "with":
		e.with = strings.Fields(words)
	case "advice":
		e.advice = words
	case "each":
		e.each = words
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}

// items splits a block at its bullets and joins the lines of each.
func items(block, bullet string) []string {
	var list []string
	for line := range strings.Lines(block) {
		if item, ok := strings.CutPrefix(line, bullet); ok {
			list = append(list, strings.TrimSpace(item))
		} else if len(list) > 0 {
			list[len(list)-1] += " " + strings.TrimSpace(line)
		}
	}
	return list
}
