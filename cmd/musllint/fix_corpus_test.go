package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/run"
)

// TestFixCorpus repairs the Dockerfiles of a folder that MUSLLINT_FIX_CORPUS names, each in a
// folder of its own: git and patch have to take every diff, and the result has to be without
// the findings that were repaired and without new ones. What is below MUSLLINT_FIX_CLEAN must
// not change at all. make fix-corpus runs it.
func TestFixCorpus(t *testing.T) {
	bad, clean := os.Getenv("MUSLLINT_FIX_CORPUS"), os.Getenv("MUSLLINT_FIX_CLEAN")
	if bad == "" && clean == "" {
		t.Skip("MUSLLINT_FIX_CORPUS and MUSLLINT_FIX_CLEAN name no folders")
	}
	requireTool(t, "git")
	requireTool(t, "patch")
	c := fixCorpus{T: t, rules: map[string]*[3]int{}}
	for _, file := range dockerfilesBelow(t, clean) {
		c.unchanged(file)
	}
	for _, file := range dockerfilesBelow(t, bad) {
		c.repaired(file)
	}
	c.tell()
}

// fixCorpus counts what becomes of findings.
type fixCorpus struct {
	*testing.T
	files   int
	changed int
	rules   map[string]*[3]int // findings, those with edits, those that were repaired
}

func dockerfilesBelow(t *testing.T, dir string) []string {
	t.Helper()
	if dir == "" {
		return nil
	}
	var list []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && run.IsDockerfile(d.Name()) {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// laid copies a file to a folder of its own and goes there.
func (c *fixCorpus) laid(file string) []byte {
	c.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		c.Fatal(err)
	}
	c.Chdir(c.TempDir())
	if err := os.WriteFile("Dockerfile", text, 0o644); err != nil {
		c.Fatal(err)
	}
	return text
}

func (c *fixCorpus) unchanged(file string) {
	c.files++
	c.laid(file)
	for _, flags := range []string{"", " --unsafe"} {
		if out, code := runLine("musllint fix --check --no-config --quiet" + flags + " Dockerfile"); code != exitClean {
			c.Errorf("%s changes%s:\n%s", file, flags, out)
		}
	}
}

// found counts the findings in the current folder by rule, those with edits, and those that
// are only told as evidence of others.
func (c *fixCorpus) found() (all, withEdits, told map[string]int) {
	c.Helper()
	out, _ := runLine("musllint --no-config --format json Dockerfile")
	var report struct {
		Findings []struct {
			Rule     string
			Evidence []struct{ Message string }
			Fixes    []struct{ Edits []any }
		}
	}
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&report); err != nil {
		c.Fatalf("%v\n%s", err, out)
	}
	all, withEdits, told = map[string]int{}, map[string]int{}, map[string]int{}
	for _, f := range report.Findings {
		all[f.Rule]++
		for _, x := range f.Fixes {
			if len(x.Edits) > 0 {
				withEdits[f.Rule]++
				break
			}
		}
		for _, e := range f.Evidence {
			switch m := toldRule.FindStringSubmatch(e.Message); {
			case m != nil:
				told[m[1]]++
			case e.Message == lint.HereToo:
				told[f.Rule]++
			}
		}
	}
	return all, withEdits, told
}

// toldRule is at the end of what follows from a finding.
var toldRule = regexp.MustCompile(`\[(\w+)\]$`)

func (c *fixCorpus) repaired(file string) {
	c.files++
	text := c.laid(file)
	const fix = "musllint fix --no-config --unsafe --select default "
	before, edits, told := c.found()
	diff, _ := runLine(fix + "--quiet Dockerfile")
	if out, code := runLine(fix + "--write Dockerfile"); code != exitClean {
		c.Errorf("%s: exit code %d\n%s", file, code, out)
	}
	after, _, _ := c.found()
	for rule, n := range before {
		count := c.rules[rule]
		if count == nil {
			count = new([3]int)
			c.rules[rule] = count
		}
		count[0] += n
		count[1] += edits[rule]
		count[2] += max(n-after[rule], 0)
	}
	for rule, n := range after {
		if n > before[rule]+told[rule] {
			c.Errorf("%s: %d findings of %s became %d", file, before[rule], rule, n)
		}
	}
	want, err := os.ReadFile("Dockerfile")
	if err != nil {
		c.Fatal(err)
	}
	if again, _ := runLine(fix + "--quiet Dockerfile"); again != "" {
		c.Errorf("%s: the second time there is more to do:\n%s", file, again)
	}
	if diff == "" {
		return
	}
	c.changed++
	for _, line := range strings.Split(diff, "\n") {
		if strings.HasPrefix(line, "@@ ") && !strings.Contains(line, "@@ ML") {
			c.Errorf("%s: a hunk that names no rule: %s", file, line)
		}
	}
	for _, command := range [][]string{{"git", "apply", "--check", "-"}, {"git", "apply", "-"}, {"patch", "-p1", "--batch", "--quiet"}} {
		if err := os.WriteFile("Dockerfile", text, 0o644); err != nil {
			c.Fatal(err)
		}
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Stdin = strings.NewReader(diff)
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+os.TempDir(), "GIT_CONFIG_GLOBAL="+os.DevNull)
		if out, err := cmd.CombinedOutput(); err != nil {
			c.Errorf("%s: %v: %v\n%s\n%s", file, command, err, out, diff)
		}
		if got, err := os.ReadFile("Dockerfile"); command[2] != "--check" && (err != nil || !bytes.Equal(got, want)) {
			c.Errorf("%s: %v makes something else than --write", file, command)
		}
	}
}

// tell says how many findings were repaired.
func (c *fixCorpus) tell() {
	var b strings.Builder
	var total [3]int
	for _, rule := range slices.Sorted(maps.Keys(c.rules)) {
		n := c.rules[rule]
		if n[1] > 0 {
			fmt.Fprintf(&b, "\n%s: %d found, %d with edits, %d repaired", rule, n[0], n[1], n[2])
		}
		for i := range total {
			total[i] += n[i]
		}
	}
	c.Logf("%d files, %d changed; %d found, %d with edits, %d repaired%s", c.files, c.changed, total[0], total[1], total[2], b.String())
}
