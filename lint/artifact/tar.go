package artifact

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

const (
	tarBlock    = 512
	tarSumStart = 148
	tarSumEnd   = 156
)

// isTar takes what has the mark of tar, or is as old as to have none and has a checksum.
func isTar(head []byte) bool {
	if len(head) < tarBlock || head[0] == 0 {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	want, ok := tarSum(head)
	if !ok {
		return false
	}
	var sum, signed int64
	for i, b := range head[:tarBlock] {
		if tarSumStart <= i && i < tarSumEnd {
			b = ' '
		}
		sum += int64(b)
		signed += int64(int8(b))
	}
	return want == sum || want == signed
}

// tarSum reads the checksum of a header. That there is one already tells most other files
// from tar archives.
func tarSum(head []byte) (sum int64, ok bool) {
	for _, b := range head[tarSumStart:tarSumEnd] {
		switch {
		case '0' <= b && b <= '7':
			sum, ok = sum*8+int64(b-'0'), true
		case b != ' ' && b != 0:
			return 0, false
		}
	}
	return sum, ok
}

// tarKind tells what a tar archive is from the name of its first file, which those who make
// packages choose with care.
func tarKind(file string, head []byte, compressed bool) Kind {
	name, _, _ := strings.Cut(string(head[:100]), "\x00")
	switch name = strings.TrimPrefix(name, "./"); {
	case compressed && (name == ".PKGINFO" || strings.HasPrefix(name, ".SIGN.")):
		return Alpine
	case compressed && strings.HasPrefix(name, "package/"):
		return NPM
	case !compressed && (name == "metadata.gz" || path.Ext(file) == ".gem" && name == "data.tar.gz"):
		return Gem
	}
	return Tar
}

func walkTar(w *walker, it *item, cur *cursor) error { return w.walkTar(it, cur, false) }

func (w *walker) walkTar(it *item, cur *cursor, compressed bool) error {
	head, err := cur.peek(tarBlock)
	if len(head) < tarBlock {
		return noEOF(err)
	}
	c, err := w.enter(it, tarKind(it.name, head, compressed))
	if err != nil {
		return err
	}
	return w.tar(cur, c, "")
}

// tar yields the files of a tar archive and of those that follow it: the signature, the
// metadata and the files of an Alpine package are three, and tar -A leaves several too.
// Behind a damaged header it looks for the next one that is sound.
func (w *walker) tar(cur *cursor, c *Container, prefix string) error {
	for {
		err := w.oneTar(cur, c, prefix)
		if err != nil && !errors.Is(err, tar.ErrHeader) {
			return err
		}
		if err != nil {
			w.tell(c.Place, damaged("no tar header, or a broken one, before offset %d", cur.off))
		}
		found, err := w.nextTar(cur, err != nil)
		if !found {
			return err
		}
	}
}

// nextTar passes over blocks of zeros, and over anything else after damage, to the next
// header.
func (w *walker) nextTar(cur *cursor, lost bool) (found bool, err error) {
	if err := cur.align(tarBlock, 0); err != nil {
		return false, err
	}
	for {
		if err := w.ctx.Err(); err != nil {
			return false, err
		}
		block, err := cur.peek(tarBlock)
		if len(block) < tarBlock {
			return false, err
		}
		if isTar(block) {
			return true, nil
		}
		if !lost && len(bytes.TrimLeft(block, "\x00")) > 0 {
			return false, nil // whatever it is, tar does not read it
		}
		if err := cur.skip(tarBlock); err != nil {
			return false, err
		}
	}
}

func (w *walker) oneTar(cur *cursor, c *Container, prefix string) error {
	r := tar.NewReader(cur)
	last := ""
	for {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && err != tar.ErrInsecurePath { // no path is insecure here
			if last != "" && !errors.Is(err, tar.ErrHeader) {
				err = fmt.Errorf("%w, behind %q", known(err), last)
			}
			return err
		}
		last = h.Name
		if err := w.entry(); err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
			err = w.tarFile(cur, r, h, c, prefix)
		case tar.TypeSymlink, tar.TypeLink:
			err = w.tarLink(h, c, prefix)
		}
		if err != nil {
			return err
		}
	}
}

func (w *walker) tarLink(h *tar.Header, c *Container, prefix string) error {
	if w.opt.Link == nil {
		return nil
	}
	target := cleanTarget(h.Linkname)
	if h.Typeflag == tar.TypeLink {
		name, _ := cleanName(prefix + h.Linkname)
		target = "/" + name
	}
	return w.link(&Link{Place: w.inner(c, prefix+h.Name), In: c, Target: target})
}

func (w *walker) tarFile(cur *cursor, r *tar.Reader, h *tar.Header, c *Container, prefix string) error {
	if h.Size == 0 {
		return nil
	}
	it := &item{name: path.Base(h.Name), in: c, size: h.Size, mode: h.FileInfo().Mode()}
	var err error
	if isSparse(h) {
		// Holes take no place in the archive, so that only tar can tell where bytes are.
		head := make([]byte, min(h.Size, headSize))
		var n int
		n, err = io.ReadFull(r, head)
		it.head = head[:n]
		it.stream = io.MultiReader(bytes.NewReader(it.head), r)
	} else {
		if !cur.holds(h.Size) {
			return damaged("%q ends too early: %d bytes are missing", h.Name, h.Size-(cur.size-cur.off))
		}
		it.head, err = cur.peek(int(min(h.Size, headSize)))
		if it.source = cur.source(h.Size); it.at == nil {
			it.stream = r
		}
	}
	if err != nil {
		return err
	}
	if c.Kind == Gem && h.Name == "data.tar.gz" {
		it.Place = w.inner(c, h.Name)
		return w.settle(it.Place, w.openTar(it, c, ""))
	}
	if !w.matters(it.head) {
		return nil
	}
	it.Place = w.inner(c, prefix+h.Name)
	return w.take(it)
}

func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}
