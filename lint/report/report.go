// Package report writes a lint.Report in the formats that people and programs read, one
// file a format.
//
// Findings come out in the order of the report; sorting is the business of who made it.
// Every format takes every report: findings without a place, sources that are missing,
// bytes that are not UTF-8. Formats that reach a terminal never pass on a control
// character of the input, because a hostile Dockerfile could drive the terminal with it.
package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/musllint/musllint/lint"
)

const homepage = "https://github.com/musllint/musllint"

// Options say how a report looks. The zero value is right for a file or a pipe. Only the
// text format has a look; the others pay no attention to them.
type Options struct {
	Color bool // ANSI colours
	Width int  // columns of the terminal, to which lines are wrapped; 0 wraps nothing
	All   bool // no list is cut short
}

// Format writes a whole report. Its error is the writer's.
type Format func(w io.Writer, r *lint.Report, opt Options) error

// Formats are all formats by the name that --format takes; the first is the default.
var Formats = []struct {
	Name  string
	Write Format
}{
	{"text", writeText},
	{"concise", writeConcise},
	{"json", writeJSON},
	{"sarif", writeSARIF},
	{"github", writeGitHub},
}

// Lookup returns the format of a name, and whether there is one.
func Lookup(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f.Write, true
		}
	}
	return nil, false
}

// source returns the content that the offsets of rg count in, nil when the report does not
// hold it: bytes inside a container are never held.
func source(r *lint.Report, rg lint.Range) *lint.Source {
	if rg.Inner != "" {
		return nil
	}
	return r.Sources[rg.File]
}

// placed returns the source of rg if there are lines and columns to tell, else nil: the
// range means a file as a whole, or nobody knows the content. An edit must not be asked,
// since inserting at offset 0 looks like the whole file.
func placed(r *lint.Report, rg lint.Range) *lint.Source {
	if rg.Start == 0 && rg.End == 0 {
		return nil
	}
	return source(r, rg)
}

// path names the file of rg for people, empty when there is none.
func path(rg lint.Range) string {
	if rg.Inner == "" {
		return printable(rg.File)
	}
	return printable(rg.File + "!/" + rg.Inner)
}

// where is the place of rg for people, as exact as it is known: "file:line:column", "file"
// or nothing.
func where(r *lint.Report, rg lint.Range) string {
	src := placed(r, rg)
	if src == nil {
		return path(rg)
	}
	p := src.Position(rg.Start)
	return fmt.Sprintf("%s:%d:%d", path(rg), p.Line, p.Column)
}

// withPlace is a piece of evidence on one line.
func withPlace(r *lint.Report, ev lint.Related) string {
	if at := where(r, ev.Range); at != "" {
		return ev.Message + " (" + at + ")"
	}
	return ev.Message
}

// lastByte returns where the last byte of rg stands. Unlike the position of End it never
// is on a line that the range only touches.
func lastByte(src *lint.Source, rg lint.Range) lint.Position {
	return src.Position(max(rg.Start, rg.End-1))
}

// repairLabel says what kind of repair the fix at index i of fixes is. Fixes of one group
// are alternatives, which the label of the later ones tells.
func repairLabel(fixes []lint.Fix, i int) string {
	f := fixes[i]
	label := "fix"
	switch f.Safety {
	case lint.Unsafe:
		label = "fix (unsafe)"
	case lint.Manual:
		label = "do"
	}
	if i > 0 && f.Group != "" && f.Group == fixes[i-1].Group {
		return "or " + label
	}
	return label
}

// reason is why an input could not be read, without the name that stands beside it anyway.
func reason(f lint.Failure) string {
	if pe, ok := errors.AsType[*fs.PathError](f.Err); ok && pe.Path == f.File {
		return pe.Err.Error()
	}
	return f.Err.Error()
}
