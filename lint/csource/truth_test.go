package csource

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// compiler returns a compiler, or skips the test where there is none and none is required.
func compiler(t *testing.T, name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatalf("%v, and MUSLLINT_REQUIRE is set", err)
		}
		t.Skip(err)
	}
	return path
}

// realSources are the files that are compared: this machine's headers, and below the folder that
// MUSLLINT_SOURCES names all sources; each nth of them.
func realSources(t *testing.T, nth int) []string {
	var list []string
	for _, root := range []string{"/usr/include", os.Getenv("MUSLLINT_SOURCES")} {
		if root == "" {
			continue
		}
		filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			switch filepath.Ext(path) {
			case ".c", ".h", ".cc", ".cpp", ".hpp", ".hh", ".cxx", ".tcc":
				list = append(list, path)
			}
			return nil
		})
	}
	if len(list) == 0 {
		if os.Getenv("MUSLLINT_REQUIRE") != "" {
			t.Fatal("no C sources here, and MUSLLINT_REQUIRE is set")
		}
		t.Skip("no C sources here")
	}
	var some []string
	for i := 0; i < len(list); i += nth {
		some = append(some, list[i])
	}
	return some
}

// sample is how many sources lie between two that are compared; all are when a folder is named.
func sample(t *testing.T) int {
	switch {
	case os.Getenv("MUSLLINT_SOURCES") != "":
		return 1
	case os.Getenv("MUSLLINT_REQUIRE") != "":
		return 10
	case testing.Short():
		return 400
	}
	return 40
}

// awkward are texts in which places differ from what a simple reader sees.
var awkward = []string{
	"a\\\nb = 1'0\\\n00; u8R\"x(\\\n)x\" \\\n/* \\*\\\n/ x //\\\ny\nz",
	"#define f(a) #a \\\r\n ## a\r\n#if 0\r\ndon't /* x\r\n#endif\r\n",
	"\"a\\\n\\\"b\" L'\\\n' .5e\\\n+3 -\\\n>\\\n* ..\\\n. a\\  \nb\n",
}

// TestClangTokens compares the tokens with those that clang's own lexer sees: kind, spelling
// and place.
func TestClangTokens(t *testing.T) {
	clang := compiler(t, "clang")
	files := realSources(t, sample(t))
	dir := t.TempDir()
	for i, text := range awkward {
		name := filepath.Join(dir, fmt.Sprintf("awkward%d.cc", i))
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	tokens := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		cmd := exec.Command(clang, "-fsyntax-only", "-Xclang", "-dump-raw-tokens", "-x", "c++", "-std=gnu++20", name)
		out, err := cmd.CombinedOutput()
		if err != nil && !bytes.Contains(out, []byte("eof ''")) {
			continue // what clang reads as UTF-16, or not at all
		}
		n, message := compareClang(Read(text), name, string(out))
		tokens += n
		if message != "" {
			t.Errorf("%s: %s", name, message)
		}
	}
	t.Logf("%d files, %d tokens", len(files), tokens)
}

// rawToken is one of clang.
type rawToken struct {
	kind, spelling string
	line, column   int
	unclean        bool
}

// parseRaw reads what clang prints. Tokens may hold newlines.
func parseRaw(name, out string) []rawToken {
	var list []rawToken
	loc := "\tLoc=<" + name + ":"
	for out != "" {
		if strings.HasPrefix(out, name+":") { // a warning stands between the tokens
			_, out, _ = strings.Cut(out, "\n")
			continue
		}
		i := strings.Index(out, loc)
		if i < 0 {
			break
		}
		one := out[:i]
		place, rest, _ := strings.Cut(out[i+len(loc):], ">\n")
		out = rest
		kind, spelling, _ := strings.Cut(one, " '")
		if j := strings.LastIndexByte(kind, '\n'); j >= 0 {
			kind = kind[j+1:]
		}
		unclean := false
		if j := strings.Index(spelling, " [UnClean='"); j >= 0 {
			unclean = true
			spelling = spelling[:j]
		}
		spelling = strings.TrimSuffix(strings.TrimSuffix(spelling[:max(strings.LastIndex(spelling, "\t"), 0)], "\t"), "'")
		var token rawToken
		token.kind, token.spelling, token.unclean = kind, spelling, unclean
		fmt.Sscanf(place, "%d:%d", &token.line, &token.column)
		list = append(list, token)
	}
	return list
}

// compareClang returns the number of tokens that agree, and the first that does not.
func compareClang(f *File, name, out string) (int, string) {
	var theirs []rawToken
	for _, r := range parseRaw(name, out) {
		if r.kind == "eof" || r.kind == "unknown" && strings.TrimLeft(strings.ReplaceAll(r.spelling, "\\\n", ""), " \t\r\n\v\f\x00\\") == "" && (r.spelling != "\\") {
			continue
		}
		theirs = append(theirs, r)
	}
	n := 0
	for i, t := range f.Tokens() {
		if len(theirs) == 0 {
			return n, fmt.Sprintf("token %d %q is beyond clang's last", i, f.Spelling(t))
		}
		r := theirs[0]
		if offset, ok := f.Offset(r.line, r.column); !ok || offset != t.Start && f.skipped(offset) != t.Start {
			return n, fmt.Sprintf("token %d %q at line %d; clang has %q at line %d, column %d", i, f.Spelling(t), f.Line(t.Start), r.spelling, r.line, r.column)
		}
		if t.Kind == HeaderName && f.text[t.Start] == '<' { // clang takes it for what it is later
			for len(theirs) > 0 {
				if offset, _ := f.Offset(theirs[0].line, theirs[0].column); offset >= t.End {
					break
				}
				theirs = theirs[1:]
			}
			n++
			continue
		}
		theirs = theirs[1:]
		spelling := f.Spelling(t)
		if t.Kind == Comment {
			spelling = strings.ReplaceAll(spelling, "\r", "")
			r.spelling = strings.ReplaceAll(string(unsplice([]byte(r.spelling))), "\r", "")
		}
		if spelling != r.spelling && !(strings.HasPrefix(r.spelling, spelling) && suffixed(t)) {
			return n, fmt.Sprintf("token %d at line %d is %q, and %q for clang", i, f.Line(t.Start), spelling, r.spelling)
		}
		if want := kindOf(r); want != 0 && want != t.Kind && t.Kind != HeaderName {
			return n, fmt.Sprintf("token %d at line %d, %q, is a %v, and %s for clang", i, f.Line(t.Start), spelling, t.Kind, r.kind)
		}
		n++
		if len(spelling) < len(r.spelling) { // "x"_s is one token for clang
			at, _ := f.Offset(r.line, r.column)
			theirs = append([]rawToken{{"raw_identifier", r.spelling[len(spelling):], r.line, r.column + t.End - at, true}}, theirs...)
		}
	}
	if len(theirs) > 0 {
		return n, fmt.Sprintf("clang goes on with %q at line %d", theirs[0].spelling, theirs[0].line)
	}
	return n, ""
}

// skipped passes over continuations, with which clang begins the token behind them.
func (f *File) skipped(offset int) int { return (&lexer{text: f.text}).skipSplices(offset) }

func suffixed(t Token) bool { return t.Kind == String || t.Kind == Char }

func kindOf(r rawToken) Kind {
	switch {
	case r.kind == "raw_identifier":
		return Ident
	case r.kind == "comment":
		return Comment
	case r.kind == "numeric_constant":
		return Number
	case strings.HasSuffix(r.kind, "string_literal"):
		return String
	case strings.HasSuffix(r.kind, "char_constant"):
		return Char
	case r.kind == "unknown":
		return 0
	}
	return Punct
}

// TestGCCReading has gcc preprocess sources, and the same sources written anew from the tokens
// and directives alone, a directive in a line of its own: the results are the same tokens.
func TestGCCReading(t *testing.T) {
	gcc := compiler(t, "gcc")
	files := realSources(t, sample(t))
	dir := t.TempDir()
	for i, text := range awkward {
		name := filepath.Join(dir, fmt.Sprintf("awkward%d.cc", i))
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	preprocess := func(text []byte) string {
		cmd := exec.Command(gcc, "-E", "-P", "-nostdinc", "-std=gnu++20", "-x", "c++", "-dD", "-undef", "-w", "-")
		cmd.Stdin = bytes.NewReader(text)
		out, _ := cmd.Output() // includes are not found, and what is left is printed all the same
		return string(out)
	}
	compared := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil || bytes.Contains(text, []byte("__LINE__")) {
			continue
		}
		f := Read(text)
		before, after := preprocess(withoutIncludes(f)), preprocess(respell(f))
		if a, b := strings.Join(strings.Fields(before), " "), strings.Join(strings.Fields(after), " "); a != b {
			i := 0
			for i < len(a) && i < len(b) && a[i] == b[i] {
				i++
			}
			lo := max(i-60, 0)
			t.Errorf("%s: gcc reads\n%s\nwhere the tokens make it\n%s", name, a[lo:min(i+60, len(a))], b[lo:min(i+60, len(b))])
		}
		compared++
	}
	t.Logf("%d files", compared)
}

// withoutIncludes blanks what would stop gcc at once, or depends on where a file lies.
func withoutIncludes(f *File) []byte {
	out := bytes.Clone(f.text)
	for _, d := range f.Directives() {
		if dropped(d) {
			for i := d.Start; i < d.End; i++ {
				if out[i] != '\n' {
					out[i] = ' '
				}
			}
			copy(out[d.Start:], "#")
		}
	}
	return out
}

func dropped(d Directive) bool {
	switch d.Name {
	case "include", "include_next", "import", "error", "warning", "line", "":
		return true
	}
	return false
}

// respell writes a source from its tokens.
func respell(f *File) []byte {
	var out []byte
	directives := f.Directives()
	end, in := 0, false
	for _, t := range f.Tokens() {
		if in && t.Start >= directives[0].End {
			out = append(out, '\n')
			directives, in = directives[1:], false
		}
		if len(directives) > 0 && t.Start == directives[0].Start {
			out = append(out, '\n')
			in = true
			if dropped(directives[0]) {
				out = append(out, "#\n"...)
			}
		} else if end != t.Start {
			gap := unsplice(f.text[end:t.Start])
			if bytes.IndexByte(gap, '\n') >= 0 {
				out = append(out, '\n')
			} else if len(gap) > 0 {
				out = append(out, ' ')
			}
		}
		end = t.End
		switch {
		case in && dropped(directives[0]):
		case t.Kind == Comment:
			out = append(out, ' ')
		default:
			out = append(out, f.Spelling(t)...)
		}
	}
	return append(out, '\n')
}
