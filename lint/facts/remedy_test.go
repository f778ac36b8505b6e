package facts

import (
	"slices"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

func TestRemedies(t *testing.T) {
	got := Remedies(lint.UseMacro, "TEMP_FAILURE_RETRY")
	if len(got) != 1 || got[0].Action != "fallback" || got[0].Safety != lint.Safe || !strings.Contains(got[0].Text, "errno == EINTR") ||
		!strings.Contains(got[0].Text, " \\\n\t(__extension__") || !slices.Contains(got[0].Needs, "errno.h") {
		t.Errorf("%+v", got)
	}
	for _, kind := range []lint.UseKind{lint.UseFunction, lint.UseMacro, lint.UseType, lint.UseSymbol} {
		if len(Remedies(kind, "TEMP_FAILURE_RETRY")) != 1 {
			t.Errorf("none for a %s", kind)
		}
	}
	for _, kind := range []lint.UseKind{lint.UseHeader, lint.UseConflict, lint.UseOption, lint.UseBehavior, lint.UseOther, lint.UseMember} {
		if got := Remedies(kind, "TEMP_FAILURE_RETRY"); got != nil {
			t.Errorf("%s: %+v", kind, got)
		}
	}
	if got := Remedies(lint.UseRedirect, "termio.h"); len(got) != 1 || got[0].Text != "termios.h" {
		t.Errorf("%+v", got)
	}
	if got := Remedies(lint.UseConflict, "bind"); len(got) != 1 || got[0].Text != "2 struct sockaddr *" {
		t.Errorf("%+v", got)
	}
}

func TestRemediesAreWellFormed(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(remediesText.body(), "\n"), "\n")
	kinds := map[string]lint.UseKind{"name": lint.UseFunction, "header": lint.UseHeader, "conflict": lint.UseConflict}
	last := ""
	for i, line := range lines {
		c := strings.Split(line, "\t")
		if len(c) != remedyColumns {
			t.Fatalf("line %d has %d columns", i+2, len(c))
		}
		if c[0] < last {
			t.Errorf("line %d is not sorted: %s", i+2, c[0])
		}
		last = c[0]
		if c[remedyEvidence] == "" {
			t.Errorf("%s has no evidence", c[0])
		}
		kind, ok := kinds[c[remedyFor]]
		if !ok {
			t.Errorf("%s is for %q", c[0], c[remedyFor])
			continue
		}
		list := Remedies(kind, c[0])
		if len(list) == 0 {
			t.Errorf("%s is not found", c[0])
		}
		for j, r := range list {
			if r.Action == "manual" != (r.Safety == lint.Manual) || r.Action == "manual" && (r.Note == "" || j < len(list)-1) {
				t.Errorf("%s: %s is %s, and %q", c[0], r.Action, r.Safety, r.Note)
			}
			if !slices.Contains([]lint.Safety{lint.Safe, lint.Unsafe, lint.Manual}, r.Safety) {
				t.Errorf("%s is %q", c[0], r.Safety)
			}
			if r.Safety == lint.Unsafe && r.Note == "" {
				t.Errorf("%s: nothing says what it changes", c[0])
			}
			switch r.Action {
			case "fallback":
				if unless := r.Unless; unless == "" || unless == r.Name {
					if !strings.HasPrefix(r.Text, "#define "+r.Name) {
						t.Errorf("%s is not defined by %q", r.Name, r.Text)
					}
				} else if unless != "__GLIBC__" && !strings.Contains(r.Text, "#define "+unless) {
					t.Errorf("%s: %s stays undefined", r.Name, unless)
				}
				if !strings.Contains(r.Text, r.Name) {
					t.Errorf("%s is not in %q", r.Name, r.Text)
				}
			case "rename", "call", "index", "replace-include", "cast", "decls", "stand-in", "order", "one-include":
				if r.Text == "" {
					t.Errorf("%s: %s has no text", r.Name, r.Action)
				}
			case "guard", "unwrap", "remove-include", "guard-include", "cdefs", "manual":
			default:
				t.Errorf("%s: what is %q", r.Name, r.Action)
			}
			if r.Action == "replace-include" {
				if h, ok := LookupHeader(r.Text); !ok || h.State != "yes" {
					t.Errorf("%s is replaced by %s, which musl does not have", r.Name, r.Text)
				}
			}
			if r.Action == "stand-in" {
				for _, name := range strings.Fields(r.Text) {
					if other := Remedies(lint.UseFunction, name); len(other) == 0 || other[0].Action != "fallback" {
						t.Errorf("%s: %s has no fallback", r.Name, name)
					}
				}
			}
			for _, needed := range r.Needs {
				if h, ok := LookupHeader(needed); !ok || h.State != "yes" {
					t.Errorf("%s needs %s, which musl does not have", r.Name, needed)
				}
			}
		}
	}
}
