package main

import (
	"os"
	"strings"
	"testing"
)

// TestStrict fails builds whose units use what musl lacks, as often as they are tried.
func TestStrict(t *testing.T) {
	need(t, "gcc", "make")
	if _, err := os.Stat("/usr/include/x86_64-linux-musl/stdio.h"); err != nil && os.Getenv("MUSLCC_SYSROOT") == "" {
		lacking(t, err.Error())
	}
	p := newPlace(t, map[string]string{
		"Makefile": "p: x.o\n\t$(CC) -o $@ x.o\n",
		"x.c":      "#include <execinfo.h>\nint main(void) { void *frames[3]; return backtrace(frames, 3) < 0; }\n",
		"weak.c": "#include <stddef.h>\nextern int malloc_trim(size_t) __attribute__((weak));\n" +
			"int main(void) { return malloc_trim ? malloc_trim(0) == 2 : 0; }\n",
	})
	const want = "x.c:1:10: error: on alpine:3.20/"
	for range 2 {
		r := p.run("make CC=muslcc", "MUSLCC_STRICT=1", "MUSLCC_ON=alpine:3.20")
		if r.Code == 0 || !strings.Contains(r.Stderr, want) {
			t.Errorf("make: exit %d\n%s\n%s", r.Code, r.Stdout, r.Stderr)
		}
		if _, err := os.Stat(p.dir + "/x.o"); err == nil {
			t.Error("x.o is left behind")
		}
	}
	if r := p.run("muslcc -o p x.c && ./p", "MUSLCC_STRICT=1"); r.Code != 1 {
		t.Errorf("exit %d\n%s", r.Code, r.Stderr)
	}
	if _, err := os.Stat(p.dir + "/p"); err == nil {
		t.Error("p is left behind")
	}
	// What is weak may be missing.
	if r := p.run("muslcc -c weak.c && muslcc -o weak weak.o && ./weak", "MUSLCC_STRICT=1"); r.Code != 0 {
		t.Errorf("exit %d\n%s", r.Code, r.Stderr)
	}
	for _, use := range p.uses() {
		if strings.Contains(use, "weak.c") {
			t.Error(use)
		}
	}
	p.must("make CC=muslcc")
}
