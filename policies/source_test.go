package policies_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/policy"
)

// TestExamplesCompile gives the sources of the examples to compilers. That of this machine, with
// glibc, takes all of them. One for musl, $MUSLLINT_MUSL_GCC, takes the good and the repaired ones,
// and says of the bad ones what the examples claim, in the same places.
func TestExamplesCompile(t *testing.T) {
	named := os.Getenv("MUSLLINT_MUSL_GCC")
	if named == "" {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal("MUSLLINT_MUSL_GCC is not set")
		}
		t.Skip("MUSLLINT_MUSL_GCC is not set")
	}
	host, musl := compiler{"gcc"}, compiler{named}
	for _, c := range []compiler{host, musl} {
		if _, err := exec.LookPath(c.path); err != nil {
			if os.Getenv("MUSLLINT_REQUIRE") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	set := loaded(t)
	list, _ := set.Policies()
	for _, p := range list {
		examples, err := set.Examples(p.ID)
		if err != nil {
			continue
		}
		for _, e := range examples.Bad {
			if e.Form == "Dockerfile" {
				continue
			}
			t.Run(p.ID+"/bad-"+e.Name, func(t *testing.T) {
				t.Parallel()
				badCompiles(t, host, musl, e)
			})
		}
		for _, e := range examples.Good {
			if e.Form == "Dockerfile" {
				continue
			}
			t.Run(p.ID+"/good-"+e.Name, func(t *testing.T) {
				t.Parallel()
				uses, _, err := policy.ReadUses(e.Uses)
				if err != nil {
					t.Fatal(err)
				}
				dir := source(t, e.Form, e.Text)
				host.takes(t, dir, e.Form, guards(uses))
				if len(uses) == 0 {
					musl.takes(t, dir, e.Form, nil)
				}
			})
		}
	}
}

func badCompiles(t *testing.T, host, musl compiler, e policy.BadExample) {
	uses, on, err := policy.ReadUses(e.Uses)
	if err != nil {
		t.Fatal(err)
	}
	dir := source(t, e.Form, e.Text)
	host.takes(t, dir, e.Form, guards(uses))
	if e.Fixed != nil {
		fixed := source(t, e.Form, e.Fixed)
		host.takes(t, fixed, e.Form, nil)
		musl.takes(t, fixed, e.Form, nil)
	}
	if target, _ := facts.ParseTarget(on); on != "" && !strings.HasPrefix(target.Version, "1.2.5") {
		return // another version than that of the compiler
	}
	for _, u := range uses {
		if u.Kind == lint.UseOption || u.Kind == lint.UseBehavior {
			return
		}
	}
	flags := guards(uses)
	if bytes.Contains(e.Uses, []byte("-Werror=cpp")) {
		flags = append(flags, "-Werror=cpp")
	}
	said, _ := musl.run(dir, e.Form, flags, linked(uses))
	for _, u := range uses {
		want := u.Message
		switch {
		case u.Kind == lint.UseRedirect: // the warning is in the header
			want = fmt.Sprintf("In file included from main.%s:%d:", e.Form, u.Line)
		case u.Line > 0 && u.Kind != lint.UseSymbol:
			want = fmt.Sprintf("main.%s:%d:%d: ", e.Form, u.Line, u.Column)
		}
		if !strings.Contains(said, want) || !strings.Contains(said, u.Message) {
			t.Errorf("musl's gcc does not say %q at %d:%d:\n%s", u.Message, u.Line, u.Column, said)
		}
		if u.Kind == lint.UseHeader { // it says no more
			break
		}
	}
}

// guards are the macros of a configured header that have to be defined.
func guards(uses []lint.Use) []string {
	var flags []string
	for _, u := range uses {
		if u.Guard != "" {
			flags = append(flags, "-D"+u.Guard)
		}
	}
	return flags
}

// linked reports whether it is the linker that complains.
func linked(uses []lint.Use) bool {
	return slices.ContainsFunc(uses, func(u lint.Use) bool { return u.Kind == lint.UseSymbol })
}

func source(t *testing.T, form string, text []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main."+form), text, 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

type compiler struct{ path string }

// takes compiles, and links what has a main.
func (c compiler) takes(t *testing.T, dir, form string, flags []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "main."+form))
	if err != nil {
		t.Fatal(err)
	}
	strict := append([]string{"-Werror=implicit-function-declaration", "-Werror=incompatible-pointer-types", "-Werror=int-conversion", "-Werror=cpp"}, flags...)
	if said, err := c.run(dir, form, strict, strings.Contains(string(text), "int main(")); err != nil {
		t.Errorf("%s refuses it: %v\n%s", c.path, err, said)
	}
}

func (c compiler) run(dir, form string, flags []string, link bool) (string, error) {
	args := append([]string{"-fdiagnostics-column-unit=byte"}, flags...)
	if link {
		args = append(args, "-o", "main", "main."+form)
	} else if form == "h" {
		args = append(args, "-fsyntax-only", "-x", "c", "main.h")
	} else {
		args = append(args, "-fsyntax-only", "main."+form)
	}
	cmd := exec.Command(c.path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
