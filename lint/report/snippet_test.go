package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/musllint/musllint/lint"
)

func TestWindow(t *testing.T) {
	const word = "gdb"
	for name, c := range map[string]struct {
		line  string
		limit int
		want  string // row, and the underline below it
	}{
		"plain":             {"RUN gdb x", 20, "RUN gdb x\n    ^^^"},
		"tab":               {"\tgdb", 20, "    gdb\n    ^^^"},
		"wide":              {"日本 gdb", 20, "日本 gdb\n     ^^^"},
		"combining":         {"e\u0301 gdb", 20, "e\u0301 gdb\n  ^^^"},
		"control":           {"\x1b gdb", 20, `\x1b gdb` + "\n     ^^^"},
		"invalid":           {"\xe2\x82 gdb", 20, `\xe2\x82 gdb` + "\n         ^^^"},
		"direction":         {"\u202e gdb", 20, `\u202e gdb` + "\n       ^^^"},
		"carriage return":   {"a\rgdb", 20, `a\rgdb` + "\n   ^^^"},
		"exactly fits":      {"0123456789012345 gdb", 20, "0123456789012345 gdb\n                 ^^^"},
		"cut on the left":   {"012345678901234567890123456789 gdb", 20, "...0123456789 gdb\n              ^^^"},
		"cut on the right":  {"gdb 012345678901234567890123456789", 20, "gdb 0123456789...\n^^^"},
		"cut on both sides": {"0123456789012345678901 gdb 012345678901234567890123456789", 20, "...8901 gdb 01234...\n        ^^^"},
	} {
		t.Run(name, func(t *testing.T) {
			at := strings.Index(c.line, word)
			r := window([]byte(c.line), 1, at, at+len(word), c.limit)
			got := r.text + "\n" + strings.Repeat(" ", r.from) + strings.Repeat("^", r.to-r.from)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSnippetRows(t *testing.T) {
	const text = "FROM x\r\nRUN a \\\r\n\tb \\\r\n\n  c\r\n"
	src := lint.NewSource("Dockerfile", []byte(text))
	at := func(from, to string) lint.Range {
		return lint.Range{File: "Dockerfile", Start: strings.Index(text, from), End: strings.Index(text, to) + len(to)}
	}
	for name, c := range map[string]struct {
		at   lint.Range
		want []row
	}{
		"one line":              {at("x", "x"), []row{{1, "FROM x", 5, 6}}},
		"with its end":          {at("x", "x\r\n"), []row{{1, "FROM x", 5, 6}}},
		"neighbours":            {at("a ", "b"), []row{{2, `RUN a \`, 4, 7}, {3, `    b \`, 4, 5}}},
		"several":               {at("a ", "c"), []row{{2, `RUN a \`, 4, 7}, {5, "  c", 2, 3}}},
		"only the line's end":   {at("\r\nRUN", "\r\n"), []row{{1, "FROM x", 6, 7}}},
		"insertion":             {lint.Range{Start: 12, End: 12}, []row{{2, `RUN a \`, 4, 5}}},
		"insertion at the end":  {lint.Range{Start: len(text), End: len(text)}, []row{{6, "", 0, 1}}},
		"outside of the source": {lint.Range{Start: 900, End: 999}, []row{{6, "", 0, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, snippet(src, c.at, 80), cmp.AllowUnexported(row{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"one two three", 0, []string{"one two three"}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one two three", 6, []string{"one", "two", "three"}},
		{"incompressible x", 5, []string{"incompressible", "x"}},
		{"日本 語", 6, []string{"日本", "語"}},
		{"one\n\ntwo", 9, []string{"one", "", "two"}},
	} {
		if diff := cmp.Diff(c.want, wrap(lines(c.text), c.limit)); diff != "" {
			t.Errorf("wrap(%q, %d) (-want +got):\n%s", c.text, c.limit, diff)
		}
	}
}

// FuzzWindow: whatever a line holds, its row is safe to print, no wider than asked for, and
// the underline is below what the range stands for.
func FuzzWindow(f *testing.F) {
	for _, text := range []string{appFile, crlfFile, wideFile, hostileFile} {
		f.Add([]byte(text), 30, 40, 40)
	}
	f.Add([]byte(strings.Repeat("\u0301", 500)+"x"), 1000, 1001, 30)
	f.Fuzz(func(t *testing.T, line []byte, start, end, limit int) {
		limit = min(max(limit, leastColumns), 300)
		start = min(max(start, 0), len(line))
		end = min(max(end, start), len(line))
		r := window(line, 1, start, end, limit)
		checkSafe(t, r.text)
		total := textWidth(r.text)
		if total > limit {
			t.Errorf("row of %d columns, limit %d: %q", total, limit, r.text)
		}
		if r.from < 0 || r.to <= r.from || r.to > total+1 {
			t.Fatalf("underlines columns %d to %d of %d", r.from, r.to, total)
		}
		if !utf8.Valid(line) || !utf8.RuneStart(append(line, 'x')[start]) {
			return // cut elsewhere, a character looks different
		}
		// What the underline begins under is what the range begins with.
		if want := lead(string(line[start:])); !strings.HasPrefix(fromColumn(r.text, r.from), want) {
			t.Errorf("underlined is %q, want %q first", fromColumn(r.text, r.from), want)
		}
	})
}

// lead is how the first character of s looks, empty at the end and for a mark, which has no
// column of its own.
func lead(s string) string {
	if s == "" {
		return ""
	}
	r, size := utf8.DecodeRuneInString(s)
	text, w := glyph(r, size, s[0])
	if w == 0 {
		return ""
	}
	return text
}

// fromColumn is the part of s from a column on, without the marks that belong to what is
// before it.
func fromColumn(s string, column int) string {
	for i, r := range s {
		if column <= 0 && columns(r) > 0 {
			return s[i:]
		}
		column -= columns(r)
	}
	return ""
}

// checkSafe complains about a line that is not safe on a terminal.
func checkSafe(t *testing.T, line string) {
	t.Helper()
	if got := printable(line); got != line {
		t.Errorf("not printable: %q", line)
	}
	for _, r := range line {
		if r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 || 0x202a <= r && r <= 0x202e || r == utf8.RuneError && !strings.Contains(line, "\ufffd") {
			t.Errorf("control character %U in %q", r, line)
		}
	}
}

// FuzzFormats: no text, place or name of the input can break a format.
func FuzzFormats(f *testing.F) {
	f.Add(appFile, "Dockerfile", "message", 70, 89)
	f.Add(crlfFile, "a\nb", "::error::\x1b[2J\n\n", 20, 60)
	f.Add(hostileFile, "\xff,:%", "", 0, 1000)
	f.Fuzz(func(t *testing.T, text, file, message string, start, end int) {
		end = max(start, end)
		at := lint.Range{File: file, Start: start, End: end}
		r := &lint.Report{
			Sources: map[string]*lint.Source{file: lint.NewSource(file, []byte(text))},
			Findings: []lint.Finding{
				{Rule: "ML1", Message: message, Range: at, Evidence: []lint.Related{{Message: message, Range: at}}},
				{Rule: "ML1", Message: message, Range: at, Fixes: []lint.Fix{{Title: message, Edits: []lint.Edit{{Range: at, NewText: text}}}}},
			},
		}
		for _, name := range []string{"text", "concise", "github"} {
			out := render(t, name, r, Options{Width: 40})
			for line := range strings.SplitSeq(out, "\n") {
				checkSafe(t, line)
			}
			if n := strings.Count(out, "\n"); name != "text" && n != 2 {
				t.Errorf("%s: %d lines for 2 findings:\n%s", name, n, out)
			}
		}
		check(t, "report", []byte(render(t, "json", r, Options{})))
		if out := render(t, "sarif", r, Options{}); !utf8.ValidString(out) || readSARIF(t, r).Results[1].RuleID != "ML1" {
			t.Errorf("sarif: %s", out)
		}
	})
}
