package explain

import (
	"slices"
	"strings"
	"testing"
)

func TestEverySonameHasAPage(t *testing.T) {
	names := map[string]bool{}
	for _, line := range lines(t, "../facts/sonames.tsv")[1:] {
		name, rest, _ := strings.Cut(line, "\t")
		if !strings.HasPrefix(rest, "\t") { // in no package
			names[name] = true
		}
	}
	for name := range names {
		if !isSoname(name) {
			continue // a plug-in with a name of its own, such as cat.c32
		}
		page, ok := Soname(name)
		if !ok {
			t.Errorf("%s: no page", name)
			continue
		}
		checkPage(t, page)
	}
}

func TestSoname(t *testing.T) {
	tests := []struct {
		name  string
		wants []string // what the page says
	}{
		{"libc.so.6", []string{"musl   answers to the name and opens no file", "Look at the symbols"}},
		{"libpthread.so.0", []string{"answers to the name"}},
		{"libc.so.7", []string{"a name that musl reserves for itself"}},
		{"libc.musl-x86_64.so.1", []string{"musl itself"}},
		{"libcrypt.so.1", []string{
			"Alpine 3.19 to edge   gcompat", "libc6-compat",
			"Error loading shared library libcrypt.so.1: No such file or directory (needed by ./program)",
			"a link of that name to its own library since Alpine 3.19", "crypt is in libc",
		}},
		{"libresolv.so.2", []string{"since Alpine 3.19"}},
		{"libnsl.so.1", []string{"Alpine   no package is known"}},
		{"libmvec.so.1", []string{"_ZGVbN2v_exp"}},
		{"libanl.so.1", []string{"getaddrinfo"}},
		{"ld-linux-x86-64.so.2", []string{"sh: ./program: not found", "apk add gcompat", "(needed by ./program)"}},
		{"ld-linux-aarch64.so.1", []string{"glibc's dynamic loader"}},
		{"libstdc++.so.6", []string{"apk add libstdc++", "final stage"}},
		{"libgomp.so.1", []string{"pthread_attr_setaffinity_np", "apk add libgomp"}},
		{"libexecinfo.so.1", []string{"(up to Alpine 3.16)", "later                no package has it"}},
		{"libssl.so.10", []string{"libssl.so.3 (Alpine", "no package is known"}},
		{"libssl.so.1.1", []string{"(up to Alpine 3.16)", "Alpine 3.17          no package of the main repository has it", "later                not looked at\n"}},
		{"libX11.so.6", []string{"(seen in Alpine 3.10 to 3.18)", "later                 not looked at: it may be there"}},
		{"libjpeg.so.62", []string{"libjpeg.so.8"}},
		{"libnss_dns.so.2", []string{"name service switch"}},
		{"libfts.so.0", []string{"Alpine 3.15 to 3.16   fts", "See also: musllint explain fts"}},
	}
	for _, tt := range tests {
		page, ok := Soname(tt.name)
		if !ok {
			t.Errorf("Soname(%q): nothing", tt.name)
			continue
		}
		checkPage(t, page)
		for _, want := range tt.wants {
			if text := page.Text(); !contains(text, want) {
				t.Errorf("Soname(%q) does not say %q:\n%s", tt.name, want, text)
			}
		}
	}
	for _, name := range []string{"", "so", ".so", "libnothingofthekind.so.1", "/lib/libc.so.6", "libc.social", "fts.h"} {
		if p, ok := Soname(name); ok {
			t.Errorf("Soname(%q) found %q", name, p.Name)
		}
	}
}

func TestReserved(t *testing.T) {
	// Tried on a loader, one by one.
	for name, want := range map[string]bool{
		"libc.so.6": true, "libc.anything": true, "libm.so.6": true, "libpthread.so.0": true, "librt.so.1": true, "libdl.so.2": true,
		"libutil.so.1": true, "libxnet.so": true, "libcrypt.so.1": false, "libresolv.so.2": false, "libnsl.so.1": false, "libmvec.so.1": false,
		"libanl.so.1": false, "libthread_db.so.1": false, "libc-2.31.so": false, "libpthread-2.31.so": false, "ld-linux-x86-64.so.2": false,
	} {
		if got := isReserved(name); got != want {
			t.Errorf("isReserved(%q) = %v", name, got)
		}
	}
}

func TestOtherVersions(t *testing.T) {
	if got := otherVersions("libz.so.1"); got != nil {
		t.Errorf("other versions of libz.so.1: %q", got)
	}
	if got := otherVersions("libicuuc.so.72"); len(got) < 3 || slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, ".72") }) {
		t.Errorf("other versions of libicuuc.so.72: %q", got)
	}
}
