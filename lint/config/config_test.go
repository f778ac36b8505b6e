package config

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"golang.org/x/tools/txtar"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

var update = flag.Bool("update", false, "rewrite the want sections of testdata")

const full = `required_version = ">= 0.1, < 2"
fail_on          = "never"
policies         = ["ci/musllint", "../shared"]
exclude          = ["testdata/**"]
require_reason   = true
platforms        = ["linux/amd64", "linux/arm64"]
build_args       = { BASE = "alpine:3.20", "WITH-DASH" = 3 }
select           = ["ML2"]
ignore           = []

rule "ML1201" {
  severity  = "error"
  ignorable = false
}
rule "ML2*" {
  severity = "off"
  paths    = ["legacy/**", "*.old"]
}
base_image "corp/*" {
  libc    = "musl"
  distro  = "alpine"
  release = "3.20"
  version = "1.2.5"
}
base_image "corp2" {
  like = "python:3.12-alpine"
}
`

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, Name)
	if err := os.WriteFile(path, []byte(full), 0o644); err != nil {
		t.Fatal(err)
	}
	got, _, diags := Load(path, "0.4.0")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	no, severe := false, lint.Error
	want := &Config{
		Dir: dir, FailOn: "never", RequireReason: true,
		Policies:  []string{filepath.Join(dir, "ci/musllint"), filepath.Join(filepath.Dir(dir), "shared")},
		Exclude:   []string{"testdata/**"},
		Platforms: []string{"linux/amd64", "linux/arm64"},
		BuildArgs: map[string]string{"BASE": "alpine:3.20", "WITH-DASH": "3"},
		Select:    []string{"ML2"}, Ignore: []string{},
		Rules: []Rule{{IDs: "ML1201", Severity: &severe, Ignorable: &no}, {IDs: "ML2", Off: true}},
		Images: []dockerfile.Override{
			{Pattern: "corp/*", Libc: lint.Musl, Distro: "alpine", Release: "3.20", Version: "1.2.5"},
			{Pattern: "corp2", Like: "python:3.12-alpine"},
		},
		Chosen: []Word{{Text: "ML2"}},
	}
	// TestPlaces looks at the places.
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Rule{}), cmpopts.IgnoreTypes(hcl.Range{}, &hcl.File{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for path, applies := range map[string]bool{
		filepath.Join(dir, "legacy/a/Dockerfile"):                true,
		filepath.Join(dir, "Dockerfile.old"):                     true,
		filepath.Join(dir, "a/Dockerfile.old"):                   false,
		filepath.Join(dir, "legacyer/Dockerfile"):                false,
		filepath.Join(filepath.Dir(dir), "legacy", "Dockerfile"): false,
	} {
		if got.Rules[0].AppliesTo(path) != true || got.Rules[1].AppliesTo(path) != applies {
			t.Errorf("%s: the rule with paths applies: %v", path, !applies)
		}
	}
}

// What somebody else has to check can be shown where it stands.
func TestPlaces(t *testing.T) {
	text := "select = [\"ML1\",\n  \"no-telnet\"]\nignore = [\"ML2\"]\nrule \"ML3*\" {}\n"
	c, _, diags := parse([]byte(text), Name, "/project", "")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var got []string
	for _, w := range c.Chosen {
		got = append(got, w.Text+" "+string(w.Range.SliceBytes(c.Source.Bytes)))
	}
	got = append(got, c.Rules[0].IDs+" "+string(c.Rules[0].Range.SliceBytes(c.Source.Bytes)))
	if diff := cmp.Diff([]string{`ML1 "ML1"`, `no-telnet "no-telnet"`, `ML2 "ML2"`, `ML3 "ML3*"`}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A path as a user gives it is relative to the current folder, not to the configuration.
func TestAppliesToRelativePaths(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "legacy"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(dir, "legacy"))
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	r := Rule{dir: filepath.Dir(wd), paths: []string{"legacy/**"}}
	if !r.AppliesTo("Dockerfile") || r.AppliesTo("../Dockerfile") {
		t.Error("a relative path is not seen from the current folder")
	}
}

func TestLoadUnreadable(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), Name), t.TempDir()} {
		if c, _, diags := Load(path, ""); c != nil || len(diags) != 1 || diags[0].Summary != "Unreadable configuration" {
			t.Errorf("%s: got %v", path, diags)
		}
	}
}

func written(t *testing.T, file *hcl.File, diags hcl.Diagnostics) string {
	t.Helper()
	var b bytes.Buffer
	if err := hcl.NewDiagnosticTextWriter(&b, map[string]*hcl.File{Name: file}, 0, false).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Each file of testdata/broken is a configuration with mistakes and what its author is
// told.
func TestBrokenConfigurations(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil || len(archive.Files) != 2 {
				t.Fatalf("%d files, want %s and want: %v", len(archive.Files), Name, err)
			}
			c, file, diags := parse(archive.Files[0].Data, Name, "/project", "0.4.0")
			if c != nil || !diags.HasErrors() {
				t.Error("the configuration is accepted")
			}
			got := written(t, file, diags)
			if *update {
				archive.Files[1].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(strings.Split(string(archive.Files[1].Data), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestRequiredVersion(t *testing.T) {
	for _, c := range []struct {
		required, version string
		want              bool
	}{
		{">= 0.3", "0.3.0", true}, {">= 0.3", "0.2.9", false}, {">= 0.3", "v1.0.0", true},
		{"> 0.3", "0.3.0", false}, {"< 1, >= 0.3", "0.9", true}, {"< 1, >= 0.3", "1.0.0", false},
		{"<= 1.2.3", "1.2.3", true}, {"!= 0.4.1", "0.4.1", false}, {"0.4.1", "0.4.1", true}, {"= 0.4", "0.4.1", false},
		{">= 0.3", "0.3.0-rc.1", false}, {">=v0.3", "0.10.0", true},
		{">= 9", "(devel)", true}, {">= 9", "", true},
	} {
		list, ok := parseConstraints(c.required)
		if !ok {
			t.Errorf("%q is refused", c.required)
		}
		if got := permit(list, c.version); got != c.want {
			t.Errorf("%q permits %s: %v", c.required, c.version, got)
		}
	}
	for _, text := range []string{"", "~> 1", ">= x", ">= 1,", "1 2", ">"} {
		if _, ok := parseConstraints(text); ok {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"above/repo/.git", "above/repo/sub/deep", "above/bare/.git", "above/repo/named/.musllint.hcl"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"above/.musllint.hcl", "above/repo/.musllint.hcl", "above/repo/sub/.musllint.hcl"} {
		if err := os.WriteFile(filepath.Join(root, file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for dir, want := range map[string]string{
		"above":               "above/.musllint.hcl",
		"above/repo":          "above/repo/.musllint.hcl",
		"above/repo/sub":      "above/repo/sub/.musllint.hcl",
		"above/repo/sub/deep": "above/repo/sub/.musllint.hcl",
		"above/repo/named":    "above/repo/named/.musllint.hcl", // a folder of that name: Load complains
		"above/bare":          "",                               // .git ends the search
	} {
		got, ok := Find(filepath.Join(root, dir))
		if ok != (want != "") || ok && got != filepath.Join(root, want) {
			t.Errorf("Find(%s) = %q, %v, want %q", dir, got, ok, want)
		}
	}
}

// FuzzParse: whatever the text, there is a configuration or a reason why not.
func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`rule "*" {}`))
	f.Add([]byte(`build_args = { A = null }`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, _, diags := parse(text, Name, "/project", "1.0.0")
		if (c == nil) != diags.HasErrors() {
			t.Errorf("configuration %v, diagnostics %v", c, diags)
		}
		if c == nil {
			return
		}
		for i := range c.Rules {
			if c.Rules[i].IDs == "" || c.Rules[i].Off && c.Rules[i].Severity != nil {
				t.Errorf("rule %+v", c.Rules[i])
			}
			c.Rules[i].AppliesTo("/project/Dockerfile")
		}
	})
}
