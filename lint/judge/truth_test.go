package judge

import (
	"bytes"
	"cmp"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/elf/elftest"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// realLoader is a libc.so of amd64 that can be run here.
type realLoader struct{ name, path, on string }

var loaderName = regexp.MustCompile(`^(alpine_)?(\d[\d.]*)-amd64$`)

// realLoaders returns the loaders in the folder that MUSLLINT_LOADERS names, which
// testdata/truth/build-loaders fills.
func realLoaders(t testing.TB) []realLoader {
	dir := os.Getenv("MUSLLINT_LOADERS")
	if dir == "" {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal("MUSLLINT_LOADERS names no folder of real loaders")
		}
		t.Skip("MUSLLINT_LOADERS names no folder of real loaders: make truth-artifacts builds one")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []realLoader
	for _, e := range entries {
		if m := loaderName.FindStringSubmatch(e.Name()); m != nil {
			on := "musl:" + m[2]
			if m[1] != "" {
				on = "alpine:" + m[2]
			}
			all = append(all, realLoader{e.Name(), filepath.Join(dir, e.Name(), "lib/libc.so"), on})
		}
	}
	return all
}

// world is a folder with the libraries that a trial took for there: stubs that define the
// symbols which the trial found in them.
type world struct {
	dir     string
	preload []string
	host    string
}

// TestTruth lays out each trial for a real loader: what packages would bring is made as
// libraries of stubs, and the loader has to say of that what the trial said. So every "runs",
// every failure and every proof of a repair is checked, on all files below the folders of
// MUSLLINT_TRUTH.
func TestTruth(t *testing.T) {
	loaders := realLoaders(t)
	roots := filepath.SplitList(cmp.Or(os.Getenv("MUSLLINT_TRUTH"), "/usr/bin:/usr/lib/x86_64-linux-gnu"))
	limit, _ := strconv.Atoi(cmp.Or(os.Getenv("MUSLLINT_TRUTH_MAX"), "300"))
	files := elfFiles(t, roots, limit)
	opener := buildOpener(t)
	for _, l := range loaders {
		t.Run(l.name, func(t *testing.T) {
			target, err := facts.ParseTarget(l.on + "/amd64")
			if err != nil {
				t.Fatal(err)
			}
			var tally truthTally
			var wait sync.WaitGroup
			next := make(chan string)
			for range 2 {
				wait.Go(func() {
					var disk loader.Host
					defer disk.Close()
					for path := range next {
						tally.check(t, l, opener, &disk, path, target)
					}
				})
			}
			for _, path := range files {
				next <- path
			}
			close(next)
			wait.Wait()
			t.Logf("%d files: %d trials as the loader says, %d of them proofs of a repair; left out: %d", len(files), tally.same, tally.proofs, tally.skipped)
		})
	}
}

type truthTally struct {
	sync.Mutex
	same, proofs, skipped, shown int
}

// check compares the trials of one file.
func (c *truthTally) check(t *testing.T, l realLoader, opener string, disk *loader.Host, path string, target lint.Target) {
	s, err := inspect(disk, path, Auto)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if s.form != lint.FormProgram && s.form != lint.FormLibrary && s.form != lint.FormPlugin || s.goLibrary {
		return
	}
	j, err := newJudge(disk, s, Environment{Target: target})
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	base := changes{}
	first, err := j.try(j.machine(j.site, false, base))
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	c.compare(t, l, opener, j, base, first, false)
	found, _, err := j.packages(j.site, j.diagnose(j.site, first))
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if found != nil && first.failed() {
		second, err := j.try(j.machine(j.site, false, *found))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		c.compare(t, l, opener, j, *found, second, true)
	}
}

func (c *truthTally) compare(t *testing.T, l realLoader, opener string, j *judge, with changes, trial *trial, proof bool) {
	if trial.invalid || trial.fault != nil {
		return
	}
	w, err := layOut(j, with)
	if err != nil {
		t.Errorf("%s: %v", j.path, err)
		return
	}
	defer os.RemoveAll(w.dir)
	var want []string
	for _, f := range trial.failures {
		want = append(want, f.String())
	}
	got, crashed, err := w.ask(l, opener, j, with)
	if err != nil {
		t.Errorf("%s: %v", j.path, err)
		return
	}
	c.Lock()
	defer c.Unlock()
	same := slices.Equal(canonical(got), canonical(want))
	if j.form == lint.FormPlugin {
		// dlopen stops at its first error.
		same = len(got) == 0 && len(want) == 0 || len(got) > 0 && slices.Contains(want, got[0])
	}
	switch {
	case crashed || !same && outside(j, want):
		c.skipped++
	case !same:
		if c.shown++; c.shown <= 8 {
			t.Errorf("%s with %v: the trial has\n%s\nthe loader says\n%s", j.path, with, strings.Join(first(canonical(want), got), "\n"), strings.Join(first(canonical(got), want), "\n"))
		} else {
			t.Fail()
		}
	default:
		c.same++
		if proof {
			c.proofs++
		}
	}
}

// outside reports whether the run path of a file leads the real loader to a library of this
// machine, where the trial does not look.
func outside(j *judge, want []string) bool {
	b, err := os.ReadFile(j.path)
	if err != nil {
		return false
	}
	f, err := elf.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil || f.Prepare() != nil {
		return false
	}
	for folder := range strings.SplitSeq(f.RunPath(), ":") {
		for _, line := range want {
			name, ok := strings.CutPrefix(line, "Error loading shared library ")
			if name, _, _ = strings.Cut(name, ":"); !ok || !filepath.IsAbs(folder) {
				continue
			}
			if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
				return true
			}
		}
	}
	return false
}

// first returns some lines that are not among others.
func first(lines, others []string) []string {
	var some []string
	for _, l := range lines {
		if !slices.Contains(others, l) && len(some) < 5 {
			some = append(some, l)
		}
	}
	return some
}

func canonical(lines []string) []string {
	lines = slices.Clone(lines)
	slices.Sort(lines)
	return slices.Compact(lines)
}

// layOut makes the libraries that a trial found in packages.
func layOut(j *judge, with changes) (*world, error) {
	m := j.machine(j.site, false, with)
	opt := loader.Options{LibraryPath: with.folder}
	w := &world{}
	if j.form == lint.FormProgram && j.startup(m) == byGcompat {
		opt.Preload = append(opt.Preload, facts.GcompatPath)
	}
	opt.Preload = append(opt.Preload, with.preload...)
	var r *loader.Result
	var err error
	if j.form == lint.FormPlugin {
		r, err = m.Dlopen(m, j.host.libraries(), j.opened(), j.host.lazy, opt)
	} else {
		r, err = m.List(m, j.path, opt)
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if w.dir, err = os.MkdirTemp("", "musllint-world-*"); err != nil {
		return nil, err
	}
	wanted := wantedBy(r)
	write := func(name string, l *loader.Library) error {
		f := elftest.File{Kind: elftest.Library, SoName: name, Needed: l.Needed}
		for _, s := range wanted {
			if l.Has([]byte(s.name), s.version) && !slices.Contains(f.Defined, s.name) {
				f.Defined = append(f.Defined, s.name)
			}
		}
		return os.WriteFile(filepath.Join(w.dir, name), f.Bytes(), 0o777)
	}
	for _, o := range r.Objects {
		name, ok := strings.CutPrefix(o.Name, "/usr/lib/")
		if !ok {
			name, ok = strings.CutPrefix(o.Name, "/lib/")
		}
		if !ok || !o.Assumed() {
			continue
		}
		library := j.site.bring(name)
		if name == facts.GcompatSoname {
			library = j.site.libraryOf(name)
		}
		if err := write(name, library); err != nil {
			return w, err
		}
	}
	if _, err := os.Stat(filepath.Join(w.dir, facts.GcompatSoname)); err == nil {
		for _, link := range j.site.gcompatLinks {
			if link.Target == facts.GcompatSoname {
				os.Symlink(facts.GcompatSoname, filepath.Join(w.dir, filepath.Base(link.Path)))
			}
		}
	}
	for _, p := range opt.Preload {
		w.preload = append(w.preload, filepath.Join(w.dir, filepath.Base(p)))
	}
	if j.host != nil {
		host := j.host.libraries()[0]
		w.host = filepath.Join(w.dir, "host.so")
		return w, write("host.so", host)
	}
	return w, nil
}

type wantedSymbol struct {
	name    string
	version elf.Version
}

// wantedBy returns the undefined symbols of all files that were loaded.
func wantedBy(r *loader.Result) []wantedSymbol {
	var wanted []wantedSymbol
	seen := map[wantedSymbol]bool{}
	for _, o := range r.Objects {
		f := o.File()
		if f == nil {
			continue
		}
		for _, table := range f.Tables() {
			f.Relocations(table, 0, func(_, i uint32) bool {
				sym, err := f.Symbol(i)
				if err != nil || i == 0 {
					return err == nil
				}
				name, err := f.SymbolName(sym)
				if err != nil {
					return false
				}
				w := wantedSymbol{string(name), elf.Version{}}
				w.version = f.SymbolVersion(i)
				if !seen[w] {
					seen[w] = true
					wanted = append(wanted, w)
				}
				return true
			})
		}
	}
	return wanted
}

// ask has the real loader load the subject in the world.
func (w *world) ask(l realLoader, opener string, j *judge, with changes) (lines []string, crashed bool, err error) {
	args := []string{"--library-path", strings.TrimPrefix(with.folder+":"+w.dir, ":")}
	preload := w.preload
	if w.host != "" {
		preload = append([]string{w.host}, preload...)
	}
	if len(preload) > 0 {
		args = append(args, "--preload", strings.Join(preload, ":"))
	}
	if j.form == lint.FormPlugin {
		mode := "now"
		if j.host.lazy {
			mode = "lazy"
		}
		args = append(args, opener, mode, j.opened())
	} else {
		args = append(args, "--list", j.path)
	}
	cmd := exec.Command(l.path, args...)
	cmd.Env = []string{}
	var out, diag bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diag
	err = cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		return nil, false, err
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 127 {
		return nil, j.form != lint.FormPlugin, nil // a plugin that was loaded has called a stub
	}
	text := diag.String()
	if j.form == lint.FormPlugin {
		text += out.String()
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line != "ok" {
			lines = append(lines, line)
		}
	}
	return lines, false, nil
}

// openerSource opens a library and prints what dlerror says.
const openerSource = `
extern void *dlopen(const char *, int); extern char *dlerror(void); extern long write(int, const void *, unsigned long); extern void _exit(int);
__attribute__((used)) void begin(long *sp) {
	char **argv = (char **)(sp + 1), *e = "ok";
	if (!dlopen(argv[2], argv[1][0] == 'l' ? 1 : 2)) e = dlerror();
	unsigned long n = 0; while (e[n]) n++;
	write(1, e, n);
	_exit(0);
}
__asm__(".globl _start\n_start: mov %rsp,%rdi\nand $-16,%rsp\ncall begin");
`

// buildOpener builds a program that opens a plugin. It needs nothing but musl.
func buildOpener(t *testing.T) string {
	if _, err := exec.LookPath("gcc"); err != nil {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("plugins are opened by a program that gcc builds: ", err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"opener.c": openerSource, "libc.c": "void *dlopen, *dlerror, *write, *_exit;"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	script := `cc="gcc -m64 -w -O0 -nostdlib -fno-stack-protector -Wl,--no-dynamic-linker"
		$cc -shared -fPIC -Wl,-soname,libc.so -o libc.so libc.c
		$cc -pie -fPIE -rdynamic -o opener opener.c -L. -l:libc.so`
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "opener")
}

// elfFiles returns programs and libraries for amd64, at most limit of them.
func elfFiles(t *testing.T, roots []string, limit int) []string {
	var files []string
	for _, root := range roots {
		root, _ = filepath.Abs(root)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			head := make([]byte, elf.IdentSize)
			n, _ := io.ReadFull(f, head)
			if id, err := elf.Identify(head[:n]); err == nil && (id.Type == elf.Executable || id.Type == elf.Shared) && id.Machine == elf.MX8664 {
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if limit > 0 && len(files) > limit {
		var some []string
		for i := range limit {
			some = append(some, files[i*len(files)/limit])
		}
		return some
	}
	return files
}

// TestRecipes compares the files of testdata/real with those that they were taken from, where
// these are below the folders of MUSLLINT_TRUTH. With MUSLLINT_UPDATE=1 it rewrites them.
func TestRecipes(t *testing.T) {
	roots := os.Getenv("MUSLLINT_TRUTH")
	if roots == "" {
		t.Skip("MUSLLINT_TRUTH names no folders with real files: make truth-artifacts does")
	}
	for _, r := range realArtifacts(t) {
		var found []string
		for _, root := range filepath.SplitList(roots) {
			some, _ := filepath.Glob(filepath.Join(root, r.from))
			found = append(found, some...)
		}
		if r.from == "" || len(found) == 0 {
			t.Logf("%s: nothing to compare with", r.name)
			continue
		}
		recipe, err := recipeOf(found[len(found)-1])
		if err != nil {
			t.Errorf("%s: %v", found[0], err)
			continue
		}
		if recipe == r.recipe {
			continue
		}
		if os.Getenv("MUSLLINT_UPDATE") == "" {
			t.Errorf("%s is not as %s any more", r.name, found[len(found)-1])
			continue
		}
		text := "# " + r.title + "\n# from " + r.from + "\n" + recipe
		if err := os.WriteFile(filepath.Join("testdata/real", r.name+".txt"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// keptNames is how many names without a version are kept in a recipe. They are of other
// libraries or of a host.
const keptNames = 12

// recipeOf describes a file as elftest takes it. Of its symbols it has what a verdict depends
// on: those that it needs with their versions, some of those without, and its entry points.
func recipeOf(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	f, err := elf.Open(bytes.NewReader(b), int64(len(b)))
	if err == nil {
		err = f.Prepare()
	}
	if err != nil {
		return "", err
	}
	kind := "library"
	switch {
	case !f.HasDynamic() || f.Interp() == "" && len(f.Dynamics) > 0 && formOf(f, &subject{path: path}) != lint.FormLibrary:
		kind = "static"
	case f.Interp() != "":
		kind = "program"
	}
	var out strings.Builder
	line := func(key string, values ...string) {
		for len(values) > 0 {
			n := min(8, len(values))
			out.WriteString(key + ": " + strings.Join(values[:n], " ") + "\n")
			values = values[n:]
		}
	}
	line("elf", kind+" "+loader.ArchOf(f.Machine, f.Layout))
	if kind == "static" {
		return out.String(), nil
	}
	if i := f.Interp(); i != "" {
		line("interp", i)
	}
	if s := f.SoName(); s != "" {
		line("soname", s)
	}
	if f.RunPath() != "" {
		line("runpath", f.RunPath())
	}
	needed, err := f.Needed()
	if err != nil {
		return "", err
	}
	line("needed", needed...)
	if f.BindNow() {
		line("bind", "now")
	}
	if f.Language() == "go" {
		line("note", "Go")
	}
	var calls, data, weak, entry []string
	plain := 0
	err = f.Symbols(func(i uint32, s elf.Symbol) bool {
		b, err := f.SymbolName(s)
		if err != nil || len(b) == 0 {
			return err == nil
		}
		name := string(b)
		if !s.Undefined() {
			if isEntry(name) {
				entry = append(entry, name)
			}
			return true
		}
		v := f.SymbolVersion(i)
		switch {
		case v.Node != "":
			name += "@" + v.Node + "@" + v.Library
		case len(facts.GlibcSymbol(name)) > 0:
		default:
			if plain++; plain > keptNames {
				return true
			}
		}
		switch {
		case s.Bind() == elf.STBWeak:
			weak = append(weak, name)
		case s.Type() == elf.STTObject:
			data = append(data, name)
		default:
			calls = append(calls, name)
		}
		return true
	})
	for _, list := range [][]string{calls, data, weak, entry} {
		slices.Sort(list)
	}
	line("defined", entry...)
	line("undefined", calls...)
	line("data", data...)
	line("weak", weak...)
	return out.String(), err
}

// isEntry reports whether a host looks for a symbol in its plugins.
func isEntry(name string) bool {
	for _, h := range hosts {
		if slices.Contains(h.exports, name) {
			return true
		}
	}
	for _, e := range entries {
		if strings.HasPrefix(name, e.prefix) {
			return true
		}
	}
	return false
}
