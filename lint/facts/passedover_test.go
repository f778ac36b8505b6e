package facts

import "testing"

// A made-up history, in the table's own notation: sources up to 0.9, wheels for glibc
// alone from 1.0 on, and nothing for this Python from 2.0 on.
func TestPassedOverHistory(t *testing.T) {
	p := PyPI{Name: "example", history: "3.11=s0.1,n1.0,x2.0 3.12=p0.1,n1.0,m1.5 3.13=n0.1 arm64/3.12=p0.1,n1.0"}
	tests := []struct{ spec, arch, python, want string }{
		{"", "amd64", "3.11", "1.0"}, // down to the source 0.9
		{"", "amd64", "3.12", ""},    // the newest has a wheel for musl
		{"<1.5", "amd64", "3.12", "1.0"},
		{"", "arm64", "3.12", "1.0"},
		{">=1.0", "amd64", "3.11", ""}, // nothing older is allowed: an error, no downgrade
		{"==0.5", "amd64", "3.11", ""}, // what was asked for
		{"", "amd64", "3.13", ""},      // nothing at all
		{"", "amd64", "", ""},          // unknown Python
		{"", "s390x", "3.11", ""},      // no history for it
	}
	for _, test := range tests {
		if got := p.PassedOver(test.spec, test.arch, test.python); got != test.want {
			t.Errorf("PassedOver(%q, %s, %s) = %q, want %q", test.spec, test.arch, test.python, got, test.want)
		}
	}
}
