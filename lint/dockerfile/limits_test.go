package dockerfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint/facts"
)

// Copying doubles what a stage holds, and nothing else bounds it.
func TestArtifactsAreBounded(t *testing.T) {
	text := "FROM golang:1.22\nRUN go build -o /a/b\n"
	for i := range 40 {
		text += fmt.Sprintf("RUN cp -r / /x%d && cp -r /a /a/b\n", i)
	}
	text += "FROM scratch\nCOPY --from=0 " + strings.Repeat("/ ", 100) + "/all/\n"
	f := parse(text)
	for _, st := range f.Stages {
		if n := len(st.Artifacts); n == 0 || n > maxArtifacts {
			t.Errorf("stage %d holds %d artifacts", st.Index, n)
		}
	}
	if n := len(f.Stages[1].Instructions[1].Copy.Carries); n == 0 || n > maxArtifacts {
		t.Errorf("COPY carries %d artifacts", n)
	}
}

// Stages that are FROM one and the same share what it holds, and must not change it.
func TestSharedArtifacts(t *testing.T) {
	f := parse(`FROM golang:1.22 AS a
RUN CGO_ENABLED=0 go build -o /one && CGO_ENABLED=0 go build -o /two
FROM a AS b
RUN CGO_ENABLED=0 go build -o /one
FROM a
RUN CGO_ENABLED=0 go build -o /three
`)
	want := []string{"/one /two", "/two /one", "/one /two /three"}
	for i, st := range f.Stages {
		var paths []string
		for _, a := range st.Artifacts {
			paths = append(paths, a.Path)
		}
		if got := strings.Join(paths, " "); got != want[i] {
			t.Errorf("stage %d holds %s, want %s", i, got, want[i])
		}
	}
}

// More packages than are told apart leave the answer open rather than wrong.
func TestInstalledOfMany(t *testing.T) {
	text := "FROM alpine:3.20 AS a\nRUN apk add --virtual .v"
	for i := range maxPresent + 1 {
		text += fmt.Sprintf(" unheard-of-%d", i)
	}
	text += "\nRUN apk del .v\nRUN apk add bash\nFROM a\nRUN apk del bash\n"
	f := parse(text)
	end := len(f.Source.Content)
	if got := f.Stages[0].Installed("bash", end); got != facts.Yes {
		t.Errorf("bash: %s, want yes", got)
	}
	if got := f.Stages[1].Installed("bash", end); got != facts.Maybe {
		t.Errorf("bash, after it was removed: %s, want maybe", got)
	}
	if got := f.Stages[0].Installed("bash", strings.Index(text, "RUN apk add bash")); got != facts.Maybe {
		t.Errorf("bash, before: %s, want maybe", got)
	}
}

// The variables of JSON words are replaced as those of others are.
func TestCopyJSON(t *testing.T) {
	f := parse("FROM alpine\nARG D=/srv\nCOPY [\"a b\", \"$D\"]\n")
	if got := f.Stages[0].Instructions[2].Copy.Dest.Text; got != "/srv" {
		t.Errorf("destination %q", got)
	}
}

// COPY --parents keeps the folders of a source.
func TestCopyParents(t *testing.T) {
	f := parse("FROM alpine:3.20\nCOPY --parents --from=debian:12 /usr/lib/libz.so.1 /opt/\n")
	if c := f.Stages[0].Instructions[1].Copy; len(c.Carries) != 1 || c.Carries[0].Dest != "" {
		t.Errorf("carries %+v; where --parents puts it is not known", c.Carries)
	}
}
