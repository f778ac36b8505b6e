// Package shadow compiles a unit once more, without making anything, with musl's headers in
// the place of glibc's, and says what does not compile then. The compiler is the one that the
// build uses; musl's headers come from this machine and are brought to the version that is
// asked for. Headers of other libraries stay those of this machine.
//
// Everything that is made for it lies in the cache of the record's folder, is made once, and is
// there whole or not at all, so that many processes of one build can share it.
package shadow

import (
	"context"
	"errors"
	"time"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/buildwrap/diagnostic"
	"github.com/musllint/musllint/lint"
)

// Oldest is the version of musl down to which headers are corrected.
const Oldest = "1.2.2"

// Timeout is how long one run of the compiler may take, and one Compile at most altogether.
const Timeout = 60 * time.Second

const (
	passTimeout = 20 * time.Second
	maxOutput   = 4 << 20
	// maxPasses is how often a unit is compiled at most; each pass ends at a header that is not
	// there. In 2,483 units of seven projects no unit needed more than four.
	maxPasses = 8
)

var (
	// ErrNone is the error of Find when there are no headers of musl. Its text is a sentence
	// that says what to install.
	ErrNone = errors.New("no headers of musl")
	// ErrUnsupported is the error for a compiler that is neither GCC nor Clang, and for a
	// unit that musl's headers at hand cannot stand for, such as one of another architecture.
	ErrUnsupported = errors.New("not supported")
)

// Result is what a compile came to.
type Result struct {
	// Uses are the root causes: what follows from them alone is left out. They are in the order
	// in which the compiler came to them.
	Uses []lint.Use
	// Files are the files of the project that were read: absolute, without links, each once.
	Files []string
}

// Unit returns a source of a command. dir is the folder that the build's compiler runs in,
// compiler the words that run it, without ccache and the like, and env its environment.
func (h *Headers) Unit(compiler []string, dir string, cmd *cmdline.Command, src cmdline.Source, env []string) (*Unit, error) {
	if !h.Native {
		var err error
		if h, err = h.variant(compiler, cmd); err != nil {
			return nil, err
		}
	}
	return &Unit{Headers: h, compiler: compiler, dir: dir, cmd: cmd, src: src, env: env}, nil
}

// Harmless reports whether the text of a unit and of all that it includes shows that a compile
// with musl's headers would find nothing. It takes a fiftieth of the time of one, and does not
// need the build's own compile to have been. When it is not, Doubt says why, for people.
func (u *Unit) Harmless() bool {
	if !u.asked {
		u.asked = true
		switch {
		case u.Native:
			u.doubt = "the compiler makes programs for musl"
		case u.Exact:
			u.doubt = "every unit is"
		default:
			u.harmless = u.plain()
		}
	}
	return u.harmless
}

// Doubt is why Harmless reported false.
func (u *Unit) Doubt() string { return u.doubt }

// Lacking is a name that the source itself uses and musl does not have, if Harmless came to one.
func (u *Unit) Lacking() string { return u.lacking }

// Compile compiles a unit with musl's headers. After an error nothing is known of the unit.
func (u *Unit) Compile(ctx context.Context) (Result, error) {
	if u.Native {
		return Result{}, nil // the build's own compile has shown it
	}
	u.ctx = ctx
	if err := u.compile(); err != nil {
		return Result{}, err
	}
	uses, err := u.uses()
	if err != nil {
		return Result{}, err
	}
	return Result{Uses: uses, Files: u.projectFiles()}, nil
}

// Diagnose runs the build's own compile of a unit once more, in English and without making
// anything.
func Diagnose(ctx context.Context, compiler []string, dir string, cmd *cmdline.Command, src cmdline.Source, env []string) ([]diagnostic.Diagnostic, error) {
	c, err := describe(ctx, compiler, env)
	if err != nil {
		return nil, err
	}
	args := append([]string{"-fsyntax-only"}, cmd.Shadow...)
	args = append(args, c.format()...)
	args = append(args, "-x", src.Language, src.Path)
	r, err := run(ctx, append(compiler[:len(compiler):len(compiler)], args...), dir, plainEnvironment(env))
	if err != nil {
		return nil, err
	}
	return diagnostic.Parse(r.stderr), nil
}
