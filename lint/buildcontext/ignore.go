package buildcontext

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// IgnoreFile is the name of the file in a context that says what is left out of it.
const IgnoreFile = ".dockerignore"

// ignoreOf reads what is left out of a context. As in BuildKit a file beside the Dockerfile,
// called like it with .dockerignore behind, goes before the one in the context.
func ignoreOf(root *os.Root, dockerfile string) (*patternmatcher.PatternMatcher, error) {
	name, text, err := ignoreText(root, dockerfile)
	if err != nil || text == nil {
		return nil, err
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(text))
	if err == nil && len(patterns) > 0 {
		var m *patternmatcher.PatternMatcher
		if m, err = patternmatcher.New(patterns); err == nil {
			return m, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.ToSlash(name), err)
	}
	return nil, nil
}

// ignoreText returns the ignore file that counts; nil when there is none.
func ignoreText(root *os.Root, dockerfile string) (name string, text []byte, err error) {
	if dockerfile != "" {
		name = dockerfile + IgnoreFile
		if text, err = readIgnore(os.OpenFile(name, os.O_RDONLY|nonBlock, 0)); text != nil || err != nil {
			return name, text, err
		}
	}
	text, err = readIgnore(root.OpenFile(IgnoreFile, os.O_RDONLY|nonBlock, 0))
	return IgnoreFile, text, err
}

// readIgnore reads an ignore file. One that is not there is nil; what is no file at all
// ignores nothing, as for Docker.
func readIgnore(f *os.File, err error) ([]byte, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	text, err := readAtMost(f, maxIgnoreFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.ToSlash(f.Name()), err)
	}
	if text == nil {
		text = []byte{}
	}
	return text, nil
}

// leavesOut tells whether a path is left out of the context. The caller holds the lock:
// a matcher is not safe for concurrent use.
func (c *Context) leavesOut(name string) bool {
	out, _ := c.way(name)
	return out
}

// way follows a path from the top of the context as a walk does, with what the patterns say
// of each folder on it. A folder that is left out takes all in it along, unless an exception
// may take something back.
func (c *Context) way(name string) (out bool, match patternmatcher.MatchInfo) {
	if c.ignore == nil || name == "." {
		return false, match
	}
	for end := 0; end < len(name); end++ {
		next := strings.IndexByte(name[end:], '/')
		if next < 0 {
			next = len(name) - end
		}
		end += next
		var err error
		if out, match, err = c.ignore.MatchesUsingParentResults(name[:end], match); err != nil {
			return true, match
		}
		if out && end < len(name) && !mayTakeBack(c.ignore, name[:end]) {
			return true, match
		}
	}
	return out, match
}

// mayTakeBack tells whether an exception (a pattern with ! before it) may take back
// something inside of a folder that is left out.
func mayTakeBack(m *patternmatcher.PatternMatcher, folder string) bool {
	if !m.Exclusions() {
		return false
	}
	for _, p := range m.Patterns() {
		if !p.Exclusion() {
			continue
		}
		exception := filepath.ToSlash(p.String())
		exception = strings.TrimSuffix(strings.TrimSuffix(exception, "/**"), "/*")
		if strings.ContainsAny(exception, `*[]?^\`) || strings.HasPrefix(exception+"/", folder+"/") {
			return true
		}
	}
	return false
}
