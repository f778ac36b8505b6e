package shadow

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// lacking ends a test that cannot be made here; where everything has to be, it fails.
func lacking(t *testing.T, why error) {
	t.Helper()
	if os.Getenv("MUSLLINT_REQUIRE") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// headersOf returns folders with the headers of versions of musl, by version. Its variable
// names a folder with a folder for each, such as 1.2.5/include.
func headersOf(t *testing.T) map[string]string {
	t.Helper()
	root := os.Getenv("MUSLLINT_MUSL_HEADERS")
	if root == "" {
		lacking(t, errors.New("MUSLLINT_MUSL_HEADERS names no folder with musl's headers, one version below another: 1.2.5/include"))
	}
	found := map[string]string{}
	dirs, err := filepath.Glob(filepath.Join(root, "*", "include"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		found[versionOf(dir)] = dir
	}
	if len(found) < 2 {
		t.Fatalf("%s has %v", root, found)
	}
	return found
}

var (
	macroLine    = regexp.MustCompile(`(?m)^#define (\w+)(?:\(| |$)`)
	functionLine = regexp.MustCompile(`(?m)^/\* .* \*/ extern .*?\b(\w+) \(`)
)

// declares returns the macros and functions that a header gives.
func declares(t *testing.T, header string, flags []string, dirs ...string) []string {
	t.Helper()
	source := filepath.Join(t.TempDir(), "x.c")
	if err := os.WriteFile(source, []byte("#include <"+header+">\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	aux := source + ".aux"
	args := append([]string{"-nostdinc", "-w", source}, flags...)
	for _, dir := range dirs {
		args = append(args, "-isystem", dir)
	}
	args = append(args, "-isystem", ownDir(t))
	macros, err := exec.Command("gcc", append([]string{"-E", "-dM"}, args...)...).Output()
	if err != nil {
		return nil // a header that is not there in one version
	}
	if text, err := exec.Command("gcc", append([]string{"-fsyntax-only", "-aux-info", aux}, args...)...).CombinedOutput(); err != nil {
		if !has(flags, "-std=c99") { // aio.h cannot be used with that
			t.Errorf("<%s> with %v %v: %s", header, dirs, flags, text)
		}
		return nil
	}
	functions, err := os.ReadFile(aux)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	seen := map[string]bool{}
	for _, m := range append(macroLine.FindAllSubmatch(macros, -1), functionLine.FindAllSubmatch(functions, -1)...) {
		name := string(m[1])
		if !seen[name] && !strings.HasPrefix(name, "MUSLLINT") && !strings.HasPrefix(name, "musllint") && !strings.HasPrefix(name, "__NEED") && !strings.HasPrefix(name, "__DEFINED") {
			seen[name] = true
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func ownDir(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("gcc", "-print-file-name=include").Output()
	if err != nil {
		lacking(t, err)
	}
	return strings.TrimSpace(string(out))
}

// ignored are differences that no compile depends on, or that the compiler itself makes.
func ignored(name string) bool {
	switch name {
	case "__WORDSIZE", "__STDC_UTF_16__", "__STDC_UTF_32__", "_POSIX_V6_LP64_OFF64", "_POSIX_V7_LP64_OFF64", "__setjmp_attr":
		return true
	}
	if name == "memmem" || strings.HasPrefix(name, "DT_") { // are there without _GNU_SOURCE too, in later versions
		return true
	}
	if strings.HasSuffix(name, "_uprobe") || strings.HasSuffix(name, "_uretprobe") { // of x86-64 alone
		return true
	}
	return strings.HasPrefix(name, "R_RISCV_") || strings.HasPrefix(name, "_SYS_") || strings.HasPrefix(name, "_BITS")
}

// TestCorrections compares what corrected headers give with what those of the wanted version
// give, for each two versions at hand.
func TestCorrections(t *testing.T) {
	dirs := headersOf(t)
	headers := map[string]bool{}
	rows(changesText, func(c []string) { headers[c[1]] = true })
	rows(lfs64Text, func(c []string) { headers[c[0]] = true })
	for _, d := range declarations {
		headers[d.header] = true
	}
	for _, m := range members {
		headers[m.header] = true
	}
	delete(headers, "poll.h") // that of a later version shows ppoll with _BSD_SOURCE too, which does no harm
	for _, flags := range [][]string{{"-D_GNU_SOURCE"}, {"-std=c99"}, {"-D_GNU_SOURCE", "-D_LARGEFILE64_SOURCE"}, {"-std=gnu11", "-D_BSD_SOURCE"}} {
		for have, from := range dirs {
			for want, to := range dirs {
				if have == want {
					continue
				}
				t.Run(have+" as "+want+strings.Join(flags, ""), func(t *testing.T) {
					over := t.TempDir()
					if err := writeAll(over, overlay(have, want, false)); err != nil {
						t.Fatal(err)
					}
					for header := range headers {
						got, wanted := declares(t, header, flags, over, from), declares(t, header, flags, to)
						for _, name := range difference(got, wanted) {
							t.Errorf("<%s> of %s has %s, that of %s has not", header, have, name, want)
						}
						for _, name := range difference(wanted, got) {
							t.Errorf("<%s> of %s lacks %s, that of %s has it", header, have, name, want)
						}
					}
				})
			}
		}
	}
}

// difference returns what is in a alone, both sorted.
func difference(a, b []string) []string {
	var out []string
	for _, name := range a {
		if i := sort.SearchStrings(b, name); (i == len(b) || b[i] != name) && !ignored(name) {
			out = append(out, name)
		}
	}
	return out
}
