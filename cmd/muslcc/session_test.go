package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSessions replays the sessions of the documents, which begin in a checkout of numactl whose
// configure was made by autoreconf. MUSLLINT_NUMACTL names its sources, as fetch-sources brings
// them; MUSLLINT_UPDATE=1 writes what is printed now.
func TestSessions(t *testing.T) {
	sources := os.Getenv("MUSLLINT_NUMACTL")
	if sources == "" {
		lacking(t, "MUSLLINT_NUMACTL names no sources of numactl")
	}
	need(t, "make", "gcc", "autoreconf", "libtoolize")
	muslcc := program(t)
	folder := filepath.Dir(muslcc)
	if out, err := exec.Command("go", "build", "-o", filepath.Join(folder, "musllint"), "../musllint").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	configured := filepath.Join(t.TempDir(), "configured")
	copyTree(t, sources, configured)
	prepare := exec.Command("autoreconf", "-fi")
	prepare.Dir = configured
	if out, err := prepare.CombinedOutput(); err != nil {
		t.Fatalf("autoreconf: %v\n%s", err, out)
	}
	block := regexp.MustCompile("(?s)```sh-session\n(.*?)```\n")
	replayed := 0
	for _, page := range []string{"README.md", "docs/muslcc.md"} {
		page = filepath.Join("../..", page)
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		updated := block.ReplaceAllStringFunc(string(text), func(match string) string {
			replayed++
			shown := block.FindStringSubmatch(match)[1]
			checkout := filepath.Join(t.TempDir(), "numactl")
			copyTree(t, configured, checkout)
			printed := replay(t, checkout, folder, shown)
			if diff := cmp.Diff(shown, printed); diff != "" && os.Getenv("MUSLLINT_UPDATE") == "" {
				t.Errorf("%s (-shown +printed):\n%s", page, diff)
			}
			return "```sh-session\n" + printed + "```\n"
		})
		if os.Getenv("MUSLLINT_UPDATE") != "" && updated != string(text) {
			if err := os.WriteFile(page, []byte(updated), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if replayed < 2 {
		t.Errorf("%d sessions: the README and docs/muslcc.md have one each", replayed)
	}
}

// copyTree copies with times, by which make knows what is to be made.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
}

// replay runs the commands of a session, which stand behind "$ ", and returns it with what they
// print.
func replay(t *testing.T, dir, programs, session string) string {
	t.Helper()
	var printed strings.Builder
	for line := range strings.Lines(session) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+programs+string(os.PathListSeparator)+os.Getenv("PATH"), "LC_ALL=C", "MUSLCC_DIR=", "NO_COLOR=1")
		out, err := cmd.CombinedOutput()
		if err != nil && cmd.ProcessState.ExitCode() != 1 { // something was found
			t.Errorf("%s: %v\n%s", strings.TrimSpace(command), err, out)
		}
		printed.WriteString(line)
		printed.Write(out)
	}
	return printed.String()
}
