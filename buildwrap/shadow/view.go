package shadow

import (
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// glibcHeaders are the headers that glibc installs, of 2.17 to 2.41 and of all architectures;
// "gnu/*" is a folder that is glibc's as a whole. What musl has as well matters little, as
// musl's come first.
//
//go:embed glibc-headers.txt
var glibcHeaders string

// glibcOwns reports whether a path below an include folder is glibc's, and whether something
// below it is.
func glibcOwns(rel string) (owned, below bool) {
	if i := strings.IndexByte(rel, '/'); i > 0 && listed(rel[:i]+"/*") {
		return true, true
	}
	if listed(rel) || listed(rel+"/*") {
		return true, true
	}
	start := sort.Search(len(glibcHeaders), func(i int) bool { return lineAt(i) >= rel+"/" })
	return false, start < len(glibcHeaders) && strings.HasPrefix(lineAt(start), rel+"/")
}

func listed(name string) bool {
	i := sort.Search(len(glibcHeaders), func(i int) bool { return lineAt(i) >= name })
	return i < len(glibcHeaders) && lineAt(i) == name
}

// lineAt returns the line of the list that a byte of it is in.
func lineAt(i int) string {
	start := strings.LastIndexByte(glibcHeaders[:i], '\n') + 1
	line, _, _ := strings.Cut(glibcHeaders[start:], "\n")
	return line
}

// packaged are the files that the system's packages of glibc's headers list: more exact than
// the list for what is glibc's on one system and another library's on the next, as rpc/rpc.h.
func packaged() map[string]bool {
	owned := map[string]bool{}
	for _, pattern := range [...]string{"/var/lib/dpkg/info/libc6-dev*.list", "/var/lib/dpkg/info/libc6.1-dev*.list"} {
		lists, _ := filepath.Glob(pattern)
		for _, list := range lists {
			text, err := os.ReadFile(list)
			if err != nil {
				continue
			}
			for line := range strings.Lines(string(text)) {
				if line = strings.TrimSuffix(line, "\n"); strings.HasSuffix(line, ".h") {
					owned[line] = true
				}
			}
		}
	}
	return owned
}

// view is a folder of links to the entries of an include folder that are not glibc's.
type view struct {
	owned map[string]bool
	// stamps are the folders whose content the links depend on.
	stamps []string
}

// make makes links in to for the entries of from, whose path below the include folder is rel.
// A folder in which glibc has files beside others' is made, and not linked.
func (v *view) make(from, to, rel string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	v.stamps = append(v.stamps, from)
	if err := os.Mkdir(to, 0o777); err != nil {
		return err
	}
	for _, e := range entries {
		source, name := filepath.Join(from, e.Name()), e.Name()
		if rel != "" {
			name = rel + "/" + name
		}
		if rel == "" && (e.Name() == "c++" || strings.Contains(e.Name(), "-linux-")) {
			continue // the folders of C++, and other architectures' and libcs' own
		}
		owned, below := glibcOwns(name)
		if owned || v.owned[source] {
			continue
		}
		if below {
			if info, err := os.Stat(source); err == nil && info.IsDir() {
				if err := v.make(source, filepath.Join(to, e.Name()), name); err != nil {
					return err
				}
				continue
			}
		}
		if err := os.Symlink(source, filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// isGlibc reports whether glibc has headers in a folder.
func isGlibc(dir string) bool {
	for _, name := range [...]string{"features.h", "gnu/stubs.h", "bits/libc-header-start.h", "gnu/libc-version.h", "bits/stdio2.h"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// linkAll makes links in to for the entries of from but for some, given by their paths below it.
func linkAll(from, to string, without []string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o777); err != nil {
		return err
	}
	for _, e := range entries {
		if has(without, e.Name()) {
			continue
		}
		var below []string
		for _, w := range without {
			if rest, ok := strings.CutPrefix(w, e.Name()+"/"); ok {
				below = append(below, rest)
			}
		}
		source, link := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		if below != nil && e.IsDir() {
			if err := linkAll(source, link, below); err != nil {
				return err
			}
		} else if err := os.Symlink(source, link); err != nil {
			return err
		}
	}
	return nil
}

// writeAll writes files below a folder, and the folders that they need.
func writeAll(dir string, files map[string]string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		err := os.WriteFile(path, []byte(text), 0o666)
		if errors.Is(err, fs.ErrNotExist) {
			if err = os.MkdirAll(filepath.Dir(path), 0o777); err == nil {
				err = os.WriteFile(path, []byte(text), 0o666)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
