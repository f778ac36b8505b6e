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

// readPatterns reads what is left out of a context. As in BuildKit a file beside the Dockerfile,
// called like it with .dockerignore behind, goes before the one in the context.
func (c *Context) readPatterns() (*patternmatcher.PatternMatcher, error) {
	name, text, err := c.ignoreText()
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
func (c *Context) ignoreText() (name string, text []byte, err error) {
	if c.own != "" {
		name = c.own + IgnoreFile
		if text, ok := c.texts[filepath.ToSlash(filepath.Clean(name))]; ok {
			return name, text, nil
		}
		if text, err = readIgnore(os.OpenFile(name, os.O_RDONLY|nonBlock, 0)); text != nil || err != nil {
			return name, text, err
		}
	}
	if text, ok := c.texts[c.Path(IgnoreFile)]; ok {
		return IgnoreFile, text, nil
	}
	text, err = readIgnore(c.root.OpenFile(IgnoreFile, os.O_RDONLY|nonBlock, 0))
	return IgnoreFile, text, err
}

// Ignore returns the ignore file that counts for the context, by the path that a user would
// write: one that does not exist yet has no text, and is false.
func (c *Context) Ignore() (path string, text []byte, ok bool) {
	name, text, err := c.ignoreText()
	path = c.Path(IgnoreFile)
	if name != IgnoreFile {
		path = filepath.ToSlash(filepath.Clean(name))
	}
	return path, text, err == nil && text != nil
}

// LeavesOut tells whether a path of the context does not come into any build, and nothing in
// it either.
func (c *Context) LeavesOut(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	name = local(name)
	return c.leavesOut(name) && !c.mayHold(name)
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
