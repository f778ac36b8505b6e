package artifact

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fuzzWalk walks whatever the fuzzer makes of the samples with one of the suffixes. The
// walk ends, nothing panics, and no limit is exceeded.
func fuzzWalk(f *testing.F, more [][]byte, suffixes ...string) {
	for _, s := range samples {
		for _, suffix := range suffixes {
			if strings.HasSuffix(s.name, suffix) {
				f.Add(s.container())
			}
		}
	}
	for _, b := range more {
		f.Add(b)
	}
	spill := f.TempDir()
	f.Fuzz(func(t *testing.T, container []byte) {
		limits := Limits{Depth: 3, Entries: 2_000, Entry: 1 << 20, Bytes: 8 << 20, Memory: 256 << 10, TempDir: spill}
		files, problems := 0, 0
		var bytesOut int64
		opt := Options{
			Limits: limits,
			Problem: func(p Problem) {
				problems++
				checkPlace(t, p.Place)
				if !errors.Is(p.Err, ErrDamaged) && !errors.Is(p.Err, ErrLimit) && !errors.Is(p.Err, ErrUnsupported) && !errors.Is(p.Err, ErrUnrecognized) {
					t.Errorf("a problem of no class: %v", p)
				}
			},
			Container: func(c *Container) error {
				checkPlace(t, c.Place)
				if c.depth > limits.Depth || c.Kind.Name() == "" {
					t.Errorf("%s: depth %d, kind %q", c, c.depth, c.Kind)
				}
				return nil
			},
			Link: func(l *Link) error {
				checkPlace(t, l.Place)
				if !utf8.ValidString(l.Target) {
					t.Errorf("%s: target %q", l, l.Target)
				}
				return nil
			},
		}
		before := allocated()
		start := time.Now()
		err := WalkReader(t.Context(), bytes.NewReader(container), int64(len(container)), "x", opt, func(file *File) error {
			checkPlace(t, file.Place)
			files++
			c, err := file.Open()
			if err != nil {
				return nil
			}
			defer c.Close()
			if c.Size() > max(limits.Entry, int64(len(container))) {
				t.Errorf("%s: %d bytes", file, c.Size())
			}
			n, err := io.Copy(io.Discard, io.NewSectionReader(c, 0, c.Size()))
			if err != nil || n != c.Size() {
				t.Errorf("%s: %d of %d bytes, %v", file, n, c.Size(), err)
			}
			bytesOut += n
			return nil
		})
		if err != nil {
			t.Errorf("the walk ends with %v", err)
		}
		if int64(files) > limits.Entries+1 || problems > maxProblems+1 || bytesOut > limits.Bytes+int64(len(container)) {
			t.Errorf("%d files, %d problems, %d bytes", files, problems, bytesOut)
		}
		if used := allocated() - before; used > 512<<20 {
			t.Errorf("%d MiB are allocated", used>>20)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it takes %v", took)
		}
	})
}

// allocated is how many bytes the process has allocated since it began.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func checkPlace(t *testing.T, p Place) {
	t.Helper()
	for level := range strings.SplitSeq(p.Inner, "!/") {
		for name := range strings.SplitSeq(level, "/") {
			if name == ".." {
				t.Errorf("%q climbs", p.Inner)
			}
		}
	}
	if !utf8.ValidString(p.Inner) || strings.Contains(p.Inner, "\x00") || strings.HasPrefix(p.Inner, "/") {
		t.Errorf("the place %q cannot be shown", p.Inner)
	}
}

func FuzzAr(f *testing.F) {
	fuzzWalk(f, [][]byte{[]byte(thinMagic)}, ".a")
}

func FuzzDeb(f *testing.F) { fuzzWalk(f, nil, ".deb") }

func FuzzZip(f *testing.F) {
	fuzzWalk(f, [][]byte{overlapping(50, zipOf(part{name: "x.so", content: lib})), zipOf(part{name: "../x.so", content: lib})}, ".zip", ".whl", ".jar", ".ear", ".pyz", ".conda")
}

func FuzzTar(f *testing.F) {
	fuzzWalk(f, [][]byte{sparseTar(1 << 16), tarAs(tar.FormatPAX, part{name: "ü", content: lib})}, ".tar", ".gem")
}

func FuzzCpio(f *testing.F) { fuzzWalk(f, nil, ".cpio") }

func FuzzRPM(f *testing.F) {
	fuzzWalk(f, [][]byte{rpmOf(cpioOf(part{name: "x", content: lib}))}, ".rpm")
}

// The formats of compression, around contents that are too small to hide the stream.
func FuzzGzip(f *testing.F) {
	fuzzWalk(f, [][]byte{gzipOf(gzipOf(obj))}, ".so.gz", ".apk", ".tgz")
}

func FuzzXz(f *testing.F) {
	seeds := [][]byte{xzOf(obj), xzOf(nil)}
	for _, packed := range xzFilters {
		seeds = append(seeds, must(base64.StdEncoding.DecodeString(packed)))
	}
	fuzzWalk(f, seeds, ".tar.xz")
}

func FuzzZstd(f *testing.F)  { fuzzWalk(f, [][]byte{zstdOf(obj), zstdOf(lib)}, ".tar.zst") }
func FuzzBzip2(f *testing.F) { fuzzWalk(f, [][]byte{bzip2Of(obj)}, ".tar.bz2") }

// FuzzZipFinds: what package archive/zip finds in a zip file is found here, or there is a
// problem.
func FuzzZipFinds(f *testing.F) {
	for _, s := range samples {
		if b := s.container(); strings.HasPrefix(string(b), zipLocal) {
			f.Add(b)
		}
	}
	f.Add(toZip64(zipOf(part{name: "x.so", content: lib})))
	f.Fuzz(func(t *testing.T, container []byte) {
		r, err := zip.NewReader(bytes.NewReader(container), int64(len(container)))
		if err != nil || !strings.HasPrefix(string(container), zipLocal) {
			return
		}
		want := 0
		for _, entry := range r.File {
			if strings.HasSuffix(entry.Name, "/") || entry.Mode()&fs.ModeSymlink != 0 {
				continue
			}
			if content, err := entry.Open(); err == nil {
				head, err := io.ReadAll(io.LimitReader(content, 1<<20))
				if err == nil && isELF(head) {
					want++
				}
			}
		}
		found, problems := 0, 0
		opt := Options{Limits: small, Problem: func(Problem) { problems++ }}
		err = WalkReader(t.Context(), bytes.NewReader(container), int64(len(container)), "x", opt, func(file *File) error {
			found++
			if c, err := file.Open(); err == nil {
				c.Close()
			}
			return nil
		})
		if err != nil || found < want && problems == 0 {
			t.Errorf("%d files and no problem, package archive/zip finds %d; %v", found, want, err)
		}
	})
}
