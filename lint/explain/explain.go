// Package explain holds what musllint knows in prose: one topic for each thing that works
// differently on musl, from the symptom over the cause to the repair, and pages about single
// symbols, libraries, headers and packages, made of texts and of the tables of lint/facts.
package explain

import (
	"embed"
	"slices"
	"strings"
	"sync"
)

//go:embed topics/*.md
var topics embed.FS

// indexText has a line for every topic: its name, a tab, and its aliases between ", ".
// The lines are sorted by name, the aliases sorted and in lower case.
//
//go:embed index.tsv
var indexText string

// Info is a topic without its text.
type Info struct {
	Name    string
	Title   string   // one line
	Aliases []string // symbols, packages, options and messages in lower case, sorted
}

// index is read on first use: most runs of musllint explain nothing.
var index = sync.OnceValue(func() []Info {
	var infos []Info
	for line := range strings.Lines(indexText) {
		name, aliases, _ := strings.Cut(strings.TrimSpace(line), "\t")
		title, _, _ := strings.Cut(body(name), "\n")
		infos = append(infos, Info{
			Name:    name,
			Title:   strings.TrimPrefix(title, "# "),
			Aliases: strings.Split(aliases, ", "),
		})
	}
	return infos
})

// body returns the Markdown of a topic by its exact name, empty when there is none.
func body(name string) string {
	content, err := topics.ReadFile("topics/" + name + ".md")
	if err != nil {
		return ""
	}
	return string(content)
}

// Topics returns all topics, sorted by name. The aliases must not be changed.
func Topics() []Info { return slices.Clone(index()) }

// Topic returns the Markdown of the topic with this name or alias. Case and surrounding
// space do not matter.
func Topic(name string) (text string, ok bool) {
	word := fold(name)
	for _, info := range index() {
		if word == info.Name || slices.Contains(info.Aliases, word) {
			return body(info.Name), true
		}
	}
	return "", false
}

// fold brings what a user typed into the form of names and aliases.
func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
