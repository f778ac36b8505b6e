package run

import (
	"github.com/musllint/musllint/fix/dockerfix"
	"github.com/musllint/musllint/lint/policy"
)

// Recipes are the repairs that fixes of policies may name.
func Recipes() map[string]policy.Recipe {
	recipes := map[string]policy.Recipe{}
	for name, r := range dockerfix.Recipes() {
		recipes[name] = policy.Recipe(r)
	}
	return recipes
}
