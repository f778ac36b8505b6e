package explain

import (
	"bytes"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// The order in which a reader wants to know: is it mine, why, can I prove it, what now.
var sections = []string{
	"## What you see",
	"## Why",
	"## How to see it",
	"## What to change",
	"## What does not help",
}

// codeSpan is `x`, or “x“ around text that itself has a backquote, such as a linker's message.
var codeSpan = regexp.MustCompile("(?s)``.+?``|`[^`]+`")

func TestTopicShape(t *testing.T) {
	for _, info := range Topics() {
		content := body(info.Name)
		lines := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
		if !strings.HasPrefix(lines[0], "# ") || info.Title == "" {
			t.Errorf("%s: first line is no title: %q", info.Name, lines[0])
		}
		if n := len(lines); n < 25 || n > 90 {
			t.Errorf("%s: %d lines, want 25 to 90", info.Name, n)
		}
		var headings []string
		for i, line := range lines {
			if n := utf8.RuneCountInString(line); n > 100 {
				t.Errorf("%s:%d: %d columns, want at most 100", info.Name, i+1, n)
			}
			if line != strings.TrimRight(line, " \t\r") || strings.Contains(line, "\t") {
				t.Errorf("%s:%d: stray white space", info.Name, i+1)
			}
			if strings.HasPrefix(line, "## ") {
				headings = append(headings, line)
			}
		}
		if diff := cmp.Diff(sections, headings); diff != "" {
			t.Errorf("%s: sections (-want +got):\n%s", info.Name, diff)
		}
		if !strings.HasPrefix(lastParagraph(content), "Sources: ") {
			t.Errorf("%s: does not end with its sources", info.Name)
		}
		if strings.Contains(codeSpan.ReplaceAllString(content, ""), "`") {
			t.Errorf("%s: a backquote is not closed", info.Name)
		}
	}
}

func lastParagraph(text string) string {
	return text[strings.LastIndex(text, "\n\n")+2:]
}

func TestTopicReferences(t *testing.T) {
	var (
		rule    = regexp.MustCompile(`\bML\w*`)
		goodID  = regexp.MustCompile(`^ML[0-6]\d{3}$`)
		link    = regexp.MustCompile(`https?://[^\s)>]+`)
		issue   = regexp.MustCompile(`[\w./-]*#\d+`)
		goodRef = regexp.MustCompile(`^[\w.-]+/[\w.-]+#\d+$`)
		see     = regexp.MustCompile("see\\s+`([a-z0-9-]+)`")
	)
	for _, info := range Topics() {
		content := body(info.Name)
		for _, id := range rule.FindAllString(content, -1) {
			if !goodID.MatchString(id) {
				t.Errorf("%s: %s is no rule id", info.Name, id)
			}
		}
		for _, l := range link.FindAllString(content, -1) {
			u, err := url.Parse(strings.TrimRight(l, ".,;:"))
			if err != nil || u.Scheme != "https" || !strings.Contains(u.Host, ".") {
				t.Errorf("%s: bad link %s", info.Name, l)
			}
		}
		for _, ref := range issue.FindAllString(content, -1) {
			if !goodRef.MatchString(ref) {
				t.Errorf("%s: %s is not owner/repository#number", info.Name, ref)
			}
		}
		for _, m := range see.FindAllStringSubmatch(content, -1) {
			if body(m[1]) == "" {
				t.Errorf("%s: refers to %q, which is no topic", info.Name, m[1])
			}
		}
	}
}

func TestIndex(t *testing.T) {
	files, err := topics.ReadDir("topics")
	if err != nil {
		t.Fatal(err)
	}
	var onDisk, indexed []string
	for _, f := range files {
		onDisk = append(onDisk, strings.TrimSuffix(f.Name(), path.Ext(f.Name())))
	}
	owner := map[string]string{}
	for _, info := range Topics() {
		indexed = append(indexed, info.Name)
		if !slices.IsSorted(info.Aliases) {
			t.Errorf("%s: aliases are not sorted: %q", info.Name, info.Aliases)
		}
		for _, word := range append([]string{info.Name}, info.Aliases...) {
			if word == "" || word != fold(word) {
				t.Errorf("%s: %q can never be found", info.Name, word)
			}
			if other, taken := owner[word]; taken {
				t.Errorf("%q belongs to %s and to %s", word, other, info.Name)
			}
			owner[word] = info.Name
		}
	}
	slices.Sort(onDisk)
	if diff := cmp.Diff(onDisk, indexed); diff != "" {
		t.Errorf("files and index differ (-files +index):\n%s", diff)
	}
}

func TestTopicsIsACopy(t *testing.T) {
	Topics()[0].Name = "changed"
	if got := Topics()[0].Name; got == "changed" {
		t.Error("a caller can change the index")
	}
}

func TestTopic(t *testing.T) {
	tests := []struct{ name, title string }{
		{"dns", "# DNS"},
		{" DNS ", "# DNS"},
		{"AAAA", "# DNS"},
		{"conntrack", "# DNS"},
		{"single-request", "# DNS"},
		{"ndots", "# DNS"},
		{"res_ninit", "# Resolver API"},
		{"fluent-bit", "# Go shared libraries"},
		{"libjvm.so", "# Java"},
		{"libgomp", "# Threads"},
		{"libgomp.so.1", "# libstdc++"},
		{"torch", "# Wheels"},
		{"LC_TIME", "# Locale"},
		{"musl-nscd", "# nsswitch"},
		{"MALLOC_TRIM", "# Symbols"},
	}
	for _, tt := range tests {
		text, ok := Topic(tt.name)
		if !ok || !strings.HasPrefix(text, tt.title) {
			first, _, _ := strings.Cut(text, "\n")
			t.Errorf("Topic(%q) = %q, %v; want %q", tt.name, first, ok, tt.title)
		}
	}
	for _, name := range []string{"", "nothing of this kind", "../index", "topics/dns", "dns.md"} {
		if text, ok := Topic(name); ok || text != "" {
			t.Errorf("Topic(%q) found something", name)
		}
	}
}

func TestNear(t *testing.T) {
	tests := []struct {
		name string
		want []string // the first ones; nil: nothing at all
	}{
		{"ndot", []string{"ndots"}},
		{"res_uinit", []string{"res_init"}},
		{"Malock", []string{"malloc"}},
		{"posix_falocate64", []string{"posix_fallocate64"}},
		{"glusterfs2", []string{"glusterfs"}},
		{"pthread_attr_seta", []string{"pthread_attr_setaffinity_np"}},
		{"", nil},
		{"zzzzzzzz", nil},
		{"q", nil},
	}
	for _, tt := range tests {
		got := Near(tt.name)
		if got = got[:min(len(got), max(1, len(tt.want)))]; !slices.Equal(got, tt.want) {
			t.Errorf("Near(%q) starts with %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestFAQ keeps a promise: whatever stood in the notes that the project grew from, line by
// line, is answered by a topic. A symbol must also stand in the text that it leads to.
func TestFAQ(t *testing.T) {
	content, err := os.ReadFile("testdata/faq.tsv")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		if i == 0 {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 4 {
			t.Errorf("line %d: %d fields, want 4", i+1, len(fields))
			continue
		}
		key, kind, name, phrase := fields[0], fields[1], fields[2], fields[3]
		if seen[key] {
			t.Errorf("%s: twice", key)
		}
		seen[key] = true
		text, ok := Topic(name)
		switch {
		case !ok:
			t.Errorf("%s: %q is unknown", key, name)
		case kind == "topic" && body(name) == "":
			t.Errorf("%s: %q is an alias", key, name)
		case kind == "symbol" && !contains(text, strings.TrimSuffix(name, " dns")):
			t.Errorf("%s: %q does not stand in its own topic", key, name)
		case kind != "topic" && kind != "symbol":
			t.Errorf("%s: unknown kind %q", key, kind)
		case len(phrase) < 7 || !contains(text, phrase):
			t.Errorf("%s: %q does not say %q", key, name, phrase)
		}
	}
	if len(seen) < 90 {
		t.Errorf("only %d lines of the notes are mapped", len(seen))
	}
}

// contains looks for a phrase wherever the text breaks its lines.
func contains(text, phrase string) bool {
	unwrap := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	return strings.Contains(unwrap(text), unwrap(phrase))
}

func FuzzNear(f *testing.F) {
	for _, seed := range []string{"dns", "AAA", "res_uinit", "\xff\xfe", "ſtack", " \x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := Near(name)
		if len(got) > maxNear {
			t.Fatalf("Near(%q) returned %d words", name, len(got))
		}
		texts := map[string]bool{}
		for _, word := range got {
			text, ok := Topic(word)
			if !ok || texts[text] {
				t.Fatalf("Near(%q) suggests %q: known %v, topic repeated %v", name, word, ok, texts[text])
			}
			texts[text] = true
		}
		if _, known := Topic(name); known && (len(got) == 0 || distance(got[0], fold(name)) != 0) {
			t.Fatalf("Near(%q) = %q does not begin with the word itself", name, got)
		}
	})
}

func FuzzDistance(f *testing.F) {
	f.Add("kitten", "sitting")
	f.Add("", "abc")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 400 {
			return
		}
		d := distance(a, b)
		if d != distance(b, a) || (d == 0) != (a == b) || d > max(len(a), len(b)) {
			t.Fatalf("distance(%q, %q) = %d", a, b, d)
		}
		if distance(a+"x", b+"x") != d {
			t.Fatalf("a common ending changes the distance of %q and %q", a, b)
		}
	})
}

func TestDistance(t *testing.T) {
	if got := distance("kitten", "sitting"); got != 3 {
		t.Errorf("distance(kitten, sitting) = %d, want 3", got)
	}
}

func TestTextIsUTF8(t *testing.T) {
	for _, info := range Topics() {
		if b := []byte(body(info.Name)); !utf8.Valid(b) || bytes.ContainsRune(b, '\r') {
			t.Errorf("%s: not clean UTF-8", info.Name)
		}
	}
}
