package landing

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/buildcontext"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/elf/elftest"
)

var (
	glibc   = recipe("elf: program\ninterp: /lib64/ld-linux-x86-64.so.2\nneeded: libc.so.6")
	glibc64 = recipe("elf: program arm64\ninterp: /lib/ld-linux-aarch64.so.1\nneeded: libc.so.6")
	musl    = recipe("elf: program\ninterp: /lib/ld-musl-x86_64.so.1\nneeded: libc.musl-x86_64.so.1")
	static  = recipe("elf: static")
	plugin  = recipe("elf: library\nneeded: libc.so.6\nundefined: __no_such_function@GLIBC_2.2.5\nbind: now")
	plain   = recipe("elf: library\nneeded: libc.so.6\nundefined: malloc@GLIBC_2.2.5")
)

func recipe(text string) string {
	f, err := elftest.Parse(text)
	if err != nil {
		panic(err)
	}
	return string(f.Bytes())
}

// landingOf returns that of a Dockerfile whose context holds the files.
func landingOf(t *testing.T, text string, files map[string]string) (*dockerfile.File, *Landing) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o777)
		if target, ok := strings.CutPrefix(content, "-> "); ok && err == nil {
			err = os.Symlink(target, path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(content), 0o777)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	context, err := buildcontext.Open(dir, buildcontext.Options{Name: "."})
	if err != nil {
		t.Fatal(err)
	}
	f := dockerfile.Parse(lint.NewSource("Dockerfile", []byte(text)), dockerfile.Options{})
	l := New(f, func() (*buildcontext.Context, error) { return context, nil }, false, Limits{})
	t.Cleanup(func() { l.Close(); context.Close() })
	return f, l
}

// verdicts writes what becomes of all that lands, a line each.
func verdicts(f *dockerfile.File, l *Landing) string {
	var b strings.Builder
	for _, s := range f.Stages {
		for _, in := range s.Instructions {
			for _, a := range l.Of(in) {
				fmt.Fprintf(&b, "%s at %s %s %s %s", a.Place(), a.Dest, a.Form, a.Libc, a.Verdict)
				if a.More > 0 {
					fmt.Fprintf(&b, " and %d more", a.More)
				}
				b.WriteString("\n")
			}
		}
	}
	return b.String()
}

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name, text string
		files      map[string]string
		want       string
	}{
		{
			name: "several libcs", text: "FROM alpine:3.20\nCOPY bin/ /usr/bin/\n",
			files: map[string]string{"bin/g": glibc, "bin/m": musl, "bin/s": static, "bin/text": "#!/bin/sh\n", "other/g": glibc},
			want:  "g at /usr/bin/g program glibc fails\nm at /usr/bin/m program musl runs\ns at /usr/bin/s static-program static runs\n",
		},
		{
			name: "what a later COPY replaces is not there", text: "FROM alpine:3.20\nCOPY old /usr/bin/server\nCOPY new /usr/bin/server\n",
			files: map[string]string{"old": glibc, "new": static},
			want:  "new at /usr/bin/server static-program static runs\n",
		},
		{
			name: "nor is what a stage replaces that is FROM this one", text: "FROM alpine:3.20 AS base\nCOPY old /usr/bin/server\nFROM base\nCOPY new /usr/bin/server\n",
			files: map[string]string{"old": glibc, "new": static},
			want:  "new at /usr/bin/server static-program static runs\n",
		},
		{
			name: "architectures: those that fit count", text: "FROM alpine:3.20\nCOPY bin /bin/\n",
			files: map[string]string{"bin/amd64": static, "bin/arm64": glibc64},
			want:  "amd64 at /bin/amd64 static-program static runs\n",
		},
		{
			name: "architectures: without any that fits the others do", text: "FROM alpine:3.20\nCOPY bin /bin/\n",
			files: map[string]string{"bin/arm64": glibc64},
			want:  "arm64 at /bin/arm64 program glibc fails\n",
		},
		{
			name: "the platform is said", text: "FROM --platform=linux/amd64 alpine:3.20\nCOPY bin /bin/\n",
			files: map[string]string{"bin/arm64": glibc64},
			want:  "arm64 at /bin/arm64 program glibc fails\n",
		},
		{
			name: "an unknown image", text: "FROM corp/base\nCOPY g /bin/\n",
			files: map[string]string{"g": glibc},
		},
		{
			name: "an unknown release", text: "FROM node:22-alpine\nCOPY g p.so /bin/\n",
			files: map[string]string{"g": glibc, "p.so": plugin},
			want:  "g at /bin/g program glibc fails\np.so at /bin/p.so library glibc fails\n",
		},
		{
			name: "two builds of one addon", text: "FROM node:22-alpine\nCOPY m /m\n",
			files: map[string]string{"m/node_modules/a/a.glibc.node": plugin, "m/node_modules/a/a.musl.node": plain, "m/node_modules/b/b.node": plugin},
			want:  "a.glibc.node at /m/node_modules/a/a.glibc.node plugin glibc unknown\na.musl.node at /m/node_modules/a/a.musl.node plugin glibc runs\nb.node at /m/node_modules/b/b.node plugin glibc fails\n",
		},
		{
			name: "what came with node_modules is one thing", text: "FROM node:22-alpine\nCOPY m /m\n",
			files: map[string]string{"m/node_modules/a/a.node": plugin, "m/node_modules/b/b.node": plugin, "m/node_modules/c/tool": glibc},
			want:  "a.node at /m/node_modules/a/a.node plugin glibc fails and 2 more\n",
		},
		{
			name: "files for other systems", text: "FROM alpine:3.20\nCOPY x /x\n",
			files: map[string]string{"x/SunOS/x86_64/liba.so": plugin, "x/linux-android/liba.so": plugin, "x/freebsd-x64/a.node": plugin},
		},
		{
			name: "a musl program on Debian", text: "FROM debian:bookworm\nCOPY m g /bin/\n",
			files: map[string]string{"m": musl, "g": glibc},
			want:  "m at /bin/m program musl fails\ng at /bin/g program glibc unknown\n",
		},
		{
			name: "with its loader", text: "FROM scratch\nCOPY m /bin/m\nCOPY ld /lib/ld-musl-x86_64.so.1\n",
			files: map[string]string{"m": musl, "ld": plain},
			want:  "m at /bin/m program musl unknown\nld at /lib/ld-musl-x86_64.so.1 library glibc unknown\n",
		},
		{
			name: "glibc's loader comes along", text: "FROM debian:12 AS d\nFROM alpine:3.20\nCOPY g /bin/\nCOPY --from=d /lib64 /lib64\n",
			files: map[string]string{"g": glibc},
			want:  "g at /bin/g program glibc unknown\n",
		},
		{
			name: "what is built again is another file", text: "FROM golang:1.26-alpine3.20\nWORKDIR /app\nCOPY . .\nRUN go build -o main .\nCMD [\"/app/main\"]\n",
			files: map[string]string{"main": glibc, "tool": glibc},
			want:  "main at /app/main program glibc unknown\ntool at /app/tool program glibc fails\n",
		},
		{
			name: "what is removed is not there", text: "FROM alpine:3.20\nCOPY main tool /opt/\nRUN chmod +x /opt/tool && cd /opt && rm -f main\n",
			files: map[string]string{"main": glibc, "tool": glibc},
			want:  "main at /opt/main program glibc unknown\ntool at /opt/tool program glibc fails\n",
		},
		{
			name: "make may build anything", text: "FROM alpine:3.20\nWORKDIR /src\nCOPY . .\nRUN make\nCMD [\"./main\"]\n",
			files: map[string]string{"main": glibc},
			want:  "main at /src/main program glibc unknown\n",
		},
		{
			name: "sources that are not there", text: "FROM alpine:3.20\nCOPY dist/server /bin/\nCOPY $X/y /bin/\n",
			files: map[string]string{"other": glibc},
		},
		{
			name: "onbuild", text: "FROM alpine:3.20\nONBUILD COPY g /bin/\n",
			files: map[string]string{"g": glibc},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, l := landingOf(t, test.text, test.files)
			got := verdicts(f, l)
			for _, prefix := range []string{"bin/", "m/node_modules/a/", "m/node_modules/b/"} {
				got = strings.ReplaceAll("\n"+got, "\n"+prefix, "\n")[1:]
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if p := l.Problems(); len(p) > 0 {
				t.Errorf("problems: %q", p)
			}
		})
	}
}

// A loader sees the files where they land, through the links that land beside them.
func TestLoaderSeesTheImage(t *testing.T) {
	program := recipe("elf: program\ninterp: /lib/ld-musl-x86_64.so.1\nneeded: libshop.so libc.musl-x86_64.so.1\nrunpath: $ORIGIN/../lib\nundefined: shop")
	library := recipe("elf: library\nsoname: libshop.so.1\nneeded: libc.musl-x86_64.so.1\ndefined: shop")
	empty := recipe("elf: library\nneeded: libc.musl-x86_64.so.1")
	for _, test := range []struct {
		name, text string
		files      map[string]string
		want       lint.Verdict
	}{
		{"by its run path", "FROM alpine:3.20\nCOPY . /opt/shop/\n", map[string]string{"bin/shop": program, "lib/libshop.so": library}, lint.Runs},
		{"through a link to a file", "FROM alpine:3.20\nCOPY . /opt/shop/\n", map[string]string{"bin/shop": program, "lib/libshop.so": "-> libshop.so.1", "lib/libshop.so.1": library}, lint.Runs},
		{"through a link to a folder", "FROM alpine:3.20\nCOPY . /opt/shop/\n", map[string]string{"bin/shop": program, "lib": "-> real", "real/libshop.so": library}, lint.Runs},
		{"in the system's folders", "FROM alpine:3.20\nCOPY bin/shop /usr/bin/\nCOPY lib/* /usr/local/lib/\n", map[string]string{"bin/shop": program, "lib/libshop.so": library}, lint.Runs},
		{"in the stage that it is FROM", "FROM alpine:3.20 AS libs\nCOPY lib /usr/lib\nFROM libs\nCOPY bin/shop /usr/bin/\n", map[string]string{"bin/shop": program, "lib/libshop.so": library}, lint.Runs},
		{"by LD_LIBRARY_PATH", "FROM alpine:3.20\nENV LD_LIBRARY_PATH=/srv\nCOPY bin/shop /usr/bin/\nCOPY lib /srv\n", map[string]string{"bin/shop": program, "lib/libshop.so": library}, lint.Runs},
		{"nowhere", "FROM alpine:3.20\nCOPY bin/shop /usr/bin/\n", map[string]string{"bin/shop": program}, lint.Fails},
		{"where nobody looks", "FROM alpine:3.20\nCOPY bin/shop /usr/bin/\nCOPY lib /srv\n", map[string]string{"bin/shop": program, "lib/libshop.so": library}, lint.Undecided},
		{"perhaps in another stage", "FROM alpine:3.20 AS b\nRUN make\nFROM alpine:3.20\nCOPY bin/shop /usr/bin/\nCOPY --from=b /usr/local/lib /usr/local/lib\n", map[string]string{"bin/shop": program}, lint.Undecided},
		{"perhaps in a folder that is yet to be made", "FROM alpine:3.20\nCOPY bin/shop /usr/bin/\nCOPY dist/lib /usr/lib\n", map[string]string{"bin/shop": program}, lint.Undecided},
		{"without the symbol", "FROM alpine:3.20\nCOPY bin/shop /usr/bin/\nCOPY lib /usr/lib\n", map[string]string{"bin/shop": program, "lib/libshop.so": empty}, lint.Fails},
		{"in a circle of links", "FROM alpine:3.20\nCOPY . /opt/shop\n", map[string]string{"bin/shop": program, "lib/libshop.so": "-> libshop.so"}, lint.Undecided},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, l := landingOf(t, test.text, test.files)
			for _, s := range f.Stages {
				for _, in := range s.Instructions {
					for _, a := range l.Of(in) {
						if strings.HasSuffix(a.Path, "bin/shop") && a.Verdict != test.want {
							t.Errorf("got %s (%s), want %s; %q", a.Verdict, a.Summary, test.want, a.Errors)
						}
					}
				}
			}
		})
	}
}

func TestContainers(t *testing.T) {
	jar := zipped(t, map[string]string{"a.class": "x", "native/liba.so": plugin})
	boot := zipped(t, map[string]string{"BOOT-INF/lib/a.jar": jar})
	archive := tarred(t, map[string]string{"opt/tool": glibc, "opt/readme": "x", "inner.tar": tarred(t, map[string]string{"never": glibc})})
	f, l := landingOf(t, "FROM alpine:3.20\nCOPY app.jar /srv/\nCOPY boot.jar /srv/\nADD tool.tgz /\nCOPY tool.tgz /tmp/\nADD text.gz /x/\n", map[string]string{
		"app.jar": jar, "boot.jar": boot, "tool.tgz": gzipped(t, archive), "text.gz": gzipped(t, "text"),
	})
	want := "app.jar!/native/liba.so at /srv/app.jar plugin glibc fails\n" +
		"boot.jar!/BOOT-INF/lib/a.jar!/native/liba.so at /srv/boot.jar plugin glibc fails\n" +
		"tool.tgz!/opt/tool at /opt/tool program glibc fails\n"
	if diff := cmp.Diff(want, verdicts(f, l)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func zipped(t *testing.T, files map[string]string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarred(t *testing.T, files map[string]string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, content := range files {
		err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))})
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t *testing.T, content string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFamily(t *testing.T) {
	for _, pair := range [][2]string{
		{"@next/swc-linux-x64-gnu/next-swc.linux-x64-gnu.node", "@next/swc-linux-x64-musl/next-swc.linux-x64-musl.node"},
		{"@img/sharp-linux-x64/lib/sharp-linux-x64.node", "@img/sharp-linuxmusl-x64/lib/sharp-linuxmusl-x64.node"},
		{"prebuilds/linux-x64/bcrypt.glibc.node", "prebuilds/linux-x64/bcrypt.musl.node"},
		{"prebuilds/linux-x64/node.napi.node", "prebuilds/linux-x64/node.napi.musl.node"},
		{"native/Linux/x86_64/libsqlitejdbc.so", "native/Linux-Musl/x86_64/libsqlitejdbc.so"},
		{"librocksdbjni-linux64.so", "librocksdbjni-linux64-musl.so"},
		{"x.cpython-312-x86_64-linux-gnu.so", "x.cpython-312-x86_64-linux-musl.so"},
		{"lib-arm-unknown-linux-gnueabihf/x", "lib-arm-unknown-linux-musleabihf/x"},
	} {
		if family(pair[0]) != family(pair[1]) {
			t.Errorf("%s: %s is no %s", pair[0], family(pair[1]), family(pair[0]))
		}
	}
	for _, name := range []string{"bin/gnupg", "lib/libmuslim.so", "signup"} {
		if family(name) != name {
			t.Errorf("%s: %s", name, family(name))
		}
	}
}

// What a file and another one have in common when only one of them is ever loaded.
func TestKin(t *testing.T) {
	stands := func(a, b string) bool {
		list := []*Arrival{{kin: kinOf(a)}, {kin: kinOf(b)}}
		list[0].Verdict, list[1].Verdict = lint.Fails, lint.Runs
		excuse(list, lint.Musl)
		return list[0].Verdict != lint.Fails
	}
	for _, pair := range [][2]string{
		{"node_modules/@lmdb/lmdb-linux-x64/node.abi115.glibc.node", "node_modules/@lmdb/lmdb-linux-x64/node.napi.musl.node"},
		{"a/node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.42", "a/node_modules/@img/sharp-libvips-linuxmusl-x64/lib/libvips-cpp.so.43"},
		{"node_modules/lightningcss-linux-x64-gnu/x.node", "node_modules/lightningcss-linux-x64-musl/y.node"},
	} {
		if !stands(pair[0], pair[1]) {
			t.Errorf("%s does not stand in for %s: %v, %v", pair[1], pair[0], kinOf(pair[1]), kinOf(pair[0]))
		}
	}
	for _, pair := range [][2]string{
		{"node_modules/a/build/Release/a.node", "node_modules/b/build/Release/b.node"},
		{"node_modules/@img/sharp-linux-x64/lib/a.node", "node_modules/@img/other-linuxmusl-x64/lib/a.node"},
		{"a/node_modules/x-linux/a.node", "b/node_modules/x-linuxmusl/a.node"},
		{"node_modules/x-linux-x64/lib/a.so", "node_modules/x-linux-x64/lib/b.so"},
		{"node_modules/x/a.glibc.node", "node_modules/x/b.glibc.node"},
	} {
		if stands(pair[0], pair[1]) {
			t.Errorf("%s stands in for %s", pair[1], pair[0])
		}
	}
}

func TestWheels(t *testing.T) {
	for name, want := range map[string]lint.Verdict{
		"numpy-1.26.4-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": lint.Fails,
		"numpy-1.26.4-cp312-cp312-musllinux_1_1_x86_64.whl":                       lint.Runs,
		"six-1.16.0-py2.py3-none-any.whl":                                         lint.Runs,
		"own-1.0-cp312-cp312-linux_x86_64.whl":                                    lint.Undecided,
		"win-1.0-cp312-cp312-win_amd64.whl":                                       lint.Undecided,
		"both-1.0-1-cp312-abi3-manylinux1_i686.musllinux_1_1_i686.whl":            lint.Runs,
	} {
		list := wheel(&Arrival{Artifact: lint.Artifact{Path: "w/" + name}})
		if len(list) != 1 || list[0].Verdict != want {
			t.Errorf("%s: %+v, want %s", name, list, want)
		}
	}
	if list := wheel(&Arrival{Artifact: lint.Artifact{Path: "no-wheel.whl"}}); list != nil {
		t.Errorf("a name that is none: %+v", list)
	}
}

// A library runs where what loads it does: that one's run path finds what it needs.
func TestJoin(t *testing.T) {
	addon := &Arrival{Artifact: lint.Artifact{Path: "a.node", Verdict: lint.Runs, Loads: []string{"/m/lib/libv.so"}}, Dest: "/m/a.node"}
	library := &Arrival{Artifact: lint.Artifact{Path: "libv.so", Form: lint.FormLibrary, Verdict: lint.Fails, Errors: []string{"x"}}, Dest: "/m/lib/libv.so"}
	other := &Arrival{Artifact: lint.Artifact{Path: "libw.so", Form: lint.FormLibrary, Verdict: lint.Fails}, Dest: "/m/lib/libw.so"}
	join([]*Arrival{library, addon, other})
	if library.Verdict != lint.Runs || library.Errors != nil || other.Verdict != lint.Fails {
		t.Errorf("%+v, %+v", library, other)
	}
}

// What comes through another stage is what it was there, unless something may have changed it.
func TestThroughAStage(t *testing.T) {
	files := map[string]string{"out/g": glibc}
	for text, want := range map[string]string{
		"FROM debian:12 AS a\nCOPY out /o\nFROM alpine:3.20\nCOPY --from=a /o/g /bin/g\n":                             "out/g at /bin/g program glibc fails\n",
		"FROM debian:12 AS a\nCOPY out /o\nRUN chmod +x /o/g\nFROM alpine:3.20\nCOPY --from=a /o /srv/\n":             "out/g at /srv/g program glibc fails\n",
		"FROM debian:12 AS a\nCOPY out /o\nFROM a AS b\nRUN make\nFROM alpine:3.20\nCOPY --from=b /o /srv/\n":         "",
		"FROM debian:12 AS a\nCOPY out /o\nFROM a AS b\nRUN apt-get update\nFROM alpine:3.20\nCOPY --from=b /o /o/\n": "out/g at /o/g program glibc fails\n",
		"FROM debian:12 AS a\nCOPY out /o\nFROM alpine:3.20\nCOPY --from=a /o/g /b/\nRUN cc -o /b/g x.c\n":            "out/g at /b/g program glibc unknown\n",
		"FROM debian:12 AS a\nCOPY out /o\nFROM alpine:3.20\nCOPY --from=a /p /b/\n":                                  "",
	} {
		f, l := landingOf(t, text, files)
		s := f.Stages[len(f.Stages)-1]
		if got := verdicts(&dockerfile.File{Stages: []*dockerfile.Stage{s}}, l); got != want {
			t.Errorf("%s\ngot %q, want %q", text, got, want)
		}
	}
}
