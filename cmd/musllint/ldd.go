package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
	"github.com/urfave/cli/v2"
)

func (p *program) lddCommand() *cli.Command {
	return command(lddCodes, cli.Command{
		Name:      "ldd",
		Usage:     "print what ldd prints on a musl system, from the files alone",
		ArgsUsage: "FILE...",
		Description: `Replays musl's dynamic loader: what it finds, and the error lines that it prints. TARGET is
alpine:RELEASE or musl:VERSION, with /ARCH behind it if it is not to be the file's own
architecture. Lines are sorted and unique, and addresses are left out.

Only the named files are read, the folders of --library-path, and what lies beside a file by
way of $ORIGIN. With --root DIR, FILE is a path inside of DIR, and libraries are searched in
it as after a chroot.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "on", Usage: "the `TARGET`: alpine:3.20, alpine:edge, musl:1.2.5, alpine:3.20/arm64\n" + indent + "(default: the newest Alpine)"},
			&cli.StringFlag{Name: "library-path", Usage: "search libraries in `PATH` first, as LD_LIBRARY_PATH does"},
			&cli.StringFlag{Name: "root", Usage: "take `DIR` for the root of the file system"},
			&cli.StringSliceFlag{Name: "preload", Usage: "load `FILE` before all others, as LD_PRELOAD does"},
			&cli.StringFlag{Name: "ldso", Usage: "the `PATH` that the loader was called by, which it prints when\n" + indent + "a file names no loader (default: /lib/ld-musl-ARCH.so.1)"},
			&cli.BoolFlag{Name: "verbatim", Usage: "keep the order and the repetitions of the loader"},
			&cli.IntFlag{Name: "workers", Usage: "read `N` files at a time (default: one for each processor)"},
		},
		Action: p.ldd,
	})
}

// lddJob is one file and what is printed about it.
type lddJob struct {
	path      string
	out, diag bytes.Buffer
	code      int
	err       error
}

func (p *program) ldd(c *cli.Context) error {
	paths := c.Args().Slice()
	if len(paths) == 0 {
		return errors.New("ldd needs a FILE")
	}
	target, err := targetFlag(c)
	if err != nil {
		return err
	}
	opt := loader.Options{
		LibraryPath: c.String("library-path"), Preload: c.StringSlice("preload"),
		Caller: c.String("ldso"), Verbatim: c.Bool("verbatim"),
	}
	jobs := make([]lddJob, len(paths))
	for i, path := range paths {
		jobs[i].path = path
	}
	workers := c.Int("workers")
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	if err := lddAll(jobs, target, c.String("root"), opt, min(workers, len(jobs))); err != nil {
		return err
	}
	return p.printLdd(jobs)
}

// targetFlag is the system that --on names.
func targetFlag(c *cli.Context) (lint.Target, error) {
	name := c.String("on")
	if name == "" {
		name = "alpine:" + facts.Newest()
	}
	return facts.ParseTarget(name)
}

// lddAll works through the jobs with several workers, each with files of its own.
func lddAll(jobs []lddJob, target lint.Target, root string, opt loader.Options, workers int) error {
	var next atomic.Int64
	errs := make(chan error, workers)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			files, name, err := lddFiles(root, opt.LibraryPath)
			if err != nil {
				errs <- err
				return
			}
			defer files.Close()
			for i := next.Add(1) - 1; i < int64(len(jobs)); i = next.Add(1) - 1 {
				jobs[i].run(files, name(jobs[i].path), target, opt)
			}
		})
	}
	wait.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// closableFiles is a loader.Files that holds files open.
type closableFiles interface {
	loader.Files
	Close() error
}

// lddFiles returns the files that a replay sees, and how a path of the user is called there.
func lddFiles(root, libraryPath string) (closableFiles, func(string) string, error) {
	if root == "" {
		return &loader.Host{Folders: filepath.SplitList(libraryPath)}, filepath.ToSlash, nil
	}
	files, err := loader.OpenRoot(root)
	if err != nil {
		return nil, nil, fmt.Errorf("--root %s: %w", root, errors.Unwrap(err))
	}
	return files, func(path string) string { return insideRoot(root, path) }, nil
}

// insideRoot returns the path inside of root of a file that may be named from outside.
func insideRoot(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
		return "/" + filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}

func (j *lddJob) run(files loader.Files, path string, target lint.Target, opt loader.Options) {
	if target.Arch == "" {
		program, err := files.Open(path, loader.Program)
		if err != nil {
			j.err = err
			return
		}
		o := &opened{files, program}
		defer o.close()
		if target.Arch, j.err = archOf(program); j.err != nil {
			return
		}
		files = o
	}
	system, err := loader.New(target)
	if err != nil {
		j.err = err
		return
	}
	r, err := system.List(files, path, opt)
	if err != nil {
		j.err = err
		return
	}
	defer r.Close()
	j.code = r.ExitCode()
	if r.Fault != nil {
		j.err = fmt.Errorf("the loader itself would crash: %w", r.Fault)
	}
	r.Write(&j.out, &j.diag, opt.Verbatim)
}

// opened is files of which the program is open already.
type opened struct {
	loader.Files
	program *loader.Source
}

// Open implements loader.Files.
func (o *opened) Open(path string, way loader.Way) (*loader.Source, error) {
	if s := o.program; s != nil && way == loader.Program {
		o.program = nil
		return s, nil
	}
	return o.Files.Open(path, way)
}

// close closes a program that nobody took.
func (o *opened) close() {
	if s := o.program; s != nil && s.Close != nil && !s.Keep {
		s.Close()
	}
}

// archOf is the architecture that a file was made for.
func archOf(s *loader.Source) (string, error) {
	if s.Dir {
		return "", errors.New("is a folder")
	}
	head := make([]byte, elf.IdentSize)
	n := 0
	err := loader.Guard(func() (err error) {
		n, err = s.Reader.ReadAt(head, 0)
		return err
	})
	if err != nil && err != io.EOF {
		return "", err
	}
	id, err := elf.Identify(head[:n])
	if err != nil {
		return "", fmt.Errorf("%w; name the architecture in --on TARGET/ARCH to have it judged all the same", err)
	}
	arch := loader.ArchOf(id.Machine, id.Layout)
	if arch == "" {
		return "", fmt.Errorf("it was made for a processor (e_machine %d) that no Alpine runs on", id.Machine)
	}
	return arch, nil
}

// printLdd prints what was found about each file, with its name above it when there are
// several, and returns the highest exit code. On a terminal the errors of a file stand
// below what was found of it.
func (p *program) printLdd(jobs []lddJob) error {
	out, diag := bufio.NewWriterSize(p.Stdout, 1<<16), bufio.NewWriterSize(p.Stderr, 1<<16)
	together := p.terminal()
	highest, broken := 0, false
	for i := range jobs {
		j := &jobs[i]
		if len(jobs) > 1 && j.out.Len() > 0 {
			fmt.Fprintf(out, "%s:\n", j.path)
		}
		out.Write(j.out.Bytes())
		if together {
			out.Flush()
		}
		diag.Write(j.diag.Bytes())
		if j.err != nil {
			fmt.Fprintf(diag, "musllint: %s: %v\n", j.path, plainError(j.err, j.path))
			broken = broken || j.code == 0
		}
		if together {
			diag.Flush()
		}
		highest = max(highest, j.code)
	}
	if err := errors.Join(out.Flush(), diag.Flush()); err != nil {
		return err
	}
	if broken {
		return exitCode(exitBroken)
	}
	if highest != 0 {
		return exitCode(highest)
	}
	return nil
}

// plainError drops the operation and the path of an error, which stand before it already.
func plainError(err error, path string) error {
	var at *os.PathError
	if errors.As(err, &at) && (at.Path == path || strings.HasSuffix(path, at.Path)) {
		return at.Err
	}
	return err
}
