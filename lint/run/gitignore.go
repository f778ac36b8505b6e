package run

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ignoreRule is one line of a .gitignore file.
type ignoreRule struct {
	pattern string // for doublestar, with "/" as separator
	negate  bool   // a "!" line takes back what an earlier one ignored
	dirOnly bool   // the line ended in "/"
	byName  bool   // no slash inside: the name alone is compared, at any depth
}

// ignoreFile is a .gitignore file (or .git/info/exclude) and the folder that its patterns
// are relative to.
type ignoreFile struct {
	dir   string // absolute, with "/" as separator
	rules []ignoreRule
}

// parseIgnore reads the lines of a .gitignore file as gitignore(5) describes them.
func parseIgnore(text string) []ignoreRule {
	var rules []ignoreRule
	text = strings.TrimPrefix(text, "\ufeff")
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = trimUnescapedSpaces(line)
		var r ignoreRule
		line, r.negate = strings.CutPrefix(line, "!")
		line, r.dirOnly = strings.CutSuffix(line, "/")
		line, anchored := strings.CutPrefix(line, "/")
		if line == "" {
			continue
		}
		r.byName = !anchored && !strings.Contains(line, "/")
		r.pattern = globOf(line)
		rules = append(rules, r)
	}
	return rules
}

// trimUnescapedSpaces removes the blanks at the end of a line but for one behind a backslash.
func trimUnescapedSpaces(line string) string {
	trimmed := strings.TrimRight(line, " ")
	backslashes := len(trimmed) - len(strings.TrimRight(trimmed, `\`))
	if backslashes%2 == 1 && len(trimmed) < len(line) {
		return trimmed + " "
	}
	return trimmed
}

// globOf turns git's pattern into doublestar's: git knows no {a,b}, and its "dir/**"
// means what is inside of dir, not dir itself. One difference stays: git's ? is a byte,
// doublestar's a character.
func globOf(pattern string) string {
	pattern = strings.NewReplacer(`\\`, `\\`, `\{`, `\{`, `\}`, `\}`, `{`, `\{`, `}`, `\}`).Replace(pattern)
	if strings.HasSuffix(pattern, "/**") {
		pattern += "/*"
	}
	return pattern
}

// match tells whether the last rule that speaks about a path ignores it. ok is false when
// no rule speaks about it.
func (f *ignoreFile) match(abs string, isDir bool) (ignored, ok bool) {
	rel, inside := strings.CutPrefix(abs, strings.TrimSuffix(f.dir, "/")+"/")
	if !inside {
		return false, false
	}
	for i := len(f.rules) - 1; i >= 0; i-- {
		r := &f.rules[i]
		if r.dirOnly && !isDir {
			continue
		}
		name := rel
		if r.byName {
			name = path.Base(rel)
		}
		// A malformed pattern matches nothing, as in git.
		if hit, err := doublestar.Match(r.pattern, name); err == nil && hit {
			return !r.negate, true
		}
	}
	return false, false
}

// ignoreStack holds the ignore files that apply in a folder, the strongest last.
type ignoreStack []*ignoreFile

// ignored tells whether git would leave out a path. The folders above it are taken as
// looked at already: git never looks into an ignored folder.
func (s ignoreStack) ignored(abs string, isDir bool) bool {
	for i := len(s) - 1; i >= 0; i-- {
		if ignored, ok := s[i].match(abs, isDir); ok {
			return ignored
		}
	}
	return false
}

// with returns the stack inside of dir, an absolute folder: s and dir's own .gitignore.
func (s ignoreStack) with(dir string) ignoreStack {
	return s.withFile(dir, filepath.Join(dir, ".gitignore"))
}

func (s ignoreStack) withFile(dir, file string) ignoreStack {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return s // no such file, mostly; a pipe might never end
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return s // what cannot be read ignores nothing
	}
	rules := parseIgnore(string(text))
	if len(rules) == 0 {
		return s
	}
	// Clipped, because sibling folders append to the same stack.
	return append(s[:len(s):len(s)], &ignoreFile{dir: filepath.ToSlash(dir), rules: rules})
}

// stackAbove returns what applies to dir, an absolute folder, from the root of its git
// repository down to dir's parent. Without a repository that is nothing.
func stackAbove(dir string) ignoreStack {
	var above []string // from dir's parent up to the repository's root
	root := dir
	for !isRepository(root) {
		parent := filepath.Dir(root)
		if parent == root {
			return nil
		}
		root = parent
		above = append(above, root)
	}
	s := ignoreStack(nil).withFile(root, filepath.Join(root, ".git", "info", "exclude"))
	for i := len(above) - 1; i >= 0; i-- {
		s = s.with(above[i])
	}
	return s
}

func isRepository(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, ".git"))
	return err == nil
}
