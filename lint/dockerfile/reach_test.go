package dockerfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReach(t *testing.T) {
	text := `FROM alpine AS base
FROM base AS build
FROM alpine AS tools
FROM base AS dev
COPY --from=build /a /a
FROM alpine AS prod
RUN --mount=from=tools,target=/t cp /t/x /x
COPY --from=1 /a /a
`
	for target, want := range map[string]string{
		// stage: b built, s shipped, f final, and the stage of the image
		"":     "base=bs:dev build=b: tools=b: dev=bs:dev prod=bsf:prod",
		"prod": "base=b: build=b: tools=b: dev=: prod=bsf:prod",
		"dev":  "base=bs:dev build=b: tools=: dev=bsf:dev prod=:",
		"base": "base=bsf:base build=: tools=: dev=: prod=:",
	} {
		var got []string
		for _, s := range parse(text, Options{Target: target}).Stages {
			word := s.Name + "="
			if s.Built {
				word += "b"
			}
			if s.Shipped {
				word += "s"
			}
			if s.Final {
				word += "f"
			}
			word += ":"
			if s.Top != nil {
				word += s.Top.Name
			}
			got = append(got, word)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("--target %q: %s", target, diff)
		}
	}
}
