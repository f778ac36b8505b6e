package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArrange(t *testing.T) {
	tests := []struct{ line, want string }{
		{"", "lint"},
		{"Dockerfile", "lint -- Dockerfile"},
		{"lint Dockerfile", "lint -- Dockerfile"},
		{"Dockerfile --format json", "lint --format json -- Dockerfile"},
		{"a -f json b --fail-on=error -q c", "lint -f json --fail-on=error -q -- a b c"},
		{"--select ML1 lint a", "lint --select ML1 -- a"},
		{"--select lint a", "lint --select lint -- a"},
		{"-", "lint -- -"},
		{"--stdin-filename x -", "lint --stdin-filename x -- -"},
		{"--build-arg A=-b -- -x --format", "lint --build-arg A=-b -- -x --format"},
		{"-- lint", "lint -- lint"},
		{"./lint", "lint -- ./lint"},
		{"lint lint", "lint -- lint"},
		{"Dockerfile rules", "lint -- Dockerfile rules"},
		{"-qf concise a", "lint -q -f concise -- a"},
		{"a -qf=json", "lint -q -f=json -- a"},
		{"-o -qf a", "lint -o -qf -- a"},
		{"-- -qf", "lint -- -qf"},
		{"rules --format json", "rules --format json"},
		{"--format json rules", "rules --format json"},
		{"explain ML1101", "explain -- ML1101"},
		{"policy test dir --config x", "policy test --config x -- dir"},
		{"policy", "policy"},
		{"--help", "--help"},
		{"-h", "--help"},
		{"help", "--help"},
		{"help policy test", "policy test --help"},
		{"lint --help", "lint --help"},
		{"Dockerfile --help", "lint --help -- Dockerfile"},
		{"--version", "version"},
	}
	p := &program{}
	for _, tt := range tests {
		got, err := arrange(p.app(), append([]string{"musllint"}, strings.Fields(tt.line)...))
		if err != nil {
			t.Errorf("%s: %v", tt.line, err)
			continue
		}
		if diff := cmp.Diff(tt.want, strings.Join(got[1:], " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.line, diff)
		}
	}
}

func TestArrangeErrors(t *testing.T) {
	tests := []struct{ line, want string }{
		{"Dockerfile --formt json", "unknown flag --formt; did you mean --format?"},
		{"--frobnicate", "unknown flag --frobnicate"},
		{"-fconcise", "unknown flag -fconcise: a long flag has two dashes, and after a short one comes a space before the value"},
		{"-format json", "unknown flag -format: a long flag has two dashes, and after a short one comes a space before the value"},
		{"-fq json", "unknown flag -fq: a long flag has two dashes, and after a short one comes a space before the value"},
		{"rules --target x", "unknown flag --target"},
		{"Dockerfile --format", "flag --format needs a value"},
		{"policy tset", `unknown command "policy tset"; did you mean test?`},
	}
	p := &program{}
	for _, tt := range tests {
		_, err := arrange(p.app(), append([]string{"musllint"}, strings.Fields(tt.line)...))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", tt.line, err, tt.want)
		}
	}
}

// FuzzArrange: nothing that was typed gets lost, and every path stays a path.
func FuzzArrange(f *testing.F) {
	f.Add("Dockerfile\x00--format\x00json")
	f.Add("--\x00lint\x00--help")
	f.Add("policy\x00test\x00-")
	f.Fuzz(func(t *testing.T, joined string) {
		words := strings.Split(joined, "\x00")
		got, err := arrange((&program{}).app(), append([]string{"musllint"}, words...))
		if err != nil {
			return
		}
		if len(got) < 2 || got[0] != "musllint" {
			t.Fatalf("%q: no command in %q", words, got)
		}
		dashes := len(got)
		for i, w := range got {
			if w == "--" {
				dashes = i
				break
			}
		}
		for _, w := range got[min(dashes+1, len(got)):] {
			if !strings.Contains(joined, w) {
				t.Fatalf("%q: path %q was not given", words, w)
			}
		}
	})
}
