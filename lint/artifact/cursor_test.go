package artifact

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// Whatever is asked of a cursor in whatever order, over both of its sources: the bytes are
// those of the content.
func TestCursor(t *testing.T) {
	content := noise(10_000)
	for name, open := range map[string]func(seed uint64) *cursor{
		"random": func(uint64) *cursor { return &cursor{at: bytes.NewReader(content), size: int64(len(content))} },
		"stream": func(uint64) *cursor { return &cursor{r: bytes.NewReader(content)} },
		"slow":   func(uint64) *cursor { return &cursor{r: iotest.OneByteReader(bytes.NewReader(content))} },
		"eager":  func(uint64) *cursor { return &cursor{r: iotest.DataErrReader(bytes.NewReader(content))} },
	} {
		for seed := range uint64(200) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			c := open(seed)
			c.buf = make([]byte, 64+rnd.IntN(1000))
			off := 0
			for off < len(content) {
				switch rnd.IntN(6) {
				case 0:
					b, err := c.peek(rnd.IntN(len(c.buf)))
					if err != nil || !bytes.HasPrefix(content[off:], b) {
						t.Fatalf("%s, seed %d: peek at %d: %d bytes, %v", name, seed, off, len(b), err)
					}
				case 1:
					b := make([]byte, rnd.IntN(2000))
					n, err := c.Read(b)
					if err != nil && (err != io.EOF || off+n < len(content)) || !bytes.HasPrefix(content[off:], b[:n]) {
						t.Fatalf("%s, seed %d: read at %d: %d bytes, %v", name, seed, off, n, err)
					}
					off += n
				case 2:
					b, err := c.ReadByte()
					if err != nil || b != content[off] {
						t.Fatalf("%s, seed %d: byte at %d: %v", name, seed, off, err)
					}
					off++
				case 3:
					n := rnd.IntN(500)
					err := c.skip(int64(n))
					if off += n; off > len(content) {
						if off = len(content); err != io.ErrUnexpectedEOF {
							t.Fatalf("%s, seed %d: skip behind the end: %v", name, seed, err)
						}
					} else if err != nil {
						t.Fatalf("%s, seed %d: skip: %v", name, seed, err)
					}
				case 4:
					if c.at == nil {
						if _, err := c.Seek(0, io.SeekCurrent); err == nil {
							t.Fatal("a stream seeks")
						}
						continue
					}
					off = rnd.IntN(len(content))
					if _, err := c.Seek(int64(off), io.SeekStart); err != nil {
						t.Fatal(err)
					}
				case 5:
					if err := c.align(7, 3); err != nil {
						t.Fatal(err)
					}
					off = min((off+3)/7*7+3, len(content))
				}
				if c.off != int64(off) {
					t.Fatalf("%s, seed %d: at %d instead of %d", name, seed, c.off, off)
				}
			}
			if b, err := c.peek(1); len(b) > 0 || err != nil {
				t.Fatalf("%s: something behind the end: %d, %v", name, len(b), err)
			}
			if _, err := c.ReadByte(); err != io.EOF {
				t.Fatalf("%s: a byte behind the end: %v", name, err)
			}
		}
	}
}

func TestCursorPassesErrorsOn(t *testing.T) {
	failure := errors.New("the disk is gone")
	c := &cursor{r: io.MultiReader(bytes.NewReader([]byte("abc")), iotest.ErrReader(failure)), buf: make([]byte, 64)}
	if b, err := c.peek(4); string(b) != "abc" || err != failure {
		t.Errorf("peek: %q, %v", b, err)
	}
	if err := c.skip(4); err != failure {
		t.Errorf("skip: %v", err)
	}
	idle := &cursor{r: readerFunc(func([]byte) (int, error) { return 0, nil }), buf: make([]byte, 64)}
	if _, err := idle.peek(1); err != io.ErrNoProgress {
		t.Errorf("a reader that never gives anything: %v", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
