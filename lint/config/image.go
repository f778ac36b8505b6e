package config

import "github.com/musllint/musllint/lint/facts"

// KnownImage tells whether anything is known about an image, so that others can be said
// to be like it.
func KnownImage(name string) bool {
	ref, ok := facts.ParseRef(name)
	if !ok {
		return false
	}
	_, ok = facts.LookupImage(ref, "")
	return ok
}
