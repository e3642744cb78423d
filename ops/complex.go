package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// complexOf is the complex number of two real parts.
func complexOf(x, y *graph.Value) *graph.Value {
	if x.DType != y.DType || graph.ComplexType(x.DType) == graph.NoDType || x.DType.IsComplex() {
		graph.Fail("complex", "makes complex numbers of two tensors of float32 or of float64, not of %s and %s", x.Type, y.Type)
	}
	return x.Complex(y)
}

func polar(modulus, angle *graph.Value) *graph.Value {
	if modulus.DType != angle.DType || graph.ComplexType(angle.DType) == graph.NoDType || angle.DType.IsComplex() {
		graph.Fail("polar", "makes complex numbers of two tensors of float32 or of float64, not of %s and %s", modulus.Type, angle.Type)
	}
	return modulus.Mul(angle.Cos()).Complex(modulus.Mul(angle.Sin()))
}

func needComplex(op string, x *graph.Value) {
	if !x.DType.IsComplex() {
		graph.Fail(op, "takes complex tensors, not %s", x.Type)
	}
}

// realPart is x itself where it is real.
func realPart(x *graph.Value) *graph.Value {
	if !x.DType.IsComplex() {
		return x
	}
	return x.Real()
}

func imagPart(x *graph.Value) *graph.Value {
	needComplex("imag", x)
	return x.Imag()
}

func viewAsReal(x *graph.Value) *graph.Value {
	needComplex("view_as_real", x)
	n := x.Rank()
	return graph.ConcatValues(n, x.Real().Unsqueeze(n), x.Imag().Unsqueeze(n))
}

func viewAsComplex(x *graph.Value) *graph.Value {
	n := x.Rank() - 1
	if graph.ComplexType(x.DType) == graph.NoDType || x.DType.IsComplex() || n < 0 || !x.Home.Solver().Same(x.Shape[n], graph.N(2)) {
		graph.Fail("view_as_complex", "takes pairs of float32 or float64 along the last dimension, not %s", x.Type)
	}
	part := func(i int) *graph.Value { return dropAxis(x.SliceAxis(n, graph.N(i), graph.N(1), 1), n) }
	return part(0).Complex(part(1))
}

// angle is 0 for real numbers from 0 on, π below; it has the derivative 0 at 0.
func angle(x *graph.Value) *graph.Value {
	if x.DType.IsComplex() {
		return x.Imag().Atan2(x.Real())
	}
	return inFloats(func(x *graph.Value) *graph.Value { return x.Like(0).Atan2(x.Stop().Add(x.Mul(x.Like(0)))) })(x)
}

func complexSamples(r *rand.Rand) []Sample {
	return []Sample{call(c64(r, 3, 4)), call(c64(r)), call(graph.Uniform(r, graph.Complex128, -3, 3, 5))}
}

func anyComplexSamples(r *rand.Rand) []Sample { return append(complexSamples(r), call(f32(r, 3))) }

func c64(r *rand.Rand, dims ...int) *graph.Array {
	return graph.Uniform(r, graph.Complex64, -3, 3, dims...)
}

// Complex numbers and their parts.
var (
	Complex = define(Op{
		Schema: "complex(Tensor real, Tensor imag) -> Tensor", Doc: "The complex numbers of given real and imaginary parts.", Out: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 4)), call(graph.Uniform(r, graph.Float64, -3, 3, 2), graph.Uniform(r, graph.Float64, -3, 3, 2))}
		},
	}, complexOf)
	Polar = define(Op{
		Schema: "polar(Tensor abs, Tensor angle) -> Tensor", Doc: "The complex numbers of given absolute values and angles.", Out: true,
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(positive(r, 3, 4), f32(r, 3, 4))} },
	}, polar)
	Real       = define(Op{Schema: "real(Tensor(a) self) -> Tensor(a)", View: true, Doc: "The real part of each element.", Samples: anyComplexSamples}, realPart)
	Imag       = define(Op{Schema: "imag(Tensor(a) self) -> Tensor(a)", View: true, Doc: "The imaginary part of each element.", Samples: complexSamples}, imagPart)
	ViewAsReal = define(Op{
		Schema: "view_as_real(Tensor(a) self) -> Tensor(a)", Doc: "Real and imaginary parts along a new last dimension: a copy, other than PyTorch's.", Samples: complexSamples,
	}, viewAsReal)
	ViewAsComplex = define(Op{
		Schema: "view_as_complex(Tensor(a) self) -> Tensor(a)", Doc: "Pairs along the last dimension as complex numbers: a copy, other than PyTorch's.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 2)), call(graph.Uniform(r, graph.Float64, -3, 3, 2))}
		},
	}, viewAsComplex)
	Conj         = define(Op{Schema: "conj(Tensor(a) self) -> Tensor(a)", View: true, Doc: "The complex conjugate of each element.", Samples: anyComplexSamples}, (*graph.Value).Conj)
	ConjPhysical = pointwise("conj_physical", "The complex conjugate of each element, as a copy.", anyComplexSamples, (*graph.Value).Conj)
	ResolveConj  = define(Op{Schema: "resolve_conj(Tensor(a) self) -> Tensor(a)", Doc: "The tensor itself: conjugates are not deferred.", Samples: anyComplexSamples}, same)
	ResolveNeg   = define(Op{Schema: "resolve_neg(Tensor(a) self) -> Tensor(a)", Doc: "The tensor itself: negatives are not deferred.", Samples: anyComplexSamples}, same)
	Angle        = define(Op{Schema: "angle(Tensor self) -> Tensor", Doc: "The angle of each complex number; 0 or π for real ones.", Out: true, Samples: func(r *rand.Rand) []Sample {
		return append(complexSamples(r), anySamples(r)...)
	}}, angle)
	Adjoint = define(Op{
		Schema: "adjoint(Tensor(a) self) -> Tensor(a)", View: true, Doc: "The conjugate transposes of matrices.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(c64(r, 2, 3, 4)), call(f32(r, 2, 3))} },
	}, adjoint("adjoint"))
	MH = define(Op{
		Schema: "mH(Tensor(a) self) -> Tensor(a)", Method: "MH", View: true, Doc: "The conjugate transposes of matrices.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(c64(r, 2, 3, 4)), call(f32(r, 2, 3))} },
	}, adjoint("mH"))
	H = define(Op{
		Schema: "matrix_H(Tensor(a) self) -> Tensor(a)", Method: "H", View: true, Doc: "The conjugate transpose of a matrix.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(c64(r, 2, 3)), call(f32(r))} },
	}, func(x *graph.Value) *graph.Value {
		switch x.Rank() {
		case 0:
			return x.Conj()
		case 2:
			return x.SwapAxes(0, 1).Conj()
		}
		graph.Fail("matrix_H", "takes a matrix, not %s", x.Type)
		return nil
	})
)

func same(x *graph.Value) *graph.Value { return x }

func adjoint(op string) unaryBody {
	return func(x *graph.Value) *graph.Value {
		if x.Rank() < 2 {
			graph.Fail(op, "takes matrices, not %s", x.Type)
		}
		return x.SwapAxes(x.Rank()-2, x.Rank()-1).Conj()
	}
}
