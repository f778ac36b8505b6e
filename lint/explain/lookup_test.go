package explain

import (
	"slices"
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	tests := []struct {
		word string
		want []string // kinds and names
	}{
		{"fcntl64", []string{"symbol fcntl64"}},
		{" fcntl64 ", []string{"symbol fcntl64"}},
		{"libgomp.so.1", []string{"library libgomp.so.1"}},
		{"#include <fts.h>", []string{"header fts.h"}},
		{"argp", []string{"header argp.h"}},
		{"obstack", []string{"header obstack.h"}},
		{"pypi:torch", []string{"package pypi:torch"}},
		{"error", []string{"symbol error"}},
		{"nothing of this kind", nil},
		{"", nil},
	}
	for _, tt := range tests {
		var got []string
		for _, p := range Pages(tt.word) {
			got = append(got, string(p.Kind)+" "+p.Name)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("Pages(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
	var names []string
	for _, p := range Packages("bcrypt") {
		names = append(names, p.Name)
	}
	if !slices.Contains(names, "npm:bcrypt") || !slices.Contains(names, "pypi:bcrypt") {
		t.Errorf("Packages(bcrypt) = %q", names)
	}
}

func TestNearSymbols(t *testing.T) {
	for word, want := range map[string]string{"getcontex": "getcontext", "pthread_attr_setaffinty_np": "pthread_attr_setaffinity_np", "mallinfo3": "mallinfo2"} {
		if got := NearSymbols(word); !slices.Contains(got, want) {
			t.Errorf("NearSymbols(%q) = %q, without %q", word, got, want)
		}
	}
	for _, word := range []string{"", "x", "not a symbol", "zzzzzzzzzzzz"} {
		if got := NearSymbols(word); got != nil {
			t.Errorf("NearSymbols(%q) = %q", word, got)
		}
	}
}

func TestShort(t *testing.T) {
	tests := []struct{ name, want string }{
		{"malloc_trim", "malloc_trim: give free heap memory back to the kernel. Not in musl, but in gcompat: leave the call out: musl gives large blocks back by itself."},
		{"memcpy", "memcpy: a function or variable of libc. Leave it: musl has it."},
		{"qsort_r", "qsort_r: qsort with a pointer for the comparison. musl has it since 1.2.3 (Alpine 3.16): use it where the libc has it: the order of arguments is glibc's."},
	}
	for _, tt := range tests {
		p, _ := Symbol(tt.name)
		if got := p.Short(); got != tt.want {
			t.Errorf("short form of %s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// FuzzPages asks for anything: a page is whole, and has a name that leads to it.
func FuzzPages(f *testing.F) {
	for _, seed := range []string{"fcntl64", "libssl.so.10", "#include <fts.h>", "npm:sharp", "__a_chk", "lib.so", "x.h", "https://example.org/a", "_Z\xff", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		for _, p := range append(Pages(word), Packages(word)...) {
			if p.Name == "" || p.Is == "" || strings.ContainsAny(p.Short(), "\n\r") && !strings.ContainsAny(word, "\n\r") {
				t.Errorf("Pages(%q): %q", word, p.Short())
			}
			if !strings.HasPrefix(p.Text(), "# "+p.Name) {
				t.Errorf("Pages(%q): %q", word, p.Text())
			}
		}
	})
}
