package explain

import (
	"testing"

	"github.com/musllint/musllint/lint/facts"
)

func TestEveryHeaderHasAPage(t *testing.T) {
	n := 0
	for name := range facts.Headers() {
		page, ok := Header(name)
		if !ok {
			t.Errorf("%s: no page", name)
			continue
		}
		checkPage(t, page)
		n++
	}
	if n < 250 {
		t.Errorf("only %d headers", n)
	}
}

func TestHeader(t *testing.T) {
	tests := []struct {
		name, want string // what the page says
	}{
		{"fts.h", "apk add musl-fts-dev"},
		{"fts.h", "fatal error: fts.h: No such file or directory"},
		{"#include <fts.h>", "nftw of ftw.h"},
		{"sys/cdefs.h", "bsd-compat-headers"},
		{"sys/queue.h", "bsd-compat-headers"},
		{"sys/tree.h", "bsd-compat-headers"},
		{"execinfo.h", "libexecinfo-dev (up to Alpine 3.16)"},
		{"argp.h", "argp-standalone"},
		{"obstack.h", "musl-obstack-dev"},
		{"error.h", "musl-legacy-error"},
		{"ucontext.h", "libucontext-dev"},
		{"sys/poll.h", "it makes a warning and includes poll.h"},
		{"sys/sysctl.h", "read /proc/sys"},
		{"linux/version.h", "apk add linux-headers"},
		{"linux/can/raw.h", "apk add linux-headers"},
		{"bits/types/FILE.h", "the inside of glibc's headers"},
		{"stdlib.h", "- sys/types.h, for "},
		{"stdlib.h", "canonicalize_file_name"},
		{"malloc.h", "mallinfo, mallinfo2"},
		{"stdio.h", "renameat2 (since 1.2.6)"},
		{"libintl.h", "musl-libintl"},
		{"rpc/rpc.h", "libtirpc-dev"},
	}
	for _, tt := range tests {
		page, ok := Header(tt.name)
		if !ok {
			t.Errorf("Header(%q): nothing", tt.name)
			continue
		}
		checkPage(t, page)
		if text := page.Text(); !contains(text, tt.want) {
			t.Errorf("Header(%q) does not say %q:\n%s", tt.name, tt.want, text)
		}
	}
	for _, name := range []string{"", "<>", "nothing.h", "fts", "linux", "linux/", "*"} {
		if p, ok := Header(name); ok {
			t.Errorf("Header(%q) found %q", name, p.Name)
		}
	}
}
