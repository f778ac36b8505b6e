package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/buildcontext"
	"github.com/musllint/musllint/lint/landing"
	"github.com/musllint/musllint/lint/report"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

func (p *program) lintCommand() *cli.Command {
	return command(lintCodes, cli.Command{
		Name:        defaultCommand,
		Usage:       "lint Dockerfiles (the default command)",
		ArgsUsage:   "[PATH...]",
		Description: lintHelp,
		Flags:       append(lintFlags(), configFlags()...),
		Action:      p.lint,
	})
}

// lintFlags are the flags of lint alone.
func lintFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Usage: "print findings as `FORMAT`: " + strings.Join(formatNames(), ", ") + "\n" + indent + "(default: text; github under GitHub Actions)"},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write findings to `FILE` instead of standard output"},
		&cli.StringFlag{Name: "fail-on", Usage: "exit with 1 from `LEVEL` on: error, warning (default), info, never"},
		&cli.BoolFlag{Name: "exit-zero", Usage: "exit with 0 whatever is found"},
		&cli.StringSliceFlag{Name: "select", Usage: "use only these rules: `IDS`, prefixes (ML2), names, default, all"},
		&cli.StringSliceFlag{Name: "ignore", Usage: "leave these rules out: `IDS`, prefixes (ML2), names"},
		&cli.StringSliceFlag{Name: "build-arg", Usage: "set a build argument: `K=V`, or K from the environment"},
		&cli.StringFlag{Name: "target", Usage: "lint for docker build --target `STAGE`"},
		&cli.StringSliceFlag{Name: "platform", Usage: "lint for linux/`ARCH`; repeatable (default: linux/amd64)"},
		&cli.StringFlag{Name: "context", Usage: "take `DIR` for the build context (default: the folder of each Dockerfile)"},
		&cli.BoolFlag{Name: "no-context", Usage: "read no build context"},
		&cli.IntFlag{Name: "context-files", Usage: "give up a COPY that brings more than `N` files (default: 400000)", Value: buildcontext.DefaultFiles},
		&cli.IntFlag{Name: "context-natives", Usage: "judge at most `N` native files of a build context (default: 2000)", Value: landing.DefaultFiles},
		&cli.IntFlag{Name: "context-size", Usage: "open at most `MIB` of native files, archives and jars (default: 2048)", Value: landing.DefaultBytes >> 20},
		&cli.StringSliceFlag{Name: "build-context", Usage: "what a named build context is: `NAME=VALUE`"},
		&cli.StringSliceFlag{Name: "assume", Usage: "what an image is: `IMAGE=WHAT`, alpine:3.20, musl, glibc …"},
		&cli.StringFlag{Name: "stdin-filename", Usage: "call standard input `NAME` in findings", Value: run.DefaultStdinName},
		&cli.StringFlag{Name: "color", Usage: "colour the output `WHEN`: auto, always, never", Value: "auto"},
		&cli.BoolFlag{Name: "no-ignore", Usage: "pay no attention to suppression comments"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print nothing when nothing is found"},
		&cli.IntFlag{Name: "workers", Usage: "lint `N` files at a time (default: one for each processor)"},
	}
}

// indent is where the second line of a flag's usage begins.
const indent = "                               "

// configFlags say which configuration, and so which policies there are.
func configFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "config", Usage: "read the configuration from `FILE` (default: the nearest .musllint.hcl)"},
		&cli.BoolFlag{Name: "no-config", Usage: "read no configuration"},
	}
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats {
		names = append(names, f.Name)
	}
	return names
}

func (p *program) lint(c *cli.Context) error {
	format, err := p.format(c)
	if err != nil {
		return err
	}
	color, err := p.color(c)
	if err != nil {
		return err
	}
	opt, err := p.options(c)
	if err != nil {
		return err
	}
	linter, err := run.New(opt)
	if err != nil {
		return err
	}
	if output := c.String("output"); output != "" {
		inputs, err := linter.Inputs()
		if err == nil {
			err = spared(output, inputs)
		}
		if err != nil {
			return err
		}
	}
	look := report.Options{Color: color, Width: p.width()}
	r, err := linter.Lint(c.Context)
	if errors.Is(err, run.ErrNoInput) && !forPeople(format) {
		// A program that asked for a report gets one, even if there is nothing in it.
		empty := &lint.Report{Version: opt.Version, Facts: run.FactsDate}
		if err := p.print(c, format, empty, look); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if err := p.print(c, format, r, look); err != nil {
		return err
	}
	return p.verdict(c, r, linter.FailOn)
}

// forPeople tells whether a format is read by people, who see standard error beside it.
func forPeople(format string) bool { return format == "text" || format == "concise" }

// print writes a report. What could not be read is said on standard error, and not a second
// time in the formats for people; when nothing could be read, that is all there is to say.
func (p *program) print(c *cli.Context, format string, r *lint.Report, look report.Options) error {
	shown := *r
	if forPeople(format) {
		if len(r.Findings)+len(r.Artifacts) == 0 && (c.Bool("quiet") || r.Files == 0) {
			return nil
		}
		shown.Failures = nil
	}
	write, _ := report.Lookup(format)
	return p.write(c.String("output"), func(w io.Writer) error { return write(w, &shown, look) })
}

// notes says what of a build context was not looked at.
func (p *program) notes(c *cli.Context, r *lint.Report) {
	for _, n := range r.Notes {
		if !c.Bool("quiet") {
			p.complain(fmt.Errorf("note: %s: %s", n.File, n.Text))
		}
	}
}

// verdict says what could not be read and turns a report into the exit code.
func (p *program) verdict(c *cli.Context, r *lint.Report, failOn lint.Severity) error {
	p.notes(c, r)
	for _, f := range r.Failures {
		p.complain(fmt.Errorf("%s: %w%s", f.File, f.Err, p.meant(f.File)))
	}
	switch {
	case len(r.Failures) > 0:
		return exitCode(exitBroken)
	case !c.Bool("exit-zero") && run.Fails(r, failOn):
		return exitCode(exitFindings)
	}
	return nil
}

// meant suggests a command for a path that does not exist.
func (p *program) meant(path string) string {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return ""
	}
	return suggestion(path, commandNames(p.app().Commands))
}

// options collects what is to be linted and how.
func (p *program) options(c *cli.Context) (run.Options, error) {
	opt, err := settings(c)
	if err != nil {
		return opt, err
	}
	opt.Paths = c.Args().Slice()
	opt.Stdin, opt.StdinName = p.Stdin, c.String("stdin-filename")
	opt.Select, opt.Ignore = commas(c.StringSlice("select")), commas(c.StringSlice("ignore"))
	opt.Target = c.String("target")
	opt.Platforms = commas(c.StringSlice("platform"))
	opt.Assume = c.StringSlice("assume")
	opt.NoIgnore = c.Bool("no-ignore")
	opt.FailOn = c.String("fail-on")
	if opt.Workers = c.Int("workers"); opt.Workers < 1 && c.IsSet("workers") {
		return opt, fmt.Errorf("--workers %d: at least one is needed", opt.Workers)
	}
	if opt.Now, err = p.now(); err != nil {
		return opt, err
	}
	if opt.BuildArgs, err = p.buildArgs(c.StringSlice("build-arg")); err != nil {
		return opt, err
	}
	if opt.Contexts, err = pairs("--build-context", c.StringSlice("build-context")); err != nil {
		return opt, err
	}
	err = contextOptions(c, &opt)
	return opt, err
}

// contextOptions collects what is to be read of build contexts.
func contextOptions(c *cli.Context, opt *run.Options) error {
	opt.Context, opt.NoContext = c.String("context"), c.Bool("no-context")
	if opt.NoContext && opt.Context != "" {
		return errors.New("--context and --no-context exclude each other")
	}
	for _, name := range []string{"context-files", "context-natives", "context-size"} {
		if c.Int(name) < 1 {
			return fmt.Errorf("--%s %d: at least one is needed", name, c.Int(name))
		}
	}
	opt.ContextFiles, opt.ContextNatives = c.Int("context-files"), c.Int("context-natives")
	opt.ContextSize = int64(c.Int("context-size")) << 20
	return nil
}

// settings collects what configFlags say.
func settings(c *cli.Context) (run.Options, error) {
	opt := run.Options{Version: toolVersion(), ConfigFile: c.String("config"), NoConfig: c.Bool("no-config")}
	if opt.NoConfig && opt.ConfigFile != "" {
		return opt, errors.New("--config and --no-config exclude each other")
	}
	return opt, nil
}

// buildArgs reads K=V; of a K alone the value is that of the environment, as with docker.
func (p *program) buildArgs(words []string) (map[string]string, error) {
	args := map[string]string{}
	for _, w := range words {
		k, v, ok := strings.Cut(w, "=")
		if k == "" {
			return nil, fmt.Errorf("--build-arg %q: want NAME=VALUE, or a NAME from the environment", w)
		}
		if !ok {
			v = p.Getenv(k)
		}
		if ok || v != "" {
			args[k] = v
		}
	}
	return args, nil
}

func pairs(flag string, words []string) (map[string]string, error) {
	m := map[string]string{}
	for _, w := range words {
		k, v, ok := strings.Cut(w, "=")
		if !ok || k == "" {
			return nil, fmt.Errorf("%s %s: want NAME=VALUE", flag, w)
		}
		m[k] = v
	}
	return m, nil
}

// commas splits the values of a repeatable flag at their commas.
func commas(values []string) []string {
	var list []string
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				list = append(list, part)
			}
		}
	}
	return list
}

// now is the day on which suppressions are judged: SOURCE_DATE_EPOCH where builds are
// reproducible, else today.
func (p *program) now() (time.Time, error) {
	epoch := p.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		return time.Now(), nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH=%s: want seconds since 1970", epoch)
	}
	return time.Unix(seconds, 0), nil
}

// format chooses the format. Annotations are for the log of the action, not for a file.
func (p *program) format(c *cli.Context) (string, error) {
	name := c.String("format")
	if name == "" {
		name = "text"
		if p.Getenv("GITHUB_ACTIONS") == "true" && c.String("output") == "" {
			name = "github"
		}
	}
	if _, ok := report.Lookup(name); !ok {
		return "", fmt.Errorf("unknown format %q: want %s%s", name, strings.Join(formatNames(), ", "), suggestion(name, formatNames()))
	}
	return name, nil
}

// color decides about colours by the flag, then by what the environment asks for, then by
// whether anybody is looking.
func (p *program) color(c *cli.Context) (bool, error) {
	switch when := c.String("color"); {
	case when == "always":
		return true, nil
	case when == "never":
		return false, nil
	case when != "auto":
		return false, fmt.Errorf("--color %s: want auto, always or never", when)
	case p.Getenv("NO_COLOR") != "":
		return false, nil
	case p.Getenv("CLICOLOR_FORCE") != "" && p.Getenv("CLICOLOR_FORCE") != "0":
		return true, nil
	}
	return c.String("output") == "" && p.Getenv("TERM") != "dumb" && p.terminal(), nil
}

func (p *program) terminal() bool {
	f, ok := p.Stdout.(*os.File)
	return ok && isTerminal(f)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// width is the number of columns to wrap at; 0 wraps nothing. Shells export COLUMNS only
// when they are told to, which is then a wish.
func (p *program) width() int {
	n, err := strconv.Atoi(p.Getenv("COLUMNS"))
	if err != nil || n < 20 {
		return 0
	}
	return n
}
