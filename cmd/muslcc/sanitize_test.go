package main

import (
	"slices"
	"testing"
)

// TestSanitize tells of the sanitizers that GCC links a library for, which it has none of on
// Alpine. Clang has them there.
func TestSanitize(t *testing.T) {
	need(t, "gcc", "clang")
	for _, tt := range []struct {
		command string
		want    []string
	}{
		{"gcc -c -fsanitize=address", []string{"option -fsanitize=address "}},
		{"gcc -c -fsanitize=undefined -fsanitize=thread", []string{"option -fsanitize=thread ", "option -fsanitize=undefined "}},
		{"gcc -c -fsanitize=address -fno-sanitize=all", nil},
		{"gcc -c -fsanitize=kernel-address", nil},
		{"clang -c -fsanitize=address", nil},
	} {
		p := newPlace(t, map[string]string{"x.c": "int main(void) { return 0; }\n"})
		p.must("muslcc -- " + tt.command + " x.c")
		if got := p.uses(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.command, got, tt.want)
		}
	}
}
