package record

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/musllint/musllint/lint"
)

func TestSettle(t *testing.T) {
	symbol := func(name string, line int, proof lint.UseProof) lint.Use {
		return lint.Use{Kind: lint.UseSymbol, Name: name, Line: line, Proof: proof}
	}
	a := func(headers string, uses ...lint.Use) Unit {
		return Unit{Source: "/p/a.c", Output: "/p/a.o", Headers: headers, Uses: uses}
	}
	link := func(headers string, imports ...string) Unit {
		return Unit{Output: "/p/prog", Headers: headers, Imports: imports}
	}
	const object, linked = lint.ProofObject, lint.ProofLink
	for name, c := range map[string]struct{ in, want []Unit }{
		"a link proves what an object asks for": {
			[]Unit{a("1.2.5", symbol("__libc_memalign", 3, object)), link("1.2.5", "__libc_memalign")},
			[]Unit{a("1.2.5", symbol("__libc_memalign", 3, linked))},
		},
		"another library has it": {
			[]Unit{a("1.2.5", symbol("xdr_int", 3, object)), link("1.2.5")},
			[]Unit{},
		},
		"nothing was linked": {
			[]Unit{a("1.2.5", symbol("__libc_memalign", 3, object))},
			[]Unit{a("1.2.5", symbol("__libc_memalign", 3, object))},
		},
		"guarded code": {
			[]Unit{link("1.2.5", "backtrace")},
			[]Unit{},
		},
		"without headers a link only suspects": {
			[]Unit{link("", "backtrace")},
			[]Unit{{Output: "/p/prog", Imports: []string{"backtrace"}, Uses: []lint.Use{{Kind: lint.UseSymbol, Name: "backtrace", Proof: object, Message: "undefined reference to `backtrace'"}}}},
		},
		"without headers and without a place": {
			[]Unit{a("", symbol("backtrace", 0, object)), link("", "backtrace")},
			[]Unit{a("", symbol("backtrace", 0, object))},
		},
	} {
		if diff := cmp.Diff(c.want, settle(c.in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
