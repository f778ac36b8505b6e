package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPreCommit installs this checkout as a hook with the real pre-commit and runs it on a
// scratch repository. It needs no network: modules come from the cache that built the test.
func TestPreCommit(t *testing.T) {
	for _, tool := range []string{"pre-commit", "git"} {
		requireTool(t, tool)
	}
	t.Parallel()
	hooks, scratch := t.TempDir(), t.TempDir()
	r := scratchRunner{t: t, env: append(os.Environ(),
		"PRE_COMMIT_HOME="+t.TempDir(),
		"GOMODCACHE="+strings.TrimSpace(goEnv(t, "GOMODCACHE")),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.org", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.org",
	)}

	copyCheckout(t, hooks)
	r.git(hooks, "init", "--quiet")
	r.git(hooks, "add", ".")
	r.git(hooks, "commit", "--quiet", "--message", "checkout")
	rev := strings.TrimSpace(r.git(hooks, "rev-parse", "HEAD"))

	r.git(scratch, "init", "--quiet")
	writeFile(t, scratch, ".pre-commit-config.yaml", "repos:\n- repo: "+hooks+"\n  rev: "+rev+"\n  hooks:\n  - id: musllint\n")
	writeFile(t, scratch, "app/Dockerfile", "FROM alpine:3.20\nRUM apk add --no-cache curl\n")
	r.git(scratch, "add", ".")
	if out, err := r.run(scratch, "pre-commit", "run", "--all-files"); err == nil || !strings.Contains(out, "ML0001") || !strings.Contains(out, "app/Dockerfile") {
		t.Fatalf("the hook lets a broken Dockerfile pass: %v\n%s", err, out)
	}
	writeFile(t, scratch, "app/Dockerfile", "FROM alpine:3.20\nRUN apk add --no-cache curl\n")
	r.git(scratch, "add", ".")
	if out, err := r.run(scratch, "pre-commit", "run", "--all-files"); err != nil || !strings.Contains(out, "Passed") {
		t.Fatalf("the hook refuses a clean Dockerfile: %v\n%s", err, out)
	}
}

type scratchRunner struct {
	t   *testing.T
	env []string
}

func (r scratchRunner) run(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, r.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (r scratchRunner) git(dir string, args ...string) string {
	r.t.Helper()
	out, err := r.run(dir, "git", args...)
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// copyCheckout copies the tree as it is, committed or not, without what building leaves.
func copyCheckout(t *testing.T, to string) {
	t.Helper()
	from := filepath.Join("..", "..")
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case rel == ".git" || rel == "dist":
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		case rel == "musllint" || !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), content, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
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
