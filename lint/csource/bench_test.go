package csource

import (
	"os"
	"path/filepath"
	"testing"
)

// systemHeaders are real sources of this machine, as many bytes as that.
func systemHeaders(tb testing.TB, atMost int) [][]byte {
	var list [][]byte
	size := 0
	for _, pattern := range []string{"/usr/include/*.h", "/usr/include/*/*.h", "/usr/include/c++/*/*", "/usr/include/*/*/*.h"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				continue
			}
			if size += len(b); size > atMost {
				return list
			}
			list = append(list, b)
		}
	}
	if len(list) == 0 {
		tb.Skip("this machine has no C headers")
	}
	return list
}

func BenchmarkTokens(b *testing.B) {
	list := systemHeaders(b, 4<<20)
	size := 0
	for _, text := range list {
		size += len(text)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range list {
			Read(text).Tokens()
		}
	}
}
