package judge

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// realArtifact is a file of testdata/real: what a verdict on a real file depends on, as a
// recipe.
type realArtifact struct {
	name, title string
	from        string // a pattern of the path of the real file, below a folder of MUSLLINT_TRUTH
	recipe      string
}

func realArtifacts(t *testing.T) []realArtifact {
	paths, err := filepath.Glob("testdata/real/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no artifacts: %v", err)
	}
	var all []realArtifact
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := realArtifact{name: strings.TrimSuffix(filepath.Base(path), ".txt"), recipe: string(b)}
		for strings.HasPrefix(r.recipe, "# ") {
			line, rest, _ := strings.Cut(r.recipe, "\n")
			if from, ok := strings.CutPrefix(line, "# from "); ok {
				r.from = from
			} else {
				r.title = strings.TrimPrefix(line, "# ")
			}
			r.recipe = rest
		}
		all = append(all, r)
	}
	return all
}

// The table of docs/artifacts.md lies between these lines.
const (
	tableBegins = "<!-- table: go test ./lint/judge keeps it true -->\n"
	tableEnds   = "<!-- end of table -->\n"
)

// TestDocs keeps the table of docs/artifacts.md. With MUSLLINT_UPDATE=1 it rewrites it.
func TestDocs(t *testing.T) {
	const page = "../../docs/artifacts.md"
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), tableBegins)
	table, after, ok2 := strings.Cut(rest, tableEnds)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", page)
	}
	want := docsTable(t)
	if os.Getenv("MUSLLINT_UPDATE") != "" {
		if err := os.WriteFile(page, []byte(before+tableBegins+want+tableEnds+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("docs/artifacts.md: -want +got:\n%s", diff)
	}
}

func docsTable(t *testing.T) string {
	target, err := facts.ParseTarget("alpine:3.20")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| artifact | verdict | why | what repairs it |\n| --- | --- | --- | --- |\n")
	dir := t.TempDir()
	for _, r := range realArtifacts(t) {
		path := filepath.Join(dir, r.name)
		writeRecipe(t, path, r.recipe)
		var disk loader.Host
		a, err := Judge(&disk, path, Auto, Environment{Target: target})
		disk.Close()
		if err != nil {
			t.Fatalf("%s: %v", r.name, err)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.title, a.Verdict, docsReason(a), docsRepair(a))
	}
	return b.String()
}

func docsReason(a *lint.Artifact) string {
	why := a.Summary
	if len(a.InTheWay) > 0 {
		why += "; in the way: " + fold(quoted(a.InTheWay), 4)
	}
	for _, k := range known {
		if len(a.Notes) > 0 && a.Notes[0] == k.note && k.broken {
			why += ". " + k.note
		}
	}
	return why
}

func docsRepair(a *lint.Artifact) string {
	var ways []string
	for _, r := range a.Repairs {
		title := r.Title
		if r.Proved {
			title = "**" + title + "**"
		}
		ways = append(ways, title)
	}
	return strings.Join(ways, "; or ")
}

func quoted(names []string) []string {
	var list []string
	for _, n := range names {
		if !strings.Contains(n, " ") {
			n = "`" + n + "`"
		}
		list = append(list, n)
	}
	return list
}
