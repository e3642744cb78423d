package transform

import "github.com/flambeau-ml/flambeau/tensor"

// Func is a function of tensors with one result.
type Func func(xs ...*tensor.Tensor) *tensor.Tensor

// Multi is a function of tensors with any number of results.
type Multi func(xs ...*tensor.Tensor) []*tensor.Tensor

// F1 is f as a Func.
func F1(f func(x *tensor.Tensor) *tensor.Tensor) Func {
	return func(xs ...*tensor.Tensor) *tensor.Tensor {
		takes(1, xs)
		return f(xs[0])
	}
}

// F2 is f as a Func.
func F2(f func(x, y *tensor.Tensor) *tensor.Tensor) Func {
	return func(xs ...*tensor.Tensor) *tensor.Tensor {
		takes(2, xs)
		return f(xs[0], xs[1])
	}
}

// F3 is f as a Func.
func F3(f func(x, y, z *tensor.Tensor) *tensor.Tensor) Func {
	return func(xs ...*tensor.Tensor) *tensor.Tensor {
		takes(3, xs)
		return f(xs[0], xs[1], xs[2])
	}
}

func takes(n int, xs []*tensor.Tensor) {
	if len(xs) != n {
		panic(tensor.Errorf("transform", "a function of %d tensors is called with %d", n, len(xs)))
	}
}

// Multi is f as a function with several results, of which it has one.
func (f Func) Multi() Multi {
	return func(xs ...*tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{f(xs...)} }
}

// Result is the function that computes the result i of f.
func (f Multi) Result(i int) Func {
	return func(xs ...*tensor.Tensor) *tensor.Tensor {
		ys := f(xs...)
		if i < 0 || i >= len(ys) {
			panic(tensor.Errorf("transform", "a function with %d results has no number %d", len(ys), i))
		}
		return ys[i]
	}
}

// argument checks that an argument of a call of op exists and has derivatives.
func argument(op string, i int, xs []*tensor.Tensor) {
	if i < 0 || i >= len(xs) {
		panic(tensor.Errorf(op, "a function called with %d tensors has no argument %d", len(xs), i))
	}
	if !xs[i].DType().IsInexact() {
		panic(tensor.Errorf(op, "argument %d, of %s, has no derivative", i, xs[i].DType()))
	}
}

// one is the argument that arg names; the first where it names none.
func one(op string, arg []int) int {
	switch len(arg) {
	case 0:
		return 0
	case 1:
		return arg[0]
	}
	panic(tensor.Errorf(op, "takes one argument to differentiate by, not %d", len(arg)))
}
