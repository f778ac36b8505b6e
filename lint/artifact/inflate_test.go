package artifact

import (
	"bytes"
	"compress/flate"
	"io"
	"testing"
)

func deflated(content []byte, level int) []byte {
	var b bytes.Buffer
	w := must(flate.NewWriter(&b, level))
	must(w.Write(content))
	must(0, w.Close())
	return b.Bytes()
}

var inflatable = [][]byte{nil, []byte("x"), lib, text, noise(5000), hexed(noise(3000)), make([]byte, 70_000), tarOf(part{name: "x", content: lib})}

// What comes out is what package compress/flate unpacks, as far as it goes.
func TestInflatePrefix(t *testing.T) {
	var d inflater
	for i, content := range inflatable {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			packed := deflated(content, level)
			for _, want := range []int{1, 4, 100, headSize} {
				for cut := 0; cut <= len(packed); cut += 1 + len(packed)/300 {
					dst := make([]byte, want)
					n, whole := d.prefix(dst, packed[:cut])
					if !bytes.HasPrefix(content, dst[:n]) {
						t.Fatalf("content %d, level %d, cut at %d: wrong bytes", i, level, cut)
					}
					if whole && n != min(want, len(content)) {
						t.Fatalf("content %d, level %d, cut at %d: %d bytes are said to be all", i, level, cut, n)
					}
				}
				if n, whole := d.prefix(make([]byte, want), packed); !whole {
					t.Fatalf("content %d, level %d: %d bytes of %d and no end", i, level, n, want)
				}
			}
		}
	}
}

// FuzzInflate: where both unpack, they agree.
func FuzzInflate(f *testing.F) {
	for _, content := range inflatable {
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.BestCompression} {
			if packed := deflated(content, level); len(packed) < 10_000 {
				f.Add(packed)
			}
		}
	}
	var d inflater
	f.Fuzz(func(t *testing.T, packed []byte) {
		got := make([]byte, headSize)
		n, whole := d.prefix(got, packed)
		want := make([]byte, headSize)
		m, err := io.ReadFull(flate.NewReader(bytes.NewReader(packed)), want)
		if k := min(n, m); !bytes.Equal(got[:k], want[:k]) {
			t.Errorf("%d and %d bytes differ", n, m)
		}
		// Package flate refuses codes that are not complete, and so unpacks less at times.
		if n < m {
			t.Errorf("%d bytes, and flate unpacks %d", n, m)
		}
		if !whole && (err == nil || err == io.EOF) {
			t.Errorf("no end after %d bytes, and flate says %v", n, err)
		}
	})
}
