package facts

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// compiler is a gcc with the headers of one version of musl.
type compiler struct {
	version string
	args    []string // the program first
}

// muslCompilers returns gcc with the headers of all versions that are at hand. MUSLLINT_MUSL_GCC is a gcc for
// musl 1.2.5. MUSLLINT_MUSL_HEADERS is a folder with VERSION/include for others, as
// "make install-headers" of upstream's releases makes them.
func muslCompilers(t *testing.T) []compiler {
	var found []compiler
	if gcc := os.Getenv("MUSLLINT_MUSL_GCC"); gcc != "" {
		found = append(found, compiler{"1.2.5", []string{gcc}})
	}
	if folder := os.Getenv("MUSLLINT_MUSL_HEADERS"); folder != "" {
		versions, err := filepath.Glob(folder + "/1.*/include")
		if err != nil || versions == nil {
			t.Fatalf("no headers in %s: %v", folder, err)
		}
		for _, include := range versions {
			found = append(found, compiler{filepath.Base(filepath.Dir(include)), []string{"gcc", "-nostdinc", "-isystem", include}})
		}
	}
	if found == nil {
		lacking(t, "neither MUSLLINT_MUSL_GCC nor MUSLLINT_MUSL_HEADERS is set")
	}
	return found
}

// lacking ends the test, with a failure where everything has to be there.
func lacking(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("MUSLLINT_REQUIRE") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// declaredWith returns which of some names are declared after some lines of C.
func (c compiler) declaredWith(t *testing.T, prologue string, names, flags []string) map[string]bool {
	t.Helper()
	var source strings.Builder
	source.WriteString(prologue + "struct probe { int other; };\n")
	for i, name := range names {
		// What is undeclared makes no error, as gcc would look long for a name that is alike.
		switch tag, _, tagged := strings.Cut(name, " "); {
		case tagged && tag == "enum":
			fmt.Fprintf(&source, "#line %d \"probe\"\n%s { C%d };\n", i+1, name, i)
		case tagged:
			fmt.Fprintf(&source, "#line %d \"probe\"\n%s { int other%d; };\n", i+1, name, i)
		default:
			fmt.Fprintf(&source, "#line %d \"probe\"\n#ifdef %s\n#error defined\n#else\n#line %d\nextern struct probe %s;\n#endif\n", i+1, name, i+1, name)
		}
	}
	cmd := exec.Command(c.args[0], append(append(slices.Clone(c.args[1:]), flags...), "-fsyntax-only", "-std=gnu17", "-w", "-x", "c", "-")...)
	cmd.Stdin = strings.NewReader(source.String())
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if cmd.Run(); strings.Contains(complaint.String(), "fatal") {
		t.Fatalf("%s: %s", c.version, complaint.String())
	}
	declared := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(.*):(\d+):\d+: error: (.*)$`).FindAllStringSubmatch(complaint.String(), -1) {
		i, _ := strconv.Atoi(m[2])
		switch {
		case m[1] != "probe":
			t.Fatalf("%s: %s", c.version, m[0])
		case strings.Contains(m[3], "#error"):
			i-- // it stands one line below
		}
		declared[names[i-1]] = !strings.Contains(m[3], "wrong kind of tag")
	}
	return declared
}

// usable returns musl's headers that compile without the kernel's.
func (c compiler) usable(t *testing.T, flags []string) []string {
	t.Helper()
	var headers []string
	for header := range Headers() {
		if h, _ := LookupHeader(header); h.State != "yes" {
			continue
		}
		cmd := exec.Command(c.args[0], append(append(slices.Clone(c.args[1:]), flags...), "-fsyntax-only", "-w", "-x", "c", "-")...)
		cmd.Stdin = strings.NewReader("#include <" + header + ">\n")
		if out, err := cmd.CombinedOutput(); err == nil {
			headers = append(headers, header)
		} else if !strings.Contains(string(out), "linux/") {
			t.Errorf("%s: <%s> does not compile: %s", c.version, header, out)
		}
	}
	return headers
}

func keysOf(text table) []string { return slices.Collect(text.keys()) }

// TestInterfacesAgreeWithCompilers compiles every name of interfaces.tsv with all headers of
// every version of musl at hand: In, Since, Gone and LFS64 say what the compiler says.
func TestInterfacesAgreeWithCompilers(t *testing.T) {
	for _, c := range muslCompilers(t) {
		t.Run(c.version, func(t *testing.T) {
			names := keysOf(interfacesText)
			for _, large := range []bool{false, true} {
				flags := []string{"-D_GNU_SOURCE"}
				if large {
					flags = append(flags, "-D_LARGEFILE64_SOURCE")
				}
				prologue := ""
				for _, header := range c.usable(t, flags) {
					prologue += "#include <" + header + ">\n"
				}
				declared := c.declaredWith(t, prologue, names, flags)
				agree, onlyKernel := 0, 0
				for _, name := range names {
					i, ok := LookupInterface(name)
					if !ok || i.Name != name {
						t.Fatalf("%s is not found", name)
					}
					want := i.In(c.version)
					if large && i.LFS64 && len(i.Musl) > 0 {
						want = true
					}
					switch {
					case want == declared[name]:
						agree++
					case want && kernelOnly(i.Musl):
						onlyKernel++
					default:
						t.Errorf("%s (%s): declared %v, the table says %v: %+v", name, i.Kind, declared[name], want, i)
					}
				}
				t.Logf("large files %v: %d of %d names agree, %d need the kernel's headers", large, agree, len(names), onlyKernel)
			}
		})
	}
}

func kernelOnly(headers []string) bool {
	if len(headers) == 0 {
		return false
	}
	for _, header := range headers {
		if !slices.Contains([]string{"sys/kd.h", "sys/soundcard.h", "sys/vt.h"}, header) {
			return false
		}
	}
	return true
}

// TestHeadersOfAgreesWithCompiler compiles every name of includes.tsv with each header that is
// said to declare it, and no other.
func TestHeadersOfAgreesWithCompiler(t *testing.T) {
	for _, c := range muslCompilers(t) {
		if c.version != "1.2.5" && c.version != "1.2.6" {
			continue
		}
		t.Run(c.version, func(t *testing.T) {
			flags := []string{"-D_GNU_SOURCE", "-D_LARGEFILE64_SOURCE"}
			usable := c.usable(t, flags)
			byHeader := map[string][]string{}
			for _, name := range keysOf(includesText) {
				headers := HeadersOf(name)
				if len(headers) == 0 {
					t.Errorf("no header of %s", name)
				}
				for _, header := range headers {
					byHeader[header] = append(byHeader[header], name)
				}
			}
			n := 0
			for header, names := range byHeader {
				if !slices.Contains(usable, header) {
					if !kernelOnly([]string{header}) && header != "libintl.h" { // which is in a package of its own
						t.Errorf("%s is said to declare %d names", header, len(names))
					}
					continue
				}
				declared := c.declaredWith(t, "#include <"+header+">\n", names, flags)
				for _, name := range names {
					n++
					i, _ := LookupInterface(name)
					if !declared[name] && (c.version == "1.2.6" || i.Since != "1.2.6" && HeadersOf(name)[0] == header) {
						t.Errorf("<%s> does not declare %s", header, name)
					}
				}
			}
			t.Logf("%d pairs of a name and a header", n)
		})
	}
}

// TestComesWithAgreesWithCompiler compares which headers come along.
func TestComesWithAgreesWithCompiler(t *testing.T) {
	for _, c := range muslCompilers(t) {
		if c.version != "1.2.6" {
			continue
		}
		include := c.args[len(c.args)-1] + "/"
		for _, header := range c.usable(t, nil) {
			cmd := exec.Command(c.args[0], append(slices.Clone(c.args[1:]), "-D_GNU_SOURCE", "-M", "-x", "c", "-")...)
			cmd.Stdin = strings.NewReader("#include <" + header + ">\n")
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for word := range strings.FieldsSeq(string(out)) {
				if name, ok := strings.CutPrefix(word, include); ok && name != header && name != "features.h" && !strings.HasPrefix(name, "bits/") {
					want = append(want, name)
				}
			}
			got := ComesWith(header)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("<%s> brings %q, the table says %q", header, want, got)
			}
		}
	}
}

// TestDeclaredOnlyAgreesWithLinker links what is said to be declared and not there, and says
// of all other functions of musl that they link.
func TestDeclaredOnlyAgreesWithLinker(t *testing.T) {
	gcc := os.Getenv("MUSLLINT_MUSL_GCC")
	if gcc == "" {
		lacking(t, "MUSLLINT_MUSL_GCC is not set")
	}
	var source strings.Builder
	for _, name := range slices.Compact(slices.Sorted(slices.Values(append(keysOf(includesText), keysOf(interfacesText)...)))) {
		if i, _ := LookupInterface(name); i.Kind == "function" && i.In("1.2.5") && len(GlibcSymbol(name)) > 0 {
			fmt.Fprintf(&source, "void %s(); void *p_%s = %s;\n", name, name, name)
		}
	}
	cmd := exec.Command(gcc, "-fno-builtin", "-w", "-x", "c", "-", "-o", filepath.Join(t.TempDir(), "all"))
	cmd.Stdin = strings.NewReader(source.String() + "int main() { return 0; }\n")
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, _ := cmd.CombinedOutput()
	var missing []string
	for _, m := range regexp.MustCompile("undefined reference to `(\\w+)'").FindAllStringSubmatch(string(out), -1) {
		missing = append(missing, m[1])
	}
	slices.Sort(missing)
	if missing = slices.Compact(missing); !slices.Equal(missing, DeclaredOnly("1.2.5")) {
		t.Errorf("not in libc: %q; the table says %q\n%s", missing, DeclaredOnly("1.2.5"), out)
	}
}

// TestConflictsAgreeWithCompiler includes each pair, with musl and with glibc.
func TestConflictsAgreeWithCompiler(t *testing.T) {
	gcc := os.Getenv("MUSLLINT_MUSL_GCC")
	if gcc == "" {
		lacking(t, "MUSLLINT_MUSL_GCC is not set")
	}
	compiles := func(compiler, first, second string) bool {
		cmd := exec.Command(compiler, "-fsyntax-only", "-D_GNU_SOURCE", "-w", "-x", "c", "-")
		cmd.Stdin = strings.NewReader("#include <" + first + ">\n#include <" + second + ">\n")
		return cmd.Run() == nil
	}
	if !compiles(gcc, "linux/types.h", "linux/limits.h") {
		lacking(t, "the compiler for musl has no headers of the kernel")
	}
	for first := range conflictsText.keys() {
		for _, second := range Conflicts(first) {
			if compiles(gcc, first, second) || !compiles("gcc", first, second) {
				t.Errorf("<%s> behind <%s>", second, first)
			}
		}
	}
}

// TestInterfaceTablesAreOfTheHeaders writes the tables anew. It takes the headers of all versions
// that the tables are made of, and Debian 12's glibc.
func TestInterfaceTablesAreOfTheHeaders(t *testing.T) {
	headers := os.Getenv("MUSLLINT_MUSL_HEADERS")
	versions, _ := filepath.Glob(headers + "/1.*/include")
	if headers == "" {
		lacking(t, "MUSLLINT_MUSL_HEADERS is not set")
	}
	if len(versions) < 8 {
		// Distributions have the sources of some versions only; all of them are in musl's repository.
		t.Skipf("headers of %d versions of 8: gen/install-headers needs a clone of musl's repository for all", len(versions))
	}
	if version, err := exec.Command("dpkg-query", "-W", "-f", "${Version}", "libc6-dev").Output(); err != nil || !strings.HasPrefix(string(version), "2.36-") {
		t.Skipf("libc6-dev is %s, %v", version, err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "facts")
	if err := os.CopyFS(filepath.Join(dir, "gen"), os.DirFS("gen")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(here, "../explain"), filepath.Join(dir, "../explain")); err != nil {
		t.Fatal(err)
	}
	if headers, err = filepath.Abs(headers); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", filepath.Join(here, "gen/interfaces.go"), headers)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"interfaces.tsv", "interface-texts.tsv", "includes.tsv", "nested.tsv", "gen/brought.tsv", "gen/glibc-nested.tsv"} {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("gen/interfaces.go writes another %s: %v", name, err)
		}
	}
}
