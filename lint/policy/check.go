package policy

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// maxNesting bounds for expressions within each other: each one multiplies the work.
const maxNesting = 2

// references checks that what the expressions of a policy read and call exists.
func (d *decoder) references(body *hclsyntax.Body) {
	allowed := d.roots()
	for _, a := range sorted(body.Attributes) {
		for _, t := range a.Expr.Variables() {
			d.traversal(t, allowed)
		}
		_ = hclsyntax.VisitAll(a.Expr, func(n hclsyntax.Node) hcl.Diagnostics {
			switch n := n.(type) {
			case *hclsyntax.FunctionCallExpr:
				d.call(n)
			case *hclsyntax.ForExpr:
				if nesting(n) > maxNesting {
					d.fail(n.OpenRange, "Too much nesting", "No more than two for expressions stand within each other.")
				}
			}
			return nil
		})
	}
	for _, b := range body.Blocks {
		d.references(b.Body)
	}
}

// roots are what one kind at least offers that the policy matches. What the others do not
// offer has to stand in a try.
func (d *decoder) roots() []string {
	var allowed []string
	for _, m := range d.policy.matches {
		allowed = append(allowed, kinds[m.kind].Roots...)
	}
	slices.Sort(allowed)
	return slices.Compact(allowed)
}

func (d *decoder) traversal(t hcl.Traversal, allowed []string) {
	root := t.RootName()
	if !slices.Contains(allowed, root) {
		d.fail(t[0].SourceRange(), "Unknown name", "What this policy matches has no "+root+"."+hint(root, allowed))
		return
	}
	if len(t) < 2 {
		return
	}
	if attr, ok := t[1].(hcl.TraverseAttr); ok {
		if _, ok := roots[root][attr.Name]; !ok {
			d.fail(attr.SrcRange, "Unknown attribute", root+" has no attribute "+attr.Name+"."+hint(attr.Name, keysOf(roots[root])))
		}
	}
}

func (d *decoder) call(c *hclsyntax.FunctionCallExpr) {
	spec, ok := functions[c.Name]
	if !ok {
		if !isUsual(c.Name) {
			d.fail(c.NameRange, "Unknown function", "There is no function "+c.Name+"."+hint(c.Name, functionNames()))
		}
		return
	}
	for i, p := range spec.build(nobody).Params() {
		if p.Name != "regex" || i >= len(c.Args) {
			continue
		}
		if v, diags := c.Args[i].Value(nil); !diags.HasErrors() && v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
			if _, err := regexp.Compile(v.AsString()); err != nil {
				d.fail(c.Args[i].Range(), "Bad regular expression", err.Error()+".")
			}
		}
	}
}

func nobody() *Subject { return nil }

// nesting counts the for expressions of the deepest chain that begins with n.
func nesting(n *hclsyntax.ForExpr) int {
	deepest := 0
	for _, part := range []hclsyntax.Expression{n.CollExpr, n.KeyExpr, n.ValExpr, n.CondExpr} {
		if part == nil {
			continue
		}
		_ = hclsyntax.VisitAll(part, func(inner hclsyntax.Node) hcl.Diagnostics {
			if f, ok := inner.(*hclsyntax.ForExpr); ok {
				deepest = max(deepest, nesting(f))
			}
			return nil
		})
	}
	return deepest + 1
}

// types evaluates the expressions of a policy as far as that goes without a subject, once
// for each kind that it matches, and checks that they yield what is needed.
func (p *Policy) types() hcl.Diagnostics {
	var kinds []string
	for _, m := range p.matches {
		if !slices.Contains(kinds, m.kind) {
			kinds = append(kinds, m.kind)
		}
	}
	for _, kind := range kinds {
		c := typeChecker{kind: kind, context: dryContext(kind)}
		c.policy(p)
		if c.diags.HasErrors() {
			return c.diags // the other kinds would say the same again
		}
	}
	return nil
}

type typeChecker struct {
	kind    string
	context *hcl.EvalContext
	diags   hcl.Diagnostics
}

func (c *typeChecker) policy(p *Policy) {
	c.expression(p.when, isBool, "true or false")
	for _, s := range p.severities {
		c.expression(s.when, isBool, "true or false")
	}
	c.expression(p.at, isRange, "a range, such as that of flag_range")
	c.expression(p.message, isText, "a text")
	c.expression(p.evidence, isNotes, "a list of note(text, range)")
	c.expression(p.repairs, isFixes, "a list of fixes, such as source_fixes()")
	for _, f := range p.fixes {
		c.expression(f.title, isText, "a text")
		c.expression(f.when, isBool, "true or false")
		for _, e := range f.edits {
			c.expression(e.at, isRange, "a range, such as that of flag_range")
			c.expression(e.with, isText, "a text")
		}
		for _, st := range f.steps {
			c.expression(st.at, isRange, "a range, such as that of flag_range")
			c.expression(st.with, isObject, "an object of texts and lists of texts")
		}
	}
}

func (c *typeChecker) expression(expr hcl.Expression, fits func(cty.Type) bool, what string) {
	if expr == nil {
		return
	}
	v, diags := expr.Value(c.context)
	if !diags.HasErrors() && !fits(v.Type()) {
		diags = hcl.Diagnostics{mistake(expr.Range(), "Wrong type", fmt.Sprintf("This has to be %s, and it is %s.", what, v.Type().FriendlyName()))}
	}
	for _, d := range diags {
		d.Detail += fmt.Sprintf(" The policy matches %q.", c.kind)
		d.EvalContext = nil // holds nothing but unknown values, which say nothing to a reader
	}
	c.diags = append(c.diags, diags...)
}

func isRange(t cty.Type) bool { return t == rangeType || t == cty.DynamicPseudoType }

func isObject(t cty.Type) bool {
	return t.IsObjectType() || t.IsMapType() || t == cty.DynamicPseudoType
}

func isText(t cty.Type) bool { return converts(t, cty.String) }

func isBool(t cty.Type) bool { return converts(t, cty.Bool) }

func converts(t, want cty.Type) bool {
	_, err := convert.Convert(cty.UnknownVal(t), want)
	return err == nil
}

func isNotes(t cty.Type) bool { return isLists(t, noteType) }

func isFixes(t cty.Type) bool { return isLists(t, fixType) }

// isLists accepts an element, and lists of it within lists.
func isLists(t, element cty.Type) bool {
	switch {
	case t.IsTupleType():
		return !slices.ContainsFunc(t.TupleElementTypes(), func(e cty.Type) bool { return !isLists(e, element) })
	case t.IsListType() || t.IsSetType():
		return isLists(t.ElementType(), element)
	}
	return t == element || t == cty.DynamicPseudoType
}

// dryContext has all roots and functions of a kind, and no value that is known.
func dryContext(kind string) *hcl.EvalContext {
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: map[string]function.Function{}}
	for _, root := range kinds[kind].Roots {
		object := make(map[string]cty.Value, len(roots[root]))
		for name, a := range roots[root] {
			object[name] = cty.UnknownVal(a.Type)
		}
		ctx.Variables[root] = cty.ObjectVal(object)
	}
	for name, f := range usual() {
		ctx.Functions[name] = f
	}
	for name, f := range functions {
		ctx.Functions[name] = dry(f, kind)
	}
	return ctx
}

// dry returns a function that checks its arguments and does nothing.
func dry(spec funcSpec, kind string) function.Function {
	f := spec.build(nobody)
	return function.New(&function.Spec{
		Params:   f.Params(),
		VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if !spec.serves(kind) {
				return cty.DynamicPseudoType, fmt.Errorf("a subject of kind %q has nothing for it", kind)
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(_ []cty.Value, t cty.Type) (cty.Value, error) { return cty.UnknownVal(t), nil },
	})
}
