package main

import (
	"bytes"
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
		Usage:     "say what a rule or a topic is about: causes, symptoms, repairs",
		ArgsUsage: "[RULE|TOPIC]",
		Description: `RULE is an id (ML1101) or a name. TOPIC is one of the list that explain prints without
arguments, or a symbol, package or message that belongs to one.`,
		Flags:  configFlags(),
		Action: p.explain,
	})
}

func (p *program) explain(c *cli.Context) error {
	if !c.Args().Present() {
		return p.write("", printTopics)
	}
	// A message may be pasted without quotes.
	text, err := answer(c, strings.Join(c.Args().Slice(), " "))
	if err != nil {
		return err
	}
	return p.write("", func(w io.Writer) error {
		_, err := fmt.Fprintln(w, strings.TrimRight(text, "\n"))
		return err
	})
}

// answer is the page about what was asked: a topic, a rule, or what an error message
// belongs to.
func answer(c *cli.Context, word string) (string, error) {
	if text, ok := explain.Topic(word); ok {
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
	if len(near) == 0 {
		near = nearRules(linter, word)
		if !isID(word) {
			near = append(explain.Near(word), near...)
		}
	}
	if len(near) == 0 {
		return "; musllint explain lists the topics, musllint rules the rules"
	}
	return "; did you mean " + strings.Join(near, ", ") + "?"
}

// nearRules returns the rule whose name or id is nearest. An id is compared with its own
// hundred only: ids further away look alike and are about something else.
func nearRules(linter *run.Linter, word string) []string {
	ids, names := linter.Policies.Names()
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
	if rule := run.Nearest(word, words); rule != "" {
		return []string{rule}
	}
	return nil
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
		block(&b, "Found", e.Dockerfile)
		block(&b, "Repaired", e.Fixed)
	}
	for _, e := range examples.Good {
		block(&b, "Fine", e.Dockerfile)
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
