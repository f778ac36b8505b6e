package facts

import "strings"

// Ref names an image. A part may hold unresolved variables such as "${VERSION}".
type Ref struct {
	Registry   string // "ghcr.io", empty for Docker Hub
	Repository string // "library/alpine" on a foreign registry, plain "alpine" on Docker Hub
	Tag        string // empty when none is written
	Digest     string // "sha256:…", empty when none is written
}

// ParseRef reads an image reference as FROM and COPY --from take it. It reports false for
// what names no repository: nothing, or a variable in the place of one. The names that
// Docker Hub has for its own registry are normalised away.
func ParseRef(s string) (Ref, bool) {
	var ref Ref
	s, ref.Digest, _ = strings.Cut(s, "@")
	if i := tagColon(s); i >= 0 {
		s, ref.Tag = s[:i], s[i+1:]
	}
	ref.Repository = s
	if first, rest, ok := strings.Cut(s, "/"); ok && isRegistry(first) {
		ref.Registry, ref.Repository = first, rest
	}
	switch ref.Registry {
	case "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		ref.Registry = ""
	}
	if ref.Registry == "" {
		ref.Repository = strings.TrimPrefix(ref.Repository, "library/")
	}
	if !validRepository(ref.Repository) || strings.ContainsAny(ref.Registry+ref.Tag+ref.Digest, " \t\r\n") {
		return Ref{}, false
	}
	return ref, true
}

// tagColon returns the offset of the colon before the tag, -1 without one. Neither the
// colon of a registry's port nor one inside ${NAME:-default} counts.
func tagColon(s string) int {
	depth := 0
	for i := len(s) - 1; i >= 0; i-- {
		switch s[i] {
		case '}':
			depth++
		case '{':
			depth--
		case '/':
			if depth == 0 {
				return -1
			}
		case ':':
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}

// isRegistry tells a registry from the first part of a repository as Docker does: a host
// has a dot or a port, or is localhost. A variable in that place is always one too.
func isRegistry(part string) bool {
	return strings.ContainsAny(part, ".:$") || part == "localhost"
}

func validRepository(s string) bool {
	if s == "" || strings.ContainsAny(s, " \t\r\n:@") {
		return false
	}
	for part := range strings.SplitSeq(s, "/") {
		if part == "" {
			return false
		}
	}
	return !strings.Contains(s[strings.LastIndexByte(s, '/')+1:], "$")
}

// Name returns the last part of the repository: "alpine" of "library/alpine".
func (r Ref) Name() string { return r.Repository[strings.LastIndexByte(r.Repository, '/')+1:] }

// path is the repository with its registry, as the tables have it.
func (r Ref) path() string {
	if r.Registry == "" {
		return r.Repository
	}
	return r.Registry + "/" + r.Repository
}

// String returns the reference in its shortest form.
func (r Ref) String() string {
	s := r.path()
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}

// IsZero reports whether r names no image at all.
func (r Ref) IsZero() bool { return r == Ref{} }
