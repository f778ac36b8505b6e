package policydoc

import (
	"fmt"
	"strings"

	"github.com/musllint/musllint/lint/policy"
)

// reference writes about all that a policy can match, read and call.
func reference(b *strings.Builder) {
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
		kinds := "all"
		if len(f.Kinds) > 0 {
			kinds = strings.Join(f.Kinds, ", ")
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", cell(f.Signature), kinds, cell(f.Doc))
	}
	fmt.Fprintf(b, "\nThese are the same as in other programs that use HCL: %s.\n", quoted(model.Usual))
}

func quoted(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }
