package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// hostileInputs are files that nobody writes and somebody will feed to a linter. The
// parser of BuildKit refuses lines of 64 KiB; that is then a finding.
var hostileInputs = map[string]func() string{
	"empty":                    func() string { return "" },
	"NUL bytes":                func() string { return "FROM alpine\x00:3.20\nRUN \x00\x00 apk add \x00\n" },
	"invalid UTF-8":            func() string { return "FROM alpine:3.20\nRUN echo \xff\xfe '\xc3' | apk add \x80\n" },
	"UTF-16":                   func() string { return "\xff\xfeF\x00R\x00O\x00M\x00 \x00a\x00\n\x00" },
	"line of 64 KiB":           func() string { return "FROM alpine:3.20\nRUN echo " + strings.Repeat("x", 64<<10) + "\n" },
	"word of 1 MiB":            func() string { return "FROM " + strings.Repeat("a", 1<<20) },
	"no line ending in 50 MiB": func() string { return strings.Repeat("\x00", 50<<20) },
	"50 MiB of comments":       func() string { return strings.Repeat("# "+strings.Repeat("c", 1022)+"\n", 50<<10) },
	"16 MiB of instructions": func() string {
		return "FROM alpine:3.20\n" + strings.Repeat("LABEL a="+strings.Repeat("c", 1015)+"\n", 16<<10)
	},
	"10,000 instructions": func() string {
		return "FROM python:3.12-alpine\n" + strings.Repeat("RUN pip install numpy==1.20 && apk add --no-cache gcompat\n", 10_000)
	},
	"10,000 stages": func() string {
		var b strings.Builder
		b.WriteString("FROM alpine:3.20 AS s0\n")
		for i := range 9_999 {
			fmt.Fprintf(&b, "FROM s%d AS s%d\nCOPY --from=s0 /bin/x /bin/x\n", i, i+1)
		}
		return b.String()
	},
	"1,000 continued lines": func() string {
		return "FROM alpine:3.20\nRUN a" + strings.Repeat(" && \\\n  apk add x", 1_000) + "\n"
	},
	"2,000 open parentheses": func() string { return "FROM alpine:3.20\nRUN " + strings.Repeat("(", 2_000) + "\n" },
	"nested expansions": func() string {
		return "FROM alpine:3.20\nRUN echo " + strings.Repeat("${a:-", 500) + strings.Repeat("}", 500) + "\n"
	},
	"variables that double": func() string {
		var b strings.Builder
		b.WriteString("FROM alpine:3.20\nENV A0=xxxxxxxxxxxxxxxx\n")
		for i := range 64 {
			fmt.Fprintf(&b, "ENV A%d=$A%d$A%d\n", i+1, i, i)
		}
		b.WriteString("RUN echo $A64\n")
		return b.String()
	},
	"stages in a circle": func() string { return "FROM b AS a\nCOPY --from=b / /\nFROM a AS b\nCOPY --from=a / /\nFROM c AS c\n" },
}

// hostileLimit is what any of them may take. It is several times what they need on a slow
// machine, and far below what work that is quadratic in the file takes.
const hostileLimit = 30 * time.Second

// Whatever the input is, the exit code says "linted" and the time is bounded. Each runs in
// a process of its own, since nothing else can be stopped.
func TestHostileInputs(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range hostileInputs {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), hostileLimit)
			defer cancel()
			cmd := exec.CommandContext(ctx, self)
			// Under this name TestMain's binary is musllint.
			cmd.Args = []string{"musllint", "--no-config", "--format", "concise", "-"}
			cmd.Stdin = strings.NewReader(content())
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			if ctx.Err() != nil {
				t.Fatalf("takes more than %v", hostileLimit)
			}
			if code := cmd.ProcessState.ExitCode(); code != exitClean && code != exitFindings {
				t.Errorf("%v: %s", err, stderr.String())
			}
			if bytes.ContainsAny(stdout.Bytes(), "\x00\x1b") || !utf8.Valid(stdout.Bytes()) {
				t.Error("the report passes raw bytes of the input on")
			}
		})
	}
}
