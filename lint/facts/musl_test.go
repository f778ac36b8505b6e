package facts

import (
	"bytes"
	"debug/elf"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/musllint/musllint/lint"
)

// musl returns the exports of a target written as in `--on`: "musl:1.2.5/arm64", "alpine:3.20".
func musl(t testing.TB, target string) *MuslExports {
	t.Helper()
	distro, rest, _ := strings.Cut(target, ":")
	name, arch, ok := strings.Cut(rest, "/")
	if !ok {
		arch = "amd64"
	}
	version, release := name, ""
	if distro == "alpine" {
		version, release = "", name
	}
	m, ok := Musl(version, release, arch)
	if !ok {
		t.Fatalf("nothing is known of %s", target)
	}
	return m
}

func TestMuslHas(t *testing.T) {
	for _, test := range []struct {
		symbol      string
		has, hasNot string // targets
	}{
		{"printf", "musl:1.1.16 musl:1.2.6 alpine:3.6 alpine:edge alpine:3.22/riscv64 alpine:3.20/386 musl:1.2.5/loong64", ""},
		{"posix_fallocate64", "musl:1.2.3 alpine:3.13 alpine:3.17 alpine:3.18 alpine:3.18/s390x", "musl:1.2.4 alpine:3.19 alpine:3.20 alpine:3.24"},
		{"stat64", "musl:1.1.24 alpine:3.18/arm/v7", "alpine:3.19/arm/v7 musl:1.2.6"},
		{"qsort_r", "musl:1.2.3 alpine:3.15 alpine:3.16 alpine:3.24", "musl:1.2.2 alpine:3.14 musl:1.1.24"},
		{"gettid", "musl:1.2.2 alpine:3.13", "musl:1.2.1 alpine:3.12"},
		{"reallocarray", "alpine:3.13", "alpine:3.12"},
		{"secure_getenv", "musl:1.1.24 alpine:3.11", "musl:1.1.22 alpine:3.10"},
		{"statx", "musl:1.2.5 alpine:3.20", "musl:1.2.4_git20230717 alpine:3.19"},
		{"renameat2", "musl:1.2.6 alpine:3.24 alpine:edge", "musl:1.2.5 alpine:3.23"},
		{"posix_getdents", "musl:1.2.6 alpine:3.23 alpine:3.24", "musl:1.2.5 alpine:3.21"},
		{"pthread_mutexattr_setprioceiling", "alpine:3.23 alpine:3.24 alpine:edge", "musl:1.2.6 alpine:3.21"},
		{"__stat_time64", "alpine:3.13/386 alpine:3.13/arm/v6 musl:1.2.0/arm/v7", "alpine:3.13 alpine:3.13/arm64 alpine:3.12/386"},
		{"arch_prctl", "musl:1.2.5 alpine:3.6", "musl:1.2.5/arm64 musl:1.2.5/ppc64le alpine:3.20/riscv64"},
		{"__aeabi_memcpy", "alpine:3.20/arm/v7 alpine:3.20/arm/v6", "alpine:3.20 alpine:3.20/386"},
		{"__tls_get_offset", "musl:1.2.5/s390x", "musl:1.2.5"},
		{"fcntl64", "", "musl:1.1.16 musl:1.2.6 alpine:3.18 alpine:edge"},
		{"__printf_chk", "", "musl:1.1.16 musl:1.2.6 alpine:3.18 alpine:edge"},
		{"", "", "musl:1.2.5"},
	} {
		for target := range strings.FieldsSeq(test.has) {
			if m := musl(t, target); !m.Has(test.symbol) || !m.HasBytes([]byte(test.symbol)) {
				t.Errorf("%s does not export %s", target, test.symbol)
			}
		}
		for target := range strings.FieldsSeq(test.hasNot) {
			if m := musl(t, target); m.Has(test.symbol) || m.HasBytes([]byte(test.symbol)) {
				t.Errorf("%s exports %s", target, test.symbol)
			}
		}
	}
}

func TestMuslTargets(t *testing.T) {
	for _, test := range []struct {
		version, release, arch string
		ok                     bool
		gotVersion, gotRelease string
		verified               bool
	}{
		{"1.2.5", "", "amd64", true, "1.2.5", "", true},
		{"1.2.5-r3", "", "arm64", true, "1.2.5", "", true},
		{"", "3.20", "amd64", true, "1.2.5", "3.20", true},
		{"1.2.5", "3.20.3", "arm/v6", true, "1.2.5", "3.20", true},
		{"1.2.4", "3.19", "amd64", true, "1.2.4_git20230717", "3.19", true},
		{"", "3.22", "amd64", true, "1.2.5", "3.22", false},
		{"", "edge", "amd64", true, "1.2.6", "edge", true},
		{"1.2.6", "3.99", "amd64", true, "1.2.6", "3.99", false},
		{"", "3.99", "amd64", false, "", "", false},
		{"", "3.3", "amd64", false, "", "", false},
		{"1.0.0", "", "amd64", false, "", "", false},
		{"1.2.7", "", "amd64", false, "", "", false},
		{"1.2.5", "", "", false, "", "", false},
		{"1.2.5", "", "mips64le", false, "", "", false},
		{"1.2.2", "", "loong64", false, "", "", false},
		{"1.1.22", "", "riscv64", false, "", "", false},
		{"", "", "amd64", false, "", "", false},
	} {
		m, ok := Musl(test.version, test.release, test.arch)
		if ok != test.ok {
			t.Errorf("Musl(%q, %q, %q) is %v", test.version, test.release, test.arch, ok)
		}
		if !ok {
			continue
		}
		if m.Version() != test.gotVersion || m.Release() != test.gotRelease || m.Arch() != test.arch || m.Verified() != test.verified {
			t.Errorf("Musl(%q, %q, %q) is musl %s of %q for %s, verified %v", test.version, test.release, test.arch, m.Version(), m.Release(), m.Arch(), m.Verified())
		}
		if again, _ := Musl(test.version, test.release, test.arch); again != m {
			t.Errorf("Musl(%q, %q, %q) is computed twice", test.version, test.release, test.arch)
		}
	}
}

func TestMuslRemaps(t *testing.T) {
	for _, test := range []struct{ target, symbol, want string }{
		{"musl:1.2.4", "open64", "open"},
		{"musl:1.2.6", "readdir64_r", "readdir_r"},
		{"musl:1.2.5", "__fxstatat64", "__fxstatat"},
		{"alpine:3.20/386", "stat64", "stat"},
		{"alpine:3.19", "fopen64", "fopen"},
		{"alpine:3.18", "fopen64", ""}, // exported
		{"musl:1.2.3", "fopen64", ""},
		{"musl:1.2.4", "posix_fallocate64", ""}, // too long for that loader
		{"musl:1.2.5", "posix_fallocate64", ""},
		{"alpine:3.23", "posix_fallocate64", ""},
		{"musl:1.2.6", "posix_fallocate64", "posix_fallocate"},
		{"alpine:3.24", "posix_fallocate64", "posix_fallocate"},
		{"musl:1.2.6", "fcntl64", ""},
		{"musl:1.2.6", "open", ""},
		{"musl:1.2.6", "", ""},
	} {
		got, ok := musl(t, test.target).Remaps(test.symbol)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("%s takes %q for %s, want %q", test.target, got, test.symbol, test.want)
		}
	}
}

func TestMuslHistory(t *testing.T) {
	h, ok := MuslHistory("open64")
	if !ok || len(h.Spans) != 1 || h.Spans[0].Since != "" || h.Spans[0].Until != "1.2.3" || h.MapsTo != "open" || h.MappedSince != "1.2.4" {
		t.Errorf("open64: %+v", h)
	}
	if len(h.Alpine) != 1 || h.Alpine[0].Release != "3.18" || !h.Alpine[0].Has || h.Alpine[0].Arches != nil {
		t.Errorf("open64 in Alpine: %+v", h.Alpine)
	}
	if h, _ := MuslHistory("gettid"); len(h.Spans) != 1 || h.Spans[0].Since != "1.2.2" || h.Spans[0].Until != "" || h.Spans[0].Arches != nil {
		t.Errorf("gettid: %+v", h)
	}
	if h, _ := MuslHistory("__stat_time64"); len(h.Spans) != 1 || !slices.Equal(h.Spans[0].Arches, []string{"386", "arm"}) {
		t.Errorf("__stat_time64: %+v", h)
	}
	if h, ok := MuslHistory("fcntl64"); ok {
		t.Errorf("fcntl64: %+v", h)
	}
}

// TestMuslHistoryAgrees compares two ways to read a row.
func TestMuslHistoryAgrees(t *testing.T) {
	for _, build := range MuslBuilds() {
		for _, arch := range build.Arches {
			m, ok := Musl(build.Version, build.Release, arch)
			if !ok {
				t.Fatalf("%+v is not found", build)
			}
			for _, symbol := range column(muslExportsText, exportsSymbol) {
				h, _ := MuslHistory(symbol)
				want := false
				for _, span := range h.Spans {
					want = want || (span.Arches == nil || slices.Contains(span.Arches, muslArch(arch))) &&
						(span.Since == "" || CompareVersions("", span.Since, build.Version) <= 0) &&
						(span.Until == "" || CompareVersions("", build.Version, span.Until) <= 0)
				}
				for _, alpine := range h.Alpine {
					if alpine.Release == build.Release && (alpine.Arches == nil || slices.Contains(alpine.Arches, muslArch(arch))) {
						want = alpine.Has
					}
				}
				if m.Has(symbol) != want {
					t.Errorf("%s in %+v for %s: %v, and %v by its history", symbol, build, arch, !want, want)
				}
			}
		}
	}
}

func TestMuslVersions(t *testing.T) {
	versions := MuslVersions()
	if len(versions) < 17 || versions[0] != "1.1.16" || !slices.Contains(versions, "1.2.4_git20230717") {
		t.Errorf("versions %q", versions)
	}
	if !slices.IsSortedFunc(versions, func(a, b string) int { return CompareVersions("", a, b) }) ||
		!slices.IsSortedFunc(versions, func(a, b string) int { return muslRank(a) - muslRank(b) }) {
		t.Errorf("not in order: %q", versions)
	}
	for _, release := range Releases() {
		if CompareReleases(release.Name, "3.6") < 0 {
			continue
		}
		if _, ok := Musl("", release.Name, "amd64"); !ok {
			t.Errorf("nothing is known of musl %s in Alpine %s", release.Musl, release.Name)
		}
	}
	for _, build := range MuslBuilds() {
		if release, ok := ReleaseOf(build.Release); build.Release != "" && (!ok || !strings.HasPrefix(build.Version, release.Musl)) {
			t.Errorf("%+v does not fit to %+v", build, release)
		}
		for _, arch := range build.Arches {
			if lint.Arch(arch) != arch {
				t.Errorf("%q is not OCI's name", arch)
			}
		}
	}
}

// TestMuslExpressions holds the notation: everything that a row says has to be about versions,
// releases and architectures that musl-builds.tsv knows.
func TestMuslExpressions(t *testing.T) {
	versions, releases, arches := map[string]bool{"": true}, map[string]bool{}, map[string]bool{}
	for _, build := range MuslBuilds() {
		if build.Release == "" {
			versions[build.Version] = true
		}
		releases[build.Release] = true
		for _, arch := range build.Arches {
			arches[muslArch(arch)] = true
		}
	}
	for line := range strings.Lines(muslExportsText.body()) {
		columns := strings.Split(line, "\t")
		if columns[exportsWhere] == "" {
			t.Errorf("%s is exported nowhere", columns[exportsSymbol])
		}
		spans := strings.Fields(columns[exportsWhere])
		if name, span, ok := strings.Cut(columns[exportsMapped], " "); ok {
			if spans = append(spans, span); !muslExportsText.has(name) {
				t.Errorf("%s is taken for %s, which nobody exports", name, columns[exportsSymbol])
			}
		}
		for _, term := range spans {
			read := readExportTerm(term)
			for _, arch := range read.arches {
				if !arches[arch] {
					t.Errorf("%s: unknown architecture in %q", columns[exportsSymbol], term)
				}
			}
			if read.span == "" {
				if !releases[read.release] {
					t.Errorf("%s: unknown release in %q", columns[exportsSymbol], term)
				}
				continue
			}
			since, until, ok := strings.Cut(read.span, "..")
			if read.span != "*" && (!ok || !versions[since] || !versions[until] || since == "" && until == "") {
				t.Errorf("%s: unknown version in %q", columns[exportsSymbol], term)
			}
			if until != "" && muslRank(since) > muslRank(until) {
				t.Errorf("%s: %q ends before it begins", columns[exportsSymbol], term)
			}
		}
	}
}

func TestMuslAll(t *testing.T) {
	for _, target := range []string{"musl:1.1.16", "alpine:3.18", "alpine:3.20/arm/v7", "musl:1.2.6"} {
		m := musl(t, target)
		all := slices.Collect(m.All())
		if !slices.IsSorted(all) || len(all) < 1600 || len(all) > 2000 {
			t.Errorf("%s exports %d symbols, sorted %v", target, len(all), slices.IsSorted(all))
		}
		for _, symbol := range all {
			if !m.Has(symbol) {
				t.Errorf("%s exports %s, and does not have it", target, symbol)
			}
		}
	}
}

func TestMuslConcurrently(t *testing.T) {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, version := range MuslVersions() {
				if m, ok := Musl(version, "", "amd64"); !ok || !m.Has("printf") || m.Has("fcntl64") {
					t.Errorf("musl %s has no printf, or has fcntl64", version)
				}
			}
		})
	}
	group.Wait()
}

func TestMuslHasDoesNotAllocate(t *testing.T) {
	m := musl(t, "alpine:3.20")
	name := []byte("pthread_attr_setaffinity_np")
	if n := testing.AllocsPerRun(100, func() { m.HasBytes(name); m.Has("printf") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestRealLoaders compares the table with real libc.so files, when MUSLLINT_LOADERS names a
// folder of them: VERSION-ARCH/lib/libc.so of upstream, alpine_RELEASE-ARCH/lib/libc.so.
func TestRealLoaders(t *testing.T) {
	dir := os.Getenv("MUSLLINT_LOADERS")
	required := os.Getenv("MUSLLINT_REQUIRE") != ""
	if dir == "" && !required {
		t.Skip("MUSLLINT_LOADERS names no folder of built loaders")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*-*", "lib", "libc.so"))
	if err != nil || len(files) == 0 {
		if required {
			t.Fatalf("%s has no loaders, and MUSLLINT_REQUIRE is set: %v", dir, err)
		}
		t.Skipf("%s has no loaders: %v", dir, err)
	}
	compared := 0
	for _, file := range files {
		name := filepath.Base(filepath.Dir(filepath.Dir(file)))
		i := strings.LastIndexByte(name, '-')
		version, release, arch := name[:i], "", lint.Arch(name[i+1:])
		if alpine, ok := strings.CutPrefix(version, "alpine_"); ok {
			version, release = "", alpine
		}
		m, ok := Musl(version, release, arch)
		if !ok && required {
			t.Errorf("%s: nothing is known of it", name)
		}
		if !ok {
			continue
		}
		compared++
		t.Run(name, func(t *testing.T) { compareLoader(t, m, file) })
	}
	if compared == 0 {
		t.Errorf("none of %d loaders compared", len(files))
	}
	t.Logf("%d of %d loaders compared", compared, len(files))
}

func compareLoader(t *testing.T, m *MuslExports, file string) {
	f, err := elf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	real := map[string]bool{}
	for _, s := range symbols {
		if s.Section != elf.SHN_UNDEF && elf.ST_BIND(s.Info) != elf.STB_LOCAL {
			if real[s.Name] = true; !m.Has(s.Name) || !m.HasBytes([]byte(s.Name)) {
				t.Errorf("%s is exported, and not in the table", s.Name)
			}
		}
	}
	for symbol := range m.All() {
		if !real[symbol] {
			t.Errorf("%s is in the table, and not exported", symbol)
		}
	}
	compareRemaps(t, m, file)
}

// compareRemaps compares with the list of names in the loader's own data.
func compareRemaps(t *testing.T, m *MuslExports, file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := bytes.Cut(content, []byte("aio_cancel\x00aio_error\x00aio_fsync\x00"))
	real := map[string]string{}
	if found {
		list, _, _ := bytes.Cut(rest, []byte("\x00\x00"))
		for _, name := range append(strings.Split(string(list), "\x00"), "aio_cancel", "aio_error", "aio_fsync") {
			real[name+"64"] = name
		}
		real["readdir64_r"] = "readdir_r"
		if muslRank(m.Version()) < muslRank("1.2.6") {
			delete(real, "posix_fallocate64")
		}
	}
	table := map[string]string{}
	for _, symbol := range column(muslExportsText, exportsSymbol) {
		if name, ok := m.Remaps(symbol); ok {
			table[symbol] = name
		}
	}
	if !maps.Equal(real, table) {
		t.Errorf("the loader has the list %v, the table %v", real, table)
	}
}

func FuzzMuslHas(f *testing.F) {
	f.Add("printf", "1.2.5", "", "amd64")
	f.Add("open64", "", "3.18", "arm/v7")
	f.Add("", "1", "edge", "")
	f.Fuzz(func(t *testing.T, symbol, version, release, arch string) {
		m, ok := Musl(version, release, arch)
		if !ok {
			m, _ = Musl("1.2.5", "", "amd64")
		}
		has := m.Has(symbol)
		if has != m.HasBytes([]byte(symbol)) {
			t.Errorf("Has and HasBytes of %q differ", symbol)
		}
		if name, ok := m.Remaps(symbol); ok && (has || !m.Has(name)) {
			t.Errorf("%q is taken for %q", name, symbol)
		}
		if _, known := MuslHistory(symbol); has && !known {
			t.Errorf("%q has no history", symbol)
		}
	})
}
func BenchmarkMuslIndex(b *testing.B) {
	for b.Loop() {
		newExportsIndex()
	}
}

func BenchmarkMuslTarget(b *testing.B) {
	for b.Loop() {
		newMuslExports(muslKey{"", "3.20", "amd64"})
	}
}

func BenchmarkMuslHas(b *testing.B) {
	m, _ := Musl("", "3.20", "amd64")
	for b.Loop() {
		m.Has("pthread_attr_setaffinity_np")
		m.Has("pthread_cond_timedwait")
	}
}

func BenchmarkMuslHasBytes(b *testing.B) {
	m, _ := Musl("", "3.20", "amd64")
	name := []byte("pthread_cond_timedwait")
	for b.Loop() {
		m.HasBytes(name)
	}
}

func BenchmarkMuslCached(b *testing.B) {
	for b.Loop() {
		Musl("", "3.20", "amd64")
	}
}
