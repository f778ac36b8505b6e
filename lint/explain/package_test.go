package explain

import (
	"strings"
	"testing"
)

func TestEveryPackageHasAPage(t *testing.T) {
	for ecosystem, table := range map[string]string{"npm": "npm.tsv", "pypi": "pypi.tsv", "gem": "gems.tsv", "apk": "apk-brings.tsv"} {
		for i, line := range lines(t, "../facts/"+table)[1:] {
			if ecosystem == "apk" && i%20 > 0 {
				continue // there are thousands of the same kind
			}
			name, _, _ := strings.Cut(line, "\t")
			page, ok := Package(ecosystem + ":" + name)
			if !ok {
				if ecosystem != "apk" { // a package of which nothing is known but its dependencies
					t.Errorf("%s:%s: no page", ecosystem, name)
				}
				continue
			}
			checkPage(t, page)
		}
	}
}

func TestPackage(t *testing.T) {
	tests := []struct {
		name, want string // what the page says
	}{
		{"npm:sharp", "a build for musl"},
		{"npm:duckdb", "@duckdb/node-api"},
		{"pypi:torch", "No matching distribution found for torch"},
		{"pypi:Torch", "# pypi:torch"},
		{"pypi:duckdb", "duckdb==1.3.2"},
		{"gem:nokogiri", "bundle lock --add-platform x86_64-linux-musl"},
		{"apk:gcompat", "/lib/libgcompat.so.0"},
		{"apk:gcompat", "symbols"},
		{"apk:bsd-compat-headers", "sys/cdefs.h, sys/queue.h, sys/tree.h"},
		{"apk:libucontext", "libucontext.so.1"},
		{"apk:libucontext", "makecontext"},
		{"apk:zlib", "libz.so.1"},
		{"https://github.com/denoland/deno/releases/download/v1.0.0/deno-x86_64-unknown-linux-gnu.zip", "Deno is built for glibc only"},
	}
	for _, tt := range tests {
		page, ok := Package(tt.name)
		if !ok {
			t.Errorf("Package(%q): nothing", tt.name)
			continue
		}
		checkPage(t, page)
		if text := page.Text(); !contains(text, tt.want) {
			t.Errorf("Package(%q) does not say %q:\n%s", tt.name, tt.want, text)
		}
	}
	for _, name := range []string{"", ":", "npm:", "npm:no-such-package-at-all", "sharp", "cargo:serde", "https://example.org/x.tar.gz", "apk:nothing-of-the-kind"} {
		if p, ok := Package(name); ok {
			t.Errorf("Package(%q) found %q", name, p.Name)
		}
	}
}
