package dockerfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint/shell"
)

// Which value a command sees, as BuildKit's dockerfile2llb has it; "" when that is not known.
func TestScopes(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"ARG sees the ARG to its left", "FROM alpine\nARG A=1 B=$A\nRUN echo $B", "1"},
		{"ENV sees what stood before it", "FROM alpine\nENV A=0\nENV A=1 B=$A\nRUN echo $B", "0"},
		{"ARG hides an ENV", "FROM alpine\nENV A=env\nARG A=arg\nRUN echo $A", "arg"},
		{"ENV hides an ARG", "FROM alpine\nARG A=arg\nENV A=env\nRUN echo $A", "env"},
		{"ARG without value hides nothing", "FROM alpine\nENV A=env\nARG A\nRUN echo $A", "env"},
		{"ARG without value keeps an ARG", "FROM alpine\nARG A=1\nARG A\nRUN echo $A", "1"},
		{"ARG goes on in a stage that is FROM it", "FROM alpine AS a\nARG A=1\nFROM a\nRUN echo $A", "1"},
		{"a stage starts with the ENV that ARG had hidden", "FROM alpine AS a\nENV A=env\nARG A=arg\nFROM a\nRUN echo $A", "env"},
		{"CMD knows no ARG", "FROM alpine\nARG A=1\nCMD echo $A", ""},
		{"CMD knows ENV behind an ARG", "FROM alpine\nENV A=env\nARG A=arg\nCMD echo $A", "env"},
		{"ONBUILD does nothing here", "FROM alpine\nENV A=1\nONBUILD ENV A=2\nRUN echo $A", "1"},
		{"ARG before FROM keeps what it had", "ARG A=1\nARG A\nFROM alpine\nARG A\nRUN echo $A", "1"},
		{"declared platform argument", "ARG TARGETARCH\nFROM alpine\nARG TARGETARCH\nRUN echo $TARGETARCH", "amd64"},
		{"fallback beside an unknown", "FROM alpine\nENV A=${X:-x}/$Y\nRUN echo $A", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := parse(test.text)
			st := f.Stages[len(f.Stages)-1]
			last := st.Instructions[len(st.Instructions)-1]
			got := last.Commands[0].Words[1]
			if got.Known != (test.want != "") || got.Known && got.Text != test.want {
				t.Errorf("got %q, known %v, want %q", got.Text, got.Known, test.want)
			}
		})
	}
}

func TestFallbackBesideUnknown(t *testing.T) {
	f := parse("ARG TAG\nFROM ${REGISTRY:-docker.io}/library/alpine:$TAG\n")
	if got, want := f.Stages[0].Base, "docker.io/library/alpine:${TAG}"; got != want {
		t.Errorf("base %q, want %q", got, want)
	}
}

// What a container has is ENV's, whatever an ARG made of the name.
func TestImageEnv(t *testing.T) {
	f := parse("FROM alpine\nENV A=env\nARG A=arg B=arg\n")
	if got := f.Stages[0].Env("A") + f.Stages[0].Env("B"); got != "env" {
		t.Errorf("got %q", got)
	}
}

func TestOnBuildAndInheritance(t *testing.T) {
	f := parse(`FROM alpine AS a
SHELL ["pwsh", "-c"]
WORKDIR /a
ONBUILD WORKDIR /b
ONBUILD SHELL ["sh", "-c"]
FROM a
RUN apk add gcc
`)
	in := f.Stages[1].Instructions[1]
	if in.Dir != "/a" || len(in.Commands) != 0 {
		t.Errorf("dir %q, %d commands: want /a, and nothing read of what pwsh runs", in.Dir, len(in.Commands))
	}
}

// A variable of more than maxLayer has to be found, the newest of its name first.
func TestManyVariables(t *testing.T) {
	var b strings.Builder
	b.WriteString("FROM alpine\n")
	for i := range 5 * maxLayer {
		fmt.Fprintf(&b, "ENV V%d=%d LAST=%d\n", i, i, i)
	}
	b.WriteString("RUN echo $V0 $V100 $LAST\n")
	st := parse(b.String()).Stages[0]
	got := shell.Texts(st.Instructions[len(st.Instructions)-1].Commands[0].Words[1:])
	if diff := cmp.Diff([]string{"0", "100", "159"}, got); diff != "" {
		t.Error(diff)
	}
}

// No text may grow without bounds: neither by doubling nor by replacing.
func TestExpansionIsBounded(t *testing.T) {
	for _, line := range []string{"ENV A=$A$A\n", "ENV A=${A//x/$A$A}\n", "ENV B=$A$A A=$B$B\nWORKDIR $A$B\n"} {
		st := parse("FROM alpine\nENV A=xxxxxxxx\n" + strings.Repeat(line, 40)).Stages[0]
		for _, in := range st.Instructions {
			words := slices.Clone(in.Words)
			for _, v := range in.Vars {
				words = append(words, v.Value)
			}
			for _, w := range words {
				if len(w.Text) > maxExpansion {
					t.Fatalf("%q: %d bytes", line, len(w.Text))
				}
			}
		}
		if value := st.Env("A"); value != "" {
			t.Errorf("%q: the value is said to be known, %d bytes", line, len(value))
		}
	}
}
