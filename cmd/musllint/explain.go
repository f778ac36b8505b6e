package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/musllint/musllint/lint/explain"
	"github.com/musllint/musllint/lint/policy"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

func (p *program) explainCommand() *cli.Command {
	return command(cli.Command{
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
	word := strings.Join(c.Args().Slice(), " ")
	text, ok := explain.Topic(word)
	if !ok {
		var err error
		if text, err = ruleText(c, word); err != nil {
			return err
		}
	}
	return p.write("", func(w io.Writer) error {
		_, err := fmt.Fprintln(w, strings.TrimRight(text, "\n"))
		return err
	})
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

// ruleText is the page of one rule: what it says of itself, then its examples.
func ruleText(c *cli.Context, word string) (string, error) {
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
		return "", fmt.Errorf("nothing is known about %q%s", word, likely(linter, word))
	}
	examples, err := linter.Policies.Examples(rule.ID)
	if err != nil {
		return "", fmt.Errorf("%s: %w", rule.ID, err)
	}
	return page(rule, examples), nil
}

// likely proposes topics and rules for a word that is neither.
func likely(linter *run.Linter, word string) string {
	near := explain.Near(word)
	_, names := linter.Policies.Names()
	var words []string
	for id, name := range names {
		words = append(words, id, name)
	}
	if rule := run.Nearest(word, words); rule != "" {
		near = append(near, rule)
	}
	if len(near) == 0 {
		return "; musllint explain lists the topics, musllint rules the rules"
	}
	return "; did you mean " + strings.Join(near, ", ") + "?"
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
