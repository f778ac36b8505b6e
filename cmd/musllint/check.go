package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/artifact"
	"github.com/musllint/musllint/lint/explain"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/judge"
	"github.com/musllint/musllint/lint/report"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

// checkFormats are the formats of check and of why.
var checkFormats = []string{"text", "concise", "json"}

func (p *program) checkCommand() *cli.Command {
	return command(checkCodes, cli.Command{
		Name:      "check",
		Usage:     "say whether native files run on a musl system, and what repairs them",
		ArgsUsage: "PATH...",
		Description: `Judges programs, shared libraries, plugins, object files and static libraries: files, folders,
and what is in wheels, jars, packages and archives. Each is loaded by a replay of musl's
loader, with the packages that a bare image of that Alpine release has; what repairs it is
tried out in the same way. TARGET is alpine:RELEASE or musl:VERSION, with /ARCH behind it if
it is not to be the file's own architecture.

Files of one folder or container see each other at their places, as with $ORIGIN. With --root
DIR, a PATH leads into DIR or is one inside of DIR, and libraries are searched in DIR as after a
chroot.

What fails is an error; what is not certain is a warning, and by itself no reason to stop a
build: unlike musllint lint, check exits with 1 from error on, unless --fail-on says so.`,
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "on", Usage: "the `TARGET`: alpine:3.20, alpine:edge, musl:1.2.5, alpine:3.20/arm64;\n" + indent + "repeatable (default: the newest Alpine)"},
			&cli.StringSliceFlag{Name: "with", Usage: "take an apk `PACKAGE` for installed; repeatable"},
			&cli.StringFlag{Name: "library-path", Usage: "search libraries in `PATH` first, as LD_LIBRARY_PATH does"},
			&cli.StringSliceFlag{Name: "preload", Usage: "load `FILE` before all others, as LD_PRELOAD does"},
			&cli.StringFlag{Name: "root", Usage: "take `DIR` for the root of the file system: what it has not is not there"},
			&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Usage: "print verdicts as `FORMAT`: " + strings.Join(checkFormats, ", "), Value: "text"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write verdicts to `FILE` instead of standard output"},
			&cli.StringFlag{Name: "fail-on", Usage: "exit with 1 from `LEVEL` on: error (default: something fails),\n" + indent + "warning (or is not certain), info (or has a build for musl beside\n" + indent + "it that runs), never", Value: "error"},
			&cli.BoolFlag{Name: "exit-zero", Usage: "exit with 0 whatever is found"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print nothing when everything runs"},
			&cli.BoolFlag{Name: "all", Usage: "cut no list short"},
			&cli.StringFlag{Name: "color", Usage: "colour the output `WHEN`: auto, always, never", Value: "auto"},
			&cli.IntFlag{Name: "workers", Usage: "judge `N` files at a time (default: one for each processor)"},
		},
		Action: p.check,
	})
}

func (p *program) check(c *cli.Context) error {
	paths := c.Args().Slice()
	if len(paths) == 0 {
		return errors.New("check needs a PATH")
	}
	format := c.String("format")
	if !slices.Contains(checkFormats, format) {
		return fmt.Errorf("unknown format %q: want %s%s", format, strings.Join(checkFormats, ", "), suggestion(format, checkFormats))
	}
	color, err := p.color(c)
	if err != nil {
		return err
	}
	failOn, err := failLevel(c.String("fail-on"))
	if err != nil {
		return err
	}
	scans, err := scansOf(c)
	if err != nil {
		return err
	}
	for _, name := range commas(c.StringSlice("with")) {
		if !facts.KnowsPackage(name) {
			fmt.Fprintf(p.Stderr, "musllint: --with %s: a package of that name is not known here: what it has is not taken into account\n", name)
		}
	}
	r := &lint.Report{Version: toolVersion(), Facts: run.FactsDate}
	for i, scan := range scans {
		stop := p.progress(scan)
		found, err := scan.Run(c.Context, paths)
		stop()
		if err != nil {
			return err
		}
		r.Artifacts = append(r.Artifacts, found.Artifacts...)
		if i == 0 {
			r.Files = len(found.Artifacts)
			r.Failures = found.Failures
		}
	}
	explained(r.Artifacts)
	if c.Bool("exit-zero") {
		failOn = never
	}
	silent := len(r.Artifacts) == 0 || c.Bool("quiet") && !worst(r.Artifacts).found
	if !silent || !forPeople(format) {
		if err := p.print(c, format, r, report.Options{Color: color, Width: p.width(), All: c.Bool("all")}); err != nil {
			return err
		}
	}
	return p.checked(r, failOn)
}

// never is a level that no artifact reaches.
const never = lint.Error + 1

// failLevel reads --fail-on.
func failLevel(name string) (lint.Severity, error) {
	switch name {
	case "never":
		return never, nil
	case "error", "warning", "info":
		return lint.ParseSeverity(name)
	}
	return 0, fmt.Errorf("--fail-on %s: want error, warning, info or never", name)
}

// level is how bad artifacts are.
type level struct {
	severity lint.Severity
	found    bool // something is bad at all
}

func worst(artifacts []lint.Artifact) level {
	var l level
	for i := range artifacts {
		if s, bad := artifacts[i].Severity(); bad && (!l.found || s > l.severity) {
			l = level{s, true}
		}
	}
	return l
}

// scansOf returns a scan for each target.
func scansOf(c *cli.Context) ([]*judge.Scan, error) {
	names := commas(c.StringSlice("on"))
	if len(names) == 0 {
		names = []string{"alpine:" + facts.Newest()}
	}
	var scans []*judge.Scan
	for _, name := range names {
		t, err := facts.ParseTarget(name)
		if err != nil {
			return nil, err
		}
		env := judge.Environment{
			Target: t, Has: judge.With(t, commas(c.StringSlice("with"))), Preload: c.StringSlice("preload"),
			LibraryPath: c.String("library-path"), Complete: c.String("root") != "",
		}
		scans = append(scans, &judge.Scan{Env: env, Root: c.String("root"), Workers: c.Int("workers")})
	}
	return scans, nil
}

// explained adds what is known of missing symbols.
func explained(artifacts []lint.Artifact) {
	known := map[string]string{}
	for i := range artifacts {
		symbols := artifacts[i].MissingSymbols
		for k := range symbols {
			why, seen := known[symbols[k].Name]
			if !seen {
				if page, ok := explain.Symbol(symbols[k].Name); ok {
					why = page.Is
				}
				known[symbols[k].Name] = why
			}
			symbols[k].Why = why
		}
	}
}

// checked says what could not be read and chooses the exit code.
func (p *program) checked(r *lint.Report, failOn lint.Severity) error {
	unread := false
	for _, f := range r.Failures {
		p.complain(fmt.Errorf("%s: %w", f.File, plainError(f.Err, f.File)))
		unread = unread || !errors.Is(f.Err, artifact.ErrUnrecognized)
	}
	if unread {
		return exitCode(exitBroken)
	}
	if len(r.Artifacts) == 0 {
		if len(r.Failures) == 0 {
			p.complain(errors.New("no native files found: neither programs, libraries nor object files"))
		}
		return exitCode(exitNoInput)
	}
	if w := worst(r.Artifacts); w.found && w.severity >= failOn {
		return exitCode(exitFindings)
	}
	return nil
}

// slow is after what time progress is shown, and how often.
const (
	slow  = time.Second
	often = 200 * time.Millisecond
)

// progress shows on a terminal how many files were judged, when that takes long. The function
// that it returns ends it and wipes it out.
func (p *program) progress(scan *judge.Scan) (stop func()) {
	f, ok := p.Stderr.(*os.File)
	if !ok || !isTerminal(f) {
		return func() {}
	}
	var mu sync.Mutex
	start, last := time.Now(), time.Time{}
	scan.Judged = func(n int) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(start) > slow && now.Sub(last) > often {
			last = now
			fmt.Fprintf(f, "\r%d files judged", n)
		}
	}
	return func() {
		if !last.IsZero() {
			io.WriteString(f, "\r\x1b[K")
		}
	}
}
