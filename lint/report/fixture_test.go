package report

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

// The sources of the shared report. Each is about one thing that a format can get wrong.
const (
	appFile = `FROM golang:1.22-bookworm AS build
WORKDIR /src
COPY . .
RUN go build -buildmode=c-shared -o libcipher.so ./cmd/cipher

FROM python:3.12-alpine3.20 AS final
RUN apk add --no-cache \
        gcc \
        musl-dev
COPY --from=build /src/libcipher.so /usr/lib/
RUN pip install \
        --no-cache-dir \
        --only-binary=:all: \
        grpcio==1.50.0
`
	crlfFile = "FROM alpine:3.20\r\nRUN apk add gcc\r\n\tRUN locale -a | \\\r\n\t\tgrep -q de_DE\r\n"

	// Wide characters, a combining accent, a character outside the BMP, before the range.
	wideFile = "FROM alpine:3.20\nRUN echo '日本語 e\u0301 😀' && getent ahosts db\n"

	// A byte that is no UTF-8, a terminal escape, a no-break space and a direction mark.
	hostileFile = "FROM alpine:3.20\nRUN printf '\xff\x1b[2J\u202e'\u00a0&& ldconfig -p\n"

	// The file of the finding of a file as a whole.
	emptyFile = "# nothing yet\n"
)

// longFile has a line as long as Docker takes, with the range in the middle of it.
var longFile = "FROM alpine:3.20\nRUN " + strings.Repeat("true && ", 4000) + "gdb -p 1" + strings.Repeat(" && true", 4000) + "\n"

// span is the range of the first place of text in file, which must be there.
func span(t testing.TB, src *lint.Source, text string) lint.Range {
	t.Helper()
	i := strings.Index(string(src.Content), text)
	if i < 0 {
		t.Fatalf("%q is not in %s", text, src.Name)
	}
	return lint.Range{File: src.Name, Start: i, End: i + len(text)}
}

// fixture is the report that every format is tested with: each shape of a finding once.
func fixture(t testing.TB) *lint.Report {
	t.Helper()
	app := lint.NewSource("./app/Dockerfile", []byte(appFile))
	crlf := lint.NewSource("crlf/Dockerfile", []byte(crlfFile))
	wide := lint.NewSource("größe, 100%: x/Dockerfile", []byte(wideFile))
	hostile := lint.NewSource("hostile/Dockerfile", []byte(hostileFile))
	empty := lint.NewSource("empty/Dockerfile", []byte(emptyFile))
	long := lint.NewSource("long/Dockerfile", []byte(longFile))

	alpine := lint.Target{Libc: lint.Musl, Version: "1.2.5", Distro: "alpine", Release: "3.20", Arch: "amd64"}
	alpineARM := alpine
	alpineARM.Arch = "arm64"
	base := span(t, app, "python:3.12-alpine3.20")
	isMusl := lint.Related{Message: "stage `final` is musl: the tag -alpine3.20 of python is Alpine 3.20", Range: base}
	pip := span(t, app, "pip install")
	pip.End = span(t, app, "grpcio==1.50.0").End
	grpcio := span(t, app, "grpcio==1.50.0")
	pipeline := span(t, crlf, "locale -a")
	pipeline.End = span(t, crlf, "de_DE").End

	return &lint.Report{
		Version: "1.0.0", Facts: "2026-11-23", Files: 6,
		Findings: []lint.Finding{
			{
				Rule: "ML1101", Severity: lint.Error, Stage: "build", Target: alpine,
				Message: "the library will crash with SIGSEGV in runtime.sysargs when a program of python:3.12-alpine3.20 loads it",
				Range:   span(t, app, "-buildmode=c-shared"),
				Evidence: []lint.Related{
					{Message: "stage `final` copies libcipher.so", Range: span(t, app, "COPY --from=build /src/libcipher.so /usr/lib/")},
					isMusl,
					{Message: "Go's runtime reads argv from a place where musl has none"},
				},
				Fixes: []lint.Fix{
					{
						Title: "build and run on glibc", Safety: lint.Unsafe, Group: "base", Exclusive: true,
						Edits: []lint.Edit{{Range: base, NewText: "python:3.12-slim-bookworm"}},
					},
					{Title: "call the Go code as a process of its own", Safety: lint.Manual, Group: "base"},
				},
				Fingerprint: "0a1b2c3d4e5f60718293a4b5c6d7e8f9", URL: "https://example.org/rules/ML1101",
			},
			{
				Rule: "ML2102", Severity: lint.Warning, Stage: "final", Target: alpine, Targets: []lint.Target{alpine, alpineARM},
				Message:  "pip finds no wheel of grpcio 1.50.0 for musl:\nERROR: No matching distribution found for grpcio==1.50.0",
				Range:    pip,
				Evidence: []lint.Related{isMusl},
				Fixes: []lint.Fix{{
					Title: "take the first release with a wheel for musl, 1.51.0, and let pip <build> the rest", Safety: lint.Safe,
					Edits: []lint.Edit{
						{Range: lint.Range{File: app.Name, Start: grpcio.Start, End: grpcio.Start}, NewText: "'"},
						{Range: span(t, app, "1.50.0"), NewText: "1.51.0'"},
						{Range: span(t, app, "--only-binary=:all: \\\n        ")},
					},
				}},
				Fingerprint: "11111111111111111111111111111111", URL: "https://example.org/rules/ML2102",
			},
			{
				Rule: "ML0001", Severity: lint.Error,
				Message: "there is no FROM: Docker refuses the file",
				Range:   lint.Range{File: empty.Name},
				Fixes: []lint.Fix{{
					Title: "begin with a base image", Safety: lint.Unsafe,
					Edits: []lint.Edit{{Range: lint.Range{File: empty.Name}, NewText: "FROM alpine:3.20\n"}},
				}},
				Fingerprint: "22222222222222222222222222222222",
			},
			{
				Rule: "ML6301", Severity: lint.Info, Stage: "0", Target: alpine,
				Message: "musl has no locale program, and the pipeline never finds de_DE", Range: pipeline,
				Evidence:    []lint.Related{{Message: "gcc does not bring it", Range: span(t, crlf, "gcc\r\n")}},
				Fingerprint: "33333333333333333333333333333333",
			},
			{
				Rule: "ML6101", Severity: lint.Warning, Stage: "0", Target: alpine,
				Message: "musl asks all name servers at once, 日本語 or not", Range: span(t, wide, "getent ahosts"),
				Fingerprint: "44444444444444444444444444444444",
			},
			{
				Rule: "ML3201", Severity: lint.Error, Stage: "0", Target: alpine,
				Message: "ldconfig -p: \x1b[31mnot\xff an option of musl's", Range: span(t, hostile, "ldconfig -p"),
				Evidence:    []lint.Related{{Message: "100%, and: so on", Range: span(t, hostile, "printf")}},
				Fingerprint: "55555555555555555555555555555555",
			},
			{
				Rule: "ML6401", Severity: lint.Info, Stage: "0", Target: alpine,
				Message: "gdb has no thread list of musl's", Range: span(t, long, "gdb -p 1"),
				Fingerprint: "66666666666666666666666666666666",
			},
			{
				Rule: "ML1901", Severity: lint.Warning, Stage: "0", Target: alpine,
				Message: "the script is for bash", Range: lint.Range{File: "scripts/setup.sh", Start: 10, End: 20},
				Fixes: []lint.Fix{{
					Title: "install bash", Safety: lint.Safe,
					Edits: []lint.Edit{{Range: lint.Range{File: "scripts/setup.sh", Start: 10, End: 14}, NewText: "sh"}},
				}},
				Fingerprint: "77777777777777777777777777777777",
			},
			{
				Rule: "ML3101", Severity: lint.Error, Target: alpine,
				Message: "Error relocating libnative.so: fcntl64: symbol not found",
				Range:   lint.Range{File: "libs/app.jar", Inner: "native/libnative.so"},
				Evidence: []lint.Related{
					{Message: "needs libc.so.6", Range: lint.Range{File: "libs/app.jar", Inner: "native/libnative.so"}},
				},
				Fingerprint: "88888888888888888888888888888888",
			},
			{Rule: "ML0012", Severity: lint.Warning, Message: "no rule has the name ML9999", Fingerprint: "99999999999999999999999999999999"},
		},
		Failures: []lint.Failure{
			{File: "vendor/Dockerfile", Err: &fs.PathError{Op: "open", Path: "vendor/Dockerfile", Err: fs.ErrPermission}},
			{File: "huge/Dockerfile", Err: errors.New("line 7 is longer than 65535 bytes")},
		},
		Sources: map[string]*lint.Source{
			app.Name: app, crlf.Name: crlf, wide.Name: wide, hostile.Name: hostile, empty.Name: empty, long.Name: long,
		},
		Rules: map[string]lint.Rule{
			"ML1101": {ID: "ML1101", Name: "go-c-shared-on-musl", Title: "A Go c-shared library crashes when a musl process loads it", Severity: lint.Error, Default: true, URL: "https://example.org/rules/ML1101"},
			"ML2102": {ID: "ML2102", Name: "pip-no-wheel: musl, any", Title: "pip has no <wheel> for musl & cannot build", Severity: lint.Warning, Fixable: true, Default: true, URL: "https://example.org/rules/ML2102"},
			"ML6301": {ID: "ML6301", Name: "locale-program", Title: "musl has no locale program", Severity: lint.Info, Default: true},
		},
	}
}
