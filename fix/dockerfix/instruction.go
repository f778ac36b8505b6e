package dockerfix

import (
	"strings"

	"github.com/musllint/musllint/lint"
)

// addInstruction adds an instruction before that of the site, or right behind it.
func addInstruction(s *site) []lint.Edit {
	text := s.word("text")
	if text == "" || strings.ContainsAny(text, "\r\n") {
		return nil
	}
	if s.word("where") == "after" {
		if s.in.OnBuild || !rootBefore(s.stage, s.in.Index+1) {
			return nil
		}
		return []lint.Edit{s.after(s.in, text)}
	}
	if edit, ok := s.asRoot(text); ok {
		return []lint.Edit{edit}
	}
	return nil
}

// removeInstruction removes the lines of the instruction. A stage keeps its FROM.
func removeInstruction(s *site) []lint.Edit {
	if s.in.Keyword == "FROM" {
		return nil
	}
	return []lint.Edit{s.replace(s.lineStart(s.in.Range.Start), s.lineEnd(s.in.Range.End), "")}
}
