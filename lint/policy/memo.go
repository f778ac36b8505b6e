package policy

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/musllint/musllint/lint/dockerfile"
)

// A call is a call of a function whose result is that of a whole stage.
type call struct {
	function  string
	arguments string // separated by NUL
	stage     *dockerfile.Stage
}

// remember makes such a function compute its result once a stage. They look at all
// instructions, and would be called anew for each of them.
func (e *evaluator) remember(name string, f function.Function) function.Function {
	return function.New(&function.Spec{
		Params:   f.Params(),
		VarParam: f.VarParam(),
		Type:     f.ReturnTypeForValues,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			texts := make([]string, len(args))
			for i, a := range args {
				texts[i] = a.AsString()
			}
			c := call{name, strings.Join(texts, "\x00"), e.subject.st}
			if v, ok := e.known[c]; ok {
				return v, nil
			}
			v, err := f.Call(args)
			if err == nil {
				e.known[c] = v
			}
			return v, err
		},
	})
}
