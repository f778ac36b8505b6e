package diagnostic_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	. "github.com/musllint/musllint/buildwrap/diagnostic"
	"github.com/musllint/musllint/lint"
)

func TestParseLinker(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []LinkError
	}{
		{"GNU ld", "/usr/bin/ld: l.o: in function `main':\nl.c:(.text+0x10): undefined reference to `nothere'\n/usr/bin/ld: l.c:(.text+0x15): undefined reference to `nothere'\ncollect2: error: ld returned 1 exit status\n",
			[]LinkError{{Kind: lint.UseSymbol, Name: "nothere", Object: "l.o", Function: "main", File: "l.c"}}},
		{"GNU ld before 2.34, with an archive and -g", "/tmp/cc.o: In function `f(int)':\n/src/a b.cc:12: undefined reference to `std::g(int)'\nliba.a(x.o):/src/x.c:3: undefined reference to `h'\n/src/x.c:3: more undefined references to `h' follow\n",
			[]LinkError{
				{Kind: lint.UseSymbol, Name: "std::g(int)", Object: "/tmp/cc.o", Function: "f(int)", File: "/src/a b.cc", Line: 12},
				{Kind: lint.UseSymbol, Name: "h", Object: "liba.a(x.o)", File: "/src/x.c", Line: 3},
			}},
		{"GNU ld on a library", "/usr/bin/x86_64-linux-gnu-ld.bfd: ./libs.so: undefined reference to `__fdelt_chk@GLIBC_2.15'\n/usr/bin/ld: x.o: undefined reference to symbol 'fts_open@@GLIBC_2.2.5'\n",
			[]LinkError{
				{Kind: lint.UseSymbol, Name: "__fdelt_chk", Version: "GLIBC_2.15", Object: "./libs.so"},
				{Kind: lint.UseSymbol, Name: "fts_open", Version: "GLIBC_2.2.5", Object: "x.o"},
			}},
		{"GNU ld: libraries and files", "/usr/bin/ld: cannot find -lanl: No such file or directory\n/usr/bin/ld: cannot find -lcrypt\n/usr/bin/ld: cannot find libasan_preinit.o: No such file or directory\n/usr/bin/ld: cannot find -lasan (this library is needed)\n/usr/bin/ld: v.so: version node not found for symbol a@@FOO_1\n",
			[]LinkError{
				{Kind: lint.UseOption, Name: "-lanl"}, {Kind: lint.UseOption, Name: "-lcrypt"}, {Kind: lint.UseOther, Name: "libasan_preinit.o"},
				{Kind: lint.UseOption, Name: "-lasan"}, {Kind: lint.UseConflict, Name: "a", Version: "FOO_1"},
			}},
		{"gold", "/tmp/ccz3noyd.o:l.c:function main: error: undefined reference to 'nothere'\n/tmp/dg/l.c:3: error: undefined reference to 'other'\n/usr/bin/ld.gold: error: cannot find -lnotlib\nlibs.so: error: undefined reference to 'third'\n",
			[]LinkError{
				{Kind: lint.UseSymbol, Name: "nothere", Object: "/tmp/ccz3noyd.o", Function: "main", File: "l.c"},
				{Kind: lint.UseSymbol, Name: "other", File: "/tmp/dg/l.c", Line: 3},
				{Kind: lint.UseOption, Name: "-lnotlib"},
				{Kind: lint.UseSymbol, Name: "third", Object: "libs.so"},
			}},
		{"lld", "ld.lld: error: undefined symbol: nothere\n>>> referenced by l.c:3 (/tmp/dg/l.c:3)\n>>>               l.o:(main) in archive libl.a\n>>> referenced by m.c\n>>>               m.o:(.text+0x4)\n>>> referenced 3 more times\n\nld.lld: error: undefined symbol: lonely\nld.lld: error: unable to find library -lnotlib\nld.lld: error: ./libs.so: undefined reference to shy [--no-allow-shlib-undefined]\nld.lld: error: undefined reference: shier\n>>> referenced by ./libs.so (disallowed by --no-allow-shlib-undefined)\nld.lld: error: a.o: symbol a@@FOO_1 has undefined version FOO_1\nld.lld: error: cannot open /usr/lib/libx_preinit.o: No such file or directory\n",
			[]LinkError{
				{Kind: lint.UseSymbol, Name: "nothere", Object: "libl.a(l.o)", Function: "main", File: "/tmp/dg/l.c", Line: 3},
				{Kind: lint.UseSymbol, Name: "nothere", Object: "m.o", File: "m.c"},
				{Kind: lint.UseSymbol, Name: "lonely"},
				{Kind: lint.UseOption, Name: "-lnotlib"},
				{Kind: lint.UseSymbol, Name: "shy", Object: "./libs.so"},
				{Kind: lint.UseSymbol, Name: "shier", Object: "./libs.so"},
				{Kind: lint.UseConflict, Name: "a", Version: "FOO_1", Object: "a.o"},
				{Kind: lint.UseOther, Name: "/usr/lib/libx_preinit.o"},
			}},
		{"mold", "mold: error: undefined symbol: nothere\n>>> referenced by l.c\n>>>               l.o:(main)>>> referenced by k.c:4\n>>>               k.o:(f)\nmold: fatal: library not found: notlib\nmold: error: undefined symbol: old.o: old\n",
			[]LinkError{
				{Kind: lint.UseSymbol, Name: "nothere", Object: "l.o", Function: "main", File: "l.c"},
				{Kind: lint.UseSymbol, Name: "nothere", Object: "k.o", Function: "f", File: "k.c", Line: 4},
				{Kind: lint.UseOption, Name: "-lnotlib"},
				{Kind: lint.UseSymbol, Name: "old", Object: "old.o"},
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ParseLinker([]byte(test.text))
			for i := range got {
				if got[i].Message == "" {
					t.Errorf("no message: %+v", got[i])
				}
				got[i].Message = ""
			}
			for i := range min(len(got), len(test.want)) {
				if !reflect.DeepEqual(got[i], test.want[i]) {
					t.Errorf("complaint %d\ngot  %+v\nwant %+v", i, got[i], test.want[i])
				}
			}
			if len(got) != len(test.want) {
				t.Errorf("%d complaints, want %d: %+v", len(got), len(test.want), got)
			}
		})
	}
}

func TestRealLinkers(t *testing.T) {
	dir := t.TempDir()
	source := "void *nothere(void);\nint main(void) { return nothere() != 0; }\n"
	if err := os.WriteFile(filepath.Join(dir, "l.c"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	gcc := tool(t, "gcc")
	for name, flag := range map[string]string{"ld.bfd": "bfd", "ld.gold": "gold", "ld.lld": "lld", "mold": "mold"} {
		for _, debug := range []string{"-g0", "-g"} {
			t.Run(name+debug, func(t *testing.T) {
				tool(t, name)
				got := ParseLinker(run(t, dir, gcc, debug, "-fuse-ld="+flag, "l.c"))
				if len(got) != 1 || got[0].Kind != lint.UseSymbol || got[0].Name != "nothere" || filepath.Base(got[0].File) != "l.c" ||
					debug == "-g" && name != "mold" && got[0].Line != 2 {
					t.Errorf("%+v", got)
				}
				got = ParseLinker(run(t, dir, gcc, debug, "-fuse-ld="+flag, "l.c", "-lnotlib"))
				if len(got) == 0 || got[0].Kind != lint.UseOption || got[0].Name != "-lnotlib" {
					t.Errorf("%+v", got)
				}
			})
		}
	}
}
