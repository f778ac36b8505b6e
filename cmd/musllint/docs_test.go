package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint/elf/elftest"
)

// documents are the pages whose commands people type.
var documents = []string{"README.md", "docs/policies.md", "docs/architecture.md", "docs/why.md", "docs/fix.md", "docs/muslcc.md"}

const top = "../.."

// A console block shows a command after "$ " and below it exactly what it prints.
// MUSLLINT_UPDATE=1 writes what it prints now.
func TestConsoleBlocks(t *testing.T) {
	block := regexp.MustCompile("(?s)```console\n\\$ (.*?)\n(.*?)```\n")
	shown := 0
	for _, name := range documents {
		page := filepath.Join(top, name)
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		t.Chdir(top)
		updated := block.ReplaceAllStringFunc(string(text), func(match string) string {
			shown++
			parts := block.FindStringSubmatch(match)
			output, code := runLine(parts[1])
			if code == exitBroken || code == exitNoInput {
				t.Errorf("%s: %s: exit code %d\n%s", name, parts[1], code, output)
			}
			if diff := cmp.Diff(output, parts[2]); diff != "" && os.Getenv("MUSLLINT_UPDATE") == "" {
				t.Errorf("%s: %s prints something else (-printed +shown):\n%s", name, parts[1], diff)
			}
			return "```console\n$ " + parts[1] + "\n" + output + "```\n"
		})
		t.Chdir("cmd/musllint")
		if os.Getenv("MUSLLINT_UPDATE") != "" && updated != string(text) {
			if err := os.WriteFile(page, []byte(updated), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if shown == 0 {
		t.Error("no page shows a command with its output")
	}
}

// Every command that a page names works in a folder that holds what the pages speak of.
func TestNamedCommands(t *testing.T) {
	dir := scratchRepository(t)
	for _, name := range documents {
		text, err := os.ReadFile(filepath.Join(top, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range commandLines(string(text)) {
			t.Run(name+" "+line, func(t *testing.T) {
				t.Chdir(dir)
				if output, code := runLine(line); code == exitBroken || code == exitNoInput {
					t.Errorf("exit code %d\n%s", code, output)
				}
			})
		}
	}
}

// commandLines finds musllint's command lines among code spans and indented lines.
func commandLines(text string) []string {
	text = strings.ReplaceAll(text, "go run ./cmd/musllint", "musllint")
	var lines []string
	for _, m := range regexp.MustCompile("(?m)`(musllint(?: [^`\n]+)?)`|^ {4}(musllint .*)$").FindAllStringSubmatch(text, -1) {
		lines = append(lines, m[1]+m[2])
	}
	return lines
}

// scratchRepository is a folder with a Dockerfile and the files of the worked example in
// docs/policies.md.
func scratchRepository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	example, err := os.ReadFile(filepath.Join(top, "testdata/example/Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	write("Dockerfile", string(example))
	write("testdata/example/Dockerfile", string(example))
	log, err := os.ReadFile(filepath.Join(top, "testdata/example/run.log"))
	if err != nil {
		t.Fatal(err)
	}
	write("testdata/example/run.log", string(log))
	write(".musllint/tu/.keep", "") // a build that found nothing
	write("changes.patch", "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,3 +1,3 @@\n # The example of the README: one thing that stops the build, one that stops the container.\n-ARG ALPINE=3.20\n+ARG ALPINE=3.21\n \n")
	page, err := os.ReadFile(filepath.Join(top, "docs/policies.md"))
	if err != nil {
		t.Fatal(err)
	}
	files := regexp.MustCompile("(?s)```\\w+ file=(\\S+)\n(.*?)```\n").FindAllStringSubmatch(string(page), -1)
	if len(files) != 3 {
		t.Fatalf("docs/policies.md has %d files, want policy, examples and configuration", len(files))
	}
	for _, f := range files {
		name := f[1]
		if strings.HasPrefix(name, "CORP") {
			name = "ci/musllint/" + name
		}
		write(name, f[2])
	}
	return dir
}

// The worked example of docs/policies.md passes its own tests, and its policy reports.
func TestWorkedExample(t *testing.T) {
	t.Chdir(scratchRepository(t))
	if output, code := runLine("musllint policy test ci/musllint"); code != exitClean {
		t.Errorf("policy test: exit code %d\n%s", code, output)
	}
	if output, code := runLine("musllint policy fmt --check ci/musllint"); code != exitClean {
		t.Errorf("policy fmt: exit code %d\n%s", code, output)
	}
	if err := os.WriteFile("Dockerfile", []byte("FROM alpine:3.20\nRUN apk add curl\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if output, code := runLine("musllint --format concise Dockerfile"); code != exitFindings || !strings.Contains(output, "[CORP001]") {
		t.Errorf("exit code %d\n%s", code, output)
	}
}

// runLine runs a command line in this process and returns what it prints.
func runLine(line string) (string, int) {
	var out bytes.Buffer
	p := &program{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }}
	code := p.Main(strings.Fields(line))
	return out.String(), code
}

// The program of the README is made from the recipe that lies beside it.
func TestExampleProgram(t *testing.T) {
	recipe, err := os.ReadFile(filepath.Join(top, "testdata/example/server.elf"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := elftest.Parse(string(recipe))
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(top, "testdata/example/server")
	got, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, f.Bytes()) {
		if os.Getenv("MUSLLINT_UPDATE") == "" {
			t.Fatal("testdata/example/server is not what its recipe makes; MUSLLINT_UPDATE=1 makes it anew")
		}
		if err := os.WriteFile(program, f.Bytes(), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
