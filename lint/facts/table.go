package facts

import (
	"iter"
	"strings"
)

// table is the text of a TSV file: a header line, then rows sorted bytewise by their first
// column. Rows with the same key keep the order in which they are to be tried.
type table string

// body returns the rows without the header.
func (t table) body() string {
	_, rows, _ := strings.Cut(string(t), "\n")
	return rows
}

// keys yields the keys of all rows, one that has several as often.
func (t table) keys() iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(t.body()) {
			key, _, _ := strings.Cut(line, "\t")
			if !yield(key) {
				return
			}
		}
	}
}

// rows yields the rows of one key, split into columns.
func (t table) rows(key string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		text := t.body()
		text = text[lowerBound(text, key):]
		for text != "" {
			line, rest, _ := strings.Cut(text, "\n")
			if first, _, _ := strings.Cut(line, "\t"); first != key {
				return
			}
			if !yield(strings.Split(line, "\t")) {
				return
			}
			text = rest
		}
	}
}

// row returns the first row of a key, nil when there is none.
func (t table) row(key string) []string {
	if key == "" {
		return nil
	}
	for columns := range t.rows(key) {
		return columns
	}
	return nil
}

// has reports whether there is a row of that key.
func (t table) has(key string) bool {
	text := t.body()
	rest := text[lowerBound(text, key):]
	return strings.HasPrefix(rest, key) && strings.HasPrefix(rest[len(key):], "\t")
}

// lowerBound returns the offset of the first line whose first column is not less than key.
func lowerBound(text, key string) int {
	low, high := 0, len(text) // both are starts of lines, or the end
	for low < high {
		line := strings.LastIndexByte(text[:low+(high-low)/2], '\n') + 1
		end := len(text)
		if i := strings.IndexByte(text[line:], '\n'); i >= 0 {
			end = line + i + 1
		}
		first, _, _ := strings.Cut(text[line:end], "\t")
		if first < key {
			low = end
		} else {
			high = line
		}
	}
	return low
}

// list splits a column that holds several words; it is nil when there are none.
func list(column string) []string {
	if column == "" {
		return nil
	}
	return strings.Fields(column)
}

// certain reports whether a row's evidence is more than memory.
func certain(evidence string) bool { return !strings.HasPrefix(evidence, "memory") }
