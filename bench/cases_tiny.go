package bench

import (
	"slices"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/tensor"
)

// function is what can be called as it is, compiled, and frozen.
type function = func(xs ...*tensor.Tensor) *tensor.Tensor

// ways are the ways of calling a function, by what they add to a case's name.
var ways = map[string]func(f function) function{
	"":          func(f function) function { return f },
	"_compiled": func(f function) function { return compile.Func(f) },
	"_frozen":   func(f function) function { return compile.Func(f, compile.Freeze()) },
}

// inWays is a case whose function is called in several ways. Peers' programs know all of them by the name of the first.
func inWays(c Case, suffixes []string, make func(in *Inputs, how func(f function) function) Step) []Case {
	var cases []Case
	c.Family = c.Name
	for _, suffix := range suffixes {
		d := c
		if d.Name += suffix; suffix != "" {
			d.Like = c.Name
		}
		d.Make = func(in *Inputs) Step { return make(in, ways[suffix]) }
		cases = append(cases, d)
	}
	return cases
}

// tiny is cases whose time is that of handling operators, not of computing them.
func tiny() []Case {
	chain := func(x, z *tensor.Tensor) *tensor.Tensor {
		for range 100 {
			x = x.Add(z)
		}
		return x
	}
	both := []string{"", "_frozen"}
	return slices.Concat(
		inWays(Case{Name: "tiny_add_chain100_nograd", Work: Work{Ops: 100}}, both, func(in *Inputs, how func(f function) function) Step {
			x, z := in.Randn(16), in.Randn(16)
			f := how(func(xs ...*tensor.Tensor) *tensor.Tensor { return chain(xs[0], xs[1]) })
			return func() []*tensor.Tensor { return one(f(x, z)) }
		}),
		inWays(Case{Name: "tiny_add_chain100_grad_fwd", Work: Work{Ops: 100}}, both, func(in *Inputs, how func(f function) function) Step {
			x, z := in.Randn(16).RequiresGrad(), in.Randn(16)
			f := how(func(xs ...*tensor.Tensor) *tensor.Tensor { return chain(x, xs[0]) })
			return func() []*tensor.Tensor { return one(f(z)) }
		}),
		inWays(Case{Name: "tiny_add_chain100_grad_fwdbwd", Work: Work{Ops: 100}}, both, func(in *Inputs, how func(f function) function) Step {
			x, z := in.Randn(16).RequiresGrad(), in.Randn(16)
			f := how(func(xs ...*tensor.Tensor) *tensor.Tensor {
				x.ZeroGrad()
				chain(x, xs[0]).Sum().Backward()
				return x.Grad()
			})
			return func() []*tensor.Tensor { return one(f(z)) }
		}),
		inWays(Case{Name: "tiny_add_call100_nograd", Work: Work{Ops: 100}}, []string{"", "_compiled", "_frozen"}, func(in *Inputs, how func(f function) function) Step {
			x, z := in.Randn(16), in.Randn(16)
			f := how(func(xs ...*tensor.Tensor) *tensor.Tensor { return xs[0].Add(xs[1]) })
			return func() []*tensor.Tensor { // each add is computed before the next
				y := x
				for range 100 {
					next := f(y, z)
					tensor.Must(tensor.Eval(background, next))
					if y != x {
						y.Free()
					}
					y = next
				}
				return one(y)
			}
		}),
		inWays(Case{Name: "tiny_mm4_chain100", Work: Work{Ops: 100}}, both, func(in *Inputs, how func(f function) function) Step {
			x := in.Uniform(0.5, 1.5, 4, 4)
			f := how(func(xs ...*tensor.Tensor) *tensor.Tensor { // products of 4×4, each divided by its sum
				y := xs[0]
				for range 100 {
					y = y.MatMul(xs[0])
					y = y.Div(y.Sum())
				}
				return y
			})
			return func() []*tensor.Tensor { return one(f(x)) }
		}),
	)
}
