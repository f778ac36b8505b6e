package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/fix"
	"github.com/urfave/cli/v2"
)

// patchEndings are those of the files of a folder that are patches.
var patchEndings = []string{".patch", ".diff"}

// fixByPatch applies patches, all or none.
func (p *program) fixByPatch(ctx context.Context, c *cli.Context, color bool) error {
	for _, name := range []string{"unsafe", "select", "ignore"} {
		if c.IsSet(name) {
			return fmt.Errorf("--%s is about what lint finds, and with --patch nothing is linted", name)
		}
	}
	patches, err := p.readPatches(slices.Concat(c.StringSlice("patch"), c.Args().Slice()))
	if err != nil {
		return err
	}
	if c.Bool("reverse") {
		slices.Reverse(patches)
		for i := range patches {
			if patches[i], err = patches[i].Reverse(); err != nil {
				return err
			}
		}
	}
	f := &fixing{program: p, Context: c, color: color}
	if f.tree, err = fix.OpenTree("."); err != nil {
		return err
	}
	defer f.tree.Close()
	f.draft = fix.NewDraft(f.tree)
	for _, patch := range patches {
		err := f.draft.Apply(patch)
		if _, ok := errors.AsType[fix.Conflicts](err); ok {
			f.complain(err)
			f.complain(errors.New(nothingChanged(f.draft, patch, c.Bool("reverse"))))
			return exitCode(exitFindings)
		}
		if err != nil {
			return err
		}
	}
	return f.finish(ctx)
}

// nothingChanged ends the message about a patch that does not fit.
func nothingChanged(d *fix.Draft, p *fix.Patch, reverse bool) string {
	text := "nothing was changed"
	if d.Has(p) && reverse {
		text += ": " + p.Name + " is not applied"
	} else if d.Has(p) {
		text += ": " + p.Name + " is applied already, and --reverse would take it back"
	}
	return text
}

// readPatches reads files, the patches of folders and "-", standard input.
func (p *program) readPatches(names []string) ([]*fix.Patch, error) {
	var list []*fix.Patch
	for _, name := range names {
		files := []string{name}
		if info, err := os.Stat(name); err == nil && info.IsDir() && name != "-" {
			if files, err = patchFiles(name); err != nil {
				return nil, err
			}
			if len(files) == 0 {
				return nil, fmt.Errorf("%s holds no *.patch and no *.diff", name)
			}
		}
		for _, file := range files {
			patch, err := p.readPatch(file)
			if err != nil {
				return nil, err
			}
			list = append(list, patch)
		}
	}
	return list, nil
}

// patchFiles are the patches of a folder, sorted by name.
func patchFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if slices.Contains(patchEndings, filepath.Ext(e.Name())) && e.Type().IsRegular() {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}

func (p *program) readPatch(name string) (*fix.Patch, error) {
	in, shown := p.Stdin, "<stdin>"
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, unread(name, err)
		}
		defer f.Close()
		in, shown = f, filepath.ToSlash(name)
	}
	text, err := io.ReadAll(io.LimitReader(in, fix.MaxPatch+1))
	if err != nil {
		return nil, unread(shown, err)
	}
	return fix.ReadPatch(shown, text)
}

// collected reads the patches of the nearest folder that muslcc collects in, when no path is
// named.
func (f *fixing) collected() ([]*fix.Patch, error) {
	if len(f.options.Paths) > 0 {
		return nil, nil
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	dir, ok := nearestCollected(here)
	if !ok {
		return nil, nil
	}
	files, err := patchFiles(dir)
	if err != nil {
		return nil, err
	}
	below, err := filepath.Rel(filepath.Dir(dir), here)
	if err != nil {
		return nil, err
	}
	var list []*fix.Patch
	for _, file := range files {
		patch, err := f.readPatch(file)
		if err != nil {
			f.broken = true
			f.complain(err)
			continue
		}
		inside, ok := patch.Within(filepath.ToSlash(below))
		if !ok {
			f.complain(fmt.Errorf("note: %s is left out: it is also about files outside of this folder; run musllint fix in %s", patch.Name, filepath.Dir(dir)))
			continue
		}
		list = append(list, inside)
	}
	return list, nil
}

// nearestCollected finds the folder upwards, not beyond the one that holds .git.
func nearestCollected(dir string) (string, bool) {
	for {
		path := filepath.Join(dir, record.Folder)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return path, true
		}
		parent := filepath.Dir(dir)
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || parent == dir {
			return "", false
		}
		dir = parent
	}
}

// apply makes the changes of collected patches in the draft. Each is refused or applied for
// itself.
func (f *fixing) apply(patches []*fix.Patch) {
	for _, patch := range patches {
		_, err := f.draft.ApplyFresh(patch)
		if _, conflict := errors.AsType[fix.Conflicts](err); conflict || errors.Is(err, fix.ErrStale) || errors.Is(err, os.ErrNotExist) {
			f.stale = true
		} else if err != nil {
			f.broken = true
		}
		if err != nil {
			f.complain(err)
		}
	}
}
