package loader

import (
	"io"
	"strings"

	"github.com/musllint/musllint/lint/elf"
)

const (
	maxName     = 255           // NAME_MAX
	maxPath     = 2*maxName + 2 // of the buffer that paths are put together in
	maxPathFile = 1 << 20       // more of a path file is not read
)

// reserved are the names that musl's own library stands for, after "lib" and up to the dot.
// None of them is ever looked for on disk.
var reserved = [...]string{"c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet."}

// Reserved returns the prefix by which a library's name stands for musl itself, such as
// "libc." for "libc.so.6", empty when it is an ordinary name.
func Reserved(name string) string {
	rest, ok := strings.CutPrefix(name, "lib")
	if !ok {
		return ""
	}
	for _, prefix := range reserved {
		if strings.HasPrefix(rest, prefix) {
			return "lib" + prefix
		}
	}
	return ""
}

// loadLibrary finds and maps a library, or returns nil and sets errno: load_library in
// ldso/dynlink.c.
func (r *replay) loadLibrary(name string, by *Object) *Object {
	if name == "" {
		r.errno = invalid
		return nil
	}
	if prefix := Reserved(name); prefix != "" || name == r.self.Name {
		if prefix != "" && !r.reported[prefix] {
			r.reported[prefix] = true
			r.result.Mappings = append(r.result.Mappings, Mapping{name, r.self.Name})
		}
		if !r.loaded {
			r.loaded = true
			r.result.Objects = append(r.result.Objects, &r.self)
		}
		return &r.self
	}
	o := &Object{Name: name, NeededBy: by}
	if strings.Contains(name, "/") {
		o.source = r.open(name, r.wayOf(by))
	} else {
		if old := r.named(name); old != nil {
			return old
		}
		if len(name) > maxName {
			return nil
		}
		o.source, o.Name = r.find(name, by)
		o.short = name
	}
	if o.source == nil {
		return nil
	}
	if old := r.same(o.source); old != nil {
		if old.short == "" && o.short != "" {
			old.short = old.Name[strings.LastIndexByte(old.Name, '/')+1:]
		}
		o.close()
		return old
	}
	if e := r.mapObject(o); e != noError {
		r.errno = e
		o.close()
		return nil
	}
	// Since 1.1.17 a second libc is turned away (commit c49d3c8a).
	if r.isLibc(o) {
		o.close()
		return r.loadLibrary("libc.so", by)
	}
	r.result.Objects = append(r.result.Objects, o)
	r.result.Mappings = append(r.result.Mappings, Mapping{name, o.Name})
	return o
}

// wayOf tells how a path with a slash came to be asked for.
func (r *replay) wayOf(by *Object) Way {
	switch {
	case by == nil:
		return Preload
	case r.opening:
		return Program
	}
	return NeededPath
}

// named returns the object that a search found by that name before. The program itself does
// not count, and DT_SONAME is never read.
func (r *replay) named(name string) *Object {
	for _, o := range r.result.Objects[1:] {
		if o.short == name {
			return o
		}
	}
	return nil
}

// same returns the object that was loaded from the same file.
func (r *replay) same(s *Source) *Object {
	if s.ID == nil {
		return nil
	}
	for _, o := range r.result.Objects[1:] {
		if o.source != nil && o.source.ID == s.ID {
			return o
		}
	}
	return nil
}

// maxEffort bounds what a replay spends on the search of libraries: one for a file that it
// tries to open, and one for so many bytes of a path.
const (
	maxEffort     = 1 << 18
	bytesOfEffort = 1 << 10
)

func (r *replay) spend(effort int) {
	if r.effort += effort; r.effort > maxEffort {
		r.crash(&elf.ExcessError{What: "the search of libraries"})
	}
}

func (r *replay) open(path string, way Way) *Source {
	r.spend(1)
	s, err := r.files.Open(path, way)
	if err != nil {
		r.errno = errnoOf(err)
		return nil
	}
	return s
}

// find searches a library in LD_LIBRARY_PATH, in the run paths of the one that needs it and
// of all that needed that, and in the system's path.
func (r *replay) find(name string, by *Object) (*Source, string) {
	s, path, over := r.findIn(name, r.options.LibraryPath, func(string) Way { return LibraryPath })
	for p := by; p != nil && !over && !r.over(); p = p.NeededBy {
		p.expandRunPath()
		s, path, over = r.findIn(name, p.runPath, p.runPathWay)
	}
	if !over {
		s, path, _ = r.findIn(name, r.systemPath(), func(string) Way { return SystemPath })
	}
	return s, path
}

// findIn opens a name in the folders of a path. over says that the search ends here: with a
// file, or with an error other than that there is none.
func (r *replay) findIn(name, folders string, way func(folder string) Way) (s *Source, path string, over bool) {
	r.spend(len(folders) / bytesOfEffort)
	for folder := range strings.FieldsFuncSeq(folders, endsFolder) {
		if r.over() {
			return nil, path, true
		}
		if len(folder)+1+len(name) >= maxPath {
			continue
		}
		path = folder + "/" + name
		if s = r.open(path, way(folder)); s != nil {
			return s, path, true
		}
		if !r.errno.goesOn() {
			return nil, path, true
		}
	}
	return nil, path, false
}

// systemPath is the path file or the default path. Where a program names its loader, the
// path file is looked for relative to that.
func (r *replay) systemPath() string {
	if r.searched {
		return r.search
	}
	r.searched = true
	s := r.open(pathFilePrefix(r.self.Name)+r.PathFile(), SystemPath)
	if s == nil {
		if r.errno == noEntry {
			r.search = DefaultPath
		}
		return r.search
	}
	if s.Dir {
		r.errno = isDir // opened, but not read
	}
	if s.Reader != nil {
		text := make([]byte, max(0, min(s.Size, maxPathFile)))
		n, _ := io.ReadFull(io.NewSectionReader(s.Reader, 0, s.Size), text)
		r.search, _, _ = strings.Cut(string(text[:n]), "\x00")
	}
	if s.Close != nil && !s.Keep {
		s.Close()
	}
	return r.search
}

// pathFilePrefix is what stands before /etc of the path file: the loader's path without its
// last two elements.
func pathFilePrefix(loader string) string {
	if !strings.HasPrefix(loader, "/") {
		return ""
	}
	last := strings.LastIndexByte(loader, '/')
	return loader[:max(0, strings.LastIndexByte(loader[:last], '/'))]
}

// expandRunPath puts the folder of the object in the place of $ORIGIN.
func (o *Object) expandRunPath() {
	if o.runReady || o.file == nil {
		return
	}
	o.runReady = true
	raw := o.file.RunPath()
	if !strings.Contains(raw, "$") {
		o.runPath = raw
		return
	}
	origin := "."
	if i := strings.LastIndexByte(o.Name, '/'); i >= 0 {
		origin = o.Name[:i]
	}
	o.runPath = expandOrigin(raw, origin)
	o.beside = map[string]bool{}
	for folder := range strings.FieldsFuncSeq(raw, endsFolder) {
		if strings.HasPrefix(folder, "$") {
			o.beside[expandOrigin(folder, origin)] = true
		}
	}
}

// expandOrigin puts a folder in the place of $ORIGIN and ${ORIGIN}. Any other $ makes musl
// ignore the run path as a whole.
func expandOrigin(raw, origin string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(raw, "$")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		if raw, ok = strings.CutPrefix(rest, "ORIGIN"); !ok {
			if raw, ok = strings.CutPrefix(rest, "{ORIGIN}"); !ok {
				return ""
			}
		}
		b.WriteString(origin)
	}
}

// endsFolder reports whether a character stands between the folders of a path.
func endsFolder(c rune) bool { return c == ':' || c == '\n' }

// runPathWay tells a folder that begins with $ORIGIN from any other one.
func (o *Object) runPathWay(folder string) Way {
	if o.beside[folder] {
		return OriginPath
	}
	return RunPath
}
