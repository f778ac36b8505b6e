package run

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/policy"
)

// missingHeader is a header that a build includes and musl does not have, with the macro of a
// configured header that this depends on, if any.
type missingHeader struct{ name, guard string }

// following are the uses of what such a header declares.
type following struct {
	names  map[string]bool
	places int
}

// dropFollowers drops uses that follow from others, which is a matter of the whole build: names
// that a missing header declares, unless they have a repair of their own, and symbols that the
// linker misses where the place that asks for them is known. The headers are told how many there
// are.
func (c *collecting) dropFollowers() {
	for _, target := range c.allTargets() {
		found := map[missingHeader]*following{}
		c.each(target, func(f *collectedFile, u *policy.Use) {
			if u.Kind == lint.UseHeader && !f.foreign {
				found[missingHeader{u.Name, u.Guard}] = &following{names: map[string]bool{}}
			}
		})
		for _, f := range c.files {
			if uses := f.targets[target]; uses != nil {
				uses.ready = slices.DeleteFunc(uses.ready, func(u policy.Use) bool { return c.follows(f, &u, found) })
			}
		}
		c.each(target, func(f *collectedFile, u *policy.Use) {
			if h := found[missingHeader{u.Name, u.Guard}]; u.Kind == lint.UseHeader && h != nil && h.places > 0 {
				u.Via = slices.Insert(slices.Clone(u.Via), 0, lint.Related{Message: h.String()})
			}
		})
	}
}

func (c *collecting) allTargets() []lint.Target {
	all := map[lint.Target]bool{}
	for _, f := range c.files {
		for target := range f.targets {
			all[target] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), compareTargets)
}

// each calls do with all uses for a target, in no order.
func (c *collecting) each(target lint.Target, do func(*collectedFile, *policy.Use)) {
	for _, f := range c.files {
		if uses := f.targets[target]; uses != nil {
			for i := range uses.ready {
				do(f, &uses.ready[i])
			}
		}
	}
}

// follows reports whether a use follows from another one, and counts it there.
func (c *collecting) follows(f *collectedFile, u *policy.Use, found map[missingHeader]*following) bool {
	if f.path == "" && u.Kind == lint.UseSymbol && c.placed[u.Name] {
		return true
	}
	switch u.Kind {
	case lint.UseFunction, lint.UseMacro, lint.UseType, lint.UseSymbol:
	default:
		return false
	}
	if f.foreign || slices.ContainsFunc(u.Fixes, func(x lint.Fix) bool { return len(x.Edits) > 0 }) {
		return false
	}
	i, _ := facts.LookupInterface(u.Name)
	if len(i.Musl) > 0 {
		return false
	}
	for _, name := range i.Headers {
		for _, guard := range []string{"", u.Guard} {
			if h := found[missingHeader{name, guard}]; h != nil {
				h.names[u.Name] = true
				h.places++
				return true
			}
		}
	}
	return false
}

// maxFollowers bounds how many names are told.
const maxFollowers = 5

// String says in words what is used of a header.
func (f *following) String() string {
	names := slices.SortedFunc(maps.Keys(f.names), func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
	})
	text := strings.Join(names[:min(len(names), maxFollowers)], ", ")
	if n := len(names) - maxFollowers; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	verb := "use"
	if f.places == 1 {
		verb = "uses"
	}
	return fmt.Sprintf("%s %s what it declares: %s", counted(f.places, "place"), verb, text)
}
