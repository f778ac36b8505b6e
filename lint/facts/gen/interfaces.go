//go:build ignore

// This program rebuilds interfaces.tsv and includes.tsv.
//
//	go run gen/interfaces.go HEADERS
//
// HEADERS is a folder with the headers of musl, by version, as gen/install-headers makes it.
// Glibc's headers are those of the system, Debian 12's. Both are read by gcc on amd64, header by
// header, with _GNU_SOURCE defined. It writes interface-texts.tsv, nested.tsv, gen/brought.tsv and
// gen/glibc-nested.tsv as well.
//
// What no compiler can tell is in gen/interfaces-byhand.tsv (names or patterns, why, instead,
// package, evidence), in gen/interfaces-added.tsv (names that glibc 2.36 does not have, its
// headers), in gen/owners.tsv (header, names or patterns: the header that
// people include for a name) and in lint/explain/symbols.
package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"log"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// versions of musl, the oldest first.
var versions = strings.Fields("1.1.24 1.2.0 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.2.6")

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run gen/interfaces.go HEADERS")
	}
	glibc := readLibc(glibcHeaders(), []string{"-D_GNU_SOURCE"})
	var musl []*libc
	for _, version := range versions {
		musl = append(musl, readMusl(os.Args[1], version, "-D_GNU_SOURCE"))
	}
	large := readMusl(os.Args[1], versions[len(versions)-1], "-D_GNU_SOURCE", "-D_LARGEFILE64_SOURCE")
	owners := readOwners("gen/owners.tsv")
	texts := readTexts()
	write("includes.tsv", includes(musl, large, owners))
	write("nested.tsv", nested(musl[len(musl)-1], "features.h"))
	lines, words := interfaces(glibc, musl, large, owners, texts)
	write("interfaces.tsv", lines)
	write("gen/brought.tsv", brought(glibc, musl[len(musl)-1], lines))
	write("interface-texts.tsv", words)
	write("gen/glibc-nested.tsv", nested(glibc, ""))
	if err := os.RemoveAll(kernel()); err != nil {
		log.Fatal(err)
	}
}

func readMusl(folder, version string, flags ...string) *libc {
	root := filepath.Join(folder, version, "include")
	var headers []string
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(file, ".h") {
			name, _ := filepath.Rel(root, file)
			headers = append(headers, name)
		}
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	return readLibc(headers, append(flags, "-nostdinc", "-isystem", root, "-isystem", kernel()))
}

// kernel returns a folder with the kernel's headers alone, which some of musl's include.
var kernel = sync.OnceValue(func() string {
	folder, err := os.MkdirTemp("", "kernel")
	if err != nil {
		log.Fatal(err)
	}
	for _, target := range [...]string{"/usr/include/linux", "/usr/include/asm-generic", "/usr/include/x86_64-linux-gnu/asm"} {
		if err := os.Symlink(target, filepath.Join(folder, filepath.Base(target))); err != nil {
			log.Fatal(err)
		}
	}
	return folder
})

// glibcHeaders lists what Debian's libc6-dev brings.
func glibcHeaders() []string {
	list, err := exec.Command("dpkg", "-L", "libc6-dev", "libcrypt-dev").Output()
	if err != nil {
		log.Fatal(err)
	}
	var headers []string
	for file := range strings.Lines(string(list)) {
		name := headerName(strings.TrimSpace(file))
		if strings.HasSuffix(name, ".h") && !strings.HasPrefix(name, "finclude/") && !slices.Contains(unusable, name) {
			headers = append(headers, name)
		}
	}
	return headers
}

// unusable are headers that do not compile alone, or not on amd64.
var unusable = strings.Fields("regexp.h gnu/lib-names-64.h sys/elf.h sys/vm86.h")

// headerName is the name that an #include has.
func headerName(file string) string {
	if name, ok := strings.CutPrefix(file, kernel()+"/"); ok {
		return name
	}
	for _, root := range [...]string{"/include/x86_64-linux-gnu/", "/include/"} {
		if _, name, ok := strings.Cut(file, root); ok {
			return name
		}
	}
	return file
}

// private reports whether a header is only to be included by others.
func private(header string) bool {
	first, _, _ := strings.Cut(header, "/")
	return slices.Contains([]string{"bits", "asm", "asm-generic", "linux"}, first) ||
		strings.HasPrefix(header, "gnu/stubs") || header == "features-time64.h" || header == "stdc-predef.h"
}

// libc is what the headers of a C library declare.
type libc struct {
	headers []string
	names   map[string]*name
	nested  map[string]map[string]bool // header → public headers that it includes
}

// name is something that is declared.
type name struct {
	kind     string          // function, type, constant, variable, macro
	headers  map[string]bool // that declare it themselves
	kernel   map[string]bool // the kernel's headers among their parts
	compiler map[string]bool // of gcc's own headers among their parts
	any      map[string]bool // that declare it, or include one that does
}

func readLibc(headers, flags []string) *libc {
	l := &libc{names: map[string]*name{}, nested: map[string]map[string]bool{}}
	ambient := map[string]bool{} // of the compiler
	_, predefined := preprocess(flags, "")
	for macro := range predefined {
		ambient[macro] = true
	}
	for _, header := range headers {
		if private(header) || strings.HasPrefix(header, "c++/") {
			continue
		}
		l.headers = append(l.headers, header)
		l.read(header, flags, ambient)
	}
	slices.Sort(l.headers)
	return l
}

func preprocess(flags []string, source string) (text string, macros map[string]bool) {
	cmd := exec.Command("gcc", append(append([]string{"-E", "-dD", "-std=gnu17", "-x", "c"}, flags...), "-")...)
	cmd.Stdin = strings.NewReader(source)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		log.Printf("%s%s", source, complaint.String())
	}
	macros = map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if rest, ok := strings.CutPrefix(line, "#define "); ok {
			macros[macroName(rest)] = true
		}
	}
	return string(out), macros
}

func macroName(definition string) string {
	return strings.TrimRight(definition[:strings.IndexAny(definition, " (\n")], "\n")
}

// read adds what one header declares.
func (l *libc) read(header string, flags []string, ambient map[string]bool) {
	text, _ := preprocess(flags, "#include <"+header+">\n")
	var stack []string // of headers, the private ones too
	owner := func() string {
		for _, h := range slices.Backward(stack) {
			if !private(h) {
				return h
			}
		}
		return ""
	}
	var code strings.Builder         // of one owner
	macros := map[string][3]string{} // to the public header that defines it, the one itself, and its text
	current, file := "", ""          // the same of code
	flush := func() {
		for _, d := range declarations(code.String()) {
			l.add(d.name, d.kind, current, file, header)
		}
		code.Reset()
	}
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			_, rest, _ = strings.Cut(rest, "\"")
			file, marks, _ := strings.Cut(rest, "\"")
			switch {
			case strings.HasPrefix(marks, " 1"):
				parent := owner()
				stack = append(stack, headerName(file))
				if child := headerName(file); parent != "" && !private(child) && child != parent {
					if l.nested[parent] == nil {
						l.nested[parent] = map[string]bool{}
					}
					l.nested[parent][child] = true
				}
			case strings.HasPrefix(marks, " 2") && len(stack) > 0:
				stack = stack[:len(stack)-1]
			}
			continue
		}
		rest, isMacro := strings.CutPrefix(line, "#define ")
		undefined, isUndef := strings.CutPrefix(line, "#undef ")
		switch {
		case isUndef:
			delete(macros, strings.TrimSpace(undefined))
		case isMacro && !ambient[macroName(rest)] && owner() != "":
			macros[macroName(rest)] = [3]string{owner(), stack[len(stack)-1], strings.TrimSpace(rest[len(macroName(rest)):])}
		case !strings.HasPrefix(line, "#"):
			// No declaration goes over the end of a header.
			if len(stack) == 0 {
				continue
			}
			if top := stack[len(stack)-1]; top != file || owner() != current {
				flush()
				current, file = owner(), top
			}
			code.WriteString(line)
		}
	}
	flush()
	for macro, from := range macros {
		if from[2] == macro && l.names[macro] == nil {
			continue // #define sched_priority sched_priority tells of a member that it is there
		}
		l.add(macro, "macro", from[0], from[1], header)
		if tag := "struct " + from[2]; l.names[tag] != nil && from[2] != "" {
			l.add("struct "+macro, "type", from[0], from[1], header) // #define stat64 stat
		}
	}
}

func (l *libc) add(declared, kind, owner, file, header string) {
	if owner == "" {
		return
	}
	n := l.names[declared]
	if n == nil {
		n = &name{kind: kind, headers: map[string]bool{}, kernel: map[string]bool{}, compiler: map[string]bool{}, any: map[string]bool{}}
		l.names[declared] = n
	}
	if n.kind == "macro" {
		n.kind = kind // a function or a constant that is a macro too
	}
	n.headers[owner] = true
	if strings.HasPrefix(file, "linux/") || strings.HasPrefix(file, "asm") {
		n.kernel[file] = true
	}
	if slices.Contains([]string{"stddef.h", "stdarg.h", "float.h", "syslimits.h"}, file) { // glibc has none of them
		n.compiler[file] = true
	}
	n.any[header] = true
	n.any[owner] = true
}

type declaration struct{ name, kind string }

// declarations finds what preprocessed C declares at its top level.
func declarations(code string) []declaration {
	var found []declaration
	tokens := tokenize(code)
	for len(tokens) > 0 {
		var statement []string
		statement, tokens = cutStatement(tokens)
		found = append(found, declared(statement)...)
	}
	return found
}

func tokenize(code string) []string {
	var tokens []string
	for i := 0; i < len(code); {
		c := code[i]
		start := i
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\f' || c == '\r':
			i++
			continue
		case isWord(c):
			for i < len(code) && isWord(code[i]) {
				i++
			}
		case c == '"' || c == '\'':
			for i++; i < len(code) && code[i] != c; i++ {
				if code[i] == '\\' {
					i++
				}
			}
			i++
		default:
			i++
		}
		tokens = append(tokens, code[start:min(i, len(code))])
	}
	return tokens
}

func isWord(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_'
}

// cutStatement cuts off what ends with a semicolon, or with the body of a function.
func cutStatement(tokens []string) (statement, rest []string) {
	depth := 0
	isFunction := false
	for i, t := range tokens {
		switch t {
		case "(", "[", "{":
			if depth == 0 && t == "{" && i > 0 && tokens[i-1] == ")" {
				isFunction = true
			}
			depth++
		case ")", "]", "}":
			depth--
			if depth == 0 && t == "}" && isFunction {
				return tokens[:i+1], tokens[i+1:]
			}
		case ";":
			if depth == 0 {
				return tokens[:i], tokens[i+1:]
			}
		}
	}
	return tokens, nil
}

// declared finds the names in one declaration.
func declared(tokens []string) []declaration {
	var found []declaration
	tokens = plain(tokens)
	if len(tokens) == 0 || tokens[0] == "_Static_assert" {
		return nil
	}
	isTypedef := slices.Contains(tokens, "typedef")
	// Tags and the constants of enumerations, in bodies too.
	for i := 0; i+1 < len(tokens); i++ {
		if k := tokens[i]; k == "struct" || k == "union" || k == "enum" {
			body := i + 1
			if isWord(tokens[i+1][0]) {
				body = i + 2
				if body < len(tokens) && tokens[body] == "{" {
					found = append(found, declaration{k + " " + tokens[i+1], "type"})
				}
			}
			if k == "enum" && body < len(tokens) && tokens[body] == "{" {
				end := closing(tokens, body)
				expects := true
				depth := 0
				for _, t := range tokens[min(body+1, end):end] {
					switch {
					case t == "(":
						depth++
					case t == ")":
						depth--
					case t == "," && depth == 0:
						expects = true
					case expects && isWord(t[0]):
						found = append(found, declaration{t, "constant"})
						expects = false
					}
				}
			}
		}
	}
	// Declarators, one for each comma, without the bodies.
	var flat []string
	for i := 0; i < len(tokens); i++ {
		if tokens[i] == "{" {
			i = closing(tokens, i)
			flat = append(flat, "{}")
			continue
		}
		flat = append(flat, tokens[i])
	}
	depth, start := 0, 0
	for i := 0; i <= len(flat); i++ {
		if i == len(flat) || flat[i] == "," && depth == 0 {
			if d, ok := declarator(flat[start:i], isTypedef, start > 0); ok {
				found = append(found, d)
			}
			start = i + 1
			continue
		}
		switch flat[i] {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		}
	}
	return found
}

// plain takes attributes and the like out.
func plain(tokens []string) []string {
	var kept []string
	for i := 0; i < len(tokens); i++ {
		switch t := tokens[i]; t {
		case "__attribute__", "__asm__", "asm", "__asm", "_Alignas", "__declspec", "__typeof__", "__typeof":
			if i+1 < len(tokens) && tokens[i+1] == "(" {
				i = closing(tokens, i+1)
			}
			if strings.HasPrefix(t, "__typeof") {
				kept = append(kept, "int")
			}
		case "__extension__", "extern", "static", "inline", "__inline", "__inline__", "const", "volatile", "__restrict", "restrict", "__const",
			"__volatile__", "_Noreturn", "__restrict__", "register":
		default:
			kept = append(kept, t)
		}
	}
	return kept
}

func closing(tokens []string, open int) int {
	depth := 0
	for i := open; i < len(tokens); i++ {
		switch tokens[i] {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(tokens) - 1
}

// declarator finds the name of one, with its type in front of it unless it follows a comma.
func declarator(tokens []string, isTypedef, follows bool) (declaration, bool) {
	for i, t := range tokens {
		if t == "=" {
			tokens = tokens[:i]
			break
		}
	}
	words := 0
	last := ""
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		switch {
		case t == "(" && i+1 < len(tokens) && (tokens[i+1] == "*" || tokens[i+1] == "^"):
			// A pointer to a function, or a function that returns one.
			for j := i + 1; j < len(tokens); j++ {
				if isWord(tokens[j][0]) {
					kind := "variable"
					if isTypedef {
						kind = "type"
					} else if j+1 < len(tokens) && tokens[j+1] == "(" {
						kind = "function"
					}
					return declaration{tokens[j], kind}, true
				}
			}
			return declaration{}, false
		case t == "(":
			if i > 0 && isWord(tokens[i-1][0]) && (words > 1 || follows) && !(i+2 < len(tokens) && isWord(tokens[i+1][0]) && tokens[i+2] == ")" && i+3 < len(tokens)) {
				if isTypedef {
					return declaration{tokens[i-1], "type"}, true
				}
				return declaration{tokens[i-1], "function"}, true
			}
			if i+2 < len(tokens) && isWord(tokens[i+1][0]) && tokens[i+2] == ")" { // (name)(…)
				if isTypedef {
					return declaration{tokens[i+1], "type"}, true
				}
				return declaration{tokens[i+1], "function"}, true
			}
			return declaration{}, false
		case t == "[":
			i = closing(tokens, i)
		case t == "{}":
			words++
		case isWord(t[0]):
			words++
			last = t
			if t == "struct" || t == "union" || t == "enum" {
				words--
			}
		}
	}
	if last == "" || words < 2 && !follows || tokens[len(tokens)-1] == "{}" {
		return declaration{}, false
	}
	if slices.Contains(strings.Fields("int char short long unsigned signed float double void _Bool"), last) {
		return declaration{}, false
	}
	if isTypedef {
		return declaration{last, "type"}, true
	}
	return declaration{last, "variable"}, true
}

// ---- tables

// owners is the header that people include for a name.
type owners struct {
	exact    map[string]string
	patterns [][2]string // prefix, header
}

func readOwners(file string) owners {
	o := owners{exact: map[string]string{}}
	for _, c := range readTable(file) {
		for pattern := range strings.FieldsSeq(c[1]) {
			if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
				o.patterns = append(o.patterns, [2]string{prefix, c[0]})
			} else {
				o.exact[strings.ReplaceAll(pattern, ":", " ")] = c[0]
			}
		}
	}
	return o
}

// order returns the headers of musl that declare a name, the one to include first.
func (o owners) order(declared string, n *name) []string {
	headers := slices.Sorted(maps.Keys(n.headers))
	best := o.exact[declared]
	if best == "" {
		for _, p := range o.patterns {
			if strings.HasPrefix(declared, p[0]) && n.headers[p[1]] {
				best = p[1]
			}
		}
	}
	if best != "" && !n.any[best] {
		log.Printf("%s is not in %s", declared, best)
		best = ""
	}
	if best == "" {
		if len(headers) > 1 && !strings.HasPrefix(declared, "_") {
			log.Printf("%s has no owner: %s", declared, headers)
		}
		return headers
	}
	return append([]string{best}, slices.DeleteFunc(headers, func(h string) bool { return h == best })...)
}

// includes is the table of the names that musl's headers declare.
func includes(musl []*libc, large *libc, o owners) []string {
	rows := []string{"name\tkind\theaders\tsince"}
	for _, declared := range slices.Sorted(maps.Keys(large.names)) {
		if n := large.names[declared]; !marker(declared, n) && !hidden(n) {
			since, _ := history(declared, musl)
			rows = append(rows, strings.Join([]string{declared, n.kind, strings.Join(o.order(declared, n), " "), since}, "\t"))
		}
	}
	return rows
}

// nested is the table of the headers that include others, one of them left out.
func nested(l *libc, but string) []string {
	rows := []string{"header\tincludes"}
	for _, header := range slices.Sorted(maps.Keys(l.nested)) {
		var with []string
		for _, h := range slices.Sorted(maps.Keys(l.nested[header])) {
			if h != but {
				with = append(with, h)
			}
		}
		if with != nil {
			rows = append(rows, header+"\t"+strings.Join(with, " "))
		}
	}
	return rows
}

// marker reports whether a macro only marks that a header was read, or asks a header for something.
func marker(declared string, n *name) bool {
	if n.kind != "macro" || !strings.HasPrefix(declared, "_") {
		return false
	}
	if strings.HasSuffix(declared, "_defined") || strings.HasSuffix(declared, "_H") || strings.HasSuffix(declared, "_H_") || strings.HasSuffix(declared, "_H__") || strings.HasSuffix(declared, "_H___") {
		return true
	}
	for _, prefix := range strings.Fields("__NEED_ __DEFINED_ __need_ __USE_ _BITS_ __GLIBC_USE_ __HAVE_ __MATHDECL __DECL_SIMD_ __undef_ __stub_ __TGMATH_ __glibc_macro_warning") {
		if strings.HasPrefix(declared, prefix) {
			return true
		}
	}
	return false
}

// hidden reports whether a name comes from the kernel's headers by way of a few of musl's that
// nobody includes for it.
func hidden(n *name) bool {
	for header := range n.headers {
		if !slices.Contains([]string{"sys/kd.h", "sys/soundcard.h", "sys/vt.h"}, header) {
			return false
		}
	}
	return len(n.kernel) > 0 && !slices.Contains(slices.Collect(maps.Keys(n.kernel)), "linux/soundcard.h") &&
		!n.kernel["linux/kd.h"] && !n.kernel["linux/vt.h"]
}

// brought is the table of the names that come with headers of glibc and not with musl's of the
// same name, or not without _LARGEFILE64_SOURCE: all those of interfaces.tsv, and those that musl
// has elsewhere. It says which headers declare the name themselves. Nobody asks for it when a
// program runs; buildwrap/suspect makes its index of it.
func brought(glibc, newest *libc, lines []string) []string {
	rows := []string{"name\tkind\tglibc\tmusl"}
	different := map[string]bool{}
	for _, line := range lines[1:] {
		declared, _, _ := strings.Cut(line, "\t")
		different[declared] = true
	}
	for _, declared := range slices.Sorted(maps.Keys(glibc.names)) {
		g, musl := glibc.names[declared], []string(nil)
		if n := newest.names[declared]; n != nil {
			musl = slices.Sorted(maps.Keys(n.headers))
			for header := range g.any {
				if slices.Contains(newest.headers, header) && !n.any[header] && !marker(declared, g) && !internal(declared, g) {
					different[declared] = true
				}
			}
		}
		if different[declared] {
			rows = append(rows, strings.Join([]string{declared, g.kind, strings.Join(slices.Sorted(maps.Keys(g.headers)), " "), strings.Join(musl, " ")}, "\t"))
		}
	}
	return rows
}

// row is what interfaces.tsv says of a name.
type row struct {
	kind                                        string
	headers, musl                               []string
	since, gone, lfs64, text, instead, evidence string
}

func (r *row) line(name string) string {
	return strings.Join([]string{name, r.kind, strings.Join(r.headers, " "), strings.Join(r.musl, " "), r.since, r.gone, r.lfs64,
		r.text, r.instead, r.evidence}, "\t")
}

// interfaces is the table of what glibc's headers declare and musl's do not, or not in all
// versions, or only if asked to.
func interfaces(glibc *libc, musl []*libc, large *libc, o owners, texts []text) (lines, words []string) {
	rows := map[string]*row{}
	newest := musl[len(musl)-1]
	for declared, g := range glibc.names {
		if marker(declared, g) || internal(declared, g) {
			continue
		}
		r := &row{kind: g.kind, headers: few(slices.Sorted(maps.Keys(g.headers))), evidence: "headers"}
		if n := newest.names[declared]; n != nil {
			r.musl = o.order(declared, n)
		} else if n := large.names[declared]; n != nil {
			r.musl, r.lfs64 = o.order(declared, n), "yes"
		}
		r.since, r.gone = history(declared, musl)
		if declared == "basename" {
			r.gone = "1.2.5" // in string.h
		}
		if r.musl != nil && r.since == "" && r.gone == "" && r.lfs64 == "" && !byhand(declared, texts) {
			continue
		}
		if r.musl == nil {
			for _, file := range slices.Sorted(maps.Keys(g.kernel)) {
				if strings.HasPrefix(file, "linux/") && r.instead == "" {
					r.instead = "include " + file + " of the package linux-headers"
				}
			}
		}
		rows[declared] = r
	}
	for _, c := range readTable("gen/interfaces-added.tsv") {
		if rows[c[0]] != nil {
			log.Fatalf("%s is in the headers", c[0])
		}
		r := &row{kind: c[1], headers: strings.Fields(c[2]), evidence: c[3]}
		if n := newest.names[c[0]]; n != nil {
			r.musl = o.order(c[0], n)
		}
		r.since, r.gone = history(c[0], musl)
		rows[c[0]] = r
	}
	words = describe(rows, glibc, texts)
	lines = []string{"name\tkind\tglibc\tmusl\tsince\tgone\tlfs64\ttext\tinstead\tevidence"}
	for _, declared := range slices.Sorted(maps.Keys(rows)) {
		lines = append(lines, rows[declared].line(declared))
	}
	return lines, words
}

// few leaves out most of the headers that have what bits/types.h declares.
func few(headers []string) []string {
	switch {
	case len(headers) <= 6:
	case slices.Contains(headers, "sys/types.h"):
		headers = []string{"sys/types.h"}
	default:
		headers = headers[:6]
	}
	return headers
}

// history returns the first version of musl that declares a name, empty for the oldest of all,
// and the first one after it that does not.
func history(declared string, musl []*libc) (since, gone string) {
	first, last := -1, -1
	for i, m := range musl {
		if m.names[declared] != nil {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first > 0 {
		since = versions[first]
	}
	if last >= 0 && last < len(musl)-1 {
		gone = versions[last+1]
	}
	return since, gone
}

// internal reports whether a name is glibc's own business to such a degree that no project uses it.
func internal(declared string, g *name) bool {
	if !strings.HasPrefix(declared, "_") {
		return false
	}
	if len(g.compiler) > 0 && g.kind == "macro" || declared == "_LARGEFILE64_SOURCE" {
		return true
	}
	for header := range g.headers {
		if header != "math.h" && header != "tgmath.h" && header != "complex.h" && header != "fenv.h" {
			return false
		}
	}
	return true
}

// text is what is known of names that fit a pattern.
type text struct {
	pattern, why, instead, pkg, evidence string
	key                                  string // the first pattern of the same text
	byhand                               bool   // not of lint/explain
}

// readTexts reads the words that were written by hand, here and in lint/explain.
func readTexts() []text {
	var texts []text
	for _, c := range readTable("gen/interfaces-byhand.tsv") {
		key := ""
		for pattern := range strings.SplitSeq(c[0], " ") {
			pattern = strings.ReplaceAll(pattern, ":", " ")
			key = cmp.Or(key, pattern)
			texts = append(texts, text{pattern: pattern, why: c[1], instead: c[2], pkg: c[3], evidence: c[4], key: key, byhand: true})
		}
	}
	return append(texts, explained()...)
}

// byhand reports whether somebody wrote about that very name here, though musl has it.
func byhand(declared string, texts []text) bool {
	return slices.ContainsFunc(texts, func(t text) bool { return t.pattern == declared && t.byhand })
}

// describe says which text belongs to a name, and returns the table of those that belong to one.
func describe(rows map[string]*row, glibc *libc, texts []text) []string {
	used := map[string]bool{} // patterns
	lines := map[string]string{}
	for declared, r := range rows {
		for _, t := range texts {
			if ok, err := path.Match(t.pattern, declared); err != nil {
				log.Fatalf("%s: %v", t.pattern, err)
			} else if !ok || strings.HasPrefix(t.why, "LFS64: ") && !isLFS64(declared, glibc) {
				continue
			}
			used[t.pattern] = true
			r.text = t.key
			if t.instead != "" && r.musl == nil && strings.HasPrefix(r.instead, "include linux/") && !strings.Contains(t.pattern, "*") {
				r.instead = "" // somebody thought about that very name
			}
			lines[t.key] = strings.Join([]string{t.key, t.why, t.instead, t.pkg, t.evidence}, "\t")
			break
		}
	}
	for _, t := range texts {
		if t.byhand && !used[t.pattern] {
			log.Printf("gen/interfaces-byhand.tsv: nothing is called %s", t.pattern)
		}
	}
	words := []string{"text\twhy\tinstead\tpackage\tevidence"}
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		words = append(words, lines[key])
	}
	return words
}

// isLFS64 reports whether there is an interface of the same name without its 64.
func isLFS64(declared string, glibc *libc) bool {
	i := strings.LastIndex(declared, "64")
	return i > 0 && glibc.names[declared[:i]+declared[i+2:]] != nil
}

// explained are the words of lint/explain, exact names first.
func explained() []text {
	files, err := filepath.Glob("../explain/symbols/*.txt")
	if err != nil || files == nil {
		log.Fatal("run it in lint/facts")
	}
	var exact, patterns []text
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		var keys []string
		fields := map[string]string{}
		field := ""
		end := func() {
			for _, key := range keys {
				if t := (text{pattern: key, key: "explain " + keys[0], why: fields["is"], instead: fields["do"], evidence: "lint/explain"}); strings.ContainsAny(key, "*?") {
					if fields["only"] == "" && fields["for"] == "" && !strings.Contains(fields["is"]+fields["do"], "{") {
						patterns = append(patterns, t)
					}
				} else if !strings.Contains(fields["is"]+fields["do"], "{") {
					exact = append(exact, t)
				}
			}
			keys, fields, field = nil, map[string]string{}, ""
		}
		for line := range strings.Lines(string(content)) {
			line = strings.TrimRight(line, "\n")
			if names, ok := strings.CutPrefix(line, "# "); ok {
				if field != "" {
					end()
				}
				keys = append(keys, strings.Fields(names)...)
			} else if more, ok := strings.CutPrefix(line, "  "); ok {
				fields[field] += " " + strings.TrimSpace(more)
			} else if key, value, ok := strings.Cut(line, ": "); ok {
				field = key
				fields[field] = value
			}
		}
		end()
	}
	slices.SortStableFunc(patterns, func(a, b text) int { return cmp.Compare(len(b.pattern), len(a.pattern)) })
	return append(exact, patterns...)
}

// readTable returns the rows of a table without its header.
func readTable(file string) [][]string {
	content, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(content)) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
	}
	for i, c := range rows {
		if len(c) != len(rows[0]) {
			log.Fatalf("%s: line %d has %d columns", file, i+1, len(c))
		}
	}
	return rows[1:]
}

func write(file string, lines []string) {
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(os.Stderr, file, len(lines)-1)
}
