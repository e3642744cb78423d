package ops

import "github.com/flambeau-ml/flambeau/graph"

// DefaultDType is the dtype of floats that nothing else decides.
const DefaultDType = graph.Float32

// PromoteTypes is the smallest dtype that holds what a and b hold, as PyTorch has it. It is NoDType for the unsigned
// types of 16 bits and more with another integer type or bool, which PyTorch does not promote.
func PromoteTypes(a, b graph.DType) graph.DType {
	if a == b {
		return a
	}
	rank := func(d graph.DType) int { // bool < unsigned < signed < float < complex
		switch {
		case d.IsComplex():
			return 4
		case d.IsFloat():
			return 3
		case d.IsSigned():
			return 2
		case d.IsUnsigned():
			return 1
		}
		return 0
	}
	if rank(a) > rank(b) {
		a, b = b, a
	}
	barebones := func(d graph.DType) bool { return d.IsUnsigned() && d != graph.Uint8 }
	switch {
	case b.IsComplex():
		if a == graph.Float64 || a == graph.Complex128 {
			return graph.Complex128
		}
		return b
	case b.IsFloat() && !a.IsFloat():
		return b
	case barebones(a) || barebones(b):
		return graph.NoDType
	case a == graph.Bool:
		return b
	case a == graph.Uint8 && b == graph.Int8:
		return graph.Int16
	case a == graph.Float16 && b == graph.BFloat16 || a == graph.BFloat16 && b == graph.Float16:
		return graph.Float32
	case b.Bytes() > a.Bytes() || a == graph.Uint8:
		return b
	}
	return a
}

// ResultType says which dtype an operator computes: dimensioned tensors decide over tensors without axes, and those
// over plain numbers, except where the lesser are of a higher category (bool < integer < floating < complex). The
// zero ResultType has seen nothing.
type ResultType struct{ dim, zero, number graph.DType }

func skipNone(a, b graph.DType) graph.DType {
	switch {
	case a == graph.NoDType:
		return b
	case b == graph.NoDType:
		return a
	}
	p := PromoteTypes(a, b)
	if p == graph.NoDType {
		graph.Fail("promote", "%s and %s have no common dtype: convert one of them", a, b)
	}
	return p
}

// Value adds a tensor.
func (r ResultType) Value(v *graph.Value) ResultType {
	if v.Rank() > 0 {
		r.dim = skipNone(r.dim, v.DType)
	} else {
		r.zero = skipNone(r.zero, v.DType)
	}
	return r
}

// Scalar adds a number; an absent one changes nothing.
func (r ResultType) Scalar(s graph.Scalar) ResultType {
	if s.Kind() != graph.NoScalar {
		r.number = skipNone(r.number, scalarDType(s))
	}
	return r
}

// DType is the dtype of the result.
func (r ResultType) DType() graph.DType { return combine(r.dim, combine(r.zero, r.number)) }

func combine(higher, lower graph.DType) graph.DType {
	switch {
	case higher.IsComplex():
		return higher
	case higher.IsFloat():
		if !lower.IsComplex() {
			return higher
		}
		if higher == graph.Float64 {
			return graph.Complex128
		}
		return graph.Complex64
	case higher == graph.Bool || lower.IsInexact():
		return skipNone(higher, lower)
	case higher != graph.NoDType:
		return higher
	}
	return lower
}

// scalarDType is the dtype that a plain number stands for.
func scalarDType(s graph.Scalar) graph.DType {
	switch s.Kind() {
	case graph.BoolScalar:
		return graph.Bool
	case graph.IntScalar:
		return graph.Int64
	case graph.ComplexScalar:
		return graph.Complex64
	}
	return DefaultDType
}

// resultType is the common dtype of tensors.
func resultType(vs ...*graph.Value) graph.DType {
	var r ResultType
	for _, v := range vs {
		r = r.Value(v)
	}
	return r.DType()
}

// floatType is d where it is inexact, else the default dtype: what sqrt of integers gives.
func floatType(d graph.DType) graph.DType {
	if d.IsInexact() {
		return d
	}
	return DefaultDType
}

// wide is the dtype in which composites compute: f32 for half precision.
func wide(d graph.DType) graph.DType {
	if d == graph.Float16 || d == graph.BFloat16 {
		return graph.Float32
	}
	return d
}
