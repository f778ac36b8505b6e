package policytest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/musllint/musllint/fix"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/buildcontext"
	"github.com/musllint/musllint/lint/policy"
)

// repaired is what edits make of an example: the Dockerfile, and the files of the context that
// change, sorted by name.
type repaired struct {
	text    string
	context []policy.ContextFile
}

// in returns the files of a context with those that changed in their places.
func (r *repaired) in(context []policy.ContextFile) []policy.ContextFile {
	kept := slices.DeleteFunc(slices.Clone(context), func(f policy.ContextFile) bool {
		return slices.ContainsFunc(r.context, func(o policy.ContextFile) bool { return o.Name == f.Name })
	})
	return append(kept, r.context...)
}

// repair makes edits as musllint fix does. A file of the context is named as in the context.
func repair(src *lint.Source, context []policy.ContextFile, edits []lint.Edit) (*repaired, error) {
	byFile := map[string][]lint.Edit{}
	for _, e := range edits {
		byFile[e.Range.File] = append(byFile[e.Range.File], e)
	}
	r := &repaired{text: string(src.Content)}
	for _, name := range slices.Sorted(maps.Keys(byFile)) {
		old := src.Content
		if name != src.Name {
			i := slices.IndexFunc(context, func(f policy.ContextFile) bool { return f.Name == name })
			if i < 0 && name != buildcontext.IgnoreFile {
				return nil, fmt.Errorf("an edit lies outside of the file and of its context: %+v", byFile[name][0].Range)
			}
			old = nil
			if i >= 0 {
				old = context[i].Data
			}
		}
		text, err := fix.Apply(old, byFile[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if name == src.Name {
			r.text = string(text)
		} else {
			r.context = append(r.context, policy.ContextFile{Name: name, Data: text})
		}
	}
	return r, nil
}

// changed compares what fixes make of files of the context with what the pair shows.
func (c *checker) changed(e policy.BadExample, got []policy.ContextFile) {
	find := func(list []policy.ContextFile, name string) string {
		i := slices.IndexFunc(list, func(f policy.ContextFile) bool { return f.Name == name })
		if i < 0 {
			return ""
		}
		return string(list[i].Data)
	}
	for _, f := range slices.Concat(got, e.FixedContext) {
		if want, is := find(e.FixedContext, f.Name), find(got, f.Name); want != is {
			c.fault(named("fixed", e.Name, ".context/"+f.Name), "differs from what the fixes make (-want +got):\n%s", lineDiff(want, is))
		}
	}
}

// apply makes edits of one file, as the engine of fixes does: equal ones are one, since
// findings may share a repair.
func apply(src *lint.Source, edits []lint.Edit) (string, error) {
	fixed, err := repair(src, nil, edits)
	if err != nil {
		return "", err
	}
	return fixed.text, nil
}
