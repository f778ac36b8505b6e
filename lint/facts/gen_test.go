package facts

import (
	"os"
	"os/exec"
	"testing"
)

// TestGeneratorsKeepTheTables runs the generators that add to a table without anything to add:
// what they write is what is checked in, down to the order and the shortest expressions.
// Compiling them takes seconds, so that it is for CI.
func TestGeneratorsKeepTheTables(t *testing.T) {
	if os.Getenv("MUSLLINT_REQUIRE") == "" {
		t.Skip("compiles the generators, which is for CI: MUSLLINT_REQUIRE is not set")
	}
	for name, args := range map[string][]string{
		"musl-exports.tsv": {"gen/exports.go"},
		"sonames.tsv":      {"gen/sonames.go", "sonames.tsv"},

		"interface-names.bin": {"gen/names.go"},
	} {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("go", append([]string{"run"}, args...)...)
		cmd.Stderr = os.Stderr
		got, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", args[0], err)
		}
		if string(got) != string(want) {
			t.Errorf("%s writes another %s", args[0], name)
		}
	}
}
