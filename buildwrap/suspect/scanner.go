// Package suspect looks at the text of sources for what musl does not have: whether a translation
// unit is worth a compile with musl's headers, and, where there are none, what can be told without.
//
// A unit is suspect when its source, or a header of the project that it reaches, uses a name that
// comes with the headers of glibc that the unit includes and not with musl's of the same name, be
// it that musl lacks it or has it elsewhere. Code for other systems and for glibc alone is left out. What
// a header of the project uses counts for the first unit that brings the header.
package suspect

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint/facts"
)

// Cache is a folder for what is made once a build.
type Cache interface {
	// Cache is a path in the folder.
	Cache(name ...string) string
}

// Scanner judges the units of one run of the compiler.
type Scanner struct {
	// Version is that of the musl that is meant, the newest one when it is empty.
	Version string
	// System are the folders of the compiler's own search path, where the headers of libc and of
	// other libraries are.
	System []string
	// Before are files that the compiler reads before the source, as -include says.
	Before []string

	cache Cache
	pages map[string]*page // by path, nil for files that cannot be read
	found map[string]string
}

// New returns a scanner. With a nil cache every unit answers for all headers that it brings.
func New(cache Cache) *Scanner {
	return &Scanner{System: systemFolders(), cache: cache, pages: map[string]*page{}, found: map[string]string{}}
}

// systemFolders are those of Debian and of others.
func systemFolders() []string {
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "i386", "riscv64": "riscv64", "ppc64le": "powerpc64le", "s390x": "s390x"}[runtime.GOARCH]
	return []string{"/usr/local/include", "/usr/include/" + arch + "-linux-gnu", "/usr/include"}
}

// unit is what a translation unit reaches.
type unit struct {
	source string
	cxx    bool
	dirs   []string
	files  []string // of the project, the source first
	seen   map[string]bool
	system set // headers of libc
	linux  bool
	behind set    // headers of libc that do not compile behind a header of the kernel that came
	clash  string // what shows that two headers do not compile together, and the file that has them
	in     string
	own    bits
	macros macros
	watch  map[string]bool
	words  []string // that were watched for, and come
}

// Suspect reports whether a unit may use what musl does not have, and what shows it, for people.
// dirs are the folders in which the compiler searches headers, symbols those of the object file
// that musl does not export.
func (s *Scanner) Suspect(source string, dirs, symbols []string) (bool, string) {
	source, dirs = absolute(source), eachAbsolute(dirs)
	u := &unit{source: source, dirs: dirs, seen: map[string]bool{}, cxx: isCXX(source), macros: macros{}}
	u.watchFor(symbols)
	for _, file := range s.Before {
		s.reach(u, absolute(file))
	}
	s.reach(u, source)
	var why string
	for _, file := range u.files {
		reason := s.reason(u, file)
		if reason == "" {
			continue
		}
		if file == source || s.first(file, source) {
			if why == "" {
				why = reason
			}
			// Go on, so that this unit answers for all headers that it brings.
			if s.cache == nil {
				break
			}
		}
	}
	if why == "" && u.clash != "" && (u.in == source || s.first(u.in, source)) {
		why = u.clash
	}
	if why == "" && len(u.words) > 0 {
		why = source + " asks for " + u.words[0]
	}
	return why != "", why
}

// absolute makes paths alike, whatever folder the compiler runs in.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func eachAbsolute(paths []string) []string {
	all := make([]string, len(paths))
	for i, path := range paths {
		all[i] = absolute(path)
	}
	return all
}

// isCXX goes by the name of the source.
func isCXX(source string) bool {
	switch filepath.Ext(source) {
	case ".cc", ".cp", ".cxx", ".cpp", ".CPP", ".c++", ".C", ".mm", ".M", ".ii", ".hpp", ".hh", ".hxx", ".H", ".tcc":
		return true
	}
	return false
}

// reach reads a file of the project and what it includes.
func (s *Scanner) reach(u *unit, file string) {
	if u.seen[file] || len(u.files) > 2000 {
		return
	}
	u.seen[file] = true
	text, err := os.ReadFile(file)
	if err != nil {
		return
	}
	u.files = append(u.files, file)
	c := scan{text: text, cxx: u.cxx, live: true, word: -1, macros: u.macros, watch: u.watch, reach: func(in include) {
		if path := s.resolve(u, file, in); path != "" {
			s.reach(u, path)
		} else {
			s.systemHeader(u, file, in.name)
		}
	}}
	c.run()
	s.pages[file] = &c.page
	for _, n := range c.page.own {
		u.own.add(int(n))
	}
	u.words = append(u.words, c.page.watched...)
}

// watchFor takes the symbols that a source may have asked for by their own names, and declares
// itself.
func (u *unit) watchFor(symbols []string) {
	for _, name := range symbols {
		if i, ok := facts.LookupInterface(name); ok && i.Kind == "function" && len(i.Musl) == 0 {
			if u.watch == nil {
				u.watch = map[string]bool{}
			}
			u.watch[name] = true
		}
	}
}

// resolve finds a header of the project.
func (s *Scanner) resolve(u *unit, file string, in include) string {
	if filepath.IsAbs(in.name) {
		return projectFile(in.name)
	}
	if in.quoted {
		if path := projectFile(filepath.Join(filepath.Dir(file), in.name)); path != "" {
			return path
		}
	}
	path, ok := s.found[in.name]
	if !ok {
		for _, dir := range u.dirs {
			if strings.HasPrefix(dir, "/usr/") {
				continue
			}
			if path = projectFile(filepath.Join(dir, in.name)); path != "" {
				break
			}
		}
		s.found[in.name] = path
	}
	return path
}

func projectFile(path string) string {
	if strings.HasPrefix(path, "/usr/") {
		return ""
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return path
}

// page reads a header of a library, once.
func (s *Scanner) page(file string, cxx bool) *page {
	p, ok := s.pages[file]
	if !ok {
		if text, err := os.ReadFile(file); err == nil {
			c := scan{text: text, cxx: cxx, live: true, word: -1}
			c.run()
			p = &c.page
		}
		s.pages[file] = p
	}
	return p
}

// systemHeader adds what comes with a header that is not of the project.
func (s *Scanner) systemHeader(u *unit, file, name string) {
	n := findHeader(name)
	switch {
	case n >= 0 && kindOf(n) == kindKernel:
		e := entryOf(n)
		u.behind.add(e.glibc)
		if e.musl.meets(u.system) && u.clash == "" {
			u.clash, u.in = file+" includes "+name+" behind headers of libc that define the same", file
		}
		u.linux = true
	case n >= 0:
		with := entryOf(n).glibc
		if with.meets(u.behind) && !with.meets(u.system) && u.clash == "" {
			u.clash, u.in = file+" includes "+name+" behind a header of the kernel that defines the same", file
		}
		u.system.add(with)
	case strings.HasPrefix(name, "linux/"):
		u.linux = true
	case !strings.HasPrefix(name, "asm"):
		u.system.add(s.library(u, name))
	}
}

func findHeader(name string) int {
	word := "<" + name
	return find(word, hashOf(word), false)
}

// library returns the headers of libc that come with a header of another library.
func (s *Scanner) library(u *unit, name string) (with set) {
	path := ""
	for _, dir := range slices.Concat(u.dirs, s.System) {
		if strings.HasPrefix(dir, "/usr/") {
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
				path = filepath.Join(dir, name)
				break
			}
		}
	}
	if path == "" {
		return with
	}
	cached := ""
	if s.cache != nil {
		cached = s.cache.Cache("suspect", "library-"+digest(path, strconv.FormatBool(u.cxx)))
		if text, err := os.ReadFile(cached); err == nil && with.read(text) {
			return with
		}
	}
	seen := map[string]bool{}
	with = s.follow(u, path, seen)
	if cached != "" {
		writeFile(cached, with.text())
	}
	return with
}

// follow reads the headers of a library.
func (s *Scanner) follow(u *unit, path string, seen map[string]bool) (with set) {
	if seen[path] || len(seen) > 1000 {
		return with
	}
	seen[path] = true
	p := s.page(path, u.cxx)
	if p == nil {
		return with
	}
	for _, in := range p.includes {
		if n := findHeader(in.name); n >= 0 && kindOf(n) != kindKernel {
			with.add(entryOf(n).glibc)
			continue
		}
		if strings.HasPrefix(in.name, "linux/") || strings.HasPrefix(in.name, "asm") || strings.HasPrefix(in.name, "bits/") {
			continue
		}
		if in.quoted {
			if next := filepath.Join(filepath.Dir(path), in.name); isFile(next) {
				with.add(s.follow(u, next, seen))
				continue
			}
		}
		for _, dir := range slices.Concat(u.dirs, s.System) {
			if next := filepath.Join(dir, in.name); isFile(next) {
				with.add(s.follow(u, next, seen))
				break
			}
		}
	}
	return with
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// reason says what makes a file suspect, empty when nothing does.
func (s *Scanner) reason(u *unit, file string) string {
	p := s.pages[file]
	for _, in := range p.includes {
		n := findHeader(in.name)
		if n < 0 || kindOf(n) != kindHeader || s.resolve(u, file, in) != "" {
			continue
		}
		if infoOf(n)&infoMusl == 0 {
			return file + " includes " + in.name
		}
	}
	for _, n := range p.used {
		if s.missing(u, int(n)) {
			return file + " uses " + wordOf(int(n))
		}
	}
	return ""
}

// missing reports whether a word that is used is not there on musl.
func (s *Scanner) missing(u *unit, n int) bool {
	e := entryOf(n)
	switch {
	case e.kind == kindMember, e.kind == kindStream, e.info&infoAddress != 0, e.kind == kindTag && e.info&infoAlways != 0:
		return true
	case u.own.has(n), e.kind == kindHeader, e.kind == kindCXX, e.kind == kindKernel, e.kind == kindKnown, e.kind == kindKeyword:
		return false
	case e.info&infoKernel != 0 && u.linux:
		return false
	case !e.glibc.meets(u.system):
		return false
	case e.info>>sinceShift > 0 && s.older(int(e.info>>sinceShift)):
		return true
	}
	return !e.musl.meets(u.system)
}

const sinceShift = 12

// versions of musl, as the index counts them.
var versions = [...]string{"1.1.24", "1.2.0", "1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.2.6"}

// older reports whether the musl that is meant is older than a version.
func (s *Scanner) older(than int) bool {
	return s.Version != "" && than < len(versions) && facts.CompareVersions("", s.Version, versions[than]) < 0
}

// first reports whether a unit is the one that answers for a header of the project: the first
// that came to it since the header was changed.
func (s *Scanner) first(file, source string) bool {
	if s.cache == nil {
		return true
	}
	info, err := os.Stat(file)
	if err != nil {
		return true
	}
	path := s.cache.Cache("suspect", "header-"+digest(file, info.ModTime().String(), strconv.FormatInt(info.Size(), 10)))
	if f, err := create(path); err == nil {
		f.WriteString(source)
		f.Close()
		return true
	}
	owner, err := os.ReadFile(path)
	return err != nil || string(owner) == source || len(owner) > 0 && !isFile(string(owner))
}

// create makes a new file, and the folder that it is in.
func create(path string) (*os.File, error) {
	const flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	f, err := os.OpenFile(path, flags, 0o666)
	if os.IsNotExist(err) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return nil, err
		}
		f, err = os.OpenFile(path, flags, 0o666)
	}
	return f, err
}

func writeFile(path string, text []byte) {
	temporary := path + "." + strconv.Itoa(os.Getpid()) + ".tmp"
	f, err := create(temporary)
	if err != nil {
		return
	}
	_, err = f.Write(text)
	if f.Close() != nil || err != nil || os.Rename(temporary, path) != nil {
		os.Remove(temporary)
	}
}

func digest(words ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// text and read keep a set in a file.
func (s set) text() []byte {
	text := ""
	for _, word := range s {
		text += strconv.FormatUint(word, 16) + " "
	}
	return []byte(text + "\n")
}

func (s *set) read(text []byte) bool {
	words := strings.Fields(string(text))
	if len(words) != len(s) {
		return false
	}
	for i, word := range words {
		n, err := strconv.ParseUint(word, 16, 64)
		if err != nil {
			return false
		}
		s[i] = n
	}
	return true
}
