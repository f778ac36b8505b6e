package sourcefix

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// TestRenamedNeedNoMore compiles without _GNU_SOURCE the names that remedies write for others
// that glibc has without it, too: sighandler_t is not there where __sighandler_t is.
func TestRenamedNeedNoMore(t *testing.T) {
	var remedies []facts.Remedy
	eachRemedy(func(r facts.Remedy) {
		if r.Action == "rename" && r.Safety == lint.Safe && r.Text != "const" {
			remedies = append(remedies, r)
		}
	})
	use := func(name string) string {
		switch plain := strings.TrimPrefix(strings.TrimLeft(name, "_"), "gnu_dev_"); {
		case plain == "makedev":
			return name + "(0, 0)"
		case plain == "major" || plain == "minor" || strings.HasPrefix(plain, "W"):
			return name + "(0)"
		case strings.HasPrefix(plain, "is"):
			return name + "(0.0)"
		}
		return name
	}
	// Returns what a compiler has by each of some names.
	has := func(compiler string, names []string) []bool {
		if _, err := exec.LookPath(compiler); err != nil {
			if os.Getenv("MUSLLINT_REQUIRE") != "" {
				t.Error(err)
			}
			t.Skip(err)
		}
		text := "#include <features.h>\n"
		seen := map[string]bool{}
		for _, r := range remedies {
			include := ""
			if i, ok := facts.LookupInterface(r.Name); ok && len(i.Headers) > 0 {
				include = "#ifdef __GLIBC__\n#include <" + i.Headers[0] + ">\n#endif\n"
			}
			for _, h := range r.Needs {
				include += "#include <" + h + ">\n"
			}
			if !seen[include] {
				seen[include] = true
				text += include
			}
		}
		first := strings.Count(text, "\n") + 1
		for i, name := range names {
			text += "unsigned long x" + strconv.Itoa(i) + "(void) { return sizeof(" + use(name) + "); }\n"
		}
		dir := t.TempDir()
		if err := os.WriteFile(dir+"/x.c", []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		_, output, _ := compile(dir, compiler, "-c", "-fmax-errors=0", "-Werror=implicit-function-declaration", "x.c")
		list := make([]bool, len(names))
		for i := range list {
			list[i] = true
		}
		for _, m := range regexp.MustCompile(`(?m)^x\.c:(\d+):\d+: error`).FindAllStringSubmatch(output, -1) {
			n, _ := strconv.Atoi(m[1])
			if n < first {
				t.Fatal(output)
			}
			list[n-first] = false
		}
		return list
	}
	var before, after []string
	for _, r := range remedies {
		before, after = append(before, r.Name), append(after, r.Text)
	}
	old := has("gcc", before)
	compared := 0
	for _, compiler := range []string{"gcc", muslGCC(false)} {
		if compiler == "" {
			continue
		}
		for i, ok := range has(compiler, after) {
			if old[i] {
				compared++
				if !ok {
					t.Errorf("%s has no %s without _GNU_SOURCE, and %s needs none", compiler, after[i], before[i])
				}
			}
		}
	}
	if compared < 60 {
		t.Errorf("%d are compared", compared)
	}
}
