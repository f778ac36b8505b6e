package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
)

// platforms checks and normalises what --platform takes: os/arch with or without variant,
// or an architecture alone. The same platform twice is one.
func platforms(words []string) ([]string, error) {
	var list []string
	for _, w := range words {
		os, arch, ok := strings.Cut(w, "/")
		if !ok {
			os, arch = "linux", w
		}
		name := lint.Arch(arch)
		if os != "linux" || name == "" {
			return nil, fmt.Errorf("platform %q: want linux/ and an architecture, such as linux/arm64", w)
		}
		if p := "linux/" + name; !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		list = []string{""} // dockerfile's own default
	}
	return list, nil
}
