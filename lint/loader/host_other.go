//go:build !unix

package loader

import (
	"io/fs"
	"os"
)

const nonBlock = 0

// fileID cannot tell files apart here; every path is a file of its own.
func fileID(fs.FileInfo) any { return nil }

func openFile(path string) (*os.File, error) { return os.Open(path) }

// mapFile maps nothing: files are read here.
func mapFile(*os.File, int64) (mapping, bool) { return nil, false }

func (m mapping) close() error { return nil }
