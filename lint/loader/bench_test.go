package loader

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/musllint/musllint/lint"
)

// BenchmarkList replays the loader on every library below the folders of MUSLLINT_TRUTH.
func BenchmarkList(b *testing.B) {
	roots := os.Getenv("MUSLLINT_TRUTH")
	if roots == "" {
		b.Skip("MUSLLINT_TRUTH names no folders of programs")
	}
	files := elfFiles(b, filepath.SplitList(roots))["amd64"]
	system, err := New(lint.Target{Libc: lint.Musl, Version: "1.2.5", Arch: "amd64"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		host := new(Host)
		for _, path := range files {
			r, err := system.List(host, path, Options{})
			if err != nil {
				b.Fatal(err)
			}
			r.Close()
		}
		host.Close()
	}
	b.ReportMetric(float64(len(files)), "files/op")
}
