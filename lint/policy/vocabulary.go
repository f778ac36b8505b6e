package policy

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/musllint/musllint/lint/dockerfile"
)

// vocabulary returns the words that a key of a match block is ever compared with, nil
// when there is no end of them. What is written otherwise would never match, silently.
func vocabulary(kind, key string) []string {
	switch key {
	case "libc", "from_libc", "artifact_libc", "build":
		return []string{"musl", "glibc", "uclibc", "none", "unknown"}
	case "shipped":
		return []string{"true", "false"}
	case "instruction":
		return []string{"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"}
	case "keyword":
		if kind == "env" {
			return []string{"ENV", "ARG"}
		}
		return []string{"COPY", "ADD"}
	case "origin":
		return []string{"stage", "image", "context", "url", "heredoc"}
	case "manager":
		return []string{"apk", "apt", "rpm", "pip", "conda", "npm", "gem", "cargo", "go", "nuget", "pecl", "php-ext", "composer", "hex"}
	case "kind":
		if kind == useKind {
			return words(useKinds)
		}
		return keysOf(dockerfile.ArtifactKinds)
	case "proof":
		return words(useProofs)
	case "holder":
		return words(holders)
	case "form":
		return words(fileForms)
	case "file_libc":
		return words(fileLibcs)
	case "verdict":
		return words(verdicts)
	}
	return nil
}

// word refuses a value that a key of a match block can never have.
func (d *decoder) word(kind, key, value string, at hcl.Range) {
	words := vocabulary(kind, key)
	if words == nil || slices.ContainsFunc(words, func(w string) bool { return matchGlob(value, w) }) {
		return
	}
	d.fail(at, "Bad value", "No "+kind+" has "+key+" = "+value+": it is one of "+strings.Join(words, ", ")+"."+hint(value, words))
}
