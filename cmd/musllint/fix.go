package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/musllint/musllint/fix"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

const fixHelp = `Repairs what musllint finds. It prints the changes as a unified diff, which git apply and
patch -p1 take, and tells on standard error what it repairs and what it leaves. Nothing is
written without --write. Each hunk names the rules that it repairs.

   musllint fix                              show what would change
   musllint fix --write                      change it
   musllint fix --unsafe Dockerfile          also what changes the contents of the image
   musllint fix - <Dockerfile >fixed         from standard input to standard output
   musllint fix --patch changes.patch --write

A repair is kept only when its finding is gone after it and no other one came. Without a PATH
what muslcc found is repaired as well, by the records and patches of the nearest .musllint
folder; those of files that have changed since are left out. Build again after it. With --patch nothing is linted: every PATH is a patch, too, or a folder of
patches, which are applied together or not at all.`

// leftOut are flags of lint that mean nothing here, or something else.
var leftOut = []string{"format", "output", "fail-on", "exit-zero", "select", "quiet"}

func (p *program) fixCommand() *cli.Command {
	shared := slices.DeleteFunc(lintFlags(), func(f cli.Flag) bool { return slices.Contains(leftOut, f.Names()[0]) })
	return command(fixCodes, cli.Command{
		Name:        "fix",
		Usage:       "repair what lint finds: show a diff, or write it",
		ArgsUsage:   "[PATH...]",
		Description: fixHelp,
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{Name: "write", Aliases: []string{"w"}, Usage: "change the files; each is old or new at any moment"},
			&cli.BoolFlag{Name: "unsafe", Usage: "also make repairs that change what the image contains"},
			&cli.BoolFlag{Name: "check", Usage: "exit with 1 when something would change"},
			&cli.StringSliceFlag{Name: "patch", Usage: "apply `FILE`, or the patches of a folder, and lint nothing"},
			&cli.BoolFlag{Name: "reverse", Aliases: []string{"R"}, Usage: "take the patches of --patch back"},
			&cli.StringSliceFlag{Name: "select", Usage: "repair only what these rules find: `IDS`, prefixes, names"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "do not tell what is repaired and what is left"},
		}, shared, configFlags()),
		Action: p.fix,
	})
}

func (p *program) fix(c *cli.Context) error {
	color, err := p.color(c)
	if err != nil {
		return err
	}
	if c.Bool("check") && c.Bool("write") {
		return errors.New("--check and --write exclude each other")
	}
	// Whoever interrupts finds nothing half done, and no temporary file.
	ctx, stop := signal.NotifyContext(c.Context, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(c.StringSlice("patch")) > 0 {
		return interrupted(ctx, p.fixByPatch(ctx, c, color))
	}
	if c.Bool("reverse") {
		return errors.New("--reverse takes patches back and needs --patch")
	}
	opt, err := p.options(c)
	if err != nil {
		return err
	}
	f := &fixing{program: p, Context: c, color: color, options: opt}
	return interrupted(ctx, f.run(ctx))
}

// interrupted says what an interruption left, which is all as it was.
func interrupted(ctx context.Context, err error) error {
	if err != nil && err == ctx.Err() {
		return errors.New("interrupted; nothing was changed")
	}
	return err
}

// fixing is a run of fix over the files of a run of lint.
type fixing struct {
	*program
	*cli.Context
	color   bool
	options run.Options

	stdin    []byte // what stands for the path "-"
	linter   *run.Linter
	tree     *fix.Tree
	draft    *fix.Draft
	report   *lint.Report
	outcomes []fileOutcome
	records  *run.Collected // nil without any
	broken   bool           // something could not be read or written
	others   []string       // files of build contexts that fixes would change
	stale    bool           // a patch was refused
}

// fileOutcome is what became of the findings of one file.
type fileOutcome struct {
	name string
	*fix.Outcome
}

func (f *fixing) run(ctx context.Context) error {
	if err := f.prepare(); err != nil {
		return err
	}
	patches, err := f.collected()
	if err != nil {
		return err
	}
	if f.linter, err = run.New(f.options); err != nil {
		return err
	}
	if f.records, err = f.recorded(); err != nil {
		return err
	}
	f.report, err = f.linter.Lint(ctx)
	if errors.Is(err, run.ErrNoInput) && (len(patches) > 0 || f.records != nil) {
		f.report, err = &lint.Report{Sources: map[string]*lint.Source{}}, nil
	}
	if err != nil {
		return err
	}
	for _, failure := range f.report.Failures {
		f.fail(failure.File, failure.Err)
	}
	f.notes(f.Context, f.report)
	if f.tree, err = fix.OpenTree(treeFolders(f.options)...); err != nil {
		return err
	}
	defer f.tree.Close()
	f.draft = fix.NewDraft(f.tree)
	if err := f.repair(ctx); err != nil {
		return err
	}
	if err := f.repairSources(f.records); err != nil {
		return err
	}
	f.apply(patches)
	return f.finish(ctx)
}

// prepare settles what the options of lint mean here.
func (f *fixing) prepare() error {
	f.options.Chosen, f.options.Select = f.options.Select, nil
	if !slices.Contains(f.options.Paths, "-") {
		return nil
	}
	if len(f.options.Paths) > 1 {
		return errors.New(`fix takes "-" alone: the repaired text is all that it prints`)
	}
	if f.Bool("write") {
		return errors.New("--write cannot change standard input; without it the repaired text is printed")
	}
	var err error
	f.stdin, err = io.ReadAll(f.Stdin)
	f.options.Stdin = bytes.NewReader(f.stdin)
	if f.stdin == nil {
		f.stdin = []byte{}
	}
	return err
}

// treeFolders are the folders in which files may be changed: the current one, and those that
// are named outside of it.
func treeFolders(opt run.Options) []string {
	dirs := []string{"."}
	for _, path := range append(slices.Clone(opt.Paths), opt.Context) {
		if path == "-" || path == "" || filepath.IsLocal(path) {
			continue
		}
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			path = filepath.Dir(path)
		}
		if _, err := os.Stat(path); err == nil {
			dirs = append(dirs, path)
		}
	}
	return dirs
}

// fail records what could not be done for one file. The others go on.
func (f *fixing) fail(name string, err error) {
	f.broken = true
	f.complain(fmt.Errorf("%s: %w%s", name, err, f.meant(name)))
}

// repair makes the repairs of all files in the draft.
func (f *fixing) repair(ctx context.Context) error {
	repairer := &fix.Repairer{Draft: f.draft, Lint: f.relint, Hold: f.hold}
	seen := map[string]bool{} // by the name behind links
	for rest := f.report.Findings; len(rest) > 0; {
		name := rest[0].Range.File
		n := slices.IndexFunc(rest, func(x lint.Finding) bool { return x.Range.File != name })
		if n < 0 {
			n = len(rest)
		}
		findings := rest[:n]
		rest = rest[n:]
		if slices.ContainsFunc(findings, hasEdits) {
			real, err := f.take(name)
			if err != nil {
				f.fail(name, err)
				continue
			}
			if seen[real] {
				continue
			}
			seen[real] = true
			if findings, err = f.current(ctx, name, findings); errors.Is(err, errMeanwhile) {
				f.fail(name, err)
				continue
			} else if err != nil {
				return err
			}
		}
		outcome, err := repairer.Repair(ctx, name, findings)
		if err != nil {
			return err
		}
		f.outcomes = append(f.outcomes, fileOutcome{name, outcome})
	}
	return nil
}

func hasEdits(f lint.Finding) bool {
	return slices.ContainsFunc(f.Fixes, func(x lint.Fix) bool { return len(x.Edits) > 0 })
}

// current returns the findings of a file by what the draft has by now: repairs of another file
// may have changed their common build context.
func (f *fixing) current(ctx context.Context, name string, findings []lint.Finding) ([]lint.Finding, error) {
	texts := f.draft.Texts()
	stale := slices.ContainsFunc(f.others, func(other string) bool { return texts[other] != nil })
	for _, other := range elsewhere(name, findings) {
		if slices.Contains(f.others, other) {
			continue
		}
		f.others = append(f.others, other)
		if err := f.takeOther(other); err != nil {
			return nil, fmt.Errorf("%s: %w", other, err)
		}
	}
	if !stale {
		return findings, nil
	}
	texts[name] = f.report.Sources[name].Content
	verdict, err := f.relint(ctx, name, texts)
	return verdict.Findings, err
}

// takeOther is take for a file of a build context, which need not exist. One that may not be
// changed is left to those fixes that would change it.
func (f *fixing) takeOther(name string) error {
	file, err := f.tree.Read(name)
	if err != nil {
		return nil
	}
	if linted := f.report.Sources[name]; linted != nil && !bytes.Equal(file.Content, linted.Content) {
		return errMeanwhile
	}
	f.draft.Hold(name, file)
	return nil
}

// errMeanwhile is about a file that somebody changes.
var errMeanwhile = errors.New("it was changed while it was linted")

// elsewhere are the files that fixes of a file's findings would change beside it, in order.
func elsewhere(name string, findings []lint.Finding) []string {
	var names []string
	for i := range findings {
		for _, x := range findings[i].Fixes {
			for _, e := range x.Edits {
				if e.Range.File != name && !slices.Contains(names, e.Range.File) {
					names = append(names, e.Range.File)
				}
			}
		}
	}
	return names
}

// take holds in the draft what was linted, which has to be what is in the file, and returns
// the file's name behind links.
func (f *fixing) take(name string) (string, error) {
	linted := f.report.Sources[name].Content
	if f.stdin != nil {
		f.draft.Hold(name, fix.File{Content: linted})
		return name, nil
	}
	real, err := f.tree.Resolve(name)
	if err != nil {
		return "", err
	}
	file, err := f.tree.Read(name)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(file.Content, linted) {
		return "", errMeanwhile
	}
	f.draft.Hold(name, file)
	return real, nil
}

func (f *fixing) relint(_ context.Context, name string, texts map[string][]byte) (fix.Verdict, error) {
	findings, refused, err := f.linter.Texts(name, texts)
	return fix.Verdict{Findings: findings, Refused: refused}, err
}

// What a repair waits for.
const (
	waitsForSelect = "--select"
	waitsForUnsafe = "--unsafe"
	waitsForFile   = "the file itself rather than standard input"
)

// hold says what a repair waits for. What is only worth knowing breaks nothing, so that
// nobody wants the contents of the image changed for it unless they say so.
func (f *fixing) hold(finding *lint.Finding, x *lint.Fix) string {
	switch {
	case !f.selected(finding):
		return waitsForSelect
	case f.stdin != nil && slices.ContainsFunc(x.Edits, func(e lint.Edit) bool { return e.Range.File != finding.Range.File }):
		return waitsForFile
	case x.Safety == lint.Safe:
		return ""
	case finding.Severity == lint.Info && len(f.options.Chosen) == 0:
		return waitsForUnsafe + " --select " + finding.Rule
	case !f.Bool("unsafe"):
		return waitsForUnsafe
	}
	return ""
}

// selected reports whether the user is after a finding.
func (f *fixing) selected(finding *lint.Finding) bool {
	return len(f.options.Chosen) == 0 || f.linter.Chosen(finding.Rule, finding.Range.File)
}

// finish prints or writes what was drafted, tells about it and chooses the exit code.
func (f *fixing) finish(ctx context.Context) error {
	changes, err := f.changes()
	if err != nil {
		return err
	}
	if err := f.deliver(ctx, changes); err != nil {
		return err
	}
	if !f.Bool("quiet") {
		f.summary(changes)
	}
	switch {
	case f.broken:
		return exitCode(exitBroken)
	case f.stale, f.Bool("check") && len(changes) > 0:
		return exitCode(exitFindings)
	}
	return nil
}

// changes are those of the draft, under the names behind links, each once.
func (f *fixing) changes() ([]fix.Change, error) {
	changes := f.draft.Changes()
	if f.stdin != nil {
		return changes, nil
	}
	for i := range changes {
		for _, name := range []*string{&changes[i].From, &changes[i].To} {
			if *name == "" {
				continue
			}
			real, err := f.tree.Resolve(*name)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", *name, err)
			}
			*name = real
		}
	}
	seen := map[string]bool{}
	for i := range changes {
		name := changes[i].Name()
		if seen[name] {
			return nil, fmt.Errorf("%s: it is changed under two names that links give it; name one of the Dockerfiles alone", name)
		}
		seen[name] = true
	}
	return changes, nil
}

// deliver writes the changes, prints the diff, or the text that came from standard input.
func (f *fixing) deliver(ctx context.Context, changes []fix.Change) error {
	switch {
	case f.stdin != nil:
		text := f.stdin
		if len(changes) > 0 {
			text = changes[0].After.Content
		}
		return f.program.write("", func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	case f.Bool("write"):
		return f.tree.Write(ctx, changes)
	}
	return f.program.write("", func(w io.Writer) error {
		_, err := io.WriteString(w, fix.Diff(changes, f.color))
		return err
	})
}
