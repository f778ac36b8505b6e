package artifact

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// Every container in these tests is built here, byte by byte or with the standard library.

// part is a file that goes into a container.
type part struct {
	name    string
	content []byte
	link    string // makes it a symbolic link
}

// elfOf is something that begins like an ELF file of a type and differs by its body.
func elfOf(typ elf.Type, body string) []byte {
	b := make([]byte, 64, 64+len(body))
	copy(b, elf.ELFMAG)
	b[elf.EI_CLASS], b[elf.EI_DATA], b[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1
	binary.LittleEndian.PutUint16(b[16:], uint16(typ))
	return append(b, body...)
}

func library(body string) []byte { return elfOf(elf.ET_DYN, body) }
func object(body string) []byte  { return elfOf(elf.ET_REL, body) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func tarOf(parts ...part) []byte { return tarAs(tar.FormatUSTAR, parts...) }

func tarAs(format tar.Format, parts ...part) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, p := range parts {
		h := &tar.Header{Name: p.name, Mode: 0o755, Size: int64(len(p.content)), Typeflag: tar.TypeReg, Format: format}
		if p.link != "" {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, p.link, 0
		}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		must(w.Write(p.content[:h.Size]))
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// withoutEnd cuts the zeros off that end a tar archive, as abuild does for all but the last.
func withoutEnd(archive []byte) []byte { return archive[:len(archive)-2*tarBlock] }

func gzipOf(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	must(w.Write(content))
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func zstdOf(content []byte) []byte {
	w := must(zstd.NewWriter(nil))
	defer w.Close()
	return w.EncodeAll(content, nil)
}

// xzOf makes an xz file that stores its content without compressing it.
func xzOf(content []byte) []byte {
	sum := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
	pad := func(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }
	flags := []byte{0, 1} // CRC32

	out := append([]byte("\xfd7zXZ\x00"), flags...)
	out = append(out, sum(flags)...)
	header := pad([]byte{0, 0, 0x21, 1, 0}) // one filter: LZMA2 with a dictionary of 4 KiB
	header[0] = byte(len(header) / 4)
	block := append(header, sum(header)...)
	for rest, first := content, true; len(rest) > 0; first = false {
		chunk := rest[:min(len(rest), 1<<16)]
		rest = rest[len(chunk):]
		control := byte(2)
		if first {
			control = 1 // resets the dictionary
		}
		block = append(block, control, byte((len(chunk)-1)>>8), byte(len(chunk)-1))
		block = append(block, chunk...)
	}
	block = append(block, 0)
	unpadded := len(block) + 4
	block = append(pad(block), sum(content)...)
	out = append(out, block...)

	index := binary.AppendUvarint([]byte{0, 1}, uint64(unpadded))
	index = pad(binary.AppendUvarint(index, uint64(len(content))))
	index = append(index, sum(index)...)
	out = append(out, index...)
	footer := append(binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1)), flags...)
	out = append(out, sum(footer)...)
	return append(append(out, footer...), "YZ"...)
}

// zipOf stores the parts whose names end in "=stored" under the name before it, and
// compresses the others.
func zipOf(parts ...part) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate}
		if name := without(p.name, "=stored"); name != p.name {
			h.Name, h.Method = name, zip.Store
		}
		h.SetMode(0o755)
		if p.link != "" {
			h.ExternalAttrs = unixSymlink << 16
			p.content = []byte(p.link)
		}
		must(must(w.CreateHeader(h)).Write(p.content))
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// arOf makes a static library with the long names of GNU, and an empty symbol table.
func arOf(parts ...part) []byte {
	var names bytes.Buffer
	b := bytes.NewBufferString(arMagic)
	member := func(name string, content []byte) {
		fmt.Fprintf(b, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", name, 0, 0, 0, 0o644, len(content))
		b.Write(content)
		if len(content)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	at := map[string]int{}
	for _, p := range parts {
		if len(p.name) > 15 {
			at[p.name] = names.Len()
			fmt.Fprintf(&names, "%s/\n", p.name)
		}
	}
	member("/", []byte{0, 0, 0, 0})
	if names.Len() > 0 {
		member("//", names.Bytes())
	}
	for _, p := range parts {
		if i, ok := at[p.name]; ok {
			member(fmt.Sprintf("/%d", i), p.content)
			continue
		}
		member(p.name+"/", p.content)
	}
	return b.Bytes()
}

// bsdArOf makes a static library with the long names of BSD and macOS.
func bsdArOf(parts ...part) []byte {
	b := bytes.NewBufferString(arMagic)
	for _, p := range append([]part{{name: "__.SYMDEF SORTED", content: make([]byte, 8)}}, parts...) {
		name := append([]byte(p.name), make([]byte, 4-len(p.name)%4)...)
		fmt.Fprintf(b, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", fmt.Sprintf("#1/%d", len(name)), 0, 0, 0, 0o644, len(name)+len(p.content))
		b.Write(name)
		b.Write(p.content)
		if b.Len()%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func debOf(dataName string, data []byte, control ...part) []byte {
	b := bytes.NewBufferString(arMagic)
	for _, p := range []part{
		{name: "debian-binary", content: []byte("2.0\n")},
		{name: "control.tar.gz", content: gzipOf(tarOf(control...))},
		{name: dataName, content: data},
	} {
		fmt.Fprintf(b, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", p.name, 0, 0, 0, 0o644, len(p.content))
		b.Write(p.content)
		if b.Len()%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func cpioOf(parts ...part) []byte {
	var b bytes.Buffer
	pad := func() { b.Write(make([]byte, -b.Len()&3)) }
	for _, p := range append(parts, part{name: cpioTrailer}) {
		mode, content := unixRegular|0o755, p.content
		if p.link != "" {
			mode, content = unixSymlink|0o777, []byte(p.link)
		}
		fmt.Fprintf(&b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
			1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(p.name)+1, 0)
		b.WriteString(p.name + "\x00")
		pad()
		b.Write(content)
		pad()
	}
	b.Write(make([]byte, -b.Len()&511))
	return b.Bytes()
}

func rpmOf(payload []byte) []byte {
	b := bytes.NewBufferString("\xed\xab\xee\xdb")
	b.Write(make([]byte, rpmLead-b.Len()))
	for _, data := range []string{"sig", "header"} {
		b.Write(make([]byte, -b.Len()&7))
		b.WriteString("\x8e\xad\xe8\x01\x00\x00\x00\x00")
		must(0, binary.Write(b, binary.BigEndian, []uint32{1, uint32(len(data))}))
		b.Write(make([]byte, 16))
		b.WriteString(data)
	}
	b.Write(payload)
	return b.Bytes()
}

func newBuffered(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 1<<20) }

// found is what a walk yields, in words.
type found struct {
	files      []string // "elf lib/x.so"
	containers []string // "jar", "jar lib/x.jar"
	links      []string // "lib/x.so -> x.so.1"
	problems   []Problem
	contents   [][]byte // of files; nil for those that could not be opened
}

// walkBytes walks a container and opens all that it yields.
func walkBytes(t testing.TB, name string, container []byte, limits Limits) found {
	t.Helper()
	return walkAt(t, bytes.NewReader(container), int64(len(container)), name, limits)
}

func walkAt(t testing.TB, r io.ReaderAt, size int64, name string, limits Limits) found {
	t.Helper()
	var f found
	err := WalkReader(t.Context(), r, size, name, f.options(limits), f.visit)
	if err != nil {
		t.Errorf("the walk ends with %v", err)
	}
	return f
}

func (f *found) options(limits Limits) Options {
	return Options{
		Limits:  limits,
		Problem: func(p Problem) { f.problems = append(f.problems, p) },
		Container: func(c *Container) error {
			f.containers = append(f.containers, words(string(c.Kind), c.Inner))
			return nil
		},
		Link: func(l *Link) error {
			f.links = append(f.links, l.Inner+" -> "+l.Target)
			return nil
		},
	}
}

func (f *found) visit(file *File) error {
	f.files = append(f.files, words(string(file.Kind), file.Inner))
	c, err := file.Open()
	if err != nil {
		f.contents = append(f.contents, nil)
		return nil
	}
	defer c.Close()
	content := make([]byte, c.Size())
	if n, err := c.ReadAt(content, 0); err != nil && err != io.EOF || n != len(content) {
		return fmt.Errorf("%s: %d of %d bytes, %w", file.Place, n, len(content), err)
	}
	f.contents = append(f.contents, content)
	return nil
}

func words(kind, inner string) string {
	if inner == "" {
		return kind
	}
	return kind + " " + inner
}
