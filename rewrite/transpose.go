package rewrite

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/graph"
)

// Transpose is the transpose of a linear function. The first residuals parameters of linear are fixed, and it is linear
// in the others together; its results have derivatives. The transpose takes the same residuals and a cotangent for
// each result of linear, and gives a cotangent for each of linear's other parameters.
func Transpose(linear *graph.Func, residuals int) (*graph.Func, error) {
	return catch(func() *graph.Func {
		g, to := derive(linear, linear.Name+"_transpose"), newMapping(linear)
		for _, p := range linear.Params[:residuals] {
			to.set(p, param(g, p))
		}
		t := new(tape)
		t.open(g)
		for i, p := range linear.Params[residuals:] {
			if !p.DType.IsInexact() {
				graph.Fail(linear.Name, "is not linear in parameter %d, %s", residuals+i, p.Type)
			}
			to.set(p, t.input(p.Type))
		}
		inputs := t.n
		seeds, taken := make([]*graph.Value, len(linear.Results)), namesOf(g)
		for i, y := range linear.Results {
			seeds[i] = g.Param(taken.fresh(fmt.Sprintf("ct%d", i)), y.Type)
		}
		for _, v := range linear.Values {
			if v.Op != graph.Param {
				to.set(v, Copy(t, v, to.all(v.Args)))
			}
		}
		t.sealed = true
		cts := t.cotangents()
		for i, y := range linear.Results {
			if dy := to.get(y); dy.Home == t {
				cts[dy.ID] = add(cts[dy.ID], seeds[i])
			} else if !isZero(dy) {
				graph.Fail(linear.Name, "result %d does not depend on the parameters in which it should be linear", i)
			}
		}
		t.sweep(cts, inputs, g)
		results := make([]*graph.Value, inputs)
		for i, p := range linear.Params[residuals:] {
			if results[i] = cts[i]; cts[i] == nil {
				results[i] = graph.Zeros(g, p.Type)
			}
		}
		g.Return(results...)
		g.Settle()
		return g
	})
}

// isZero reports whether v is built of the constant 0 alone, by moving it.
func isZero(v *graph.Value) bool {
	for v.Op.Kind == graph.Move {
		v = v.Args[0]
	}
	return v.Op == graph.Const && v.Attr().Value.Complex() == 0
}
