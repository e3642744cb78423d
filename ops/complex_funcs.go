package ops

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// The inverse functions of complex numbers, with PyTorch's branches. Each is computed on the half plane in which nothing
// cancels, and in complex128, so that squares do not overflow for complex64.

// ofComplex is f for complex numbers and real for others.
func ofComplex(f, real unaryBody) unaryBody {
	return func(x *graph.Value) *graph.Value {
		if !x.DType.IsComplex() {
			return real(x)
		}
		return f(x.Cast(graph.Complex128)).Cast(x.DType)
	}
}

// timesI is i·x.
func timesI(x *graph.Value) *graph.Value { return x.Imag().Neg().Complex(x.Real()) }

// complexAsinh is odd: it is log(x + √(x² + 1)) of a real part that is not negative.
func complexAsinh(x *graph.Value) *graph.Value {
	re := x.Real()
	negative := re.Lt(re.Like(0))
	a := negative.Where(x.Neg(), x)
	// √(1 − ix)·√(1 + ix) is √(x² + 1) with the branch that keeps its real part positive.
	ia := timesI(a)
	one := a.Like(1)
	y := a.Add(one.Sub(ia).Sqrt().Mul(one.Add(ia).Sqrt())).Log()
	return negative.Where(y.Neg(), y)
}

// complexAsin is −i·asinh(ix).
func complexAsin(x *graph.Value) *graph.Value { return timesI(complexAsinh(timesI(x))).Neg() }

func complexAcos(x *graph.Value) *graph.Value { return x.Like(math.Pi / 2).Sub(complexAsin(x)) }

// complexAcosh is log(x + √(x − 1)·√(x + 1)).
func complexAcosh(x *graph.Value) *graph.Value {
	one := x.Like(1)
	return x.Add(x.Sub(one).Sqrt().Mul(x.Add(one).Sqrt())).Log()
}

func complexAtanh(x *graph.Value) *graph.Value {
	half := x.Like(0.5)
	return x.Log1p().Sub(x.Neg().Log1p()).Mul(half)
}

// complexAtan is −i·atanh(ix).
func complexAtan(x *graph.Value) *graph.Value { return timesI(complexAtanh(timesI(x))).Neg() }

// complexTan is −i·tanh(ix), which overflows nowhere.
func complexTan(x *graph.Value) *graph.Value { return timesI(timesI(x).Tanh()).Neg() }

// complexSigmoid is 1/(1 + exp(−x)).
func complexSigmoid(x *graph.Value) *graph.Value { return reciprocal(x.Neg().Exp().Shift(1)) }
