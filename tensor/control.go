package tensor

import "github.com/flambeau-ml/flambeau/graph"

// Scanned applies step once for each element along the first axis of xs, in order, or from the last if reverse is set.
// step gets what is carried and one element of each of xs; it returns what is carried on, of the same types, and other
// results, which come back joined along a new first axis. length is the number of steps where xs is empty. step runs
// once, to be recorded: reading a value in it is an error. It is what transform.Scan is made of.
func Scanned(op string, step func(carry, x []*Tensor) (next, ys []*Tensor), carry, xs []*Tensor, length int, reverse bool) (last, ys []*Tensor) {
	t, operands := func() (*tracing, []*node) {
		r := record(op)
		defer r.done()
		var types []graph.Type
		init := r.readAll(carry)
		for _, v := range init {
			types = append(types, v.Type)
		}
		over := r.readAll(xs)
		for i, v := range over {
			if v.Rank() == 0 {
				graph.Fail(op, "operand %d of those that are gone over, %s, has no axis", i, v.Type)
			}
			n, _ := v.Shape[0].Int()
			if i > 0 && n != length {
				graph.Fail(op, "the operands that are gone over have %d and %d elements along their first axes", length, n)
			}
			length = n
			types = append(types, graph.Type{DType: v.DType, Shape: v.Shape[1:]})
		}
		if length < 0 {
			graph.Fail(op, "%d steps cannot be taken", length)
		}
		t := newTracing(r, types)
		for _, v := range append(init, over...) {
			nodeOf(v).ref()
			t.held = append(t.held, nodeOf(v))
		}
		return t, t.held
	}()
	defer t.close()
	carries := 0
	t.run(func(args []*Tensor) []*Tensor {
		next, ys := step(args[:len(carry):len(carry)], args[len(carry):])
		carries = len(next)
		return append(next[:carries:carries], ys...)
	})
	r := record(op)
	defer r.done()
	if carries != len(carry) {
		graph.Fail(op, "a step gets %d tensors that are carried and returns %d", len(carry), carries)
	}
	body, free := t.bodies(r)
	body.Consts, body.Carry, body.Reverse = len(t.outer), carries, reverse
	if len(body.Funcs[0].Results) == 0 {
		return nil, nil
	}
	args := t.operands(r)
	for _, n := range operands {
		args = append(args, r.again(n))
	}
	if len(args) == 0 {
		args = append(args, graph.NewConst(r, graph.Bool, graph.BoolOf(true))) // a primitive has operands
		body.Consts = 1
	}
	out := r.handles(graph.ApplyAll(r, graph.Scan, &graph.Attrs{Shape: append([]graph.Size{graph.N(length)}, free...), Body: body}, args...))
	return out[:carries:carries], out[carries:]
}

// Looped applies step to what is carried as long as cond of it is true: a bool with one element. Both run once, to be
// recorded: reading a value in them is an error. It is what transform.While is made of.
func Looped(op string, cond func(carry []*Tensor) *Tensor, step func(carry []*Tensor) []*Tensor, carry []*Tensor) []*Tensor {
	if len(carry) == 0 {
		fail(op, "nothing is carried from step to step: the loop would never end, or never begin")
	}
	t, held := trace(op, carry)
	defer t.close()
	t.run(func(xs []*Tensor) []*Tensor { return []*Tensor{cond(xs).Reshape()} })
	t.run(step)
	r := record(op)
	defer r.done()
	if n := len(t.roots[1]); n != len(carry) {
		graph.Fail(op, "a step gets %d tensors that are carried and returns %d", len(carry), n)
	}
	if typ := t.roots[0][0].typ; typ.DType != graph.Bool {
		graph.Fail(op, "the condition is %s, not a bool", typ)
	}
	body, free := t.bodies(r)
	body.Consts, body.Carry = len(t.outer), len(carry)
	args := t.operands(r)
	for _, n := range held {
		args = append(args, r.again(n))
	}
	return r.handles(graph.ApplyAll(r, graph.While, &graph.Attrs{Shape: free, Body: body}, args...))
}

// Branched is yes of xs where pred, a bool with one element, is true, else no of xs. Both run once, to be recorded:
// reading a value in them is an error; only one of them is computed. It is what transform.Cond is made of.
func Branched(op string, pred *Tensor, yes, no func(xs []*Tensor) []*Tensor, xs []*Tensor) []*Tensor {
	t, held := trace(op, append([]*Tensor{pred}, xs...))
	t.once = true
	defer t.close()
	t.run(func(args []*Tensor) []*Tensor { return yes(args[1:]) })
	t.run(func(args []*Tensor) []*Tensor { return no(args[1:]) })
	r := record(op)
	defer r.done()
	if p := held[0].typ; p.DType != graph.Bool || !p.Shape.Count().Is(1) {
		graph.Fail(op, "the condition is %s, not one bool", p)
	}
	if a, b := len(t.roots[0]), len(t.roots[1]); a != b {
		graph.Fail(op, "the functions have %d and %d results", a, b)
	}
	if len(t.roots[0]) == 0 {
		return nil
	}
	body, free := t.bodies(r)
	args := []*graph.Value{r.again(held[0]).Reshape()}
	args = append(args, t.operands(r)...)
	for _, n := range held {
		args = append(args, r.again(n))
	}
	return r.handles(graph.ApplyAll(r, graph.Cond, &graph.Attrs{Shape: free, Body: body}, args...))
}

// trace makes a tracing with a parameter for each of xs, whose nodes it holds.
func trace(op string, xs []*Tensor) (*tracing, []*node) {
	r := record(op)
	defer r.done()
	var types []graph.Type
	var held []*node
	for _, v := range r.readAll(xs) {
		types = append(types, v.Type)
		nodeOf(v).ref()
		held = append(held, nodeOf(v))
	}
	t := newTracing(r, types)
	t.held = append(t.held, held...)
	return t, held
}
