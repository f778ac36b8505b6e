package suspect

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

const usesSource = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <pthread.h>
#include <ucontext.h>
# include  <fts.h>
#ifdef __GLIBC__
#include <execinfo.h>
#endif
#if HAVE_ARGP_H
#include <argp.h>
#endif

static void *work(void *p) { return p; }

int main(int argc, char **argv)
{
	u_int n = 0;
	off64_t at = 0;	char *path = canonicalize_file_name(argv[0]);
	ucontext_t u;
	__uint32_t w = FNM_EXTMATCH_;
	pthread_mutexattr_settype(0, PTHREAD_MUTEX_RECURSIVE_NP);
	struct random_data state;
	TEMP_FAILURE_RETRY(read(0, &n, sizeof n));
	if (argc > 7) basename(path);
#ifdef HAVE_BACKTRACE
	mallinfo();
#endif
	getcontext(&u);
	return at + w + pthread_yield() + sysconf(_SC_LEVEL1_DCACHE_SIZE);
}
`

func spelled(uses []lint.Use) string {
	var b strings.Builder
	for _, u := range uses {
		fmt.Fprintf(&b, "%d:%d %s %s: %s\n", u.Line, u.Column, u.Kind, u.Name, u.Message)
	}
	return b.String()
}

func TestUses(t *testing.T) {
	dir := project(t, map[string]string{"a.c": usesSource, "older.c": "#include <unistd.h>\nint f(void) { return gettid() + (int)lseek64(0, 0, 0); }\n",
		"a.cc": "#include <cstdlib>\n#include <unistd.h>\nint f() { return canonicalize_file_name(\"\") != 0; }\n", "other.c": "#include \"nowhere.h\"\n#include <stdlib.h>\nu_int a;\nchar *p = canonicalize_file_name(x);\n"})
	for _, tt := range []struct{ source, version, want string }{
		{"a.c", "1.2.5", `7:12 header fts.h: fts.h: No such file or directory
19:2 type u_int: unknown type name 'u_int'
20:2 type off64_t: unknown type name 'off64_t'
20:31 function canonicalize_file_name: implicit declaration of function 'canonicalize_file_name'
22:2 type __uint32_t: unknown type name '__uint32_t'
23:31 macro PTHREAD_MUTEX_RECURSIVE_NP: 'PTHREAD_MUTEX_RECURSIVE_NP' undeclared (first use in this function)
24:9 type struct random_data: invalid use of undefined type 'struct random_data'
25:2 macro TEMP_FAILURE_RETRY: implicit declaration of function 'TEMP_FAILURE_RETRY'
26:16 function basename: implicit declaration of function 'basename'
30:2 symbol getcontext: undefined reference to ` + "`getcontext'" + `
31:18 function pthread_yield: implicit declaration of function 'pthread_yield'
31:44 macro _SC_LEVEL1_DCACHE_SIZE: '_SC_LEVEL1_DCACHE_SIZE' undeclared (first use in this function)
`},
		{"older.c", "1.2.1", "2:22 function gettid: implicit declaration of function 'gettid'\n"},
		{"older.c", "1.2.5", "2:38 function lseek64: implicit declaration of function 'lseek64'\n"},
		{"a.cc", "", "3:18 function canonicalize_file_name: 'canonicalize_file_name' was not declared in this scope\n"},
		{"other.c", "", "4:11 function canonicalize_file_name: implicit declaration of function 'canonicalize_file_name'\n"},
	} {
		uses, err := Uses(filepath.Join(dir, tt.source), lint.Target{Version: tt.version})
		if got := spelled(uses); err != nil || got != tt.want {
			t.Errorf("%s on musl %s: %v\n%s\nwant\n%s", tt.source, tt.version, err, got, tt.want)
		}
		for _, u := range uses {
			if u.File != filepath.Join(dir, tt.source) || u.Proof != lint.ProofText {
				t.Errorf("%+v", u)
			}
		}
	}
	if _, err := Uses(filepath.Join(dir, "none.c"), lint.Target{}); err == nil {
		t.Error("no error without a file")
	}
}

// TestUsesInHeaders tells of headers of the project, and how the compiler comes to them.
func TestUsesInHeaders(t *testing.T) {
	dir := project(t, map[string]string{
		"a.c":        "#include <stdlib.h>\n#include \"near.h\"\n#include <far.h>\n",
		"near.h":     "#include <error.h>\n",
		"lib/far.h":  "#define ONE 1\n#include \"../near.h\"\n#include \"more.h\"\n",
		"lib/more.h": "static char *p(void) { return canonicalize_file_name(\"/\"); }\nstatic u_int n;\n",
	})
	source, far, more := filepath.Join(dir, "a.c"), filepath.Join(dir, "lib/far.h"), filepath.Join(dir, "lib/more.h")
	uses, err := Uses(source, lint.Target{}, filepath.Join(dir, "lib"))
	if err != nil || len(uses) != 3 {
		t.Fatalf("%v, %+v", err, uses)
	}
	if u := uses[0]; u.Name != "error.h" || u.Line != 1 || len(u.Via) != 1 || u.Via[0] != (lint.Spot{File: source, Line: 2}) {
		t.Errorf("%+v", u)
	}
	if u := uses[1]; u.Name != "canonicalize_file_name" || u.File != more || len(u.Via) != 2 || u.Via[1] != (lint.Spot{File: far, Line: 3}) {
		t.Errorf("%+v", u)
	}
	if u := uses[2]; u.Name != "u_int" || u.Line != 2 {
		t.Errorf("%+v", u)
	}
	// Without the folder it is not known what far.h includes.
	if uses, err = Uses(source, lint.Target{}); err != nil || len(uses) != 1 {
		t.Errorf("%v, %+v", err, uses)
	}
}

// TestUsesAgreeWithCompiler compiles the source with musl's headers: all but what needs a linker
// is an error at the same place.
func TestUsesAgreeWithCompiler(t *testing.T) {
	gcc := os.Getenv("MUSLLINT_MUSL_GCC")
	if gcc == "" {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal("MUSLLINT_MUSL_GCC is not set")
		}
		t.Skip("MUSLLINT_MUSL_GCC is not set")
	}
	dir := project(t, map[string]string{"a.c": usesSource, "view/fts.h": ""})
	source := filepath.Join(dir, "a.c")
	var complaint bytes.Buffer
	for _, view := range []string{"", filepath.Join(dir, "view")} { // with and without the header that stops it
		cmd := exec.Command(gcc, "-fsyntax-only", "-D_GNU_SOURCE", "-Werror=implicit-function-declaration", "-Wno-int-conversion", source)
		if view != "" {
			cmd.Args = append(cmd.Args, "-I"+view)
		}
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		cmd.Stderr = &complaint
		cmd.Run()
	}
	uses, err := Uses(source, lint.Target{Version: "1.2.5"})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range uses {
		place := fmt.Sprintf("%s:%d:", source, u.Line)
		if u.Kind != lint.UseSymbol && !strings.Contains(complaint.String(), place) {
			t.Errorf("%d:%d %s: the compiler has nothing against it:\n%s", u.Line, u.Column, u.Name, complaint.String())
		}
	}
	for line := range strings.Lines(complaint.String()) {
		if !strings.Contains(line, "error: ") {
			continue
		}
		found := false
		for _, u := range uses {
			found = found || strings.Contains(line, fmt.Sprintf("%s:%d:", source, u.Line))
		}
		if !found && !strings.Contains(line, "_FNM_") && !strings.Contains(line, "FNM_EXTMATCH_") {
			t.Errorf("not told: %s", line)
		}
	}
}

// FuzzUses reads any bytes: each use is a word of the text at its place, and one that facts knows.
func FuzzUses(f *testing.F) {
	f.Add([]byte(usesSource))
	f.Add([]byte("#include <fts.h>\r\n#include <stdlib.h>\r\n\tpthread_yield();"))
	path := filepath.Join(f.TempDir(), "a.c")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		uses, err := Uses(path, lint.Target{})
		if err != nil {
			t.Fatal(err)
		}
		exact := csource.Read(text)
		for _, u := range uses {
			offset, ok := exact.Offset(u.Line, u.Column)
			word := u.Name[strings.LastIndexByte(u.Name, ' ')+1:]
			if u.Kind == lint.UseHeader {
				offset++ // the bracket
			}
			if !ok || !bytes.HasPrefix(text[offset:], []byte(word)) {
				t.Fatalf("%+v is not there", u)
			}
			if _, known := facts.LookupInterface(u.Name); u.Kind != lint.UseHeader && !known {
				t.Fatalf("%+v is not known", u)
			}
		}
	})
}
