package explain

import (
	"regexp"
	"strings"
	"testing"
)

func TestMessage(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Error loading shared library ld-linux-x86-64.so.2", "loader"},
		{"Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /app/bun)", "loader"},
		{"Error loading shared library libstdc++.so.6: No such file or directory (needed by ./x)", "libstdcxx"},
		{"standard_init_linux.go:228: exec user process caused: no such file or directory", "loader"},
		{"exec user process caused no such file or directory", "loader"},
		{"exec /app: no such file or directory", "loader"},
		{"not found although the file exists", "loader"},
		{"sh: ./probe: not found", "loader"},
		{"GLIBC_2.34", "loader"},
		{"/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by ./x)", "loader"},
		{"version `GLIBCXX_3.4.29' not found", "libstdcxx"},
		{"Error relocating /a/torch/lib/libgomp-1.so.1: pthread_attr_setaffinity_np: symbol not found", "threads"},
		{"Error relocating ./program: fcntl64: symbol not found", "symbols"},
		{"Error relocating ./program: __res_init: symbol not found", "resolver-api"},
		{"Error: getaddrinfo EAI_AGAIN registry", "dns"},
		{"/bin/sh: apt-get: not found", "ML1001"},
		{"apt-get: not found", "ML1001"},
		{`exec: "apt-get": executable file not found in $PATH`, "ML1001"},
		{"ERROR: No matching distribution found for torch", "wheels"},
		{"", ""},
		{"cp: can't stat 'x': No such file or directory", ""},
		{"dns malloc", ""},
		{"fts_open res_init", ""}, // of two topics: whose is it?
		{"search the tcp timeout", ""},
		{"/bin/sh: curl: not found", ""},
	}
	for _, tt := range tests {
		if got, ok := Message(tt.text); got != tt.want || ok != (tt.want != "") {
			t.Errorf("Message(%q) = %q, %v, want %q", tt.text, got, ok, tt.want)
		}
	}
}

// Every line leads somewhere, and none is hidden by an earlier one.
func TestMessages(t *testing.T) {
	rule := regexp.MustCompile(`^ML\d{4}$`)
	for line := range strings.Lines(messagesText) {
		pattern, target, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || pattern != strings.ToLower(pattern) || strings.Contains(target, "\t") {
			t.Errorf("malformed: %q", line)
		}
		if body(target) == "" && !rule.MatchString(target) {
			t.Errorf("%q is neither a topic nor a rule", target)
		}
		if got, _ := Message(strings.ReplaceAll(pattern, "*", " x ")); got != target {
			t.Errorf("%q leads to %q, want %q", pattern, got, target)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add("Error relocating x: y: symbol not found")
	f.Add("\xff*\x00\t")
	f.Fuzz(func(t *testing.T, text string) {
		target, ok := Message(text)
		if ok != (target != "") {
			t.Fatalf("Message(%q) = %q, %v", text, target, ok)
		}
		// A message stays one among other lines, unless they name something else.
		if again, _ := Message("  " + text + " "); again != target {
			t.Fatalf("space around %q changes %q to %q", text, target, again)
		}
	})
}
