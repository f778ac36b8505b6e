package facts

import (
	"slices"
	"strings"
	"testing"
)

func TestSonamePackage(t *testing.T) {
	for _, test := range []struct {
		soname, release, pkg string
		certain              bool
	}{
		{"libstdc++.so.6", "", "libstdc++", true},
		{"libstdc++.so.6", "3.20", "libstdc++", true},
		{"libstdc++.so.6", "3.19", "libstdc++", true}, // seen in 3.18 and 3.20
		{"libstdc++.so.6", "edge", "libstdc++", false},
		{"libgcc_s.so.1", "3.24.1", "libgcc", true},
		{"libgomp.so.1", "v3.17", "libgomp", true},
		{"libz.so.1", "3.6", "zlib", true},
		{"libz.so.1", "3.5", "zlib", false},
		{"libexpat.so.1", "3.16", "expat", true},
		{"libexpat.so.1", "3.17", "libexpat", true},
		{"libexpat.so.1", "3.24", "libexpat", true},
		{"libexpat.so.1", "", "libexpat", false},
		{"libcap.so.2", "3.14", "libcap", true},
		{"libcap.so.2", "3.18", "libcap2", true},
		{"libncursesw.so.6", "3.17", "ncurses-libs", true},
		{"libncursesw.so.6", "3.21", "libncursesw", true},
		{"libfts.so.0", "3.16", "fts", true},
		{"libfts.so.0", "3.20", "musl-fts", true},
		{"libicuuc.so.72", "3.20", "icu-libs", false}, // that soname was of 3.17
		{"libexecinfo.so.1", "3.16", "libexecinfo", true},
		{"libexecinfo.so.1", "3.17", "", false},
		{"libexecinfo.so.1", "3.22", "", false},
		{"libexecinfo.so.1", "", "libexecinfo", false},
		{"libcrypt.so.1", "3.18", "libc6-compat", true},
		{"libcrypt.so.1", "3.20", "gcompat", true},
		{"libcrypt.so.1", "", "gcompat", false},
		{"libc.so.6", "3.20", "musl", true},
		{"ld-linux-x86-64.so.2", "3.20", "gcompat", true},
		{"libssl.so.3", "3.22", "libssl3", true},
		{"libssl.so.1.0.0", "3.8", "libssl1.0", false}, // memory
		{"libxml2.so.2", "", "libxml2", true},
		{"libmvec.so.1", "3.20", "", false},
		{"libdoesnotexist.so.1", "3.20", "", false},
		{"", "", "", false},
	} {
		pkg, certain, ok := SonamePackage(test.soname, test.release)
		if pkg != test.pkg || certain != test.certain || ok != (pkg != "") {
			t.Errorf("%s of %q is in %q (certain %v, %v), want %q (%v)", test.soname, test.release, pkg, certain, ok, test.pkg, test.certain)
		}
	}
}

func TestPackageSonames(t *testing.T) {
	for _, test := range []struct {
		pkg, release, want string
		certain            bool
	}{
		{"libexpat", "3.17", "libexpat.so.1", true},
		{"libssl3", "3.20.2", "libssl.so.3", true},
		{"ncurses-libs", "3.16", "libformw.so.6 libmenuw.so.6 libncursesw.so.6 libpanelw.so.6", true},
		{"libncursesw", "3.20", "libncursesw.so.6", false},
		{"libucontext", "3.20", "libucontext.so.1 libucontext_posix.so.1", false},
		{"some-package-of-tomorrow", "3.20", "", false},
		{"", "3.20", "", false},
	} {
		got, certain := PackageSonames(test.pkg, test.release)
		if strings.Join(got, " ") != test.want || certain != test.certain {
			t.Errorf("%s of %s holds %q (certain %v), want %q", test.pkg, test.release, got, certain, test.want)
		}
	}
	if got, _ := PackageSonames("icu-libs", ""); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "libicuuc.so.7") }) {
		t.Errorf("icu-libs holds %q", got)
	}
}

// TestSonameReleases holds the notation of the third column.
func TestSonameReleases(t *testing.T) {
	for line := range strings.Lines(sonamesText.body()) {
		columns := strings.Split(line, "\t")
		releases := list(columns[2])
		for _, release := range releases {
			if r, ok := ReleaseOf(release); !ok || r.Name != release {
				t.Errorf("%s: no such release: %q", columns[0], release)
			}
		}
		if !slices.IsSortedFunc(releases, CompareReleases) {
			t.Errorf("%s: not in order: %q", columns[0], releases)
		}
		if len(releases) == 0 && certain(columns[3]) && !strings.Contains(columns[3], "several releases") {
			t.Errorf("%s was seen nowhere, and yet has evidence", columns[0])
		}
	}
}

func BenchmarkSonamePackage(b *testing.B) {
	for b.Loop() {
		SonamePackage("libstdc++.so.6", "3.20")
	}
}

func BenchmarkPackageSonames(b *testing.B) {
	for b.Loop() {
		PackageSonames("ncurses-libs", "3.16")
	}
}
