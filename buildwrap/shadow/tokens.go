package shadow

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/musllint/musllint/lint"
)

// Place is where a name stands.
type Place struct {
	Name   string
	File   string // absolute, without links
	Line   int
	Column int    // in bytes, from 1; 0 where it comes of a macro
	Guard  string // macro of a configured header on which it depends; see lint.Use
}

// Tokens returns where names are used in the bodies of functions and in initializers of a unit
// as it is with musl's headers: what is compiled for glibc alone is not among it, nor are
// declarations, nor what stands in headers of the system, nor names of functions that the unit
// defines for musl. Of several uses in one line the first is returned. The guards are known behind
// Compile.
func (u *Unit) Tokens(ctx context.Context, names []string) ([]Place, error) {
	if u.Native || len(names) == 0 {
		return nil, nil
	}
	u.ctx = ctx
	return u.places(names)
}

// places returns where names are used.
func (u *Unit) places(names []string) ([]Place, error) {
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	var (
		found   []Place
		seen    = map[Place]bool{}
		file    string
		own     bool
		depth   int    // of braces
		linkage []int  // depths of the braces of extern "C" and namespaces, which enclose no code
		heading string // the function that is declared outside of braces, or defined
		defined = map[string]bool{}
		p       preprocessed
	)
	p.enter = func(name string) {
		file = u.abs(name)
		own = name != "" && name[0] != '<' && u.zone(file) == project
	}
	p.sign = func(sign byte) {
		switch sign {
		case ';', '=':
			heading = ""
		case '{':
			if heading != "" && depth <= len(linkage) {
				defined[heading] = true
			}
			heading = ""
			if p.last == afterLiteral && p.prior == afterExtern || p.prior == afterNamespace || p.last == afterNamespace {
				linkage = append(linkage, depth)
			}
			depth++
		case '}':
			depth = max(depth-1, 0)
			if n := len(linkage); n > 0 && linkage[n-1] >= depth {
				linkage = linkage[:n-1]
			}
		}
	}
	p.word = func(word []byte, after, next byte) {
		if next == '(' && depth <= len(linkage) && wanted[string(word)] {
			heading = string(word)
		}
		if !own || depth <= len(linkage) || after == '.' || after == afterArrow || !wanted[string(word)] {
			return
		}
		x := lint.Use{Kind: lint.UseSymbol, Name: string(word), File: file, Line: p.line}
		if !exists(x.File) {
			u.followBack(&x)
		}
		u.findColumn(&x)
		at := Place{x.Name, u.real(filepath.Clean(x.File)), x.Line, x.Column, u.guard(&x)}
		if !seen[at] {
			seen[at] = true
			found = append(found, at)
		}
	}
	_, err := u.preprocess(&p)
	found = slices.DeleteFunc(found, func(at Place) bool { return defined[at.Name] })
	return found, err
}
