package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// outcome is what a build sees of a compile.
type outcome struct {
	object, stderr, stdout []byte
	code                   int
}

// compareObjects runs recorded commands, spread over the build, with and without muslcc.
func (p *project) compareObjects(calls []invocation) error {
	var compiles []command
	for _, call := range calls {
		c := parse(call)
		if !c.probe && len(c.sources) == 1 && c.compiles && c.output != "" && isFile(c.sources[0]) {
			compiles = append(compiles, c)
		}
	}
	step := max(1, len(compiles)/p.objects)
	state, err := os.MkdirTemp("", "truth-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(state)
	compared, differ := 0, 0
	for i := 0; i < len(compiles) && compared < p.objects; i += step {
		c := compiles[i]
		plain, err := p.compileTo(c, realCompiler(c.Args[0]), nil)
		if err != nil {
			return err
		}
		muslcc := p.muslcc
		if c.Args[0] == "g++" {
			muslcc = filepath.Join(p.recorders, "muslc++")
		}
		env := append(p.wrapped(state), "MUSLCC_CC="+realCompiler("gcc"), "MUSLCC_CXX="+realCompiler("g++"))
		wrapped, err := p.compileTo(c, muslcc, env)
		if err != nil {
			return err
		}
		compared++
		if !bytes.Equal(plain.object, wrapped.object) || !bytes.Equal(plain.stderr, wrapped.stderr) || !bytes.Equal(plain.stdout, wrapped.stdout) || plain.code != wrapped.code {
			differ++
			fmt.Printf("  differs %s: object %v, exit codes %d %d, standard error:\n%s---\n%s", p.short(c.sources[0]),
				bytes.Equal(plain.object, wrapped.object), plain.code, wrapped.code, plain.stderr, wrapped.stderr)
		}
	}
	fmt.Printf("%-12s %d objects with and without muslcc, %d differ\n", p.name, compared, differ)
	if differ > 0 {
		return fmt.Errorf("%d objects differ", differ)
	}
	return nil
}

// compileTo runs the command by another compiler and puts its object back as it was.
func (p *project) compileTo(c command, compiler string, env []string) (outcome, error) {
	var out outcome
	before, readErr := os.ReadFile(c.output)
	cmd := exec.Command(compiler, c.Args[1:]...)
	cmd.Dir, cmd.Env = c.Dir, append(os.Environ(), append(env, "LC_ALL=C")...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		return out, err
	}
	out.code = cmd.ProcessState.ExitCode()
	out.object, _ = os.ReadFile(c.output)
	out.stdout, out.stderr = stdout.Bytes(), stderr.Bytes()
	if readErr != nil {
		os.Remove(c.output)
		return out, nil
	}
	return out, os.WriteFile(c.output, before, 0o666)
}
