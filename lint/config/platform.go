package config

import (
	"strings"

	"github.com/musllint/musllint/lint"
)

// Platform normalises what platforms and --platform take: linux/ and an architecture, or
// that alone. It is false for anything else.
func Platform(word string) (string, bool) {
	os, arch, ok := strings.Cut(word, "/")
	if !ok {
		os, arch = "linux", word
	}
	name := lint.Arch(arch)
	return "linux/" + name, os == "linux" && name != ""
}
