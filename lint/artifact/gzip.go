package artifact

import (
	"compress/gzip"
	"io"
)

// gunzipper reads gzip members that follow each other as one. What follows the last one
// and is none is passed over, as gzip does.
type gunzipper struct {
	packed *cursor
	z      gzip.Reader
}

func gunzip(w *walker, packed *cursor) (plain, error) {
	g, ok := pop(&w.idle.gzip)
	if !ok {
		g = new(gunzipper)
	}
	g.packed = packed
	done := func() {
		g.packed = nil
		w.idle.gzip = append(w.idle.gzip, g)
	}
	if err := g.next(); err != nil {
		done()
		return plain{}, noEOF(err)
	}
	return plain{g, done}, nil
}

func (g *gunzipper) next() error {
	if err := g.z.Reset(g.packed); err != nil {
		return err
	}
	g.z.Multistream(false)
	return nil
}

func (g *gunzipper) Read(p []byte) (int, error) {
	for {
		n, err := g.z.Read(p)
		if err != io.EOF {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
		head, err := g.packed.peek(3)
		if err != nil {
			return 0, err
		}
		if string(head) != "\x1f\x8b\x08" {
			return 0, io.EOF
		}
		if err := g.next(); err != nil {
			return 0, noEOF(err)
		}
	}
}
