package judge

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

var undefinedReference = regexp.MustCompile("undefined references? to `([^'@]+)'")

// TestTruthLink links all of each static library below the folders of MUSLLINT_TRUTH_ARCHIVES
// with the libc.so of a real musl: of what the linker misses, what is glibc's has to be in the
// verdict, and nothing else.
func TestTruthLink(t *testing.T) {
	loaders := realLoaders(t)
	if _, err := exec.LookPath("ld"); err != nil {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("no linker: ", err)
	}
	var files []string
	for _, root := range filepath.SplitList(cmp.Or(os.Getenv("MUSLLINT_TRUTH_ARCHIVES"), "/usr/lib/x86_64-linux-gnu")) {
		found, err := filepath.Glob(filepath.Join(root, "*.a"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, l := range loaders {
		t.Run(l.name, func(t *testing.T) {
			target, err := facts.ParseTarget(l.on + "/amd64")
			if err != nil {
				t.Fatal(err)
			}
			s := Scan{Env: Environment{Target: target}}
			r, err := s.Run(context.Background(), files)
			if err != nil {
				t.Fatal(err)
			}
			same, unlinked := 0, 0
			for i := range r.Artifacts {
				a := &r.Artifacts[i]
				if a.Form != lint.FormArchive || a.Summary == "code for link-time optimization" {
					continue
				}
				out, _ := exec.Command("ld", "-e", "0", "-z", "muldefs", "--no-warn-mismatch", "--whole-archive", a.Path, "--no-whole-archive", l.path, "-o", os.DevNull).CombinedOutput()
				var want, got []string
				for _, m := range undefinedReference.FindAllSubmatch(out, -1) {
					want = append(want, string(m[1]))
				}
				if len(want) == 0 && strings.Contains(string(out), "ld: ") {
					unlinked++ // for another reason than a symbol
					continue
				}
				want = slices.DeleteFunc(want, func(name string) bool {
					exports := facts.GlibcSymbol(name)
					return len(exports) == 0 || exports[0].Library == "libnsl.so.1"
				})
				for _, m := range a.MissingSymbols {
					got = append(got, m.Name)
				}
				slices.Sort(want)
				slices.Sort(got)
				if want = slices.Compact(want); slices.Equal(want, got) {
					same++
					continue
				}
				t.Errorf("%s: the linker misses %q, the verdict has %q", a.Path, first(want, got), first(got, want))
			}
			t.Logf("%d static libraries as the linker says, %d that it does not link at all", same, unlinked)
		})
	}
}
