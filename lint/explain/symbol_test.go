package explain

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/musllint/musllint/lint/facts"
)

// lines returns the lines of a file of the tests.
func lines(t *testing.T, name string) []string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(content)), "\n")
}

// TestWantedSymbols keeps a promise: the symbols that programs for glibc miss on musl most
// often, and those that people ask about, have a text of their own.
func TestWantedSymbols(t *testing.T) {
	names := lines(t, "testdata/symbols.txt")
	if len(names) < 300 {
		t.Fatalf("only %d symbols", len(names))
	}
	for _, name := range names {
		page, ok := Symbol(name)
		if !ok || !IsWritten(name) {
			t.Errorf("%s: nobody has written about it", name)
			continue
		}
		checkPage(t, page)
		if !strings.Contains(page.Text(), "\n## Why\n\n") {
			t.Errorf("%s: the page does not say why", name)
		}
	}
}

// checkPage holds what is true of every page.
func checkPage(t *testing.T, p Page) {
	t.Helper()
	text, short := p.Text(), p.Short()
	if !strings.HasPrefix(text, "# "+p.Name) || !strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\n\n") {
		t.Errorf("%s: the page begins or ends wrongly:\n%s", p.Name, text)
	}
	if strings.Contains(text, "\n\n\n") || strings.Contains(text, "{*}") || strings.Contains(text, "{name}") {
		t.Errorf("%s: two empty lines, or a placeholder:\n%s", p.Name, text)
	}
	if !strings.HasPrefix(short, p.Name+": ") || !strings.HasSuffix(short, ".") || strings.ContainsAny(short, "\n\t") {
		t.Errorf("%s: not a short form: %q", p.Name, short)
	}
	if n := utf8.RuneCountInString(short) - utf8.RuneCountInString(p.Name); n > 350 {
		t.Errorf("%s: %d characters are not short: %s", p.Name, n, short)
	}
	for _, wrong := range []string{"  ", " .", " ,", "..", ": .", "()", "( "} {
		if strings.Contains(short, wrong) {
			t.Errorf("%s: %q in %q", p.Name, wrong, short)
		}
	}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if utf8.RuneCountInString(line) > pageWidth+1 && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, codeIndent) && len(words) > 2 {
			t.Errorf("%s: a long line: %q", p.Name, line)
		}
		if line != strings.TrimRight(line, " \n")+"\n" {
			t.Errorf("%s: spaces at the end of %q", p.Name, line)
		}
	}
	for _, topic := range p.See {
		if body(topic) == "" {
			t.Errorf("%s: refers to %q, which is no topic", p.Name, topic)
		}
	}
}

// TestEverySymbolHasAPage asks for every name that the tables have.
func TestEverySymbolHasAPage(t *testing.T) {
	names := map[string]bool{}
	for _, table := range []string{"glibc.tsv", "musl-exports.tsv", "gcompat.tsv", "compat-libraries.tsv"} {
		for _, line := range lines(t, "../facts/"+table)[1:] {
			name, _, _ := strings.Cut(line, "\t")
			names[name] = true
		}
	}
	written, missing := 0, 0
	var unwritten []string
	for name := range names {
		page, ok := Symbol(name)
		if !ok && !stateOf(name, "").known() {
			continue // it was in a gcompat that no release of Alpine had
		}
		if !ok {
			t.Errorf("%s: no page", name)
			continue
		}
		checkPage(t, page)
		if _, ok := facts.MuslHistory(name); ok {
			continue
		}
		missing++
		if IsWritten(name) {
			written++
		} else {
			unwritten = append(unwritten, name)
		}
	}
	slices.Sort(unwritten)
	t.Logf("%d symbols; of %d that no musl has %d are written about, not: %q", len(names), missing, written, unwritten)
	if written < missing*95/100 {
		t.Errorf("only %d of %d symbols that musl lacks are written about", written, missing)
	}
}

// Fields of a block, and whether there has to be one.
var writtenFields = map[string]bool{
	"is": true, "do": true, "why": true, "source": false, "binary": false, "see": false, "in": false, "for": false, "only": false,
}

// A version of musl or gcompat, or a release of Alpine: the tables say which has a symbol.
var claimedVersion = regexp.MustCompile(`\b[01]\.\d+\.\d+\b|Alpine \d|gcompat \d`)

func TestWrittenBlocks(t *testing.T) {
	files, err := symbolTexts.ReadDir("symbols")
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{"libraries.txt": librariesText, "apk.txt": apkText}
	for _, file := range files {
		content, _ := symbolTexts.ReadFile("symbols/" + file.Name())
		contents["symbols/"+file.Name()] = string(content)
	}
	owner := map[string]string{}
	for name, content := range contents {
		checkLayout(t, name, content)
		for _, w := range readWritten(content) {
			at := name + ": " + w.keys[0]
			for field, required := range writtenFields {
				if required && w.fields[field] == "" {
					t.Errorf("%s: no field %q", at, field)
				}
			}
			for field, text := range w.fields {
				if _, known := writtenFields[field]; !known {
					t.Errorf("%s: unknown field %q", at, field)
				}
				if v := claimedVersion.FindString(text); v != "" && strings.HasPrefix(name, "symbols/") && field != "binary" {
					t.Errorf("%s: %s names %s, which the tables do", at, field, v)
				}
			}
			for _, topic := range w.see() {
				if body(topic) == "" {
					t.Errorf("%s: %q is no topic", at, topic)
				}
			}
			if in := w.fields["in"]; in != "" {
				if _, _, ok := facts.SonamePackage(in, ""); !ok {
					t.Errorf("%s: no package has %s", at, in)
				}
			}
			for _, clause := range []string{w.fields["is"], w.fields["do"]} {
				if strings.HasSuffix(clause, ".") || strings.Contains(clause, "\n") {
					t.Errorf("%s: not a clause: %q", at, clause)
				}
			}
			for _, key := range w.keys {
				kind, _, _ := strings.Cut(name, "/")
				id := kind + " " + key + " " + w.fields["for"]
				if other, taken := owner[id]; taken {
					t.Errorf("%s: %s is in %s, too", at, key, other)
				}
				owner[id] = at
				if _, err := path.Match(key, ""); err != nil {
					t.Errorf("%s: bad pattern %s", at, key)
				}
				uses := strings.Contains(w.fields["is"]+w.fields["do"]+w.fields["why"]+w.fields["source"], "{*}")
				if single := strings.Count(key, "*") == 1 && !strings.Contains(key, "?"); (uses || w.fields["for"] != "") && !single {
					t.Errorf("%s: {*} means nothing for %s", at, key)
				}
			}
		}
	}
}

// checkLayout reports what does not read well in a diff.
func checkLayout(t *testing.T, name, content string) {
	t.Helper()
	for i, line := range strings.Split(content, "\n") {
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("%s:%d: %d columns", name, i+1, n)
		}
		if line != strings.TrimRight(line, " \t\r") || strings.Contains(line, "\t") {
			t.Errorf("%s:%d: stray white space", name, i+1)
		}
	}
}

// TestTextsAgreeWithTables compares what the texts say of musl with what it exports.
func TestTextsAgreeWithTables(t *testing.T) {
	// musl has these, but they do something else than glibc's.
	different := []string{"basename", "res_search", "strerror_r"}
	names := lines(t, "testdata/symbols.txt")
	for name := range writtenSymbols().exact {
		names = append(names, name)
	}
	for _, line := range lines(t, "../facts/glibc.tsv")[1:] {
		name, _, _ := strings.Cut(line, "\t")
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		w, star, ok := writtenSymbols().find(name)
		if !ok {
			continue
		}
		do := w.text("do", name, star)
		state := stateOf(name, "")
		says := strings.Contains(do, "musl has it")
		if says && !state.always() && state.musl.MapsTo == "" {
			t.Errorf("%s: the text says that musl has it, the table %q", name, state.muslText())
		}
		if state.always() && !says && !slices.Contains(different, name) {
			t.Errorf("%s: every musl has it, and the text says %q", name, do)
		}
	}
}
