package shadow

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/musllint/musllint/lint/facts"
)

// where is what an #include of a name comes to, but for the folder of the file that has it.
type where struct {
	file   string // to go on with
	libc   string // the header of musl's that it brings
	absent bool   // there is none of that name
	doubt  bool   // the unit has to be compiled
}

// locate finds a header by the name between angle brackets.
func (s *survey) locate(name string) where {
	libc := ""
	if s.isIn(s.Headers.dir+"/musl", name) {
		libc = name
	}
	for _, d := range s.dirs {
		if libc != "" && s.hasNone(d, name) {
			continue
		}
		if s.isIn(d, name) {
			// A project's own string.h comes to libc's in the end.
			return where{file: join(d, name), libc: libc, doubt: libc == "" && strings.HasPrefix(name, "sys/")}
		}
	}
	if h, ok := facts.LookupHeader(name); ok && h.State == "warns" {
		return where{doubt: true}
	}
	if libc != "" {
		return where{libc: libc}
	}
	if owned, _ := glibcOwns(name); owned {
		return where{doubt: true}
	}
	search := s.Search
	if s.cxx() {
		search = s.SearchCXX
	}
	for _, d := range search {
		if !s.isIn(d, name) {
			continue
		}
		path := join(d, name)
		switch name {
		case "linux/types.h", "linux/version.h", "asm/types.h":
			return where{}
		case "linux/limits.h": // PATH_MAX, which musl's limits.h has
			s.named["limits.h"], s.anyMacro = true, true
			return where{}
		}
		if strings.HasPrefix(name, "linux/") || strings.HasPrefix(name, "asm/") || strings.HasPrefix(name, "asm-generic/") {
			s.kernel[path] = true
			return where{file: path}
		}
		if s.zone(path) == language || within(path, s.Headers.dir+"/cxx") {
			// cstdio is stdio.h.
			if rest, ok := strings.CutPrefix(name, "c"); ok && s.cxx() && s.isIn(s.Headers.dir+"/musl", rest+".h") {
				return where{libc: rest + ".h"}
			}
			if name == "stdatomic.h" {
				s.atomics = true
			} else {
				s.anyMacro = s.anyMacro || !s.cxx()
			}
			return where{}
		}
		return where{file: s.real(path)}
	}
	// The build's own compiler has it where glibc has its headers, or did not come to it, and
	// then one for musl does not either unless a condition is another one there.
	return where{absent: true, doubt: s.onHost(name)}
}

// onHost reports whether a header is in the compiler's own folders.
func (s *survey) onHost(name string) bool {
	for _, dir := range s.System {
		if s.isIn(dir, name) {
			return true
		}
	}
	return false
}

// libc takes in a header of musl's, and what it includes.
func (s *survey) libc(name string, now visit) {
	if s.included[name] || now == perhaps && s.named[name] {
		return
	}
	for _, header := range append(facts.ComesWith(name), name, "features.h") {
		s.named[header] = true
		if now != perhaps {
			s.included[header] = true
		}
	}
}

// join is filepath.Join for folders that are clean.
func join(dir, name string) string {
	if strings.Contains(name, "./") || strings.Contains(name, "//") {
		return filepath.Join(dir, name)
	}
	return dir + "/" + name
}

// fileState says what a path is, and in which state.
type fileState struct {
	regular, folder bool
	size, time      int64 // in bytes; of the last change, in nanoseconds
}

func (s *survey) state(path string) fileState {
	f, ok := s.files[path]
	if !ok {
		f = stateOf(path)
		s.files[path] = f
	}
	return f
}

func (s *survey) isFile(path string) bool { return s.state(path).regular }

// isIn reports whether a folder has a header. Most folders have no openssl/ for any of a hundred
// headers of it.
func (s *survey) isIn(dir, name string) bool {
	if sub := strings.IndexByte(name, '/'); sub > 0 {
		path := join(dir, name[:sub])
		is, ok := s.folders[path]
		if !ok {
			is = stateOf(path).folder
			s.folders[path] = is
		}
		if !is {
			return false
		}
	}
	return s.isFile(join(dir, name))
}

// hasNone reports whether a folder certainly has no header of a name: what it has is kept as long as
// nothing is added to the folder or taken away. Else each unit asks each folder of the project for
// stdio.h.
func (s *survey) hasNone(dir, name string) bool {
	if strings.Contains(name, "/") {
		return false
	}
	names, ok := s.listed[dir]
	if !ok {
		names = s.list(dir)
		s.listed[dir] = names
	}
	return names != "" && !strings.Contains(names, " "+name+" ")
}

// list returns the names of a folder's headers, with spaces around them; empty when they are not known.
func (s *survey) list(dir string) string {
	// A folder that was changed a moment ago may be changed again with the same time.
	const moment = 2 * time.Second
	state := s.state(dir)
	if !state.folder || time.Now().UnixNano()-state.time < int64(moment) {
		return ""
	}
	key := "folder " + inodeOf(dir) + " " + dir // another one may be put in its place
	if o, ok := s.kept.find(key, state); ok && len(o) == 1 {
		return o[0].value
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	names := " "
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".h") && !strings.ContainsAny(name, " \n") {
			names += name + " "
		}
	}
	s.kept.add(key, state, outline{{itemList, "", names}})
	return names
}
