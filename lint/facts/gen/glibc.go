//go:build ignore

// This program rebuilds glibc.tsv.
//
//	go run gen/glibc.go symbols.tsv > glibc.tsv
//
// symbols.tsv has the symbols of the libraries in several versions of glibc: symbol, version
// node, library, and a column an architecture, headed by its name, that says which versions of
// glibc export it there: "all", a list with commas, or "-".
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// base is the oldest node of an architecture: what is "base" in the table.
var base = map[string]string{"amd64": "2.2.5", "arm64": "2.17", "386": "2.0"}

// place is a row: a symbol of a library in a span of versions.
type place struct{ symbol, library, span string }

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run gen/glibc.go symbols.tsv")
	}
	f, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		rows = append(rows, strings.Split(scanner.Text(), "\t"))
	}
	if err := scanner.Err(); err != nil {
		log.Fatal(err)
	}
	arches := rows[0][3:]
	versions := versionsIn(rows[1:])
	nodes := map[place]map[string][]string{} // node → architectures
	for _, row := range rows[1:] {
		for i, column := range row[3:] {
			if column == "-" {
				continue
			}
			node := strings.TrimPrefix(row[1], "GLIBC_")
			p := place{row[0], row[2], spanOf(column, versions)}
			if strings.HasPrefix(p.span, implied(node, versions)+"..") && strings.HasSuffix(p.span, "..") {
				p.span = "" // it is as old as its node
			}
			if nodes[p] == nil {
				nodes[p] = map[string][]string{}
			}
			nodes[p][node] = append(nodes[p][node], lint.Arch(arches[i]))
		}
	}
	places := slices.SortedFunc(maps.Keys(nodes), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.symbol, b.symbol), cmp.Compare(a.library, b.library), cmp.Compare(a.span, b.span))
	})
	fmt.Println("symbol\tlibrary\tnodes\tglibc\tevidence")
	for _, p := range places {
		fmt.Printf("%s\t%s\t%s\t%s\tlibc6\n", p.symbol, p.library, expression(nodes[p], len(arches)), p.span)
	}
}

// versionsIn returns the versions of glibc that the lists were made from, in order.
func versionsIn(rows [][]string) []string {
	seen := map[string]bool{}
	for _, row := range rows {
		for _, column := range row[3:] {
			if column != "all" && column != "-" {
				for v := range strings.SplitSeq(column, ",") {
					seen[v] = true
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b string) int { return facts.CompareVersions("", a, b) })
}

// spanOf writes a list of versions as a span.
func spanOf(column string, versions []string) string {
	if column == "all" {
		return ""
	}
	have := strings.Split(column, ",")
	i := slices.Index(versions, have[0])
	if !slices.Equal(have, versions[i:i+len(have)]) {
		log.Fatalf("%s has a gap", column)
	}
	since, until := have[0], have[len(have)-1]
	if i == 0 {
		since = ""
	}
	if i+len(have) == len(versions) {
		until = ""
	}
	return since + ".." + until
}

// implied is the first of the versions that can have a node.
func implied(node string, versions []string) string {
	for _, v := range versions {
		if facts.CompareVersions("", node, v) <= 0 {
			return v
		}
	}
	return "none"
}

// expression writes nodes with their architectures.
func expression(nodes map[string][]string, all int) string {
	var onBase, terms []string
	for _, node := range slices.SortedFunc(maps.Keys(nodes), func(a, b string) int { return facts.CompareVersions("", a, b) }) {
		rest := slices.DeleteFunc(slices.Clone(nodes[node]), func(arch string) bool { return base[arch] == node })
		for _, arch := range nodes[node] {
			if base[arch] == node {
				onBase = append(onBase, arch)
			}
		}
		if len(rest) > 0 {
			terms = append(terms, node+on(rest, all))
		}
	}
	if len(onBase) > 0 {
		terms = slices.Insert(terms, 0, "base"+on(onBase, all))
	}
	return strings.Join(terms, " ")
}

// on names the architectures, unless they are all.
func on(arches []string, all int) string {
	if len(arches) == all {
		return ""
	}
	slices.Sort(arches)
	return ":" + strings.Join(arches, ",")
}
