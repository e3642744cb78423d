package cpu

import (
	"math"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// elementary are the functions that are computed in float64 and rounded once. Those of float32 that matter most have
// loops of their own in elementary32, in float64 arithmetic as well: their error stays below 0.6 units of the last
// place. Products are rounded before they are added (Go may contract x*y+z): the bits are the same everywhere.
var elementary = map[*graph.Primitive]func(float64) float64{
	graph.Rsqrt: func(x float64) float64 { return 1 / math.Sqrt(x) },
	graph.Exp:   math.Exp,
	graph.Expm1: math.Expm1,
	graph.Log:   math.Log,
	graph.Log1p: math.Log1p,
	graph.Sin:   math.Sin,
	graph.Cos:   math.Cos,
	graph.Tanh:  math.Tanh,
	graph.Erf:   math.Erf,
}

var elementary32 = map[*graph.Primitive]opFunc{
	graph.Exp:   exp32,
	graph.Log:   log32,
	graph.Tanh:  tanh32,
	graph.Rsqrt: rsqrt32,
}

const (
	shifter = 0x1.8p52 // adding it rounds to an integer, which then stands in the lowest bits
	ln2     = math.Ln2
)

// expFraction is (eʳ − 1)/r for |r| ≤ ln2/2, to 2⁻³⁰, its terms added as a tree, so that they need not wait for each
// other.
func expFraction(r float64) float64 {
	r2 := r * r
	lo := 1 + float64(r*0.5) + float64(r2*(1.0/6+float64(r*(1.0/24))))
	hi := 1.0/120 + float64(r*(1.0/720)) + float64(r2*(1.0/5040+float64(r*(1.0/40320))))
	return lo + float64(float64(r2*r2)*hi)
}

func exp32(d, x, _, _ unsafe.Pointer, n int) {
	out, in := vec[float32](d, n), vec[float32](x, n)
	for i, f := range in {
		v := float64(f)
		switch {
		case v > 89:
			out[i] = float32(math.Inf(1))
			continue
		case v < -105:
			out[i] = 0
			continue
		case v != v:
			out[i] = f
			continue
		}
		t := float64(v*math.Log2E) + shifter
		r := v - float64((t-shifter)*ln2)
		scale := math.Float64frombits((math.Float64bits(t) + 1023) << 52)
		out[i] = float32(scale * (float64(r*expFraction(r)) + 1))
	}
}

// tanh32 is (e²ˣ − 1)/(e²ˣ + 1), of |x|.
func tanh32(d, x, _, _ unsafe.Pointer, n int) {
	out, in := vec[float32](d, n), vec[float32](x, n)
	for i, f := range in {
		v := 2 * math.Abs(float64(f))
		switch {
		case v > 20:
			out[i] = float32(math.Copysign(1, float64(f)))
			continue
		case v != v:
			out[i] = f
			continue
		}
		t := float64(v*math.Log2E) + shifter
		r := v - float64((t-shifter)*ln2)
		scale := math.Float64frombits((math.Float64bits(t) + 1023) << 52)
		m := float64(scale*float64(r*expFraction(r))) + (scale - 1) // e²ˣ − 1
		out[i] = float32(math.Copysign(m/(m+2), float64(f)))
	}
}

// log32 is e·ln2 + 2·artanh(s) with x = 2ᵉ·m, s = (m−1)/(m+1) and m about 1.
func log32(d, x, _, _ unsafe.Pointer, n int) {
	out, in := vec[float32](d, n), vec[float32](x, n)
	for i, f := range in {
		if !(f > 0) || f > math.MaxFloat32 {
			out[i] = float32(math.Log(float64(f)))
			continue
		}
		b := math.Float64bits(float64(f))
		b += 0x3ff0000000000000 - 0x3fe6a09e667f3bcd // from √½ on
		e := int64(b>>52) - 1023
		m := math.Float64frombits(b&(1<<52-1) + 0x3fe6a09e667f3bcd)
		s := (m - 1) / (m + 1)
		z := s * s
		z2 := z * z
		q := 1 + float64(z*(1.0/3)) + float64(z2*(1.0/5+float64(z*(1.0/7)))) +
			float64(float64(z2*z2)*(1.0/9+float64(z*(1.0/11))+float64(z2*(1.0/13))))
		out[i] = float32(float64(2*s*q) + float64(float64(e)*ln2))
	}
}

func rsqrt32(d, x, _, _ unsafe.Pointer, n int) {
	out, in := vec[float32](d, n), vec[float32](x, n)
	for i, f := range in {
		out[i] = float32(1 / math.Sqrt(float64(f)))
	}
}
