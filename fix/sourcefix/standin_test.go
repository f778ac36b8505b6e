package sourcefix

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// TestStandInsDoTheSame runs what stands in for functions of glibc beside these functions: a
// program prints the same with both.
func TestStandInsDoTheSame(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	for _, c := range []struct {
		names string // under which they are defined
		kind  lint.UseKind
		main  string
	}{
		{"error_print_progname error_message_count error error_at_line", lint.UseFunction, `
			error(0, 0, "plain");
			error(0, ENOENT, "no %d %s", 7, "file");
			fputs("out", stdout);
			error_at_line(0, EINVAL, "x.c", 12, "bad %c", 'x');
			error_at_line(0, 0, NULL, 3, "no file");
			printf("%u\n", error_message_count);
			error_print_progname = name;
			error(0, 0, "named");
			error_at_line(0, 0, "y.c", 1, "named");
			error(3, EPERM, "end");`},
		{"basename", lint.UseFunction, `
			const char *list[] = { "", "a", "/", "/a", "a/", "a/b", "/a/b//", "a//b" };
			for (int i = 0; i < 8; i++) printf("[%s]\n", basename(list[i]));`},
		{"strndupa", lint.UseFunction, `
			for (int i = 0; i < 6; i++) printf("[%s]\n", strndupa("abcd", i));`},
		{"rawmemchr", lint.UseFunction, `
			static const char text[] = "abcabc";
			printf("%d %d\n", (int) ((const char *) rawmemchr(text, 'c') - text), (int) ((const char *) rawmemchr(text, 0) - text));`},
		{"TEMP_FAILURE_RETRY", lint.UseFunction, `
			int n = 0;
			long r = TEMP_FAILURE_RETRY((n++ < 3 ? (errno = EINTR, -1) : n == 4 ? 42 : 0));
			printf("%ld %d\n", r, n);
			errno = 0;
			printf("%ld\n", (long) TEMP_FAILURE_RETRY((errno = EIO, -1)));`},
		{"strerror_r", lint.UseConflict, `
			char buffer[100];
			for (int i = 0; i < 200; i += 7) printf("[%s]\n", strerror_r(i, buffer, sizeof buffer));`},
		{"W_EXITCODE W_STOPCODE", lint.UseFunction, `
			for (int i = 0; i < 256; i += 5) printf("%d %d\n", W_EXITCODE(i, i & 127), W_STOPCODE(i));`},
		{"isnanf isinff", lint.UseFunction, `
			printf("%d %d %d %d %d\n", isnanf(0.0f / 0), isnanf(1.0f), isinff(1.0f / 0), isinff(-1.0f / 0), isinff(1.0f));`},
	} {
		t.Run(strings.Fields(c.names)[0], func(t *testing.T) {
			head := "#define _GNU_SOURCE\n"
			for _, h := range strings.Fields("errno.h error.h fcntl.h math.h stdarg.h stdio.h stdlib.h string.h sys/wait.h unistd.h") {
				head += "#include <" + h + ">\n"
			}
			var own string
			for _, name := range strings.Fields(c.names) {
				own += "#undef " + name + "\n#define " + name + " own_" + name + "\n"
			}
			var parts []string
			for _, name := range strings.Fields(c.names) {
				text := facts.Remedies(c.kind, name)[0].Text
				if strings.HasPrefix(text, "#define "+name) || strings.Contains(text, "\n#define "+name) {
					own = strings.Replace(own, "#define "+name+" own_"+name+"\n", "", 1)
				}
				parts = append(parts, text)
			}
			if c.kind == lint.UseConflict { // it calls POSIX's function of that name
				own += "extern int __xpg_strerror_r(int, char *, size_t);\n"
				parts[0] = strings.Replace(parts[0], "\tstrerror_r(", "\t__xpg_strerror_r(", 1)
			}
			main := "static void name(void) { fputs(\"<name>\", stderr); }\nint main(void) { (void) name;" + c.main + "\nreturn 0; }\n"
			theirs, ours := runProgram(t, head+main), runProgram(t, head+own+strings.Join(parts, "\n")+"\n"+main)
			if theirs != ours {
				t.Errorf("glibc:\n%s\nours:\n%s", theirs, ours)
			}
		})
	}
}

// runProgram compiles and runs a program and returns all that it prints, and how it ends.
func runProgram(t *testing.T, text string) string {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.c"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "program")
	if out, err := exec.Command("gcc", "-w", "-o", program, filepath.Join(dir, "x.c"), "-lm").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, text)
	}
	out, err := exec.Command("sh", "-c", `cd "$1" && ./program 2>&1`, "sh", dir).CombinedOutput()
	if err != nil {
		return string(out) + err.Error()
	}
	return string(out)
}
