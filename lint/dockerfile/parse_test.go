package dockerfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/shell"
)

func parse(text string, opt ...Options) *File {
	opt = append(opt, Options{})
	return Parse(lint.NewSource("Dockerfile", []byte(text)), opt[0])
}

// places lists words as "text@line:column".
func places(f *File, words ...shell.Word) []string {
	var out []string
	for _, w := range words {
		p := f.Source.Position(w.Start)
		out = append(out, fmt.Sprintf("%s@%d:%d", w.Text, p.Line, p.Column))
	}
	return out
}

// The same commands have to be found, at their own places, however the lines are joined.
func TestCommandPlaces(t *testing.T) {
	tests := []struct{ name, text string }{
		{"one line", "FROM alpine\nRUN apk add gcc && make all"},
		{"continued", "FROM alpine\nRUN apk add \\\n    gcc && \\\n  make all\n"},
		{"comments and blank lines between", "FROM alpine\nRUN apk add \\\n# why gcc\n    gcc && \\\n\n   # indented\n  make all\n"},
		{"crlf", "FROM alpine\r\nRUN apk add \\\r\n    # why\r\n    gcc && \\\r\n\r\n  make all\r\n"},
		{"blanks after the continuation", "FROM alpine\nRUN apk add \\  \n gcc \\\t\n && make all\n"},
		{"backtick escape", "# escape=`\nFROM alpine\nRUN apk add `\n # c\n gcc && `\n make all\n"},
		{"flags", "FROM alpine\nRUN --mount=type=cache,target=/x --network=none \\\n apk add gcc && make all\n"},
		{"heredoc", "FROM alpine\nRUN <<EOF\napk add gcc\nmake all\nEOF\n"},
		{"quoted chomped heredoc", "FROM alpine\nRUN <<-'EOF'\n\tapk add gcc\n\tmake all\n\tEOF\n"},
		{"heredoc into a shell", "FROM alpine\nRUN sh <<EOF\napk add gcc\nmake all\nEOF\n"},
		{"shell -c", "FROM alpine\nRUN sh -c 'apk add gcc && make all'\n"},
		{"exec form", `FROM alpine` + "\n" + `RUN ["sh", "-c", "apk add gcc && make all"]` + "\n"},
		{"shell comment ends the joined line", "FROM alpine\nRUN apk add gcc && make all # \\\n && false\n"},
		{"byte order mark", "\xef\xbb\xbfFROM alpine\nRUN apk add gcc && make all\n"},
		{"lower case", "from alpine\nrun apk add gcc && make all\n"},
		{"onbuild", "FROM alpine\nONBUILD RUN apk add gcc && make all\n"},
		{"after a syntax error", "FROM alpine\nENV broken\nRUN apk add gcc && make all\n"},
		{"after an unknown instruction", "FROM alpine\nFORM x\nRUN apk add gcc && make all\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := parse(test.text)
			if len(f.Stages) != 1 {
				t.Fatalf("%d stages; problems %v", len(f.Stages), f.Problems)
			}
			var found []string
			for _, in := range f.Stages[0].Instructions {
				for _, c := range in.Commands {
					if c.Name != "apk" && c.Name != "make" {
						continue
					}
					for _, w := range c.Words {
						if raw := test.text[w.Start:w.End]; raw != w.Text {
							t.Errorf("word %q stands at %q", w.Text, raw)
						}
						found = append(found, w.Text)
					}
				}
			}
			if want := []string{"apk", "add", "gcc", "make", "all"}; !slices.Equal(found, want) {
				t.Errorf("found %q, want %q; problems %v", found, want, f.Problems)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // line:column rule message fragment
	}{
		{"none", "FROM alpine\nRUN true\n", nil},
		{"empty", "", []string{"1:1 ML0001 no instructions"}},
		{"comments only", "# nothing\n", []string{"1:1 ML0001 no instructions"}},
		{"unknown instruction", "FROM alpine\nRUNN true\n", []string{"2:1 ML0001 unknown instruction: RUNN (did you mean RUN?)"}},
		{"far from any instruction", "FROM alpine\nname: x\n", []string{"2:1 ML0001 unknown instruction: name:"}},
		{"unknown flag", "FROM alpine\nCOPY --form=x a b\n", []string{"2:1 ML0001 unknown flag: --form"}},
		{"instruction of another frontend", "# syntax=example/dockerfile-x\nINCLUDE a\nFROM alpine\n", []string{"2:1 ML0001 left to the frontend example/dockerfile-x"}},
		{"docker's own frontend from a mirror", "# syntax=mirror.example/docker/dockerfile:1\nFROM alpine\nFOO\n", []string{"3:1 ML0001 unknown instruction: FOO"}},
		{"a check comment above an instruction", "# check=skip=all\nFROM alpine\n# check=skip=JSONArgsRecommended;error=true\nCMD a\n", nil},
		{"no Dockerfile at all", "name: x\non: push\njobs:\n", []string{"1:1 ML0001 unknown instruction: name:"}},
		{"variable in --from", "FROM alpine AS a\nARG S=a\nCOPY --from=$S /x /x\n", []string{"3:1 ML0001 variable expansion is not supported for --from"}},
		{"template", "{{ if .x }}\nFROM alpine\n{{ end }}\nRUN {{ .y }} && (\n", []string{"1:1 ML0001 this is a template"}},
		{"Windows", "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN $x = (\n", nil},
		{"bad ENV", "FROM alpine\nENV foo\nRUN true\n", []string{"2:1 ML0001 ENV must have two arguments"}},
		{"unterminated heredoc", "FROM alpine\nRUN <<EOF\necho\n", []string{"2:1 ML0001 unterminated heredoc"}},
		{"instruction before FROM", "RUN true\nFROM alpine\n", []string{"1:1 ML0001 no build stage"}},
		{"escape directive twice", "# escape=`\n# escape=\\\nFROM alpine\n", []string{"2:1 ML0001 only one escape parser directive"}},
		{"bad escape", "# escape=x\nFROM alpine\n", []string{"1:1 ML0001 invalid escape token"}},
		{"long line", "FROM alpine\nRUN echo " + strings.Repeat("x", 70000) + "\nRUN true\n", []string{"2:1 ML0001 longer than 65535 bytes"}},
		{"shell", "FROM alpine\nRUN if true; then\n", []string{"2:14 ML0002 not examined"}},
		{"no shell language", "FROM alpine\nSHELL [\"pwsh\", \"-c\"]\nRUN if (1) { }\n", nil},
		{"python heredoc", "FROM alpine\nRUN <<EOF\n#!/usr/bin/env python3\nif x: (\nEOF\n", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := parse(test.text)
			for i, p := range f.Problems {
				pos := f.Source.Position(p.Range.Start)
				got := fmt.Sprintf("%d:%d %s %s", pos.Line, pos.Column, p.Rule, p.Message)
				if i >= len(test.want) {
					t.Errorf("unexpected: %s", got)
					continue
				}
				head, fragment, _ := strings.Cut(test.want[i], " ")
				rule, fragment, _ := strings.Cut(fragment, " ")
				if !strings.HasPrefix(got, head+" "+rule+" ") || !strings.Contains(got, fragment) {
					t.Errorf("got %s, want %s", got, test.want[i])
				}
			}
			if len(f.Problems) < len(test.want) {
				t.Errorf("missing %q", test.want[len(f.Problems):])
			}
		})
	}
}

func TestVariables(t *testing.T) {
	f := parse(`ARG TAG=3.20
ARG UNSET
ARG PY=3.12
FROM alpine:${TAG} AS base
ENV A=1 B="two words" C=$A
ENV OLD some value
ARG TAG
ARG UNSET
ARG ENVWINS=arg
ENV ENVWINS=env
ARG D=${UNSET:-fallback} E=${UNSET}
FROM base
ARG TAG
ARG PY=3.13
RUN true
`)
	last := f.Stages[1].Instructions[len(f.Stages[1].Instructions)-1]
	for name, want := range map[string]string{
		"A": "1", "B": "two words", "OLD": "some value", "TAG": "3.20", "PY": "3.13", "ENVWINS": "env", "D": "fallback",
	} {
		if got, known := last.Env(name); got != want || !known {
			t.Errorf("%s = %q known %v, want %q", name, got, known, want)
		}
	}
	for _, name := range []string{"UNSET", "C", "E", "NEVER"} {
		if got, known := last.Env(name); known {
			t.Errorf("%s = %q should not be known", name, got)
		}
	}
	if f.Stages[0].Base != "alpine:3.20" || f.Stages[1].BaseStage != f.Stages[0] {
		t.Errorf("bases %q, %v", f.Stages[0].Base, f.Stages[1].BaseStage)
	}
}

func TestArchOfImage(t *testing.T) {
	for base, want := range map[string]string{
		"alpine": "amd64", "arm32v7/alpine": "arm/v7", "ghcr.io/linuxserver/baseimage-alpine:arm64v8-3.22": "arm64", "--platform=linux/386 alpine": "386",
	} {
		if got := parse("FROM " + base).Stages[0].Target.Arch; got != want {
			t.Errorf("%s: %s, want %s", base, got, want)
		}
	}
}

func TestBuildArgsAndPlatform(t *testing.T) {
	text := "ARG V=3.18\nFROM --platform=$BUILDPLATFORM golang:1.22-alpine${V} AS b\nFROM alpine:$V AS x\nARG TARGETARCH\nRUN echo $TARGETARCH\nFROM scratch\n"
	f := parse(text, Options{BuildArgs: map[string]string{"V": "3.20"}, Platform: "linux/arm/v7", Target: "x"})
	if got := f.Stages[0].Target; got.Release != "3.20" || got.Arch != "amd64" {
		t.Errorf("builder target %+v", got)
	}
	x := f.Stages[1]
	if x.Target.Arch != "arm/v7" || !x.Final || !x.Shipped || f.Stages[2].Final || f.Stages[0].Shipped {
		t.Errorf("target %+v final %v", x.Target, x.Final)
	}
	if got := x.Instructions[2].Commands[0].Words[1].Text; got != "arm" {
		t.Errorf("TARGETARCH = %q", got)
	}
}

func TestLibc(t *testing.T) {
	tests := []struct {
		text string
		opt  Options
		want lint.Target
	}{
		{"FROM alpine:3.20.1", Options{}, lint.Target{Libc: "musl", Distro: "alpine", Release: "3.20"}},
		{"ARG R=registry.example/x/\nFROM ${R}library/alpine:3.19", Options{}, lint.Target{Libc: "musl", Distro: "alpine", Release: "3.19"}},
		{"FROM ${REG}/library/alpine:3.19", Options{}, lint.Target{Libc: "musl", Distro: "alpine", Release: "3.19"}},
		{"FROM golang:${GO}-alpine${A}", Options{}, lint.Target{Libc: "musl", Distro: "alpine"}},
		{"FROM ${BASE}", Options{}, lint.Target{}},
		{"FROM ${BASE}\nRUN apk add gcc", Options{}, lint.Target{Libc: "musl", Distro: "alpine"}},
		{"FROM ${BASE}\nRUN if command -v apk; then apk add gcc; else apt-get install gcc; fi", Options{}, lint.Target{}},
		{"FROM corp/base:1\nRUN apt-get update", Options{}, lint.Target{Libc: "glibc"}},
		{"FROM corp/base:1", Options{Images: []Override{{Pattern: "corp/*", Like: "python:3.12-alpine3.19"}}}, lint.Target{Libc: "musl", Distro: "alpine", Release: "3.19"}},
		{"FROM base", Options{Contexts: map[string]string{"base": "docker-image://debian:12"}}, lint.Target{Libc: "glibc", Distro: "debian"}},
		{"FROM base", Options{Contexts: map[string]string{"base": "./folder"}}, lint.Target{}},
		{"FROM scratch", Options{}, lint.Target{Libc: "none", Distro: "scratch"}},
		{"FROM cgr.dev/chainguard/wolfi-base\nRUN apk add gcc", Options{}, lint.Target{Libc: "glibc", Distro: "wolfi"}},
	}
	for _, test := range tests {
		f := parse(test.text, test.opt)
		got := f.Stages[0].Target
		got.Arch, got.Version = "", ""
		if test.want.Distro != "alpine" {
			got.Release = test.want.Release
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.text, diff)
		}
		if got.Libc != "" && len(f.Stages[0].Reasons) == 0 {
			t.Errorf("%s: no reason given", test.text)
		}
	}
}

func TestInstalled(t *testing.T) {
	f := parse(`FROM alpine:3.20 AS a
RUN apk add --no-cache --virtual .build build-base && make && apk del .build
RUN apk add tzdata
RUN apk add $MORE
FROM a
RUN apk add --root /mnt bash
`)
	end := len(f.Source.Content)
	a := f.Stages[0]
	make := a.Instructions[1].Commands[1]
	for _, test := range []struct {
		stage *Stage
		pkg   string
		at    int
		want  string
	}{
		{a, "gcc", make.Start, "yes"},
		{a, "gcc", a.Instructions[2].Range.Start, "no"},
		{a, "tzdata", end, "yes"},
		{f.Stages[1], "tzdata", end, "yes"},
		{a, "bash", a.Instructions[3].Range.Start, "no"},
		{f.Stages[1], "bash", end, "maybe"}, // $MORE
	} {
		if got := test.stage.Installed(test.pkg, test.at).String(); got != test.want {
			t.Errorf("%s at %d: %s, want %s", test.pkg, test.at, got, test.want)
		}
	}
}

func TestCommentPlaces(t *testing.T) {
	f := parse("# top\nFROM alpine\n# before run\nRUN a && \\\n  # inside\n  b\nCOPY <<EOF /x\n# not a comment\nEOF\n# end\n")
	var got []string
	for _, c := range f.Comments {
		where := "file"
		if c.Inside != nil {
			where = "inside " + c.Inside.Keyword
		} else if c.Next != nil {
			where = "before " + c.Next.Keyword
		}
		got = append(got, f.Source.Text(c.Range)+" "+where)
	}
	want := []string{"# top before FROM", "# before run before RUN", "# inside inside RUN", "# end file"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCopyWords(t *testing.T) {
	f := parse("FROM golang:1.22 AS build\nFROM alpine\nCOPY --from=Build \\\n  --chown=1:1 /a \\\n  # c\n  /b /dest/\nADD [\"x y\", \"/z\"]\nCOPY --from=0 /q /r\nCOPY --from=nginx:alpine /s /t\n")
	in := f.Stages[1].Instructions[1]
	if in.Copy.FromStage != f.Stages[0] {
		t.Error("stage names are not case-sensitive")
	}
	if diff := cmp.Diff([]string{"/a@4:15", "/b@6:3", "/dest/@6:6"}, places(f, append(in.Copy.Sources, in.Copy.Dest)...)); diff != "" {
		t.Error(diff)
	}
	if got := f.Stages[1].Instructions[2].Copy.Sources[0].Text; got != "x y" {
		t.Errorf("JSON source %q", got)
	}
	if f.Stages[1].Instructions[3].Copy.FromStage != f.Stages[0] || f.Stages[1].Instructions[4].Copy.FromImage.Libc != "musl" {
		t.Error("--from by number or image")
	}
}

// Whatever the bytes, reading neither panics nor hangs, and every place that it reports
// lies in the file and holds the word that it is said to hold.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"FROM alpine:3.20\nRUN apk add gcc && make\n",
		"ARG A=1\nFROM x:$A AS b\nENV A=b C='d e'\nCOPY --from=b [\"a\", \"b\"]\nRUN <<EOF\nls\nEOF\n",
		"# escape=`\r\nFROM a`\r\n:b\r\nRUN x `\r\n# c\r\n\r\n y\r\n",
		"FROM a\nONBUILD RUN a\\\nb\nHEALTHCHECK CMD [\"a\",\"\\u00e9\"]\nRUN --mount=type=bind,from=b,target=/t cp /t/x /y\n",
		"FROM a\nCOPY <<A <<B /x/\n1\nA\n2\nB\nRUN cat <<X | tee y\n$z\nX\n", "ENV\n\x00\xff", "FROM a\nRUN \\", "#escape=`\n` \r", "# check=skip=a\nFROM a\n# check=skip=b;error=true\nRUN c\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		file := Parse(lint.NewSource("Dockerfile", text), Options{})
		inside := func(what string, start, end int) {
			if start < 0 || end < start || end > len(text) {
				t.Fatalf("%s: [%d, %d) is not in %d bytes", what, start, end, len(text))
			}
		}
		for _, p := range file.Problems {
			inside("problem", p.Range.Start, p.Range.End)
		}
		last := 0
		for _, s := range file.Stages {
			inside("stage", s.Range.Start, s.Range.End)
			for _, in := range s.Instructions {
				inside(in.Keyword, in.Range.Start, in.Range.End)
				if in.Range.Start < last {
					t.Fatalf("%s begins before the end of its predecessor", in.Keyword)
				}
				last = in.Range.End
				for _, w := range in.Words {
					inside("word", w.Start, w.End)
					if raw := string(text[w.Start:w.End]); w.Known && !in.Exec && raw != w.Text && !strings.ContainsAny(raw, "$'\"\\`\n") {
						t.Fatalf("%s: word %q stands at %q", in.Keyword, w.Text, raw)
					}
				}
				for _, c := range in.Commands {
					inside("command", c.Start, c.End)
				}
				for _, v := range in.Vars {
					inside("variable", v.Start, v.End)
				}
				for _, fl := range in.Flags {
					inside("flag", fl.Start, fl.End)
				}
			}
		}
		for _, c := range file.Comments {
			inside("comment", c.Range.Start, c.Range.End)
			if text[c.Range.Start] != '#' {
				t.Fatal("a comment starts with #")
			}
		}
	})
}
