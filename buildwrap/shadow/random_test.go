package shadow_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestRandom makes sources of what headers declare, with the includes and conditions that people
// put around it: where the text shows that there is nothing to find, a compile must find nothing.
// MUSLLINT_RANDOM says how many sources, and MUSLLINT_SEED where to begin.
func TestRandom(t *testing.T) {
	b := newBench(t, "gcc")
	names := declared(t)
	number := func(name string, usual int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return usual
	}
	first, count := number("MUSLLINT_SEED", 1), number("MUSLLINT_RANDOM", 60)
	if testing.Short() {
		count = 5
	}
	h, err := b.find()
	if err != nil {
		t.Fatal(err)
	}
	compiled, harmless := 0, 0
	for seed := first; compiled < count; seed++ {
		if seed > first+100*count {
			t.Fatalf("of %d sources %d compile with this machine's headers", seed-first, compiled)
		}
		r := rand.New(rand.NewPCG(uint64(seed), 0))
		source := randomSource(r, names)
		b.write(map[string]string{"x.c": source, "config.h": "#define HAVE_THIS 1\n/* #undef HAVE_THAT */\n"})
		u, err := b.unit(h, "x.c")
		if err != nil {
			t.Fatal(err)
		}
		if !u.Harmless() {
			if r.IntN(8) > 0 { // most of them, which cost a compile and show nothing
				continue
			}
		}
		if !b.compiles("x.c") {
			continue
		}
		compiled++
		if u.Doubt() == "" {
			harmless++
		}
		b.result("x.c")
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, source)
		}
	}
	t.Logf("%d sources, %d harmless", compiled, harmless)
	if harmless < count/4 {
		t.Errorf("only %d of %d are harmless by their text", harmless, compiled)
	}
}

// declaration is a name that a header of glibc declares.
type declaration struct {
	name, kind string
	headers    []string
}

// declared reads them where the facts have them.
func declared(t *testing.T) (all []declaration) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "lint", "facts", "interfaces.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		c := strings.Split(lines.Text(), "\t")
		// Macros of arpa/nameser_compat.h stand for names that it does not declare.
		if len(c) > 3 && c[2] != "" && !strings.HasPrefix(c[0], "__") && !strings.Contains(c[2], "nameser_compat") {
			all = append(all, declaration{c[0], c[1], strings.Fields(c[2])})
		}
	}
	if len(all) < 5000 {
		t.Fatalf("%d names: %v", len(all), lines.Err())
	}
	return all
}

// usual are headers that sources include anyway.
var usual = [...]string{"stdio.h", "stdlib.h", "string.h", "unistd.h", "sys/types.h", "errno.h", "stdint.h", "fcntl.h", "sys/stat.h", "signal.h", "time.h", "limits.h", "sys/socket.h", "ctype.h"}

func randomSource(r *rand.Rand, names []declaration) string {
	var b strings.Builder
	pick := func(choices ...string) string { return choices[r.IntN(len(choices))] }
	if r.IntN(3) > 0 {
		b.WriteString("#define _GNU_SOURCE\n")
	}
	if r.IntN(3) == 0 {
		b.WriteString("#include \"config.h\"\n")
	}
	for range r.IntN(4) {
		fmt.Fprintf(&b, "#include <%s>\n", usual[r.IntN(len(usual))])
	}
	for i := range 1 + r.IntN(2) {
		d := names[r.IntN(len(names))]
		if header := d.headers[r.IntN(len(d.headers))]; r.IntN(5) > 0 {
			b.WriteString(pick("", "", "", "#ifdef HAVE_THIS\n", "#ifndef HAVE_THIS\n", "#ifdef HAVE_THAT\n", "#if __has_include(<"+header+">)\n", "#if defined(__GLIBC__)\n", "#ifdef __linux__\n"))
			open := strings.HasSuffix(b.String(), "\n") && strings.HasPrefix(lastLine(b.String()), "#if")
			fmt.Fprintf(&b, "#include <%s>\n", header)
			if open {
				b.WriteString(pick("", "", "#else\n#include <"+usual[r.IntN(len(usual))]+">\n"))
				b.WriteString("#endif\n")
			}
		}
		b.WriteString(randomUse(r, pick, d, i))
	}
	return b.String()
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return lines[len(lines)-1]
}

// randomUse is code that uses a name.
func randomUse(r *rand.Rand, pick func(...string) string, d declaration, i int) string {
	name := d.name[strings.LastIndexByte(d.name, ' ')+1:]
	use := ""
	switch {
	case strings.Contains(d.name, " "):
		use = pick(d.name+" v%d;\n", d.name+" *v%d;\n", "int v%d = sizeof("+d.name+");\n")
	case d.kind == "function":
		use = pick("void *v%d(void) { return (void *)"+name+"; }\n", "void v%d(void) { "+name+"(); }\n", "int v%d(void) { return "+name+"(0); }\n",
			"void *v%d(void) { return (void *)(long)"+name+"(0, 0); }\n", "int v%d(void) { return "+name+"(0, 0, 0); }\n", "void *v%d[] = { (void *)"+name+" };\n",
			"#define CALL%[1]d "+name+"\nvoid *v%[1]d(void) { return (void *)CALL%[1]d; }\n", "int v%d(int "+name+") { return "+name+"; }\n")
	case d.kind == "type":
		use = pick(name+" *v%d;\n", name+" v%d;\n", "int v%d = sizeof("+name+");\n", "void v%d("+name+" *p) { (void)p; }\n", "struct s%[1]d { "+name+" *"+name+"; } v%[1]d;\n")
	case d.kind == "variable":
		use = pick("void *v%d(void) { return (void *)&"+name+"; }\n", "int v%d(void) { return sizeof("+name+"); }\n")
	default:
		use = pick("int v%d = (int)"+name+";\n", "long v%d(void) { return (long)"+name+"; }\n", "#ifdef "+name+"\nint v%d = (int)(long)"+name+";\n#endif\n", "#define MINE%[1]d "+name+"\nint v%[1]d = (int)MINE%[1]d;\n",
			"#ifndef "+name+"\n#define "+name+" 1\n#endif\nint v%d = (int)(long)"+name+";\n", "long v%d(void) { return (long)"+name+"(1); }\n", "int v%d(void) { switch (1) { case "+name+": return 1; } return 0; }\n")
	}
	code := fmt.Sprintf(use, i)
	if r.IntN(3) > 0 {
		return code
	}
	guard := pick("#ifdef __GLIBC__\n", "#if defined(HAVE_THIS)\n", "#ifdef HAVE_THAT\n", "#ifndef HAVE_THIS\n", "#ifdef "+name+"\n", "#if !defined(__linux__)\n", "#if defined(__GLIBC__) || defined(HAVE_THIS)\n", "#if __GLIBC__ > 1\n")
	return guard + code + pick("", "#else\nint other"+strconv.Itoa(i)+";\n") + "#endif\n"
}

// compiles reports whether a source compiles with this machine's own headers, and uses nothing that
// they do not declare.
func (b *bench) compiles(name string) bool {
	cmd := exec.CommandContext(context.Background(), b.compiler, "-Werror=implicit-function-declaration", "-fsyntax-only", name)
	cmd.Dir = b.dir
	return cmd.Run() == nil
}
