package record

import (
	"slices"

	"github.com/musllint/musllint/lint"
)

// settle decides with the links of a build what its units leave open.
//
// An object file that asks for a symbol does not say which library is to have it: xdr_int may be
// glibc's or that of libtirpc. The link says, as it names the version node. And what a linked file
// takes from glibc may come from code that the preprocessor drops on musl, which the units know
// when they were compiled with musl's headers.
func settle(units []Unit) []Unit {
	links, compiled := false, false
	imported := map[string]bool{}
	for _, u := range units {
		compiled = compiled || u.Headers != ""
		if u.Source != "" {
			continue
		}
		links = true
		for _, name := range u.Imports {
			imported[name] = true
		}
	}
	placed := map[string]bool{}
	settled := make([]Unit, 0, len(units))
	for _, u := range units {
		if u.Source != "" {
			u.Uses = settleObject(u.Uses, links, imported)
			for _, x := range u.Uses {
				placed[x.Name] = true
			}
		}
		settled = append(settled, u)
	}
	for i := range settled {
		u := &settled[i]
		if compiled {
			continue
		}
		for _, name := range u.Imports {
			if !placed[name] {
				u.Uses = append(slices.Clip(u.Uses), lint.Use{Kind: lint.UseSymbol, Name: name, Proof: lint.ProofObject, Message: "undefined reference to `" + name + "'"})
			}
		}
	}
	return slices.DeleteFunc(settled, func(u Unit) bool { return len(u.Uses) == 0 })
}

// settleObject settles the symbols that an object file asks for.
func settleObject(uses []lint.Use, links bool, imported map[string]bool) []lint.Use {
	var kept []lint.Use
	for _, x := range uses {
		if x.Kind == lint.UseSymbol && x.Proof == lint.ProofObject {
			switch {
			case imported[x.Name] && x.Line > 0:
				x.Proof = lint.ProofLink
			case links && !imported[x.Name]:
				continue
			}
		}
		kept = append(kept, x)
	}
	return kept
}
