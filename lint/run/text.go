package run

import (
	"cmp"
	"fmt"

	"github.com/musllint/musllint/lint"
)

// Text lints an input of the run as if it had another content, with the build context that
// it has. refused says why Docker would not take the content; an error is a mistake in a
// policy, or our own.
func (l *Linter) Text(name string, content []byte) (findings []lint.Finding, refused, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("musllint itself failed on %s as it would be, please report it: %v", name, r)
		}
	}()
	path := name
	if name == cmp.Or(l.opt.StdinName, DefaultStdinName) {
		path = ""
	}
	j := l.inContext(lint.NewSource(name, content), path)
	return j.findings, j.refused, j.broken
}

// Chosen tells whether a rule is one of those that Options.Chosen names and that judge a
// file. Without any it is false.
func (l *Linter) Chosen(rule, file string) bool {
	return l.chosen != nil && l.chosen.on(rule, file, l.rules.byDefault(rule))
}
