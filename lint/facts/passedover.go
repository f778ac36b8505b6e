package facts

import "strings"

// PassedOver returns the first of the newest versions that pip passes over because they
// have nothing for musl, on its way to an older one that has; "" when it takes the newest
// or finds nothing at all. The arguments are those of Wheel.
func (p PyPI) PassedOver(spec, arch, python string) string {
	want, ok := parseSpec(spec)
	if !ok || p.history == "" || python == "" || want.exact {
		return ""
	}
	if arch != "amd64" && arch != "arm64" {
		return ""
	}
	return want.passedOver(p.states(arch, python))
}

func (s versionSpan) passedOver(history string) string {
	states := strings.Split(history, ",")
	over := ""
	for i := len(states) - 1; i >= 0 && history != ""; i-- {
		begin, end := states[i][1:], ""
		if i+1 < len(states) {
			end = states[i+1][1:]
		}
		if !s.meets(begin, end) {
			continue
		}
		switch wheelState(states[i][0]) {
		case "none":
			over = begin
		case "": // not for this Python
		default:
			return over
		}
	}
	return ""
}
