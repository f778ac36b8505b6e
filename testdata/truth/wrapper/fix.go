package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/lint"
)

// fixed lets musllint repair the sources in place, since what it has are absolute paths, judges
// all units again, makes the project again on the host, and puts the sources back. What it
// changed stays in fix.diff, the repaired tree in the folder fixed.
func (p *project) fixed(all []unit, before []*verdict, state string, records []record.Unit) (err error) {
	if p.musllint == "" {
		return errors.New("-fix needs -musllint")
	}
	build, kept := p.path("build"), p.path("build.before")
	for _, name := range []string{"fixed", "cache.fixed", "cache.installed", "cache.configured"} {
		if err := os.RemoveAll(p.path(name)); err != nil {
			return err
		}
	}
	if _, err := os.Stat(kept); err == nil {
		return fmt.Errorf("%s is left over: put it back as %s", kept, build)
	}
	if err := copyTree(build, kept); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, os.Rename(build, p.path("fixed")), os.Rename(kept, build))
	}()
	text, err := p.repair(build, state)
	if err != nil {
		return err
	}
	for range p.rounds - 1 { // what stood behind other errors
		var left []unit
		for i, u := range all {
			if !before[i].Broken && len(before[i].Errors) > 0 {
				left = append(left, u)
			}
		}
		if state, err = p.rejudged(left, nil); err != nil {
			return err
		}
		more, err := readState(state)
		if err != nil {
			return err
		}
		records = more
		said, err := p.repair(build, state)
		if err != nil {
			return err
		}
		text += said
	}
	if err := os.WriteFile(p.path("fix.log"), []byte(text), 0o666); err != nil {
		return err
	}
	diff, _ := exec.Command("diff", "-ruN", "--no-dereference", "--exclude=.musllint", kept, build).Output()
	if err := os.WriteFile(p.path("fix.diff"), diff, 0o666); err != nil {
		return err
	}
	changed := strings.Count(string(diff), "\ndiff -ruN ")
	if len(diff) > 0 {
		changed++
	}

	if err := copyTree(p.path("cache"), p.path("cache.fixed")); err != nil {
		return err
	}
	repaired := &project{machine: p.machine, name: p.name, recipe: p.recipe, dir: p.dir, cacheDir: "cache.fixed"}
	after, err := repaired.judgeAll(all)
	if err != nil {
		return err
	}
	installed := &project{machine: p.machine, name: p.name, dir: p.dir, cacheDir: "cache.installed", installed: p.named(text)}
	configured := configuredNames(records)
	failed, compiles, helped, worse, broken := 0, 0, 0, 0, 0
	var asked []int                   // units that fail only by what was configured on glibc
	if len(installed.installed) > 0 { // what the loop below asks for one by one
		var left []unit
		for i, u := range all {
			if !before[i].Broken && len(before[i].Errors) > 0 && len(after[i].Errors) > 0 {
				left = append(left, u)
			}
		}
		if _, err := installed.judgeAll(left); err != nil {
			return err
		}
	}
	for i, u := range all {
		if before[i].Broken {
			continue
		}
		failing := len(before[i].Errors) > 0
		if failing {
			failed++
		}
		hostFails := false
		if !sameFiles(before[i], after[i]) {
			text, err := u.run(realCompiler(u.name()), append([]string{"-fsyntax-only"}, strictly(u.cxx)...))
			hostFails = err != nil && !before[i].HostFails
			if hostFails {
				broken++
				fmt.Printf("  breaks on the host %s: %s\n", p.short(u.source), firstError(u.Dir, text))
			}
		}
		switch {
		case failing && len(after[i].Errors) == 0 && !hostFails:
			compiles++
		case !failing && len(after[i].Errors) > 0:
			worse++
			fmt.Printf("  worse %s:%d: %s\n", p.short(after[i].Errors[0].File), after[i].Errors[0].Line, after[i].Errors[0].Message)
		case failing && len(after[i].Errors) > 0:
			left := after[i]
			if len(installed.installed) > 0 {
				if left, err = installed.judge(u); err != nil {
					return err
				}
			}
			mark := "still"
			switch {
			case len(left.Errors) == 0:
				helped++
				continue
			case left.areOf(configured[u.source]):
				asked = append(asked, i)
				mark = "configured"
			}
			if p.verbose {
				e := left.Errors[0]
				fmt.Printf("  %s %s:%d: %s (%s)\n", mark, p.short(e.File), e.Line, e.Message, p.short(u.source))
			}
		}
	}
	makes := "passes"
	if err := repaired.remake(); err != nil {
		makes = fmt.Sprintf("fails (%s)", p.path("remake.log"))
		if text, err := os.ReadFile(p.path("build.log")); err == nil && strings.Contains(string(text), "\nmake: *** ") {
			makes = "fails as before"
		}
	}
	settled, err := installed.reconfigured(all, asked, records)
	if err != nil {
		return err
	}
	fmt.Printf("%-12s fixed: %d files changed, of %d units that failed %d compile (%s), %d with packages (%s), %d fail (%d by config.h, of which %d compile without), %d worse, %d broken on the host, make on the host %s\n",
		p.name, changed, failed, compiles, share(compiles, failed), compiles+helped, share(compiles+helped, failed), failed-compiles-helped, len(asked), settled, worse, broken, makes)
	return nil
}

// reconfigured takes the macros that findings depend on out of the configured headers and of the
// commands, as a configure script on musl leaves them out, and counts which units compile then.
func (p *project) reconfigured(all []unit, asked []int, records []record.Unit) (int, error) {
	guards := map[string]bool{}
	for _, unit := range records {
		for _, u := range unit.Uses {
			if u.Guard != "" {
				guards[u.Guard] = true
			}
		}
	}
	if len(asked) == 0 {
		return 0, nil
	}
	before := map[string][]byte{}
	defer func() {
		for path, text := range before {
			os.WriteFile(path, text, 0o666)
		}
	}()
	err := filepath.WalkDir(p.path("build"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !strings.HasSuffix(path, ".h") || !strings.Contains(filepath.Base(path), "conf") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		without := definition.ReplaceAllFunc(text, func(line []byte) []byte {
			name := string(definition.FindSubmatch(line)[1])
			function := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(name, "HAVE_"), "DECL_"))
			if guards[name] || strings.HasPrefix(name, "HAVE_") && p.glibc[function] && !p.muslFuncs[function] {
				return nil
			}
			return line
		})
		if len(without) == len(text) {
			return nil
		}
		before[path] = text
		return os.WriteFile(path, without, 0o666)
	})
	if err != nil {
		return 0, err
	}
	again := &project{machine: p.machine, name: p.name, dir: p.dir, cacheDir: "cache.configured", installed: p.installed}
	count := 0
	for _, i := range asked {
		u := all[i]
		u.flags = slices.DeleteFunc(slices.Clone(u.flags), func(flag string) bool {
			name, _, _ := strings.Cut(strings.TrimPrefix(flag, "-D"), "=")
			return strings.HasPrefix(flag, "-D") && guards[name]
		})
		v, err := again.judge(u)
		if err != nil {
			return 0, err
		}
		if len(v.Errors) == 0 {
			count++
		} else if p.verbose {
			e := v.Errors[0]
			fmt.Printf("  without %s:%d: %s (%s)\n", p.short(e.File), e.Line, e.Message, p.short(u.source))
		}
	}
	return count, nil
}

var definition = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*define[ \t]+(\w+)\b.*$`)

// repair lets musllint repair the sources, and returns what it says.
func (p *project) repair(build, state string) (string, error) {
	link := filepath.Join(build, ".musllint")
	os.RemoveAll(link)
	if err := os.Symlink(state, link); err != nil {
		return "", err
	}
	cmd := exec.Command(p.musllint, "fix", "--write")
	if p.unsafe {
		cmd.Args = append(cmd.Args, "--unsafe")
	}
	cmd.Dir = build
	cmd.Env = append(os.Environ(), "MUSLCC_DIR="+state, "MUSLCC_ON="+p.on)
	text, err := cmd.CombinedOutput()
	// 1 says that something is left to do.
	if err != nil && cmd.ProcessState.ExitCode() != 1 {
		return "", fmt.Errorf("musllint fix: %w: %s", err, text)
	}
	return string(text), nil
}

func share(part, whole int) string {
	if whole == 0 {
		return "100.0 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// named returns the folders of the packages that musllint said are to be installed.
func (p *project) named(text string) []string {
	var dirs []string
	for _, m := range packageName.FindAllStringSubmatch(text, -1) {
		dir := filepath.Join(p.packages, m[1])
		if p.packages != "" && isDir(dir) && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

var packageName = regexp.MustCompile(`apk add (?:--no-cache )?([^\s)]+)`)

// configuredNames returns what each source uses only where a macro of a configured header says
// so, which the configure script decides anew on musl.
func configuredNames(records []record.Unit) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for _, unit := range records {
		for _, u := range unit.Uses {
			if u.Kind == lint.UseBehavior || u.Kind == lint.UseRedirect {
				continue
			}
			names := all[unit.Source]
			if names == nil {
				names = map[string]bool{}
				all[unit.Source] = names
			}
			name := useName(u.Name)
			guarded, seen := names[name]
			names[name] = u.Guard != "" && (guarded || !seen)
		}
	}
	return all
}

// areOf tells whether all errors that muslcc has a finding for, and one at least, are of names
// that are true in a map; the others come of them.
func (v *verdict) areOf(names map[string]bool) bool {
	some := false
	for _, e := range v.Errors {
		_, name := classify(e.Message)
		guarded, known := names[useName(name)]
		if known && !guarded {
			return false
		}
		some = some || guarded
	}
	return some
}

func firstError(dir, text string) string {
	for _, e := range parseErrors(dir, text) {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return text
}

func sameFiles(a, b *verdict) bool {
	if len(a.Files) != len(b.Files) {
		return false
	}
	for name, stamp := range a.Files {
		if b.Files[name] != stamp {
			return false
		}
	}
	return true
}

// remake makes what the repairs changed, without muslcc's judgement and without configure.
func (p *project) remake() error {
	again := &project{machine: p.machine, name: p.name, dir: p.dir}
	for _, line := range strings.Split(p.recipe, "\n") {
		if strings.HasPrefix(line, "make") {
			again.recipe += line + "\n"
		}
	}
	cc, cxx := p.compilers()
	return again.make(p.path("build"), "remake.log", cc, cxx, append(p.wrapped(p.path("state")), "MUSLCC=off", envLog+"=/dev/null"))
}
