package buildcontext

import (
	"io/fs"
	"path"
)

// maxText is the largest text file that is read, in bytes: the lock file of a large project.
const maxText = 4 << 20

// Text reads a text file of the context that the build is given, and returns the path that a
// user would write, behind links. Of one that is left out, is not there or is too large the
// error says so.
func (c *Context) Text(name string) (path string, text []byte, err error) {
	name = local(name)
	if c.LeavesOut(name) {
		return "", nil, fs.ErrNotExist
	}
	if text, ok := c.texts[c.Path(name)]; ok {
		return c.Path(name), text, nil
	}
	real, err := c.resolve(name)
	if err != nil {
		return "", nil, err
	}
	if text, ok := c.texts[c.Path(real)]; ok {
		return c.Path(real), text, nil
	}
	f, _, err := c.OpenFile(real)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	text, err = readAtMost(f, maxText)
	return c.Path(real), text, err
}

// drafted tells whether a file of the context is one of Options.Texts.
func (c *Context) drafted(name string) bool {
	_, ok := c.texts[c.Path(name)]
	return ok
}

// folder tells whether a path of the context is that of a folder.
func (c *Context) folder(name string) bool {
	real, err := c.resolve(name)
	if err != nil {
		return false
	}
	info, err := c.root.Lstat(real)
	return err == nil && info.IsDir()
}

// Source returns what a source of COPY brings to a path of an image, when the source lands at
// dest: in it when folder is true and the source is a file. It is false when that brings
// nothing there, or nobody can tell; a wildcard is not followed.
func (c *Context) Source(source, dest string, folder bool, image string) (name string, ok bool) {
	source = local(source)
	if hasWildcard(source) {
		return c.matching(source, dest, folder, image)
	}
	switch {
	case c.folder(source):
		if dest == "/" {
			return path.Join(source, image), true
		}
		if len(image) > len(dest) && image[:len(dest)] == dest && image[len(dest)] == '/' {
			return path.Join(source, image[len(dest):]), true
		}
	case folder && path.Join(dest, path.Base(source)) == image, !folder && dest == image:
		return source, true
	}
	return "", false
}

// matching is Source for a pattern, of which a file of the same name is taken.
func (c *Context) matching(pattern, dest string, folder bool, image string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !folder || path.Dir(image) != path.Clean(dest) {
		return "", false
	}
	for _, name := range c.glob(pattern) {
		if path.Base(name) == path.Base(image) && !c.folder(name) {
			return name, true
		}
	}
	return "", false
}
