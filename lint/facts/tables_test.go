package facts

import (
	"slices"
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

// all lists every table: how many columns it has, and how many of the first ones tell two
// rows apart.
var all = []struct {
	name         string
	text         table
	columns, key int
}{
	{"apk-brings.tsv", apkBringsText, 4, 1},
	{"artifacts.tsv", artifactsText, 7, 3},
	{"compat-libraries.tsv", compatLibrariesText, 3, 2},
	{"distros.tsv", distrosText, 5, 1},
	{"downloads.tsv", downloadsText, 6, 2},
	{"gcc-nodes.tsv", gccNodesText, 3, 1},
	{"gcompat-releases.tsv", gcompatReleasesText, 3, 1},
	{"gcompat.tsv", gcompatText, 3, 1},
	{"gems.tsv", gemsText, 6, 1},
	{"glibc.tsv", glibcText, 5, 4},
	{"image-packages.tsv", imagePackagesText, 6, 2},
	{"image-pins.tsv", pinsText, 3, 1},
	{"images.tsv", imagesText, 9, 2},
	{"musl-builds.tsv", muslBuildsText, 4, 1},
	{"musl-exports.tsv", muslExportsText, 4, 1},
	{"notable.tsv", notableText, 2, 1},
	{"npm.tsv", npmText, 7, 1},
	{"pypi.tsv", pypiText, 15, 1},
	{"releases.tsv", releasesText, 6, 1},
	{"remedies.tsv", remediesText, 9, 3},
	{"sonames.tsv", sonamesText, 4, 2},
}

func TestTablesAreWellFormed(t *testing.T) {
	for _, table := range all {
		t.Run(table.name, func(t *testing.T) {
			if !strings.HasSuffix(string(table.text), "\n") {
				t.Fatal("the last line has no end")
			}
			lines := strings.Split(strings.TrimSuffix(string(table.text), "\n"), "\n")
			if len(lines) < 10 {
				t.Fatalf("%d lines", len(lines))
			}
			seen := map[string]int{}
			for i, line := range lines {
				columns := strings.Split(line, "\t")
				if len(columns) != table.columns {
					t.Fatalf("line %d has %d columns, want %d: %s", i+1, len(columns), table.columns, line)
				}
				for _, column := range columns {
					if strings.TrimSpace(column) != column {
						t.Errorf("line %d: spaces around %q", i+1, column)
					}
				}
				if columns[table.columns-1] == "" {
					t.Errorf("line %d has no evidence: %s", i+1, line)
				}
				key := strings.Join(columns[:table.key], "\t")
				if first, twice := seen[key]; twice {
					t.Errorf("lines %d and %d have the same key %q", first, i+1, key)
				}
				seen[key] = i + 1
				if i > 1 && columns[0] < lines[i-1][:strings.IndexByte(lines[i-1], '\t')] {
					t.Errorf("line %d is not sorted: %q", i+1, columns[0])
				}
			}
		})
	}
}

func TestEveryRowIsFound(t *testing.T) {
	for _, table := range all {
		for line := range strings.Lines(table.text.body()) {
			want := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			found := false
			for columns := range table.text.rows(want[0]) {
				found = found || slices.Equal(columns, want)
			}
			if !found || !table.text.has(want[0]) {
				t.Fatalf("%s: row of %q is not found", table.name, want[0])
			}
		}
		for _, absent := range []string{"", "!", "~~~", "zzzzzz", "alpin"} {
			if table.text.has(absent) || table.text.row(absent) != nil {
				t.Errorf("%s has a row of %q", table.name, absent)
			}
		}
	}
}

// column returns one column of all rows.
func column(text table, i int) []string {
	var values []string
	for line := range strings.Lines(text.body()) {
		values = append(values, strings.Split(strings.TrimSuffix(line, "\n"), "\t")[i])
	}
	return values
}

func TestTablesSpeakTheVocabulary(t *testing.T) {
	libcs := []string{"", string(lint.Musl), string(lint.Glibc), string(lint.UClibc), string(lint.None)}
	for _, c := range []struct {
		text  table
		i     int
		words []string
	}{
		{imagesText, imageLibc, libcs[1:]},
		{imagesText, imageShim, []string{"", "glibc"}},
		{imagesText, imageCross, []string{"", "musl-static"}},
		{distrosText, 2, libcs},
		{artifactsText, 3, libcs[1:]},
		{downloadsText, 2, libcs},
		{pypiText, pypiClass, []string{"musllinux", "partial", "sdist", "none", "pure"}},
		{pypiText, pypiSdist, []string{"yes", "no"}},
		{pypiText, pypiOptional, []string{"", "yes"}},
		{npmText, 1, []string{"ok", "source", "download", "glibc"}},
		{gemsText, 1, []string{"musl", "source", "glibc"}},
	} {
		for _, value := range column(c.text, c.i) {
			if !slices.Contains(c.words, value) {
				t.Errorf("column %d: %q is none of %q", c.i, value, c.words)
			}
		}
	}
	for _, release := range append(column(pinsText, 1), column(imagesText, imageRelease)...) {
		if _, known := ReleaseOf(release); !known && release != "" && release != "tag" && release != "piece" {
			t.Errorf("no such release: %q", release)
		}
	}
	for _, arches := range column(pypiText, pypiArches) {
		for _, arch := range list(arches) {
			if lint.Arch(arch) != arch {
				t.Errorf("%q is not OCI's name", arch)
			}
		}
	}
}

// TestNotableCoversRecipes holds what ApkBrings needs to answer for every recipe.
func TestNotableCoversRecipes(t *testing.T) {
	for _, packages := range column(pypiText, pypiBuild) {
		for _, pkg := range list(packages) {
			if !notableText.has(pkg) && apkBringsText.row(pkg) == nil {
				t.Errorf("a recipe names %s, of which no table knows", pkg)
			}
		}
	}
}

func TestHistories(t *testing.T) {
	for line := range strings.Lines(pypiText.body()) {
		columns := strings.Split(line, "\t")
		for entry := range strings.FieldsSeq(columns[pypiHistory]) {
			_, states, _ := strings.Cut(entry, "=")
			last := ""
			for state := range strings.SplitSeq(states, ",") {
				if len(state) < 2 || !strings.ContainsRune("mpsnx", rune(state[0])) || !isVersion(state[1:]) {
					t.Fatalf("%s: %q is no state", columns[0], state)
				}
				if last != "" && CompareVersions("pep440", last, state[1:]) >= 0 {
					t.Errorf("%s: %s does not come after %s", columns[0], state[1:], last)
				}
				last = state[1:]
			}
		}
	}
}
