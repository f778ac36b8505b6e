package artifact

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
)

// Limits bound what one outermost file can cost. A zero field means the default.
type Limits struct {
	Depth   int   // containers within containers; a .tar.gz or a .deb is one. Default 4
	Entries int64 // files in all containers of one outermost file. Default 4,000,000
	Entry   int64 // bytes of one unpacked file. Default 4 GiB
	// Bytes bounds the bytes that go through decompressors, in and out, those of skipped
	// files and of all levels counted, and those that Open gives access to. Default 16 GiB.
	Bytes int64
	// Ratio bounds Bytes to this many times the size of the outermost file, from 512 MiB
	// on. Default 200.
	Ratio int64
	// Memory is how much unpacked content is held in memory at one time, in bytes. What
	// exceeds it goes into temporary files. Default 32 MiB. Decompressors need their
	// windows on top of it: 8 MiB is common, and a file that asks for it gets 128 MiB for
	// each level of containers.
	Memory int64
	// TempDir is where temporary files are made; "" is the system's folder for them.
	TempDir string
}

// ratioFloor is what a small file may unpack to whatever its ratio.
const ratioFloor = 512 << 20

func (l Limits) withDefaults() Limits {
	if l.Depth == 0 {
		l.Depth = 4
	}
	if l.Entries == 0 {
		l.Entries = 4_000_000
	}
	if l.Entry == 0 {
		l.Entry = 4 << 30
	}
	if l.Bytes == 0 {
		l.Bytes = 16 << 30
	}
	if l.Ratio == 0 {
		l.Ratio = 200
	}
	if l.Memory == 0 {
		l.Memory = 32 << 20
	}
	return l
}

// budget is what an outermost file may still cost.
type budget struct {
	bytes, entries int64
	problems       int   // that were told
	exhausted      bool  // bytes or entries are used up
	spent          fault // what to say then
}

const maxProblems = 100

func newBudget(l Limits, outermost *item) budget {
	b := budget{bytes: l.Bytes, entries: l.Entries}
	b.spent.place = outermost.Place
	if byRatio := l.Ratio * max(outermost.size, 0); byRatio < l.Bytes {
		b.bytes = min(l.Bytes, max(byRatio, ratioFloor))
	}
	b.spent.err = fmt.Errorf("%w: unpacking it takes more than %s", ErrLimit, inBytes(b.bytes))
	return b
}

// charge takes n bytes out of the budget. It also notices that the caller gave up.
func (w *walker) charge(n int64) error {
	if n > w.budget.bytes {
		w.budget.exhausted = true
	}
	w.budget.bytes -= n
	return w.goOn()
}

// entry counts one more file in a container.
func (w *walker) entry() error {
	if w.budget.entries == 0 && !w.budget.exhausted {
		w.budget.exhausted = true
		w.budget.spent.err = fmt.Errorf("%w: more than %d files", ErrLimit, w.limits.Entries)
	}
	w.budget.entries--
	return w.goOn()
}

// goOn tells why nothing more is to be read from the outermost file, if so.
func (w *walker) goOn() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.budget.exhausted {
		return &w.budget.spent
	}
	return nil
}

// fault is an error with the place where it is to be told. It is told once, although it
// stops everything that reads through that place.
type fault struct {
	place Place
	err   error
	told  bool
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// tell makes an error in the outermost file, or in a container there, a Problem.
func (w *walker) tell(at Place, err error) {
	if w.ctx.Err() != nil || w.budget.problems > maxProblems {
		return
	}
	var f *fault
	if errors.As(err, &f) {
		if f.told {
			return
		}
		f.told = true
		at = f.place
	}
	if w.budget.problems++; w.budget.problems > maxProblems {
		at.Inner, err = "", fmt.Errorf("%w: more than %d problems in it, of which the others are not told", ErrLimit, maxProblems)
	}
	w.report(at, known(err))
}

// unreadable makes an error of the file system a Problem. The place says already which
// file it is about.
func (w *walker) unreadable(at Place, err error) {
	if path, ok := err.(*fs.PathError); ok {
		err = path.Err
	}
	w.report(at, err)
}

func (w *walker) report(at Place, err error) {
	if w.opt.Problem != nil {
		w.opt.Problem(Problem{at, err})
	}
}

// known gives an error a class, and words for a bare end of file.
func known(err error) error {
	for _, class := range []error{ErrDamaged, ErrUnsupported, ErrLimit, ErrUnrecognized} {
		if errors.Is(err, class) {
			return err
		}
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends too early", ErrDamaged)
	case errors.As(err, new(*fs.PathError)):
		return err
	}
	return damaged("%v", err)
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}

// inBytes writes a size for people.
func inBytes(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= unit.size {
			return strconv.FormatFloat(math.Floor(10*float64(n)/float64(unit.size))/10, 'f', -1, 64) + " " + unit.name
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
