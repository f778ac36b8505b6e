package policy

import (
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/musllint/musllint/lint"
)

// usual are HCL's functions that policies may call beside their own.
var usual = sync.OnceValue(func() map[string]function.Function {
	return map[string]function.Function{
		"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "max": stdlib.MaxFunc, "min": stdlib.MinFunc,
		"coalesce": stdlib.CoalesceFunc, "concat": stdlib.ConcatFunc, "contains": containsFunc, "distinct": stdlib.DistinctFunc,
		"element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc, "format": bounded(stdlib.FormatFunc, sizeOfFormat),
		"join": bounded(stdlib.JoinFunc, sizeOfJoin), "keys": stdlib.KeysFunc, "length": lengthFunc, "lookup": stdlib.LookupFunc, "lower": stdlib.LowerFunc,
		"merge": stdlib.MergeFunc, "parseint": stdlib.ParseIntFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc,
		"replace": bounded(stdlib.ReplaceFunc, sizeOfReplace), "reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc,
		"slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "split": stdlib.SplitFunc, "strlen": stdlib.StrlenFunc, "substr": stdlib.SubstrFunc,
		"title": stdlib.TitleFunc, "trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc,
		"trimsuffix": stdlib.TrimSuffixFunc, "upper": stdlib.UpperFunc, "values": stdlib.ValuesFunc,
		"try": tryfunc.TryFunc, "can": tryfunc.CanFunc,
		"startswith": startsWith, "endswith": endsWith, "anytrue": anyTrue, "alltrue": allTrue, "one": oneFunc,
	}
})

func isUsual(name string) bool { _, ok := usual()[name]; return ok }

func functionNames() []string { return append(keysOf(functions), keysOf(usual())...) }

// evaluator evaluates expressions for one subject after the other. It belongs to one
// goroutine; its functions are built once and ask it for the subject of the moment.
type evaluator struct {
	subject   *Subject
	functions map[string]function.Function
	known     map[call]cty.Value // results of functions that are those of a whole stage
}

func newEvaluator() *evaluator {
	e := &evaluator{functions: make(map[string]function.Function, len(functions)+len(usual())), known: map[call]cty.Value{}}
	for name, f := range usual() {
		e.functions[name] = f
	}
	for name, spec := range functions {
		f := spec.build(func() *Subject { return e.subject })
		if spec.Stagewide {
			f = e.remember(name, f)
		}
		e.functions[name] = f
	}
	return e
}

// context builds the roots, and of these the attributes, that an expression reads.
func (e *evaluator) context(expr hcl.Expression) *hcl.EvalContext {
	ctx := &hcl.EvalContext{Functions: e.functions}
	vars := expr.Variables()
	if len(vars) == 0 {
		return ctx
	}
	named := map[string][]string{}
	for _, t := range vars {
		root := t.RootName()
		if !slices.Contains(kinds[e.subject.Kind].Roots, root) {
			continue // of another kind that the policy matches too
		}
		var attrs []string
		if len(t) > 1 {
			if a, ok := t[1].(hcl.TraverseAttr); ok {
				attrs = []string{a.Name}
			}
		}
		if attrs == nil { // the root as a whole
			attrs = keysOf(roots[root])
		}
		named[root] = append(named[root], attrs...)
	}
	ctx.Variables = make(map[string]cty.Value, len(named))
	for root, attrs := range named {
		object := make(map[string]cty.Value, len(attrs))
		for _, name := range attrs {
			if a, ok := roots[root][name]; ok {
				object[name] = a.value(e.subject)
			}
		}
		ctx.Variables[root] = cty.ObjectVal(object)
	}
	return ctx
}

func (e *evaluator) value(expr hcl.Expression) (cty.Value, hcl.Diagnostics) {
	if lit, ok := expr.(*hclsyntax.LiteralValueExpr); ok {
		return lit.Val, nil
	}
	return expr.Value(e.context(expr))
}

// truth evaluates a condition. Null and unknown are false; nil is true.
//
// HCL evaluates both sides of && and ||, and both results of ?:, and then forgets one of
// them. Most conditions are chains that fail early, so that walking them here saves most
// of their cost.
func (e *evaluator) truth(expr hcl.Expression) (bool, hcl.Diagnostics) {
	switch x := expr.(type) {
	case nil:
		return true, nil
	case *hclsyntax.ParenthesesExpr:
		return e.truth(x.Expression)
	case *hclsyntax.BinaryOpExpr:
		if x.Op == hclsyntax.OpLogicalAnd || x.Op == hclsyntax.OpLogicalOr {
			left, diags := e.truth(x.LHS)
			if diags.HasErrors() || left == (x.Op == hclsyntax.OpLogicalOr) {
				return left, diags
			}
			return e.truth(x.RHS)
		}
	case *hclsyntax.ConditionalExpr:
		yes, known, diags := e.decide(x.Condition)
		switch {
		case !known:
			return false, diags
		case yes:
			return e.truth(x.TrueResult)
		}
		return e.truth(x.FalseResult)
	}
	yes, _, diags := e.decide(expr)
	return yes, diags
}

// decide lets HCL evaluate a condition. Null and unknown are not known, and neither is
// what cannot be evaluated.
func (e *evaluator) decide(expr hcl.Expression) (yes, known bool, diags hcl.Diagnostics) {
	v, diags := e.value(expr)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() {
		return false, false, diags
	}
	b, err := convert.Convert(v, cty.Bool)
	if err != nil {
		return false, false, hcl.Diagnostics{mistake(expr.Range(), "Not a condition", "The value is not true or false: "+err.Error()+".")}
	}
	return b.True(), true, nil
}

// maxText bounds what a template may make of a hostile input.
const maxText = 4096

// text evaluates words for people, of which the end may be missing.
func (e *evaluator) text(expr hcl.Expression) (string, hcl.Diagnostics) {
	text, diags := e.wholeText(expr)
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text, diags
}

func (e *evaluator) wholeText(expr hcl.Expression) (string, hcl.Diagnostics) {
	v, diags := e.value(expr)
	if diags.HasErrors() {
		return "", diags
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil || s.IsNull() || !s.IsKnown() {
		return "", hcl.Diagnostics{mistake(expr.Range(), "Not a text", "The value is not a text.")}
	}
	return s.AsString(), nil
}

func (e *evaluator) place(expr hcl.Expression) (lint.Range, hcl.Diagnostics) {
	if expr == nil {
		return e.subject.Range, nil
	}
	v, diags := e.value(expr)
	if diags.HasErrors() {
		return lint.Range{}, diags
	}
	if v.Type() != rangeType || v.IsNull() {
		return lint.Range{}, hcl.Diagnostics{mistake(expr.Range(), "Not a range", "Use a function that returns a range, such as flag_range.")}
	}
	return *v.EncapsulatedValue().(*lint.Range), nil
}

// notes evaluates a list of notes; nested lists are flattened and nulls left out.
func (e *evaluator) notes(expr hcl.Expression) ([]lint.Related, hcl.Diagnostics) {
	if expr == nil {
		return nil, nil
	}
	v, diags := e.value(expr)
	if diags.HasErrors() {
		return nil, diags
	}
	list, ok := flatten[lint.Related](v, noteType)
	if !ok {
		return nil, hcl.Diagnostics{mistake(expr.Range(), "Not evidence", "evidence is a list of note(text, range).")}
	}
	return list, nil
}

// repairs evaluates a list of fixes in the same way.
func (e *evaluator) repairs(expr hcl.Expression) ([]lint.Fix, hcl.Diagnostics) {
	if expr == nil {
		return nil, nil
	}
	v, diags := e.value(expr)
	if diags.HasErrors() {
		return nil, diags
	}
	list, ok := flatten[lint.Fix](v, fixType)
	if !ok {
		return nil, hcl.Diagnostics{mistake(expr.Range(), "Not repairs", "repairs is a list of fixes, such as source_fixes().")}
	}
	for i := range list { // what repeats share is added to them
		list[i].Edits = slices.Clone(list[i].Edits)
	}
	return list, nil
}

// flatten returns the capsuled elements of a list of lists; nulls are left out.
func flatten[T any](v cty.Value, element cty.Type) ([]T, bool) {
	switch {
	case v.IsNull():
		return nil, true
	case v.Type() == element:
		return []T{*v.EncapsulatedValue().(*T)}, true
	case !v.CanIterateElements():
		return nil, false
	}
	var list []T
	for it := v.ElementIterator(); it.Next(); {
		_, item := it.Element()
		inner, ok := flatten[T](item, element)
		if !ok {
			return nil, false
		}
		list = append(list, inner...)
	}
	return list, true
}

func affix(has func(text, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(has(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

var (
	startsWith = affix(func(text, part string) bool { return len(text) >= len(part) && text[:len(part)] == part })
	endsWith   = affix(func(text, part string) bool { return len(text) >= len(part) && text[len(text)-len(part):] == part })
	anyTrue    = truths(func(list []bool) bool { return slices.Contains(list, true) })
	allTrue    = truths(func(list []bool) bool { return !slices.Contains(list, false) })
)

func truths(judge func([]bool) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			var list []bool
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				list = append(list, v.IsKnown() && !v.IsNull() && v.True())
			}
			return cty.BoolVal(judge(list)), nil
		},
	})
}

// containsFunc looks for a text in a list of texts; the standard one refuses to compare a
// tuple that is written in place with elements of several types.
var containsFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !args[0].CanIterateElements() {
			return cty.False, function.NewArgErrorf(0, "a list is needed")
		}
		result := cty.False
		for it := args[0].ElementIterator(); it.Next(); {
			_, v := it.Element()
			if !v.Type().Equals(args[1].Type()) {
				continue
			}
			switch same := v.Equals(args[1]); {
			case !same.IsKnown(): // while types are checked
				result = cty.UnknownVal(cty.Bool)
			case same.True():
				return cty.True, nil
			}
		}
		return result, nil
	},
})

// lengthFunc counts the elements of a list or the characters of a text.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].Type() == cty.String {
			return stdlib.Strlen(args[0])
		}
		if !args[0].CanIterateElements() {
			return cty.Zero, function.NewArgErrorf(0, "a list or text is needed")
		}
		return cty.NumberIntVal(int64(args[0].LengthInt())), nil
	},
})

// oneFunc takes the only element of a list with one, and null of an empty one.
var oneFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !args[0].CanIterateElements() || args[0].LengthInt() > 1 {
			return cty.NilVal, function.NewArgErrorf(0, "a list of at most one element is needed")
		}
		for it := args[0].ElementIterator(); it.Next(); {
			_, v := it.Element()
			return v, nil
		}
		return cty.NullVal(cty.DynamicPseudoType), nil
	},
})
