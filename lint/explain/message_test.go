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

// Every line leads somewhere, none is hidden by an earlier one, and a finder can find those
// that say something of a log.
func TestMessages(t *testing.T) {
	rule := regexp.MustCompile(`^ML\d{4}$`)
	patterns := messages().finder.patterns
	for i, p := range patterns {
		sign := strings.HasPrefix(p.target, signMark)
		typed := body(p.target) != "" || rule.MatchString(p.target) // by people, not in a log
		if !sign && !typed && entries()[p.target] == nil && judges[p.target] == nil && p.target != stepTarget {
			t.Errorf("%q leads to %q, which is nothing", p.text, p.target)
		}
		if !typed && len(p.rarest()) == 0 {
			t.Errorf("%q has no %d characters in a row to look for", p.text, gramSize)
		}
		line := readLine([]byte(sample(p.text)))
		if _, _, ok := p.match(line); !ok {
			t.Errorf("%q does not match %q", p.text, line.plain)
		}
		for _, q := range patterns[:i] {
			if _, _, ok := q.match(line); ok && !typed && strings.HasPrefix(q.target, signMark) == sign {
				t.Errorf("%q is hidden by %q", p.text, q.text)
			}
		}
	}
}

// sample is a message that a pattern is about.
func sample(text string) string {
	var b strings.Builder
	if strings.HasPrefix(text, " ") {
		b.WriteString("x") // a line's own blanks are not read
	}
	for _, p := range pieces(text) {
		switch {
		case p.literal != "":
			b.WriteString(p.literal)
		case p.words != nil:
			b.WriteString(strings.NewReplacer("*", "x", "#", "7").Replace(p.words[0]))
		case p.name != "":
			b.WriteString("7")
		default:
			b.WriteString(" x ")
		}
	}
	return b.String()
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
