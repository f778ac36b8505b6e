package explain

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

func TestEntries(t *testing.T) {
	var (
		class    = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)
		ref      = regexp.MustCompile(`\{([^}]*)\}`)
		words    = wordsOf(t)
		policies = policies(t)
	)
	for name, e := range entries() {
		if !namePattern.MatchString(name) || body(name) != "" {
			t.Errorf("%s is no name, or that of a topic", name)
		}
		if e.topic != "" && body(e.topic) == "" {
			t.Errorf("%s: there is no topic %q", name, e.topic)
		}
		for _, id := range e.rules {
			if policies[id] == "" {
				t.Errorf("%s: %q is no rule", name, id)
			}
		}
		for _, c := range e.classes {
			if !class.MatchString(c) {
				t.Errorf("%s: %q is no class", name, c)
			}
		}
		for _, other := range append(slices.Clone(e.after), e.with...) {
			if entries()[other] == nil || other == name {
				t.Errorf("%s: there is no entry %q", name, other)
			}
		}
		if len(e.changes) == 0 && name != "not-dynamic" {
			t.Errorf("%s: nothing to change", name)
		}
		texts := append([]string{e.title}, append(e.meaning, e.causes...)...)
		for _, c := range e.changes {
			texts = append(texts, c.Text)
		}
		for _, text := range texts {
			if strings.Count(text, "`")%2 != 0 || text == "" {
				t.Errorf("%s: a backquote is not closed, or the text is empty: %q", name, text)
			}
			for _, m := range ref.FindAllStringSubmatch(text, -1) {
				word := strings.TrimSuffix(m[1], "?")
				if !slices.Contains(words[name], word) {
					t.Errorf("%s: no message names {%s}", name, word)
				}
			}
		}
		if strings.HasSuffix(e.title, ".") {
			t.Errorf("%s: the title is a line, not a sentence with a full stop", name)
		}
	}
}

// policies are the built-in ones by their ids.
func policies(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../policies/*/ML*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatal("no policies", err)
	}
	texts := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[strings.TrimSuffix(filepath.Base(file), ".hcl")] = string(content)
	}
	return texts
}

// wordsOf returns what the messages of an entry name, by entry.
func wordsOf(t *testing.T) map[string][]string {
	t.Helper()
	words := map[string][]string{}
	judged := []string{}
	for _, p := range messages().finder.patterns {
		if entries()[p.target] != nil {
			words[p.target] = append(words[p.target], p.names...)
		} else if judges[p.target] != nil {
			judged = append(judged, p.names...)
		}
	}
	// What a judge names: its patterns, and what it adds.
	judged = append(judged, "also", "apk", "base", "formerly", "link", "musl", "release", "since", "until")
	for _, row := range nameRows() {
		for i := 0; i < len(row.words); i += 2 {
			judged = append(judged, row.words[i])
		}
	}
	for name := range entries() {
		if slices.Contains(judgedEntries(t), name) {
			words[name] = append(words[name], judged...)
		}
	}
	return words
}

// judgedEntries are the entries that Go code and names.tsv name. All of them exist, and every
// entry is named somewhere.
func judgedEntries(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, row := range nameRows() {
		names = append(names, row.entry)
	}
	files, err := filepath.Glob("why_*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?:entryOf\(|return )"([a-z0-9-]+)"`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(content), -1) {
			names = append(names, m[1])
		}
	}
	return names
}

func TestEveryEntryIsNamed(t *testing.T) {
	judged := judgedEntries(t)
	for _, name := range judged {
		if entries()[name] == nil {
			t.Errorf("there is no entry %q", name)
		}
	}
	for name := range entries() {
		if !slices.Contains(judged, name) && !slices.ContainsFunc(messages().finder.patterns, func(p *pattern) bool { return p.target == name }) {
			t.Errorf("nothing leads to %s", name)
		}
	}
}

func TestNames(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(namesText, "\n"), "\n")
	kinds := []string{"apk", "header", "link", "name", "reference", "tool"}
	var keys []string
	for _, line := range lines[1:] {
		columns := strings.Split(line, "\t")
		if len(columns) != 5 || columns[4] == "" || !slices.Contains(kinds, columns[0]) {
			t.Errorf("malformed: %q", line)
			continue
		}
		keys = append(keys, columns[0]+" "+columns[1])
	}
	if !slices.IsSorted(keys) {
		t.Error("names.tsv is not sorted")
	}
	if len(slices.Compact(keys)) != len(lines)-1 {
		t.Error("names.tsv has a name twice")
	}
}
