package suspect

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// sample is 50 kB of C as people write it.
func sample() []byte {
	text := []byte(`#include <stdio.h>
#include "project.h"

/* Moves what is left to the front, and tells how much that is. */
static size_t compact(struct buffer *b, const char *name)
{
	size_t left = b->end - b->start;

	if (left > 0 && b->start > 0)
		memmove(b->data, b->data + b->start, left);
	b->start = 0;
	b->end = left;
#ifdef DEBUG
	fprintf(stderr, "%s: %zu bytes are left\n", name, left);
#endif
	for (unsigned int i = 0; i < b->listeners; i++) {
		struct listener *l = &b->list[i];
		if (l->notify == NULL || (l->flags & LISTENER_PAUSED))
			continue; // it will ask
		l->notify(l, b->data, left);
	}
	return left;
}
`)
	return bytes.Repeat(text, 50000/len(text)+1)[:50000]
}

func BenchmarkScan(b *testing.B) {
	text := sample()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		c := scan{text: text, live: true, word: -1, macros: macros{}}
		c.run()
	}
}

// BenchmarkUnit reads a source of 50 kB with five headers of 10 kB.
func BenchmarkUnit(b *testing.B) {
	dir := b.TempDir()
	source := filepath.Join(dir, "main.c")
	text := sample()
	for _, name := range []string{"a.h", "b.h", "c.h", "d.h", "project.h"} {
		if err := os.WriteFile(filepath.Join(dir, name), text[:10000], 0o666); err != nil {
			b.Fatal(err)
		}
		text = append([]byte("#include \""+name+"\"\n"), text...)
	}
	if err := os.WriteFile(source, text[:50000], 0o666); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if is, why := New(nil).Suspect(source, []string{dir}, nil); is {
			b.Fatal(why)
		}
	}
}
