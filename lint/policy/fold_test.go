package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Findings fold into one another in time that grows with their number.
func TestFoldMany(t *testing.T) {
	const n = 20_000
	set := setOf(t, "once = \"file\"\nmessage = \"m\"\n"+apk, "consequence_of = [\"CORP001\", \"CORP003\"]\nmessage = \"m\"\n"+apk, "consequence_of = [\"CORP002\"]\nmessage = \"m\"\n"+apk)
	e := newEvaluation(set, parsed("FROM alpine:3.20\n"), Options{})
	for i := range n {
		r := report{policy: mustPolicy(t, set, i%3), scopes: []scope{{Range: e.file.Stages[0].Range}}}
		r.Rule, r.Range.Start, r.Range.End = r.policy.ID, i, i+1
		e.reports = append(e.reports, r)
	}
	started := time.Now()
	got := e.finish()
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("takes %v", took)
	}
	if len(got) != 1 || len(got[0].Evidence) == 0 {
		t.Errorf("%d findings: want one, and the others as its evidence", len(got))
	}
}

func mustPolicy(t *testing.T, set *Set, i int) *Policy {
	t.Helper()
	p, diags := set.policy(i)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p
}

func onlyCommand(program string) string {
	return fmt.Sprintf("match \"command\" {\n  name = [%q]\n}\n", program)
}

// A finding follows from the last cause before it, else from the first one behind it.
// Policies that follow from each other are told side by side.
func TestCauses(t *testing.T) {
	set := setOf(t,
		"message = \"cause\"\n"+onlyCommand("cause"),
		"consequence_of = [\"CORP001\"]\nmessage = \"effect\"\n"+onlyCommand("effect"),
		"consequence_of = [\"CORP004\"]\nmessage = \"hen\"\n"+onlyCommand("hen"),
		"consequence_of = [\"CORP003\"]\nmessage = \"egg\"\n"+onlyCommand("egg"),
	)
	text := "FROM alpine:3.20\nRUN effect 1; cause 2; cause 3; effect 4; hen; egg\nFROM alpine:3.20\nRUN effect 5\n"
	got := strings.Join(said(text, findings(t, set, text)), "\n")
	want := strings.Join([]string{
		`CORP001 warning "cause 2" cause`,
		`  "effect 1" effect [CORP002]`,
		`CORP001 warning "cause 3" cause`,
		`  "effect 4" effect [CORP002]`,
		`CORP003 warning "hen" hen`,
		`CORP004 warning "egg" egg`,
		`CORP002 warning "effect 5" effect`,
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// An edit is made as a whole or not at all.
func TestLongEditIsLeftOut(t *testing.T) {
	set := setOf(t, `message = "m"
fix "short" {
  safety = "safe"
  edit {
    at   = command_range()
    with = "x"
  }
}
fix "long" {
  safety = "safe"
  edit {
    at   = command_range()
    with = command.line
  }
}
`+apk)
	list := findings(t, set, "FROM alpine:3.20\nRUN apk add "+strings.Repeat("x", maxText)+"\n")
	if len(list) != 1 || len(list[0].Fixes) != 1 || list[0].Fixes[0].Title != "short" {
		t.Errorf("%+v", list)
	}
}

// Of the same finding of two match blocks the more severe one is kept.
func TestSameFindingTwice(t *testing.T) {
	set := setOf(t, `message = "m"
at = instruction_range()
severity_when "error" { 
  when = endswith(command.line, "two")
}
`+apk)
	list := findings(t, set, "FROM alpine:3.20\nRUN apk add one && apk add two\n")
	if len(list) != 1 || list[0].Severity.String() != "error" {
		t.Errorf("%+v", list)
	}
}

// Objects cannot be compared with ==, which panics.
func TestContainsObject(t *testing.T) {
	set := setOf(t, `message = "m"
when = contains([{ a = command.name }], { a = "apk" })
`+apk)
	if list := findings(t, set, "FROM alpine:3.20\nRUN apk add one\n"); len(list) != 1 {
		t.Errorf("%+v", list)
	}
}

func TestUnknownOrigin(t *testing.T) {
	set := setOf(t, `message = "m"
match "copy" {
  from_libc = ["unknown"]
}
`)
	if list := findings(t, set, "FROM corp/x AS x\nFROM alpine:3.20\nCOPY --from=x /a /a\n"); len(list) != 1 {
		t.Errorf("%+v", list)
	}
}

func BenchmarkInstructions(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		var text strings.Builder
		text.WriteString("FROM python:3.12-alpine\n")
		for i := range n {
			fmt.Fprintf(&text, "RUN pip install numpy==1.20 && apk add --no-cache p%d && npm install bcrypt\n", i)
		}
		benchmarkEvaluate(b, n, text.String())
	}
}

func BenchmarkStages(b *testing.B) {
	for _, n := range []int{100, 1_000} {
		var text strings.Builder
		text.WriteString("FROM golang:1.23 AS s0\nRUN go build -o /out/a\nFROM alpine:3.20 AS s1\n")
		for i := range n {
			fmt.Fprintf(&text, "FROM s%d AS s%d\nRUN apk add p%d && pip install numpy && make\nCOPY --from=s0 /out/a /bin/x%d\nCMD [\"x%d\"]\n", i+1, i+2, i, i, i)
		}
		benchmarkEvaluate(b, n, text.String())
	}
}

func benchmarkEvaluate(b *testing.B, n int, text string) {
	set, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	b.Run(fmt.Sprint(n), func(b *testing.B) {
		for b.Loop() {
			evaluate(b, set, parsed(text)) // what a stage remembers is part of the cost
		}
	})
}

// Where COPY puts a here-document: in a folder under the name that the document has.
func TestWritePath(t *testing.T) {
	set := setOf(t, `message = write.path
match "write" {}
`)
	for text, want := range map[string]string{
		"COPY <<EOF /etc/x\nEOF\n":      "/etc/x",
		"COPY <<a.conf /etc/\na.conf\n": "/etc/a.conf",
		"COPY <<EOF x\nEOF\n":           "/work/x",
		"COPY <<a.conf .\na.conf\n":     "/work/a.conf",
		"RUN echo x > ../y\n":           "/y",
		"RUN cd /z && echo x > ./y\n":   "/z/y",
	} {
		list := findings(t, set, "FROM alpine:3.20\nWORKDIR /work\n"+text)
		if len(list) != 1 || list[0].Message != want {
			t.Errorf("%q: %+v, want %s", text, list, want)
		}
	}
}
