package ops

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
)

// repeated is a step that operators apply once for each element along the first axis of some operands (graph.Scan). The
// functions of a step are built once for each form that operands take and kept: what is derived from a function, and
// the programs that it is part of, are known by the function itself. O holds the options that a step depends on.
type repeated[O comparable] struct {
	name string
	// step makes of operands that stay, what is carried and one element of each of those that are gone over what is
	// carried on, and a result. It must not use numbers that the user gave: those are operands.
	step func(o O, stays, carried, x []*graph.Value) (next []*graph.Value, y *graph.Value)

	made sync.Map // formOf → *graph.Func
}

// formOf is what functions of a step differ in: what they are given, and which sizes are exactly 1, which broadcast.
type formOf[O comparable] struct {
	options O
	types   string
}

// over applies the step to the length elements along the first axes of xs, from the last if reverse is set. It returns
// what the last step carries, and the results of all steps along a new first axis.
func (s *repeated[O]) over(o O, reverse bool, length graph.Size, stays, carried, xs []*graph.Value) (last []*graph.Value, y *graph.Value) {
	args := slices.Concat(stays, carried, xs)
	types := make([]graph.Type, len(args))
	for i, v := range args {
		types[i] = v.Type
		if i >= len(stays)+len(carried) {
			types[i].Shape = v.Shape[1:]
		}
	}
	body := &graph.Body{
		Funcs:  []*graph.Func{s.function(o, types, len(stays), len(carried))},
		Consts: len(stays), Carry: len(carried), Reverse: reverse,
	}
	out := graph.ApplyAll(args[0].Home, graph.Scan, &graph.Attrs{Shape: []graph.Size{length}, Body: body}, args...)
	return out[:len(carried)], out[len(carried)]
}

// function is the step for operands of the given types, of which some stay and some are carried. Sizes other than 1 get
// names of their own; those that the step needs to be equal become one.
func (s *repeated[O]) function(o O, types []graph.Type, stays, carried int) *graph.Func {
	form := formOf[O]{options: o, types: formText(types)}
	if f, ok := s.made.Load(form); ok {
		return f.(*graph.Func)
	}
	f := graph.NewFunc(s.name)
	args := make([]*graph.Value, len(types))
	names := 0
	for i, t := range types {
		shape := make(graph.Shape, len(t.Shape))
		for k, n := range t.Shape {
			if shape[k] = n; !n.Is(1) {
				shape[k] = graph.Sym(fmt.Sprintf("n%d", names))
				names++
			}
		}
		args[i] = f.Param("", graph.Type{DType: t.DType, Shape: shape})
	}
	next, y := s.step(o, args[:stays], args[stays:stays+carried], args[stays+carried:])
	for i, v := range next {
		if was := args[stays+i]; v.DType != was.DType || !f.Solver().SameShape(v.Shape, was.Shape) {
			graph.Fail(s.name, "a step gets %s carried and carries on %s", was.Type, v.Type)
		}
	}
	f.Return(append(slices.Clone(next), y)...)
	f.Settle()
	kept, _ := s.made.LoadOrStore(form, f)
	return kept.(*graph.Func)
}

// formText tells forms of operands apart: "f32[n,1];f32[n]".
func formText(types []graph.Type) string {
	var b strings.Builder
	for _, t := range types {
		fmt.Fprintf(&b, "%s[", t.DType)
		for _, n := range t.Shape {
			if n.Is(1) {
				b.WriteString("1,")
			} else {
				b.WriteString("n,")
			}
		}
		b.WriteString("];")
	}
	return b.String()
}
