package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/musllint/musllint/lint/report"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

// Exit codes. They are a contract: --help prints them and scripts rely on them.
const (
	exitClean    = 0 // nothing at or above --fail-on
	exitFindings = 1
	exitBroken   = 2 // wrong usage, broken configuration or policy, unreadable input
	exitNoInput  = 3
)

// exitCode ends a command with a code and without a message.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// program is the command line as a value, so that tests can run it without a process.
type program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
}

// Main runs a command line and returns the exit code.
func (p *program) Main(args []string) int {
	app := p.app()
	args, err := arrange(app, args)
	if err == nil {
		err = app.RunContext(context.Background(), args)
	}
	return p.exit(err)
}

// exit prints what went wrong and chooses the exit code.
func (p *program) exit(err error) int {
	var code exitCode
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &code):
		return int(code)
	}
	p.complain(err)
	if errors.Is(err, run.ErrNoInput) || errors.Is(err, errNoRecords) {
		return exitNoInput
	}
	return exitBroken
}

// complain prints an error for people. The text of a diagnostic has lines of its own.
func (p *program) complain(err error) {
	// Names of files and records may have anything in them.
	lines := strings.Split(strings.TrimRight(err.Error(), "\n"), "\n")
	for i, line := range lines {
		lines[i] = report.Printable(line)
	}
	fmt.Fprintf(p.Stderr, "musllint: %s\n", strings.Join(lines, "\n"))
}

func (p *program) app() *cli.App {
	cli.FlagStringer = flagLine
	return &cli.App{
		Name:                      "musllint",
		Usage:                     "tells what breaks on musl before it is built",
		CustomAppHelpTemplate:     appHelp,
		HideHelpCommand:           true,
		HideVersion:               true,
		DisableSliceFlagSeparator: true, // a build argument may hold commas
		Compiled:                  time.Unix(0, 0),
		Reader:                    p.Stdin,
		Writer:                    p.Stdout,
		ErrWriter:                 p.Stderr,
		ExitErrHandler:            func(*cli.Context, error) {}, // Main chooses the exit code
		Commands: []*cli.Command{
			p.lintCommand(),
			p.fixCommand(),
			p.lddCommand(),
			p.checkCommand(),
			p.reportCommand(),
			p.whyCommand(),
			p.explainCommand(),
			p.rulesCommand(),
			p.policyCommand(),
			p.versionCommand(),
		},
	}
}

// command fills in what all commands have in common; codes are its exit codes.
func command(codes string, c cli.Command) *cli.Command {
	c.HideHelpCommand = true
	c.CustomHelpTemplate = commandHelp + codes + "\n"
	// cli would print the whole help before the error; the error alone is easier to find.
	c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return err }
	return &c
}

// version is set by the release build; go install and go build leave it empty.
var version string

// toolVersion returns the version of the release, of the module that was installed, or of the commit that was built.
func toolVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

func (p *program) versionCommand() *cli.Command {
	return command(versionCodes, cli.Command{
		Name:  "version",
		Usage: "print the version of musllint and the date of its facts",
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return errors.New("version takes no arguments")
			}
			_, err := fmt.Fprintf(p.Stdout, "musllint %s\nfacts %s\n", toolVersion(), run.FactsDate)
			return err
		},
	})
}
