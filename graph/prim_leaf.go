package graph

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// Param is a parameter of a function. Attrs.Name names it; its type is given where it is made.
var Param *Primitive

var _ = define(&Param, &Primitive{
	Name:       "param",
	Doc:        "a parameter of the function",
	Kind:       Leaf,
	Type:       func(*Solver, *Attrs, []Type) (Type, error) { return Type{}, fmt.Errorf("is made by Func.Param") },
	NoGradient: "a leaf",
})

func scalarType(_ *Solver, a *Attrs, _ []Type) (Type, error) {
	if a.DType == NoDType || a.Value.Kind() == NoScalar {
		return Type{}, fmt.Errorf("needs a dtype and a value")
	}
	return Type{DType: a.DType}, nil
}

func fillScalar(out *Array, s Scalar) {
	for i := range out.Len() {
		switch {
		case out.DType.IsFloat():
			out.SetFloat(i, s.Float())
		case out.DType.IsComplex():
			out.SetComplex(i, s.Complex())
		case out.DType == Bool && s.Kind() >= FloatScalar:
			out.SetInt(i, int64(boolInt(s.Complex() != 0)))
		case s.Kind() >= FloatScalar:
			out.SetInt(i, FloatToInt(out.DType, s.Float()))
		default:
			out.SetInt(i, s.Int())
		}
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func evalScalar(a *Attrs, _ []*Array, out *Array) error {
	fillScalar(out, a.Value)
	return nil
}

// Const is a scalar written by a rule or operator: Attrs.Value as DType. It is part of the program.
var Const *Primitive

var _ = define(&Const, &Primitive{
	Name: "const", Doc: "the scalar `value`, part of the program", Kind: Leaf, Exact: true,
	Type: scalarType, Eval: evalScalar, NoGradient: "a leaf",
	Samples: func(*rand.Rand) []Sample {
		return []Sample{{Attrs: &Attrs{DType: Float32, Value: FloatOf(2.5)}}, {Attrs: &Attrs{DType: Int64, Value: IntOf(-3)}},
			{Attrs: &Attrs{DType: Bool, Value: BoolOf(true)}}, {Attrs: &Attrs{DType: Complex64, Value: ComplexOf(1 - 2i)}}}
	},
})

// Number is a scalar given by the user: a parameter of the program whose present value is Attrs.Value as DType.
var Number *Primitive

var _ = define(&Number, &Primitive{
	Name: "number", Doc: "a scalar given when the program is run; `value` is its present value", Kind: Leaf,
	Type: scalarType, Eval: evalScalar, NoGradient: "a leaf",
	Samples: func(*rand.Rand) []Sample {
		return []Sample{{Attrs: &Attrs{DType: Float32, Value: FloatOf(0.1)}}, {Attrs: &Attrs{DType: Int32, Value: IntOf(7)}},
			{Attrs: &Attrs{DType: Complex128, Value: ComplexOf(0.1 - 2i)}}, {Attrs: &Attrs{DType: Complex64, Value: FloatOf(0.1)}}}
	},
})

// SizeOf is a size as a scalar of dtype DType: the number of elements that a mean divides by.
var SizeOf *Primitive

var _ = define(&SizeOf, &Primitive{
	Name: "size", Doc: "the size `shape[0]` as a scalar", Kind: Leaf,
	Type: func(_ *Solver, a *Attrs, _ []Type) (Type, error) {
		if len(a.Shape) != 1 || a.DType == NoDType {
			return Type{}, fmt.Errorf("needs one size and a dtype")
		}
		return Type{DType: a.DType}, nil
	},
	Eval: func(a *Attrs, _ []*Array, out *Array) error {
		n, ok := a.Shape[0].Int()
		if !ok {
			return fmt.Errorf("size %s has no value", a.Shape[0])
		}
		fillScalar(out, IntOf(int64(n)))
		return nil
	},
	NoGradient: "a leaf",
	Samples: func(*rand.Rand) []Sample {
		return []Sample{{Attrs: &Attrs{DType: Float32, Shape: Ns(12)}}, {Attrs: &Attrs{DType: Int64, Shape: Ns(5)}}}
	},
})

// Iota counts 0, 1, 2 … along axis Axes[0] of an array of the sizes Shape and type DType.
var Iota *Primitive

var _ = define(&Iota, &Primitive{
	Name: "iota", Doc: "0, 1, 2 … along one axis of an array", Kind: Leaf, Exact: true,
	Type: func(_ *Solver, a *Attrs, _ []Type) (Type, error) {
		if len(a.Axes) != 1 || a.Axes[0] < 0 || a.Axes[0] >= len(a.Shape) {
			return Type{}, fmt.Errorf("axis %v of %d axes", a.Axes, len(a.Shape))
		}
		if !a.DType.IsInt() && !a.DType.IsFloat() {
			return Type{}, fmt.Errorf("counts in integers or floats, not %s", a.DType)
		}
		return Type{a.DType, a.Shape}, nil
	},
	Eval: func(a *Attrs, _ []*Array, out *Array) error {
		st := stridesOf(out.Dims)
		for i := range out.Len() {
			n := int64(i / st[a.Axes[0]] % out.Dims[a.Axes[0]])
			if out.DType.IsFloat() {
				out.SetFloat(i, float64(n))
			} else {
				out.SetInt(i, n)
			}
		}
		return nil
	},
	NoGradient: "a leaf",
	Samples: func(*rand.Rand) []Sample {
		return []Sample{{Attrs: &Attrs{DType: Int64, Shape: Ns(4), Axes: []int{0}}}, {Attrs: &Attrs{DType: Float32, Shape: Ns(2, 3), Axes: []int{1}}}}
	},
})

// RandomBits draws uniform 32-bit words: element i of the result is word i mod 4 of Philox4x32-10 (Salmon et al.,
// "Parallel random numbers: as easy as 1, 2, 3", 2011) with key state[0] and counter state[1] + i/4.
var RandomBits *Primitive

var _ = define(&RandomBits, &Primitive{
	Name: "random_bits", Doc: "uniform 32-bit words drawn by Philox4x32-10 from a state (key, counter)", Arity: 1, Exact: true,
	Batch: batchDraws,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if in[0].DType != Uint64 || in[0].Rank() != 1 || !s.Same(in[0].Shape[0], N(2)) {
			return Type{}, fmt.Errorf("draws from a state u64[2], not %s", in[0])
		}
		return Type{Uint32, a.Shape}, nil
	},
	Eval: func(_ *Attrs, in []*Array, out *Array) error {
		key, counter := uint64(in[0].I[0]), uint64(in[0].I[1])
		for i := range out.I {
			w := Philox(key, counter+uint64(i/4))
			out.I[i] = int64(w[i%4])
		}
		return nil
	},
	NoGradient: "draws are constants",
	Samples: func(*rand.Rand) []Sample {
		st := NewArray(Uint64, 2)
		st.I[0], st.I[1] = 42, 7
		return []Sample{{Attrs: &Attrs{Shape: Ns(3, 5)}, In: []*Array{st}, NoFD: true}}
	},
})

// batchDraws draws from each of a batch of states: one after the other, so the size must be known.
func batchDraws(op *Primitive, a *Attrs, args []*Value, _ []bool, size Size) *Value {
	n, ok := size.Int()
	if !ok {
		Fail(op.Name, "a batch of states needs a size that is a number, not %s", size)
	}
	if n == 0 {
		return Zeros(args[0].Home, Type{Uint32, prepend(size, a.Shape)})
	}
	draws := make([]*Value, n)
	for i := range draws {
		state := args[0].SliceAxis(0, N(i), N(1), 1).Reshape(N(2))
		draws[i] = Apply(op, a, state).Unsqueeze(0)
	}
	return ConcatValues(0, draws...)
}

// Philox is the block of Philox4x32-10 with a 64-bit key and the low half of its counter; the high half is 0.
func Philox(key, counter uint64) [4]uint32 { return philox(key, counter, 0) }

// philox is the block of Philox4x32-10 with a 64-bit key and the two halves of its counter.
func philox(key, low, high uint64) [4]uint32 {
	c := [4]uint32{uint32(low), uint32(low >> 32), uint32(high), uint32(high >> 32)}
	k0, k1 := uint32(key), uint32(key>>32)
	for range 10 {
		h0, l0 := bits.Mul32(0xD2511F53, c[0])
		h1, l1 := bits.Mul32(0xCD9E8D57, c[2])
		c = [4]uint32{h1 ^ c[1] ^ k0, l1, h0 ^ c[3] ^ k1, l0}
		k0 += 0x9E3779B9
		k1 += 0xBB67AE85
	}
	return c
}

func stridesOf(dims []int) []int {
	st, n := make([]int, len(dims)), 1
	for i := len(dims) - 1; i >= 0; i-- {
		st[i] = n
		n *= max(dims[i], 1)
	}
	return st
}
