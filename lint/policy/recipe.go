package policy

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// Recipe is a kind of repair that a fix can name. Policies know recipes by their names
// only; whoever lints hands over what they do.
type Recipe struct {
	Doc        string
	Parameters map[string]string // what each of them means; a text is a list of one
	Required   []string          // parameters that have to be given
	Stagewide  bool              // changes a whole stage: excludes others of its kind and comes alone
	// Edits makes the edits for a place in a file. It is false when it cannot do so safely;
	// none and true mean that all is as it should be.
	Edits func(f *dockerfile.File, at lint.Range, with map[string][]string) ([]lint.Edit, bool)
}

// step is a recipe that a fix follows.
type step struct {
	recipe string
	named  hcl.Range
	with   hcl.Expression // nil: no parameters
	at     hcl.Expression // nil: the subject's range
}

// Teach hands over the recipes by their names. What policies that were parsed already say of
// recipes is checked, and of others when they are added; the program's own are not checked.
func (s *Set) Teach(recipes map[string]Recipe) hcl.Diagnostics {
	s.recipes = recipes
	var diags hcl.Diagnostics
	for _, src := range s.sources {
		if src.policy != nil {
			diags = append(diags, s.recipeMistakes(src.policy)...)
		}
	}
	return diags
}

// Recipes are those that were handed over.
func (s *Set) Recipes() map[string]Recipe { return s.recipes }

// recipeMistakes checks names of recipes and of their parameters.
func (s *Set) recipeMistakes(p *Policy) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, f := range p.fixes {
		for _, st := range f.steps {
			r, ok := s.recipes[st.recipe]
			if !ok {
				diags = append(diags, mistake(st.named, "Unknown recipe", "There is no recipe "+st.recipe+"."+hint(st.recipe, keysOf(s.recipes))))
				continue
			}
			given, d := parameterNames(st)
			diags = append(diags, d...)
			for _, name := range given {
				if _, ok := r.Parameters[name]; !ok {
					diags = append(diags, mistake(st.with.Range(), "Unknown parameter", "The recipe "+st.recipe+" has no parameter "+name+"."+hint(name, keysOf(r.Parameters))))
				}
			}
			for _, name := range r.Required {
				if !d.HasErrors() && !slices.Contains(given, name) {
					diags = append(diags, mistake(st.named, "Incomplete fix", "The recipe "+st.recipe+" needs the parameter "+name+"."))
				}
			}
		}
	}
	return diags
}

// parameterNames are the keys of with, which is an object that is written in place.
func parameterNames(st step) ([]string, hcl.Diagnostics) {
	if st.with == nil {
		return nil, nil
	}
	object, ok := st.with.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil, hcl.Diagnostics{mistake(st.with.Range(), "Wrong type", "with has to be an object: with = { name = … }.")}
	}
	var names []string
	for _, item := range object.Items {
		v, diags := item.KeyExpr.Value(nil)
		if diags.HasErrors() || v.Type() != cty.String {
			return nil, hcl.Diagnostics{mistake(item.KeyExpr.Range(), "Bad parameter", "The name of a parameter is a word.")}
		}
		names = append(names, v.AsString())
	}
	return names, nil
}

// steps makes the edits of the recipes of a fix. ok is false when one of them cannot: a repair
// is made as a whole or not at all.
func (e *evaluation) steps(spec fixSpec, fix *lint.Fix) (ok bool, all hcl.Diagnostics) {
	for _, st := range spec.steps {
		r, known := e.set.recipes[st.recipe]
		if !known || r.Edits == nil {
			return false, all
		}
		at, diags := e.eval.place(st.at)
		all = append(all, diags...)
		with, diags := e.eval.parameters(st.with)
		all = append(all, diags...)
		if all.HasErrors() {
			return false, all
		}
		edits, ok := r.Edits(e.file, at, with)
		if !ok {
			return false, all
		}
		for _, edit := range edits {
			if slices.ContainsFunc(fix.Edits, func(o lint.Edit) bool { return o.Range.Overlaps(edit.Range) }) {
				return false, all
			}
			fix.Edits = append(fix.Edits, edit)
		}
		if r.Stagewide {
			fix.Exclusive = true
			fix.Group = "base of stage " + e.eval.subject.st.Label()
		}
	}
	if len(spec.steps) > 0 {
		fix.Edits = joined(fix.Edits)
	}
	return len(spec.steps) == 0 || len(fix.Edits) > 0, all
}

// joined makes one edit of insertions at the same place, in their order, and of an insertion
// where a replacement begins: an engine cannot tell which of two is to come first.
func joined(edits []lint.Edit) []lint.Edit {
	var list []lint.Edit
	for _, edit := range edits {
		i := slices.IndexFunc(list, func(o lint.Edit) bool { return o.Range.File == edit.Range.File && o.Range.Start == edit.Range.Start })
		switch {
		case i < 0:
			list = append(list, edit)
		case edit.Range.Start == edit.Range.End && list[i].Range.End > edit.Range.End:
			list[i].NewText = edit.NewText + list[i].NewText
		default:
			list[i].NewText += edit.NewText
			list[i].Range.End = max(list[i].Range.End, edit.Range.End)
		}
	}
	return list
}

// parameters evaluates with: each parameter is a list of texts, a text being a list of one.
// An empty text is a parameter that is not given.
func (e *evaluator) parameters(expr hcl.Expression) (map[string][]string, hcl.Diagnostics) {
	if expr == nil {
		return nil, nil
	}
	v, diags := e.value(expr)
	if diags.HasErrors() {
		return nil, diags
	}
	if !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return nil, hcl.Diagnostics{mistake(expr.Range(), "Wrong type", "with has to be an object.")}
	}
	with := map[string][]string{}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		list, ok := textsOf(value)
		if !ok {
			return nil, hcl.Diagnostics{mistake(expr.Range(), "Wrong type", "The parameter "+key.AsString()+" has to be a text or a list of texts.")}
		}
		if len(list) > 0 {
			with[key.AsString()] = list
		}
	}
	return with, nil
}

func textsOf(v cty.Value) ([]string, bool) {
	if v.IsNull() || !v.IsWhollyKnown() {
		return nil, v.IsNull()
	}
	if !v.CanIterateElements() {
		s, err := convert.Convert(v, cty.String)
		if err != nil || len(s.AsString()) > maxText {
			return nil, false
		}
		if s.AsString() == "" {
			return nil, true
		}
		return []string{s.AsString()}, true
	}
	var list []string
	for it := v.ElementIterator(); it.Next(); {
		_, item := it.Element()
		if item.CanIterateElements() {
			return nil, false
		}
		inner, ok := textsOf(item)
		if !ok {
			return nil, false
		}
		list = append(list, inner...)
	}
	return list, true
}

// step reads a recipe block: recipe "NAME" { at, with }.
func (d *decoder) step(b *hclsyntax.Block) step {
	st := step{recipe: b.Labels[0], named: b.LabelRanges[0]}
	for _, a := range sorted(b.Body.Attributes) {
		switch a.Name {
		case "at":
			st.at = a.Expr
		case "with":
			st.with = a.Expr
		default:
			d.fail(a.NameRange, "Unknown attribute", "A recipe has the attributes "+strings.Join([]string{"at", "with"}, " and ")+".")
		}
	}
	return st
}
