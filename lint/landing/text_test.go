package landing

import (
	"maps"
	"slices"
	"testing"
)

func TestOrigin(t *testing.T) {
	f, l := landingOf(t, `FROM node:22 AS base
WORKDIR /app
COPY package.json .
FROM base
COPY api ./
COPY --from=base /app/x /app/x
COPY --parents api/lib /app/
COPY api/lib/ /app/lib/
COPY missing /app/deep
RUN true
COPY late /app/late
`, map[string]string{"package.json": "p", "api/package.json": "a", "api/main.js": "m", "api/lib/x.js": "x", "late": "l", "big": ""})
	last := f.Stages[1].Instructions
	in := last[len(last)-2]
	for image, want := range map[string]string{
		"/app/package.json": "api/package.json", // the later COPY
		"/app/main.js":      "api/main.js",
		"/app/lib/x.js":     "api/lib/x.js",
		"/app/x":            "",
		"/app/deep":         "",
		"/app/late":         "", // comes behind
		"/other":            "",
	} {
		if got := l.Origin(in, image); got != want {
			t.Errorf("%s: got %q, want %q", image, got, want)
		}
	}
	if got := slices.Sorted(maps.Keys(l.Sources())); !slices.Equal(got, []string{"api/lib/x.js", "api/main.js", "api/package.json"}) {
		t.Errorf("sources: %v", got)
	}
	if src, ok := l.Ignore(); !ok || src.Name != ".dockerignore" || len(src.Content) != 0 {
		t.Errorf("ignore file: %+v %v", src, ok)
	}
	var none *Landing
	if none.Origin(in, "/app/main.js") != "" || none.LeavesOut("x") {
		t.Error("without a context something is known of it")
	}
}
