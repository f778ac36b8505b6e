package policy

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// setOf makes a set of policies with the ids CORP001, CORP002 … from what they say beside
// name and title.
func setOf(t *testing.T, bodies ...string) *Set {
	t.Helper()
	fsys := fstest.MapFS{}
	for i, body := range bodies {
		id := fmt.Sprintf("CORP%03d", i+1)
		if !strings.Contains(body, "severity ") {
			body = "severity = \"warning\"\n" + body
		}
		text := fmt.Sprintf("policy %q {\nname = %q\ntitle = \"t\"\n%s\n}\n", id, strings.ToLower(id), body)
		fsys[id+".hcl"] = &fstest.MapFile{Data: []byte(text)}
	}
	set := newSet()
	if diags := set.Add(fsys, ""); diags.HasErrors() {
		t.Fatal(written(t, set, diags))
	}
	return set
}

func parsed(text string) *dockerfile.File {
	return dockerfile.Parse(lint.NewSource("Dockerfile", []byte(text)), dockerfile.Options{})
}

func findings(t *testing.T, set *Set, text string) []lint.Finding {
	t.Helper()
	list, diags := set.Evaluate(parsed(text), Options{})
	if diags.HasErrors() {
		t.Fatal(written(t, set, diags))
	}
	return list
}

// said shows findings with what is the policy's own in them, leaving out why the stage has
// its libc.
func said(text string, list []lint.Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, fmt.Sprintf("%s %s %q %s", f.Rule, f.Severity, text[f.Range.Start:f.Range.End], f.Message))
		for _, e := range f.Evidence {
			if !strings.Contains(text[e.Range.Start:e.Range.End], "alpine:") {
				out = append(out, fmt.Sprintf("  %q %s", text[e.Range.Start:e.Range.End], e.Message))
			}
		}
	}
	return out
}

const apk = `match "command" {
  name       = ["apk"]
  subcommand = ["add"]
  libc       = ["musl"]
}
`

const twoStages = `FROM alpine:3.20 AS a
RUN apk add one && apk add two
RUN apk add three
FROM alpine:3.15
RUN apk add four
`

func TestEvaluate(t *testing.T) {
	for _, c := range []struct {
		name     string
		policies []string
		text     string
		want     []string
	}{
		{
			"all", []string{apk + `message = operand(0)`}, twoStages,
			[]string{
				`CORP001 warning "apk add one" one`, `CORP001 warning "apk add two" two`,
				`CORP001 warning "apk add three" three`, `CORP001 warning "apk add four" four`,
			},
		},
		{
			"when and at", []string{apk + `message = "m"` + "\n" + `when = operand(0) == "two"` + "\n" + `at = operand_range(0)`}, twoStages,
			[]string{`CORP001 warning "two" m`},
		},
		{
			"null and unknown are false", []string{
				apk + `message = "m"` + "\n" + `when = null`,
				apk + `message = "m"` + "\n" + `when = one([for o in command.operands : true if o == "none"]) || operand(0) == "four"`,
			}, twoStages,
			[]string{`CORP002 warning "apk add four" m`},
		},
		{
			// HCL alone would evaluate the right side and stop with an error.
			"the right side counts only when it is asked for", []string{apk + `message = "m"` + "\n" + `when = length(command.operands) > 1 && command.operands[1] == "b"`},
			"FROM alpine:3.20\nRUN apk add a\nRUN apk add a b\n",
			[]string{`CORP001 warning "apk add a b" m`},
		},
		{
			"only the result that is chosen counts", []string{apk + `message = "m"` + "\n" + `when = length(command.operands) > 1 ? command.operands[1] == "b" : operand(0) == "c"`},
			"FROM alpine:3.20\nRUN apk add a\nRUN apk add a b\nRUN apk add c\n",
			[]string{`CORP001 warning "apk add a b" m`, `CORP001 warning "apk add c" m`},
		},
		{
			"severity_when", []string{apk + `message = "m"
				severity_when "info" { when = operand(0) == "one" }
				severity_when "error" { when = operand(0) != "two" }`}, twoStages,
			[]string{`CORP001 info "apk add one" m`, `CORP001 warning "apk add two" m`, `CORP001 error "apk add three" m`, `CORP001 error "apk add four" m`},
		},
		{
			"once an instruction", []string{apk + `message = operand(0)` + "\n" + `once = "instruction"`}, twoStages,
			[]string{`CORP001 warning "apk add one" one`, `  "apk add two" here too`, `CORP001 warning "apk add three" three`, `CORP001 warning "apk add four" four`},
		},
		{
			"once a stage, the most severe one", []string{apk + `message = operand(0)
				once = "stage"
				severity_when "error" { when = operand(0) == "two" }`}, twoStages,
			[]string{`CORP001 error "apk add two" two`, `  "apk add one" here too`, `  "apk add three" here too`, `CORP001 warning "apk add four" four`},
		},
		{
			"once a file", []string{apk + `message = operand(0)` + "\n" + `once = "file"`}, twoStages,
			[]string{`CORP001 warning "apk add one" one`, `  "apk add two" here too`, `  "apk add three" here too`, `  "apk add four" here too`},
		},
		{
			"since", []string{apk + `message = "m"` + "\n" + `since = "alpine:3.16"` + "\n" + `once = "stage"`}, "FROM alpine:3.15\nRUN apk add a\nFROM alpine:3.16\nRUN apk add b\nFROM alpine:edge\nRUN apk add c\n",
			[]string{`CORP001 warning "apk add b" m`, `CORP001 warning "apk add c" m`},
		},
		{
			"until", []string{apk + `message = "m"` + "\n" + `until = "musl:1.2.4"`}, "FROM alpine:3.17\nRUN apk add a\nFROM alpine:3.18\nRUN apk add b\n",
			[]string{`CORP001 warning "apk add a" m`}, // 3.17 has 1.2.3, 3.18 has 1.2.4
		},
		{
			"the same from two blocks", []string{apk + `match "install" { manager = ["apk"] }` + "\n" + `at = instruction_range()` + "\n" + `message = "m"`}, "FROM alpine:3.20\nRUN apk add a\n",
			[]string{`CORP001 warning "RUN apk add a" m`},
		},
		{
			"consequence of another in the same stage", []string{
				apk + `message = "cause"` + "\n" + `when = operand(0) == "two"`,
				apk + `message = "effect"` + "\n" + `consequence_of = ["CORP001"]` + "\n" + `when = contains(["three", "four"], operand(0))`,
			}, twoStages,
			[]string{`CORP001 warning "apk add two" cause`, `  "apk add three" effect [CORP002]`, `CORP002 warning "apk add four" effect`},
		},
		{
			"a chain of consequences", []string{
				apk + `message = "one"` + "\n" + `when = operand(0) == "a"`,
				apk + `message = "two"` + "\n" + `when = operand(0) == "b"` + "\n" + `consequence_of = ["CORP001"]`,
				apk + `message = "three"` + "\n" + `when = operand(0) == "c"` + "\n" + `consequence_of = ["CORP002"]`,
			}, "FROM alpine:3.20\nRUN apk add a; apk add b; apk add c\n",
			[]string{`CORP001 warning "apk add a" one`, `  "apk add b" two [CORP002]`, `  "apk add c" three [CORP003]`},
		},
		{
			"consequences of each other stay", []string{
				apk + `message = "one"` + "\n" + `when = operand(0) == "a"` + "\n" + `consequence_of = ["CORP002"]`,
				apk + `message = "two"` + "\n" + `when = operand(0) == "b"` + "\n" + `consequence_of = ["CORP001"]`,
			}, "FROM alpine:3.20\nRUN apk add a; apk add b\n",
			[]string{`CORP001 warning "apk add a" one`, `CORP002 warning "apk add b" two`},
		},
		{
			"own evidence comes first", []string{apk + `message = "m"` + "\n" + `evidence = [note("because", operand_range(0)), [null]]`}, "FROM alpine:3.20\nRUN apk add a\n",
			[]string{`CORP001 warning "apk add a" m`, `  "a" because`},
		},
		{
			"off by default", []string{apk + `message = "m"` + "\n" + `default = false`}, twoStages, nil,
		},
		{
			"another libc", []string{apk + `message = "m"`}, "FROM debian:12\nRUN apk add a\n", nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, said(c.text, findings(t, setOf(t, c.policies...), c.text))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Why the stage has its libc is evidence of every finding, behind the policy's own.
func TestReasonsAreEvidence(t *testing.T) {
	text := "FROM alpine:3.20 AS a\nRUN apk add a\n"
	list := findings(t, setOf(t, apk+`message = "m"`+"\n"+`evidence = [note("own", subject_range())]`), text)
	if len(list) != 1 {
		t.Fatalf("got %d findings", len(list))
	}
	f := list[0]
	if len(f.Evidence) < 2 || f.Evidence[0].Message != "own" || text[f.Evidence[1].Range.Start:f.Evidence[1].Range.End] != "alpine:3.20" {
		t.Errorf("evidence %+v", f.Evidence)
	}
	if f.Stage != "a" || f.Target.Release != "3.20" || f.Target.Libc != lint.Musl {
		t.Errorf("stage %q, target %+v", f.Stage, f.Target)
	}
}

func TestFixes(t *testing.T) {
	set := setOf(t, apk+`message = "m"
once = "stage"
fix "by hand" { safety = "manual" }
fix "one flag" {
  safety = "safe"
  when   = !has_flag("no-cache")
  edit {
    at           = word_range("^add$")
    with         = " --no-cache"
    insert_after = true
  }
}
fix "label" {
  title  = "say ${operand(0)}"
  safety = "unsafe"
  edit {
    at            = command_range()
    with          = "echo ${operand(0)}; "
    insert_before = true
  }
  edit {
    at   = operand_range(0)
    with = ""
  }
}`)
	list := findings(t, set, "FROM alpine:3.20\nRUN apk add a && apk add b\n")
	if len(list) != 1 {
		t.Fatalf("got %d findings", len(list))
	}
	insert := func(at int, text string) lint.Edit {
		return lint.Edit{Range: lint.Range{File: "Dockerfile", Start: at, End: at}, NewText: text}
	}
	want := []lint.Fix{
		{Title: "by hand", Safety: lint.Manual, Group: "CORP001"},
		{Title: "one flag", Safety: lint.Safe, Group: "CORP001", Edits: []lint.Edit{insert(28, " --no-cache"), insert(41, " --no-cache")}},
		{Title: "say a", Safety: lint.Unsafe, Group: "CORP001", Edits: []lint.Edit{
			insert(21, "echo a; "), {Range: lint.Range{File: "Dockerfile", Start: 29, End: 30}},
		}},
	}
	if diff := cmp.Diff(want, list[0].Fixes); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestOptions(t *testing.T) {
	set := setOf(t, apk+`message = "m"`, apk+`message = "n"`+"\n"+`default = false`)
	list, diags := set.Evaluate(parsed("FROM alpine:3.20\nRUN apk add a\n"), Options{
		Enabled:  func(id, name string, byDefault bool) bool { return id == "CORP002" && name == "corp002" && !byDefault },
		Severity: func(id string, s lint.Severity) lint.Severity { return s + 1 },
	})
	if diags.HasErrors() || len(list) != 1 || list[0].Rule != "CORP002" || list[0].Severity != lint.Error {
		t.Errorf("got %+v, %v", list, diags)
	}
}

// A mistake that only shows with certain Dockerfiles names the policy, once.
func TestEvaluationError(t *testing.T) {
	set := setOf(t, apk+`message = command.operands[1]`, apk+`message = "fine"`)
	list, diags := set.Evaluate(parsed("FROM alpine:3.20\nRUN apk add a\nRUN apk add b\n"), Options{})
	if len(list) != 2 {
		t.Errorf("%d findings of the other policy, want 2", len(list))
	}
	if len(diags) != 1 || diags[0].Subject.Filename != "CORP001.hcl" || diags[0].Subject.Start.Line != 10 {
		t.Errorf("got %v", diags)
	}
}

// What is hidden in one place is still reported in the others, though they are one finding.
func TestHidden(t *testing.T) {
	set := setOf(t, apk+`message = "m"`+"\n"+`once = "stage"`)
	f := parsed("FROM alpine:3.20\nRUN apk add a\nRUN apk add b\nRUN apk add c\n")
	list, _ := set.Evaluate(f, Options{Hidden: func(found *lint.Finding) bool { return f.Source.Position(found.Range.Start).Line == 2 }})
	if len(list) != 1 || f.Source.Position(list[0].Range.Start).Line != 3 || list[0].Evidence[0].Message != "here too" {
		t.Errorf("got %+v", list)
	}
}

func TestEvaluateConcurrently(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	results := make([]string, 8)
	for i := range results {
		wg.Go(func() {
			list, diags := set.Evaluate(parsed(service), Options{})
			results[i] = fmt.Sprint(list, diags)
		})
	}
	wg.Wait()
	for i := range results {
		if results[i] != results[0] {
			t.Errorf("goroutine %d found something else", i)
		}
	}
}

// What a policy makes is bounded, whatever a Dockerfile holds.
func TestGrowthIsRefused(t *testing.T) {
	for _, when := range []string{
		`format("%${length(command.words)}999999s", command.name) == ""`,
		`join("${join("", [for i in command.words : replace(instruction.text, "a", instruction.text)])}", [for a in command.words : a]) == ""`,
		`replace(replace(instruction.text, "a", instruction.text), "a", replace(instruction.text, "a", instruction.text)) == ""`,
	} {
		set := setOf(t, apk+`message = "m"`+"\n"+`when = `+when)
		_, diags := set.Evaluate(parsed("FROM alpine:3.20\nRUN apk add "+strings.Repeat("a ", 3000)+"\n"), Options{})
		if !diags.HasErrors() || !strings.Contains(diags.Error(), "more than 1048576 bytes") {
			t.Errorf("%s: got %v", when, diags)
		}
	}
}

// Nothing is left out, however long the file.
func TestManyInstructions(t *testing.T) {
	set := setOf(t, apk+`message = "m"`)
	const n = 9_999
	if list := findings(t, set, "FROM alpine:3.20\n"+strings.Repeat("RUN apk add a\n", n)); len(list) != n {
		t.Errorf("%d findings in %d instructions", len(list), n)
	}
}

func TestLongMessageIsCut(t *testing.T) {
	list := findings(t, setOf(t, apk+`message = instruction.text`), "FROM alpine:3.20\nRUN apk add "+strings.Repeat("ä", maxText)+"\n")
	if len(list) != 1 || len(list[0].Message) > maxText+len("…") || !strings.HasSuffix(list[0].Message, "ä…") {
		t.Errorf("got %d findings, or a message that is not cut well", len(list))
	}
}

// An error is certain: not where the libc of the image is known from memory only.
func TestUncertainLibcIsNoError(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for base, want := range map[string]lint.Severity{"golang:1.26-alpine3.23": lint.Error, "registry.example/made-on:alpine": lint.Warning} {
		f := parsed("FROM " + base + "\nRUN go build -buildmode=c-shared -o x.so .\n")
		list, _ := set.Evaluate(f, Options{})
		if len(list) != 1 || list[0].Severity != want {
			t.Errorf("%s: got %+v, want one %s", base, list, want)
		}
	}
}
