package graph

import (
	"fmt"
	"math/rand/v2"
)

// Bitcast reads the bits of each element as one of DType, which has as many. Nothing but bool becomes bool, for which
// only two patterns stand for something.
var Bitcast *Primitive

var _ = define(&Bitcast, &Primitive{
	Name: "bitcast", Doc: "the bits of x as those of `dtype`, which has as many", Arity: 1, Exact: true,
	NoGradient: "it reads bits, not numbers", Batch: batchElementwise,
	Type: func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		d := in[0].DType
		if a.DType == NoDType || a.DType.Bytes() != d.Bytes() || a.DType == Bool && d != Bool {
			return Type{}, fmt.Errorf("does not read the bits of %s as %s", d, a.DType)
		}
		return Type{a.DType, in[0].Shape}, nil
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		x, err := FromBytes(a.DType, in[0].Dims, in[0].Bytes())
		if err != nil {
			return err
		}
		for i := range out.Len() {
			copyElement(out, i, x, i)
		}
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, c := range [][2]DType{{Float32, Int32}, {Int32, Float32}, {Float64, Uint64}, {Int64, Float64}, {Float16, Int16}, {BFloat16, Uint16}, {Uint8, Int8}, {Bool, Uint8}, {Float32, Float32}, {Complex64, Int64}, {Int64, Complex64}} {
			out = append(out, Sample{Attrs: &Attrs{DType: c[1]}, In: []*Array{Uniform(r, c[0], -9, 9, 3, 4)}, NoFD: true})
		}
		return out
	},
})

func integral(d DType) bool { return d.IsInt() }

// shiftSamples have amounts beyond both ends of what a word holds.
func shiftSamples(r *rand.Rand) []Sample {
	var out []Sample
	for _, d := range []DType{Int64, Int32, Int8, Uint8, Uint32, Uint64} {
		for _, dims := range [][]int{{}, {40}} {
			out = append(out, Sample{In: []*Array{Uniform(r, d, -100, 100, dims...), Uniform(r, d, -3, 70, dims...)}, NoFD: true})
		}
	}
	return out
}

// tooFar reports whether an amount shifts out all bits of an element of d: negative amounts do as well.
func tooFar(d DType, by int64) bool { return uint64(by) >= uint64(8*d.Bytes()) }

// ShiftLeft is x·2ʸ, the bits that fall out lost; by less than 0, or by all bits and more, it is 0.
var ShiftLeft *Primitive

var _ = define(&ShiftLeft, &Primitive{
	Name: "shift_left", Doc: "the bits of x moved y places up; 0 where y is negative or all bits fall out", Kind: Binary, Exact: true,
	Type: elementwise(integral), NoGradient: "takes no floats",
	Eval: evalBinary(nil, func(d DType, x, y int64) (int64, error) {
		if tooFar(d, y) {
			return 0, nil
		}
		return x << y, nil
	}),
	Samples: shiftSamples,
})

// ShiftRight is ⌊x / 2ʸ⌋: signed numbers keep their sign. By less than 0, or by all bits and more, only the sign is
// left: 0 or −1.
var ShiftRight *Primitive

var _ = define(&ShiftRight, &Primitive{
	Name: "shift_right", Doc: "the bits of x moved y places down, filled with the sign; the sign alone where y is negative or all bits fall out", Kind: Binary, Exact: true,
	Type: elementwise(integral), NoGradient: "takes no floats",
	Eval: evalBinary(nil, func(d DType, x, y int64) (int64, error) {
		switch {
		case d.IsUnsigned() && tooFar(d, y):
			return 0, nil
		case d.IsUnsigned():
			return int64(uint64(x) >> y), nil
		case tooFar(d, y):
			return x >> 63, nil
		}
		return x >> y, nil
	}),
	Samples: shiftSamples,
})
