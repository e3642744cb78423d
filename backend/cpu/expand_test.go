package cpu

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/randgraph"
)

// expanding is a device whose evaluator works on the operations of formulas.
func expanding(threads int) *Device {
	d := New(Options{Threads: threads})
	d.expand = true
	return d
}

// edgeBits are operands where formulas have edges, and some around them.
func edgeBits(d graph.DType) []float64 {
	out := []float64{0, 1, 2, 0.5, 0.8, 0.9, 3, 4, 6, 20, 40, 88.7, 89, 104, 709.7, 710, 746, 0x1p15, 0x1p20, 0x1p30, 0x1p60, 1e10, 0x1p-100,
		0x1p-126, 0x1p-149, 0x1p-1022, 5e-324, math.MaxFloat32, math.MaxFloat64, math.Inf(1), math.Pi / 2, math.Pi, 22, 1e300}
	for _, x := range out[:len(out):len(out)] {
		out = append(out, math.Nextafter(x, 0), math.Nextafter(x, math.Inf(1)),
			float64(math.Nextafter32(float32(x), 0)), float64(math.Nextafter32(float32(x), float32(math.Inf(1)))))
	}
	for _, x := range out[:len(out):len(out)] {
		out = append(out, -x)
	}
	out = append(out, math.NaN())
	for i, x := range out {
		out[i] = graph.RoundFloat(d, x)
	}
	return out
}

// TestExpansion compares the loops of formulas with what the evaluator makes of their operations, bit for bit.
func TestExpansion(t *testing.T) {
	one, written := New(Options{Threads: 1}), expanding(1)
	defer one.Close()
	defer written.Close()
	r := rand.New(rand.NewPCG(3, 4))
	for _, p := range formulaPrims() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64, graph.Float16, graph.BFloat16} {
			xs, ys := edgeBits(d), edgeBits(d)
			var in [2]*graph.Array
			n := len(xs)*len(ys) + 50000
			for k := range in {
				in[k] = graph.NewArray(d, n)
			}
			for i := range n {
				x, y := math.Float64frombits(r.Uint64()), math.Float64frombits(r.Uint64())
				switch {
				case i < len(xs)*len(ys):
					x, y = xs[i/len(ys)], ys[i%len(ys)]
				case i%4 == 0:
					x, y = float64(math.Float32frombits(r.Uint32())), float64(math.Float32frombits(r.Uint32()))
				case i%4 == 1:
					x, y = r.NormFloat64()*10, r.NormFloat64()*10
				case i%4 == 2:
					x, y = draw64(p, r, i/4)
				}
				in[0].SetFloat(i, x)
				in[1].SetFloat(i, y)
			}
			f := singleOp(p, nil, in[:operands(p)])
			if m := mismatch(t, f, in[:operands(p)], one, written, true, true); m != "" {
				t.Errorf("%s of %s: %s", p, d, m)
			}
		}
	}
}

// TestExpansionInGraphs runs random graphs with formulas written out.
func TestExpansionInGraphs(t *testing.T) {
	one, written := New(Options{Threads: 1}), expanding(3)
	defer one.Close()
	defer written.Close()
	n := 300
	if testing.Short() {
		n = 60
	}
	for seed := range n {
		f, in := randgraph.New(uint64(seed), randgraph.Options{Values: 10 + seed%30})
		if m := mismatch(t, f, in, one, written, true, true); m != "" {
			t.Fatalf("seed %d: %s\n%s", seed, m, f)
		}
	}
}

// TestExpansionText holds that what is written out verifies and can be printed.
func TestExpansionText(t *testing.T) {
	for _, p := range formulaPrims() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64, graph.BFloat16} {
			l := written(p, d)
			if err := l.verify(); err != nil {
				t.Errorf("%s of %s: %v", p, d, err)
			}
			for i := range l.instrs {
				if in := &l.instrs[i]; in.elementary() || in.text(i) == "" {
					t.Errorf("%s of %s: instruction %d is %q", p, d, i, in.text(i))
				}
			}
		}
	}
}

// TestElementaryEdges holds what C's functions say of zeros, infinities and NaN.
func TestElementaryEdges(t *testing.T) {
	inf, nan, neg0, pi := math.Inf(1), math.NaN(), math.Copysign(0, -1), math.Pi
	unary := map[*graph.Primitive][][2]float64{
		graph.Rsqrt: {{0, inf}, {neg0, -inf}, {inf, 0}, {-1, nan}, {-inf, nan}, {nan, nan}, {4, 0.5}},
		graph.Exp:   {{0, 1}, {neg0, 1}, {inf, inf}, {-inf, 0}, {nan, nan}, {1e30, inf}, {-1e30, 0}},
		graph.Expm1: {{0, 0}, {neg0, neg0}, {inf, inf}, {-inf, -1}, {nan, nan}, {1e30, inf}, {-1e30, -1}, {1e-40, 1e-40}, {-1e-40, -1e-40}},
		graph.Log:   {{0, -inf}, {neg0, -inf}, {1, 0}, {inf, inf}, {-1, nan}, {-inf, nan}, {nan, nan}, {-1e-40, nan}},
		graph.Log1p: {{0, 0}, {neg0, neg0}, {-1, -inf}, {inf, inf}, {-2, nan}, {-inf, nan}, {nan, nan}, {1e-40, 1e-40}, {-1e-40, -1e-40}},
		graph.Sin:   {{0, 0}, {neg0, neg0}, {inf, nan}, {-inf, nan}, {nan, nan}, {1e-40, 1e-40}},
		graph.Cos:   {{0, 1}, {neg0, 1}, {inf, nan}, {-inf, nan}, {nan, nan}, {1e-40, 1}},
		graph.Tanh:  {{0, 0}, {neg0, neg0}, {inf, 1}, {-inf, -1}, {nan, nan}, {1e30, 1}, {1e-40, 1e-40}, {-1e-40, -1e-40}},
		graph.Erf:   {{0, 0}, {neg0, neg0}, {inf, 1}, {-inf, -1}, {nan, nan}, {1e30, 1}, {-1e30, -1}},

		graph.Exp2:    {{0, 1}, {neg0, 1}, {3, 8}, {-2, 0.25}, {inf, inf}, {-inf, 0}, {nan, nan}, {1e30, inf}, {-1e30, 0}},
		graph.Log2:    {{0, -inf}, {neg0, -inf}, {1, 0}, {8, 3}, {0.25, -2}, {inf, inf}, {-1, nan}, {-inf, nan}, {nan, nan}, {-1e-40, nan}},
		graph.Log10:   {{0, -inf}, {neg0, -inf}, {1, 0}, {1000, 3}, {inf, inf}, {-1, nan}, {-inf, nan}, {nan, nan}, {-1e-40, nan}},
		graph.Tan:     {{0, 0}, {neg0, neg0}, {inf, nan}, {-inf, nan}, {nan, nan}, {1e-40, 1e-40}},
		graph.Asin:    {{0, 0}, {neg0, neg0}, {1, pi / 2}, {-1, -pi / 2}, {0.5, pi / 6}, {1.5, nan}, {-2, nan}, {inf, nan}, {-inf, nan}, {nan, nan}, {1e-40, 1e-40}},
		graph.Acos:    {{0, pi / 2}, {neg0, pi / 2}, {1, 0}, {-1, pi}, {0.5, pi / 3}, {1.5, nan}, {-2, nan}, {inf, nan}, {-inf, nan}, {nan, nan}},
		graph.Atan:    {{0, 0}, {neg0, neg0}, {1, pi / 4}, {-1, -pi / 4}, {inf, pi / 2}, {-inf, -pi / 2}, {nan, nan}, {1e30, pi / 2}, {1e-40, 1e-40}},
		graph.Sinh:    {{0, 0}, {neg0, neg0}, {inf, inf}, {-inf, -inf}, {nan, nan}, {1e30, inf}, {-1e30, -inf}, {1e-40, 1e-40}},
		graph.Cosh:    {{0, 1}, {neg0, 1}, {inf, inf}, {-inf, inf}, {nan, nan}, {1e30, inf}, {-1e30, inf}, {1e-40, 1}},
		graph.Asinh:   {{0, 0}, {neg0, neg0}, {inf, inf}, {-inf, -inf}, {nan, nan}, {1e-40, 1e-40}, {0x1p100, 101 * math.Ln2}, {-0x1p100, -101 * math.Ln2}},
		graph.Acosh:   {{1, 0}, {0.5, nan}, {0, nan}, {-2, nan}, {inf, inf}, {-inf, nan}, {nan, nan}, {-1e30, nan}, {0x1p100, 101 * math.Ln2}},
		graph.Atanh:   {{0, 0}, {neg0, neg0}, {1, inf}, {-1, -inf}, {1.5, nan}, {-2, nan}, {inf, nan}, {-inf, nan}, {nan, nan}, {1e-40, 1e-40}},
		graph.Erfc:    {{0, 1}, {neg0, 1}, {inf, 0}, {-inf, 2}, {nan, nan}, {1e30, 0}, {-1e30, 2}},
		graph.Ndtr:    {{0, 0.5}, {neg0, 0.5}, {inf, 1}, {nan, nan}, {1e30, 1}},
		graph.Sigmoid: {{0, 0.5}, {neg0, 0.5}, {inf, 1}, {-inf, 0}, {nan, nan}, {1e30, 1}, {-1e30, 0}},
	}
	binary := map[*graph.Primitive][][3]float64{
		graph.Pow: {{nan, 0, 1}, {nan, neg0, 1}, {1, nan, 1}, {1, inf, 1}, {-1, inf, 1}, {-1, -inf, 1}, {nan, 1, nan}, {2, nan, nan},
			{0, 3, 0}, {neg0, 3, neg0}, {0, 2, 0}, {neg0, 2, 0}, {neg0, 0.5, 0}, {0, -3, inf}, {neg0, -3, -inf}, {neg0, -2, inf}, {neg0, -0.5, inf},
			{0, inf, 0}, {0, -inf, inf}, {neg0, -inf, inf}, {0.5, inf, 0}, {0.5, -inf, inf}, {2, inf, inf}, {2, -inf, 0}, {-2, inf, inf}, {-0.5, inf, 0},
			{inf, 2, inf}, {inf, -2, 0}, {-inf, 3, -inf}, {-inf, 2, inf}, {-inf, 0.5, inf}, {-inf, -3, neg0}, {-inf, -2, 0}, {-inf, -0.5, 0}, {inf, inf, inf},
			{inf, -inf, 0}, {-inf, inf, inf}, {-8, 1.0 / 3, nan}, {-2, 3, -8}, {-2, 2, 4}, {-2, -1, -0.5}, {-2, 0x1p60, inf}, {0, nan, nan}, {inf, nan, nan}, {3, 1, 3}},
		graph.Atan2: {{0, 1, 0}, {neg0, 1, neg0}, {0, 0, 0}, {neg0, 0, neg0}, {0, neg0, pi}, {neg0, neg0, -pi}, {0, -1, pi}, {neg0, -1, -pi}, {1, 0, pi / 2},
			{-1, 0, -pi / 2}, {1, neg0, pi / 2}, {inf, inf, pi / 4}, {inf, -inf, 3 * pi / 4}, {-inf, -inf, -3 * pi / 4}, {inf, 5, pi / 2}, {-inf, 5, -pi / 2},
			{5, inf, 0}, {-5, inf, neg0}, {5, -inf, pi}, {-5, -inf, -pi}, {1e38, inf, 0}, {nan, 1, nan}, {1, nan, nan}, {nan, inf, nan}, {nan, nan, nan}},
	}
	alike := func(got, want, unit float64) bool {
		if want != math.Trunc(want) && want == want { // not one of those that are exact
			return math.Abs(got-want) <= unit*math.Abs(want)
		}
		return got != got && want != want || math.Float64bits(got) == math.Float64bits(want)
	}
	check := func(p *graph.Primitive, x, y, want float64) {
		if got := callFused(p, []float64{x}, []float64{y})[0]; !alike(got, want, 0x1p-52) {
			t.Errorf("%s of float64 %v, %v is %v, want %v", p, x, y, got, want)
		}
		if got := callFused(p, []float32{float32(x)}, []float32{float32(y)})[0]; !alike(float64(got), float64(float32(want)), 0x1p-23) {
			t.Errorf("%s of float32 %v, %v is %v, want %v", p, x, y, got, want)
		}
	}
	for _, p := range formulaPrims() {
		for _, c := range unary[p] {
			check(p, c[0], 0, c[1])
		}
		for _, c := range binary[p] {
			check(p, c[0], c[1], c[2])
		}
		if len(unary[p])+len(binary[p]) == 0 {
			t.Errorf("no edges of %s", p)
		}
	}
}

// TestFMA32 compares with exact sums, many of them near the middle between two numbers.
func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	draw := func() float32 {
		switch r.IntN(4) {
		case 0:
			return math.Float32frombits(r.Uint32())
		case 1: // few bits, of any size
			return float32(math.Ldexp(float64(r.IntN(64)-32), r.IntN(270)-148))
		case 2:
			return float32(math.Ldexp(float64(1<<24-1-r.IntN(4)), r.IntN(60)-150))
		}
		return float32(r.NormFloat64())
	}
	middles := 0
	for range 2_000_000 {
		x, y, z := draw(), draw(), draw()
		p, c := float64(x)*float64(y), float64(z)
		got := fma32(x, y, z)
		if s := p + c; math.IsInf(s, 0) || s != s || s == 0 {
			if math.Float32bits(got) != math.Float32bits(float32(s)) && s == s {
				t.Fatalf("%v·%v + %v is %v, want %v", x, y, z, got, s)
			}
			continue
		} else if middle(s) {
			middles++
		}
		exact := new(big.Float).SetPrec(1000).Add(new(big.Float).SetPrec(1000).SetFloat64(p), new(big.Float).SetFloat64(c))
		if want, _ := exact.Float32(); got != want {
			t.Fatalf("%v·%v + %v is %v, want %v", x, y, z, got, want)
		}
	}
	if middles < 1000 {
		t.Errorf("only %d sums were near a middle", middles)
	}
}

// TestHalfPrecision holds that results in half precision are float32's, rounded.
func TestHalfPrecision(t *testing.T) {
	d := New(Options{Threads: 1})
	defer d.Close()
	for _, typ := range []graph.DType{graph.Float16, graph.BFloat16} {
		x := graph.NewArray(typ, 4000)
		for i := range x.F {
			x.SetFloat(i, float64(i)/500)
		}
		out, _ := evaluateOn(t, d, singleOp(graph.Tanh, nil, []*graph.Array{x}), backend.Options{}, []*graph.Array{x})
		for i, got := range out[0].F {
			f := float32(x.F[i])
			if want := graph.RoundFloat(typ, float64(callFused(graph.Tanh, []float32{f}, []float32{0})[0])); got != want {
				t.Fatalf("tanh %v of %s is %v, want %v", f, typ, got, want)
			}
		}
	}
}
