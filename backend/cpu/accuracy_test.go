package cpu

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

var (
	every = flag.Uint64("every", 1009, "measure functions of float32 at every so-manyth bit pattern; 1 is all of them")
	draws = flag.Int("draws", 10000, "measure functions of float64 at so many arguments")
	table = flag.Bool("table", false, "print the table of docs/accuracy.md")
)

// inFloat64 are the functions in float64, which is exact enough to judge float32 by.
var inFloat64 = map[*graph.Primitive]func(x, y float64) float64{
	graph.Rsqrt: func(x, _ float64) float64 { return 1 / math.Sqrt(x) },
	graph.Exp:   func(x, _ float64) float64 { return math.Exp(x) },
	graph.Expm1: func(x, _ float64) float64 { return math.Expm1(x) },
	graph.Log:   func(x, _ float64) float64 { return math.Log(x) },
	graph.Log1p: func(x, _ float64) float64 { return math.Log1p(x) },
	graph.Sin:   func(x, _ float64) float64 { return math.Sin(x) },
	graph.Cos:   func(x, _ float64) float64 { return math.Cos(x) },
	graph.Tanh:  func(x, _ float64) float64 { return math.Tanh(x) },
	graph.Erf:   func(x, _ float64) float64 { return math.Erf(x) },
	graph.Pow:   math.Pow,
	graph.Atan2: math.Atan2,

	graph.Exp2:    func(x, _ float64) float64 { return math.Exp2(x) },
	graph.Log2:    func(x, _ float64) float64 { return log2(x) },
	graph.Log10:   func(x, _ float64) float64 { return math.Log(x) / math.Ln10 },
	graph.Tan:     func(x, _ float64) float64 { return math.Tan(x) },
	graph.Asin:    func(x, _ float64) float64 { return math.Asin(x) },
	graph.Acos:    func(x, _ float64) float64 { return math.Acos(x) },
	graph.Atan:    func(x, _ float64) float64 { return math.Atan(x) },
	graph.Sinh:    func(x, _ float64) float64 { return math.Sinh(x) },
	graph.Cosh:    func(x, _ float64) float64 { return math.Cosh(x) },
	graph.Asinh:   func(x, _ float64) float64 { return math.Asinh(x) },
	graph.Acosh:   func(x, _ float64) float64 { return math.Acosh(x) },
	graph.Atanh:   func(x, _ float64) float64 { return math.Atanh(x) },
	graph.Erfc:    func(x, _ float64) float64 { return math.Erfc(x) },
	graph.Ndtr:    func(x, _ float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) },
	graph.Sigmoid: func(x, _ float64) float64 { return logistic(x) },
}

// log2 is exact near 1, where that of package math is not.
func log2(x float64) float64 {
	if math.Abs(x-1) < 0.25 {
		return math.Log1p(x-1) / math.Ln2
	}
	return math.Log2(x)
}

func logistic(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

// bounds are the most units of the last place by which a result differs from the exact one, of float32 and float64.
var bounds = map[*graph.Primitive][2]float64{
	graph.Rsqrt: {1.5, 1.5},
	graph.Exp:   {0.53, 0.53},
	graph.Expm1: {0.51, 0.85},
	graph.Log:   {0.9, 0.6},
	graph.Log1p: {0.95, 0.65},
	graph.Sin:   {0.51, 0.503},
	graph.Cos:   {0.51, 0.503},
	graph.Tanh:  {0.51, 0.75},
	graph.Erf:   {0.85, 0.85},
	graph.Pow:   {0.55, 0.8},
	graph.Atan2: {0.51, 0.75},

	graph.Exp2:    {0.82, 0.82},
	graph.Log2:    {0.51, 0.51},
	graph.Log10:   {0.51, 0.51},
	graph.Tan:     {0.51, 0.51},
	graph.Asin:    {0.51, 0.75},
	graph.Acos:    {0.51, 0.75},
	graph.Atan:    {0.51, 0.75},
	graph.Sinh:    {0.51, 0.505},
	graph.Cosh:    {0.51, 0.503},
	graph.Asinh:   {0.51, 1},
	graph.Acosh:   {0.51, 1.8},
	graph.Atanh:   {0.51, 0.7},
	graph.Erfc:    {0.51, 1},
	graph.Ndtr:    {3, 9},
	graph.Sigmoid: {1.9, 1.6},
}

// absolute are the functions of float32 that are only exact to the last place of 1.
var absolute = map[*graph.Primitive]bool{graph.Ndtr: true}

// worst is the greatest error met, in units of the last place, and where.
type worst struct {
	ulps float64
	x, y float64
}

func (w *worst) see(ulps, x, y float64) {
	if ulps > w.ulps || ulps != ulps {
		*w = worst{ulps, x, y}
	}
}

// ulps32 is how many units of the last place of want got is away.
func ulps32(got float32, want float64) float64 {
	if float64(got) == want || got != got && want != want {
		return 0
	}
	w := float32(want)
	if math.IsInf(float64(w), 0) || math.IsInf(float64(got), 0) || got != got || w != w {
		if got == w {
			return 0
		}
		return math.Inf(1)
	}
	a := float32(math.Abs(float64(w)))
	unit := float64(math.Nextafter32(a, math.MaxFloat32)) - float64(a)
	if a == math.MaxFloat32 {
		unit = 0x1p104
	}
	return math.Abs(float64(got)-want) / unit
}

// units32 is how many units of the last place below 1 got is away from want.
func units32(got float32, want float64) float64 {
	if got != got && want != want {
		return 0
	}
	return math.Abs(float64(got)-want) * 0x1p24
}

// callFused computes p of xs and ys by the generated loop.
func callFused[T floating](p *graph.Primitive, xs, ys []T) []T {
	out := make([]T, len(xs))
	f := fused[p][0]
	if unsafe.Sizeof(T(0)) == 8 {
		f = fused[p][1]
	}
	f(unsafe.Pointer(&out[0]), unsafe.Pointer(&xs[0]), unsafe.Pointer(&ys[0]), nil, len(xs))
	return out
}

// accuracy32 measures p at float32 numbers step apart, or at pairs.
func accuracy32(p *graph.Primitive, step uint64) worst {
	var all worst
	var mu sync.Mutex
	var wg sync.WaitGroup
	const workers = 2
	for k := range uint64(workers) {
		wg.Go(func() {
			var w worst
			xs, ys := make([]float32, 0, 4096), make([]float32, 4096)
			r := rand.New(rand.NewPCG(k, 7))
			check := func() {
				if operands(p) == 2 {
					for i := range xs {
						xs[i], ys[i] = pair32(r, i)
					}
				}
				for i, got := range callFused(p, xs, ys[:len(xs)]) {
					x, y := float64(xs[i]), float64(ys[i])
					want, ulps := inFloat64[p](x, y), ulps32
					if absolute[p] {
						ulps = units32
					}
					w.see(ulps(got, want), x, y)
				}
				xs = xs[:0]
			}
			for b := k * step; b < 1<<32; b += workers * step {
				if xs = append(xs, math.Float32frombits(uint32(b))); len(xs) == cap(xs) {
					check()
				}
			}
			if len(xs) > 0 {
				check()
			}
			mu.Lock()
			all.see(w.ulps, w.x, w.y)
			mu.Unlock()
		})
	}
	wg.Wait()
	return all
}

// pair32 draws operands: any bits, moderate ones, and such whose power is neither 0 nor ∞.
func pair32(r *rand.Rand, i int) (x, y float32) {
	switch i % 3 {
	case 0:
		return math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32())
	case 1:
		return float32(r.NormFloat64() * 4), float32(r.NormFloat64() * 4)
	}
	x = math.Float32frombits(r.Uint32() &^ (1 << 31))
	if r.IntN(2) == 0 {
		x = float32(math.Exp(r.NormFloat64() / 8))
	}
	return x, float32((r.Float64()*278 - 150) / math.Log2(float64(x)))
}

func TestAccuracy32(t *testing.T) {
	step := *every
	if testing.Short() {
		step = max(step, 65537)
	}
	for _, p := range formulaPrims() {
		w := accuracy32(p, step)
		if !(w.ulps <= bounds[p][0]) {
			t.Errorf("%s of float32: %.4f units of the last place at %s", p, w.ulps, where[float32](p, w))
		}
		if *table {
			fmt.Printf("| %s | float32 | %.3f | %s |\n", p, w.ulps, where[float32](p, w))
		}
	}
}

// where is where w was met, as text.
func where[T floating](p *graph.Primitive, w worst) string {
	if operands(p) == 2 {
		return fmt.Sprintf("%v, %v", T(w.x), T(w.y))
	}
	return fmt.Sprint(T(w.x))
}

// accuracy64 measures p at n float64 numbers.
func accuracy64(p *graph.Primitive, n int) worst {
	var all worst
	var mu sync.Mutex
	var wg sync.WaitGroup
	const workers = 2
	for k := range uint64(workers) {
		wg.Go(func() {
			var w worst
			r := rand.New(rand.NewPCG(k, 11))
			xs, ys := make([]float64, n/workers), make([]float64, n/workers)
			for i := range xs {
				xs[i], ys[i] = draw64(p, r, i)
			}
			for i, got := range callFused(p, xs, ys) {
				if want := exactValue(p, xs[i], ys[i]); want != nil {
					w.see(ulps64(got, want), xs[i], ys[i])
				}
			}
			mu.Lock()
			all.see(w.ulps, w.x, w.y)
			mu.Unlock()
		})
	}
	wg.Wait()
	return all
}

// draw64 draws operands where p is of interest: any bits, moderate ones, those near where the formula changes.
func draw64(p *graph.Primitive, r *rand.Rand, i int) (x, y float64) {
	sign := float64(1 - 2*r.IntN(2))
	switch i % 4 {
	case 0:
		x, y = math.Float64frombits(r.Uint64()), math.Float64frombits(r.Uint64())
	case 1:
		x, y = r.NormFloat64()*4, r.NormFloat64()*4
	case 2:
		x, y = sign*math.Exp(r.Float64()*16-8), math.Exp(r.Float64()*16-8)
	case 3:
		switch p {
		case graph.Exp, graph.Expm1, graph.Sinh, graph.Cosh, graph.Sigmoid:
			x = r.Float64()*1460 - 750
		case graph.Acosh:
			x = 1 + math.Exp(r.Float64()*8-8)
		case graph.Log, graph.Log1p, graph.Log2, graph.Log10, graph.Pow:
			x = math.Exp(r.NormFloat64() / 8)
		case graph.Sin, graph.Cos, graph.Tan: // near multiples of π/2
			x = math.Floor(math.Exp(r.Float64()*30)) * math.Pi / 2
		default:
			x, y = r.Float64()*2-1, 1
		}
		if p == graph.Log1p {
			x--
		}
	}
	if p == graph.Pow && i%4 != 1 {
		x = math.Abs(x)
		y = (r.Float64()*2110 - 1080) / math.Log2(x)
	}
	return x, y
}

func TestAccuracy64(t *testing.T) {
	n := *draws
	if testing.Short() {
		n = min(n, 2000)
	}
	for _, p := range formulaPrims() {
		w := accuracy64(p, n)
		if !(w.ulps <= bounds[p][1]) {
			t.Errorf("%s of float64: %.4f units of the last place at %s", p, w.ulps, where[float64](p, w))
		}
		if *table {
			fmt.Printf("| %s | float64 | %.3f | %s |\n", p, w.ulps, where[float64](p, w))
		}
	}
}
