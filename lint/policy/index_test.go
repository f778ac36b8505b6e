package policy

import (
	"regexp"
	"strings"
	"testing"
)

func TestMatchGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"a", "a", true}, {"a", "b", false},
		{"a*c", "abbc", true}, {"a*c", "abbd", false}, {"*.whl", "x/y.whl", true}, {"a?c", "abc", true}, {"a?c", "ac", false},
		{"*a*b*", "xxaxxbxx", true}, {"*a*b*", "xxbxxaxx", false}, {"a**", "a", true}, {"a*a", "a", false},
		{"https://*/linux-x64*", "https://h/v1/linux-x64.tgz", true}, {"a.c", "abc", false}, {"[a]", "a", false},
	} {
		if got := matchGlob(c.pattern, c.text); got != c.want {
			t.Errorf("matchGlob(%q, %q) = %v", c.pattern, c.text, got)
		}
	}
}

// FuzzMatchGlob compares with the regular expression that means the same.
func FuzzMatchGlob(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("**a*", "ba")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		for _, s := range []string{pattern, text} {
			if len(s) > 200 || strings.ContainsFunc(s, func(r rune) bool { return r > 126 }) {
				return // ? is one byte here and one character there
			}
		}
		expr := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
		want := regexp.MustCompile(`(?s)\A` + expr + `\z`).MatchString(text)
		if got := matchGlob(pattern, text); got != want {
			t.Errorf("matchGlob(%q, %q) = %v", pattern, text, got)
		}
	})
}

// What the index says without parsing is what parsing says.
func TestIndexAgrees(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	ids, names := set.Names()
	list, diags := set.Policies()
	if diags.HasErrors() || len(list) != len(ids) {
		t.Fatalf("%d of %d policies: %v", len(list), len(ids), diags)
	}
	for i, p := range list {
		if p.ID != ids[i] || p.Name != names[p.ID] {
			t.Errorf("%s %s in the index is %s %s", ids[i], names[ids[i]], p.ID, p.Name)
		}
		when, diags := set.when(set.byID[p.ID])
		if diags.HasErrors() || (when == nil) != (p.when == nil) || when != nil && when.Range() != p.when.Range() {
			t.Errorf("%s: the index has another condition, %v", p.ID, diags)
		}
		if p.URL != "https://github.com/musllint/musllint/blob/main/docs/rules.md#"+strings.ToLower(p.ID) {
			t.Errorf("%s: URL %s", p.ID, p.URL)
		}
	}
}

// Nothing is parsed before it can match.
func TestBuiltinIsLazy(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(set.Files()); n != 0 {
		t.Errorf("%d files are parsed at the start", n)
	}
	if _, ok := set.Lookup("ML0001"); !ok || len(set.Files()) != 1 {
		t.Errorf("looking one up parses %d files", len(set.Files()))
	}
}
