package facts

import _ "embed"

// npmText is derived from npm's metadata and from what the published archives hold.
//
//go:embed npm.tsv
var npmText table

// NPM is how a Node.js package gets its native code.
type NPM struct {
	Name    string
	Kind    string // "ok", "source", "download", "glibc": see LookupNPM
	Version string // the release that the row speaks of
	Symptom string // what happens on musl
	Fix     string // what helps
	Since   string // first version with musl, empty when always or not known
	Certain bool
}

// LookupNPM returns a package by its name, scope included. The kinds are:
//
//	ok        there is a build for musl, or one that does not depend on the libc
//	source    it is compiled by node-gyp, which takes python3, make and g++
//	download  its installation downloads a program built for glibc
//	glibc     its native code is built for glibc only, and it fails
func LookupNPM(name string) (NPM, bool) {
	c := npmText.row(name)
	if c == nil {
		return NPM{}, false
	}
	return NPM{Name: c[0], Kind: c[1], Version: c[2], Since: c[3], Symptom: c[4], Fix: c[5], Certain: certain(c[6])}, true
}
