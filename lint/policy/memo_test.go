package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/musllint/musllint/lint/dockerfile"
)

// What is remembered for a stage has to be the same for everything in it.
func TestStagewideFunctions(t *testing.T) {
	f := parsed(service)
	for name, spec := range functions {
		if !spec.Stagewide {
			continue
		}
		var subject *Subject
		fn := spec.build(func() *Subject { return subject })
		for _, arg := range []string{"gcc", "apk", "numpy", "LANG", "pip", "npm ci", "^RUN"} {
			var args []cty.Value
			for range max(len(fn.Params()), 1) {
				if len(fn.Params()) > 0 || fn.VarParam() != nil {
					args = append(args, cty.StringVal(arg))
				}
			}
			first := map[*dockerfile.Stage]cty.Value{}
			Subjects(f, nil, func(s *Subject) {
				subject = s
				v, err := fn.Call(args)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if want, ok := first[s.st]; ok && !v.RawEquals(want) {
					t.Errorf("%s(%q) is not the same everywhere in stage %s", name, arg, s.st.Label())
				}
				first[s.st] = v
			})
		}
	}
}

func TestStagesAreRememberedApart(t *testing.T) {
	set := setOf(t, apk+`message = "m"`+"\n"+`when = runs("make", "git clone")`)
	text := "FROM alpine:3.20\nRUN apk add a\nFROM alpine:3.20\nRUN apk add b && git clone u && apk add c\nFROM alpine:3.20\nRUN apk add d && git pull\n"
	want := []string{`CORP001 warning "apk add b" m`, `CORP001 warning "apk add c" m`}
	if diff := cmp.Diff(want, said(text, findings(t, set, text))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
