package loader

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/facts"
)

// realLoader is a loader that can be run here.
type realLoader struct {
	name   string // of its folder: "1.2.5-amd64", "alpine_3.20-arm64"
	path   string // of its libc.so
	on     string // the target
	run    []string
	system *System
}

// emulators run the programs of other architectures, by OCI's names.
var emulators = map[string]string{
	"arm64": "qemu-aarch64", "arm/v7": "qemu-arm", "ppc64le": "qemu-ppc64le", "s390x": "qemu-s390x", "riscv64": "qemu-riscv64",
}

var loaderName = regexp.MustCompile(`^(alpine_)?(\d[\d.]*)-(\w+)$`)

// realLoaders returns the loaders in the folder that MUSLLINT_LOADERS names, as
// testdata/truth/build-loaders lays them out: VERSION-ARCH/lib/libc.so, or for Alpine's own
// alpine_RELEASE-ARCH/lib/libc.so.
func realLoaders(t testing.TB) []realLoader {
	dir := os.Getenv("MUSLLINT_LOADERS")
	if dir == "" {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal("MUSLLINT_LOADERS names no folder of real loaders")
		}
		t.Skip("MUSLLINT_LOADERS names no folder of real loaders: make truth-loader builds one")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []realLoader
	for _, e := range entries {
		m := loaderName.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		on := "musl:"
		if m[1] != "" {
			on = "alpine:"
		}
		l := realLoader{name: e.Name(), path: filepath.Join(dir, e.Name(), "lib/libc.so"), on: on + m[2] + "/" + m[3]}
		target, err := facts.ParseTarget(l.on)
		if err != nil {
			t.Fatal(err)
		}
		if l.system, err = New(target); err != nil {
			t.Errorf("%s: %v", l.name, err)
			continue
		}
		if emulator := emulators[l.system.Target.Arch]; emulator != "" {
			if _, err := exec.LookPath(emulator); err != nil {
				t.Logf("left out: %s, %v", l.name, err)
				continue
			}
			l.run = []string{emulator}
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		t.Fatalf("no loaders in %s", dir)
	}
	return all
}

// said is what a loader printed.
type said struct {
	out, diag []string // without addresses
	code      int
}

var address = regexp.MustCompile(` \(0x[0-9a-f]+\)$`)

// list runs a real loader on a file.
func (l realLoader) list(path string, opt Options) (said, error) {
	args := append(slices.Clone(l.run), l.path)
	if opt.LibraryPath != "" {
		args = append(args, "--library-path", opt.LibraryPath)
	}
	if len(opt.Preload) > 0 {
		args = append(args, "--preload", strings.Join(opt.Preload, ":"))
	}
	args = append(args, "--list", path)
	cmd := exec.Command(args[0], args[1:]...)
	var out, diag bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diag
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return said{}, err
	}
	s := said{code: cmd.ProcessState.ExitCode()}
	for line := range strings.Lines(out.String()) {
		s.out = append(s.out, address.ReplaceAllString(strings.TrimRight(line, "\n"), ""))
	}
	for line := range strings.Lines(diag.String()) {
		s.diag = append(s.diag, strings.TrimRight(line, "\n"))
	}
	return s, nil
}

// replay is what the replay says to the same question.
func (l realLoader) replay(files Files, path string, opt Options) (said, *Result, error) {
	opt.Caller, opt.Verbatim = l.path, true
	r, err := l.system.List(files, path, opt)
	if err != nil {
		return said{}, nil, err
	}
	defer r.Close()
	var out, diag bytes.Buffer
	if err := r.Write(&out, &diag, true); err != nil {
		return said{}, nil, err
	}
	return said{lines(&out), lines(&diag), r.ExitCode()}, r, nil
}

func lines(b *bytes.Buffer) []string {
	var all []string
	for line := range strings.Lines(b.String()) {
		all = append(all, strings.TrimRight(line, "\n"))
	}
	return all
}

// outside returns a library that the real loader found where the replay does not look: in
// the folders of this machine.
func outside(s said, roots []string) string {
	for i, line := range s.out {
		_, path, ok := strings.Cut(line, " => ")
		if i == 0 || !ok || !filepath.IsAbs(path) || path == strings.TrimSpace(s.out[0]) {
			continue // the first line is the loader
		}
		if !slices.ContainsFunc(roots, func(r string) bool { return strings.HasPrefix(path, r+"/") }) {
			return path
		}
	}
	return ""
}

// elfFiles returns the dynamic programs and libraries below some folders, by the name of
// their architecture.
func elfFiles(t testing.TB, roots []string) map[string][]string {
	files := map[string][]string{}
	for _, root := range roots {
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
			n, err := io.ReadFull(f, head)
			if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
				return err
			}
			if id, err := elf.Identify(head[:n]); err == nil && (id.Type == elf.Executable || id.Type == elf.Shared) {
				arch := ArchOf(id.Machine, id.Layout)
				files[arch] = append(files[arch], path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestTruth compares the replay with every real loader, on every file below the folders of
// MUSLLINT_TRUTH (separated by colons), line by line in the order of the loader. Folders of
// libraries for the loader to search are in MUSLLINT_TRUTH_LIBS.
func TestTruth(t *testing.T) {
	loaders := realLoaders(t)
	roots := filepath.SplitList(cmp.Or(os.Getenv("MUSLLINT_TRUTH"), "/usr/bin:/usr/lib/x86_64-linux-gnu"))
	limit, _ := strconv.Atoi(cmp.Or(os.Getenv("MUSLLINT_TRUTH_MAX"), "400"))
	for i, r := range roots {
		roots[i], _ = filepath.Abs(r)
	}
	opt := Options{LibraryPath: os.Getenv("MUSLLINT_TRUTH_LIBS")}
	files := elfFiles(t, roots)
	allowed := filepath.SplitList(opt.LibraryPath)
	for _, r := range roots {
		if !strings.HasPrefix(r, "/usr/") {
			allowed = append(allowed, r)
		}
	}
	for _, l := range loaders {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			var tally truthTally
			list := thinOut(files[l.system.Target.Arch], limit)
			each(list, filepath.SplitList(opt.LibraryPath), func(path string, host *Host) {
				tally.compare(t, l, host, path, opt, allowed)
			})
			t.Logf("%d files: %d exact, %d where the loader crashes, %d left out (libraries of this machine)", len(list), tally.exact, tally.crashed, tally.foreign)
			if len(list) > 0 && tally.exact == 0 {
				t.Error("nothing was compared")
			}
		})
	}
}

// thinOut takes at most n of a list, evenly.
func thinOut(list []string, n int) []string {
	if n <= 0 || len(list) <= n {
		return list
	}
	var some []string
	for i := range n {
		some = append(some, list[i*len(list)/n])
	}
	return some
}

// each calls visit for all paths, on all processors.
func each(paths, folders []string, visit func(path string, host *Host)) {
	next := make(chan string)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			host := &Host{Folders: folders}
			defer host.Close()
			for p := range next {
				visit(p, host)
			}
		})
	}
	for _, p := range paths {
		next <- p
	}
	close(next)
	wait.Wait()
}

type truthTally struct {
	sync.Mutex
	exact, crashed, foreign, shown int
}

func (c *truthTally) compare(t *testing.T, l realLoader, host *Host, path string, opt Options, allowed []string) {
	want, err := l.list(path, opt)
	if err != nil {
		t.Error(err)
		return
	}
	got, _, err := l.replay(host, path, opt)
	c.Lock()
	defer c.Unlock()
	switch {
	case err != nil:
		t.Errorf("%s: %v", path, err)
	case want.code != ExitLoaded && want.code != ExitInvalid && want.code != ExitFailed:
		// Killed by a signal, here or in an emulator, or by code of a library that the loader
		// itself called because it is named like its own.
		c.crashed++
		if got.code == ExitLoaded {
			t.Logf("%s: the loader crashes, the replay sees nothing", path)
		}
	case outside(want, allowed) != "":
		c.foreign++
	default:
		if diff := compare(got, want); diff != "" {
			if c.shown++; c.shown <= 5 {
				t.Errorf("%s on %s:\n%s", path, l.on, diff)
			} else {
				t.Fail()
			}
			return
		}
		c.exact++
	}
}

// compare returns the first difference between two answers.
func compare(got, want said) string {
	if got.code != want.code {
		return fmt.Sprintf("exit code %d, want %d; the loader says:\n%s", got.code, want.code, strings.Join(want.diag[:min(3, len(want.diag))], "\n"))
	}
	for _, pair := range [][2][]string{{got.out, want.out}, {got.diag, want.diag}} {
		g, w := pair[0], pair[1]
		for i := range max(len(g), len(w)) {
			var a, b string
			if i < len(g) {
				a = g[i]
			}
			if i < len(w) {
				b = w[i]
			}
			if a != b {
				return fmt.Sprintf("line %d of %d: %q, want %q of %d", i+1, len(g), a, b, len(w))
			}
		}
	}
	return ""
}
