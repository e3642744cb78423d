package transform

import "github.com/flambeau-ml/flambeau/tensor"

// JacRev is the function that computes the Jacobian of f by one argument, the first or the one whose number is given,
// backwards: one sweep for each element of the result, all at once. The Jacobian has the axes of the result and then
// those of the argument.
func JacRev(f Func, arg ...int) Func {
	i := one("jacrev", arg)
	return func(xs ...*tensor.Tensor) *tensor.Tensor {
		argument("jacrev", i, xs)
		ys, pullback := VJP(fixed(f, i, xs), xs[i])
		y := ys[0]
		if !y.DType().IsInexact() {
			panic(tensor.Errorf("jacrev", "the function's result, of %s, has no derivative", y.DType()))
		}
		rows := Vmap(pullback.Result(0))(basis(y))
		return rows.Reshape(sizes(y, xs[i])...)
	}
}

// JacFwd is the function that computes the Jacobian of f as JacRev does, forwards: one sweep for each element of the
// argument, all at once.
func JacFwd(f Func, arg ...int) Func {
	i := one("jacfwd", arg)
	return func(xs ...*tensor.Tensor) *tensor.Tensor {
		argument("jacfwd", i, xs)
		x := xs[i]
		var y *tensor.Tensor // for its shape
		push := F1(func(dx *tensor.Tensor) *tensor.Tensor {
			ys, dys := JVP(fixed(f, i, xs), []*tensor.Tensor{x}, []*tensor.Tensor{dx})
			if y = ys[0]; dys[0] == nil {
				panic(tensor.Errorf("jacfwd", "the function's result, of %s, has no derivative", y.DType()))
			}
			return dys[0]
		})
		columns := Vmap(push, Out(-1))(basis(x))
		return columns.Reshape(sizes(y, x)...)
	}
}

// Hessian is the function that computes the second derivatives of f, whose result has one element, by one argument: the
// first or the one whose number is given. It has the argument's axes twice. The gradient is taken backwards, its
// derivative forwards.
func Hessian(f Func, arg ...int) Func {
	i := one("hessian", arg)
	return JacFwd(Grad(f, i), i)
}

// fixed is f as a function of its argument i, the others fixed.
func fixed(f Func, i int, xs []*tensor.Tensor) Multi {
	return func(x ...*tensor.Tensor) []*tensor.Tensor {
		all := append([]*tensor.Tensor(nil), xs...)
		all[i] = x[0]
		return []*tensor.Tensor{f(all...)}
	}
}

// basis holds, along its first axis, for each element of x the tensor like x that is 1 there and 0 elsewhere.
func basis(x *tensor.Tensor) *tensor.Tensor {
	n := x.Numel()
	shape := []any{n}
	for _, k := range x.Shape() {
		shape = append(shape, k)
	}
	return tensor.Eye(n).To(x.DType()).Reshape(shape...)
}

// sizes are those of y and then those of x.
func sizes(y, x *tensor.Tensor) []any {
	var out []any
	for _, n := range append(y.Shape(), x.Shape()...) {
		out = append(out, n)
	}
	return out
}
