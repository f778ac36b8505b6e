package judge

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// objectFile is an object file for amd64: a symbol table and nothing else. Names begin with
// "+" where the file defines them, with "?" where it refers to them weakly, and with "~" where
// it defines them as functions that choose their code at run time.
func objectFile(names ...string) []byte {
	const header, entry = 64, 24
	text := []byte{0}
	symbols := make([]byte, entry) // the empty symbol
	for _, name := range names {
		info, section := byte(1<<4), uint16(0)
		switch name[0] {
		case '+':
			name, info, section = name[1:], 1<<4|2, 1
		case '~':
			name, info, section = name[1:], 1<<4|10, 1
		case '?':
			name, info = name[1:], 2<<4
		}
		symbols = binary.LittleEndian.AppendUint32(symbols, uint32(len(text)))
		symbols = append(symbols, info, 0)
		symbols = binary.LittleEndian.AppendUint16(symbols, section)
		symbols = append(symbols, make([]byte, 16)...)
		text = append(append(text, name...), 0)
	}
	for len(text)%8 != 0 {
		text = append(text, 0)
	}
	var b bytes.Buffer
	write := func(values ...any) {
		for _, v := range values {
			binary.Write(&b, binary.LittleEndian, v)
		}
	}
	sections := uint64(header + len(text) + len(symbols))
	write([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"), uint16(1), uint16(62), uint32(1), uint64(0), uint64(0), sections,
		uint32(0), uint16(header), uint16(0), uint16(0), uint16(64), uint16(4), uint16(0))
	b.Write(text)
	b.Write(symbols)
	section := func(kind uint32, offset, size uint64, link uint32, entry uint64) {
		write(uint32(0), kind, uint64(0), uint64(0), offset, size, link, uint32(1), uint64(8), entry)
	}
	section(0, 0, 0, 0, 0)
	section(1, header, 0, 0, 0)
	section(3, header, uint64(len(text)), 0, 0)
	section(2, header+uint64(len(text)), uint64(len(symbols)), 2, entry)
	return b.Bytes()
}

func TestObjects(t *testing.T) {
	tests := []struct {
		name    string
		on      string
		kind    lint.ArtifactKind
		members [][]string
		want    string
	}{
		{"plain", "alpine:3.20", lint.KindArchive, [][]string{{"+f", "malloc", "g"}, {"+g", "?fcntl64", "_GLOBAL_OFFSET_TABLE_", "_Unwind_Resume", "_ZNSt6vectorE"}},
			"  archive unknown amd64: runs: links\n"},
		// The loader maps these names from musl 1.2.4 on, the linker does not.
		{"LFS64", "musl:1.2.3", lint.KindArchive, [][]string{{"fopen64"}}, "  archive unknown amd64: runs: links\n"},
		{"LFS64", "alpine:3.18", lint.KindArchive, [][]string{{"fopen64"}}, "  archive unknown amd64: runs: links\n"},
		{"LFS64", "alpine:3.20", lint.KindArchive, [][]string{{"fopen64", "+f"}}, `  archive glibc amd64: fails: not all of it links: fopen64
  | a.o: undefined reference to ` + "`fopen64'" + `
  glibc fopen64
  in the way: fopen64
  do: compile it on Alpine, against the headers of musl
`},
		{"fortify", "alpine:3.20", lint.KindObject, [][]string{{"__printf_chk", "__memcpy_chk"}}, `  object glibc amd64: fails: not all of it links: __memcpy_chk and __printf_chk
  | a.o: undefined reference to ` + "`__memcpy_chk'" + `
  | a.o: undefined reference to ` + "`__printf_chk'" + `
  fortify __memcpy_chk
  fortify __printf_chk
  in the way: __memcpy_chk __printf_chk
  do: compile it on Alpine, against the headers of musl, or with -U_FORTIFY_SOURCE
`},
		{"compat", "alpine:3.20", lint.KindArchive, [][]string{{"fts_open", "argp_parse"}}, `  archive glibc amd64: fails: not all of it links: argp_parse and fts_open
  | a.o: undefined reference to ` + "`argp_parse'" + `
  | a.o: undefined reference to ` + "`fts_open'" + `
  glibc argp_parse: argp-standalone
  glibc fts_open: musl-fts
  do proved: apk add argp-standalone musl-fts-dev and link with -largp -lfts
      RUN apk add --no-cache argp-standalone musl-fts-dev
`},
		{"IFUNC", "alpine:3.20", lint.KindArchive, [][]string{{"~fast_copy"}}, `  archive unknown amd64: fails: chooses functions by IFUNC, which musl does not know
  note: fast_copy chooses the code at run time by STT_GNU_IFUNC. It links, but musl does not run the choice: the loader reports an unsupported relocation type, and a static program crashes in the call.
`},
		{"LTO", "alpine:3.20", lint.KindArchive, [][]string{{"+__gnu_lto_slim"}}, `  archive unknown amd64: unknown: code for link-time optimization
  note: It has no symbols for a linker to see: only the compiler that made it can link it.
`},
		{"Go", "alpine:3.20", lint.KindArchive, [][]string{{"+_cgo_init", "malloc"}}, `  archive unknown amd64: fails: a Go library crashes in a musl process
  | Segmentation fault
  do: use it in a glibc image: no build of it works on musl
  note: A program links with it, and dies in runtime.sysargs before main: Go's run-time in a library reads argc and argv where glibc passes them and musl does not (golang/go#13492).
`},
		// In a release that nobody has looked into, a name that some musl had may be there.
		{"unverified", "alpine:3.22", lint.KindObject, [][]string{{"fopen64"}}, `  object glibc amd64: unknown: not all of it links: fopen64
  | a.o: undefined reference to ` + "`fopen64'" + `
  glibc fopen64
  in the way: fopen64
`},
		{"processor", "alpine:3.20/arm64", lint.KindArchive, [][]string{{"malloc"}}, "  archive unknown amd64: fails: made for amd64\n  | libx.a: file in wrong format\n"},
		{"empty", "alpine:3.20", lint.KindArchive, nil, "  archive unknown: unknown: no object file in it\n"},
	}
	for _, test := range tests {
		target, err := facts.ParseTarget(test.on)
		if err != nil {
			t.Fatal(err)
		}
		o := NewObjects("libx.a", "", test.kind, Environment{Target: target})
		for i, names := range test.members {
			b := objectFile(names...)
			if err := o.Add(string(rune('a'+i))+".o", bytes.NewReader(b), int64(len(b))); err != nil {
				t.Fatal(err)
			}
		}
		a, err := o.Judge()
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, describeArtifact(a)); diff != "" {
			t.Errorf("%s on %s: -want +got:\n%s", test.name, test.on, diff)
		}
	}
}

// FuzzObjects reads damaged object files.
func FuzzObjects(f *testing.F) {
	f.Add(objectFile("malloc", "+f", "fopen64", "?weak"))
	target, err := facts.ParseTarget("alpine:3.20")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o := NewObjects("x.o", "", lint.KindObject, Environment{Target: target})
		if err := o.Add("x.o", bytes.NewReader(b), int64(len(b))); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Judge(); err != nil && o.arch != "" {
			t.Fatal(err)
		}
	})
}
