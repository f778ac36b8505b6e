package buildwrap

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
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

func (j *judge) memoPath(src cmdline.Source) string {
	h := sha256.New()
	for _, word := range []string{j.real.Path, j.dir, src.Path, src.Language, targetName(j.on), j.headers.Version(), j.headers.Dir(), strconv.FormatBool(j.headers.Exact)} {
		io.WriteString(h, word)
		h.Write([]byte{0})
	}
	for _, name := range shadow.Variables {
		io.WriteString(h, j.get(name))
		h.Write([]byte{0})
	}
	for _, word := range j.command.Shadow {
		if !positionFlags[word] {
			io.WriteString(h, word)
			h.Write([]byte{0})
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// remembered returns what an equal compile of equal files came to.
func (j *judge) remembered(name string) (*memo, bool) {
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

func (j *judge) remember(name string, files []string, uses []lint.Use) {
	m := memo{Uses: uses}
	for _, path := range files {
		state, err := stateOf(path)
		if err != nil {
			return
		}
		m.Files = append(m.Files, state)
	}
	text, err := json.Marshal(m)
	if err == nil {
		err = j.store.WriteCache(text, "units", name)
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
