package facts

import "strings"

// versionSpan is the versions that a PEP 440 specifier allows, as one half-open span.
// Single exclusions (!=) are left out of it.
type versionSpan struct {
	low, high string // low is allowed, high is not; empty when there is no bound
	exact     bool   // low is the only version
}

// newest reports whether nothing keeps the newest version out.
func (s versionSpan) newest() bool { return !s.exact && s.high == "" }

// parseSpec reads what follows the name in a requirement. It reports false for what it
// does not understand.
func parseSpec(spec string) (versionSpan, bool) {
	var span versionSpan
	spec, _, _ = strings.Cut(spec, ";")
	for clause := range strings.SplitSeq(strings.Trim(spec, " ()"), ",") {
		clause = strings.TrimSpace(clause)
		version := strings.TrimLeft(clause, "=<>!~ ")
		operator := strings.TrimSpace(clause[:len(clause)-len(version)])
		version = strings.TrimSpace(version)
		if clause == "" {
			continue
		}
		if !isVersion(version) {
			return versionSpan{}, false
		}
		prefix, wild := strings.CutSuffix(version, ".*")
		switch operator {
		case "", "==", "===":
			if wild {
				span.raise(prefix)
				span.lower(nextVersion(prefix))
				continue
			}
			return versionSpan{low: version, high: "", exact: true}, true
		case "~=":
			cut := strings.LastIndexByte(version, '.')
			if cut < 0 {
				return versionSpan{}, false
			}
			span.raise(version)
			span.lower(nextVersion(version[:cut]))
		case ">=", ">":
			span.raise(version)
		case "<":
			span.lower(version)
		case "<=":
			span.lower(version + ".0.0.0.1") // the smallest version after it that matters
		case "!=":
		default:
			return versionSpan{}, false
		}
	}
	return span, true
}

func (s *versionSpan) raise(low string) {
	if s.low == "" || CompareVersions("pep440", low, s.low) > 0 {
		s.low = low
	}
}

func (s *versionSpan) lower(high string) {
	if s.high == "" || CompareVersions("pep440", high, s.high) < 0 {
		s.high = high
	}
}

// isVersion reports whether s can be a version: variables and paths cannot.
func isVersion(s string) bool {
	digits := strings.TrimPrefix(s, "v")
	if digits == "" || !isDigit(digits[0]) {
		return false
	}
	return strings.Trim(strings.ToLower(digits), "0123456789abcdefghijklmnopqrstuvwxyz.*+!-_") == ""
}

// nextVersion is the first version that does not start with a prefix: "1.5" of "1.4".
func nextVersion(prefix string) string {
	head, last := "", prefix
	if i := strings.LastIndexByte(prefix, '.'); i >= 0 {
		head, last = prefix[:i+1], prefix[i+1:]
	}
	digits := []byte(last)
	for i := len(digits) - 1; i >= 0; i-- {
		if !isDigit(digits[i]) {
			return prefix
		}
		if digits[i] != '9' {
			digits[i]++
			return head + string(digits)
		}
		digits[i] = '0'
	}
	return head + "1" + string(digits)
}

// newestState returns what pip ends up with among the versions of a span, given a history
// as PyPI.states returns it: pip takes the newest version of which it can use anything,
// and goes on to older ones when the newest has nothing for it.
func (s versionSpan) newestState(history string) string {
	if history == "" {
		return ""
	}
	states := strings.Split(history, ",")
	answer := ""
	for i := len(states) - 1; i >= 0; i-- {
		begin, end := states[i][1:], ""
		if i+1 < len(states) {
			end = states[i+1][1:]
		}
		if !s.meets(begin, end) {
			continue
		}
		state := wheelState(states[i][0])
		switch {
		case state != "" && state != "none":
			return state
		case state == "none":
			answer = state
		}
	}
	return answer
}

// meets reports whether a version of the span lies in [begin, end).
func (s versionSpan) meets(begin, end string) bool {
	if s.exact {
		return CompareVersions("pep440", begin, s.low) <= 0 && (end == "" || CompareVersions("pep440", s.low, end) < 0)
	}
	return (s.high == "" || CompareVersions("pep440", begin, s.high) < 0) &&
		(s.low == "" || end == "" || CompareVersions("pep440", s.low, end) < 0)
}
