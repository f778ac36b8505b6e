package policydoc

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/policy"
)

// reference writes about all that a policy can match, read and call.
func reference(b *strings.Builder, recipes map[string]policy.Recipe) {
	model := policy.Model()
	b.WriteString("\n## The model\n\nThis is what [policies](policies.md) can match, read and call.\n")

	b.WriteString("\n### Kinds\n\nA `match` block is labelled with one of these. Each of its keys has to hold, and any value of a key's list will do; `*` stands for any characters and `?` for one.\n")
	for _, k := range model.Kinds {
		fmt.Fprintf(b, "\n#### match %q\n\nIts subject is %s. Expressions may read %s.\n\n| Key | Meaning |\n| --- | --- |\n", k.Name, k.Doc, quoted(k.Roots))
		for _, key := range k.Keys {
			fmt.Fprintf(b, "| `%s` | %s |\n", key.Name, cell(key.Doc))
		}
	}

	b.WriteString("\n### Objects\n")
	for _, root := range model.Roots {
		fmt.Fprintf(b, "\n#### %s\n\n| Attribute | Type | Meaning |\n| --- | --- | --- |\n", root.Name)
		for _, a := range root.Attributes {
			fmt.Fprintf(b, "| `%s.%s` | %s | %s |\n", root.Name, a.Name, a.Type, cell(a.Doc))
		}
	}

	b.WriteString("\n### Functions\n\n| Function | Kinds | Meaning |\n| --- | --- | --- |\n")
	for _, f := range model.Functions {
		kinds := "all but use"
		switch {
		case f.Anywhere:
			kinds = "all"
		case len(f.Kinds) > 0:
			kinds = strings.Join(f.Kinds, ", ")
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", cell(f.Signature), kinds, cell(f.Doc))
	}
	fmt.Fprintf(b, "\nThese are the same as in other programs that use HCL: %s.\n", quoted(model.Usual))
	if len(recipes) > 0 {
		recipe(b, recipes)
	}
}

// recipe writes about the repairs that a fix can name.
func recipe(b *strings.Builder, recipes map[string]policy.Recipe) {
	b.WriteString("\n### Recipes\n\nA `fix` names one of these with `recipe`, and gives it what it needs in `with`. Where a recipe cannot do its job safely it changes nothing, and the fix is words for a person.\n")
	for _, name := range slices.Sorted(maps.Keys(recipes)) {
		r := recipes[name]
		fmt.Fprintf(b, "\n#### %s\n\nIt %s.\n", name, r.Doc)
		if r.Stagewide {
			b.WriteString("It concerns a whole stage: a stage gets one of such repairs, and the others are looked at again after it.\n")
		}
		if len(r.Parameters) == 0 {
			continue
		}
		b.WriteString("\n| Parameter | Meaning |\n| --- | --- |\n")
		for _, p := range slices.Sorted(maps.Keys(r.Parameters)) {
			doc := r.Parameters[p]
			if !slices.Contains(r.Required, p) {
				doc += "; optional"
			}
			fmt.Fprintf(b, "| `%s` | %s |\n", p, cell(doc))
		}
	}
}

func quoted(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }
