//go:build !linux

package shadow

import "os"

// stateOf is that of nothing for what is not there.
func stateOf(path string) fileState {
	info, err := os.Stat(path)
	if err != nil {
		return fileState{}
	}
	return fileState{info.Mode().IsRegular(), info.IsDir(), info.Size(), info.ModTime().UnixNano()}
}
