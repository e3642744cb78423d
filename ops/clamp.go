package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// atLeast is x, or bound where x is below it; equal elements keep the derivative of x. A bound that is NaN gives NaN.
func atLeast(x, bound *graph.Value) *graph.Value {
	return x.Lt(bound).Or(bound.Ne(bound)).Where(bound, x)
}

// atMost is x, or bound where x is above it.
func atMost(x, bound *graph.Value) *graph.Value {
	return bound.Lt(x).Or(bound.Ne(bound)).Where(bound, x)
}

func clampNumbers(x *graph.Value, lo, hi graph.Scalar) *graph.Value {
	if lo.Kind() == graph.NoScalar && hi.Kind() == graph.NoScalar {
		graph.Fail("clamp", "needs min, max or both")
	}
	if x.DType == graph.Bool {
		graph.Fail("clamp", "does not take bool")
	}
	d := ResultType{}.Value(x).Scalar(lo).Scalar(hi).DType()
	x = x.Cast(d)
	for _, b := range []struct {
		to   graph.Scalar
		hold binaryBody
	}{{lo, atLeast}, {hi, atMost}} {
		if b.to.Kind() != graph.NoScalar {
			x = b.hold(x, numberLike(x, d, b.to))
		}
	}
	return x
}

func clampTensors(x, lo, hi *graph.Value) *graph.Value {
	if lo == nil && hi == nil {
		graph.Fail("clamp", "needs min, max or both")
	}
	var t ResultType
	for _, v := range []*graph.Value{x, lo, hi} {
		if v != nil {
			t = t.Value(v)
		}
	}
	d := t.DType()
	if d.IsComplex() {
		graph.Fail("clamp", "complex numbers have no order: %s", x.Type)
	}
	x = x.Cast(d)
	atLeast, atMost := atLeast, atMost
	if d == graph.Bool {
		atLeast, atMost = (*graph.Value).Or, (*graph.Value).And
	}
	if lo != nil {
		x = atLeast(x, lo.Cast(d))
	}
	if hi != nil {
		x = atMost(x, hi.Cast(d))
	}
	return x
}

func clampSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 3, 4), -1, 1), call(f32(r, 3, 4), nil, 0.5), call(f32(r, 3), 0), call(bf16(r, 5), -1.5, 1.5),
		call(below(r, 9, 5), 2, 4), call(below(r, 9, 5), 2.5),
	}
}

// Values held between bounds, and the larger and smaller of two.
var (
	Clamp = define(Op{
		Schema: "clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", Doc: "Each element, held between min and max.",
		InPlace: true, Out: true, Samples: clampSamples,
	}, clampNumbers)
	ClampTensor = define(Op{
		Schema: "clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", Method: "ClampTensor", Doc: "Each element, held between those of min and max.",
		InPlace: true, Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 4), f32(r, 3, 4)), call(f32(r, 3), nil, f32(r, 3)), call(below(r, 9, 3), below(r, 9, 3))}
		},
	}, clampTensors)
	ClampMin = define(Op{
		Schema: "clamp_min(Tensor self, Scalar min) -> Tensor", Doc: "Each element, or min where it is below.",
		InPlace: true, Out: true, Samples: numberSamples,
	}, func(x *graph.Value, lo graph.Scalar) *graph.Value { return clampNumbers(x, lo, graph.Scalar{}) })
	ClampMinTensor = define(Op{
		Schema: "clamp_min.Tensor(Tensor self, Tensor min) -> Tensor", Method: "ClampMinTensor", Doc: "Each element, or that of min where it is below.",
		InPlace: true, Samples: pairSamples,
	}, func(x, lo *graph.Value) *graph.Value { return clampTensors(x, lo, nil) })
	ClampMax = define(Op{
		Schema: "clamp_max(Tensor self, Scalar max) -> Tensor", Doc: "Each element, or max where it is above.",
		InPlace: true, Out: true, Samples: numberSamples,
	}, func(x *graph.Value, hi graph.Scalar) *graph.Value { return clampNumbers(x, graph.Scalar{}, hi) })
	ClampMaxTensor = define(Op{
		Schema: "clamp_max.Tensor(Tensor self, Tensor max) -> Tensor", Method: "ClampMaxTensor", Doc: "Each element, or that of max where it is above.",
		InPlace: true, Samples: pairSamples,
	}, func(x, hi *graph.Value) *graph.Value { return clampTensors(x, nil, hi) })
	Maximum = define(Op{
		Schema: "maximum(Tensor self, Tensor other) -> Tensor", Doc: "The larger of each two elements; NaN if either is.", Out: true, Samples: pairSamples,
	}, promoting((*graph.Value).Max))
	Minimum = define(Op{
		Schema: "minimum(Tensor self, Tensor other) -> Tensor", Doc: "The smaller of each two elements; NaN if either is.", Out: true, Samples: pairSamples,
	}, promoting((*graph.Value).Min))
	MaxOther = define(Op{
		Schema: "max.other(Tensor self, Tensor other) -> Tensor", Method: "-", Doc: "The larger of each two elements; NaN if either is.", Samples: pairSamples,
	}, promoting((*graph.Value).Max))
	MinOther = define(Op{
		Schema: "min.other(Tensor self, Tensor other) -> Tensor", Method: "-", Doc: "The smaller of each two elements; NaN if either is.", Samples: pairSamples,
	}, promoting((*graph.Value).Min))
	Fmax = define(Op{
		Schema: "fmax(Tensor self, Tensor other) -> Tensor", Doc: "The larger of each two elements; NaN only if both are.", Out: true, Samples: pairSamples,
	}, promoting(func(x, y *graph.Value) *graph.Value {
		return x.Ge(y).Or(y.Ne(y)).Where(x, y)
	}))
	Fmin = define(Op{
		Schema: "fmin(Tensor self, Tensor other) -> Tensor", Doc: "The smaller of each two elements; NaN only if both are.", Out: true, Samples: pairSamples,
	}, promoting(func(x, y *graph.Value) *graph.Value {
		return x.Le(y).Or(y.Ne(y)).Where(x, y)
	}))
)
