package shell

import (
	"slices"
	"strings"
	"testing"
)

// TestGrammarTable: lookups search the table by halves, and take its words literally.
func TestGrammarTable(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(grammarTable, "\n"), "\n")
	var names []string
	for _, line := range lines {
		columns := strings.Split(line, "\t")
		if len(columns) != 3 {
			t.Fatalf("%q has %d columns, not 3", line, len(columns))
		}
		name, modes, flags := columns[0], strings.Fields(columns[1]), strings.Fields(columns[2])
		names = append(names, name)
		for _, m := range modes {
			key, value, _ := strings.Cut(m, "=")
			switch key {
			case "single", "posix", "plain", "bundle", "assigns", "equals", "colon", "sub", "run", "wrap":
			case "like":
				if rest, ok := tableLine(value); !ok || strings.HasPrefix(rest, "like=") || len(modes) > 1 || len(flags) > 0 {
					t.Errorf("%s: like=%s", name, value)
				}
			default:
				t.Errorf("%s: no mode %q", name, m)
			}
		}
		for _, f := range flags {
			bare := strings.TrimRight(f, "?#*.")
			if !strings.HasPrefix(bare, "-") || len(bare) < 2 || len(f)-len(bare) > 1 {
				t.Errorf("%s: flag %q", name, f)
			}
			single := slices.Contains(modes, "single") || strings.HasPrefix(name, "go ") || strings.HasPrefix(name, "openssl ")
			if !single && len(bare) > 2 && bare[1] != '-' {
				t.Errorf("%s: %q has one dash, but the tool's long flags have two", name, f)
			}
		}
		if slices.ContainsFunc(flags, func(f string) bool {
			return slices.Index(flags, f) != slices.IndexFunc(flags, func(g string) bool { return g == f })
		}) {
			t.Errorf("%s: a flag is listed twice", name)
		}
		if tool, _, ok := strings.Cut(name, " "); ok {
			if rest, found := tableLine(name[:strings.LastIndexByte(name, ' ')]); !found || !strings.Contains(rest, "sub") {
				t.Errorf("%s: %s has no subcommands", name, tool)
			}
		}
		if rest, ok := tableLine(name); !ok || rest != columns[1]+"\t"+columns[2] {
			t.Errorf("%s is not found", name)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("the table is not sorted, or has a name twice")
	}
	for _, absent := range []string{"", "a", "zzz", "apk add x", "go buil"} {
		if _, ok := tableLine(absent); ok {
			t.Errorf("%q is found", absent)
		}
	}
}

func TestProgramName(t *testing.T) {
	for path, want := range map[string]string{
		"/usr/bin/apk": "apk", "pip3": "pip", "pip3.12": "pip", "python3.9": "python", "python": "python", "php82": "php",
		"pecl8": "pecl", "gcc-12": "gcc", "g++": "g++", "clang-tidy": "clang-tidy", "clang++-17": "clang++",
		"aarch64-linux-gnu-gcc": "aarch64-linux-gnu-gcc", "./gradlew": "gradle", "mvnw": "mvn", "nodejs": "node",
		"./configure": "configure", "./Configure": "Configure", "linux32": "linux32", "su-exec": "su-exec", "7z": "7z",
		"perl5.36": "perl", "ruby3.2": "ruby", "/": "", "": "",
	} {
		if got := programName(path); got != want {
			t.Errorf("%q is %q, want %q", path, got, want)
		}
	}
}
