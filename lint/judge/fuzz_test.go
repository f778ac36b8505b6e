package judge

import (
	"bytes"
	"io/fs"
	"testing"

	"github.com/musllint/musllint/lint/elf/elftest"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// single is the files of a machine that has one.
type single struct {
	name    string
	content []byte
}

func (s single) Open(name string, _ loader.Way) (*loader.Source, error) {
	if name != s.name {
		return nil, fs.ErrNotExist
	}
	return &loader.Source{Reader: bytes.NewReader(s.content), Size: int64(len(s.content))}, nil
}

// FuzzJudge judges damaged files.
func FuzzJudge(f *testing.F) {
	for _, recipe := range []string{
		"elf: program\ninterp: /lib64/ld-linux-x86-64.so.2\nneeded: libc.so.6 libz.so.1\nundefined: fcntl64@GLIBC_2.28 zlibVersion\n",
		"elf: library\nneeded: libstdc++.so.6 libc.so.6\nundefined: napi_create_object __memcpy_chk@GLIBC_2.3.4@libc.so.6 _Znwm@GLIBCXX_3.4\nbind: now\n",
		"elf: library arm64\nneeded: libpython3.12.so.1.0\ndefined: PyInit_x\nundefined: Py_IncRef\nnote: Go\n",
		"elf: static riscv64\n", "elf: object s390x\n", "elf: fixed 386\ninterp: /lib/ld-musl-i386.so.1\nneeded: libc.so\n",
	} {
		r, err := elftest.Parse(recipe)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("x.node", r.Bytes())
		f.Add("lib/x.so.1", r.Bytes())
	}
	target, err := facts.ParseTarget("alpine:3.20")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		a, err := Judge(single{name, content}, name, Auto, Environment{Target: target})
		if err == nil && a.Verdict == "" {
			t.Error("no verdict")
		}
	})
}
