package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

func shiftSamples(r *rand.Rand) []Sample {
	return []Sample{call(below(r, 99, 3, 4), below(r, 9, 4)), call(below(r, 99, 5), graph.Uniform(r, graph.Int32, -2, 70, 5)), call(graph.Uniform(r, graph.Int8, -90, 90, 9), graph.Uniform(r, graph.Int8, 0, 9, 9))}
}

func shifts(name, doc string, f binaryBody) (t Operator[binaryBody], number Operator[scalarBody]) {
	return define(Op{
			Schema: name + ".Tensor(Tensor self, Tensor other) -> Tensor", Doc: doc, InPlace: true, Out: true, Samples: shiftSamples,
		}, promoting(f)), define(Op{
			Schema: name + ".Tensor_Scalar(Tensor self, Scalar other) -> Tensor", Method: GoWord(name) + "Scalar", Doc: doc, InPlace: true,
			Samples: func(r *rand.Rand) []Sample {
				return []Sample{call(below(r, 99, 3, 4), 3), call(graph.Uniform(r, graph.Int8, -90, 90, 9), 7)}
			},
		}, promotingNumber(f))
}

// Shifts. By less than 0, or by all bits and more, nothing is left but the sign of a shift to the right.
var (
	BitwiseLeftShift, BitwiseLeftShiftScalar   = shifts("bitwise_left_shift", "The bits of self moved up by so many places as other says.", (*graph.Value).ShiftLeft)
	BitwiseRightShift, BitwiseRightShiftScalar = shifts("bitwise_right_shift", "The bits of self moved down by so many places as other says, filled with the sign.", (*graph.Value).ShiftRight)
)

// Bitcast reads the bits of numbers as other numbers.
var Bitcast = define(Op{
	Schema: "view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)", Method: "Bitcast", Doc: "The bits of the elements read as another dtype of the same size, as a tensor of its own.",
	Samples: func(r *rand.Rand) []Sample {
		return []Sample{call(f32(r, 3, 4), graph.Int32), call(below(r, 9, 5), graph.Float64), call(bf16(r, 5), graph.Uint16), call(bools(r, 3), graph.Uint8)}
	},
}, func(x *graph.Value, d graph.DType) *graph.Value {
	if d.Bytes() != x.DType.Bytes() {
		graph.Fail("view", "%s is not of the size of %s: the elements of both must have as many bytes", d, x.Type)
	}
	return x.Bitcast(d)
})
