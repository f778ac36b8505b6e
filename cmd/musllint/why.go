package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/explain"
	"github.com/musllint/musllint/lint/facts"
	"github.com/urfave/cli/v2"
)

const whyHelp = `Reads an error log, says what the errors in it have to do with musl, what they mean, and what
to change. FILE is a log of any size, "-" or nothing standard input. Colours, and the times and
names that Docker, Compose, Kubernetes and CI services put before each line, do not matter.

   docker logs app 2>&1 | musllint why --dockerfile Dockerfile
   docker build . 2>&1 | musllint why --dockerfile Dockerfile
   musllint why build.log

With --dockerfile it also says which line of the Dockerfile is the cause, and prints the repair
as a patch where there is one. Many messages are the same on every system: those are explained
only when the log, the Dockerfile or --on says that it is musl.`

func (p *program) whyCommand() *cli.Command {
	return command(whyCodes, cli.Command{
		Name:        "why",
		Usage:       "read an error log: what it means and what to change",
		ArgsUsage:   "[FILE|-]",
		Description: whyHelp,
		Flags:       append(whyFlags(), configFlags()...),
		Action:      p.why,
	})
}

func whyFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "dockerfile", Usage: "look for the cause in `PATH`"},
		&cli.StringFlag{Name: "on", Usage: "the log is of this `SYSTEM`: alpine:3.20, musl:1.2.5, glibc"},
		&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Usage: "print the answer as `FORMAT`: text, concise, json", Value: "text"},
		&cli.StringSliceFlag{Name: "build-arg", Usage: "of the Dockerfile: `K=V`, or K from the environment"},
		&cli.StringFlag{Name: "target", Usage: "of the Dockerfile: the log is of docker build --target `STAGE`"},
		&cli.StringFlag{Name: "color", Usage: "colour the output `WHEN`: auto, always, never", Value: "auto"},
	}
}

func (p *program) why(c *cli.Context) error {
	format := c.String("format")
	if !slices.Contains(checkFormats, format) {
		return fmt.Errorf("unknown format %q: want %s%s", format, strings.Join(checkFormats, ", "), suggestion(format, checkFormats))
	}
	color, err := p.color(c)
	if err != nil {
		return err
	}
	a := &whyAnswer{color: color, width: p.width()}
	if a.target, err = onSystem(c.String("on")); err != nil {
		return err
	}
	var file *dockerfileCauses
	if path := c.String("dockerfile"); path != "" {
		if file, err = p.causesIn(c, path); err != nil {
			return err
		}
	}
	if err := p.readLog(c, a, file); err != nil {
		return err
	}
	if file != nil {
		if a.causes, err = file.of(c.Context, a.Diagnoses); err != nil {
			return err
		}
	}
	write := a.writeText
	switch format {
	case "json":
		write = a.writeJSON
	case "concise":
		write = a.writeConcise
	}
	return p.write("", write)
}

// readLog reads the log that the command line names. The Dockerfile, if there is one, says
// what system it is from, unless --on does.
func (p *program) readLog(c *cli.Context, a *whyAnswer, file *dockerfileCauses) error {
	if c.NArg() > 1 {
		return errors.New("why takes one log; cat several into it")
	}
	in, name := p.Stdin, c.Args().First()
	if name == "" || name == "-" {
		name = "<stdin>"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return unread(name, err)
		}
		defer f.Close()
		in = f
	}
	opt := explain.WhyOptions{Target: a.target}
	if file != nil && a.target.Libc == lint.Unknown {
		opt = explain.WhyOptions{Target: file.target(), TargetAt: file.targetAt}
	}
	answer, err := explain.Why(in, opt)
	if err != nil {
		return unread(name, err)
	}
	a.log, a.Answer = name, answer
	return nil
}

// unread is the error about an input, with its name once.
func unread(name string, err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	return fmt.Errorf("cannot read %s: %w", name, err)
}

// onSystem reads what --on takes. glibc is no target of musllint's, and a log may be of it.
func onSystem(word string) (lint.Target, error) {
	switch {
	case word == "":
		return lint.Target{}, nil
	case word == string(lint.Glibc):
		return lint.Target{Libc: lint.Glibc}, nil
	case word == string(lint.Musl):
		return lint.Target{Libc: lint.Musl}, nil
	}
	target, err := facts.ParseTarget(word)
	if err != nil {
		return target, fmt.Errorf("--on %s: %w", word, err)
	}
	return target, nil
}

// whyAnswer is what is printed.
type whyAnswer struct {
	*explain.Answer
	log    string // its name
	target lint.Target
	causes *foundCauses // nil without a Dockerfile
	color  bool
	width  int
}
