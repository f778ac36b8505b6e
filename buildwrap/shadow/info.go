package shadow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// An info is kept as lines of a word and a value, since every compile of a build reads it and its
// process has no other need of JSON. A value that is a list has a line for each.

// text is an info as it is kept. It is false for what has an end of a line in it.
func (i *info) text() (string, bool) {
	var b strings.Builder
	whole := true
	line := func(word, value string) {
		whole = whole && !strings.Contains(value, "\n")
		b.WriteString(word + " " + value + "\n")
	}
	list := func(word string, values []string) {
		for _, value := range values {
			line(word, value)
		}
	}
	if i.Native {
		line("native", "")
	}
	if i.Clang {
		line("clang", "")
	}
	line("none", i.None)
	line("major", strconv.Itoa(i.Major))
	line("arch", i.Arch)
	list("c", i.C)
	list("c++", i.CXX)
	line("musl", i.Musl.Dir)
	line("version", i.Musl.Version)
	line("musl-c++", i.Musl.CXX)
	line("tree", i.Tree)
	for _, s := range i.Stamps {
		line("stamp", strconv.FormatInt(s.Time, 10)+" "+s.Path)
	}
	list("system", i.System)
	list("search", i.Search)
	list("search-c++", i.SearchCXX)
	for _, link := range slices.Sorted(maps.Keys(i.Views)) {
		line("view", link)
		line("of", i.Views[link])
	}
	line("end", "")
	return b.String(), whole
}

// read takes what was kept, and reports whether it is whole.
func (i *info) read(text string) bool {
	link, word := "", ""
	for line := range strings.Lines(text) {
		var value string
		word, value, _ = strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch word {
		case "native":
			i.Native = true
		case "clang":
			i.Clang = true
		case "none":
			i.None = value
		case "major":
			i.Major, _ = strconv.Atoi(value)
		case "arch":
			i.Arch = value
		case "c":
			i.C = append(i.C, value)
		case "c++":
			i.CXX = append(i.CXX, value)
		case "musl":
			i.Musl.Dir = value
		case "version":
			i.Musl.Version = value
		case "musl-c++":
			i.Musl.CXX = value
		case "tree":
			i.Tree = value
		case "stamp":
			time, path, _ := strings.Cut(value, " ")
			n, err := strconv.ParseInt(time, 10, 64)
			if err != nil {
				return false
			}
			i.Stamps = append(i.Stamps, stamp{path, n})
		case "system":
			i.System = append(i.System, value)
		case "search":
			i.Search = append(i.Search, value)
		case "search-c++":
			i.SearchCXX = append(i.SearchCXX, value)
		case "view":
			link = value
		case "of":
			if i.Views == nil {
				i.Views = map[string]string{}
			}
			i.Views[link] = value
		}
	}
	return word == "end"
}
