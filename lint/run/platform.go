package run

import (
	"fmt"
	"slices"

	"github.com/musllint/musllint/lint/config"
)

// platforms checks and normalises what --platform takes. The same platform twice is one.
func platforms(words []string) ([]string, error) {
	var list []string
	for _, w := range words {
		p, ok := config.Platform(w)
		if !ok {
			return nil, fmt.Errorf("--platform %s: want linux/ and an architecture, such as linux/arm64", w)
		}
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		list = []string{""} // dockerfile's own default
	}
	return list, nil
}
