package policy

import "slices"

// Reference is the model as people read it: all that policies can match, read and call.
// Everything is in order of names.
type Reference struct {
	Kinds     []KindReference
	Roots     []RootReference
	Functions []FunctionReference
	Usual     []string // functions that HCL's other users know too
}

// KindReference is a kind of subject, the label of a match block.
type KindReference struct {
	Name, Doc string
	Keys      []Entry  // of match
	Roots     []string // that expressions may read
}

// RootReference is an object that expressions read.
type RootReference struct {
	Name       string
	Attributes []Entry
}

// FunctionReference is a function that speaks of the subject.
type FunctionReference struct {
	Name, Signature, Doc string
	Kinds                []string // that it is for; none: all that are of a Dockerfile
	Anywhere             bool     // it is for all
}

// Entry is a named thing with its type, where it has one.
type Entry struct{ Name, Type, Doc string }

// Model returns the reference of what this version knows.
func Model() Reference {
	var r Reference
	for _, name := range keysOf(kinds) {
		k := KindReference{Name: name, Doc: kinds[name].Doc, Roots: kinds[name].Roots}
		for _, key := range keysOf(kinds[name].Keys) {
			k.Keys = append(k.Keys, Entry{Name: key, Doc: kinds[name].Keys[key]})
		}
		r.Kinds = append(r.Kinds, k)
	}
	for _, name := range keysOf(roots) {
		root := RootReference{Name: name}
		for _, attr := range keysOf(roots[name]) {
			a := roots[name][attr]
			root.Attributes = append(root.Attributes, Entry{attr, a.Type.FriendlyName(), a.Doc})
		}
		r.Roots = append(r.Roots, root)
	}
	for _, name := range keysOf(functions) {
		f := functions[name]
		r.Functions = append(r.Functions, FunctionReference{name, f.Signature, f.Doc, slices.Clone(f.Kinds), f.Anywhere})
	}
	r.Usual = keysOf(usual())
	return r
}
