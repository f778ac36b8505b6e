//go:build !unix

package shadow

import (
	"os"
	"path/filepath"
)

func inodeOf(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	return real
}

func mapped(path string) ([]byte, error) { return os.ReadFile(path) }

func readFile(path string) ([]byte, error) { return os.ReadFile(path) }
