package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// ApplyBatch is op applied to each member of a batch at once. Operands that batched marks hold the batch along their
// first axis, of the given size, and so does the result; the others are the same for all members.
func ApplyBatch(op *graph.Primitive, attrs *graph.Attrs, args []*graph.Value, batched []bool, size graph.Size) *graph.Value {
	if !op.Bodies {
		return graph.ApplyBatch(op, attrs, args, batched, size)
	}
	b := args[0].Home
	one := &graph.Value{Op: op, Attrs: attrs, Args: make([]*graph.Value, len(args))}
	for i, x := range args {
		if x.Home.Level() > b.Level() {
			b = x.Home
		}
		one.Args[i] = x
		if batched[i] {
			one.Args[i] = &graph.Value{Type: graph.Type{DType: x.DType, Shape: x.Shape[1:]}, Home: x.Home}
		}
	}
	one.Home = b
	a := applicationOf(b.Solver(), one)
	var y *graph.Value
	var whole bool
	switch op {
	case graph.Call:
		y, whole = a.batchCall(args, batched)
	case graph.Cond:
		y, whole = a.batchCond(args, batched, size)
	case graph.While:
		y, whole = a.batchWhile(args, batched, size)
	default:
		y, whole = a.batchScan(args, batched, size)
	}
	if !whole {
		y = forAll(y, size)
	}
	return y
}

// forAll is y for each member of a batch.
func forAll(y *graph.Value, size graph.Size) *graph.Value {
	return y.Restore(append(graph.Shape{size}, y.Shape...), 0)
}

// batchedFunc is f for a batch that lies along the first axis of the parameters in marks; out says which results hold
// it. Those that whole marks all do.
type batchedFunc struct {
	f   *graph.Func
	out []bool
}

func batchFunc(f *graph.Func, in, whole []bool) batchedFunc {
	axes := make([]int, len(in))
	for i, on := range in {
		if !on {
			axes[i] = NotBatched
		}
	}
	size := graph.Sym(unused(f, "batch"))
	g, at, err := Batch(f, size, axes)
	built(0, err)
	b := batchedFunc{g, make([]bool, len(at))}
	changed := false
	for i, x := range at {
		b.out[i] = x != NotBatched
		changed = changed || whole != nil && whole[i] && !b.out[i]
	}
	if !changed {
		return b
	}
	results := slices.Clone(g.Results)
	h := derive(g, g.Name)
	inner := built(Inline(h, g, parameters(h, g.Params)))
	for i := range results {
		if whole[i] && !b.out[i] {
			inner[i], b.out[i] = forAll(inner[i], size), true
		}
	}
	h.Return(inner...)
	h.Settle()
	b.f = h
	return b
}

// withBatch is a with the size of the batch bound where a function needs it and no parameter has it.
func (a *application) withBatch(size graph.Size) *application {
	c := *a
	c.lookup = func(name string) (graph.Size, bool) {
		if n, ok := a.lookup(name); ok {
			return n, true
		}
		return size, true // the one name that the functions did not have
	}
	return &c
}

func (a *application) batchCall(args []*graph.Value, batched []bool) (*graph.Value, bool) {
	type form struct {
		body *graph.Body
		out  []bool
	}
	f := a.body.Funcs[0]
	d := derived(f, func() form {
		g := batchFunc(f, batched, nil)
		return form{closed(graph.Body{Funcs: []*graph.Func{g.f}, Linear: a.body.Linear, Version: a.body.Version}), g.out}
	}, "batch of call", batched, a.body.Linear, a.body.Version)
	return a.apply(graph.Call, derivedName("batch", a.Attrs.Name), d.body, args)(a.Attrs.Index), d.out[a.Attrs.Index]
}

// batchCond applies both functions where the condition is each member's own.
func (a *application) batchCond(args []*graph.Value, batched []bool, size graph.Size) (*graph.Value, bool) {
	k := a.Attrs.Index
	a = a.withBatch(size)
	if batched[0] {
		var ys [2]*graph.Value
		for i, f := range a.body.Funcs {
			call := *a
			call.body = &graph.Body{Funcs: []*graph.Func{f}}
			y, whole := call.batchCall(args[1:], batched[1:])
			if !whole {
				y = forAll(y, size)
			}
			ys[i] = y
		}
		on := args[0]
		shape := ys[0].Shape
		for range len(shape) - 1 {
			on = on.Reshape(append(slices.Clone(on.Shape), graph.N(1))...)
		}
		return graph.Apply(graph.Select, nil, on.Expand(shape...), ys[0], ys[1]), true
	}
	yes, no := a.body.Funcs[0], a.body.Funcs[1]
	type form struct {
		body *graph.Body
		out  []bool
	}
	d := derived(yes, func() form {
		in := batched[1:]
		whole := batchFunc(yes, in, nil).out
		for i, on := range batchFunc(no, in, nil).out {
			whole[i] = whole[i] || on
		}
		return form{closed(graph.Body{Funcs: []*graph.Func{batchFunc(yes, in, whole).f, batchFunc(no, in, whole).f}, Linear: a.body.Linear}), whole}
	}, "batch of cond", batched, no.Identity(), a.body.Linear)
	return a.apply(graph.Cond, "", d.body, args)(k), d.out[k]
}

// carriedBatch finds which of what a step carries holds the batch in the end: in grows by those.
func carriedBatch(f *graph.Func, consts, carry int, in []bool) {
	for grown := true; grown; {
		grown = false
		for i, on := range batchFunc(f, in, nil).out[:carry] {
			if on && !in[consts+i] {
				in[consts+i], grown = true, true
			}
		}
	}
}

// batchWhile goes on while the condition is true for any member, and keeps those for which it is not.
func (a *application) batchWhile(args []*graph.Value, batched []bool, size graph.Size) (*graph.Value, bool) {
	test, step := a.body.Funcs[0], a.body.Funcs[1]
	consts, carry := a.body.Consts, a.body.Carry
	type form struct {
		body *graph.Body
		in   []bool
	}
	d := derived(step, func() form {
		in := slices.Clone(batched)
		carriedBatch(step, consts, carry, in)
		if !batchFunc(test, in, nil).out[0] {
			next := batchFunc(step, in, in[consts:])
			return form{closed(graph.Body{Funcs: []*graph.Func{batchFunc(test, in, nil).f, next.f}, Consts: consts, Carry: carry}), in}
		}
		for i := range carry {
			in[consts+i] = true
		}
		tests, next := batchFunc(test, in, nil), batchFunc(step, in, in[consts:])
		any := derive(tests.f, test.Name+"_any")
		on := built(Inline(any, tests.f, parameters(any, tests.f.Params)))[0]
		any.Return(graph.Apply(graph.ReduceMax, &graph.Attrs{Axes: []int{0}}, on.Cast(graph.Uint8)).Cast(graph.Bool))
		any.Settle()
		keep := derive(next.f, step.Name+"_batch")
		ps := parameters(keep, next.f.Params)
		go_ := built(Inline(keep, tests.f, ps))[0]
		ys := built(Inline(keep, next.f, ps))
		for i, y := range ys {
			on := go_
			for range y.Rank() - 1 {
				on = on.Reshape(append(slices.Clone(on.Shape), graph.N(1))...)
			}
			ys[i] = graph.Apply(graph.Select, nil, on.Expand(y.Shape...), y, ps[consts+i])
		}
		keep.Return(ys...)
		keep.Settle()
		return form{closed(graph.Body{Funcs: []*graph.Func{any, keep}, Consts: consts, Carry: carry}), in}
	}, "batch of while", batched, consts, carry, test.Identity())
	args = a.alongCarry(args, batched, d.in, size)
	return a.withBatch(size).apply(graph.While, "", d.body, args)(a.Attrs.Index), d.in[consts+a.Attrs.Index]
}

// alongCarry repeats what is carried and holds the batch in the end, though it begins without.
func (a *application) alongCarry(args []*graph.Value, batched, in []bool, size graph.Size) []*graph.Value {
	args = slices.Clone(args)
	for i := a.body.Consts; i < a.body.Consts+a.body.Carry; i++ {
		if in[i] && !batched[i] {
			args[i] = forAll(args[i], size)
		}
	}
	return args
}

// batchScan is a scan of the batched step; the batch lies along the second axis of what it goes over.
func (a *application) batchScan(args []*graph.Value, batched []bool, size graph.Size) (*graph.Value, bool) {
	f := a.body.Funcs[0]
	consts, carry := a.body.Consts, a.body.Carry
	type form struct {
		body    *graph.Body
		in, out []bool
	}
	d := derived(f, func() form {
		in := slices.Clone(batched)
		carriedBatch(f, consts, carry, in)
		whole := make([]bool, len(f.Results))
		copy(whole, in[consts:consts+carry])
		g := batchFunc(f, in, whole)
		return form{closed(graph.Body{Funcs: []*graph.Func{g.f}, Consts: consts, Carry: carry, Reverse: a.body.Reverse, Linear: a.body.Linear}), in, g.out}
	}, "batch of scan", batched, consts, carry, a.body.Reverse, a.body.Linear)
	args = a.alongCarry(args, batched, d.in, size)
	for i := consts + carry; i < len(args); i++ {
		if batched[i] {
			args[i] = args[i].MoveAxis(0, 1)
		}
	}
	k := a.Attrs.Index
	y := a.withBatch(size).apply(graph.Scan, "", d.body, args)(k)
	if d.out[k] && k >= carry {
		y = y.MoveAxis(1, 0)
	}
	return y, d.out[k]
}
