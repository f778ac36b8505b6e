package facts

import (
	_ "embed"
	"iter"
	"strings"
)

// headersText says which C headers musl has and what stands in for the others. It is written
// by gen/headers.go: what is known of missing headers is collected by hand; what a header
// brings or lacks was found by comparing the headers of glibc 2.36 and musl 1.2.5.
//
//go:embed headers.tsv
var headersText table

// Header is a header file of C or C++ as musl has it, or does not have it.
type Header struct {
	Name    string
	State   string   // "yes", "warns", "no" or "package": see LookupHeader
	What    string   // what it is for, a clause; empty for the well-known ones
	Package string   // apk package that brings it, or a replacement
	Until   string   // last release of Alpine with that package; empty when the newest has it
	Instead string   // what to write instead, or to do, in words
	Lacks   []string // names of glibc's header that musl's same header does not have
	Certain bool

	brings string
}

// LookupHeader returns a header by the name that an #include has between its brackets. The
// states are:
//
//	yes      musl has it
//	warns    musl has it, and it makes a warning and includes another one
//	no       musl does not have it
//	package  musl does not have it, as it belongs to another package
//
// A header in a folder of which all is said at once, such as linux/version.h, is answered by
// the folder.
func LookupHeader(name string) (Header, bool) {
	c := headersText.row(name)
	if folder := strings.LastIndexByte(name, '/'); c == nil && folder > 0 && folder < len(name)-1 {
		c = headersText.row(name[:folder] + "/*")
		if first := strings.IndexByte(name, '/'); c == nil && first < folder {
			c = headersText.row(name[:first] + "/*")
		}
	}
	if c == nil {
		return Header{}, false
	}
	return Header{
		Name: name, State: c[1], What: c[2], Package: c[3], Until: c[4], Instead: c[5], brings: c[6], Lacks: list(c[7]),
		Certain: certain(c[8]),
	}, true
}

// Brings yields the headers whose names come along with this one on glibc by accident, and on
// musl do not: each has to be included for itself, with some of these names.
func (h Header) Brings() iter.Seq2[string, []string] {
	return func(yield func(header string, names []string) bool) {
		for group := range strings.FieldsSeq(h.brings) {
			header, names, _ := strings.Cut(group, ":")
			if !yield(header, strings.Split(names, ",")) {
				return
			}
		}
	}
}

// Headers yields the names of all headers that the table has.
func Headers() iter.Seq[string] {
	return headersText.keys()
}

// PackageHeaders returns the headers that an apk package brings, or a replacement of them.
// The whole table is read for that.
func PackageHeaders(pkg string) []string {
	var names []string
	for line := range strings.Lines(headersText.body()) {
		if c := strings.SplitN(line, "\t", 5); c[3] == pkg {
			names = append(names, c[0])
		}
	}
	return names
}
