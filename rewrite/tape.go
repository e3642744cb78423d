package rewrite

import "github.com/flambeau-ml/flambeau/graph"

// tape is the builder that separates what is linear in some inputs from what is not: applications with a linear operand
// are recorded, all others it hands to the builder below. What is recorded can then be transposed, or written out as a
// function of its own. Its values live only as long as it is open.
type tape struct {
	base   graph.Builder
	sealed bool // recording is over
	pos    int  // where what is recorded comes from
	n      int  // values in use
	values []*graph.Value
	tans   []*graph.Value // buffers kept for the next use
	cts    []*graph.Value
}

// open begins recording above b.
func (t *tape) open(b graph.Builder) { t.base, t.sealed, t.n = b, false, 0 }

// close forgets all that was recorded, and keeps the memory.
func (t *tape) close() {
	for _, v := range t.values[:t.n] {
		args := v.Args
		clear(args)
		*v = graph.Value{Args: args[:0]}
	}
	clear(t.tans)
	clear(t.cts)
	t.base, t.n = nil, 0
}

// Emit records an application that has a linear operand and has the builder below make any other.
func (t *tape) Emit(op *graph.Primitive, attrs *graph.Attrs, args []*graph.Value, typ graph.Type) *graph.Value {
	for i, x := range args {
		if x.Home == t {
			if t.sealed {
				graph.Fail(op.Name, "a transpose rule reads a value in which it is linear, as operand %d", i)
			}
			return t.record(op, attrs, args, typ)
		}
	}
	return t.base.Emit(op, attrs, args, typ)
}

// Solver is that of the builder below.
func (t *tape) Solver() *graph.Solver { return t.base.Solver() }

// Level is above that of the builder below, so that a tape sees every application to its values.
func (t *tape) Level() int { return t.base.Level() + 1 }

// input makes a value in which what follows is linear.
func (t *tape) input(typ graph.Type) *graph.Value { return t.record(graph.Param, nil, nil, typ) }

func (t *tape) record(op *graph.Primitive, attrs *graph.Attrs, args []*graph.Value, typ graph.Type) *graph.Value {
	if t.n == len(t.values) {
		t.values = append(t.values, new(graph.Value))
	}
	v := t.values[t.n]
	v.Type, v.Op, v.Attrs, v.Home, v.ID, v.Pos = typ, op, attrs, t, t.n, t.pos
	v.Args = append(v.Args[:0], args...)
	t.n++
	return v
}

// tangents is a buffer for the tangents of n operands, all zero.
func (t *tape) tangents(n int) []*graph.Value {
	t.tans = sized(t.tans, n)
	return t.tans
}

// cotangents is a buffer for the cotangents of the recorded values, all zero.
func (t *tape) cotangents() []*graph.Value {
	t.cts = sized(t.cts, t.n)
	return t.cts
}

func sized(buf []*graph.Value, n int) []*graph.Value {
	if cap(buf) < n {
		return make([]*graph.Value, n, n+8)
	}
	buf = buf[:n]
	clear(buf)
	return buf
}

// seed adds ct to the cotangent of the result dv of a rule of op; a result that is zero takes none.
func (t *tape) seed(cts []*graph.Value, dv, ct *graph.Value, op *graph.Primitive) {
	if dv == nil || ct == nil {
		return
	}
	if dv.Home != t {
		graph.Fail(op.Name, "its JVP rule gives a tangent that does not depend on those of its operands")
	}
	cts[dv.ID] = add(cts[dv.ID], ct)
}

// sweep transposes what was recorded after the first inputs values, last first: cts holds the cotangents of the
// results when it begins, and those of all values when it ends. Where g, the builder below, is given, what is built in
// it comes from where the values do of which it is the transpose.
func (t *tape) sweep(cts []*graph.Value, inputs int, g *graph.Func) {
	for k := t.n - 1; k >= inputs; k-- {
		v, ct := t.values[k], cts[k]
		if v.Op.Bodies {
			t.sweepBodies(k, cts, inputs, g)
			continue
		}
		if ct == nil {
			continue
		}
		linear, from := 0, 0
		for _, x := range v.Args {
			if x.Home == t {
				linear++
			}
		}
		if linear > 1 && !v.Op.Joint {
			graph.Fail(v.Op.Name, "a JVP rule applies it to two tangents, in which it is not linear together")
		}
		if g != nil {
			from = len(g.Values)
		}
		for i, x := range v.Args {
			if x.Home == t {
				cts[x.ID] = add(cts[x.ID], cotangent(t.base, v, i, ct))
			}
		}
		if g != nil {
			mark(g, from, v.Pos)
		}
	}
}

// sweepBodies is sweep for an application of a primitive with bodies: all its results are transposed at once, when the
// first of them has its turn.
func (t *tape) sweepBodies(k int, cts []*graph.Value, inputs int, g *graph.Func) {
	v := t.values[k]
	for _, w := range t.values[inputs:k] {
		if graph.Siblings(v, w) {
			return
		}
	}
	var vs, given []*graph.Value
	for _, w := range t.values[k:t.n] {
		if cts[w.ID] != nil && graph.Siblings(v, w) {
			vs, given = append(vs, w), append(given, cts[w.ID])
		}
	}
	if len(vs) == 0 {
		return
	}
	from := 0
	if g != nil {
		from = len(g.Values)
	}
	back := bodyTranspose(t.base, vs, given)
	for i, x := range v.Args {
		if x.Home != t {
			continue
		}
		ct, ok := back[i]
		if !ok {
			graph.Fail(v.Op.Name, "a tangent is operand %d, in which the application is not linear", i)
		}
		cts[x.ID] = add(cts[x.ID], ct)
	}
	if g != nil {
		mark(g, from, v.Pos)
	}
}
