package explain

import (
	"bytes"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// BenchmarkWhy reads a log of 10 MB: what failing builds and servers print, with many lines
// that look like errors of musl and are none.
func BenchmarkWhy(b *testing.B) {
	log := ordinaryLog(b, 10<<20)
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Why(bytes.NewReader(log), WhyOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

// ordinaryLog repeats the logs without a problem of musl, and what a server says between.
func ordinaryLog(b *testing.B, size int) []byte {
	b.Helper()
	files, err := filepath.Glob("testdata/why/other-*.txtar")
	if err != nil || len(files) == 0 {
		b.Fatal("no logs", err)
	}
	var part bytes.Buffer
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			b.Fatal(err)
		}
		for _, section := range archive.Files {
			if filepath.Ext(section.Name) != ".want" {
				part.Write(section.Data)
				part.WriteString(access)
			}
		}
	}
	return bytes.Repeat(part.Bytes(), size/part.Len()+1)[:size]
}

const access = `10.0.0.7 - - [02/Mar/2026:10:11:12 +0000] "GET /api/v1/items/51823 HTTP/1.1" 200 1532 "-" "Mozilla/5.0 (X11; Linux x86_64)"
2026-03-02T10:11:12.123Z INFO  com.example.shop.CartService - cart 9123 has 3 items
#9 12.31   Downloading package-1.2.3.tar.gz (1.2 MB)
  CC      src/module_7/file_31.o
`
