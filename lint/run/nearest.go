package run

import "github.com/agext/levenshtein"

// Nearest returns which of the known words was probably meant by one that is not known,
// empty when none is near.
func Nearest(word string, known []string) string {
	nearest, best := "", len(word)/3+2 // a letter in three may be wrong, and one more
	for _, k := range known {
		if d := levenshtein.Distance(word, k, nil); d < best {
			nearest, best = k, d
		}
	}
	return nearest
}
