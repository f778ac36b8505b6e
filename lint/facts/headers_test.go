package facts

import (
	"slices"
	"strings"
	"testing"
)

func TestHeadersTable(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(string(headersText), "\n"), "\n")
	if len(lines) < 250 {
		t.Fatalf("%d lines", len(lines))
	}
	last := ""
	for i, line := range lines {
		c := strings.Split(line, "\t")
		if len(c) != 9 {
			t.Fatalf("line %d has %d columns: %s", i+1, len(c), line)
		}
		if i == 0 {
			continue
		}
		if c[0] <= last {
			t.Errorf("line %d is not sorted: %q", i+1, c[0])
		}
		last = c[0]
		if !slices.Contains([]string{"yes", "warns", "no", "package"}, c[1]) {
			t.Errorf("%s: no such state: %q", c[0], c[1])
		}
		if c[8] == "" {
			t.Errorf("%s: no evidence", c[0])
		}
		if c[1] != "yes" && (c[2] == "" || c[5] == "") {
			t.Errorf("%s: musl does not have it, and the row does not say what to do", c[0])
		}
		if (c[1] == "package") != (c[1] == "package" && c[3] != "") {
			t.Errorf("%s: in no package", c[0])
		}
		if _, known := ReleaseOf(c[4]); c[4] != "" && !known {
			t.Errorf("%s: no such release: %q", c[0], c[4])
		}
		for group := range strings.FieldsSeq(c[6]) {
			header, names, ok := strings.Cut(group, ":")
			if other := headersText.row(header); !ok || names == "" || other == nil || other[1] != "yes" || header == c[0] {
				t.Errorf("%s: brings %q", c[0], group)
			}
		}
	}
}

func TestLookupHeader(t *testing.T) {
	for name, want := range map[string]string{
		"fts.h": "no", "sys/poll.h": "warns", "stdlib.h": "yes", "linux/version.h": "package", "linux/can/raw.h": "package",
		"bits/types/FILE.h": "no", "asm/ptrace.h": "package", "fts": "", "": "", "/": "", "linux/": "", "nothing.h": "",
	} {
		h, ok := LookupHeader(name)
		if h.State != want || ok != (want != "") {
			t.Errorf("LookupHeader(%q) = %q, %v; want %q", name, h.State, ok, want)
		}
	}
	if h, _ := LookupHeader("linux/can/raw.h"); h.Name != "linux/can/raw.h" || h.Package != "linux-headers" {
		t.Errorf("linux/can/raw.h is %+v", h)
	}
	if got := PackageHeaders("bsd-compat-headers"); !slices.Equal(got, []string{"sys/cdefs.h", "sys/queue.h", "sys/tree.h"}) {
		t.Errorf("bsd-compat-headers brings %q", got)
	}
	found := false
	h, _ := LookupHeader("stdlib.h")
	for header, names := range h.Brings() {
		found = found || header == "sys/types.h" && len(names) > 1
	}
	if !found {
		t.Error("stdlib.h does not bring sys/types.h on glibc")
	}
	n := 0
	for name := range Headers() {
		if !headersText.has(name) {
			t.Errorf("no row of %s", name)
		}
		n++
	}
	if n != strings.Count(headersText.body(), "\n") {
		t.Errorf("%d headers", n)
	}
}
