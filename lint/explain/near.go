package explain

import (
	"cmp"
	"slices"
	"strings"
)

const maxNear = 3 // more would be a list to read, not a hint

// Near returns up to three names or aliases that the user may have meant by a word that
// Topic does not know, the likeliest first and at most one a topic. It is empty when
// nothing is close.
func Near(name string) []string {
	word := fold(name)
	if word == "" {
		return nil
	}
	var found []candidate
	for _, info := range index() {
		if c, ok := nearest(word, info); ok {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, byDistance)
	words := make([]string, 0, maxNear)
	for _, c := range found[:min(len(found), maxNear)] {
		words = append(words, c.word)
	}
	return words
}

type candidate struct {
	word     string
	distance int
}

func byDistance(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.word, b.word))
}

// nearest returns the closest of a topic's words, its name winning a tie.
func nearest(word string, info Info) (best candidate, ok bool) {
	for _, w := range append([]string{info.Name}, info.Aliases...) {
		d := distance(word, w)
		if d <= tolerance(word, w) && (!ok || d < best.distance) {
			best, ok = candidate{w, d}, true
		}
	}
	return best, ok
}

// tolerance is how many typing errors are forgiven: one in three letters. A beginning of at
// least three letters is forgiven everything that is missing.
func tolerance(typed, w string) int {
	if len(typed) >= 3 && strings.HasPrefix(w, typed) {
		return len(w)
	}
	return min(len(typed), len(w)) / 3
}

// distance is Levenshtein's: how many bytes have to be inserted, deleted or replaced.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
