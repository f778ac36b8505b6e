package shadow

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/buildwrap/diagnostic"
)

// Unit is a translation unit that is judged for musl.
type Unit struct {
	*Headers
	ctx      context.Context // of Compile
	compiler []string
	dir      string
	cmd      *cmdline.Command
	src      cmdline.Source
	env      []string

	asked, harmless bool
	doubt           string // that the text leaves, for people
	lacking         string // a name that the source uses and musl does not have

	// messages are those of the last pass, in which stubs say what is missing.
	messages []diagnostic.Diagnostic
	read     []string // files of the last pass, as the compiler names them
	words    []string // what options returns
	inodes   []string // of the folders that the compiler searches of itself
	zones    map[string]zone
	paths    map[string]string
	texts    map[string]*text
	missing  map[string]bool // headers that are not there
	included map[string]bool // headers of musl's
}

// Variables are those of the environment that have folders of headers, for all languages, and for C
// and C++.
var Variables = [...]string{"CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH"}

func (u *Unit) cxx() bool { return strings.HasSuffix(u.src.Language, "c++") }

// compile runs the compiler until it comes to the end of the unit: a header that is not there
// ends a run, and gets an empty stub for the next.
func (u *Unit) compile() error {
	u.read = nil // by Harmless
	if u.cxx() && !u.Exact {
		if ok, err := u.clean(); err != nil || ok {
			return err
		}
	}
	shared := u.Headers.stubs()
	done, err := u.passes(shared)
	if err != nil || done {
		return err
	}
	// Stubs of other units are seen by __has_include, so that this one took a branch that it
	// would not take.
	private, err := os.MkdirTemp("", "muslcc-stubs-")
	if err != nil {
		return err
	}
	defer removeAll(private)
	u.messages = nil
	_, err = u.passes(stubs{private})
	return err
}

// passes reports false when the stubs that were there from the beginning may have changed what
// the unit is.
func (u *Unit) passes(s stubs) (bool, error) {
	for pass := 1; ; pass++ {
		out, err := run(u.ctx, u.command(s.dir), u.dir, plainEnvironment(u.env, Variables[:]...))
		if err != nil {
			return false, err
		}
		text, read := cutIncludes(out.stderr)
		u.read = read
		u.messages = diagnostic.Parse(text)
		if s == u.stubs() && u.asksForStubs(u.messages) {
			return false, nil
		}
		if name := missingHeader(u.messages); name == "" || pass == maxPasses || s.add(name) != nil {
			return true, nil
		}
	}
}

// missingHeader returns the header that a run ended at.
func missingHeader(messages []diagnostic.Diagnostic) string {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Severity != diagnostic.Fatal {
			continue
		}
		if kind, name, _ := diagnostic.Classify(messages[i]); kind == "header" {
			return name
		}
	}
	return ""
}

// command is the command line of a pass.
func (u *Unit) command(stubs string) []string {
	words := append([]string(nil), u.compiler...)
	words = append(words, "-fsyntax-only", "-x", u.src.Language)
	words = append(words, u.strict(u.src.Language)...)
	if !u.Clang {
		// GCC takes no precompiled header, which would be one of glibc's, once it saw a token.
		words = append(words, "-include", filepath.Join(u.Headers.dir, "first", "first.h"))
	}
	words = append(words, u.options()...)
	words = append(words, "-nostdinc", "-U__gnu_linux__")
	search := u.Search
	if u.cxx() {
		words = append(words, "-nostdinc++")
		search = u.SearchCXX
	}
	for _, dir := range search {
		words = append(words, "-isystem", dir)
	}
	words = append(words, "-idirafter", stubs)
	words = append(words, u.format()...)
	words = append(words, "-Wdeprecated-declarations", "-H")
	if u.Clang {
		words = append(words, "-W#warnings", "-Wno-unused-command-line-argument")
	} else {
		words = append(words, "-Wcpp")
	}
	return append(words, u.src.Path)
}

// options are the unit's own that still hold, and the folders of the environment.
func (u *Unit) options() []string {
	if u.words == nil {
		u.words = u.ownOptions()
	}
	return u.words
}

func (u *Unit) ownOptions() []string {
	out := []string{}
	options := u.cmd.Shadow
	for i := 0; i < len(options); i++ {
		o := options[i]
		flag, dir := o, ""
		for _, f := range [...]string{"-isystem", "-iquote", "-idirafter", "-I", "-include-pch", "-include"} {
			if o == f && i+1 < len(options) {
				i++
				dir = options[i]
				break
			}
			if rest, ok := strings.CutPrefix(o, f); ok && rest != "" && f != "-include-pch" && f != "-include" {
				flag, dir = f, rest
				break
			}
		}
		switch {
		case dir == "":
			out = append(out, o)
			if (o == "-D" || o == "-U" || o == "-imacros" || o == "-Xclang" || o == "-Xpreprocessor" || o == "--param") && i+1 < len(options) {
				i++
				out = append(out, options[i])
			}
		case flag == "-include-pch":
		case flag == "-include":
			// Clang takes the precompiled one beside it by itself.
			if u.Clang && (exists(u.abs(dir+".pch")) || exists(u.abs(dir+".gch"))) {
				out = append(out, "-Xclang", "-include", "-Xclang", dir)
			} else {
				out = append(out, flag, dir)
			}
		default:
			if dir, ok := u.allowed(dir); ok {
				out = append(out, flag, dir)
			}
		}
	}
	for _, name := range Variables {
		flag := "-isystem"
		switch {
		case name == "CPATH":
			flag = "-I"
		case name == "CPLUS_INCLUDE_PATH" && u.src.Language != "c++", name == "C_INCLUDE_PATH" && u.src.Language != "c",
			name == "OBJC_INCLUDE_PATH" && u.src.Language != "objective-c":
			continue
		}
		for _, dir := range filepath.SplitList(variable(u.env, name)) {
			if dir == "" {
				dir = "."
			}
			if dir, ok := u.allowed(dir); ok {
				out = append(out, flag, dir)
			}
		}
	}
	return out
}

// allowed returns a folder of headers that the unit names, or our view of it. The compiler's
// own folders are not allowed.
func (u *Unit) allowed(dir string) (string, bool) {
	if strings.HasPrefix(dir, "=") || strings.HasPrefix(dir, "$SYSROOT") {
		return "", false // below a sysroot: one of glibc's
	}
	path := u.abs(dir)
	inode := inodeOf(path)
	if inode == "" {
		return dir, true
	}
	if u.inodes == nil {
		u.inodes = make([]string, len(u.System))
		for i, system := range u.System {
			u.inodes[i] = inodeOf(system)
		}
	}
	for i, system := range u.System {
		if path == system {
			return "", false
		}
		if rest, ok := strings.CutPrefix(path, system+"/"); ok {
			for link, of := range u.Views {
				// A folder that glibc has a part of is a folder in the view, and not a link.
				if of != system || of == u.Musl.Dir {
					continue
				}
				if info, err := os.Lstat(filepath.Join(link, rest)); err != nil || info.IsDir() {
					return filepath.Join(link, rest), true
				}
			}
		}
		if u.inodes[i] == inode {
			return "", false
		}
	}
	return dir, true
}

func (u *Unit) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(u.dir, path)
}

func variable(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(env[i], name+"="); ok {
			return value
		}
	}
	return ""
}

// cutIncludes separates the lines of -H from the messages: ". dir/x.h", one more dot for each
// level.
func cutIncludes(text []byte) (messages []byte, read []string) {
	seen := map[string]bool{}
	for len(text) > 0 {
		line := text
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			line, text = text[:end+1], text[end+1:]
		} else {
			text = nil
		}
		dots := 0
		for dots < len(line) && line[dots] == '.' {
			dots++
		}
		if dots > 0 && dots+1 < len(line) && line[dots] == ' ' {
			if name := string(bytes.TrimRight(line[dots+1:], "\r\n")); name != "" && !seen[name] {
				seen[name] = true
				read = append(read, name)
			}
			continue
		}
		messages = append(messages, line...)
	}
	return messages, read
}

// stubs is a folder of headers that stand in for those that are not there. Each of them says
// that it was included.
type stubs struct{ dir string }

func (h *Headers) stubs() stubs { return stubs{filepath.Join(h.dir, "stubs")} }

const stubMark = mark + " stub of "

func (s stubs) add(name string) error {
	if filepath.IsAbs(name) || !filepath.IsLocal(name) {
		return os.ErrInvalid
	}
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	temporary := path + "." + strconv.Itoa(os.Getpid()) + ".tmp"
	if err := os.WriteFile(temporary, []byte("#warning "+stubMark+name+"\n"), 0o666); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// stubOf returns the header that a stub stands in for when a message is one of a stub's.
func stubOf(d diagnostic.Diagnostic) (string, bool) {
	_, name, ok := strings.Cut(d.Message, stubMark)
	return name, ok && d.Severity == diagnostic.Warning
}

// asksForStubs reports whether stubs were included by way of files that ask what there is.
func (u *Unit) asksForStubs(messages []diagnostic.Diagnostic) bool {
	asked := map[string]bool{}
	for _, d := range messages {
		if _, ok := stubOf(d); !ok {
			continue
		}
		for _, spot := range d.Via {
			if asked[spot.File] {
				continue
			}
			asked[spot.File] = true
			if text, err := os.ReadFile(u.abs(spot.File)); err == nil && bytes.Contains(text, []byte("__has_include")) {
				return true
			}
		}
	}
	// A macro may be made of the answer in one file and asked for in another.
	if len(asked) == 0 {
		return false
	}
	for _, name := range u.read {
		if path := u.abs(name); u.zone(path) == project && !asked[name] {
			if text, err := os.ReadFile(path); err == nil && bytes.Contains(text, []byte("__has_include")) {
				return true
			}
		}
	}
	return false
}
