package dockerfile

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// HasNode reports whether anything speaks for a Node.js in the image of a stage, or for
// another program that loads its addons: the image's name, a package, a copied program, or
// that one is started.
func (s *Stage) HasNode() bool {
	if nodeImage().MatchString(s.Ref.Repository) {
		return true
	}
	end := len(s.file.Source.Content)
	for _, pkg := range []string{"nodejs", "nodejs-current", "npm", "yarn"} {
		if s.written(pkg, end) == facts.Yes {
			return true
		}
	}
	return s.some("node", func(in *Instruction) bool {
		if c := in.Copy; c != nil {
			return c.Origin != "context" && (nodeImage().MatchString(c.From) || slices.ContainsFunc(append(c.Sources[:len(c.Sources):len(c.Sources)], c.Dest), func(w shell.Word) bool { return nodeFile().MatchString(w.Text) }))
		}
		return slices.ContainsFunc(in.Commands, func(c *shell.Command) bool { return startsNode[c.Name] }) ||
			slices.ContainsFunc(in.Downloads, func(d *Download) bool { return strings.Contains(d.URL.Text, "node") })
	})
}

// nodeImage is the name of an image that has Node.js, or of a stage that is one.
var nodeImage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)node|\bbun|deno|pm2|electron|ghost|n8n|playwright|puppeteer|strapi`)
})

// nodeFile is a program that loads addons of Node.js.
var nodeFile = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|/)(node|nodejs|bun|deno)$`)
})

// startsNode are the programs that need Node.js, or are a replacement of it.
var startsNode = map[string]bool{
	"node": true, "nodejs": true, "npm": true, "npx": true, "yarn": true, "pnpm": true, "corepack": true, "pm2": true, "pm2-runtime": true,
	"bun": true, "bunx": true, "deno": true, "next": true, "tsx": true, "ts-node": true, "electron": true,
}
