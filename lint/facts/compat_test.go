package facts

import (
	"slices"
	"strings"
	"testing"
)

func TestGcompat(t *testing.T) {
	for _, test := range []struct {
		version  string
		has, not string
		count    int
	}{
		{"1.1.0", "__printf_chk __explicit_bzero_chk fopen backtrace __getauxval", "fcntl64 mallinfo2 freelocale __isoc23_strtol", 263},
		{"1.1.0-r4", "__libc_single_threaded", "posix_fallocate64", 263},
		{"1.0.0", "__printf_chk freelocale", "__explicit_bzero_chk __dprintf_chk", 248},
		{"0.0.1", "__printf_chk backtrace", "__exp_finite", 37},
		{"0.9.9", "", "__printf_chk", 0},
		{"", "", "__printf_chk", 0},
	} {
		set := Gcompat(test.version)
		for symbol := range strings.FieldsSeq(test.has) {
			if !set.Has(symbol) {
				t.Errorf("gcompat %s lacks %s", test.version, symbol)
			}
		}
		for symbol := range strings.FieldsSeq(test.not) {
			if set.Has(symbol) {
				t.Errorf("gcompat %s has %s", test.version, symbol)
			}
		}
		if all := slices.Collect(set.All()); len(all) != test.count || !slices.IsSorted(all) {
			t.Errorf("gcompat %s has %d symbols", test.version, len(all))
		}
	}
	for _, version := range column(gcompatReleasesText, 1) {
		if !Gcompat(version).Has("__printf_chk") {
			t.Errorf("nothing is known of gcompat %q", version)
		}
	}
}

func TestGcompatVersion(t *testing.T) {
	for _, test := range []struct {
		release, version string
		certain          bool
	}{
		{"3.11", "0.4.0", false}, {"3.14", "1.0.0", true}, {"3.16.2", "1.0.0", true}, {"3.17", "1.1.0", true},
		{"3.24", "1.1.0", true}, {"edge", "1.1.0", true}, {"3.5", "", false}, {"", "", false},
	} {
		version, certain := GcompatVersion(test.release)
		if version != test.version || certain != test.certain {
			t.Errorf("Alpine %q has gcompat %q (certain %v), want %q", test.release, version, certain, test.version)
		}
	}
}

// written lists links as `ls -l` shows them.
func written(links []Link) string {
	var list []string
	for _, link := range links {
		if link.Target != "" {
			link.Path += "->" + link.Target
		}
		list = append(list, link.Path)
	}
	return strings.Join(list, " ")
}

func TestCompatLinks(t *testing.T) {
	links, certain := GcompatLinks("3.20", "amd64")
	got := written(links)
	for _, want := range []string{"/lib/ld-linux-x86-64.so.2 ", "/lib64/ld-linux-x86-64.so.2->../lib/ld-linux-x86-64.so.2", "/lib/libgcompat.so.0 ", "/lib/libresolv.so.2->libgcompat.so.0", "/lib/libc.so.6->libgcompat.so.0"} {
		if !strings.Contains(got+" ", want) || !certain {
			t.Errorf("gcompat has no %q in 3.20: %s", want, got)
		}
	}
	if links, certain := GcompatLinks("3.16", "arm/v7"); written(links) != "/lib/ld-linux-armhf.so.3 /lib/libgcompat.so.0" || !certain {
		t.Errorf("gcompat in 3.16: %s", written(links))
	}
	if _, certain := GcompatLinks("3.18", "amd64"); certain {
		t.Error("the links of gcompat in 3.18 are certain")
	}
	if links, _ := GcompatLinks("3.20", "mips64le"); links != nil {
		t.Errorf("gcompat on mips64le: %s", written(links))
	}
	for _, test := range []struct{ release, arch, loader string }{
		{"3.18", "amd64", "/lib64/ld-linux-x86-64.so.2->/lib/libc.musl-x86_64.so.1 "},
		{"3.15", "arm/v6", "/lib/ld-linux-armhf.so.3->/lib/libc.musl-armhf.so.1 "},
		{"3.9", "amd64", "/lib/ld-linux-x86-64.so.2->/lib/libc.musl-x86_64.so.1 /lib64->lib "},
		{"3.18", "riscv64", ""},
	} {
		links, certain := Libc6CompatLinks(test.release, test.arch)
		if got := written(links); !strings.HasPrefix(got, test.loader+"/lib/libc.so.6->/lib/libc.musl-") || !certain || strings.Contains(got, "libresolv") {
			t.Errorf("libc6-compat of %s for %s: %s", test.release, test.arch, got)
		}
	}
	if links, _ := Libc6CompatLinks("3.19", "amd64"); links != nil {
		t.Errorf("libc6-compat in 3.19: %s", written(links))
	}
}

func TestCompatProviders(t *testing.T) {
	for _, test := range []struct{ symbol, release, want string }{
		{"getcontext", "3.20", "libucontext.so.1 of libucontext"},
		{"fts_open", "3.16", "libfts.so.0 of fts"},
		{"fts_open", "3.17", "libfts.so.0 of musl-fts"},
		{"obstack_free", "3.22", "libobstack.so.1 of musl-obstack"},
		{"backtrace", "3.16", "libexecinfo.so.1 of libexecinfo"},
		{"backtrace", "3.17", ""},
		{"argp_parse", "3.18", "libargp.a of argp-standalone"},
		{"obstack_vprintf", "3.20", ""},
		{"printf", "3.20", ""},
		{"", "", ""},
	} {
		var got []string
		for _, library := range CompatProviders(test.symbol, test.release) {
			if !library.Certain {
				t.Errorf("%s in %s is not certain", library.Name, test.release)
			}
			got = append(got, library.File+" of "+library.Package)
		}
		if s := strings.Join(got, ", "); s != test.want {
			t.Errorf("%s in %s is in %q, want %q", test.symbol, test.release, s, test.want)
		}
	}
	if len(CompatLibraries("")) != 5 || len(CompatLibraries("3.20")) != 4 {
		t.Error("libexecinfo is not gone, or others are")
	}
	if library, ok := CompatLibraryOf("libfts.so.0", "3.20"); !ok || !library.Has("fts_read") || library.Has("fts64_read") || library.Static {
		t.Errorf("libfts.so.0: %+v %v", library, ok)
	}
	for _, soname := range GcompatNeeds {
		if _, ok := CompatLibraryOf(soname, "3.24"); !ok {
			t.Errorf("gcompat needs %s, of which nothing is known", soname)
		}
	}
	for _, file := range column(compatLibrariesText, 1) {
		if _, ok := CompatLibraryOf(file, ""); !ok {
			t.Errorf("no library is called %s", file)
		}
	}
}

func TestLibstdcxxLevel(t *testing.T) {
	for _, test := range []struct{ node, gcc, alpine string }{
		{"GLIBCXX_3.4.34", "15.1.0", "3.23"},
		{"GLIBCXX_3.4.33", "14.1.0", "3.21"},
		{"GLIBCXX_3.4.32", "13.2.0", "3.19"},
		{"GLIBCXX_3.4.30", "12.1.0", "3.17"},
		{"GLIBCXX_3.4.29", "11.1.0", "3.16"},
		{"GLIBCXX_3.4.28", "9.3.0", "3.12"},
		{"CXXABI_1.3.13", "11.1.0", "3.16"},
		{"GCC_14.0.0", "14.1.0", "3.21"},
	} {
		gcc, alpine, ok := LibstdcxxLevel(test.node)
		if gcc != test.gcc || alpine != test.alpine || !ok {
			t.Errorf("%s came with GCC %s and Alpine %s (%v), want %s and %s", test.node, gcc, alpine, ok, test.gcc, test.alpine)
		}
	}
	for _, node := range []string{"GLIBCXX_3.4.99", "GLIBC_2.38", "", "CXXABI_1.3.16"} {
		if _, _, ok := LibstdcxxLevel(node); ok {
			t.Errorf("%q is known", node)
		}
	}
}
