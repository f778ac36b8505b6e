package facts

import (
	_ "embed"
	"iter"
	"strings"

	"github.com/musllint/musllint/lint"
)

// downloadsText is what projects put where: a host, or a host with the first parts of the
// path, then what the rest has to look like. Rows of the place "*" look at the name of the
// file alone. It is derived from the projects' release pages and from issue threads.
//
//go:embed downloads.tsv
var downloadsText table

// Download is what the name of a downloaded file says of its content.
type Download struct {
	Project string    // empty when the project is not known
	Libc    lint.Libc // of the programs in it; None when they are static, Unknown when open
	Certain bool
	Arch    string // OCI's name, empty when the name does not say
	OS      string // "linux", "darwin", "windows", "freebsd", empty when the name does not say
	Why     string // one clause for people
}

// ClassifyURL says what a download is by the naming habits of projects. The address may
// hold unresolved variables. What no habit covers has an unknown Libc and nothing certain
// about it: that a name has linux and x64 in it says nothing about the libc.
func ClassifyURL(address string) Download {
	place := strings.ToLower(address)
	if _, after, ok := strings.Cut(place, "://"); ok {
		place = after
	}
	place, _, _ = strings.Cut(place, "#")
	file := place[strings.LastIndexByte(place, '/')+1:]
	if name, _, ok := strings.Cut(file, "?"); ok && name != "" {
		file = name
	}
	download := Download{Arch: archOf(place, file), OS: systemOf(file)}
	if download.OS != "" && download.OS != "linux" || isPortable(file) {
		return download
	}
	for key, rest := range downloadPlaces(place, file) {
		for columns := range downloadsText.rows(key) {
			if !glob(columns[1], rest) {
				continue
			}
			download.Libc = lint.Libc(columns[2])
			download.Project = columns[3]
			download.Why = columns[4]
			download.Certain = certain(columns[5]) && download.Libc != lint.Unknown
			return download
		}
	}
	return download
}

// downloadPlaces yields the keys under which a place may be listed, each with what is left
// of the place: the longest first, the name of the file alone at last.
func downloadPlaces(place, file string) iter.Seq2[string, string] {
	return func(yield func(key, rest string) bool) {
		key := place
		for range 3 {
			cut := nthSlash(place, 3)
			if key != place {
				cut = strings.LastIndexByte(key, '/')
			}
			if cut < 0 {
				break
			}
			key = place[:cut]
			if !yield(key, place[cut:]) {
				return
			}
		}
		yield("*", file)
	}
}

// nthSlash returns the offset of the n-th slash, or of the last one when there are fewer,
// -1 without any.
func nthSlash(s string, n int) int {
	found := -1
	for i := range len(s) {
		if s[i] == '/' {
			if found = i; n == 1 {
				break
			}
			n--
		}
	}
	return found
}

// isPortable tells files that hold no program of one system by their kind.
func isPortable(file string) bool {
	for _, suffix := range [...]string{".jar", ".war", ".phar", ".pom", ".asc", ".sig", ".sha256", ".sha512", ".md5", ".json", ".html", ".js", ".py", ".gem", ".src.tar.gz", ".pub", ".pem"} {
		if strings.HasSuffix(file, suffix) {
			return true
		}
	}
	return false
}

// systemOf looks for an operating system in the name of a file. Linux goes first, since
// names such as awscli-exe-linux and protoc-linux-x86_64.exe have another one in them.
func systemOf(file string) string {
	if strings.Contains(file, "linux") || strings.Contains(file, "alpine") {
		return "linux"
	}
	for word := range strings.FieldsFuncSeq(file, isWordBreak) {
		switch strings.TrimRight(word, "0123456789") {
		case "darwin", "macos", "osx", "apple", "mac", "dmg", "pkg":
			return "darwin"
		case "windows", "win", "exe", "msi":
			return "windows"
		case "freebsd":
			return "freebsd"
		case "appimage", "deb", "rpm", "manylinux":
			return "linux"
		}
	}
	return ""
}

// archOf looks for an architecture in the name of a file, then in the whole place.
func archOf(place, file string) string {
	for _, text := range [...]string{file, place} {
		text = strings.ReplaceAll(text, "x86_64", "amd64") // else a break between words
		text = strings.ReplaceAll(text, "x86-64", "amd64")
		for word := range strings.FieldsFuncSeq(text, isWordBreak) {
			switch word {
			case "linux64", "linuxx64":
				word = "amd64"
			case "linux32":
				word = "386"
			}
			if arch := lint.Arch(word); arch != "" {
				return arch
			}
		}
	}
	return ""
}

func isWordBreak(r rune) bool { return strings.ContainsRune("-_./?=&+", r) }

// glob matches "*" with any text and "?" with any one byte.
func glob(pattern, text string) bool {
	star, mark := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
