package artifact

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const (
	arMagic   = "!<arch>\n"
	thinMagic = "!<thin>\n"
	arHeader  = 60
	// maxNameTable bounds the table of long names. That of all objects of LLVM is 0.3 MiB.
	maxNameTable = 16 << 20
)

// walkAr walks a static library or a Debian package.
func walkAr(w *walker, it *item, cur *cursor) error {
	magic, err := cur.peek(len(arMagic) + arHeader)
	if err != nil {
		return err
	}
	if string(magic[:len(arMagic)]) == thinMagic {
		return fmt.Errorf("%w: a thin archive only names its object files, which lie elsewhere", ErrUnsupported)
	}
	kind := Archive
	if strings.HasPrefix(string(magic[len(arMagic):]), "debian-binary") {
		kind = Debian
	}
	c, err := w.enter(it, kind)
	if err != nil {
		return err
	}
	if err := cur.skip(int64(len(arMagic))); err != nil {
		return err
	}
	a := arReader{w: w, c: c, cur: cur}
	for {
		more, err := a.next()
		if err != nil {
			return err
		}
		if !more && kind == Debian && !a.data {
			return damaged("there is no data.tar in it; it may be cut off")
		}
		if !more {
			return nil
		}
	}
}

type arReader struct {
	w     *walker
	c     *Container
	cur   *cursor
	names string // long names of GNU
	data  bool   // there was the data.tar of a Debian package
}

// next handles one member. There are no more when it returns false.
func (a *arReader) next() (more bool, err error) {
	at := a.cur.off
	head, err := a.cur.peek(arHeader)
	if err != nil || len(head) == 0 || len(bytes.TrimRight(head, "\n")) == 0 {
		return false, err
	}
	if len(head) < arHeader {
		return false, damaged("the last header ends too early, at offset %d", at+int64(len(head)))
	}
	if string(head[58:]) != "`\n" {
		return false, damaged("no member begins at offset %d", at)
	}
	size, err := strconv.ParseUint(strings.TrimRight(string(head[48:58]), " "), 10, 63)
	if err != nil {
		return false, damaged("the member at offset %d has no size: %q", at, head[48:58])
	}
	mode, _ := strconv.ParseUint(strings.TrimRight(string(head[40:48]), " "), 8, 32)
	stored := strings.TrimRight(string(head[:16]), " ")
	if err := a.w.entry(); err != nil {
		return false, err
	}
	if err := a.cur.skip(arHeader); err != nil {
		return false, err
	}
	end := a.cur.off + int64(size)
	if !a.cur.holds(int64(size)) {
		return false, damaged("the member at offset %d ends too early: %d bytes are missing", at, end-a.cur.size)
	}
	if err := a.member(stored, at, int64(size), fs.FileMode(mode&0o777)); err != nil {
		return false, err
	}
	if a.cur.off > end {
		return false, damaged("the name of the member at offset %d is longer than the member", at)
	}
	if err := a.cur.skip(end - a.cur.off); err != nil {
		return false, err
	}
	return true, a.cur.align(2, 0)
}

// member handles the content of a member, of which it may leave any part unread.
func (a *arReader) member(stored string, at, size int64, mode fs.FileMode) error {
	switch {
	case stored == "//":
		if size > maxNameTable {
			return fmt.Errorf("%w: the table of names takes %s", ErrLimit, inBytes(size))
		}
		table := make([]byte, size)
		if _, err := io.ReadFull(a.cur, table); err != nil {
			return noEOF(err)
		}
		a.names = string(table)
		return nil
	case stored == "/" || stored == "/SYM64/" || stored == "/<ECSYMBOLS>/":
		return nil // symbol tables
	case strings.HasPrefix(stored, "#1/"):
		// BSD and macOS put a long name in front of the content.
		n, err := strconv.ParseUint(stored[3:], 10, 31)
		if err != nil || int64(n) > size || n > maxName {
			return damaged("the member at offset %d has no name: %q", at, stored)
		}
		name := make([]byte, n)
		if _, err := io.ReadFull(a.cur, name); err != nil {
			return noEOF(err)
		}
		size -= int64(n)
		stored = strings.TrimRight(string(name), "\x00")
	case strings.HasPrefix(stored, "/"):
		from, err := strconv.ParseUint(stored[1:], 10, 31)
		if err != nil || int(from) >= len(a.names) {
			a.w.tell(a.c.Place, damaged("the name of the member at offset %d is %q, which is not in the table of names", at, stored))
			break
		}
		stored, _, _ = strings.Cut(a.names[from:], "\n")
	}
	if strings.HasPrefix(stored, "__.SYMDEF") {
		return nil // symbol table of BSD and macOS
	}
	return a.file(strings.TrimSuffix(stored, "/"), size, mode)
}

func (a *arReader) file(stored string, size int64, mode fs.FileMode) error {
	w := a.w
	head, err := a.cur.peek(int(min(size, headSize)))
	if err != nil {
		return err
	}
	it := &item{name: path.Base(stored), in: a.c, size: size, mode: mode, source: a.cur.source(size), head: head}
	if prefix, ok := debianTar(a.c, stored); ok {
		it.Place = w.inner(a.c, stored)
		a.data = a.data || prefix == ""
		return w.settle(it.Place, w.openTar(it, a.c, prefix))
	}
	if !w.matters(head) {
		return nil
	}
	it.Place = w.inner(a.c, stored)
	return w.take(it)
}

// debianTar tells whether a member of a Debian package is one of its tar archives, and
// under which folder dpkg-deb --raw-extract would put its files.
func debianTar(c *Container, name string) (prefix string, ok bool) {
	switch {
	case c.Kind != Debian:
		return "", false
	case strings.HasPrefix(name, "data.tar"):
		return "", true
	case strings.HasPrefix(name, "control.tar"):
		return "DEBIAN/", true
	}
	return "", false
}
