package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/musllint/musllint/lint/explain"
	"github.com/musllint/musllint/lint/policy"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

func (p *program) explainCommand() *cli.Command {
	return command(explainCodes, cli.Command{
		Name:      "explain",
		Usage:     "say what a rule, a topic, a symbol, a library, a header or a package is about",
		ArgsUsage: "[RULE|TOPIC|SYMBOL|SONAME|HEADER|PACKAGE]",
		Description: `RULE is an id (ML1101) or a name. TOPIC is one of the list that explain prints without
arguments, or a word or message that belongs to one. SYMBOL is a function or variable of a C
library (fcntl64), SONAME a shared library (libcrypt.so.1), HEADER what an #include names
(fts.h), PACKAGE a package with where it is from (npm:sharp, pypi:torch, gem:pg, apk:gcompat),
or its name alone.`,
		Flags:  configFlags(),
		Action: p.explain,
	})
}

func (p *program) explain(c *cli.Context) error {
	if !c.Args().Present() {
		return p.write("", printTopics)
	}
	// A message may be pasted without quotes.
	word := strings.TrimSpace(strings.Join(c.Args().Slice(), " "))
	kind, name, isPackage := strings.Cut(word, ":")
	switch {
	case word == "":
		return errors.New("explain needs a word that is not empty; without any it lists the topics")
	case isPackage && strings.TrimSpace(name) == "" && explain.IsEcosystem(kind):
		return fmt.Errorf("%s names no package: want %s:NAME", word, kind)
	}
	text, err := answer(c, word)
	if err != nil {
		return err
	}
	return p.write("", func(w io.Writer) error {
		_, err := fmt.Fprintln(w, strings.TrimRight(text, "\n"))
		return err
	})
}

// answer is the page about what was asked: the best one that there is. What needs no
// configuration comes first.
func answer(c *cli.Context, word string) (string, error) {
	if text, ok := quickAnswer(word); ok {
		return text, nil
	}
	opt, err := settings(c)
	if err != nil {
		return "", err
	}
	linter, err := run.New(opt)
	if err != nil {
		return "", err
	}
	rule, ok := linter.Policies.Lookup(word)
	if !ok {
		if pages := explain.Packages(word); len(pages) > 0 {
			return pages[0].Text() + sameName(pages[1:]), nil
		}
		target, _ := explain.Message(word)
		if text, ok := explain.Topic(target); ok {
			return text, nil
		}
		rule, ok = linter.Policies.Lookup(target)
	}
	if !ok {
		return "", fmt.Errorf("nothing is known about %q%s", word, likely(linter, word))
	}
	examples, err := linter.Policies.Examples(rule.ID)
	if err != nil {
		return "", fmt.Errorf("%s: %w", rule.ID, err)
	}
	return page(rule, examples), nil
}

// quickAnswer is a topic by its own name, then what is written about a symbol, a library, a
// header or a package, then a topic by another word, then what the tables know of a symbol.
func quickAnswer(word string) (string, bool) {
	topic, isTopic := explain.Topic(word)
	pages := explain.Pages(word)
	switch {
	case isTopic && isTopicName(word):
		pages = append(pages, explain.Packages(word)...)
	case len(pages) > 0 && (!isTopic || pages[0].Kind != explain.SymbolKind || explain.IsWritten(word)):
		return pages[0].Text() + sameName(pages[1:]), true
	case isTopic:
		pages = append(pages, explain.Packages(word)...)
	default:
		return "", false
	}
	return topic + sameName(pages), true
}

func isTopicName(word string) bool {
	return slices.ContainsFunc(explain.Topics(), func(t explain.Info) bool { return t.Name == strings.ToLower(strings.TrimSpace(word)) })
}

// sameName names other pages that a word could mean.
func sameName(pages []explain.Page) string {
	var names []string
	for _, p := range pages {
		names = append(names, fmt.Sprintf("musllint explain %s (%s)", p.Name, p.Kind))
	}
	if names == nil {
		return ""
	}
	return "\nOf the same name: " + strings.Join(names, ", ") + "\n"
}

func printTopics(w io.Writer) error {
	fmt.Fprintln(w, "Topics of musllint explain TOPIC; musllint rules lists the rules.")
	for _, t := range explain.Topics() {
		if _, err := fmt.Fprintf(w, "   %-18s %s\n", t.Name, t.Title); err != nil {
			return err
		}
	}
	return nil
}

// likely proposes topics and rules for what is neither.
func likely(linter *run.Linter, word string) string {
	near := alone(linter, strings.Fields(word))
	if kind, _, ok := strings.Cut(word, ":"); ok && explain.IsEcosystem(kind) {
		near = explain.NearPackages(word)
	} else if len(near) == 0 {
		near = nearRules(linter, word)
		if !isID(word) {
			near = append(closest(word), near...)
		}
	}
	if len(near) == 0 {
		return "; musllint explain lists the topics, musllint rules the rules"
	}
	return "; did you mean " + strings.Join(near, ", ") + "?"
}

// closest are topics and symbols that a word may be meant for, each once.
func closest(word string) []string {
	var near []string
	for _, w := range append(explain.NearSymbols(word), explain.Near(word)...) {
		if !slices.Contains(near, w) && len(near) < 3 {
			near = append(near, w)
		}
	}
	return near
}

// nearRules returns the rule whose name or id is nearest. An id is compared with its own
// hundred only: ids further away look alike and are about something else.
func nearRules(linter *run.Linter, word string) []string {
	ids, names := linter.Policies.Names()
	if isID(word) {
		if begun := beginning(ids, strings.ToUpper(word)); begun != nil {
			return begun
		}
	}
	var words []string
	for _, id := range ids {
		if !isID(word) {
			words = append(words, id, names[id])
		} else if len(id) == len(word) && strings.EqualFold(id[:len(id)-2], word[:len(word)-2]) {
			words = append(words, id)
		}
	}
	if isID(word) {
		word = strings.ToUpper(word)
	}
	if rule := run.Nearest(word, words); rule != "" || isID(word) {
		return slices.DeleteFunc([]string{rule}, func(s string) bool { return s == "" })
	}
	return aboutRules(ids, names, word)
}

// aboutRules returns the first rules that have a word, or one like it, in their names.
func aboutRules(ids []string, names map[string]string, word string) []string {
	const least = 4 // shorter words are like many
	var about []string
	for _, id := range slices.Sorted(slices.Values(ids)) {
		parts := slices.DeleteFunc(strings.Split(names[id], "-"), func(part string) bool { return len(part) < least })
		if len(word) >= least && run.Nearest(strings.ToLower(word), parts) != "" && len(about) < 3 {
			about = append(about, names[id])
		}
	}
	return about
}

// beginning returns the first ids that begin with what was typed of one.
func beginning(ids []string, typed string) []string {
	const most = 6 // more would be a list to read, not a hint
	var begun []string
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if strings.HasPrefix(id, typed) && len(begun) < most {
			begun = append(begun, id)
		}
	}
	return begun
}

// isID tells whether a word looks like the id of a rule: letters and at least three digits.
func isID(word string) bool {
	letters := strings.TrimRight(word, "0123456789")
	return letters != "" && len(word)-len(letters) >= 3 && !strings.ContainsFunc(letters, func(r rune) bool { return !unicode.IsLetter(r) })
}

// alone are those of several words that could be asked for alone.
func alone(linter *run.Linter, words []string) []string {
	var list []string
	for _, w := range words {
		_, topic := explain.Topic(w)
		_, rule := linter.Policies.Lookup(w)
		if (topic || rule) && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

func page(p *policy.Policy, examples *policy.Examples) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s %s\n\n%s\n\nName: %s. Severity: %s%s.\n", p.ID, p.Title, examples.Prose, p.Name, p.Severity, optIn(p.Rule.Default))
	for _, e := range examples.Bad {
		block(&b, "Found", e.Text)
		block(&b, "Repaired", e.Fixed)
	}
	for _, e := range examples.Good {
		block(&b, "Fine", e.Text)
	}
	if len(p.Links) > 0 {
		fmt.Fprintf(&b, "\nSee also\n\n")
	}
	for _, link := range p.Links {
		fmt.Fprintf(&b, "- %s\n", link)
	}
	return b.String()
}

func optIn(byDefault bool) string {
	if byDefault {
		return ""
	}
	return "; off unless it is selected"
}

// block shows an example, indented as Markdown has code.
func block(b *bytes.Buffer, title string, text []byte) {
	if len(text) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n\n", title)
	for line := range bytes.Lines(text) {
		fmt.Fprintf(b, "    %s\n", bytes.TrimRight(line, "\n"))
	}
}
