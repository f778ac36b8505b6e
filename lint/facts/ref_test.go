package facts

import (
	"strings"
	"testing"
)

func TestParseRef(t *testing.T) {
	for _, test := range []struct {
		in   string
		want Ref
		ok   bool
	}{
		{"alpine", Ref{Repository: "alpine"}, true},
		{"alpine:3.20", Ref{Repository: "alpine", Tag: "3.20"}, true},
		{"library/alpine", Ref{Repository: "alpine"}, true},
		{"docker.io/library/alpine:3", Ref{Repository: "alpine", Tag: "3"}, true},
		{"registry.corp/library/alpine:3.20", Ref{Registry: "registry.corp", Repository: "library/alpine", Tag: "3.20"}, true},
		{"registry.corp:5000/a/b", Ref{Registry: "registry.corp:5000", Repository: "a/b"}, true},
		{"localhost/app:1", Ref{Registry: "localhost", Repository: "app", Tag: "1"}, true},
		{"someone/app@sha256:abc", Ref{Repository: "someone/app", Digest: "sha256:abc"}, true},
		{"app:1@sha256:abc", Ref{Repository: "app", Tag: "1", Digest: "sha256:abc"}, true},
		{"node:${V:-20}-alpine", Ref{Repository: "node", Tag: "${V:-20}-alpine"}, true},
		{"${REG:-docker.io}/node:20", Ref{Registry: "${REG:-docker.io}", Repository: "node", Tag: "20"}, true},
		{"$REG/node", Ref{Registry: "$REG", Repository: "node"}, true},
		{"", Ref{}, false},
		{"${BASE}", Ref{}, false},
		{"$REPO:1.0-alpine", Ref{}, false},
		{"a b", Ref{}, false},
		{":3", Ref{}, false},
		{"a//b", Ref{}, false},
		{"registry.corp/", Ref{}, false},
		{"app:1 AS build", Ref{}, false},
	} {
		got, ok := ParseRef(test.in)
		if got != test.want || ok != test.ok {
			t.Errorf("ParseRef(%q) = %+v, %v, want %+v, %v", test.in, got, ok, test.want, test.ok)
		}
	}
}

func TestRefName(t *testing.T) {
	for in, want := range map[string]string{"alpine:3": "alpine", "registry.corp/a/b/c:1": "c"} {
		if ref, _ := ParseRef(in); ref.Name() != want {
			t.Errorf("name of %s is %s, want %s", in, ref.Name(), want)
		}
	}
}

// FuzzParseRef holds that a reference reads the same after it was written, and that looking
// it up needs no more of it than that it could be read.
func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{"alpine", "docker.io/library/alpine:3.20@sha256:00", "${R:-a/b}/node:${V:-1}-alpine${A}", "localhost:5000/x/y-z_1", "a:b:c", "@", "v/dotnet/x.y/z:$", "arm32v7/busybox:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		ref, ok := ParseRef(in)
		if !ok {
			if ref != (Ref{}) {
				t.Errorf("%q: not a reference, and yet %+v", in, ref)
			}
			return
		}
		again, ok := ParseRef(ref.String())
		if !ok || again != ref {
			t.Errorf("%q reads as %+v, and %q as %+v", in, ref, ref.String(), again)
		}
		if strings.Contains(ref.Name(), "/") || ref.Name() == "" {
			t.Errorf("%q has the name %q", in, ref.Name())
		}
		img, known := LookupImage(ref, "")
		if known && (img.Libc == "" || img.Why == "") {
			t.Errorf("%q is known and says nothing: %+v", in, img)
		}
		ImageArtifact(ref, in)
		ImageHas(ref, "", in)
	})
}
