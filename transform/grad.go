package transform

import "github.com/flambeau-ml/flambeau/tensor"

// Grad is the function that computes the gradient of f, whose result has one element, by one argument: the first, or
// the one whose number is given.
func Grad(f Func, arg ...int) Func {
	i := one("grad", arg)
	g := valueAndGrad("grad", f, []int{i})
	return func(xs ...*tensor.Tensor) *tensor.Tensor { return g(xs)[1] }
}

// Grads is the function that computes the gradients of f, whose result has one element, by the arguments whose numbers
// are given; without numbers, by all that are floating or complex.
func Grads(f Func, args ...int) Multi {
	g := valueAndGrad("grad", f, args)
	return func(xs ...*tensor.Tensor) []*tensor.Tensor { return g(xs)[1:] }
}

// ValueAndGrad is the function that computes the result of f, which has one element, and its gradients as Grads does.
// Whoever computes one of the gradients computes the value along with it.
func ValueAndGrad(f Func, args ...int) func(xs ...*tensor.Tensor) (y *tensor.Tensor, grads []*tensor.Tensor) {
	g := valueAndGrad("value_and_grad", f, args)
	return func(xs ...*tensor.Tensor) (*tensor.Tensor, []*tensor.Tensor) {
		ys := g(xs)
		return ys[0], ys[1:]
	}
}

// valueAndGrad gives the value of f and then the gradients.
func valueAndGrad(op string, f Func, args []int) func(xs []*tensor.Tensor) []*tensor.Tensor {
	return func(xs []*tensor.Tensor) []*tensor.Tensor {
		by := args
		if len(by) == 0 {
			for i, x := range xs {
				if x.DType().IsInexact() {
					by = append(by, i)
				}
			}
		}
		t, in := tapeOf(op, by, xs)
		y := f(in...)
		if !y.DType().IsInexact() {
			panic(tensor.Errorf(op, "the function's result, of %s, has no gradient", y.DType()))
		}
		return t.Close(append([]*tensor.Tensor{y}, t.Pull([]*tensor.Tensor{y}, nil)...))
	}
}

// tapeOf is a tape for some of xs, and xs with its inputs in their places.
func tapeOf(op string, by []int, xs []*tensor.Tensor) (*tensor.Tape, []*tensor.Tensor) {
	of := make([]*tensor.Tensor, len(by))
	for k, i := range by {
		argument(op, i, xs)
		of[k] = xs[i]
	}
	t, in := tensor.NewTape(op, of...)
	all := append([]*tensor.Tensor(nil), xs...)
	for k, i := range by {
		all[i] = in[k]
	}
	return t, all
}

// VJP computes the results of f at primals, and returns with them the function that takes a cotangent for each result
// (nil: zero) to a cotangent for each primal (nil where it has no derivatives). It may be called any number of times.
func VJP(f Multi, primals ...*tensor.Tensor) (ys []*tensor.Tensor, pullback Multi) {
	t, in := tensor.NewTape("vjp", primals...)
	inner := f(in...)
	return t.Leave(inner), func(cts ...*tensor.Tensor) []*tensor.Tensor {
		if len(cts) != len(inner) {
			panic(tensor.Errorf("vjp", "%d cotangents are given for %d results", len(cts), len(inner)))
		}
		return t.Leave(t.Pull(inner, cts))
	}
}

// JVP computes the results of f at primals and their tangents, given those of the primals (nil: zero). The tangent of a
// result that has no derivatives is nil.
func JVP(f Multi, primals, tangents []*tensor.Tensor) (ys, dys []*tensor.Tensor) {
	if len(tangents) != len(primals) {
		panic(tensor.Errorf("jvp", "%d tangents are given for %d primals", len(tangents), len(primals)))
	}
	t, in := tensor.NewTape("jvp", primals...)
	inner := f(in...)
	n := len(inner)
	out := t.Close(append(append([]*tensor.Tensor(nil), inner...), t.Push(inner, tangents)...))
	return out[:n:n], out[n:]
}
