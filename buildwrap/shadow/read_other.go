//go:build !unix

package shadow

import "os"

func mapped(path string) ([]byte, error) { return os.ReadFile(path) }

func readFile(path string) ([]byte, error) { return os.ReadFile(path) }
