package run

import (
	"fmt"
	"io"
	"os"

	"github.com/musllint/musllint/lint"
)

// maxSize is the largest input that is read, in bytes. The largest Dockerfile that Docker
// takes is far smaller; what is larger is some other file.
const maxSize = 64 << 20

// read returns the content of an input.
func read(in input, stdin io.Reader) (*lint.Source, error) {
	if in.path != "" {
		f, err := os.Open(in.path)
		if err != nil {
			return nil, withoutPath(err)
		}
		defer f.Close()
		stdin = f
	}
	content, err := readLimited(stdin)
	if err != nil {
		return nil, err
	}
	return lint.NewSource(in.name, content), nil
}

// readLimited reads all of r. The size that a file reports is no help: pipes and devices
// report none, and a file may grow meanwhile.
func readLimited(r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, withoutPath(err)
	}
	if len(content) > maxSize {
		return nil, fmt.Errorf("larger than %d MiB: this is no Dockerfile", maxSize>>20)
	}
	return content, nil
}
