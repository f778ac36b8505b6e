// Package record keeps what muslcc finds during a build: one file for each translation unit or
// link that uses something musl lacks, in a folder that all processes of the build share. There
// are no locks and there is no daemon: a file is written under another name and renamed, so that
// whoever reads finds it whole, and the last one to write wins.
package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint"
)

// Format is the version of the files. Files of another one are passed over.
const Format = 1

// Unit is what was found in one translation unit, or in one link.
type Unit struct {
	Format   int      `json:"format"`
	Root     string   `json:"root"`             // of the project, absolute: what is below it is its own
	Dir      string   `json:"dir"`              // where the compiler ran, absolute
	Source   string   `json:"source,omitempty"` // of a translation unit, absolute; empty for a link
	Output   string   `json:"output"`           // what the compiler made, absolute
	Compiler string   `json:"compiler"`
	Args     []string `json:"args"`
	On       string   `json:"on"`                // the target: "alpine:3.20/amd64"
	Headers  string   `json:"headers,omitempty"` // version of musl whose headers it was compiled with; empty: none were at hand
	// Files are the hashes of the files that Uses are in, by absolute path, as Hash makes them.
	Files map[string]string `json:"files,omitempty"`
	Uses  []lint.Use        `json:"uses"`
	// Imports are the symbols that a linked file takes from glibc and that musl lacks.
	Imports []string `json:"imports,omitempty"`
}

// key names the record of an output: whatever makes the same output again replaces it.
// Of several sources that are compiled into one program each has its own.
func (u *Unit) key() string {
	h := sha256.New()
	h.Write([]byte(u.Output))
	h.Write([]byte{0})
	h.Write([]byte(u.Source))
	key := hex.EncodeToString(h.Sum(nil)[:12])
	if u.Source == "" {
		return linkPrefix + key
	}
	return key
}

// Hash is what Files has of a content: SHA-256, in hexadecimal.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// Store is a folder of records.
type Store struct {
	Dir string // absolute
}

const (
	unitDir    = "tu"
	cacheDir   = "cache"
	linkPrefix = "link-"
	suffix     = ".json"
)

// Save records a unit, or removes its record when it has no uses. That of a link stays, since it
// says that its objects need nothing, unless there are no units that it could speak of.
func (s Store) Save(u *Unit) error {
	path := filepath.Join(s.Dir, unitDir, u.key()+suffix)
	if len(u.Uses) == 0 && (u.Source != "" || s.Count() == 0) {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	u.Format = Format
	text, err := json.Marshal(u)
	if err != nil {
		return err
	}
	return write(path, append(text, '\n'))
}

// Cache is a path in the folder for what is made once a build and can be made again.
func (s Store) Cache(name ...string) string {
	return filepath.Join(append([]string{s.Dir, cacheDir}, name...)...)
}

// WriteCache writes a file of the cache, so that it is there whole or not at all.
func (s Store) WriteCache(text []byte, name ...string) error {
	return write(s.Cache(name...), text)
}

// AppendCache adds to a file of the cache, in one piece.
func (s Store) AppendCache(text []byte, name ...string) error {
	path := s.Cache(name...)
	const flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	f, err := os.OpenFile(path, flags, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		f, err = os.OpenFile(path, flags, 0o666)
	}
	if err != nil {
		return err
	}
	return writeTo(f, text)
}

// write makes a file by renaming a temporary one. Only the folder that ignores itself may have
// to be made, which costs a step more the first time.
func write(path string, text []byte) error {
	// Processes of two containers that share the folder may have one number.
	unique := strconv.Itoa(os.Getpid()) + "-" + strconv.FormatUint(rand.Uint64(), 36)
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+unique+".tmp")
	err := writeNew(temporary, text)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		err = writeNew(temporary, text)
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
	}
	return err
}

// writeNew writes a file that is not there.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	return writeTo(f, text)
}

// writeTo writes a text and closes the file.
func writeTo(f *os.File, text []byte) error {
	_, err := f.Write(text)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// Prepare makes the folder. It hides itself from git.
func (s Store) Prepare() error {
	if _, err := os.Lstat(filepath.Join(s.Dir, ".gitignore")); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(s.Dir, unitDir), 0o777); err != nil {
		return err
	}
	return write(filepath.Join(s.Dir, ".gitignore"), []byte("*\n"))
}

// Count returns the number of translation units that have records.
func (s Store) Count() int {
	names, _ := s.names()
	n := 0
	for _, name := range names {
		if !strings.HasPrefix(name, linkPrefix) {
			n++
		}
	}
	return n
}

func (s Store) names() ([]string, error) {
	d, err := os.Open(filepath.Join(s.Dir, unitDir))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return strings.HasPrefix(name, ".") || !strings.HasSuffix(name, suffix)
	})
	slices.Sort(names)
	return names, nil
}

// Read returns what the build came to, settled by its links and ordered by key. A record that
// cannot be read is left out and named by the error, which then joins one for each; the others
// are returned all the same. Without a folder of records the error is fs.ErrNotExist.
func (s Store) Read() ([]Unit, error) {
	units, err := s.read()
	return settle(units), err
}

func (s Store) read() ([]Unit, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	var units []Unit
	var broken []error
	for _, name := range names {
		path := filepath.Join(s.Dir, unitDir, name)
		u, err := readUnit(path)
		switch {
		case errors.Is(err, fs.ErrNotExist): // a build that goes on replaced or removed it
		case err != nil:
			broken = append(broken, err)
		default:
			units = append(units, u)
		}
	}
	return units, errors.Join(broken...)
}

// maxRecord is far above the records of units that use what musl lacks in every line, in bytes.
const maxRecord = 64 << 20

func readUnit(path string) (u Unit, err error) {
	// The folder may be that of somebody else's project: a pipe or a device has no end.
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return u, err
	case !info.Mode().IsRegular():
		return u, fmt.Errorf("%s: not a file", path)
	case info.Size() > maxRecord:
		return u, fmt.Errorf("%s: larger than %d MiB: this is no record", path, maxRecord>>20)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return u, err
	}
	if err := json.Unmarshal(text, &u); err != nil {
		return u, fmt.Errorf("%s: %w", path, err)
	}
	if u.Format != Format {
		return u, fmt.Errorf("%s: format %d, which another version of muslcc wrote; remove the folder and build again", path, u.Format)
	}
	return u, nil
}
