package artifact

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	lib  = library(strings.Repeat("a library that is long enough to be worth compressing. ", 20))
	obj  = object("an object")
	text = []byte(strings.Repeat("nothing native in here\n", 40))
)

// sample is a container and what is in it.
type sample struct {
	name       string // of the file
	container  func() []byte
	containers []string
	files      []string
	links      []string
	// Where it can be cut without a problem: right behind a part that is sound by itself,
	// up to where the next one can be told from garbage.
	silent [2]int
}

// samples are the happy paths: one a format at least, and ways to nest them.
var samples = []sample{
	{
		name:      "libx.so",
		container: func() []byte { return lib },
		files:     []string{"elf"},
	},
	{
		name:      "x.o",
		container: func() []byte { return obj },
		files:     []string{"object"},
	},
	{
		name: "libx.a",
		container: func() []byte {
			return arOf(part{name: "a.o", content: obj}, part{name: "README", content: text}, part{name: "a-very-long-name.cpp.o", content: obj})
		},
		containers: []string{"archive"},
		files:      []string{"object a.o", "object a-very-long-name.cpp.o"},
	},
	{
		name: "bsd.a",
		container: func() []byte {
			return bsdArOf(part{name: "a.o", content: obj}, part{name: "a very long name.o", content: append(obj, 0)})
		},
		containers: []string{"archive"},
		files:      []string{"object a.o", "object a very long name.o"},
	},
	{
		name: "x.zip",
		container: func() []byte {
			return zipOf(part{name: "a/"}, part{name: "a/x.so", content: lib}, part{name: "a/empty"}, part{name: "a/y.so=stored", content: lib},
				part{name: "a/z.so", link: "x.so"}, part{name: "readme.txt", content: text})
		},
		containers: []string{"zip"},
		files:      []string{"elf a/x.so", "elf a/y.so"},
		links:      []string{"a/z.so -> x.so"},
	},
	{
		name: "pkg-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
		container: func() []byte {
			return zipOf(part{name: "pkg/_x.so", content: lib}, part{name: "pkg-1.0.dist-info/WHEEL", content: text})
		},
		containers: []string{"wheel"},
		files:      []string{"elf pkg/_x.so"},
	},
	{
		name:       "x.egg",
		container:  func() []byte { return zipOf(part{name: "EGG-INFO/PKG-INFO"}, part{name: "x.so", content: lib}) },
		containers: []string{"egg"},
		files:      []string{"elf x.so"},
	},
	{
		name: "x.jar",
		container: func() []byte {
			return zipOf(part{name: "META-INF/MANIFEST.MF", content: text}, part{name: "native/libx.so", content: lib})
		},
		containers: []string{"jar"},
		files:      []string{"elf native/libx.so"},
	},
	{
		name: "java.base.jmod",
		container: func() []byte {
			return append([]byte("JM\x01\x00"), zipOf(part{name: "classes/module-info.class", content: text}, part{name: "lib/libx.so", content: lib})...)
		},
		containers: []string{"jmod"},
		files:      []string{"elf lib/libx.so"},
	},
	{
		name: "app.ear",
		container: func() []byte {
			jar := zipOf(part{name: "META-INF/MANIFEST.MF", content: text}, part{name: "native/libx.so", content: lib})
			war := zipOf(part{name: "META-INF/MANIFEST.MF"}, part{name: "WEB-INF/lib/x.jar=stored", content: jar}, part{name: "WEB-INF/lib/y.jar", content: jar})
			return zipOf(part{name: "META-INF/application.xml", content: text}, part{name: "app.war", content: war})
		},
		containers: []string{"ear", "war app.war", "jar app.war!/WEB-INF/lib/x.jar", "jar app.war!/WEB-INF/lib/y.jar"},
		files:      []string{"elf app.war!/WEB-INF/lib/x.jar!/native/libx.so", "elf app.war!/WEB-INF/lib/y.jar!/native/libx.so"},
	},
	{
		name: "x.1.0.nupkg",
		container: func() []byte {
			return zipOf(part{name: "x.nuspec", content: text}, part{name: "runtimes/linux-x64/native/libx.so", content: lib})
		},
		containers: []string{"nupkg"},
		files:      []string{"elf runtimes/linux-x64/native/libx.so"},
	},
	{
		name: "x.aar",
		container: func() []byte {
			return zipOf(part{name: "AndroidManifest.xml"}, part{name: "classes.jar", content: zipOf()}, part{name: "jni/x86_64/libx.so", content: lib})
		},
		containers: []string{"aar", "jar classes.jar"},
		files:      []string{"elf jni/x86_64/libx.so"},
	},
	{
		name: "android.apk",
		container: func() []byte {
			return zipOf(part{name: "AndroidManifest.xml"}, part{name: "classes.dex", content: text}, part{name: "lib/x86_64/libx.so=stored", content: lib})
		},
		containers: []string{"android-app"},
		files:      []string{"elf lib/x86_64/libx.so"},
	},
	{
		name: "x-1.0-0.conda",
		container: func() []byte {
			return zipOf(part{name: "metadata.json", content: text}, part{name: "pkg-x-1.0-0.tar.zst=stored", content: zstdOf(tarOf(part{name: "lib/libx.so", content: lib}))})
		},
		containers: []string{"conda", "tar pkg-x-1.0-0.tar.zst"},
		files:      []string{"elf pkg-x-1.0-0.tar.zst!/lib/libx.so"},
	},
	{
		name: "app.pyz",
		container: func() []byte {
			return append([]byte("#!/usr/bin/env python3\n"), zipOf(part{name: "x.so", content: lib}, part{name: "__main__.py=stored", content: text})...)
		},
		containers: []string{"zip"},
		files:      []string{"elf x.so"},
	},
	{
		name: "x.tar",
		container: func() []byte {
			return tarOf(part{name: "./usr/lib/libx.so.1.2", content: lib}, part{name: "./usr/lib/libx.so.1", link: "libx.so.1.2"},
				part{name: "/abs", content: text}, part{name: "./usr/lib/libx.a", content: arOf(part{name: "x.o", content: obj})})
		},
		containers: []string{"tar", "archive usr/lib/libx.a"},
		files:      []string{"elf usr/lib/libx.so.1.2", "object usr/lib/libx.a!/x.o"},
		links:      []string{"usr/lib/libx.so.1 -> libx.so.1.2"},
	},
	{
		name: "pax.tar",
		container: func() []byte {
			return tarAs(tar.FormatPAX, part{name: strings.Repeat("long/", 60) + "ü.so", content: lib})
		},
		containers: []string{"tar"},
		files:      []string{"elf " + strings.Repeat("long/", 60) + "ü.so"},
	},
	{
		name: "gnu.tar",
		container: func() []byte {
			return tarAs(tar.FormatGNU, part{name: strings.Repeat("long/", 60) + "x.so", content: lib})
		},
		containers: []string{"tar"},
		files:      []string{"elf " + strings.Repeat("long/", 60) + "x.so"},
	},
	{
		name: "v7.tar",
		container: func() []byte {
			// A header of before there was a mark, with the checksum made anew.
			b := tarOf(part{name: "x.so", content: lib})
			clear(b[257:512])
			copy(b[148:156], "        ")
			sum := 0
			for _, c := range b[:512] {
				sum += int(c)
			}
			copy(b[148:], []byte{byte('0' + sum>>12&7), byte('0' + sum>>9&7), byte('0' + sum>>6&7), byte('0' + sum>>3&7), byte('0' + sum&7), 0, ' '})
			return b
		},
		containers: []string{"tar"},
		files:      []string{"elf x.so"},
	},
	{
		name: "twice.tar",
		container: func() []byte {
			return append(tarOf(part{name: "x.so", content: lib}), tarOf(part{name: "y.so", content: lib})...)
		},
		containers: []string{"tar"},
		files:      []string{"elf x.so", "elf y.so"},
		silent:     [2]int{3072, 3584},
	},
	{
		name: "x.tar.gz",
		container: func() []byte {
			wheel := zipOf(part{name: "x.so", content: lib}, part{name: "x.dist-info/WHEEL"})
			return gzipOf(tarOf(part{name: "README", content: text}, part{name: "wheels/x.whl", content: wheel}, part{name: "x.so", content: lib}))
		},
		containers: []string{"tar", "wheel wheels/x.whl"},
		files:      []string{"elf wheels/x.whl!/x.so", "elf x.so"},
	},
	{
		name: "x.tar.xz",
		container: func() []byte {
			return xzOf(tarOf(part{name: "x.so", content: lib}, part{name: "README", content: text}))
		},
		containers: []string{"tar"},
		files:      []string{"elf x.so"},
	},
	{
		name:       "x.tar.zst",
		container:  func() []byte { return zstdOf(tarOf(part{name: "x.so", content: lib})) },
		containers: []string{"tar"},
		files:      []string{"elf x.so"},
	},
	{
		name: "skippable.tar.zst",
		container: func() []byte {
			return append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00skip"), zstdOf(tarOf(part{name: "x.so", content: lib}))...)
		},
		containers: []string{"tar"},
		files:      []string{"elf x.so"},
	},
	{
		name:       "x.tar.bz2",
		container:  func() []byte { return bzip2Of(tarOf(part{name: "x.so", content: lib})) },
		containers: []string{"tar"},
		files:      []string{"elf x.so"},
	},
	{
		name:       "x.so.gz",
		container:  func() []byte { return gzipOf(lib) },
		containers: []string{"compressed"},
		files:      []string{"elf x.so"},
	},
	{
		name: "two-members.so.gz",
		container: func() []byte {
			return append(append(gzipOf(lib[:100]), gzipOf(lib[100:])...), "\x00\x00trailing garbage"...)
		},
		containers: []string{"compressed"},
		files:      []string{"elf two-members.so"},
		silent:     [2]int{len(gzipOf(lib[:100])), len(gzipOf(lib[:100])) + 3},
	},
	{
		name: "modules.zip",
		container: func() []byte {
			return zipOf(part{name: "a.ko.zst", content: zstdOf(obj)}, part{name: "b.ko.xz", content: xzOf(obj)},
				part{name: "c.so.gz=stored", content: gzipOf(lib)}, part{name: "man.1.gz", content: gzipOf(text)}, part{name: "d.ko.bz2", content: bzip2Of(obj)})
		},
		containers: []string{"zip", "compressed a.ko.zst", "compressed b.ko.xz", "compressed c.so.gz", "compressed d.ko.bz2"},
		files:      []string{"object a.ko.zst!/a.ko", "object b.ko.xz!/b.ko", "elf c.so.gz!/c.so", "object d.ko.bz2!/d.ko"},
	},
	{
		name: "npm-1.0.0.tgz",
		container: func() []byte {
			return gzipOf(tarOf(part{name: "package/x.node", content: lib}, part{name: "package/package.json", content: text}))
		},
		containers: []string{"npm"},
		files:      []string{"elf package/x.node"},
	},
	{
		name: "x.deb",
		container: func() []byte {
			return debOf("data.tar.xz", xzOf(tarOf(part{name: "./usr/bin/x", content: lib})), part{name: "./control", content: text}, part{name: "./preinst", content: lib})
		},
		containers: []string{"deb"},
		files:      []string{"elf DEBIAN/preinst", "elf usr/bin/x"},
	},
	{
		name:       "plain.deb",
		container:  func() []byte { return debOf("data.tar", tarOf(part{name: "./usr/bin/x", content: lib})) },
		containers: []string{"deb"},
		files:      []string{"elf usr/bin/x"},
	},
	{
		name: "x-1.0-r0.apk",
		container: func() []byte {
			b := gzipOf(withoutEnd(tarOf(part{name: ".SIGN.RSA.key.pub", content: text})))
			b = append(b, gzipOf(withoutEnd(tarOf(part{name: ".PKGINFO", content: text})))...)
			return append(b, gzipOf(tarOf(part{name: "usr/lib/libx.so.1", content: lib}, part{name: "usr/lib/libx.so", link: "libx.so.1"}))...)
		},
		containers: []string{"apk"},
		files:      []string{"elf usr/lib/libx.so.1"},
		links:      []string{"usr/lib/libx.so -> libx.so.1"},
	},
	{
		name: "x-1.0-x86_64-linux.gem",
		container: func() []byte {
			return tarOf(part{name: "metadata.gz", content: gzipOf(text)},
				part{name: "data.tar.gz", content: gzipOf(tarOf(part{name: "lib/x/x.so", content: lib}))}, part{name: "checksums.yaml.gz", content: gzipOf(text)})
		},
		containers: []string{"gem"},
		files:      []string{"elf lib/x/x.so"},
	},
	{
		name: "initramfs.cpio",
		container: func() []byte {
			return append(cpioOf(part{name: "bin/x", content: lib}, part{name: "bin/y", link: "x"}), cpioOf(part{name: "bin/z", content: lib})...)
		},
		containers: []string{"cpio"},
		files:      []string{"elf bin/x", "elf bin/z"},
		links:      []string{"bin/y -> x"},
	},
	{
		name:       "initramfs.gz",
		container:  func() []byte { return gzipOf(cpioOf(part{name: "bin/x", content: lib})) },
		containers: []string{"compressed", "cpio initramfs"},
		files:      []string{"elf initramfs!/bin/x"},
	},
	{
		name:       "x.rpm",
		container:  func() []byte { return rpmOf(zstdOf(cpioOf(part{name: "./usr/bin/x", content: lib}))) },
		containers: []string{"rpm"},
		files:      []string{"elf usr/bin/x"},
	},
	{
		name: "image.tar",
		container: func() []byte {
			layer := tarOf(part{name: "usr/bin/x", content: lib})
			return tarOf(part{name: "manifest.json", content: text}, part{name: "blobs/sha256/aa", content: layer}, part{name: "blobs/sha256/bb", content: gzipOf(layer)})
		},
		containers: []string{"tar", "tar blobs/sha256/aa", "tar blobs/sha256/bb"},
		files:      []string{"elf blobs/sha256/aa!/usr/bin/x", "elf blobs/sha256/bb!/usr/bin/x"},
	},
}

func TestFormats(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			got := walkBytes(t, s.name, s.container(), Limits{})
			if diff := cmp.Diff(s.containers, got.containers); diff != "" {
				t.Errorf("containers (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(s.files, got.files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(s.links, got.links); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
			for _, p := range got.problems {
				t.Errorf("problem: %s", p)
			}
			for i, content := range got.contents {
				if !bytes.HasPrefix(content, lib) && !bytes.HasPrefix(content, obj) {
					t.Errorf("%s: %d bytes that are not those that went in", got.files[i], len(content))
				}
			}
		})
	}
}

func TestKindNames(t *testing.T) {
	for _, s := range samples {
		for _, c := range append(s.containers, s.files...) {
			kind, _, _ := strings.Cut(c, " ")
			if Kind(kind).Name() == "" {
				t.Errorf("kind %q has no name", kind)
			}
		}
	}
}
