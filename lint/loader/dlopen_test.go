package loader

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
)

// hostSource opens a library and prints what dlerror says. It needs nothing but libc.so, and
// from_host is there for libraries to find.
const hostSource = `
extern void *dlopen(const char *, int); extern char *dlerror(void); extern long write(int, const void *, unsigned long); extern void _exit(int);
void from_host(void) {}
__attribute__((used)) void begin(long *sp) {
	char **argv = (char **)(sp + 1), *e = "ok";
	if (!dlopen(argv[2], argv[1][0] == 'l' ? 1 : 2)) e = dlerror();
	unsigned long n = 0; while (e[n]) n++;
	write(1, e, n);
	_exit(0);
}
__asm__(".globl _start\n_start: mov %rsp,%rdi\nand $-16,%rsp\ncall begin");
`

var dlopenCases = []struct {
	name, source string
	flags        string
	now, lazy    string // what dlerror says
}{
	{"fine", `extern int puts(); void f(void) { puts("x"); }`, "", "ok", "ok"},
	{"host", `extern void from_host(void); void f(void) { from_host(); }`, "", "ok", "ok"},
	// Calls wait for a definition with RTLD_LAZY, and so does an address in the GOT.
	{"call", `extern void gone(void); void f(void) { gone(); }`, "", "Error relocating ./lib.so: gone: symbol not found", "ok"},
	{"got", `extern int gone; int *f(void) { return &gone; }`, "", "Error relocating ./lib.so: gone: symbol not found", "ok"},
	// An address in data does not, and neither does anything in a library with DF_BIND_NOW.
	{"data", `extern int gone; int *p = &gone;`, "", "Error relocating ./lib.so: gone: symbol not found", "Error relocating ./lib.so: gone: symbol not found"},
	{"bind-now", `extern void gone(void); void f(void) { gone(); }`, "-Wl,-z,now", "Error relocating ./lib.so: gone: symbol not found", "Error relocating ./lib.so: gone: symbol not found"},
	// The first error is the only one.
	{"two", `extern int one, two; int *p = &one, *q = &two;`, "", "Error relocating ./lib.so: one: symbol not found", "Error relocating ./lib.so: one: symbol not found"},
	// It ends the rest too: neither what is needed nor another library is looked at.
	{"needed and call", `extern int gone; int *p = &gone;`, "-L. -Wl,--no-as-needed -lgone", "Error loading shared library libgone.so: No such file or directory (needed by ./lib.so)", "Error loading shared library libgone.so: No such file or directory (needed by ./lib.so)"},
	{"two libraries", `extern int gone; int *p = &gone;`, "-Wl,--no-as-needed ./more.so", "Error relocating ./lib.so: gone: symbol not found", "Error relocating ./lib.so: gone: symbol not found"},
	{"needed", `void f(void) {}`, "-L. -Wl,--no-as-needed -lgone", "Error loading shared library libgone.so: No such file or directory (needed by ./lib.so)", "Error loading shared library libgone.so: No such file or directory (needed by ./lib.so)"},
	{"tls", `__thread int v = 1; int *f(void) { return &v; }`, "", "ok", "ok"},
	{"initial-exec", `__thread int v = 1; int *f(void) { return &v; }`, "-ftls-model=initial-exec",
		"Error relocating ./lib.so: v: initial-exec TLS resolves to dynamic definition in ./lib.so",
		"Error relocating ./lib.so: v: initial-exec TLS resolves to dynamic definition in ./lib.so"},
	{"type", `extern int from_host; long n = 1; __asm__(".data\n.globl here\n.type here,@object\n.size here,8\nhere: .quad here@SIZE");`, "",
		"Error relocating ./lib.so: unsupported relocation type 33", "Error relocating ./lib.so: unsupported relocation type 33"},
}

// TestDlopen opens libraries in a running program, as hosts of plugins do; ldd shows nothing
// of this. Where real loaders are at hand, the program runs on them.
func TestDlopen(t *testing.T) {
	cc := compiler(t)
	var real []realLoader
	if os.Getenv("MUSLLINT_LOADERS") != "" || os.Getenv("MUSLLINT_REQUIRE") != "" {
		for _, l := range realLoaders(t) {
			if l.system.Target.Arch == "amd64" {
				real = append(real, l)
			}
		}
	}
	system, err := New(lint.Target{Libc: lint.Musl, Version: "1.2.5", Arch: "amd64"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range dlopenCases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			write := func(name, text string) {
				if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			write("host.c", hostSource)
			write("lib.c", c.source)
			write("gone.c", "void unused(void) {}")
			write("more.c", "extern void lost(void); void more(void) { lost(); }")
			write("libc.c", "void *dlopen, *dlerror, *write, *_exit, *puts, *__tls_get_addr;")
			script := "cc='" + cc + "'\n" +
				"$cc -shared -fPIC -Wl,-soname,libc.so -o libc.so libc.c\n" +
				"$cc -shared -fPIC -o libgone.so gone.c\n" +
				"$cc -shared -fPIC -o more.so more.c\n" +
				"$cc -shared -fPIC -o lib.so lib.c " + c.flags + "\n" +
				"$cc -pie -fPIE -rdynamic -o host host.c -L. -l:libc.so\n" +
				"rm libgone.so libc.so"
			if out, err := exec.Command("sh", "-e", "-c", script).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for mode, want := range map[string]string{"now": c.now, "lazy": c.lazy} {
				if got := opened(t, system, mode == "lazy"); got != want {
					t.Errorf("%s: %q, want %q", mode, got, want)
				}
				for _, l := range real {
					out, err := exec.Command(l.path, "./host", mode, "./lib.so").CombinedOutput()
					if err != nil || string(out) != want {
						t.Errorf("%s, %s: the real loader says %q, %v", mode, filepath.Base(filepath.Dir(filepath.Dir(l.path))), out, err)
					}
				}
			}
		})
	}
}

// opened replays the host.
func opened(t *testing.T, system *System, lazy bool) string {
	host := &Library{Has: func(symbol []byte, _ elf.Version) bool { return string(symbol) == "from_host" }}
	files := &Host{Folders: []string{"."}}
	defer files.Close()
	r, err := system.Dlopen(files, []*Library{host}, "./lib.so", lazy, Options{FirstError: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b bytes.Buffer
	for _, f := range r.Failures {
		b.WriteString(f.String() + "\n")
	}
	if b.Len() == 0 {
		return "ok"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
