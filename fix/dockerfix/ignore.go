package dockerfix

import (
	"path"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// maxIgnoreFile is far above any ignore file that a person would write, in bytes.
const maxIgnoreFile = 64 << 10

// ignorePath keeps a path of the build context out of the build, by a line at the end of the
// ignore file: the last line that matches a path decides.
func ignorePath(f *dockerfile.File, _ lint.Range, with map[string][]string) ([]lint.Edit, bool) {
	if f.Texts == nil || len(with["path"]) != 1 {
		return nil, false
	}
	pattern := with["path"][0]
	file, ok := f.Texts.Ignore()
	if !ok || len(file.Content) > maxIgnoreFile || pattern == "" || pattern != strings.TrimSpace(pattern) || strings.ContainsAny(pattern, "\r\n#!\\") {
		return nil, false
	}
	last := path.Base(pattern)
	listed := false
	for line := range strings.Lines(strings.TrimPrefix(string(file.Content), "\ufeff")) {
		line = strings.TrimSpace(line)
		exception, ok := strings.CutPrefix(line, "!")
		switch {
		case ok && strings.Contains(exception, last): // somebody wants some of it
			return nil, false
		case ok:
			listed = false // it may take the path back
		case line != "" && line[0] != '#' && strings.Trim(path.Clean(line), "/") == pattern:
			listed = true
		}
	}
	if listed {
		return done, true
	}
	end := len(file.Content)
	text := pattern + "\n"
	if end > 0 && file.Content[end-1] != '\n' {
		text = "\n" + pattern
	}
	return []lint.Edit{{Range: lint.Range{File: file.Name, Start: end, End: end}, NewText: text}}, true
}
