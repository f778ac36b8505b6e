package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What gcc 14 refuses without being asked.
var strict = []string{"-Werror=implicit-function-declaration", "-Werror=int-conversion", "-Werror=incompatible-pointer-types"}

// verdict is what the plain compiler for musl says of a unit.
type verdict struct {
	Errors    []diagnostic // those of musl alone, of all passes
	First     int          // how many are of the first pass
	Stubs     []string     // headers that musl does not have, for which the later passes had an empty one
	Broken    bool         // a header is missing on the host too
	HostFails bool         // does not compile on the host either, with what gcc 14 refuses
	Needs     []string     // undefined symbols of musl's object, or of the host's where there is none
	Brings    []string
	Lenient   bool // compiled without what gcc 14 refuses too
	OfHost    bool // Needs and Brings are of the host's object
	Known     map[string]knowledge
	Files     map[string]int64 // all files that were read, with their times
	Declared  []string         // what Needs has that musl's headers declare and the project's text uses
	Took      time.Duration
	Version   int
	KnownBy   int
}

// knowledge is where a name that an error is about comes from.
type knowledge struct {
	System bool     // the host's system headers have it
	Stubs  []string // it comes by these headers alone, which musl does not have
	Musl   bool     // the unit has it in musl's headers or its own text too
}

// Other ways to compile need another verdict, other ways to look names up do not.
const (
	verdictVersion = 3
	knownVersion   = 4
)

const maxPasses = 12

// judge compiles the unit with musl, as often as a header is missing, and with the host where it
// fails.
func (p *project) judge(u unit) (*verdict, error) {
	cached := p.path(p.cacheDir, u.key(p)+".json")
	if v := readVerdict(cached); v != nil && !p.fresh && !p.outdated(v) {
		if v.KnownBy == knownVersion || len(v.Errors) == 0 {
			return v, nil
		}
		return v, p.learn(u, v, cached)
	}
	start := time.Now()
	work, err := os.MkdirTemp("", "truth-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	v := &verdict{Files: map[string]int64{}, Version: verdictVersion}
	object, stubs := filepath.Join(work, "unit.o"), filepath.Join(work, "stubs")
	compile := func(compiler, object string, more ...string) []diagnostic {
		deps := filepath.Join(work, "deps")
		text, _ := u.run(compiler, append([]string{"-c", "-o", object, "-MD", "-MF", deps}, more...))
		v.read(u.Dir, deps)
		return parseErrors(u.Dir, text)
	}
	var errors []diagnostic
	seen := map[diagnosticKey]bool{}
	for pass := 0; pass < maxPasses; pass++ {
		more := strictly(u.cxx)
		for _, dir := range p.installed {
			more = append(more, "-idirafter", dir)
		}
		if pass > 0 {
			more = append(more, "-idirafter", stubs)
		}
		found := compile(p.musl(u.name()), object, more...)
		missing := ""
		for _, e := range found {
			if !seen[e.key()] {
				seen[e.key()] = true
				errors = append(errors, e)
			}
			if k, name := classify(e.Message); k == kindHeader && e.Fatal {
				missing = name
			}
		}
		if pass == 0 {
			v.First = len(errors)
			if len(errors) == 0 {
				v.Needs, v.Brings = objectSymbols(object)
				break
			}
		}
		if missing == "" || filepath.IsAbs(missing) || strings.HasPrefix(missing, "../") || slices.Contains(v.Stubs, missing) {
			break
		}
		v.Stubs = append(v.Stubs, missing)
		if err := writeStub(stubs, missing); err != nil {
			return nil, err
		}
	}
	if len(errors) > 0 {
		host := map[diagnosticKey]bool{}
		hostObject := filepath.Join(work, "host.o")
		for _, e := range compile(realCompiler(u.name()), hostObject, strictly(u.cxx)...) {
			host[e.key()] = true
			v.HostFails = true
			v.Broken = v.Broken || e.Fatal
		}
		for i, e := range errors {
			if !host[e.key()] {
				v.Errors = append(v.Errors, e)
			} else if i < v.First {
				v.First--
			}
		}
		v.First = min(v.First, len(v.Errors))
		if v.HostFails {
			// Only gcc 14 refuses it. An older one goes on, and the linker has the last word.
			compile(realCompiler(u.name()), hostObject)
		}
		v.Needs, v.Brings = objectSymbols(hostObject)
		v.OfHost = true
		if !u.cxx && len(v.Stubs) == 0 {
			// Where only gcc 14 refuses it for musl, there is an object for musl as well.
			compile(p.musl(u.name()), object)
			if isFile(object) {
				v.Needs, v.Brings = objectSymbols(object)
				v.OfHost = false
			}
		}
		v.Lenient = v.HostFails
	}
	v.Took = time.Since(start)
	return v, p.learn(u, v, cached)
}

// outdated is true of a verdict that may be another one now although no file changed: a header
// that was missing is there, or this program did less when it was made.
func (p *project) outdated(v *verdict) bool {
	return v.HostFails && !v.Lenient || slices.ContainsFunc(v.Stubs, func(name string) bool {
		return isFile(filepath.Join(p.options.musl, "view", name)) || isFile(filepath.Join(p.options.musl, "musl", "include", name))
	})
}

// learn looks up what the errors are about, and keeps the verdict.
func (p *project) learn(u unit, v *verdict, cached string) error {
	if len(v.Errors) > 0 {
		stubs, err := os.MkdirTemp("", "truth-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(stubs)
		for _, name := range v.Stubs {
			if err := writeStub(stubs, name); err != nil {
				return err
			}
		}
		p.know(u, v, stubs)
		v.KnownBy = knownVersion
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(cached), 0o777); err != nil {
		return err
	}
	return os.WriteFile(cached, text, 0o666)
}

func writeStub(stubs, name string) error {
	stub := filepath.Join(stubs, name)
	if err := os.MkdirAll(filepath.Dir(stub), 0o777); err != nil {
		return err
	}
	return os.WriteFile(stub, nil, 0o666)
}

// Errors about types only that gcc 14 refuses are errors in C++ anyway.
func strictly(cxx bool) []string {
	if cxx {
		return nil
	}
	return slices.Clone(strict)
}

func (u *unit) name() string {
	if u.cxx {
		return "g++"
	}
	return "gcc"
}

// run runs a compiler on the source, in C's language, and returns what it says.
func (u *unit) run(compiler string, more []string) (stderr string, err error) {
	text, _, err := u.runBoth(compiler, more)
	return text, err
}

func (u *unit) runBoth(compiler string, more []string) (stderr, stdout string, err error) {
	args := append(slices.Clone(u.flags), more...)
	args = append(args, "-fno-diagnostics-show-caret", "-fdiagnostics-color=never", "-fmessage-length=0")
	args = append(args, u.source)
	// No compile takes so long that is not a mistake.
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, compiler, args...)
	cmd.Dir = u.Dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var out, diagnostics strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &diagnostics
	err = cmd.Run()
	return diagnostics.String(), out.String(), err
}

type diagnosticKey struct {
	file    string
	line    int
	message string
}

func (d diagnostic) key() diagnosticKey { return diagnosticKey{d.File, d.Line, d.Message} }

// key is what the verdict depends on, but for the files that are read.
func (u *unit) key(p *project) string {
	h := sha256.New()
	fmt.Fprintln(h, u.Dir, u.source, u.cxx, positionless(u.flags), verdictVersion)
	fmt.Fprintln(h, p.options.musl)
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// read takes the files of a rule that -MD wrote.
func (v *verdict) read(dir, deps string) {
	text, err := os.ReadFile(deps)
	if err != nil {
		return
	}
	_, files, _ := strings.Cut(string(text), ":")
	for _, file := range strings.Fields(strings.ReplaceAll(files, "\\\n", " ")) {
		file = absolute(dir, file)
		if info, err := os.Stat(file); err == nil && !strings.HasPrefix(file, os.TempDir()+"/truth-") {
			v.Files[file] = info.ModTime().UnixNano()
		}
	}
	os.Remove(deps)
}

// readVerdict returns nil when a file has changed since.
func readVerdict(path string) *verdict {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	v := new(verdict)
	if json.Unmarshal(text, v) != nil || v.Version != verdictVersion {
		return nil
	}
	for file, stamp := range v.Files {
		info, err := os.Stat(file)
		if err != nil || info.ModTime().UnixNano() != stamp {
			return nil
		}
	}
	return v
}

// know looks up the names that errors are about in what both compilers read.
func (p *project) know(u unit, v *verdict, stubs string) {
	known := map[string]knowledge{}
	for _, e := range v.Errors {
		if _, name := classify(e.Message); name != "" {
			known[name] = knowledge{}
		}
		for _, name := range membersOf(e.Message) {
			known[name] = knowledge{}
		}
	}
	_, host, _ := u.runBoth(realCompiler(u.name()), []string{"-E", "-dD"})
	viaOther := map[string]bool{}
	eachName(host, func(name string, stack []string, define bool) {
		k, ok := known[name]
		if !ok || len(stack) < 2 && !define || !isSystem(stack[len(stack)-1]) {
			return
		}
		k.System = true
		by := ""
		for _, file := range stack {
			for _, stub := range v.Stubs {
				if isSystem(file) && strings.HasSuffix(file, "/"+stub) {
					by = stub
				}
			}
		}
		if by == "" {
			viaOther[name] = true
		} else if !slices.Contains(k.Stubs, by) {
			k.Stubs = append(k.Stubs, by)
		}
		known[name] = k
	})
	_, musl, _ := u.runBoth(p.musl(u.name()), []string{"-E", "-dD", "-idirafter", stubs})
	inMusl, inProject := map[string]bool{}, map[string]bool{}
	eachName(musl, func(name string, stack []string, define bool) {
		own := p.isProject(absolute(u.Dir, stack[len(stack)-1]))
		if own && !define {
			inProject[name] = true
		} else if !own {
			inMusl[name] = true
		}
		if k, ok := known[name]; ok && !own {
			k.Musl = true
			known[name] = k
		}
	})
	// gcc stops at the first #include of a missing header; what includes it again fails as well.
	for _, site := range includes(musl, stubs) {
		e := diagnostic{File: absolute(u.Dir, site.File), Line: site.Line, Message: site.name + ": No such file or directory", Fatal: true}
		if !slices.ContainsFunc(v.Errors, func(o diagnostic) bool { return o.key() == e.key() }) {
			v.Errors = append(v.Errors, e)
		}
	}
	v.Declared = nil
	for _, name := range v.Needs {
		if inMusl[name] && inProject[name] && p.glibc[name] && !p.muslFuncs[name] {
			v.Declared = append(v.Declared, name)
		}
	}
	for name, k := range known {
		if viaOther[name] {
			k.Stubs = nil
			known[name] = k
		}
	}
	v.Known = known
}

func isSystem(file string) bool {
	return strings.HasPrefix(file, "/usr/include/") || strings.HasPrefix(file, "/usr/lib/gcc/") || strings.HasPrefix(file, "/usr/lib/llvm")
}

func (p *project) isProject(file string) bool {
	return strings.HasPrefix(file, p.path("build")+"/")
}

// eachName calls f with every identifier that a preprocessed text has outside of strings, and
// the files through which it was included.
func eachName(text string, f func(name string, stack []string, define bool)) {
	var stack []string
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if strings.HasPrefix(line, "# ") {
			open := strings.IndexByte(line, '"')
			end := strings.LastIndexByte(line, '"')
			if open < 0 || end <= open {
				continue
			}
			file, flags := line[open+1:end], strings.Fields(line[end+1:])
			switch {
			case slices.Contains(flags, "1"):
				stack = append(slices.Clone(stack), file)
			case slices.Contains(flags, "2"):
				if len(stack) > 0 {
					stack = slices.Clone(stack[:len(stack)-1])
				}
				if len(stack) == 0 {
					stack = []string{file}
				}
			default:
				if len(stack) == 0 {
					stack = []string{file}
				} else {
					stack = append(slices.Clone(stack[:len(stack)-1]), file)
				}
			}
			continue
		}
		define := strings.HasPrefix(line, "#define ") || strings.HasPrefix(line, "#undef ")
		if define && strings.HasPrefix(line, "#undef ") {
			continue
		}
		for i := 0; i < len(line); {
			c := line[i]
			switch {
			case c == '"' || c == '\'':
				j := i + 1
				for j < len(line) && line[j] != c {
					if line[j] == '\\' {
						j++
					}
					j++
				}
				i = j + 1
			case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
				j := i
				for j < len(line) && (line[j] == '_' || line[j] >= 'a' && line[j] <= 'z' || line[j] >= 'A' && line[j] <= 'Z' || line[j] >= '0' && line[j] <= '9') {
					j++
				}
				if len(stack) > 0 {
					f(line[i:j], stack, define)
				}
				i = j
			default:
				i++
			}
		}
	}
}

type site struct {
	place
	name string
}

// includes returns where a preprocessed text includes files of a folder: the line before the one
// that it goes on with.
func includes(text, dir string) []site {
	var sites []site
	inside := ""
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "# ") {
			continue
		}
		open, end := strings.IndexByte(line, '"'), strings.LastIndexByte(line, '"')
		if open < 0 || end <= open {
			continue
		}
		file := line[open+1 : end]
		if name, ok := strings.CutPrefix(file, dir+"/"); ok {
			inside = name
			continue
		}
		number, err := strconv.Atoi(strings.Fields(line)[1])
		if inside != "" && err == nil {
			sites = append(sites, site{place{file, number - 1}, inside})
		}
		inside = ""
	}
	return sites
}

// judgeAll judges units side by side.
func (p *project) judgeAll(all []unit) ([]*verdict, error) {
	verdicts := make([]*verdict, len(all))
	errors := make([]error, len(all))
	var wait sync.WaitGroup
	next := make(chan int)
	for range p.jobs {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range next {
				verdicts[i], errors[i] = p.judge(all[i])
			}
		}()
	}
	for i := range all {
		next <- i
	}
	close(next)
	wait.Wait()
	for _, err := range errors {
		if err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}
