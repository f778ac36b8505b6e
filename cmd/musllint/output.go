package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// write hands print the place that a report goes to. Nothing is lost silently: what the
// file or pipe refuses at the end is an error, too.
func (p *program) write(file string, print func(io.Writer) error) error {
	if file == "" || file == "-" {
		return flushed(p.Stdout, print)
	}
	switch info, err := os.Stat(file); {
	case errors.Is(err, os.ErrNotExist):
		return replace(file, 0o666, print)
	case err != nil:
		return err
	case info.Mode().IsRegular():
		return replace(file, info.Mode().Perm(), print)
	}
	f, err := os.OpenFile(file, os.O_WRONLY, 0) // a device or a pipe is written to, not replaced
	if err != nil {
		return err
	}
	return errors.Join(flushed(f, print), f.Close())
}

// replace writes a file whole or not at all: whoever reads it meanwhile sees the old one,
// and so does everybody after a failure.
func replace(file string, perm os.FileMode, print func(io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target // the link stays a link
	}
	// os.CreateTemp would hide the file from everybody else, whatever the umask says.
	temporary := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+"."+strconv.FormatUint(rand.Uint64(), 36))
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		pathErr.Path = file // nobody has heard of the temporary one
	}
	if err != nil {
		return err
	}
	err = errors.Join(flushed(f, print), f.Close())
	if err == nil {
		err = os.Rename(temporary, file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}

func flushed(w io.Writer, print func(io.Writer) error) error {
	buf := bufio.NewWriterSize(w, 64<<10)
	err := print(buf)
	if flushErr := buf.Flush(); err == nil {
		err = flushErr
	}
	return err
}

// spared returns an error when a report would overwrite one of the files that are read
// for it.
func spared(output string, inputs []string) error {
	if output == "" || output == "-" {
		return nil
	}
	info, err := os.Stat(output)
	if err != nil {
		return nil // what is not there cannot be overwritten
	}
	for _, in := range inputs {
		if other, err := os.Stat(in); err == nil && os.SameFile(info, other) {
			return fmt.Errorf("--output %s would overwrite the input %s", output, in)
		}
	}
	return nil
}
