package policy

import (
	"strings"
	"testing"
)

// Where the documentation of a key lists its words, it lists those that are taken.
func TestVocabularyIsDocumented(t *testing.T) {
	listed := map[string]bool{"manager": true, "origin": true, "instruction": true, "keyword": true}
	checked := 0
	for kind, spec := range kinds {
		for key, doc := range spec.Keys {
			if !listed[key] {
				continue
			}
			checked++
			for _, w := range vocabulary(kind, key) {
				if !strings.Contains(doc, w) {
					t.Errorf("%s of %s takes %s, and its documentation is %q", key, kind, w, doc)
				}
			}
		}
	}
	if checked != 5 {
		t.Errorf("%d keys were looked at, want 5", checked)
	}
}
