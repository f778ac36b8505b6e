package shadow

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/lint"
)

// layout is part of every key in the cache, as the tables are: another one makes all of it
// anew. It counts what the headers are made of otherwise.
const layout = "17"

// Headers are musl's headers for one compiler, at the version that was asked for.
type Headers struct {
	// Exact says to compile units too whose text shows that there is nothing to find.
	Exact bool

	info
	target lint.Target
	get    func(string) string
	store  record.Store
	dir    string // of what was made, in the cache
}

// info is what is known of a compiler and of musl's headers for it. It is kept in the cache.
type info struct {
	description
	Native bool
	None   string // why there are no headers
	Musl   muslHeaders
	Tree   string // name of the folder in the cache
	Stamps []stamp
	// System are the folders that the compiler searches of itself. A unit that names one
	// of them, as -I/usr/include does, would get glibc's headers back.
	System []string
	// Search and SearchCXX are the folders that take their place, in order.
	Search    []string
	SearchCXX []string
	// Views are folders of links in the cache, and what they are views of.
	Views map[string]string
}

// stamp says in which state a file or folder was.
type stamp struct {
	Path string
	Time int64 // of the last change, in nanoseconds; 0: it was not there
}

func stampOf(path string) stamp {
	return stamp{path, stateOf(path).time}
}

// Find finds musl's headers for a compiler and makes in the cache of a record's folder what it
// takes to compile with them as they are in the version of a target. get reads the environment:
// MUSLCC_SYSROOT names the headers to take. The error is ErrNone or ErrUnsupported, or one of
// the machine.
func Find(get func(string) string, compiler []string, target lint.Target, store record.Store) (*Headers, error) {
	h := &Headers{target: target, get: get, store: store}
	if err := h.load(compiler); err != nil {
		return nil, err
	}
	if h.None != "" {
		return nil, plainError(h.None)
	}
	return h, nil
}

// plainError is a kept ErrNone.
type plainError string

func (e plainError) Error() string        { return string(e) }
func (e plainError) Is(target error) bool { return target == ErrNone }

// Version is the version of musl that units are compiled for.
func (h *Headers) Version() string { return h.target.Version }

// Dir is the folder that musl's headers come from; it is empty where the build's own compiler
// is one for musl.
func (h *Headers) Dir() string { return h.Musl.Dir }

// loaderPlaces are where Native looks.
var loaderPlaces = [...]string{"/lib", "/lib64", "/lib32", "/libx32", "/etc/alpine-release"}

// Native reports whether a compiler makes programs for musl by itself, so that its own compile
// shows what does not compile there.
func Native(compiler []string) bool {
	if len(compiler) == 0 {
		return false
	}
	for _, word := range compiler {
		name := filepath.Base(word)
		if strings.Contains(name, "-musl") || strings.HasPrefix(name, "musl-") {
			return true
		}
		if strings.Contains(name, "-gnu") {
			return false
		}
	}
	loaders, _ := filepath.Glob("/lib/ld-musl-*.so.1")
	if len(loaders) == 0 {
		return false
	}
	glibc, _ := filepath.Glob("/lib*/ld-linux*.so.*")
	if len(glibc) == 0 {
		return true
	}
	// Alpine's gcompat brings a loader by glibc's name.
	_, err := os.Stat("/etc/alpine-release")
	return err == nil
}

// variant returns the headers for a unit whose options ask for another architecture, or for
// other folders, than the compiler has of itself.
func (h *Headers) variant(compiler []string, cmd *cmdline.Command) (*Headers, error) {
	options := shape(cmd.Shadow)
	if h.Arch == "x86_64" {
		options = slices.DeleteFunc(options, func(o string) bool { return o == "-m64" }) // as it is
	}
	if len(options) == 0 {
		return h, nil
	}
	v, err := Find(h.get, append(compiler[:len(compiler):len(compiler)], options...), h.target, h.store)
	if err == nil {
		v.Exact = h.Exact
	}
	return v, err
}

// load takes what is in the cache, or makes it.
func (h *Headers) load(compiler []string) error {
	path := compiler[0]
	if !filepath.IsAbs(path) {
		var err error
		if path, err = exec.LookPath(path); err != nil {
			return err
		}
	}
	state, err := os.Stat(path)
	if err != nil {
		return err
	}
	sum := sha256.New()
	for _, text := range [...]string{changesText, lfs64Text, glibcHeaders} {
		_ = binary.Write(sum, binary.LittleEndian, crc32.ChecksumIEEE([]byte(text)))
	}
	for _, word := range append([]string{
		layout, path, strconv.FormatInt(state.Size(), 10), strconv.FormatInt(state.ModTime().UnixNano(), 10),
		h.get("MUSLCC_SYSROOT"), h.get("PATH"), h.target.Version,
	}, compiler[1:]...) {
		io.WriteString(sum, word)
		sum.Write([]byte{0})
	}
	key := hex.EncodeToString(sum.Sum(nil)[:10])
	kept := h.store.Cache("headers", key+".txt")
	if text, err := readFile(kept); err == nil {
		if h.info.read(string(text)) && h.current(kept) {
			h.dir = h.store.Cache("headers", h.Tree)
			return nil
		}
		h.info = info{}
	}
	if h.get("MUSLCC_SYSROOT") == "" && Native(compiler) {
		h.Native = true
		for _, place := range loaderPlaces {
			h.Stamps = append(h.Stamps, stampOf(place))
		}
		return h.keep(key)
	}
	return h.make(compiler, key)
}

// current reports whether nothing changed that the tree was made from. It is enough that another
// process of the build found that a moment ago, as the time of the file says.
func (h *Headers) current(kept string) bool {
	const moment = time.Second
	now := time.Now()
	if age := now.UnixNano() - stateOf(kept).time; 0 <= age && age < int64(moment) {
		return true
	}
	for _, s := range h.Stamps {
		if stampOf(s.Path) != s {
			return false
		}
	}
	_ = os.Chtimes(kept, now, now)
	return true
}

// make makes the tree and says in the cache where it is.
func (h *Headers) make(compiler []string, key string) error {
	ctx, stop := context.WithTimeout(context.Background(), passTimeout)
	defer stop()
	d, err := describe(ctx, compiler, os.Environ())
	if err != nil {
		return err
	}
	h.description = *d
	var places []string
	h.Musl, places, err = searchMusl(d.Arch, h.get("MUSLCC_SYSROOT"), h.get("PATH"))
	for _, place := range places {
		h.Stamps = append(h.Stamps, stampOf(place))
	}
	for _, place := range loaderPlaces {
		h.Stamps = append(h.Stamps, stampOf(place))
	}
	if err != nil {
		if !errors.Is(err, ErrNone) {
			return err
		}
		h.None = err.Error()
	} else if err := h.tree(key); err != nil {
		return err
	}
	return h.keep(key)
}

// keep writes down what was found.
func (h *Headers) keep(key string) error {
	text, ok := h.info.text()
	if !ok {
		return nil // found again by each process
	}
	return h.store.WriteCache([]byte(text), "headers", key+".txt")
}

// tree makes the folder of links and overlay headers under another name and renames it. Its
// name says what it was made from, so that one that is there already is as good.
func (h *Headers) tree(key string) error {
	parent := h.store.Cache("headers")
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(parent, "."+key+"-")
	if err != nil {
		return err
	}
	defer removeAll(temporary)
	if err := os.Chmod(temporary, 0o755); err != nil {
		return err
	}
	if err := h.fill(temporary); err != nil {
		return err
	}
	sum := sha256.New()
	fmt.Fprint(sum, h.Stamps, h.Search, h.SearchCXX)
	h.Tree = key + "-" + hex.EncodeToString(sum.Sum(nil)[:6])
	h.dir = filepath.Join(parent, h.Tree)
	for _, list := range [...][]string{h.Search, h.SearchCXX} {
		for i, dir := range list {
			if rest, ok := strings.CutPrefix(dir, temporary); ok {
				list[i] = h.dir + rest
			}
		}
	}
	views := map[string]string{}
	for link, of := range h.Views {
		views[h.dir+strings.TrimPrefix(link, temporary)] = of
	}
	h.Views = views
	err = os.Rename(temporary, h.dir)
	if err != nil && (errors.Is(err, fs.ErrExist) || isDir(h.dir)) {
		return nil
	}
	return err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// removeAll removes a folder of links; os.RemoveAll follows none.
func removeAll(dir string) { _ = os.RemoveAll(dir) }

// fill makes everything in a folder.
func (h *Headers) fill(dir string) error {
	h.Views = map[string]string{}
	owned := packaged()
	musl := filepath.Join(dir, "musl")
	// What Debian's package of musl has beside upstream's, and lacks.
	debian := !exists(filepath.Join(h.Musl.Dir, "crypt.h"))
	var without []string
	if debian {
		without = []string{"fts.h"}
	}
	if err := linkAll(h.Musl.Dir, musl, without); err != nil {
		return err
	}
	h.Views[musl] = h.Musl.Dir
	h.Stamps = append(h.Stamps, stampOf(filepath.Join(h.Musl.Dir, "sys")))
	overlayDir := filepath.Join(dir, "overlay")
	if err := writeAll(overlayDir, overlay(h.Musl.Version, h.target.Version, debian)); err != nil {
		return err
	}
	if err := writeAll(filepath.Join(dir, "first"), map[string]string{"first.h": "struct musllint_first;\n"}); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "stubs"), 0o777); err != nil {
		return err
	}
	libc := []string{overlayDir, musl}
	var before, own, after []string
	for i, from := range h.C {
		h.System = append(h.System, from)
		h.Stamps = append(h.Stamps, stampOf(from))
		switch base := filepath.Base(from); {
		case !isDir(from), base == "include-fixed": // headers of glibc, repaired
		case exists(filepath.Join(from, "stddef.h")) && !exists(filepath.Join(from, "stdio.h")):
			own = append(own, from)
		case isGlibc(from):
			v := view{owned: owned}
			to := filepath.Join(dir, "view"+strconv.Itoa(i))
			if err := v.make(from, to, ""); err != nil {
				return err
			}
			for _, path := range v.stamps {
				h.Stamps = append(h.Stamps, stampOf(path))
			}
			h.Views[to] = from
			after = append(after, to)
		case len(after) == 0:
			before = append(before, from)
		default:
			after = append(after, from)
		}
	}
	h.Search = concat(before, libc, own, after)
	return h.fillCXX(dir)
}

func (h *Headers) fillCXX(dir string) error {
	var cxx []string
	for _, from := range h.CXX {
		if !has(h.C, from) {
			cxx = append(cxx, from)
			h.System = append(h.System, from)
			h.Stamps = append(h.Stamps, stampOf(from))
		}
	}
	if len(cxx) == 0 {
		return nil
	}
	major := cxxMajor(cxx)
	if real := muslCXX(h.Musl.Dir, major); real != nil {
		h.SearchCXX = concat(real, h.Search)
		return nil
	}
	if major > 0 {
		own := filepath.Join(dir, "cxx")
		if err := writeAll(own, cxxOverlay()); err != nil {
			return err
		}
		cxx = concat([]string{own}, cxx)
	}
	h.SearchCXX = concat(cxx, h.Search)
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func concat(lists ...[]string) []string {
	var out []string
	for _, list := range lists {
		out = append(out, list...)
	}
	return out
}
