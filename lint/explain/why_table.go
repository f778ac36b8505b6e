package explain

import (
	"strings"
	"sync"
)

const (
	// signMark stands before the name of a sign: something in a log that is no error and
	// tells what system it is from, or what else went wrong.
	signMark = "+"
	// judgeMark stands before the name of a judge.
	judgeMark = "="
	// stepTarget is the line of a Dockerfile that BuildKit shows when a build fails.
	stepTarget = judgeMark + "step"
)

// messageTable is messages.tsv.
type messageTable struct {
	finder *finder
}

// messages are read on first use.
var messages = sync.OnceValue(func() *messageTable {
	var patterns []*pattern
	for line := range strings.Lines(messagesText) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		text, target, _ := strings.Cut(line, "\t")
		patterns = append(patterns, newPattern(text, target))
	}
	return &messageTable{finder: newFinder(patterns)}
})

// logged tells whether a pattern says something of a log. Others are for what people type.
func (p *pattern) logged() bool {
	return strings.HasPrefix(p.target, signMark) || strings.HasPrefix(p.target, judgeMark) || entries()[p.target] != nil
}
