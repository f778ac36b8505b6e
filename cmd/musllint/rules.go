package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

// ruleFormats are the formats of the rules command, the default first.
var ruleFormats = []struct {
	name  string
	write func(io.Writer, []lint.Rule) error
}{
	{"text", rulesText},
	{"json", rulesJSON},
	{"md", rulesMarkdown},
}

func (p *program) rulesCommand() *cli.Command {
	return command(plainCodes, cli.Command{
		Name:  "rules",
		Usage: "list all rules",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Usage: "print rules as `FORMAT`: text, json or md", Value: ruleFormats[0].name},
		}, configFlags()...),
		Action: p.rules,
	})
}

func (p *program) rules(c *cli.Context) error {
	if c.Args().Present() {
		return fmt.Errorf("rules takes no arguments; for one rule: musllint explain %s", c.Args().First())
	}
	opt, err := settings(c)
	if err != nil {
		return err
	}
	var names []string
	for _, f := range ruleFormats {
		names = append(names, f.name)
		if f.name != c.String("format") {
			continue
		}
		linter, err := run.New(opt)
		if err != nil {
			return err
		}
		rules, err := linter.Rules()
		if err != nil {
			return err
		}
		return p.write("", func(w io.Writer) error { return f.write(w, rules) })
	}
	return fmt.Errorf("unknown format %q: want %s%s", c.String("format"), strings.Join(names, ", "), suggestion(c.String("format"), names))
}

func rulesText(w io.Writer, rules []lint.Rule) error {
	for _, r := range rules {
		fixable, on := "", optIn(r.Default)
		if r.Fixable {
			fixable = "; fixable"
		}
		if _, err := fmt.Fprintf(w, "%s  %-8s %s (%s%s%s)\n", r.ID, r.Severity, r.Title, r.Name, fixable, on); err != nil {
			return err
		}
	}
	return nil
}

// rulesJSON prints what scripts rely on: a list, never null.
func rulesJSON(w io.Writer, rules []lint.Rule) error {
	if rules == nil {
		rules = []lint.Rule{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(rules)
}

func rulesMarkdown(w io.Writer, rules []lint.Rule) error {
	fmt.Fprint(w, "| Id | Severity | Rule | Name | Fixable | On by default |\n|---|---|---|---|---|---|\n")
	for _, r := range rules {
		id := r.ID
		if r.URL != "" {
			id = "[" + r.ID + "](" + r.URL + ")"
		}
		title := strings.ReplaceAll(r.Title, "|", `\|`)
		if _, err := fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", id, r.Severity, title, r.Name, yesNo(r.Fixable), yesNo(r.Default)); err != nil {
			return err
		}
	}
	return nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
