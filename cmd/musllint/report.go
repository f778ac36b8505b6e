package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/lint/report"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

// reportFlags are the flags of lint that report has, too. The others are about Dockerfiles.
var reportFlags = []string{"format", "output", "fail-on", "exit-zero", "select", "ignore", "color", "no-ignore", "quiet"}

func (p *program) reportCommand() *cli.Command {
	shared := slices.DeleteFunc(lintFlags(), func(f cli.Flag) bool { return !slices.Contains(reportFlags, f.Names()[0]) })
	return command(reportCodes, cli.Command{
		Name:      "report",
		Usage:     "print what muslcc found during a build",
		ArgsUsage: "[DIR]",
		Description: `Prints what muslcc collected in DIR or in the folder .musllint of DIR. Without DIR it is
$MUSLCC_DIR, or the nearest .musllint upwards to the folder that holds .git. It has the formats
of lint, and the rules ML4xxx (compiling) and ML5xxx (linking).

   CC=muslcc make              build, and collect
   musllint report             what musl lacks, file by file
   musllint fix                the repairs of it as a diff

What is in files that changed since they were compiled is left out; what a file outside of the
project has is one line. In a source a comment suppresses what the line below it has, or its own:

   // musllint ignore=ML4016 reason="debugging aid, not built on Alpine"`,
		Flags:  append(shared, configFlags()...),
		Action: p.report,
	})
}

func (p *program) report(c *cli.Context) error {
	format, err := p.format(c)
	if err != nil {
		return err
	}
	color, err := p.color(c)
	if err != nil {
		return err
	}
	store, err := p.store(c.Args().Slice())
	if err != nil {
		return err
	}
	opt, err := settings(c)
	if err != nil {
		return err
	}
	opt.Select, opt.Ignore = commas(c.StringSlice("select")), commas(c.StringSlice("ignore"))
	opt.NoIgnore, opt.FailOn, opt.NoContext = c.Bool("no-ignore"), c.String("fail-on"), true
	if opt.Now, err = p.now(); err != nil {
		return err
	}
	linter, err := run.New(opt)
	if err != nil {
		return err
	}
	collected, err := linter.Collected(store)
	if err != nil {
		return err
	}
	r := collected.Report
	var names []string
	for name := range r.Sources {
		names = append(names, name)
	}
	if err := spared(c.String("output"), names); err != nil {
		return err
	}
	if err := p.print(c, format, r, report.Options{Color: color, Width: p.width()}); err != nil {
		return err
	}
	if len(r.Findings) == 0 && collected.Units == 0 && len(r.Failures) == 0 && forPeople(format) && !c.Bool("quiet") {
		fmt.Fprintln(p.Stderr, "musllint: the build that muslcc watched used nothing that musl lacks")
	}
	return p.verdict(c, r, linter.FailOn)
}

// store finds the folder of records that the arguments of a command mean.
func (p *program) store(args []string) (record.Store, error) {
	if len(args) > 1 {
		return record.Store{}, errors.New("report takes one DIR")
	}
	here, err := os.Getwd()
	if err != nil {
		return record.Store{}, err
	}
	if len(args) == 0 {
		if named := p.Getenv("MUSLCC_DIR"); named != "" {
			return storeIn(named, "MUSLCC_DIR=")
		}
		dir, ok := nearestCollected(here)
		if !ok {
			return record.Store{}, fmt.Errorf("%w: there is no folder %s here or above; muslcc makes it: CC=muslcc make", errNoRecords, record.Folder)
		}
		return record.Store{Dir: dir}, nil
	}
	return storeIn(args[0], "")
}

// errNoRecords means that no build was watched by muslcc.
var errNoRecords = errors.New("nothing to report")

// storeIn finds the folder of records in a folder, or takes it for one.
func storeIn(dir, label string) (record.Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return record.Store{}, err
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return record.Store{}, fmt.Errorf("%w: %s%s: there is no such folder", errNoRecords, label, dir)
	case err != nil:
		return record.Store{}, err
	case !info.IsDir():
		return record.Store{}, fmt.Errorf("%s%s: not a folder", label, dir)
	}
	s := record.Store{Dir: abs}
	if filepath.Base(abs) == record.Folder || s.Exists() {
		return s, nil
	}
	s.Dir = filepath.Join(abs, record.Folder)
	if info, err := os.Stat(s.Dir); err != nil || !info.IsDir() {
		return record.Store{}, fmt.Errorf("%w: %s%s holds no records of muslcc", errNoRecords, label, dir)
	}
	return s, nil
}
