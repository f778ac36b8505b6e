package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/policy"
	"github.com/rogpeppe/go-internal/testscript"
)

// writeRecords records what a text says as muslcc would in the current folder: record FILE
//
//	unit src/walk.c walk.o     a translation unit and what was made of it
//	on alpine:3.20             its target, and that of the units below
//	3:10 header fts.h compile "fts.h: No such file or directory"
//	7:2 function f compile "..." in=include/x.h via=src/walk.c:1
//	link walk                  a link, whose uses have no place
//	- symbol getcontext link
//
// Paths are relative to the current folder, which is the root of the project, unless they are
// absolute.
func writeRecords(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: record FILE")
	}
	root := ts.MkAbs(".")
	w := recordWriter{ts: ts, root: root, store: record.Store{Dir: filepath.Join(root, record.Folder)}, on: "alpine:3.20/amd64"}
	ts.Check(w.store.Prepare())
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		w.line(strings.TrimSpace(line))
	}
	w.flush()
}

type recordWriter struct {
	ts    *testscript.TestScript
	root  string
	store record.Store
	on    string
	unit  *record.Unit
}

func (w *recordWriter) line(line string) {
	words := strings.Fields(line)
	switch {
	case len(words) == 0:
	case words[0] == "on":
		w.on = words[1]
		if w.unit != nil {
			w.unit.On = w.on
		}
	case words[0] == "unit" || words[0] == "link":
		w.flush()
		w.unit = &record.Unit{Root: w.root, Dir: w.root, Output: w.path(words[len(words)-1]), Compiler: "cc", On: w.on, Headers: "1.2.5", Files: map[string]string{}}
		if words[0] == "unit" {
			w.unit.Source = w.path(words[1])
		}
	default:
		w.use(line)
	}
}

func (w *recordWriter) use(line string) {
	file := w.unit.Source
	var via []lint.Spot
	for strings.Contains(line, " in=") || strings.Contains(line, " via=") {
		i := strings.LastIndexByte(line, ' ')
		key, value, _ := strings.Cut(line[i+1:], "=")
		line = line[:i]
		if key == "in" {
			file = w.path(value)
			continue
		}
		name, number, _ := strings.Cut(value, ":")
		n, err := strconv.Atoi(number)
		w.ts.Check(err)
		via = append([]lint.Spot{{File: w.path(name), Line: n}}, via...)
	}
	uses, _, err := policy.ReadUses([]byte(line))
	w.ts.Check(err)
	u := uses[0]
	u.Via = via
	if u.Line > 0 {
		u.File = file
		text, err := os.ReadFile(file)
		w.ts.Check(err)
		w.unit.Files[file] = record.Hash(text)
	}
	w.unit.Uses = append(w.unit.Uses, u)
}

func (w *recordWriter) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(w.root, name)
}

func (w *recordWriter) flush() {
	if w.unit != nil {
		w.ts.Check(w.store.Save(w.unit))
	}
}
