package run

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestIsDockerfile(t *testing.T) {
	for _, name := range []string{
		"Dockerfile", "dockerfile", "DOCKERFILE", "Containerfile", "containerfile",
		"Dockerfile.prod", "dockerfile.prod", "Dockerfile.alpine3.20", "Containerfile.ci", "Dockerfile.go",
		"app.Dockerfile", "app.dockerfile", "app.Containerfile", ".Dockerfile", "a.b.Dockerfile",
	} {
		if !IsDockerfile(name) {
			t.Errorf("%s is a Dockerfile", name)
		}
	}
	for _, name := range []string{
		"", "README.md", "Dockerfiles", "MyDockerfile", "Dockerfile-old", "dockerfile_test.go",
		"Dockerfile.dockerignore", "app.Dockerfile.dockerignore", ".dockerignore",
		"Dockerfile~", "Dockerfile.orig", "Dockerfile.rej", ".Dockerfile.swp", "#Dockerfile#",
		"Dockerfile.j2", "Dockerfile.tmpl", "Dockerfile.md", "dockerfile.go", "dockerfile.ts",
	} {
		if IsDockerfile(name) {
			t.Errorf("%s is no Dockerfile", name)
		}
	}
}

// tree writes empty files (a name that ends in / is a folder) and those with content, and
// makes the folder the current one.
func tree(t *testing.T, names []string, content map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		if folder, ok := strings.CutSuffix(name, "/"); ok {
			mkdir(t, folder)
			continue
		}
		write(t, name, "")
	}
	for name, text := range content {
		write(t, name, text)
	}
}

func mkdir(t *testing.T, name string) {
	t.Helper()
	if err := os.MkdirAll(name, 0o777); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	mkdir(t, filepath.Dir(name))
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func nothingExcluded(string) bool { return false }

func found(d *discovery) []string {
	var names []string
	for _, in := range d.inputs {
		names = append(names, in.name)
	}
	return names
}

func TestDiscover(t *testing.T) {
	tree(t, []string{
		"Dockerfile", "b/Dockerfile", "a/x.Dockerfile", ".devcontainer/Dockerfile", "README.md",
		".git/Dockerfile", "node_modules/p/Dockerfile", "vendor/p/Dockerfile", "web/vendor/Dockerfile",
	}, nil)
	want := []string{".devcontainer/Dockerfile", "Dockerfile", "a/x.Dockerfile", "b/Dockerfile"}
	if diff := cmp.Diff(want, found(discover(nil, "", nothingExcluded))); diff != "" {
		t.Error("no path (-want +got):\n" + diff)
	}
	// Paths keep their order; nothing is there twice; what is named is taken.
	want = []string{"b/Dockerfile", "README.md", "vendor/p/Dockerfile", "<stdin>", "a/x.Dockerfile"}
	got := discover([]string{"b/", "./README.md", "vendor", "b/Dockerfile", "-", "a", "-"}, "<stdin>", nothingExcluded)
	if diff := cmp.Diff(want, found(got)); diff != "" {
		t.Error("paths (-want +got):\n" + diff)
	}
}

func TestDiscoverFailures(t *testing.T) {
	tree(t, []string{"Dockerfile"}, nil)
	d := discover([]string{"missing", "Dockerfile"}, "", nothingExcluded)
	if len(d.failures) != 1 || d.failures[0].File != "missing" || !errors.Is(d.failures[0].Err, fs.ErrNotExist) {
		t.Errorf("got %+v, want a failure for the missing file", d.failures)
	}
	if strings.Contains(d.failures[0].Err.Error(), "missing") {
		t.Errorf("%v names the file a second time", d.failures[0].Err)
	}
	if diff := cmp.Diff([]string{"Dockerfile"}, found(d)); diff != "" {
		t.Error(diff)
	}
}

func TestDiscoverLinks(t *testing.T) {
	tree(t, []string{"outside/Dockerfile", "in/real/x.Dockerfile"}, nil)
	for link, target := range map[string]string{
		"in/folder":               "../outside",
		"in/Dockerfile.out":       "../outside/Dockerfile",
		"in/Dockerfile":           "real/x.Dockerfile",
		"in/Dockerfile.gone":      "nowhere",
		"in/real/Dockerfile.loop": "Dockerfile.loop",
		"in/real/up":              "..",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	d := discover([]string{"in"}, "", nothingExcluded)
	if diff := cmp.Diff([]string{"in/Dockerfile", "in/real/x.Dockerfile"}, found(d)); diff != "" {
		t.Error("a folder (-want +got):\n" + diff)
	}
	d = discover([]string{"in/folder"}, "", nothingExcluded)
	if diff := cmp.Diff([]string{"in/folder/Dockerfile"}, found(d)); diff != "" {
		t.Error("a link that is named is followed (-want +got):\n" + diff)
	}
}

func TestDiscoverExcluded(t *testing.T) {
	tree(t, []string{"Dockerfile", "testdata/a/Dockerfile", "testdata/Dockerfile", "x/Dockerfile.old", "x/y/Dockerfile.old", "gen/Dockerfile"}, nil)
	excluded, err := excluder(".", []string{"testdata/**", "**/*.old", "gen/"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Dockerfile"}, found(discover(nil, "", excluded))); diff != "" {
		t.Error("a folder (-want +got):\n" + diff)
	}
	if diff := cmp.Diff([]string{"gen/Dockerfile"}, found(discover([]string{"gen/Dockerfile"}, "", excluded))); diff != "" {
		t.Error("what is named is linted (-want +got):\n" + diff)
	}
	if _, err := excluder(".", []string{"a[b"}); err == nil {
		t.Error("a malformed glob is accepted")
	}
}

// ignoreCases are repositories: ignore files and what lies beside them.
var ignoreCases = map[string]struct {
	ignore map[string]string
	files  []string
}{
	"names, anchors and folders": {
		map[string]string{".gitignore": "build\n/top/\nout/Dockerfile\n*.Dockerfile\n# Dockerfile\n\n"},
		[]string{"Dockerfile", "build/Dockerfile", "a/build/Dockerfile", "top/Dockerfile", "a/top/Dockerfile", "out/Dockerfile", "a/out/Dockerfile", "a/b.Dockerfile", "a/Dockerfile.build"},
	},
	"negation": {
		map[string]string{".gitignore": "Dockerfile*\n!Dockerfile.keep\ngone/\n!gone/Dockerfile.keep\nkept/*\n!kept/Dockerfile\n"},
		[]string{"Dockerfile", "Dockerfile.keep", "a/Dockerfile.keep", "gone/Dockerfile.keep", "kept/Dockerfile", "kept/Dockerfile.b"},
	},
	"nested": {
		map[string]string{".gitignore": "*.Dockerfile\n", "a/.gitignore": "!x.Dockerfile\n/Dockerfile\n", "a/b/.gitignore": "x.*\n!Dockerfile"},
		[]string{"x.Dockerfile", "Dockerfile", "a/x.Dockerfile", "a/Dockerfile", "a/b/x.Dockerfile", "a/b/Dockerfile", "a/b/c/x.Dockerfile"},
	},
	"doublestars": {
		map[string]string{".gitignore": "**/gen/Dockerfile\na/**/z\nall/**\nm**d/Dockerfile\n"},
		[]string{"gen/Dockerfile", "x/y/gen/Dockerfile", "a/z/Dockerfile", "a/b/c/z/Dockerfile", "all/Dockerfile", "all/b/Dockerfile", "mid/Dockerfile", "m/d/Dockerfile", "m/x/d/Dockerfile"},
	},
	"odd characters": {
		map[string]string{".gitignore": "\\#x.Dockerfile\n\\!y.Dockerfile\n{a,b}.Dockerfile\n[cd].Dockerfile\n[!e-z]1.Dockerfile\n?q.Dockerfile\ntrail.Dockerfile   \n[.Dockerfile\n"},
		[]string{"#x.Dockerfile", "!y.Dockerfile", "a.Dockerfile", "{a,b}.Dockerfile", "c.Dockerfile", "[cd].Dockerfile", "a1.Dockerfile", "f1.Dockerfile", "xq.Dockerfile", "trail.Dockerfile", "[.Dockerfile"},
	},
	"line endings": {
		map[string]string{".gitignore": "\ufeffa/\r\nb.Dockerfile\r\n"},
		[]string{"a/Dockerfile", "b.Dockerfile", "c.Dockerfile"},
	},
	"the repository's own excludes": {
		map[string]string{".git/info/exclude": "secret/\nx.Dockerfile\n", ".gitignore": "!x.Dockerfile\n"},
		[]string{"secret/Dockerfile", "x.Dockerfile", "Dockerfile"},
	},
}

// TestIgnoredLikeGit compares discovery with git itself, from the top of the repository and from
// each folder.
func TestIgnoredLikeGit(t *testing.T) {
	requireTool(t, "git")
	for name, tt := range ignoreCases {
		t.Run(name, func(t *testing.T) {
			tree(t, tt.files, nil)
			git(t, "init", "--quiet", ".")
			for file, text := range tt.ignore {
				write(t, file, text)
			}
			compareWithGit(t, ".")
			folders, err := filepath.Glob("*/")
			if err != nil {
				t.Fatal(err)
			}
			for _, folder := range folders {
				compareWithGit(t, folder)
			}
		})
	}
}

func compareWithGit(t *testing.T, folder string) {
	t.Helper()
	var want []string
	for name := range strings.SplitSeq(git(t, "ls-files", "-z", "--others", "--exclude-standard", "--", folder), "\x00") {
		if name != "" && IsDockerfile(filepath.Base(name)) {
			want = append(want, name)
		}
	}
	got := found(discover([]string{folder}, "", nothingExcluded))
	if diff := cmp.Diff(want, got, cmpopts.SortSlices(strings.Compare), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-git +musllint):\n%s", folder, diff)
	}
}

func git(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "HOME="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// requireTool skips a test whose outside program is not installed, unless
// MUSLLINT_REQUIRE says that it has to be.
func requireTool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("MUSLLINT_REQUIRE") != "" {
		t.Fatalf("%s is not installed, and MUSLLINT_REQUIRE is set", name)
	}
	t.Skipf("%s is not installed", name)
}

// FuzzIgnore: no line of an ignore file can break matching, and what a line ignores, the
// same line behind an exclamation mark takes back.
func FuzzIgnore(f *testing.F) {
	f.Add("build/", "build")
	f.Add(`a/**/[!x-z]\ `, "a/b/c")
	f.Add("{a,b", "{a,b")
	f.Fuzz(func(t *testing.T, line, name string) {
		if strings.ContainsAny(line, "\n\r") || strings.HasPrefix(line, "!") || strings.HasPrefix(line, "#") {
			return
		}
		file := ignoreFile{dir: "/r", rules: parseIgnore(line)}
		if ignored, spoken := file.match("/r/"+name, true); spoken && !ignored {
			t.Fatal("a line without ! takes back")
		} else if spoken {
			file.rules = append(file.rules, parseIgnore("!"+line)...)
			if ignored, _ := file.match("/r/"+name, true); ignored {
				t.Fatalf("!%s does not take back what %s ignores", line, line)
			}
		}
		if slices.ContainsFunc(file.rules, func(r ignoreRule) bool { return r.pattern == "" }) {
			t.Fatal("an empty pattern")
		}
	})
}
