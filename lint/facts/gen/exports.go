//go:build ignore

// This program rebuilds musl-exports.tsv.
//
//	go run gen/exports.go DIR... > new.tsv && mv new.tsv musl-exports.tsv
//
// A DIR holds what the rows of musl-builds.tsv speak of: VERSION-ARCH/lib/libc.so built from
// upstream's release, alpine_RELEASE-ARCH/lib/libc.so out of an image of Alpine, or a file
// VERSION-ARCH.txt or alpine_RELEASE-ARCH.txt with one exported symbol a line. Of a build that
// no DIR has, the table says what it said before: without any DIR it comes out as it went in.
// The loader's own map of LFS64 names is kept as it is, since no symbol table shows it.
package main

import (
	"bufio"
	"debug/elf"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// build is a libc.so: upstream's of a version, or Alpine's of a release.
type build struct{ version, release, arch string }

// exports tells who exports a symbol.
type exports map[build]map[string]bool

func main() {
	log.SetFlags(0)
	all := exports{}
	for _, dir := range os.Args[1:] {
		all.addDir(dir)
	}
	for _, b := range facts.MuslBuilds() {
		for _, arch := range b.Arches {
			all.addKnown(build{version: b.Version, release: b.Release, arch: tableArch(arch)})
		}
	}
	symbols := map[string]bool{}
	for _, set := range all {
		maps.Copy(symbols, set)
	}
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprintln(out, "symbol\texported\tloader maps to\tevidence")
	for _, symbol := range slices.Sorted(maps.Keys(symbols)) {
		where, evidence := all.describe(symbol)
		mapped := ""
		if h, ok := facts.MuslHistory(symbol); ok && h.MapsTo != "" {
			mapped = h.MapsTo + " " + h.MappedSince + ".."
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", symbol, where, mapped, evidence)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

// tableArch is the architecture as the table writes it: musl is the same on all of 32-bit ARM.
func tableArch(arch string) string {
	base, _, _ := strings.Cut(arch, "/")
	return base
}

// addDir reads the builds and lists of a folder.
func (e exports) addDir(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, entry := range entries {
		name, isList := strings.CutSuffix(entry.Name(), ".txt")
		i := strings.LastIndexByte(name, '-')
		if i < 0 || !isList && !entry.IsDir() {
			continue
		}
		arch := lint.Arch(name[i+1:])
		if arch == "" {
			log.Fatalf("%s: no such architecture", entry.Name())
		}
		b := build{version: name[:i], arch: tableArch(arch)}
		if release, ok := strings.CutPrefix(b.version, "alpine_"); ok {
			b.version, b.release = "", release
		}
		path := filepath.Join(dir, entry.Name())
		var set map[string]bool
		if isList {
			set = readList(path)
		} else {
			set = readELF(filepath.Join(path, "lib", "libc.so"))
		}
		for _, known := range facts.MuslBuilds() {
			if known.Release == b.release && (known.Version == b.version || b.release != "") && slices.Contains(known.Arches, arch) {
				b.version = known.Version
				if old := e[b]; old != nil && !maps.Equal(old, set) {
					log.Fatalf("%s: exports differ from another build of the same", path)
				}
				e[b] = set
			}
		}
		if b.version == "" || e[b] == nil {
			log.Printf("%s is not listed in musl-builds.tsv", path)
		}
	}
}

func readList(path string) map[string]bool {
	content, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	set := map[string]bool{}
	for _, symbol := range strings.Fields(string(content)) {
		set[symbol] = true
	}
	return set
}

func readELF(path string) map[string]bool {
	f, err := elf.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		log.Fatalf("%s: %v", path, err)
	}
	set := map[string]bool{}
	for _, s := range symbols {
		if s.Section != elf.SHN_UNDEF && elf.ST_BIND(s.Info) != elf.STB_LOCAL {
			set[s.Name] = true
		}
	}
	return set
}

// addKnown takes what the table has said of a build, when no folder had it.
func (e exports) addKnown(b build) {
	if e[b] != nil {
		return
	}
	m, ok := facts.Musl(b.version, b.release, b.arch)
	if !ok {
		log.Fatalf("musl-builds.tsv names %v, of which there is neither a build nor a row", b)
	}
	e[b] = map[string]bool{}
	for symbol := range m.All() {
		e[b][symbol] = true
	}
}

// describe writes the second and the last column of a symbol.
func (e exports) describe(symbol string) (where, evidence string) {
	upstream, alpine := false, false
	versions := map[string][]string{} // of an architecture, in order
	has := map[string]map[string]bool{}
	for _, b := range slices.SortedFunc(maps.Keys(e), byVersion) {
		if e[b][symbol] {
			upstream = upstream || b.release == ""
			alpine = alpine || b.release != ""
		}
		if b.release == "" {
			if has[b.arch] == nil {
				has[b.arch] = map[string]bool{}
			}
			versions[b.arch] = append(versions[b.arch], b.version)
			has[b.arch][b.version] = e[b][symbol]
		}
	}
	var words []string
	if upstream {
		words = append(words, "builds")
	}
	if alpine {
		words = append(words, "images")
	}
	terms := upstreamTerms(versions, has)
	terms = append(terms, e.alpineTerms(symbol)...)
	return strings.Join(terms, " "), strings.Join(words, " ")
}

func byVersion(a, b build) int {
	if c := facts.CompareVersions("", a.version, b.version); c != 0 {
		return c
	}
	return strings.Compare(a.arch+a.release, b.arch+b.release)
}

// upstreamTerms finds the fewest terms. Each architecture has a list of spans; the list that
// is true of most architectures goes first, where what an architecture never had does not count.
func upstreamTerms(versions map[string][]string, has map[string]map[string]bool) []string {
	lists := map[string]string{} // architecture → its own spans
	for arch := range versions {
		lists[arch] = strings.Join(spans(versions[arch], has[arch]), " ")
	}
	todo := slices.Sorted(maps.Keys(versions))
	var terms []string
	for len(todo) > 0 {
		best, bestFits := "", []string(nil)
		for _, arch := range todo {
			var fits []string
			for _, other := range todo {
				if fit(lists[arch], versions[other], has[other]) {
					fits = append(fits, other)
				}
			}
			if len(fits) > len(bestFits) {
				best, bestFits = lists[arch], fits
			}
		}
		all := len(bestFits) == len(versions)
		todo = slices.DeleteFunc(todo, func(arch string) bool { return slices.Contains(bestFits, arch) })
		if best == "" {
			continue
		}
		named := slices.DeleteFunc(slices.Clone(bestFits), func(arch string) bool { return lists[arch] == "" })
		prefix := strings.Join(named, ",") + ":"
		if all {
			prefix = ""
		}
		for _, span := range strings.Fields(best) {
			terms = append(terms, prefix+span)
		}
	}
	return terms
}

// spans are the runs of versions that have a symbol. What the oldest known version has is
// taken to be older, and what the newest has to stay.
func spans(versions []string, has map[string]bool) []string {
	var list []string
	for i := 0; i < len(versions); i++ {
		if !has[versions[i]] {
			continue
		}
		since, until := versions[i], ""
		if i == 0 {
			since = ""
		}
		for i+1 < len(versions) && has[versions[i+1]] {
			i++
		}
		if i+1 < len(versions) {
			until = versions[i]
		}
		if since+until == "" {
			return []string{"*"}
		}
		list = append(list, since+".."+until)
	}
	return list
}

// fit reports whether spans are true of the known versions of an architecture.
func fit(list string, versions []string, has map[string]bool) bool {
	for _, v := range versions {
		in := false
		for span := range strings.FieldsSeq(list) {
			since, until, _ := strings.Cut(span, "..")
			in = in || span == "*" ||
				(since == "" || facts.CompareVersions("", since, v) <= 0) && (until == "" || facts.CompareVersions("", v, until) <= 0)
		}
		if in != has[v] {
			return false
		}
	}
	return true
}

// alpineTerms are the releases of Alpine whose musl differs from upstream's of its version.
func (e exports) alpineTerms(symbol string) []string {
	var terms []string
	for _, known := range facts.MuslBuilds() {
		if known.Release == "" {
			continue
		}
		differ := map[string][]string{} // "!" or "" → architectures
		arches := map[string]bool{}
		for _, arch := range known.Arches {
			b := build{known.Version, known.Release, tableArch(arch)}
			if arches[b.arch] {
				continue
			}
			arches[b.arch] = true
			theirs := e[build{version: b.version, arch: b.arch}]
			switch {
			case theirs == nil:
				log.Fatalf("musl-builds.tsv has no upstream build of %s for %s", b.version, b.arch)
			case e[b][symbol] && !theirs[symbol]:
				differ[""] = append(differ[""], b.arch)
			case !e[b][symbol] && theirs[symbol]:
				differ["!"] = append(differ["!"], b.arch)
			}
		}
		for _, sign := range []string{"", "!"} {
			switch found := differ[sign]; len(found) {
			case 0:
			case len(arches):
				terms = append(terms, sign+"alpine-"+known.Release)
			default:
				slices.Sort(found)
				terms = append(terms, strings.Join(found, ",")+":"+sign+"alpine-"+known.Release)
			}
		}
	}
	return terms
}
