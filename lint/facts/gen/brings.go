//go:build ignore

// This program rebuilds apk-brings.tsv.
//
//	go run gen/brings.go notable.tsv packages.tsv sonames.tsv commands.tsv community.tsv > apk-brings.tsv
//
// packages.tsv is an APKINDEX as a table: release, package, version and its dependencies
// as apk writes them. sonames.tsv says which package holds a shared library (release,
// repository, soname, package, version), commands.tsv which hold a command (release,
// command, packages). The releases in them are merged: what they do not agree upon is
// open. community.tsv has rows by hand (package, brings, may bring, evidence), for
// packages that the indexes leave out; they win over computed ones.
package main

import (
	"bufio"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
)

// index is one release.
type index struct {
	depends  map[string][]string // package → dependencies as written
	provider map[string][]string // so:… and cmd:… → packages
}

// virtual are the provided names that an APKINDEX as a table does not show.
var virtual = map[string]string{
	"/bin/sh": "busybox", "libc-dev": "musl-dev", "pkgconfig": "pkgconf", "icu-data": "icu-data-en",
	"ssl_client": "busybox",
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 6 {
		log.Fatal("usage: go run gen/brings.go notable.tsv packages.tsv sonames.tsv commands.tsv community.tsv")
	}
	notable := map[string]bool{}
	for _, columns := range read(os.Args[1]) {
		notable[columns[0]] = true
	}
	releases := map[string]*index{}
	release := func(name string) *index {
		if releases[name] == nil {
			releases[name] = &index{depends: map[string][]string{}, provider: map[string][]string{}}
		}
		return releases[name]
	}
	for _, c := range read(os.Args[2]) {
		release(c[0]).depends[c[1]] = strings.Fields(c[3])
	}
	for _, c := range read(os.Args[3]) {
		r := release(c[0])
		r.provider["so:"+c[2]] = append(r.provider["so:"+c[2]], c[3])
	}
	for _, c := range read(os.Args[4]) {
		r := release(c[0])
		r.provider["cmd:"+c[1]] = append(r.provider["cmd:"+c[1]], strings.FieldsFunc(c[2], func(r rune) bool { return r == ' ' || r == ',' })...)
	}
	rows := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(releases)) {
		for pkg := range releases[name].depends {
			if rows[pkg] == "" && !subpackage(pkg) {
				rows[pkg] = merge(pkg, releases, notable)
			}
		}
	}
	for _, c := range read(os.Args[5]) {
		rows[c[0]] = strings.Join(c[1:], "\t")
	}
	fmt.Println("package\tbrings\tmay bring\tevidence (releases of the index)")
	for _, pkg := range slices.Sorted(maps.Keys(rows)) {
		fmt.Printf("%s\t%s\n", pkg, rows[pkg])
	}
}

// subpackage tells the packages that hold documentation and the like. The reader knows
// them by their names.
func subpackage(pkg string) bool {
	for _, suffix := range []string{"-doc", "-dbg", "-lang", "-openrc", "-bash-completion", "-zsh-completion", "-fish-completion", "-static", "-pyc"} {
		if strings.HasSuffix(pkg, suffix) {
			return true
		}
	}
	return false
}

// merge gives the row of a package over all releases that have it.
func merge(pkg string, releases map[string]*index, notable map[string]bool) string {
	count, seen, open, in := map[string]int{}, 0, map[string]bool{}, []string{}
	for _, name := range slices.Sorted(maps.Keys(releases)) {
		r := releases[name]
		if r.depends[pkg] == nil && !has(r.depends, pkg) {
			continue
		}
		seen++
		in = append(in, name)
		certain, maybe := r.closure(pkg)
		for p := range maybe {
			open[p] = true
		}
		for p := range certain {
			count[p]++
		}
	}
	var brings, may []string
	for p := range notable {
		switch {
		case p == pkg:
		case count[p] == seen:
			brings = append(brings, p)
		case count[p] > 0 || open[p]:
			may = append(may, p)
		}
	}
	slices.Sort(brings)
	slices.Sort(may)
	return strings.Join(brings, " ") + "\t" + strings.Join(may, " ") + "\t" + strings.Join(in, " ")
}

func has(m map[string][]string, key string) bool { _, ok := m[key]; return ok }

// closure returns what a package certainly installs, and what it may install where
// several packages provide a dependency.
func (r *index) closure(pkg string) (certain, maybe map[string]bool) {
	certain, maybe = map[string]bool{}, map[string]bool{}
	r.walk(pkg, certain)
	for p := range certain {
		for _, dep := range r.depends[p] {
			if providers := r.providers(dep); len(providers) > 1 {
				for _, q := range providers {
					r.walk(q, maybe)
				}
			}
		}
	}
	for p := range certain {
		delete(maybe, p)
	}
	return certain, maybe
}

func (r *index) walk(pkg string, into map[string]bool) {
	if into[pkg] {
		return
	}
	into[pkg] = true
	for _, dep := range r.depends[pkg] {
		if providers := r.providers(dep); len(providers) == 1 {
			r.walk(providers[0], into)
		}
	}
}

func (r *index) providers(dep string) []string {
	if strings.HasPrefix(dep, "!") {
		return nil
	}
	if i := strings.IndexAny(dep, "<>=~"); i > 0 {
		dep = dep[:i]
	}
	if has(r.depends, dep) {
		return []string{dep}
	}
	if p := virtual[dep]; p != "" {
		return []string{p}
	}
	return r.provider[dep]
}

// read returns the rows of a table without its header.
func read(name string) [][]string {
	f, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<20)
	for first := true; scanner.Scan(); first = false {
		if !first && scanner.Text() != "" {
			rows = append(rows, strings.Split(scanner.Text(), "\t"))
		}
	}
	if err := scanner.Err(); err != nil {
		log.Fatal(err)
	}
	return rows
}
