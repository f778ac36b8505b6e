package artifact

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

var errFound = errors.New("there is nothing to find")

// benchmarkWalk walks a path without native files.
func benchmarkWalk(b *testing.B, path string) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if err := Walk(b.Context(), path, Options{}, func(*File) error { return errFound }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFolder10000(b *testing.B) {
	dir := b.TempDir()
	for i := range 10_000 {
		sub := filepath.Join(dir, fmt.Sprint(i/100))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("%d.js", i)), text, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	benchmarkWalk(b, dir)
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/10_000, "µs/file")
}

// A zip file of 100 MB: 10,000 entries that hardly compress.
func BenchmarkZip100MB(b *testing.B) {
	path := filepath.Join(b.TempDir(), "x.zip")
	f := must(os.Create(path))
	buffered := bufio.NewWriter(f)
	w := zip.NewWriter(buffered)
	content := hexed(noise(10 << 10))
	for i := range 10_000 {
		copy(content, fmt.Sprintf("%d", i))
		must(must(w.Create(fmt.Sprintf("org/example/Class%d.class", i))).Write(content))
	}
	must(0, w.Close())
	must(0, buffered.Flush())
	must(0, f.Close())
	benchmarkWalk(b, path)
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/10_000, "µs/entry")
}

func BenchmarkZipMillion(b *testing.B) {
	path := filepath.Join(b.TempDir(), "x.zip")
	f := must(os.Create(path))
	w := newBuffered(f)
	writeMillionZip(w)
	must(0, w.Flush())
	must(0, f.Close())
	benchmarkWalk(b, path)
}

// A tar.gz of which all but one small file is passed over.
func BenchmarkTarGz(b *testing.B) {
	container := gzipOf(tarOf(part{name: "a", content: hexed(noise(16 << 20))}, part{name: "x.so", content: lib}))
	b.SetBytes(32 << 20)
	b.ReportAllocs()
	for b.Loop() {
		err := WalkReader(b.Context(), bytes.NewReader(container), int64(len(container)), "x", Options{}, readAll)
		if err != nil {
			b.Fatal(err)
		}
	}
}

// A wheel with one library of 32 MB, all of which is unpacked into memory.
func BenchmarkWheel(b *testing.B) {
	container := zipOf(part{name: "x.so", content: append(library(""), hexed(noise(15<<20))...)}, part{name: "x.dist-info/WHEEL"})
	b.SetBytes(30 << 20)
	b.ReportAllocs()
	for b.Loop() {
		err := WalkReader(b.Context(), bytes.NewReader(container), int64(len(container)), "x", Options{}, readAll)
		if err != nil {
			b.Fatal(err)
		}
	}
}

func readAll(f *File) error {
	c, err := f.Open()
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = io.Copy(io.Discard, io.NewSectionReader(c, 0, c.Size()))
	return err
}

func hexed(b []byte) []byte { return fmt.Appendf(nil, "%x", b) }
