package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/hcl/v2"
	"github.com/musllint/musllint/lint/policy/policydoc"
	"github.com/musllint/musllint/lint/policy/policyfmt"
	"github.com/musllint/musllint/lint/policy/policytest"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

func (p *program) policyCommand() *cli.Command {
	return command(policyCodes, cli.Command{
		Name:  "policy",
		Usage: "work on your own policies: test, fmt, docs",
		Description: `A policy is a pair of files: ID.hcl says what it matches and what it says, ID.txtar
explains it and holds the examples that test it. The configuration names the folders.`,
		Subcommands: []*cli.Command{
			command(testCodes, cli.Command{
				Name: "test", Usage: "run the examples of policies", ArgsUsage: "[DIR...]",
				Description: "Without DIR the folders that the configuration names are tested.",
				Flags:       configFlags(), Action: p.policyTest,
			}),
			command(fmtCodes, cli.Command{
				Name: "fmt", Usage: "bring policies into HCL's canonical form", ArgsUsage: "[DIR...]",
				Description: "Prints the files that were changed.",
				Flags: append([]cli.Flag{
					&cli.BoolFlag{Name: "check", Usage: "change nothing, exit with 1 when a file is not formatted"},
				}, configFlags()...),
				Action: p.policyFmt,
			}),
			command(plainCodes, cli.Command{
				Name: "docs", Usage: "print the page of all rules and of what policies can match, read and call",
				Flags: configFlags(), Action: p.policyDocs,
			}),
		},
		Action: func(c *cli.Context) error { return errors.New("policy needs a command: test, fmt or docs") },
	})
}

// folders are the arguments, or what the configuration names.
func folders(c *cli.Context) ([]string, error) {
	if c.Args().Present() {
		return c.Args().Slice(), nil
	}
	opt, err := settings(c)
	if err != nil {
		return nil, err
	}
	dirs, err := run.PolicyFolders(opt)
	if err == nil && len(dirs) == 0 {
		err = errors.New("no folder of policies: name one, or put policies = [\"…\"] into .musllint.hcl")
	}
	return dirs, err
}

func (p *program) policyTest(c *cli.Context) error {
	dirs, err := folders(c)
	if err != nil {
		return err
	}
	failed := 0
	err = p.write("", func(w io.Writer) error {
		for _, dir := range dirs {
			n, err := policytest.Test(w, dir)
			if err != nil {
				return err
			}
			failed += n
		}
		return nil
	})
	if _, ok := errors.AsType[hcl.Diagnostics](err); ok {
		return exitCode(exitBroken) // policytest has written it, with its places
	}
	if err != nil {
		return err
	}
	if failed > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

func (p *program) policyFmt(c *cli.Context) error {
	dirs, err := folders(c)
	if err != nil {
		return err
	}
	changed := false
	for _, dir := range dirs {
		files, err := policyfmt.Dir(dir, !c.Bool("check"))
		for _, f := range files {
			changed = true
			if _, err := fmt.Fprintln(p.Stdout, f); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	if changed && c.Bool("check") {
		return exitCode(exitFindings)
	}
	return nil
}

func (p *program) policyDocs(c *cli.Context) error {
	if c.Args().Present() {
		return errors.New("policy docs takes no arguments")
	}
	opt, err := settings(c)
	if err != nil {
		return err
	}
	linter, err := run.New(opt)
	if err != nil {
		return err
	}
	return p.write("", func(w io.Writer) error { return policydoc.Page(w, linter.Policies) })
}
