package explain

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// namesText has a row for every name that tells what a message means: its kind, the name,
// the entry that explains it, words to say beside it as key=value with · for a blank, several
// values between commas, and where the row comes from. A * at the end of a name stands for any ending. The
// rows are sorted by kind and name.
//
//go:embed why/names.tsv
var namesText string

// nameRow is a row of names.tsv.
type nameRow struct {
	entry string
	words []string // keys and values by turns
}

// nameRows are the rows by kind and name, with a blank between.
var nameRows = sync.OnceValue(func() map[string]nameRow {
	rows := map[string]nameRow{}
	_, text, _ := strings.Cut(namesText, "\n")
	for line := range strings.Lines(text) {
		columns := strings.Split(strings.TrimRight(line, "\n"), "\t")
		row := nameRow{entry: columns[2]}
		for pair := range strings.FieldsSeq(columns[3]) {
			key, values, _ := strings.Cut(pair, "=")
			for value := range strings.SplitSeq(values, ",") {
				row.words = append(row.words, key, strings.ReplaceAll(value, "·", " "))
			}
		}
		rows[columns[0]+" "+columns[1]] = row
	}
	return rows
})

// beginnings are the names that end with a *, without it.
var beginnings = sync.OnceValue(func() []string {
	var list []string
	for name := range nameRows() {
		if beginning, ok := strings.CutSuffix(name, "*"); ok {
			list = append(list, beginning)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) }) // the longest fits best
	return list
})

// rowOf returns the row of a name, or else the one of its beginning.
func rowOf(kind, name string) (nameRow, bool) {
	key := kind + " " + name
	found, ok := nameRows()[key]
	if i := slices.IndexFunc(beginnings(), func(b string) bool { return strings.HasPrefix(key, b) }); !ok && i >= 0 {
		found, ok = nameRows()[beginnings()[i]+"*"], true
	}
	return found, ok
}

// lookUp returns the entry about a name of some kind, and the message with the words of its
// row.
func lookUp(kind, name string, m message) (*entry, message, bool) {
	row, ok := rowOf(kind, name)
	if !ok {
		return nil, m, false
	}
	for i := 0; i+1 < len(row.words); i += 2 {
		key, word := row.words[i], row.words[i+1]
		if key == "instead" || key == "include" {
			word += " for " + name // a diagnosis can be about several names
		}
		m = m.with(key, word)
	}
	return entryOf(row.entry), m, true
}
