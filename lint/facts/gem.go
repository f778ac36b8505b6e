package facts

import _ "embed"

// gemsText is derived from public lock files of Bundler and from issue threads.
//
//go:embed gems.tsv
var gemsText table

// Gem is how a Ruby gem gets its native code.
type Gem struct {
	Name    string
	Kind    string // "musl", "source" or "glibc": see LookupGem
	Since   string // first version with gems for musl, empty when not known
	Symptom string // what happens on musl
	Fix     string // what helps
	Certain bool
}

// LookupGem returns a gem by its name. The kinds are:
//
//	musl    there are gems for musl since the version Since
//	source  it has to be compiled, which takes a compiler and its libraries
//	glibc   its gems for Linux are built for glibc only
func LookupGem(name string) (Gem, bool) {
	c := gemsText.row(name)
	if c == nil {
		return Gem{}, false
	}
	return Gem{Name: c[0], Kind: c[1], Since: c[2], Symptom: c[3], Fix: c[4], Certain: certain(c[5])}, true
}
