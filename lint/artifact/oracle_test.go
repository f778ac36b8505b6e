package artifact

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// need skips a test whose tools are not here, unless MUSLLINT_REQUIRE says that all have to
// be there.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("MUSLLINT_REQUIRE") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
}

// in runs a shell command in a folder.
func in(t *testing.T, dir, command string) {
	t.Helper()
	cmd := exec.Command("sh", "-ec", command)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

// tree is what the real tools pack: files of many sizes, some of them native.
func tree(t *testing.T) string {
	files := map[string]string{
		"usr/lib/libx.so.1.2":          string(lib),
		"usr/lib/libx.so.1":            "->libx.so.1.2",
		"usr/lib/liblarge.so":          string(append(library(""), hexed(noise(300_000))...)),
		"usr/lib/libzeros.so":          string(append(library(""), make([]byte, 1_500_000)...)),
		"usr/lib/libx.so":              "/* GNU ld script */ INPUT ( libx.so.1 )",
		"usr/share/doc/x/README":       string(text),
		"usr/share/" + long + "/x.so":  string(library("deep")),
		"usr/lib/ü ñ/x.so":             string(library("not ASCII")),
		"usr/lib/obj/" + long[:60]:     string(obj),
		"usr/share/doc/x/changelog.gz": string(gzipOf(text)),
	}
	for i := range 50 {
		files[fmt.Sprintf("usr/share/x/%d", i)] = string(hexed(noise(i * 100)))
	}
	return folder(t, files)
}

var long = strings.Repeat("a-long-name-", 18)

// nativeIn lists the ELF files below a folder with their checksums, by reading all of it.
func nativeIn(t *testing.T, root string) (out []string) {
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.HasPrefix(content, []byte("\x7fELF")) {
			out = append(out, fmt.Sprintf("%x %s", sha256.Sum256(content), filepath.ToSlash(must(filepath.Rel(root, path)))))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// nativeAt lists the same of a container.
func nativeAt(t *testing.T, path string) (out []string) {
	t.Helper()
	opt := Options{Problem: func(p Problem) { t.Errorf("problem: %s", p) }, Limits: Limits{Memory: 1 << 20, TempDir: t.TempDir()}}
	err := Walk(t.Context(), path, opt, func(f *File) error {
		c, err := f.Open()
		if err != nil {
			return nil
		}
		defer c.Close()
		sum := sha256.New()
		must(io.Copy(sum, io.NewSectionReader(c, 0, c.Size())))
		out = append(out, fmt.Sprintf("%x %s", sum.Sum(nil), f.Inner))
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	slices.Sort(out)
	return out
}

// The real tools pack a tree; the walk finds in it what went in.
func TestRealTools(t *testing.T) {
	root, out := tree(t), t.TempDir()
	for _, c := range []struct {
		name    string
		tools   []string
		command string // makes $OUT of the current folder; what follows finds that as it leaves it
	}{
		{"tar", []string{"tar"}, "tar cf $OUT ."},
		{"sparse.tar", []string{"tar"}, "tar cSf $OUT ."},
		{"posix-sparse.tar", []string{"tar"}, "tar c --format=posix -Sf $OUT ."},
		{"posix.tar", []string{"tar"}, "tar c --format=posix -f $OUT ."},
		{"tar.gz", []string{"tar", "gzip"}, "tar cf - . | gzip > $OUT"},
		{"tar.xz", []string{"tar", "xz"}, "tar cf - . | xz -9 > $OUT"},
		{"bcj.tar.xz", []string{"tar", "xz"}, "tar cf - . | xz --x86 --lzma2=dict=1MiB --check=sha256 > $OUT"},
		{"blocks.tar.xz", []string{"tar", "xz"}, "tar cf - . | xz -0 -T2 --block-size=100KiB > $OUT"},
		{"tar.zst", []string{"tar", "zstd"}, "tar cf - . | zstd -q -19 > $OUT"},
		{"ultra.tar.zst", []string{"tar", "zstd"}, "tar cf - . | zstd -q --ultra -22 > $OUT"},
		{"tar.bz2", []string{"tar", "bzip2"}, "tar cf - . | bzip2 -1 > $OUT"},
		{"zip", []string{"zip"}, "zip -qry $OUT ."},
		{"stored.zip", []string{"zip"}, "zip -qry0 $OUT ."},
		{"streamed.zip", []string{"zip"}, "zip -qry - . > $OUT"},
		{"cpio", []string{"cpio"}, "find . | cpio --quiet -o -H newc > $OUT"},
		{"deb", []string{"dpkg-deb"}, "mkdir DEBIAN; printf 'Package: x\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' > DEBIAN/control; dpkg-deb -b . $OUT; rm -r DEBIAN"},
		{"python.whl", []string{"python3"}, "rm -f usr/lib/libx.so.1; python3 -m zipfile -c $OUT usr"},
		{"python.pyz", []string{"python3"}, "rm -f usr/lib/libx.so.1; touch __main__.py; python3 -m zipapp -p python3 -o $OUT .; rm __main__.py"},
	} {
		t.Run(c.name, func(t *testing.T) {
			need(t, c.tools...)
			path := filepath.Join(out, "out."+c.name)
			in(t, root, "OUT="+path+"; "+c.command)
			if got, want := nativeAt(t, path), nativeIn(t, root); !slices.Equal(got, want) {
				t.Errorf("it finds\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func TestRealAr(t *testing.T) {
	need(t, "ar")
	dir := folder(t, map[string]string{"a.o": string(obj), "b.txt": string(text), "a-name-of-more-than-15-bytes.o": string(object("b")), "odd.o": string(object("odd"))})
	want := nativeIn(t, dir)
	for _, flags := range []string{"rc", "rcS", "rcU"} {
		out := filepath.Join(t.TempDir(), "x.a")
		in(t, dir, "ar "+flags+" "+out+" *")
		if got := nativeAt(t, out); !slices.Equal(got, want) {
			t.Errorf("ar %s: it finds\n%s\nand not\n%s", flags, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestRealRPM(t *testing.T) {
	need(t, "rpmbuild")
	root := tree(t)
	want := nativeIn(t, root)
	for _, payload := range []string{"w19.zstdio", "w.ufdio"} {
		t.Run(payload, func(t *testing.T) {
			top := t.TempDir()
			must(0, os.WriteFile(filepath.Join(top, "x.spec"), []byte(`
%global debug_package %{nil}
%global __os_install_post %{nil}
Name: x
Version: 1
Release: 1
Summary: x
License: MIT
AutoReqProv: no
%description
%install
mkdir -p %{buildroot}
cp -a `+root+`/usr %{buildroot}/
%files
/usr
`), 0o644))
			in(t, top, "rpmbuild -bb --quiet --define '_topdir "+top+"' --define '_binary_payload "+payload+"' x.spec && mv RPMS/*/*.rpm x.rpm")
			if got := nativeAt(t, filepath.Join(top, "x.rpm")); !slices.Equal(got, want) {
				t.Errorf("it finds\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}
