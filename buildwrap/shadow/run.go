package shadow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// output is what a compiler printed.
type output struct {
	stdout, stderr []byte
	ok             bool // the compiler was content
}

// run runs a compiler. That it fails is no error; that it was killed, did not end in time, or
// printed too much is one.
func run(ctx context.Context, words []string, dir string, env []string) (output, error) {
	stdout := limited{left: maxOutput}
	out, err := runTo(ctx, words, dir, env, &stdout)
	out.stdout = stdout.text.Bytes()
	if err == nil && stdout.over {
		err = tooMuch(words[0])
	}
	return out, err
}

func tooMuch(program string) error {
	return fmt.Errorf("%s printed more than %d MB", program, maxOutput>>20)
}

// runTo is run with the standard output in other hands.
func runTo(ctx context.Context, words []string, dir string, env []string, stdout io.Writer) (output, error) {
	ctx, stop := context.WithTimeout(ctx, passTimeout)
	defer stop()
	stderr := limited{left: maxOutput}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdout, cmd.Stderr = stdout, &stderr
	ownGroup(cmd)
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return output{}, fmt.Errorf("%s: no end after %v: %w", words[0], passTimeout, ctx.Err())
	case stderr.over:
		return output{}, tooMuch(words[0])
	case errors.As(err, &exit) && !exit.Exited():
		return output{}, fmt.Errorf("%s: %w", words[0], err)
	case err != nil && exit == nil:
		return output{}, err
	}
	return output{stderr: stderr.text.Bytes(), ok: err == nil}, nil
}

// limited keeps what is written to it up to a length, and takes the rest in silence: a
// compiler whose pipe is closed complains about that.
type limited struct {
	text bytes.Buffer
	left int
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	n := len(p)
	if n > l.left {
		p, l.over = p[:l.left], true
	}
	l.left -= len(p)
	l.text.Write(p)
	return n, nil
}

// plainEnvironment is an environment in which a compiler prints plain English and writes no
// files of its own accord.
func plainEnvironment(env []string, without ...string) []string {
	out := make([]string, 0, len(env)+2)
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "LC_ALL", "LANG", "LANGUAGE", "LC_MESSAGES", "LC_CTYPE", "DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES",
			"GCC_COLORS", "GCC_URLS", "TERM_URLS", "GCC_EXTRA_DIAGNOSTIC_OUTPUT", "GCC_COMPARE_DEBUG", "CC_PRINT_OPTIONS", "CC_LOG_DIAGNOSTICS",
			"CLICOLOR_FORCE", "MUSLCC":
			continue
		}
		if !has(without, name) {
			out = append(out, e)
		}
	}
	return append(out, "LC_ALL=C", "MUSLCC=off")
}

func has(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
