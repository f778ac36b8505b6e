//go:build ignore

// This program adds to sonames.tsv what apk knows of a release.
//
//	go run gen/sonames.go sonames.tsv 3.21=lib/apk/db/installed 3.24=APKINDEX > new.tsv && mv new.tsv sonames.tsv
//
// A file is the apk database of an image or the APKINDEX of a repository, which are of one
// format; what was seen before stays. Without any file the table comes out as it went in.
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/facts"
)

// row is a library and a package that holds it.
type row struct {
	soname, pkg string
	releases    []string
	evidence    []string
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: go run gen/sonames.go sonames.tsv [RELEASE=FILE]...")
	}
	header, rows := readTable(os.Args[1])
	for _, arg := range os.Args[2:] {
		release, file, ok := strings.Cut(arg, "=")
		if _, known := facts.ReleaseOf(release); !ok || !known {
			log.Fatalf("%s does not begin with a release", arg)
		}
		evidence := "apk databases"
		if strings.HasPrefix(filepath.Base(file), "APKINDEX") {
			evidence = "APKINDEX"
		}
		for _, seen := range provided(file) {
			rows = add(rows, seen.soname, seen.pkg, release, evidence)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.soname, b.soname), facts.CompareReleases(b.newest(), a.newest()), cmp.Compare(a.pkg, b.pkg))
	})
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprintln(out, header)
	for _, r := range rows {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", r.soname, r.pkg, strings.Join(r.releases, " "), strings.Join(r.evidence, ", "))
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

func (r row) newest() string {
	if len(r.releases) == 0 {
		return "0"
	}
	return r.releases[len(r.releases)-1]
}

func readTable(name string) (header string, rows []row) {
	content, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	header, body, _ := strings.Cut(string(content), "\n")
	for line := range strings.Lines(body) {
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		rows = append(rows, row{c[0], c[1], strings.Fields(c[2]), strings.Split(c[3], ", ")})
	}
	return header, rows
}

// provided returns the libraries that the packages of a database provide.
func provided(file string) []row {
	content, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	var found []row
	pkg := ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "P:"); ok {
			pkg = name
		}
		for word := range strings.FieldsSeq(strings.TrimPrefix(line, "p:")) {
			soname, ok := strings.CutPrefix(word, "so:")
			soname, _, _ = strings.Cut(soname, "=")
			if ok && strings.HasPrefix(line, "p:") && !strings.HasPrefix(soname, "libc.musl-") {
				found = append(found, row{soname: soname, pkg: pkg})
			}
		}
	}
	return found
}

// add notes that a library was seen in a package of a release.
func add(rows []row, soname, pkg, release, evidence string) []row {
	i := slices.IndexFunc(rows, func(r row) bool { return r.soname == soname && r.pkg == pkg })
	if i < 0 {
		return append(rows, row{soname, pkg, []string{release}, []string{evidence}})
	}
	r := &rows[i]
	if slices.Contains(r.releases, release) {
		return rows
	}
	r.releases = append(r.releases, release)
	slices.SortFunc(r.releases, facts.CompareReleases)
	if strings.HasPrefix(r.evidence[0], "memory") {
		r.evidence = nil
	}
	if !slices.Contains(r.evidence, evidence) {
		r.evidence = append(r.evidence, evidence)
	}
	return rows
}
