package loader

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
	"golang.org/x/tools/txtar"
)

// ruleCase is an experiment: sources, a script that builds them, what the loader is called
// with, line by line, and what it then prints, ending in the exit code.
type ruleCase struct {
	name  string
	files map[string]string
}

// TestRules replays the loader on programs that were each built to show one of its rules.
// Where real loaders are at hand they are asked the same.
func TestRules(t *testing.T) {
	names, err := filepath.Glob("testdata/rules/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	cc := compiler(t)
	var real []realLoader
	if os.Getenv("MUSLLINT_LOADERS") != "" || os.Getenv("MUSLLINT_REQUIRE") != "" {
		for _, l := range realLoaders(t) {
			if l.system.Target.Arch == "amd64" {
				real = append(real, l)
			}
		}
	}
	for _, name := range names {
		c := readRule(t, name)
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(c.build(t, cc))
			for _, version := range []string{"1.2.3", "1.2.5", "1.2.6"} {
				system, err := New(lint.Target{Libc: lint.Musl, Version: version, Arch: "amd64"})
				if err != nil {
					t.Fatal(err)
				}
				want := cmp.Or(c.files["want "+version], c.files["want"])
				replayed := realLoader{name: version, path: "$LOADER", system: system}
				if got := c.run(t, replayed.replayOnly); got != want {
					t.Errorf("musl %s:\n%swant:\n%s", version, got, want)
				}
			}
			for _, l := range real {
				want := c.run(t, l.list)
				if got := c.run(t, l.replayOnly); got != want {
					t.Errorf("%s:\n%sthe real loader says:\n%s", l.name, got, want)
				}
			}
		})
	}
}

func readRule(t *testing.T, name string) ruleCase {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := ruleCase{strings.TrimSuffix(filepath.Base(name), ".txtar"), map[string]string{}}
	for _, f := range archive.Files {
		c.files[f.Name] = string(f.Data)
	}
	for _, part := range []string{"build", "args", "want"} {
		if c.files[part] == "" {
			t.Fatalf("%s has no %s", name, part)
		}
	}
	return c
}

// compiler returns a command that builds for amd64, without a libc and without PT_INTERP.
func compiler(t *testing.T) string {
	if _, err := exec.LookPath("gcc"); err != nil {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("the rules are shown with programs that gcc builds: ", err)
	}
	return "gcc -m64 -w -O0 -nostdlib -fno-stack-protector -Wl,--no-dynamic-linker"
}

// build runs the script of a case in a new folder.
func (c ruleCase) build(t *testing.T, cc string) string {
	dir := t.TempDir()
	for name, text := range c.files {
		if filepath.Ext(name) != "" && !strings.Contains(name, " ") {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd := exec.Command("sh", "-e", "-c", c.files["build"])
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CC="+cc)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// run asks about every line of args.
func (c ruleCase) run(t *testing.T, ask func(path string, opt Options) (said, error)) string {
	var b bytes.Buffer
	for line := range strings.Lines(c.files["args"]) {
		words := strings.Fields(line)
		var opt Options
		for ; len(words) > 1; words = words[2:] {
			switch words[0] {
			case "--library-path":
				opt.LibraryPath = words[1]
			case "--preload":
				opt.Preload = []string{words[1]}
			default:
				t.Fatalf("unknown option %s", words[0])
			}
		}
		s, err := ask(words[0], opt)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range slices.Concat(s.out, s.diag, []string{strconv.Itoa(s.code)}) {
			fmt.Fprintln(&b, l)
		}
	}
	return b.String()
}

func (l realLoader) replayOnly(path string, opt Options) (said, error) {
	s, _, err := l.replay(&Host{Folders: []string{"."}}, path, opt)
	return s, err
}
