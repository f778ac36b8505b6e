package run

import (
	"cmp"
	"fmt"
	"maps"

	"github.com/musllint/musllint/lint"
)

// Texts lints an input of the run as if files had other contents: the input itself and text
// files of its build context, which need not exist. refused says why Docker would not take the
// input; an error is a mistake in a policy, or our own.
func (l *Linter) Texts(name string, texts map[string][]byte) (findings []lint.Finding, refused, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("musllint itself failed on %s as it would be, please report it: %v", name, r)
		}
	}()
	path := name
	if name == cmp.Or(l.opt.StdinName, DefaultStdinName) {
		path = ""
	}
	drafts := maps.Clone(texts)
	delete(drafts, name)
	j := l.inContext(lint.NewSource(name, texts[name]), path, drafts)
	return j.findings, j.refused, j.broken
}

// Chosen tells whether a rule is one of those that Options.Chosen names and that judge a
// file. Without any it is false.
func (l *Linter) Chosen(rule, file string) bool {
	return l.chosen != nil && l.chosen.on(rule, file, l.rules.byDefault(rule))
}
