package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/musllint/musllint"

// promise is what a package may depend on, through whatever it imports.
type promise struct {
	pkg        string   // below the module
	ours       []string // packages of this module; nil and anyOurs false: none
	anyOurs    bool
	thirdParty bool
}

var promises = []promise{
	// The vocabulary: whoever speaks it must not pay for anything else.
	{pkg: "lint"},
	// Formats and fixes must not know where findings come from.
	{pkg: "lint/report", ours: []string{"lint"}, thirdParty: true},
	{pkg: "fix", ours: []string{"lint"}, thirdParty: true},
	{pkg: "fix/dockerfix", ours: []string{"lint", "lint/facts", "lint/shell", "lint/dockerfile"}, thirdParty: true},
	{pkg: "fix/sourcefix", ours: []string{"lint", "lint/facts", "lint/csource"}},
	// Facts and shell are below Dockerfiles, policies and configuration.
	{pkg: "lint/facts", ours: []string{"lint"}},
	// A verdict on a file knows of files, loaders and facts, and not of Dockerfiles or policies.
	{pkg: "lint/elf"},
	{pkg: "lint/loader", ours: []string{"lint", "lint/elf", "lint/facts"}},
	{pkg: "lint/judge", ours: []string{"lint", "lint/elf", "lint/loader", "lint/facts", "lint/artifact"}, thirdParty: true},
	// The compiler wrapper starts thousands of times in a build.
	{pkg: "cmd/muslcc", anyOurs: true},
	{pkg: "lint/csource"},
	{pkg: "buildwrap/record", ours: []string{"lint"}},
}

func TestDependencyPromises(t *testing.T) {
	all := strings.Fields(goList(t, "./..."))
	for _, p := range promises {
		t.Run(p.pkg, func(t *testing.T) {
			path := module + "/" + p.pkg
			if !slices.Contains(all, path) {
				t.Fatalf("%s does not exist", path)
			}
			for dep := range strings.FieldsSeq(goList(t, "-deps", path)) {
				if dep != path && !p.allows(dep) {
					t.Errorf("%s must not depend on %s; to see why it does: go mod why, or go list -deps -json %s", p.pkg, dep, path)
				}
			}
		})
	}
}

func (p promise) allows(dep string) bool {
	if rest, ok := strings.CutPrefix(dep, module+"/"); ok {
		return p.anyOurs || slices.Contains(p.ours, rest)
	}
	host, _, _ := strings.Cut(dep, "/")
	return p.thirdParty || !strings.Contains(host, ".")
}

// TestNoHeavyImports keeps out what costs start time or size without anybody noticing.
func TestNoHeavyImports(t *testing.T) {
	deps := strings.Fields(goList(t, "-deps", module+"/cmd/musllint"))
	for banned, why := range map[string]string{
		"net/http": "nothing here talks to a network",
		"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb": "it brings 314 packages",
		"google.golang.org/grpc": "nothing here talks to a daemon",
	} {
		if slices.Contains(deps, banned) {
			t.Errorf("musllint depends on %s: %s", banned, why)
		}
	}
}

func goList(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	return string(out)
}
