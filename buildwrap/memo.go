package buildwrap

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/buildwrap/shadow"
	"github.com/musllint/musllint/lint"
)

// memo is what a compile with musl's headers came to, kept for the same one again: libtool
// compiles each source twice, once for the shared and once for the static library.
type memo struct {
	Files []fileState `json:"files"` // that it read, of the project
	Uses  []lint.Use  `json:"uses"`
}

type fileState struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	Time int64  `json:"time"` // of the last change, in nanoseconds
}

// positionFlags differ between libtool's two compiles, and no header of musl asks for them.
var positionFlags = map[string]bool{"-fPIC": true, "-fpic": true, "-fPIE": true, "-fpie": true, "-DPIC": true}

// positionWords are what a project asks that does.
var positionWords = [...]string{"PIC", "PIE", "__pic__", "__pie__"}

// memoName names the memo of a compile, with or without its position flags.
func (j *judge) memoName(src cmdline.Source, position bool) string {
	h := sha256.New()
	add := func(word string) {
		io.WriteString(h, word)
		h.Write([]byte{0})
	}
	for _, word := range []string{j.real.Path, j.dir, src.Path, src.Language, targetName(j.on), j.headers.Version(), j.headers.Dir(),
		strconv.FormatBool(j.headers.Exact), strconv.FormatBool(position)} {
		add(word)
	}
	for _, name := range shadow.Variables {
		add(j.get(name))
	}
	for _, word := range j.command.Shadow {
		if position || !positionFlags[word] {
			add(word)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// remembered returns what an equal compile of equal files came to.
func (j *judge) remembered(src cmdline.Source) (*memo, bool) {
	for _, position := range [...]bool{false, true} {
		if m, ok := j.readMemo(j.memoName(src, position)); ok {
			return m, true
		}
	}
	return nil, false
}

func (j *judge) readMemo(name string) (*memo, bool) {
	text, err := os.ReadFile(j.store.Cache("units", name))
	if err != nil {
		return nil, false
	}
	m := &memo{}
	if json.Unmarshal(text, m) != nil {
		return nil, false
	}
	for _, f := range m.Files {
		if state, err := stateOf(f.Path); err != nil || state != f {
			return nil, false
		}
	}
	return m, true
}

// remember keeps what a compile came to: for libtool's other one, too, unless a file asks which of
// them it is.
func (j *judge) remember(src cmdline.Source, files []string, uses []lint.Use) {
	m := memo{Uses: uses}
	position := false
	for _, path := range files {
		state, err := stateOf(path)
		if err != nil {
			return
		}
		m.Files = append(m.Files, state)
		text, err := os.ReadFile(path)
		if err != nil {
			return
		}
		position = position || slices.ContainsFunc(positionWords[:], func(word string) bool { return bytes.Contains(text, []byte(word)) })
	}
	text, err := json.Marshal(m)
	if err == nil {
		err = j.store.WriteCache(text, "units", j.memoName(src, position))
	}
	if err != nil {
		j.note("%v", err)
	}
}

func stateOf(path string) (fileState, error) {
	info, err := os.Stat(path)
	if err != nil {
		return fileState{}, err
	}
	return fileState{path, info.Size(), info.ModTime().UnixNano()}, nil
}
