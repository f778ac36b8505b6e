package run

import (
	"fmt"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/config"
	"github.com/musllint/musllint/lint/dockerfile"
)

// assumption reads IMAGE=WHAT: what is a libc, or an image that IMAGE is built like.
func assumption(word string) (dockerfile.Override, error) {
	pattern, what, ok := strings.Cut(word, "=")
	if !ok || pattern == "" || what == "" {
		return dockerfile.Override{}, fmt.Errorf("--assume %s: want IMAGE=WHAT, such as corp/base=alpine:3.20 or corp/base=glibc", word)
	}
	o := dockerfile.Override{Pattern: pattern}
	switch libc := lint.Libc(what); libc {
	case lint.Musl, lint.Glibc, lint.UClibc, lint.None:
		o.Libc = libc
	default:
		if !config.KnownImage(what) {
			return dockerfile.Override{}, fmt.Errorf("--assume %s: nothing is known about %q either; say musl, glibc or none", word, what)
		}
		o.Like = what
	}
	return o, nil
}
