package artifact

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// small are limits under which no sample of a hostile test may cost anything.
var small = Limits{Depth: 4, Entries: 10_000, Entry: 1 << 20, Bytes: 16 << 20, Memory: 256 << 10}

// whole are the contents that a sample may give, however it is damaged.
func isWhole(content []byte) bool {
	return bytes.HasPrefix(content, lib) || bytes.HasPrefix(content, obj)
}

// check walks a damaged sample: what it yields is yielded by the sound one too, and what is
// missing or broken has a problem.
func (s sample) check(t *testing.T, what string, damaged []byte, mayMiss bool) {
	t.Helper()
	got := walkBytes(t, s.name, damaged, small)
	whole := 0
	for i, content := range got.contents {
		if !slices.Contains(s.files, got.files[i]) {
			t.Errorf("%s: it yields %s", what, got.files[i])
		}
		if isWhole(content) {
			whole++
		} else if content != nil && len(got.problems) == 0 && !mayMiss {
			t.Errorf("%s: %s has %d bytes that are not those that went in, and there is no problem", what, got.files[i], len(content))
		}
	}
	if whole < len(s.files) && len(got.problems) == 0 && !mayMiss {
		t.Errorf("%s: %d of %d files and no problem", what, whole, len(s.files))
	}
}

func TestTruncated(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			container := s.container()
			if len(s.containers) == 0 {
				return // what an ELF file lacks is not seen here
			}
			for cut := range container {
				// What has lost its mark is no container any more.
				mayMiss := cut < 512 || s.silent[0] <= cut && cut < s.silent[1]
				switch s.containers[0] {
				case "tar", "gem":
					// Nothing tells that tar is cut off behind the bytes of a file.
					padding := container[cut:min(len(container), (cut+511)&^511)]
					mayMiss = mayMiss || len(bytes.Trim(padding, "\x00")) == 0
				case "archive":
					// Nor that there was another member.
					mayMiss = mayMiss || len(container) > cut+arHeader && string(container[cut+arHeader-2:cut+arHeader]) == "`\n"
				case "cpio":
					// Nor that there was a second archive.
					first := bytes.Index(container, []byte(cpioTrailer)) + len(cpioTrailer)
					mayMiss = mayMiss || first <= cut && cut <= (first+511)&^511
				}
				s.check(t, fmt.Sprintf("cut at %d", cut), container[:cut], mayMiss)
			}
		})
	}
}

func TestBitFlips(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			container := s.container()
			step := 1
			if testing.Short() {
				step = 17
			}
			for i := 0; i < len(container); i += step {
				flipped := bytes.Clone(container)
				flipped[i] ^= 1 << (i % 8)
				walkBytes(t, s.name, flipped, small) // it ends, and nothing panics
			}
		})
	}
}

// Larger files are cut at every 4 KiB.
func TestTruncatedLarge(t *testing.T) {
	big := append(library(""), noise(100_000)...)
	for name, container := range map[string][]byte{
		"x.zip":     zipOf(part{name: "a.so", content: big}, part{name: "b.so=stored", content: big}),
		"x.tar.gz":  gzipOf(tarOf(part{name: "a.so", content: big}, part{name: "b.so", content: big})),
		"x.tar.xz":  xzOf(tarOf(part{name: "a.so", content: big}, part{name: "b.so", content: big})),
		"x.tar.zst": zstdOf(tarOf(part{name: "a.so", content: big}, part{name: "b.so", content: big})),
		"x.tar.bz2": bzip2Of(tarOf(part{name: "a.so", content: big}, part{name: "b.so", content: big})),
		"x.a":       arOf(part{name: "a.o", content: big}, part{name: "b.o", content: big}),
		"x.cpio":    cpioOf(part{name: "a.o", content: big}, part{name: "b.o", content: big}),
	} {
		for cut := 4096; cut < len(container); cut += 4096 {
			got := walkBytes(t, name, container[:cut], Limits{Memory: 128 << 10, TempDir: t.TempDir()})
			if len(got.problems) == 0 && !(len(got.contents) == 2 && bytes.Equal(got.contents[1], big)) {
				t.Errorf("%s cut at %d: %d files and no problem", name, cut, len(got.files))
			}
			for i, content := range got.contents {
				if content != nil && !bytes.Equal(content, big) {
					t.Errorf("%s cut at %d: %s has %d bytes that are not those that went in", name, cut, got.files[i], len(content))
				}
			}
		}
	}
}

// noise is content that does not compress.
func noise(n int) []byte {
	b := make([]byte, 0, n+8)
	for x := uint64(88172645463325252); len(b) < n; {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b = binary.LittleEndian.AppendUint64(b, x)
	}
	return b[:n]
}

// zeros compresses n zeros after a head.
func zeros(head []byte, n int64) []byte {
	var b bytes.Buffer
	w := must(gzip.NewWriterLevel(&b, gzip.BestSpeed))
	must(w.Write(head))
	must(io.CopyN(w, zero{}, n))
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// bomb is a file that costs more than it looks like.
type bomb struct {
	name      string
	container func() []byte
	limits    Limits
	garbage   bool   // it makes more than the collector can take away at once
	want      error  // class of the only problem
	says      string // part of its text
}

var bombs = []bomb{
	{
		name:      "an ELF file of zeros",
		container: func() []byte { return zeros(lib, 600<<20) },
		want:      ErrLimit, says: "unpacking it takes more than 512 MiB",
	},
	{
		name:      "gzip of gzip",
		container: func() []byte { return gzipOf(gzipOf(zeros(lib, 600<<20))) },
		want:      ErrLimit, says: "unpacking it takes more than 512 MiB",
	},
	{
		name: "gzip of gzip of gzip of gzip of gzip",
		container: func() []byte {
			b := lib
			for range 6 {
				b = gzipOf(b)
			}
			return b
		},
		want: ErrLimit, says: "it lies in 4 containers already",
	},
	{
		name:      "tar of a file of zeros that is passed over",
		container: func() []byte { return zeros(tarOf(part{name: "x", content: text})[:1536], 600<<20) },
		want:      ErrLimit, says: "unpacking it takes more than 512 MiB",
	},
	{
		name: "an entry larger than one may be",
		container: func() []byte {
			return zipOf(part{name: "x.so", content: append(lib, make([]byte, 2<<20)...)})
		},
		limits: Limits{Entry: 1 << 20},
		want:   ErrLimit, says: "the file is larger than 1 MiB",
	},
	{
		name: "a zip file whose entries are all the same bytes",
		container: func() []byte {
			return overlapping(1_000, zipOf(part{name: "x.so", content: append(lib, make([]byte, 1<<20)...)}))
		},
		want: ErrLimit, says: "unpacking it takes more than 512 MiB",
	},
	{
		name: "a zip file whose entries are all the same stored bytes",
		container: func() []byte {
			return overlapping(1_000, zipOf(part{name: "x.so=stored", content: append(lib, make([]byte, 1<<20)...)}))
		},
		want: ErrLimit, says: "unpacking it takes more than",
	},
	{
		name: "a zip file whose entries are all the same zip file",
		container: func() []byte {
			return overlapping(20_000, zipOf(part{name: "x=stored", content: zipOf(part{name: "x.so", content: lib})}))
		},
		limits: Limits{Entries: 30_000},
		want:   ErrLimit, says: "more than 30000 files",
	},
	{
		name: "a thousand blocks of bzip2",
		container: func() []byte {
			var parts []part
			for i := range 1_000 {
				parts = append(parts, part{name: fmt.Sprintf("%d=stored", i), content: bzip2Of([]byte("x"))})
			}
			return zipOf(parts...)
		},
		garbage: true,
		want:    ErrLimit, says: "unpacking it takes more than 512 MiB",
	},
	{
		name:      "a sparse file of 1 TiB",
		container: func() []byte { return sparseTar(1 << 40) },
		want:      ErrLimit, says: "the file is larger than 4 GiB",
	},
	{
		name: "an xz dictionary of 3 GiB",
		container: func() []byte {
			b := xzOf(lib)
			b[16] = 39
			binary.LittleEndian.PutUint32(b[20:], crc32.ChecksumIEEE(b[12:20]))
			return b
		},
		want: ErrLimit, says: "the xz data need more than 64 MiB of memory",
	},
	{
		name: "a zstd window of 1 GiB",
		container: func() []byte {
			return append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3, 0x01, 0x20, 0x00}, make([]byte, 1024)...)
		},
		want: ErrLimit, says: "the zstd data need more than 128 MiB of memory",
	},
	{
		name: "deflate data that begin with nothing",
		container: func() []byte {
			nothing := bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 100_000)
			return zipRaw(part{name: "x.so", content: append(nothing, 1, 0, 0, 0xff, 0xff)})
		},
		want: ErrDamaged, says: "nothing can be unpacked from its first 65536 bytes",
	},
	{
		name: "a table of names of 9 GB",
		container: func() []byte {
			return gzipOf(fmt.Appendf([]byte(arMagic), "%-16s%-12d%-6d%-6d%-8o%-10d`\n", "//", 0, 0, 0, 0, int64(9_000_000_000)))
		},
		want: ErrLimit, says: "the table of names takes 8.3 GiB",
	},
}

// overlapping repeats the only entry in the directory of a zip file.
func overlapping(n int, one []byte) []byte {
	dir := must(findDirectory(bytes.NewReader(one), int64(len(one))))
	entry := one[dir.offset : dir.offset+dir.size]
	out := bytes.Clone(one[:dir.offset])
	for range n {
		out = append(out, entry...)
	}
	return append(out, zipEnd(uint16(n), len(entry)*n, int(dir.offset))...)
}

func zipEnd(n uint16, size, offset int) []byte {
	b := append([]byte(endMagic), 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, n)
	b = binary.LittleEndian.AppendUint16(b, n)
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, uint32(offset))
	return append(b, 0, 0)
}

// zipRaw takes contents that are deflated already.
func zipRaw(parts ...part) []byte {
	var out, dir []byte
	for _, p := range parts {
		offset := len(out)
		sizes := binary.LittleEndian.AppendUint32(nil, uint32(len(p.content)))
		sizes = binary.LittleEndian.AppendUint32(sizes, uint32(len(p.content)))
		fixed := append([]byte{20, 0, 0, 0, methodDeflated, 0, 0, 0, 0, 0, 0, 0, 0, 0}, sizes...)
		fixed = append(fixed, byte(len(p.name)), byte(len(p.name)>>8), 0, 0)
		out = append(append(append(out, zipLocal...), fixed...), p.name...)
		out = append(out, p.content...)
		dir = append(append(append(dir, centralMagic...), 20, 0), fixed...)
		dir = append(dir, make([]byte, 10)...)
		dir = append(binary.LittleEndian.AppendUint32(dir, uint32(offset)), p.name...)
	}
	return append(append(out, dir...), zipEnd(uint16(len(parts)), len(dir), len(out))...)
}

// sparseTar holds one file of which only the first block is stored, in the old format of
// GNU tar.
func sparseTar(size int64) []byte {
	block := make([]byte, 512)
	copy(block, lib)
	b := tarOf(part{name: "sparse.so", content: block})
	h := b[:512]
	h[156] = tar.TypeGNUSparse
	copy(h[257:], "ustar  \x00")
	octal := func(at, n int, v int64) { copy(h[at:at+n], fmt.Sprintf("%0*o\x00", n-1, v)) }
	binaryNumber := func(at int, v int64) {
		h[at] = 0x80
		binary.BigEndian.PutUint64(h[at+4:], uint64(v))
	}
	clear(h[345:])
	octal(386, 12, 0)
	octal(398, 12, 512)
	binaryNumber(410, size)
	octal(422, 12, 0)
	binaryNumber(483, size)
	copy(h[148:156], "        ")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	octal(148, 7, int64(sum))
	return b
}

func TestBombs(t *testing.T) {
	for _, b := range bombs {
		t.Run(b.name, func(t *testing.T) {
			container := b.container()
			limits := b.limits
			limits.TempDir = t.TempDir()
			peak := watchHeap()
			start := time.Now()
			got := walkBytesUnread(t, container, limits)
			took, used := time.Since(start), peak()
			t.Logf("%d bytes: %v, %d MiB, %d files, %v", len(container), took.Round(time.Millisecond), used>>20, len(got.files), got.problems)
			if len(got.problems) == 0 {
				t.Fatal("no problem")
			}
			if p := got.problems[0]; len(got.problems) > 1 || !errors.Is(p.Err, b.want) || !strings.Contains(p.String(), b.says) {
				t.Errorf("problems %v, want one that says %q", got.problems, b.says)
			}
			if took > 30*time.Second {
				t.Errorf("it takes %v", took)
			}
			if limit := uint64(len(container) + 96<<20); used > limit && !b.garbage {
				t.Errorf("it takes %d MiB, more than %d", used>>20, limit>>20)
			}
		})
	}
}

// walkBytesUnread opens what it finds and reads nothing of it: the contents of bombs are
// too large to be kept.
func walkBytesUnread(t *testing.T, container []byte, limits Limits) found {
	t.Helper()
	var f found
	err := WalkReader(t.Context(), bytes.NewReader(container), int64(len(container)), "bomb", f.options(limits), func(file *File) error {
		f.files = append(f.files, file.Inner)
		if c, err := file.Open(); err == nil {
			return c.Close()
		}
		return nil
	})
	if err != nil {
		t.Errorf("the walk ends with %v", err)
	}
	return f
}

// watchHeap measures the most that is allocated until the function that it returns is called.
func watchHeap() func() uint64 {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapInuse)
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return max(<-peak, before.HeapInuse) - before.HeapInuse
	}
}

// A million small files must neither be slow nor be held in memory.
func TestMillionEntries(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes files of 100 MB and more")
	}
	const n = 1_000_000
	for _, c := range []struct {
		name  string
		write func(io.Writer)
		links int
	}{
		{"zip", writeMillionZip, 0},
		{"ar", func(w io.Writer) {
			io.WriteString(w, arMagic)
			for i := range n {
				fmt.Fprintf(w, "%-16s%-12d%-6d%-6d%-8o%-10d`\ntext", fmt.Sprintf("f%d/", i), 0, 0, 0, 0o644, 4)
			}
		}, 0},
		{"tar", func(w io.Writer) {
			tw := tar.NewWriter(w)
			for i := range n / 2 {
				must(0, tw.WriteHeader(&tar.Header{Name: fmt.Sprintf("f%d", i), Size: 4}))
				must(io.WriteString(tw, "text"))
				must(0, tw.WriteHeader(&tar.Header{Name: fmt.Sprintf("l%d", i), Linkname: "f", Typeflag: tar.TypeSymlink}))
			}
			must(0, tw.Close())
		}, n / 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "million."+c.name)
			f := must(os.Create(path))
			w := newBuffered(f)
			c.write(w)
			must(0, w.Flush())
			must(0, f.Close())
			peak := watchHeap()
			start := time.Now()
			links, problems := 0, []Problem(nil)
			err := Walk(t.Context(), path, Options{
				Problem: func(p Problem) { problems = append(problems, p) },
				Link:    func(*Link) error { links++; return nil },
			}, func(*File) error { return errors.New("there are no ELF files") })
			took, used := time.Since(start), peak()
			t.Logf("%v, %d MiB", took.Round(time.Millisecond), used>>20)
			if err != nil || len(problems) > 0 || links != c.links {
				t.Errorf("%v, %v, %d links", err, problems, links)
			}
			if took > 60*time.Second || used > 16<<20 {
				t.Errorf("it takes %v and %d MiB", took, used>>20)
			}
		})
	}
}

func writeMillionZip(w io.Writer) {
	const n = 1_000_000
	content := []byte{0x2b, 0x49, 0xad, 0x28, 0x01, 0x00} // "text", deflated
	fixed := append([]byte{20, 0, 0, 0, methodDeflated, 0, 0, 0, 0, 0}, 0x23, 0x0b, 0x40, 0x3d)
	fixed = append(fixed, byte(len(content)), 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0)
	each := len(zipLocal) + len(fixed) + 8 + len(content)
	for i := range n {
		fmt.Fprintf(w, "%s%s%08d%s", zipLocal, fixed, i, content)
	}
	for i := range n {
		fmt.Fprintf(w, "%s\x14\x00%s%s%s%08d", centralMagic, fixed, make([]byte, 10),
			binary.LittleEndian.AppendUint32(nil, uint32(i*each)), i)
	}
	w.Write(zipEnd(0xFFFF, n*(centralSize+8), n*each))
}

// Whatever a name says, its place is below the container, and can be shown.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		stored, want string
		climbs       bool
	}{
		{"a/b.so", "a/b.so", false},
		{"./a//b.so", "a/b.so", false},
		{"/usr/lib/x.so", "usr/lib/x.so", false},
		{"a/../b.so", "b.so", false},
		{"../../etc/passwd", "etc/passwd", true},
		{"a/../../etc/passwd", "etc/passwd", true},
		{`..\..\windows`, "windows", true},
		{`a\b.so`, `a\b.so`, false},
		{"..", "unnamed", true},
		{"", "unnamed", false},
		{"/", "unnamed", false},
		{"a\x00b", "a\uFFFDb", false},
		{"a\xff\xfeb", "a\uFFFDb", false},
		{"..a/b..", "..a/b..", false},
		{strings.Repeat("x", 5000), strings.Repeat("x", maxName), false},
		{strings.Repeat("ü", 2049), strings.Repeat("ü", 2048), false},
	} {
		name, climbs := cleanName(c.stored)
		if name != c.want || climbs != c.climbs {
			t.Errorf("%.40q becomes %.40q, %v; want %.40q, %v", c.stored, name, climbs, c.want, c.climbs)
		}
	}
}

func TestHostileNames(t *testing.T) {
	names := []string{"../../etc/passwd", "/etc/passwd", `..\..\x`, "a\x00b.so", "\xff\xfe.so", "a/../../b", "x.so", "x.so", "a!/b.so", "\x1b[31mred.so"}
	var parts []part
	for _, n := range names {
		parts = append(parts, part{name: n, content: lib})
	}
	for _, container := range [][]byte{zipOf(parts...), cpioOf(parts...), bsdArOf(parts...), tarOf(slices.DeleteFunc(parts, func(p part) bool {
		return strings.Contains(p.name, "\x00") || !utf8.ValidString(p.name) // package archive/tar does not write them
	})...)} {
		got := walkBytes(t, "x", container, Limits{})
		if want := len(names) - 2; len(got.files) < want {
			t.Errorf("%d files, want %d at least: %q", len(got.files), want, got.files)
		}
		for _, f := range got.files {
			inner := strings.TrimPrefix(f, "elf ")
			if !utf8.ValidString(f) || strings.Contains(f, "\x00") || strings.HasPrefix(inner, "/") || slices.Contains(strings.Split(inner, "/"), "..") {
				t.Errorf("it yields %q", f)
			}
		}
		if len(got.problems) != 3 {
			t.Errorf("problems %v, want those of the 3 names that climb", got.problems)
		}
	}
}
