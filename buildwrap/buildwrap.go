// Package buildwrap is muslcc, the compiler wrapper: it runs the compiler that was asked for,
// unchanged, and looks at what it compiles. The build must not notice: the same arguments, the
// same descriptors, the same exit code, the same files. Whatever goes wrong in here goes wrong
// silently for the build and is told by MUSLCC_DEBUG=1.
//
// A source whose text shows that there is nothing to find is not waited for: this process becomes
// the compiler.
package buildwrap

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/buildwrap/toolchain"
)

// Exit codes of muslcc's own, where the compiler was content.
const (
	exitFindings    = 1   // MUSLCC_STRICT=1, and something was found or nothing could be judged
	exitInterrupted = 130 // what a shell says of a program that Ctrl-C ended
)

// wrapper is one run of muslcc, in which a compiler is run.
type wrapper struct {
	*settings
	real    toolchain.Real
	command cmdline.Command
	stderr  io.Writer
}

// Main runs muslcc with the arguments and the environment of a process. It does not return when
// it becomes the compiler, or when the compiler died of a signal.
func Main(argv, env []string) int {
	real, err := toolchain.Find(argv[0], argv[1:], env)
	if err != nil {
		fmt.Fprintf(os.Stderr, "muslcc: %v\n", err)
		return toolchain.ExitCode(err)
	}
	s, err := readSettings(env)
	if s.mode == off {
		return become(real, env)
	}
	w := &wrapper{settings: s, real: real, stderr: os.Stderr}
	w.command = cmdline.Parse(real.Name, slices.Concat(real.Options, real.Args), s.get)
	if w.command.Mode == cmdline.Probe {
		// Not a word, not even about a wrong setting: configure scripts read what compilers print.
		return become(real, env)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "muslcc: %v\n", err)
		return become(real, env)
	}
	j := &judge{wrapper: w}
	if w.command.Mode == cmdline.Other || j.harmless() {
		return become(real, env)
	}
	status, err := real.Run(real.Args, env)
	if err != nil {
		fmt.Fprintf(os.Stderr, "muslcc: %v\n", err)
		return toolchain.ExitCode(err)
	}
	// Whoever interrupts the build does not wait for what is only looked at.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	found := j.look(ctx, status)
	switch {
	case ctx.Err() != nil && status.Success():
		return exitInterrupted
	case found && s.strict && status.Success():
		w.removeOutputs()
		return exitFindings
	}
	status.Exit()
	return status.Code
}

// removeOutputs removes what was compiled, as compilers do that fail: else the next make would
// find it up to date.
func (w *wrapper) removeOutputs() {
	outputs := []string{w.command.Output}
	for _, src := range w.command.Sources {
		outputs = append(outputs, src.Object)
	}
	for _, name := range outputs {
		if name == "" {
			continue
		}
		path := w.path(name)
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if err := os.Remove(path); err != nil {
			w.note("%v", err)
		}
	}
}

// become replaces this process by the compiler.
func become(real toolchain.Real, env []string) int {
	err := real.Exec(real.Args, env)
	fmt.Fprintf(os.Stderr, "muslcc: %v\n", err)
	return toolchain.ExitCode(err)
}

// note tells what is done, when somebody asked for it.
func (w *wrapper) note(format string, args ...any) {
	if !w.trace {
		return
	}
	fmt.Fprintf(w.stderr, "muslcc: debug: "+format+"\n", args...)
}

// short is a path for people: relative to the current folder when it is below.
func (w *wrapper) short(path string) string {
	if rel, err := filepath.Rel(w.dir, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}
