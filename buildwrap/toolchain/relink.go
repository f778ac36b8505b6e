//go:build unix

package toolchain

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// maxDiagnostics is how many bytes of what a linker says are kept.
const maxDiagnostics = 4 << 20

// Relink runs the command of a link once more in dir, in English and with output in the place
// of its own, and returns what is said on standard error. Files beside the output, such as
// dependencies, are not written again. That the link fails is no error.
func (r Real) Relink(ctx context.Context, dir, output string, env []string) ([]byte, error) {
	words := r.Compiler()
	words = append(words, withoutFiles(slices.Concat(r.Options, r.Args))...)
	words = append(words, "-o", output) // the last one counts
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = inEnglish(Environment(env))
	cmd.WaitDelay = time.Second // for what outlives the compiler
	text := &head{most: maxDiagnostics}
	cmd.Stderr = text
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		err = nil
	}
	return text.text, err
}

// withoutFiles leaves out what has files written beside the output.
func withoutFiles(args []string) []string {
	var kept []string
	for i := 0; i < len(args); i++ {
		switch word := args[i]; {
		case word == "-MF", word == "-MT", word == "-MQ", word == "-MJ", word == "-dumpdir", word == "-dumpbase", word == "-aux-info":
			i++
		case strings.HasPrefix(word, "-M"), strings.HasPrefix(word, "-save-temps"), strings.HasPrefix(word, "-Wp,-M"),
			strings.HasPrefix(word, "-Wl,-Map"), strings.HasPrefix(word, "-Wl,--Map"), strings.HasPrefix(word, "-Wl,--dependency-file"),
			strings.HasPrefix(word, "-fdump-"), strings.HasPrefix(word, "-gsplit-dwarf"):
		default:
			kept = append(kept, word)
		}
	}
	return kept
}

// inEnglish sets the language of messages.
func inEnglish(env []string) []string {
	env = slices.DeleteFunc(env, func(e string) bool {
		return strings.HasPrefix(e, "LC_ALL=") || strings.HasPrefix(e, "LANGUAGE=")
	})
	return append(env, "LC_ALL=C")
}

// head keeps the beginning of what is written to it.
type head struct {
	text []byte
	most int
}

func (h *head) Write(b []byte) (int, error) {
	h.text = append(h.text, b[:min(len(b), h.most-len(h.text))]...)
	return len(b), nil
}
