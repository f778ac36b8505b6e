package policy

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// maxValue bounds what one function call may make, in bytes. A policy is data: no text in
// a Dockerfile may make it eat memory.
const maxValue = 1 << 20

// bounded returns f with a limit on what it makes; size estimates that from above, before
// anything is made.
func bounded(f function.Function, size func(args []cty.Value) int) function.Function {
	return function.New(&function.Spec{
		Params:   f.Params(),
		VarParam: f.VarParam(),
		Type:     f.ReturnTypeForValues,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if size(args) > maxValue {
				return cty.DynamicVal, fmt.Errorf("the result may have more than %d bytes", maxValue)
			}
			return f.Call(args)
		},
	})
}

// sizeOfJoin is that of join(separator, lists...).
func sizeOfJoin(args []cty.Value) int {
	separator, n := textSize(args[0]), 0
	for _, list := range args[1:] {
		if !list.CanIterateElements() {
			continue
		}
		for it := list.ElementIterator(); it.Next(); {
			_, e := it.Element()
			n += textSize(e) + separator
		}
	}
	return n
}

// sizeOfReplace is that of replace(text, old, new).
func sizeOfReplace(args []cty.Value) int {
	return textSize(args[0]) + strings.Count(args[0].AsString(), args[1].AsString())*textSize(args[2])
}

// sizeOfFormat is that of format(text, values...): the numbers in text may be widths.
func sizeOfFormat(args []cty.Value) int {
	size, number := 0, 0
	for _, a := range args {
		size += textSize(a)
	}
	for _, c := range args[0].AsString() {
		if c < '0' || c > '9' {
			size, number = size+number, 0
			continue
		}
		number = min(number*10+int(c-'0'), maxValue+1)
	}
	return size + number
}

func textSize(v cty.Value) int {
	if v.Type() != cty.String || v.IsNull() || !v.IsKnown() {
		return 0
	}
	return len(v.AsString())
}
