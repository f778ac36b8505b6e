package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Nothing but what is edited changes: line endings, a byte order mark, a newline that is
// missing at the end, bytes that are no text, the mode.
func TestFixKeepsBytes(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tt := range []struct{ before, after string }{
		{"FROM alpine:3.20\r\n# musllint ignore=ML1101\r\nCMD [\"sh\"]\r\n", "FROM alpine:3.20\r\nCMD [\"sh\"]\r\n"},
		{"FROM alpine:3.20\n# musllint ignore=ML1101\nCMD [\"sh\"]", "FROM alpine:3.20\nCMD [\"sh\"]"},
		{"FROM alpine:3.20\n# \xff\xfe\n# musllint ignore=ML1101\nCMD [\"sh\"]\n\n\n", "FROM alpine:3.20\n# \xff\xfe\nCMD [\"sh\"]\n\n\n"},
		{"FROM alpine:3.20\n# musllint ignore=ML1101", "FROM alpine:3.20\n"},
		{"FROM alpine:3.20\r\nENV TZ=Europe/Berlin\r\n", "FROM alpine:3.20\r\nRUN apk add --no-cache tzdata\r\nENV TZ=Europe/Berlin\r\n"},
		{"\xef\xbb\xbfFROM alpine:3.20\n# musllint ignore=ML1101\nCMD [\"sh\"]\n", "\xef\xbb\xbfFROM alpine:3.20\nCMD [\"sh\"]\n"},
	} {
		if err := os.WriteFile("Dockerfile", []byte(tt.before), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time there is nothing to do
			output, code := runLine("musllint fix --write --unsafe --select ML0010,ML6002 Dockerfile")
			if code != exitClean {
				t.Fatalf("%q: exit code %d\n%s", tt.before, code, output)
			}
			if got, err := os.ReadFile("Dockerfile"); err != nil || string(got) != tt.after {
				t.Errorf("%q became %q, %v, want %q\n%s", tt.before, got, err, tt.after, output)
			}
		}
		if info, err := os.Stat("Dockerfile"); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
}

// killed is how often TestFixKilled kills: MUSLLINT_KILLS is for the long run.
func killed(t *testing.T) int {
	text := os.Getenv("MUSLLINT_KILLS")
	if text == "" {
		return 15
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("MUSLLINT_KILLS=%s: want a number", text)
	}
	return n
}

// Whenever the process is killed, every file is old or new.
func TestFixKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs signals")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const count = 50
	filler := strings.Repeat("LABEL a=b\n", 400)
	before := []byte("FROM alpine:3.20\n# musllint ignore=ML1101\n" + filler)
	after := []byte("FROM alpine:3.20\n" + filler)
	dir := t.TempDir()
	write := func() {
		for i := range count {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.Dockerfile", i)), before, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	start := func() *exec.Cmd {
		cmd := exec.Command(self)
		cmd.Args, cmd.Dir = []string{"musllint", "fix", "--write", "--quiet", "."}, dir
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	write()
	began := time.Now()
	if err := start().Wait(); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(began)
	random := rand.New(rand.NewPCG(8, 9))
	old, mixed, done := 0, 0, 0
	for i := range killed(t) {
		write()
		cmd := start()
		if i%2 == 0 {
			time.Sleep(time.Duration(random.Int64N(int64(whole) + 1)))
		} else { // all files are replaced within a few milliseconds: wait for these
			waitForChange(filepath.Join(dir, "0.Dockerfile"), int64(len(before)))
			time.Sleep(time.Duration(random.Int64N(int64(3 * time.Millisecond))))
		}
		if i%4 == 0 {
			cmd.Process.Signal(os.Interrupt)
		} else {
			cmd.Process.Kill()
		}
		err := cmd.Wait()
		isNew := 0
		for k := range count {
			got, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%d.Dockerfile", k)))
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case bytes.Equal(got, after):
				isNew++
			case !bytes.Equal(got, before):
				t.Fatalf("%d.Dockerfile is %q", k, got)
			}
		}
		left, _ := filepath.Glob(filepath.Join(dir, ".*.tmp"))
		if exit, ok := errors.AsType[*exec.ExitError](err); (!ok || exit.Exited()) && len(left) > 0 {
			t.Errorf("%v: left behind: %v", err, left)
		}
		for _, file := range left {
			os.Remove(file)
		}
		switch isNew {
		case 0:
			old++
		case count:
			done++
		default:
			mixed++
		}
	}
	t.Logf("whole run %v; all old %d times, some new %d times, all new %d times", whole, old, mixed, done)
}

// waitForChange waits until a file has another size, for ten seconds at most.
func waitForChange(file string, size int64) {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if info, err := os.Stat(file); err == nil && info.Size() != size {
			return
		}
	}
}

// A folder that is named may be elsewhere; a link may not lead out of it.
func TestFixElsewhere(t *testing.T) {
	here, there := t.TempDir(), t.TempDir()
	t.Chdir(here)
	text := "FROM alpine:3.20\n# musllint ignore=ML1101\nCMD [\"sh\"]\n"
	writeFile(t, there, "sub/Dockerfile", text)
	if runtime.GOOS != "windows" {
		writeFile(t, here, "other/Dockerfile", text)
		if err := os.Symlink(filepath.Join(here, "other", "Dockerfile"), filepath.Join(there, "Dockerfile")); err != nil {
			t.Fatal(err)
		}
		if output, code := runLine("musllint fix --write " + there + "/Dockerfile"); code != exitBroken || !strings.Contains(output, "refused: it is a link to") {
			t.Errorf("exit code %d\n%s", code, output)
		}
		if got, err := os.ReadFile("other/Dockerfile"); err != nil || string(got) != text {
			t.Errorf("the file behind the link is %q, %v", got, err)
		}
	}
	output, code := runLine("musllint fix " + there)
	name := strings.TrimPrefix(filepath.ToSlash(there), "/") + "/sub/Dockerfile"
	if resolved, err := filepath.EvalSymlinks(there); err == nil {
		name = strings.TrimPrefix(filepath.ToSlash(resolved), "/") + "/sub/Dockerfile"
	}
	if code != exitClean || !strings.Contains(output, "--- a/"+name+"\n+++ b/"+name+"\n") {
		t.Errorf("exit code %d\n%s", code, output)
	}
	if output, code := runLine("musllint fix --write " + there); code != exitClean {
		t.Errorf("exit code %d\n%s", code, output)
	}
	if got, err := os.ReadFile(filepath.Join(there, "sub", "Dockerfile")); err != nil || strings.Contains(string(got), "ignore") {
		t.Errorf("it is %q, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(there, "sub", ".Dockerfile.tmp")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// Repairing what nobody writes ends, too.
func TestFixHostile(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range hostileInputs {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*hostileLimit)
			defer cancel()
			cmd := exec.CommandContext(ctx, self)
			cmd.Args = []string{"musllint", "fix", "--no-config", "--quiet", "--unsafe", "--select", "default", "-"}
			text := content()
			cmd.Stdin = strings.NewReader(text)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			if ctx.Err() != nil {
				t.Fatalf("takes more than %v", 2*hostileLimit)
			}
			if err != nil {
				t.Errorf("%v: %s", err, stderr.String())
			}
			if stdout.Len() < len(text)/2 {
				t.Errorf("%d bytes became %d", len(text), stdout.Len())
			}
		})
	}
}
