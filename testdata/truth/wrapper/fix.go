package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// fixed lets musllint repair the sources in place, since what it has are absolute paths, judges
// all units again, makes the project again on the host, and puts the sources back. What it
// changed stays in fix.diff, the repaired tree in the folder fixed.
func (p *project) fixed(all []unit, before []*verdict, state string) (err error) {
	if p.musllint == "" {
		return errors.New("-fix needs -musllint")
	}
	build, kept := p.path("build"), p.path("build.before")
	for _, name := range []string{"fixed", "cache.fixed"} {
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
	link := filepath.Join(build, ".musllint")
	os.RemoveAll(link)
	if err := os.Symlink(state, link); err != nil {
		return err
	}
	cmd := exec.Command(p.musllint, "fix", "--write")
	cmd.Dir = build
	cmd.Env = append(os.Environ(), "MUSLCC_DIR="+state, "MUSLCC_ON="+p.on)
	text, runErr := cmd.CombinedOutput()
	if err := os.WriteFile(p.path("fix.log"), text, 0o666); err != nil {
		return err
	}
	// 1 says that something is left to do.
	if runErr != nil && cmd.ProcessState.ExitCode() != 1 {
		return fmt.Errorf("musllint fix: %w (%s)", runErr, p.path("fix.log"))
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
	failed, compiles, worse, broken := 0, 0, 0, 0
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
		case failing && p.verbose:
			if len(after[i].Errors) > 0 {
				e := after[i].Errors[0]
				fmt.Printf("  still %s:%d: %s (%s)\n", p.short(e.File), e.Line, e.Message, p.short(u.source))
			}
		}
	}
	makes := "passes"
	if err := repaired.remake(); err != nil {
		makes = fmt.Sprintf("fails (%s)", p.path("remake.log"))
	}
	share := 100.0
	if failed > 0 {
		share = 100 * float64(compiles) / float64(failed)
	}
	fmt.Printf("%-12s fixed: %d files changed, of %d units that failed %d compile (%.1f %%), %d worse, %d broken on the host, make on the host %s\n",
		p.name, changed, failed, compiles, share, worse, broken, makes)
	return nil
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
