//go:build unix

package toolchain

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Exec replaces this process by the compiler. It returns only when that fails. args are mostly
// r.Args; env is passed on but for the count that ends loops.
func (r Real) Exec(args, env []string) error {
	env = Environment(env)
	err := syscall.Exec(r.Path, r.argv(args), env)
	if err == syscall.ENOEXEC { // a script without its first line, which execvp takes too
		err = syscall.Exec("/bin/sh", append([]string{"sh"}, r.argv(args)...), env)
	}
	return r.failed(err)
}

// argv begins with the path, as gcc finds its parts by it.
func (r Real) argv(args []string) []string {
	argv := make([]string, 0, 1+len(r.Prefix)+len(args))
	argv = append(argv, r.Path)
	argv = append(argv, r.Prefix...)
	return append(argv, args...)
}

func (r Real) failed(err error) error { return &os.PathError{Op: "run", Path: r.Path, Err: err} }

// Status is how a program ended.
type Status struct {
	Code   int            // exit code, when Signal is 0
	Signal syscall.Signal // that ended it
	User   time.Duration  // of the processor, with its children that it waited for
	System time.Duration
}

// Success reports whether the program ended with 0.
func (s Status) Success() bool { return s.Code == 0 && s.Signal == 0 }

func (s Status) String() string {
	if s.Signal != 0 {
		return "signal " + s.Signal.String()
	}
	return fmt.Sprintf("exit code %d", s.Code)
}

// Run runs the compiler in this process's group, with all its open files, and waits for it.
// Signals of the terminal reach both, and this process outlives them until the compiler is
// done; SIGTERM, which make sends to the wrapper alone, is passed on. Where limits forbid a
// second process, this one becomes the compiler.
func (r Real) Run(args, env []string) (Status, error) {
	signals := make(chan os.Signal, 8)
	for _, s := range [...]os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if !signal.Ignored(s) { // what nohup ignores stays so, also for the compiler
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	attr := &syscall.ProcAttr{Env: Environment(env), Files: []uintptr{0, 1, 2}}
	pid, err := syscall.ForkExec(r.Path, r.argv(args), attr)
	if err == syscall.ENOEXEC {
		pid, err = syscall.ForkExec("/bin/sh", append([]string{"sh"}, r.argv(args)...), attr)
	}
	switch err {
	case nil:
	case syscall.EMFILE, syscall.ENFILE, syscall.EAGAIN, syscall.ENOMEM:
		// There is room for one process, which has to be the compiler.
		return Status{}, r.Exec(args, env)
	default:
		return Status{}, r.failed(err)
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case s := <-signals:
				if s == syscall.SIGTERM {
					_ = syscall.Kill(pid, syscall.SIGTERM)
				}
			case <-done:
				return
			}
		}
	}()
	var wait syscall.WaitStatus
	var usage syscall.Rusage
	for {
		_, err = syscall.Wait4(pid, &wait, 0, &usage)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		return Status{}, r.failed(err)
	}
	status := Status{
		User:   time.Duration(usage.Utime.Nano()),
		System: time.Duration(usage.Stime.Nano()),
	}
	if wait.Signaled() {
		status.Signal = wait.Signal()
	} else {
		status.Code = wait.ExitStatus()
	}
	return status, nil
}

// Exit ends this process as the program ended: with its code, or by the same signal.
func (s Status) Exit() {
	if s.Signal == 0 {
		os.Exit(s.Code)
	}
	dieOf(s.Signal)
	os.Exit(128 + int(s.Signal)) // as a shell has it
}

// ExitCode returns what a shell exits with for an error of Find, Exec or Run.
func ExitCode(err error) int {
	if errors.Is(err, ErrNotFound) || errors.Is(err, syscall.ENOENT) {
		return 127
	}
	return 126 // found, and it does not run
}
