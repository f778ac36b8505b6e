package dockerfix

import (
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// setVariable sets a variable of the stage, in place or by an instruction of its own.
func setVariable(s *site) []lint.Edit {
	name, value, keyword := s.word("name"), s.word("value"), s.word("keyword")
	if keyword == "" {
		keyword = "ENV"
	}
	if name == "" || strings.ContainsAny(value, "\r\n") || keyword != "ENV" && keyword != "ARG" {
		return nil
	}
	for _, in := range slices.Backward(s.stage.Instructions) {
		if in.Keyword != keyword || in.OnBuild || in.Range.Start > s.at.Start && s.in.Keyword != "FROM" {
			continue
		}
		for _, v := range slices.Backward(in.Vars) {
			if v.Name != name || !v.HasValue {
				continue
			}
			old := strings.HasPrefix(strings.TrimLeft(string(s.text[v.Start+len(name):v.Value.Start]), " \t"), "=")
			return []lint.Edit{s.replace(v.Value.Start, v.Value.End, quoted(value, old))}
		}
	}
	line := keyword + " " + name + "=" + quoted(value, true)
	if s.in.Keyword == "FROM" {
		at := s.in
		for _, in := range s.stage.Instructions[1:] {
			if in.Keyword != "ARG" || in.OnBuild {
				break
			}
			at = in
		}
		return []lint.Edit{s.after(at, line)}
	}
	return []lint.Edit{s.before(s.in, line)}
}

// quoted writes a value of NAME=value; the old form of ENV takes any text to the line's end.
func quoted(value string, needed bool) string {
	if !needed || value != "" && !strings.ContainsAny(value, " \t\"'\\$`#") {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(value) + `"`
}

// removeVariable takes the variable at the site out of its instruction.
func removeVariable(s *site) []lint.Edit {
	n := slices.IndexFunc(s.in.Vars, func(v dockerfile.Variable) bool { return v.Start <= s.at.Start && s.at.End <= v.End })
	if n < 0 {
		return nil
	}
	if len(s.in.Vars) == 1 {
		return removeInstruction(s)
	}
	v := s.in.Vars[n]
	if n > 0 {
		if before := s.in.Vars[n-1].End; !strings.Contains(string(s.text[before:v.Start]), "#") {
			return []lint.Edit{s.replace(before, v.End, "")}
		}
		return nil
	}
	if next := s.in.Vars[1].Start; !strings.Contains(string(s.text[v.End:next]), "#") {
		return []lint.Edit{s.replace(v.Start, next, "")}
	}
	return nil
}
