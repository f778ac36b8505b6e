package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// parent is a compiler that says which process waits for it, and what it was started as.
const parent = "#!/bin/sh\ncase \"$*\" in *-E*|*-fsyntax-only*) exec gcc \"$@\" ;; esac\ngcc \"$@\" && echo $$ $PPID\n"

// A source with nothing to find is not waited for: the wrapper's process becomes the compiler.
func TestBecomes(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, map[string]string{
		".git/HEAD": "ref: refs/heads/main\n", "cc/gcc": parent,
		"good.c": "#include <stdio.h>\nint main(void) { return puts(\"\"); }\n", "bad.c": "#include <execinfo.h>\nint main(void) { void *p[2]; return backtrace(p, 2); }\n",
		"asm.s": ".globl f\nf: ret\n",
	})
	becomes := func(args string, want bool, variables ...string) {
		t.Helper()
		gcc := filepath.Join(p.dir, "cc/gcc")
		r := p.must("muslcc "+gcc+" "+args+" & echo $!; wait", variables...)
		words := strings.Fields(r.Stdout)
		if len(words) < 3 {
			t.Fatalf("%s: %q", args, r.Stdout)
		}
		if got := words[len(words)-2] == words[0]; got != want {
			t.Errorf("%s: the wrapper is process %s, and the compiler %s: %q", args, words[0], words[len(words)-2], r.Stderr)
		}
	}
	becomes("-c good.c -o good.o", true)
	becomes("-c good.c -o good.o", true, "MUSLCC=fast")
	becomes("-c good.c -o good.o", false, "MUSLCC=full")
	becomes("-c asm.s -o asm.o", true)
	becomes("good.c -o good", false) // the link is looked at
	becomes("-c bad.c -o bad.o", false)
	becomes("-c bad.c -o bad.o", false)
	if r := p.must("ls .musllint/tu"); !strings.Contains(r.Stdout, ".json") {
		t.Error("nothing is recorded of bad.c")
	}
	// It is harmless now, and what was found is forgotten although nobody waits.
	p.must("cp good.c bad.c")
	becomes("-c bad.c -o bad.o", true)
	if r := p.must("ls .musllint/tu"); r.Stdout != "" {
		t.Errorf("recorded: %s", r.Stdout)
	}
}

// What a compiler reads from a pipe is not read before.
func TestPipe(t *testing.T) {
	need(t, "gcc", "mkfifo")
	p := newPlace(t, map[string]string{".git/HEAD": "ref: refs/heads/main\n"})
	r := p.must("mkfifo pipe && { echo 'int from_pipe(void) { return 1; }' >pipe & } && muslcc gcc -c -x c pipe -o pipe.o && nm pipe.o")
	if !strings.Contains(r.Stdout, "T from_pipe") {
		t.Errorf("%s%s", r.Stdout, r.Stderr)
	}
	for _, mode := range []string{"", "fast", "full"} {
		p.must("{ echo '#include <execinfo.h>' >pipe & } && timeout 20 muslcc gcc -c -x c pipe -o pipe.o", "MUSLCC="+mode)
	}
}

// A symbol that the source itself declares is found when one command compiles and links, too.
func TestCompileAndLink(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, map[string]string{
		".git/HEAD": "ref: refs/heads/main\n",
		"x.c":       "extern char *rawmemchr(const char *, int);\nint main(int n, char **v) { return *rawmemchr(v[0], 0); }\n",
	})
	p.must("muslcc gcc x.c -o x")
	if r := p.must("cat .musllint/tu/*.json"); !strings.Contains(r.Stdout, `"name":"rawmemchr","file":`) {
		t.Errorf("recorded: %s", r.Stdout)
	}
}

// Headers of old versions are not known, which is said where somebody reads.
func TestOldTarget(t *testing.T) {
	need(t, "gcc")
	p := newPlace(t, units)
	for on, want := range map[string]string{"alpine:3.12": "muslcc: the headers of musl 1.1.24 are not known: what came with 1.2.2 is taken to be there\n", "alpine:3.13": ""} {
		p.must("muslcc gcc -c good.c -o good.o", "MUSLCC_ON="+on)
		if r := p.must("muslcc gcc good.o -o good", "MUSLCC_ON="+on); r.Stderr != want {
			t.Errorf("%s: %q", on, r.Stderr)
		}
	}
}
