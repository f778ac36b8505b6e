//go:build ignore

// This program adds a version of gcompat to gcompat.tsv.
//
//	go run gen/gcompat.go gcompat.tsv 1.1.0 libgcompat.so.0 > new.tsv && mv new.tsv gcompat.tsv
//
// What the library exports is taken for that version and all that follow it, until a newer one
// is added. Run again with a version that the table knows, it gives the same table.
package main

import (
	"bufio"
	"debug/elf"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/facts"
)

// versions are the releases of gcompat, each with what it exports.
var versions = []string{"0.0.1", "0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.9.0", "1.0.0", "1.1.0"}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: go run gen/gcompat.go gcompat.tsv VERSION libgcompat.so.0")
	}
	has := map[string]map[string]bool{} // version → symbols
	symbols := map[string]bool{}
	for _, v := range versions {
		has[v] = map[string]bool{}
		for symbol := range facts.Gcompat(v).All() {
			has[v][symbol] = true
		}
	}
	version := os.Args[2]
	if !slices.Contains(versions, version) {
		versions = append(versions, version)
		slices.SortFunc(versions, func(a, b string) int { return facts.CompareVersions("", a, b) })
	}
	has[version] = exported(os.Args[3])
	for _, set := range has {
		maps.Copy(symbols, set)
	}
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprintln(out, header(os.Args[1]))
	for _, symbol := range slices.Sorted(maps.Keys(symbols)) {
		fmt.Fprintf(out, "%s\t%s\tnm of builds\n", symbol, span(symbol, has))
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

func header(table string) string {
	content, err := os.ReadFile(table)
	if err != nil {
		log.Fatal(err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return line
}

// span is the run of versions that have a symbol.
func span(symbol string, has map[string]map[string]bool) string {
	since, until := "", ""
	for i, v := range versions {
		switch {
		case has[v][symbol] && since == "":
			since = v
		case has[v][symbol] && until != "":
			log.Fatalf("%s was gone and came back", symbol)
		case !has[v][symbol] && since != "" && until == "":
			until = versions[i-1]
		}
	}
	return since + ".." + until
}

func exported(path string) map[string]bool {
	f, err := elf.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		log.Fatal(err)
	}
	set := map[string]bool{}
	for _, s := range symbols {
		if s.Section != elf.SHN_UNDEF && elf.ST_BIND(s.Info) != elf.STB_LOCAL {
			set[s.Name] = true
		}
	}
	return set
}
