// Package landing judges the files that COPY and ADD bring from the build context, for the
// stage that they land in: with its libc, with what else is copied there, and with the
// packages that it has when it is built.
package landing

import (
	"fmt"
	"io"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/buildcontext"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/shell"
)

// Limits bound what the files of one Dockerfile may cost.
type Limits struct {
	Files int   // native files that are judged; 0: DefaultFiles
	Bytes int64 // of the archives, jars and native files that are opened; 0: DefaultBytes
}

// The limits that hold unless others are asked for.
const (
	DefaultFiles = 2_000
	DefaultBytes = 2 << 30
)

// Landing is what the COPY and ADD of a Dockerfile bring from its build context. It belongs
// to one goroutine.
type Landing struct {
	file    *dockerfile.File
	open    func() (*buildcontext.Context, error)
	context *buildcontext.Context // once it has been opened
	named   map[string]*named     // folders that COPY --from may name
	said    bool                  // the user names the platform
	limits  Limits

	grounds  map[*dockerfile.Stage]*ground
	arrivals map[*dockerfile.Instruction][]*Arrival
	brought  map[*dockerfile.Instruction]*buildcontext.Brought
	archives map[archiveKey]*unpacked
	texts    map[string]*lint.Source // by name; nil: there is no such file
	origins  map[originKey]string
	matches  map[matchKey][][]int
	problems []string
	told     map[string]bool
	files    int
	bytes    int64
	spent    bool
	closers  []func()
}

// New returns the landing of a Dockerfile. Its build context is opened by the first COPY
// that asks for it, and belongs to the caller. said tells that the user names the platform,
// which is linux/amd64 otherwise.
func New(f *dockerfile.File, open func() (*buildcontext.Context, error), said bool, limits Limits) *Landing {
	if limits.Files == 0 {
		limits.Files = DefaultFiles
	}
	if limits.Bytes == 0 {
		limits.Bytes = DefaultBytes
	}
	l := &Landing{
		file: f, open: open, said: said, limits: limits,
		grounds: map[*dockerfile.Stage]*ground{}, arrivals: map[*dockerfile.Instruction][]*Arrival{},
		brought: map[*dockerfile.Instruction]*buildcontext.Brought{}, archives: map[archiveKey]*unpacked{}, told: map[string]bool{},
	}
	f.Context, f.Texts = l.script, l
	return l
}

// maxScript bounds the size of a script that is read, in bytes.
const maxScript = 64 << 10

// script reads a small file of the build context.
func (l *Landing) script(name string) (text string, ok bool) {
	if !l.opened() {
		return "", false
	}
	f, info, err := l.context.OpenFile(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	if info.Size() > maxScript {
		return "", false
	}
	content, err := io.ReadAll(io.LimitReader(f, maxScript))
	return string(content), err == nil
}

// Close gives up the files that are kept open.
func (l *Landing) Close() {
	for _, closer := range l.closers {
		closer()
	}
	l.closers = nil
}

// Problems returns what could not be looked at, and why, each once.
func (l *Landing) Problems() []string { return l.problems }

func (l *Landing) tell(text string) {
	if !l.told[text] {
		l.told[text] = true
		l.problems = append(l.problems, text)
	}
}

// opened opens the build context when that has not been tried yet, and tells whether there
// is one.
func (l *Landing) opened() bool {
	if open := l.open; open != nil {
		l.open = nil
		var err error
		if l.context, err = open(); err != nil {
			l.tell("the build context was not looked at: " + err.Error())
			l.context = nil
		}
	}
	return l.context != nil
}

// matters tells whether anything can be said about files that land in a stage.
func matters(s *dockerfile.Stage) bool {
	switch s.Target.Libc {
	case lint.Musl, lint.Glibc, lint.None:
		return s.Built
	}
	return false
}

// named is a folder of --build-context.
type named struct {
	open    func() (*buildcontext.Context, error)
	context *buildcontext.Context
}

// Named makes a folder known that COPY --from may name. It belongs to the caller.
func (l *Landing) Named(name string, open func() (*buildcontext.Context, error)) {
	if l.named == nil {
		l.named = map[string]*named{}
	}
	l.named[name] = &named{open: open}
}

// folder is the named folder that an instruction takes from, nil when there is none.
func (l *Landing) folder(in *dockerfile.Instruction) *named {
	if c := in.Copy; c != nil && c.From != "" && c.FromStage == nil {
		return l.named[c.From]
	}
	return nil
}

// contextOf is the folder that an instruction takes files from, nil when it cannot be opened.
func (l *Landing) contextOf(in *dockerfile.Instruction) *buildcontext.Context {
	n := l.folder(in)
	if n == nil {
		if !l.opened() {
			return nil
		}
		return l.context
	}
	if open := n.open; open != nil {
		n.open = nil
		var err error
		if n.context, err = open(); err != nil {
			l.tell("the build context " + in.Copy.From + " was not looked at: " + err.Error())
			n.context = nil
		}
	}
	return n.context
}

// fromContext returns the sources of an instruction that are paths of a build context.
func (l *Landing) fromContext(in *dockerfile.Instruction) []shell.Word {
	c := in.Copy
	if l.folder(in) != nil {
		return c.Sources
	}
	if c == nil || c.Origin != "context" && c.Origin != "url" {
		return nil
	}
	var list []shell.Word
	for _, w := range c.Sources {
		if !strings.Contains(w.Text, "://") && !strings.HasPrefix(w.Text, "git@") {
			list = append(list, w)
		}
	}
	return list
}

// take asks the build context for what an instruction brings, once; nil when it brings
// nothing from there.
func (l *Landing) take(in *dockerfile.Instruction) *buildcontext.Brought {
	if b, ok := l.brought[in]; ok {
		return b
	}
	var b *buildcontext.Brought
	if s, ok := l.selection(in); ok {
		b = l.contextOf(in).Select(s)
		for _, err := range b.Problems {
			l.tell(err.Error())
		}
	}
	l.brought[in] = b
	return b
}

// selection reads an instruction as a question to the build context. Sources whose path is
// not known are asked for as they are written, and will not be there.
func (l *Landing) selection(in *dockerfile.Instruction) (buildcontext.Selection, bool) {
	sources := l.fromContext(in)
	dest, folder, known := "", false, false
	if len(sources) > 0 {
		dest, folder, known = in.Destination()
	}
	if !known || l.contextOf(in) == nil {
		return buildcontext.Selection{}, false
	}
	s := buildcontext.Selection{Dest: dest, Folder: folder, Unpack: in.Copy.Add}
	for _, w := range sources {
		s.Sources = append(s.Sources, w.Text)
	}
	for _, f := range in.Flags {
		switch f.Name {
		case "parents":
			s.Parents = f.Value.Text != "false"
		case "exclude":
			s.Exclude = append(s.Exclude, f.Value.Text)
		case "unpack":
			s.Unpack = f.Value.Text != "false"
		}
	}
	if !s.Folder {
		s.Folder = l.ground(in.Stage).holdsBefore(in, dest)
	}
	return s, true
}

// Seen tells whether all sources of a COPY or ADD were found in the build context and looked
// at: what is to be said of them is said by their arrivals.
func (l *Landing) Seen(in *dockerfile.Instruction) bool {
	if l == nil || in.Copy == nil || !matters(in.Stage) {
		return false
	}
	b := l.take(in)
	return b != nil && b.Whole
}

// Modules tells whether a folder called node_modules comes with a COPY or ADD.
func (l *Landing) Modules(in *dockerfile.Instruction) bool {
	if !l.Seen(in) {
		return false
	}
	for _, e := range l.take(in).Entries {
		if e.Kind == buildcontext.Modules {
			return true
		}
	}
	return false
}

// afford takes the cost of one more file out of the limits.
func (l *Landing) afford(files int, bytes int64) bool {
	if l.spent {
		return false
	}
	l.files += files
	l.bytes += bytes
	switch {
	case l.files > l.limits.Files:
		l.tell(fmt.Sprintf("more than %d native files are copied from the build context: the others were not looked at; --context-natives raises the limit", l.limits.Files))
	case l.bytes > l.limits.Bytes:
		l.tell(fmt.Sprintf("the native files, archives and jars that are copied from the build context have more than %d MiB: the others were not looked at; --context-size raises the limit", l.limits.Bytes>>20))
	default:
		return true
	}
	l.spent = true
	return false
}
