package judge

import "path"

// known are libraries of which more is to be said than whether they load.
var known = []struct {
	soname string // a pattern
	note   string
	broken bool // that they load does not mean that they work
}{
	{"lib[ahlt]*san.so.*", "The sanitizers' run-times are written against glibc and do not support musl, even where they load (google/sanitizers#1080).", true},
	{"libjvm.so", "A JDK for musl is a build of its own: apk add openjdk21-jre-headless, or an image such as eclipse-temurin:21-alpine.", false},
}

// known returns what is known of a file by its name, empty where it is nothing. broken means
// that it does not work even where it loads.
func (s *subject) known() (note string, broken bool) {
	for _, k := range known {
		for _, name := range []string{s.soname, path.Base(s.path)} {
			if ok, _ := path.Match(k.soname, name); ok {
				return k.note, k.broken
			}
		}
	}
	return "", false
}
