package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
)

// rejudged runs muslcc on the recorded commands, and returns the folder of what it recorded. The
// compiler that it has only answers its questions: the objects and programs of the build stay.
func (p *project) rejudged(all []unit, links []command) (string, error) {
	state := p.path(fmt.Sprintf("rejudged.%d", os.Getpid()))
	env := append(os.Environ(), p.wrapped(state)...)
	env = append(env, envIdle+"=1", "LC_ALL=C")
	p.parallel(len(all), func(i int) { p.through(all[i].command, env) })
	for _, c := range links {
		p.through(c, env)
	}
	// Two runs of this program do not disturb each other.
	last := p.path("rejudged")
	if err := os.RemoveAll(last); err != nil {
		return "", err
	}
	if err := os.Rename(state, last); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return last, nil
}

func (p *project) through(c command, env []string) {
	args := c.Args[1:]
	cmd := exec.Command(p.muslcc, args...)
	if c.cxx {
		cmd = exec.Command(p.recorders+"/muslc++", args...)
	}
	cmd.Dir, cmd.Env = c.Dir, env
	if text, err := cmd.CombinedOutput(); err != nil && p.verbose {
		fmt.Printf("  muslcc in %s: %v: %s\n", c.Dir, err, text)
	}
}
