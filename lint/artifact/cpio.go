package artifact

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const (
	cpioHeader  = 110
	cpioTrailer = "TRAILER!!!"
	// S_IFMT and its values, in which cpio and zip record what a file is.
	unixType    = 0o170000
	unixRegular = 0o100000
	unixSymlink = 0o120000
)

func walkCpio(w *walker, it *item, cur *cursor) error {
	c, err := w.enter(it, Cpio)
	if err != nil {
		return err
	}
	return w.cpio(cur, c)
}

// cpio yields the files of a cpio archive of the format "newc", and of those that follow
// it, as in an initramfs.
func (w *walker) cpio(cur *cursor, c *Container) error {
	start, ended := cur.off, false
	for {
		head, err := cur.peek(cpioHeader)
		if err != nil {
			return err
		}
		if len(head) == 0 {
			if !ended {
				return damaged("it ends without the mark of its end")
			}
			return nil
		}
		if head[0] == 0 { // archives are padded to their block size
			if err := cur.skip(1); err != nil {
				return err
			}
			continue
		}
		h, ok := parseCpio(head)
		if !ok {
			return damaged("no cpio header at offset %d", cur.off)
		}
		if err := w.entry(); err != nil {
			return err
		}
		if err := cur.skip(cpioHeader); err != nil {
			return err
		}
		name, err := cur.peek(h.name)
		if err != nil {
			return err
		}
		if len(name) < h.name {
			return damaged("the last name ends too early")
		}
		stored, _, _ := strings.Cut(string(name), "\x00")
		if err := cur.skip(int64(h.name)); err != nil {
			return err
		}
		if err := cur.align(4, start); err != nil {
			return err
		}
		if ended = stored == cpioTrailer; ended {
			continue
		}
		if err := w.cpioFile(cur, c, stored, h); err != nil {
			return err
		}
		if err := cur.align(4, start); err != nil {
			return err
		}
	}
}

type cpioFile struct {
	mode uint32
	size int64
	name int // its length with the NUL
}

func parseCpio(head []byte) (h cpioFile, ok bool) {
	if len(head) < cpioHeader || string(head[:5]) != "07070" || head[5] != '1' && head[5] != '2' {
		return h, false
	}
	field := func(i int) uint64 {
		v, err := strconv.ParseUint(string(head[6+8*i:14+8*i]), 16, 32)
		ok = ok && err == nil
		return v
	}
	ok = true
	h = cpioFile{mode: uint32(field(1)), size: int64(field(6)), name: int(field(11))}
	return h, ok && 0 < h.name && h.name <= maxName+1
}

func (w *walker) cpioFile(cur *cursor, c *Container, stored string, h cpioFile) error {
	end := cur.off + h.size
	if !cur.holds(h.size) {
		return damaged("%q ends too early: %d bytes are missing", stored, end-cur.size)
	}
	switch h.mode & unixType {
	case unixSymlink:
		target, err := cur.peek(int(min(h.size, maxName)))
		if err != nil {
			return err
		}
		if w.opt.Link != nil {
			to := cleanTarget(string(target))
			if err := w.link(&Link{Place: w.inner(c, stored), In: c, Target: to}); err != nil {
				return err
			}
		}
	case unixRegular:
		head, err := cur.peek(int(min(h.size, headSize)))
		if err != nil {
			return err
		}
		if !w.matters(head) {
			break
		}
		err = w.take(&item{
			Place: w.inner(c, stored), name: path.Base(stored), in: c,
			size: h.size, mode: fs.FileMode(h.mode & 0o777), source: cur.source(h.size), head: head,
		})
		if err != nil {
			return err
		}
	}
	return cur.skip(end - cur.off)
}
