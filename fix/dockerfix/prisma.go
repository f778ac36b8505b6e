package dockerfix

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// addPrismaTarget adds a target to binaryTargets of the client's generator in a schema of
// Prisma.
func addPrismaTarget(f *dockerfile.File, _ lint.Range, with map[string][]string) ([]lint.Edit, bool) {
	if f.Texts == nil || len(with["file"]) != 1 || len(with["target"]) != 1 || !prismaTarget().MatchString(with["target"][0]) {
		return nil, false
	}
	file, ok := f.Texts.Text(with["file"][0])
	if !ok {
		return nil, false
	}
	// Many commands may ask for the same edits.
	last := lastTarget.Load()
	if last == nil || last.file != file || last.target != with["target"][0] {
		last = &schemaEdits{file: file, target: with["target"][0]}
		last.make()
		lastTarget.Store(last)
	}
	return slices.Clone(last.edits), last.edits != nil
}

var lastTarget atomic.Pointer[schemaEdits]

// schemaEdits are those that give a schema a target; nil: there are none to make.
type schemaEdits struct {
	file   *lint.Source
	target string
	edits  []lint.Edit
}

func (s *schemaEdits) make() {
	text := string(s.file.Content)
	var edits []lint.Edit
	for _, g := range clientGenerators(schemaTokens(text)) {
		edit, ok := g.with(text, s.target)
		if !ok {
			return
		}
		if edit != nil {
			edit.Range.File = s.file.Name
			edits = append(edits, *edit)
		}
	}
	s.edits = edits
}

var prismaTarget = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`) })

// token is a word, a string or a sign of a schema.
type token struct {
	start, end int
	text       string // of a string with its quotes
	first      bool   // of its line
}

var schemaToken = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`//[^\n]*|(?s:/\*.*?\*/)|"(?:[^"\\\n]|\\.)*"|[\w@.]+|\S`)
})

// schemaTokens cuts a schema, without its comments.
func schemaTokens(text string) []token {
	var list []token
	end := 0 // of the token before
	for _, m := range schemaToken().FindAllStringIndex(text, -1) {
		word := text[m[0]:m[1]]
		if strings.HasPrefix(word, "//") || strings.HasPrefix(word, "/*") {
			continue
		}
		first := end == 0 || strings.Contains(text[end:m[0]], "\n")
		list = append(list, token{m[0], m[1], word, first})
		end = m[1]
	}
	return list
}

// generator is a block that makes a client.
type generator struct {
	provider token   // the value of provider
	key      token   // the word provider
	targets  []token // what stands behind "binaryTargets =", up to the next key; nil without that key
}

// clientGenerators are the generator blocks whose provider is Prisma's client.
func clientGenerators(tokens []token) []generator {
	var list []generator
	for i := 0; i+2 < len(tokens); i++ {
		if tokens[i].text != "generator" || !tokens[i].first || tokens[i+2].text != "{" {
			continue
		}
		end := i + 3
		for end < len(tokens) && tokens[end].text != "}" {
			end++
		}
		if g, ok := generatorOf(tokens[i+3 : end]); ok {
			list = append(list, g)
		}
		i = end
	}
	return list
}

func generatorOf(body []token) (g generator, ok bool) {
	for i := 0; i+2 < len(body); i++ {
		if !body[i].first || body[i+1].text != "=" {
			continue
		}
		switch body[i].text {
		case "provider":
			g.key, g.provider = body[i], body[i+2]
			ok = strings.HasPrefix(g.provider.text, `"prisma-client`)
		case "binaryTargets":
			rest := body[i+2:]
			n := slices.IndexFunc(rest, func(t token) bool { return t.text == "]" })
			g.targets = rest[:max(n+1, 1)]
		}
	}
	return g, ok
}

// with is the edit that gives a generator a target, nil where it has it. ok is false for what
// is not a list of strings.
func (g generator) with(text, target string) (edit *lint.Edit, ok bool) {
	quoted := `"` + target + `"`
	insert := func(at int, with string) (*lint.Edit, bool) {
		return &lint.Edit{Range: lint.Range{Start: at, End: at}, NewText: with}, true
	}
	if g.targets == nil { // the usual one is native
		start := strings.LastIndexByte(text[:g.key.start], '\n') + 1
		equals := g.key.end + strings.IndexByte(text[g.key.end:], '=')
		blanks := max(equals-g.key.start-len("binaryTargets"), 1)
		return insert(g.provider.end, "\n"+text[start:g.key.start]+"binaryTargets"+strings.Repeat(" ", blanks)+`= ["native", `+quoted+"]")
	}
	n := len(g.targets)
	if g.targets[0].text != "[" || g.targets[n-1].text != "]" {
		return nil, false
	}
	items := g.targets[1 : n-1]
	for i, t := range items {
		switch {
		case i%2 == 1 && t.text != ",", i%2 == 0 && t.text[0] != '"':
			return nil, false
		case t.text == quoted:
			return nil, true
		}
	}
	if len(items) == 0 {
		return insert(g.targets[0].end, `"native", `+quoted)
	}
	last := items[len(items)-1]
	gap, before := " ", ","
	if items[0].first { // one on a line
		start := strings.LastIndexByte(text[:items[0].start], '\n') + 1
		gap = "\n" + text[start:items[0].start]
	}
	if last.text == "," {
		before = ""
		quoted += ","
	}
	return insert(last.end, before+gap+quoted)
}
