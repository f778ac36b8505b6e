package artifact

import "encoding/binary"

const (
	rpmLead   = 96
	rpmHeader = 16
)

// walkRPM finds the payload of an RPM package behind its lead and its two headers, and
// reads it as the cpio archive that it is. What the headers say does not matter.
func walkRPM(w *walker, it *item, cur *cursor) error {
	c, err := w.enter(it, RPM)
	if err != nil {
		return err
	}
	if err := cur.skip(rpmLead); err != nil {
		return err
	}
	for range 2 { // the signature, which is padded, and the header
		if err := cur.align(8, 0); err != nil {
			return err
		}
		head, err := cur.peek(rpmHeader)
		if err != nil {
			return err
		}
		if len(head) < rpmHeader || string(head[:3]) != "\x8e\xad\xe8" {
			return damaged("no RPM header at offset %d", cur.off)
		}
		entries, data := binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])
		if err := cur.skip(rpmHeader + 16*int64(entries) + int64(data)); err != nil {
			return err
		}
	}
	head, err := cur.peek(headSize)
	if err != nil {
		return err
	}
	payload := &item{Place: it.Place, name: it.name, in: c, size: -1, head: head, source: source{stream: cur}}
	f := w.format(head)
	switch {
	case f == nil:
		return damaged("the payload at offset %d is not compressed in any way known here", cur.off)
	case f.name == "cpio":
		return w.cpio(cur, c)
	case f.unpack == nil:
		return damaged("the payload at offset %d is %s", cur.off, f.name)
	}
	plain, done, err := w.unpack(payload, f)
	if err != nil {
		return err
	}
	defer done()
	return w.cpio(plain, c)
}
