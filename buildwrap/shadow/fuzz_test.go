package shadow

import (
	"reflect"
	"strings"
	"testing"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/lint/csource"
)

// FuzzOutline: any text has an outline, which is the same when it was kept.
func FuzzOutline(f *testing.F) {
	f.Add([]byte("#if defined(A) && (B || C > 1)\n#include <x.h>\n#define M(a) a##b strdupa(a)\n#define H \"x.h\"\n#elif 0\n#include H\n#error x\n#endif\nint f(void) { return p->__data; }\n"))
	f.Add([]byte("#define H \"x\\\n.h\"\n#include <a\\\nb>\n#if A |\\\n| B\n"))
	f.Add([]byte("#if ((((\n#if ))\n#else\n#endif ##"))
	f.Fuzz(func(t *testing.T, text []byte) {
		u := &Unit{Headers: &Headers{}, src: cmdline.Source{Path: "x.c", Language: "c"}}
		s := newSurvey(u, &outlines{unit: u})
		o := s.outlineOf(csource.Read(text), false)
		state := fileState{regular: true, size: int64(len(text)), time: 1}
		s.kept.add("c /a b.h", state, o)
		again := &outlines{}
		again.read(string(s.kept.fresh))
		if got, ok := again.find("c /a b.h", state); !ok || again.broken || len(got) != len(o) || len(o) > 0 && !reflect.DeepEqual(got, o) {
			t.Errorf("kept as %q, %t\nis %q", got, ok, o)
		}
		for _, i := range o {
			s.holds(i.guard, 1)
		}
		mentions(csource.Read(text), "strdupa")
	})
}

// FuzzOutlines: whatever the file of the cache has, it is read.
func FuzzOutlines(f *testing.F) {
	o := &outlines{}
	o.add("c /a.h", fileState{regular: true, size: 1, time: 2}, outline{{itemName, "A", "x"}, {itemMacros, "", "000"}})
	f.Add(o.fresh)
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		o := &outlines{}
		o.read(string(content))
		for _, p := range o.slots {
			if p.start > 0 && int(p.start) > len(content) {
				t.Errorf("a record at %d of %d bytes", p.start, len(content))
			}
		}
		if found, ok := o.find("c /a.h", fileState{regular: true, size: 1, time: 2}); ok && !strings.Contains(string(content), "1 2 c /a.h\n") {
			t.Errorf("found %v", found)
		}
		var m macroSet
		m.addAll(string(content), 1)
	})
}

// FuzzInfo: whatever was kept of a compiler is read, and what was read can be kept.
func FuzzInfo(f *testing.F) {
	f.Add("none \nmajor 12\narch x86_64\nc /usr/include\nstamp 17 /usr\nview /v\nof /w\nend \n")
	f.Add("stamp x\n")
	f.Fuzz(func(t *testing.T, text string) {
		var i, again info
		if !i.read(text) {
			return
		}
		if kept, ok := i.text(); !ok || !again.read(kept) || !reflect.DeepEqual(i, again) {
			t.Errorf("%+v was kept as %q, which is %+v", i, kept, again)
		}
	})
}
