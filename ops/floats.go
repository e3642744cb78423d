package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// bitsOf is the bits of floats as signed integers, which order the positive ones as they are.
func bitsOf(x *graph.Value) *graph.Value {
	return x.Bitcast(map[int]graph.DType{2: graph.Int16, 4: graph.Int32, 8: graph.Int64}[x.DType.Bytes()])
}

// signBit is whether a number has a sign, −0 and NaN included.
func signBit(x *graph.Value) *graph.Value {
	switch {
	case x.DType.IsComplex():
		graph.Fail("signbit", "complex numbers have no sign: %s", x.Type)
	case x.DType.IsFloat():
		bits := bitsOf(x)
		return bits.Lt(bits.Like(0))
	case x.DType.IsSigned():
		return x.Lt(x.Like(0))
	}
	return x.Ne(x)
}

// copySign is the absolute value of x with the sign of y.
func copySign(x, y *graph.Value) *graph.Value {
	d := floatType(resultType(x, y))
	a := x.Cast(d).Abs()
	if y.DType.IsFloat() { // whose derivative is zero
		a = a.Add(y.Abs().Lt(y.Like(math.Inf(1))).Where(y, y.Like(0)).Mul(y.Like(0)).Cast(d))
	}
	return signBit(y).Where(a.Neg(), a)
}

// nextAfter is the number next to x on the way to y. Its derivative is that of x, where the two differ.
func nextAfter(x, y *graph.Value) *graph.Value {
	x, y, d := pairs(x, y)
	needFloat("nextafter", x)
	if d.IsComplex() {
		graph.Fail("nextafter", "takes real numbers, not %s and %s", x.Type, y.Type)
	}
	shape, ok := graph.BroadcastShapes(x.Home.Solver(), x.Shape, y.Shape)
	if !ok {
		graph.Fail("nextafter", "%s and %s do not broadcast", x.Type, y.Type)
	}
	x, y = x.Expand(shape...), y.Expand(shape...)
	endless := func(v *graph.Value) *graph.Value { return v.Abs().Eq(v.Like(math.Inf(1))) }
	own := x.Eq(y).Or(endless(x)).Where(x.Like(0), x.Sub(x.Stop())) // zero, or NaN where x is
	own = own.Add(endless(y).Where(y.Like(0), y).Mul(y.Like(0)))
	x, y = x.Stop(), y.Stop()
	zero, bits := x.Like(0), bitsOf(x)
	one := bits.Like(1)
	outwards := x.Lt(y).Eq(zero.Lt(x)) // the bits grow with the distance from zero
	next := outwards.Where(bits.Add(one), bits.Sub(one)).Bitcast(d)
	least := one.Bitcast(d)
	next = x.Eq(zero).Where(y.Lt(zero).Where(least.Neg(), least), next)
	return x.Ne(x).Or(y.Ne(y)).Where(x.Add(y), x.Eq(y).Where(y, next)).Add(own)
}

// powerOfTwo is 2 to the power of integers that a float32 or float64 of the dtype d has as an exponent.
func powerOfTwo(k *graph.Value, d graph.DType) *graph.Value {
	if d == graph.Float64 {
		k = k.Cast(graph.Int64)
		return k.Shift(1023).ShiftLeft(k.Like(52)).Bitcast(d)
	}
	return k.Shift(127).ShiftLeft(k.Like(23)).Bitcast(d)
}

// frexp parts x into a number whose absolute value is from ½ to below 1 and the power of two that it is multiplied by.
func frexp(x *graph.Value) (mantissa, exponent *graph.Value) {
	if !x.DType.IsFloat() {
		graph.Fail("frexp", "takes real floating numbers, not %s", x.Type)
	}
	d := x.DType
	x = x.Cast(wide(d))
	still := x.Stop()
	places, most, bias, lift := 23., 255., 126., 30.
	if x.DType == graph.Float64 {
		places, most, bias, lift = 52, 2047, 1022, 60
	}
	field := func(v *graph.Value) *graph.Value {
		bits := bitsOf(v)
		return bits.ShiftRight(bits.Like(places)).And(bits.Like(most)).Cast(graph.Int32)
	}
	e := field(still)
	zero := e.Like(0)
	tiny := e.Eq(zero)
	e = tiny.Where(field(still.Scale(powersOfTwo[lift])).Shift(-lift), e).Shift(-bias)
	plain := still.Eq(still.Like(0)).Or(still.Ne(still)).Or(field(still).Eq(zero.Like(most)))
	e = plain.Where(zero, e)
	half := e.ShiftRight(e.Like(1)) // in two steps, so that no factor overflows
	mantissa = x.Mul(powerOfTwo(half.Neg(), x.DType)).Mul(powerOfTwo(half.Sub(e), x.DType))
	return mantissa.Cast(d), e
}

var powersOfTwo = map[float64]float64{30: 1 << 30, 60: 1 << 60}

// hashTensor is all bits of elements, as float64 or int64, joined by exclusive or over dims.
func hashTensor(x *graph.Value, dims []int, keep bool, mode int) *graph.Value {
	const op = "hash_tensor"
	if mode != 0 || x.DType.IsComplex() {
		graph.Fail(op, "mode %d of %s: there is mode 0 alone, of real numbers", mode, x.Type)
	}
	axes := wrapDims(op, dims, x.Rank())
	bits := x
	if x.DType.IsFloat() {
		bits = x.Cast(graph.Float64).Bitcast(graph.Int64)
	}
	bits = bits.Cast(graph.Int64).Cast(graph.Uint64)
	for _, a := range axes {
		n, ok := bits.Shape[a].Int()
		switch {
		case !ok:
			graph.Fail(op, "dimension %d of %s must be known", a, x.Type)
		case n == 0 && len(dims) == 0:
			graph.Fail(op, "%s has no elements: say which dimensions", x.Type)
		case n == 0:
			shape := append([]graph.Size(nil), bits.Shape...)
			shape[a] = graph.N(1)
			bits = graph.Zeros(x.Home, graph.Type{DType: graph.Uint64, Shape: shape})
			continue
		}
		for ; n > 1; n = (n + 1) / 2 {
			low, high := bits.SliceAxis(a, graph.N(0), graph.N((n+1)/2), 1), bits.SliceAxis(a, graph.N((n+1)/2), graph.N(n/2), 1)
			if n%2 == 1 {
				shape := append([]graph.Size(nil), high.Shape...)
				shape[a] = graph.N(1)
				high = graph.ConcatValues(a, high, graph.Zeros(x.Home, graph.Type{DType: graph.Uint64, Shape: shape}))
			}
			bits = low.Xor(high)
		}
	}
	if keep {
		return bits
	}
	return dropAxes(bits, axes)
}

func floatPairSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 4), f32(r, 4)), call(bf16(r, 5), bf16(r, 5)), call(f32(r), f32(r))}
}

// The parts of floating numbers.
var (
	SignBit  = define(Op{Schema: "signbit(Tensor self) -> Tensor", Method: "SignBit", Doc: "Whether each element has a sign, as −0 does, too.", Out: true, Samples: anySamples}, signBit)
	CopySign = define(Op{
		Schema: "copysign.Tensor(Tensor self, Tensor other) -> Tensor", Method: "CopySign", Doc: "The absolute values of self with the signs of other.", InPlace: true, Out: true,
		Samples: func(r *rand.Rand) []Sample {
			return append(floatPairSamples(r), call(below(r, 9, 4), f32(r, 4)), call(f32(r, 4), graph.Uniform(r, graph.Int64, -4, 4, 4)))
		},
	}, copySign)
	CopySignScalar = define(Op{
		Schema: "copysign.Scalar(Tensor self, Scalar other) -> Tensor", Method: "CopySignScalar", Doc: "The absolute values of self with the sign of a number.", InPlace: true, Samples: numberSamples,
	}, func(x *graph.Value, s graph.Scalar) *graph.Value {
		return copySign(x, numberLike(x, scalarDType(s), s))
	})
	NextAfter = define(Op{
		Schema: "nextafter(Tensor self, Tensor other) -> Tensor", Method: "NextAfter", Doc: "The number next to each element of self on the way to that of other.", InPlace: true, Out: true, Samples: floatPairSamples,
	}, nextAfter)
	Frexp = define(Op{
		Schema: "frexp.Tensor(Tensor self) -> (Tensor mantissa, Tensor exponent)", Method: "Frexp", Doc: "Numbers of absolute values from ½ to below 1, and the powers of two that make the elements of them.", Samples: floatSamples(-9, 9),
	}, frexp)
	HashTensor = define(Op{
		Schema: "hash_tensor(Tensor self, int[1] dim=[], *, bool keepdim=False, int mode=0) -> Tensor", Doc: "The bits of the elements as float64 or int64 joined by exclusive or over some dimensions, or all.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5)).concrete(), call(f32(r, 3, 5), []int{-1}).kw("keepdim", true).concrete(), call(below(r, 99, 7)).concrete()}
		},
	}, hashTensor)
)
