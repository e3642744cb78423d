package ops_test

import (
	"math"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
)

// TestSpecialFunctions checks special functions against those of the standard library, and against identities, on both
// sides of the places where their formulas change.
func TestSpecialFunctions(t *testing.T) {
	call := func(name string, x float64) float64 {
		t.Helper()
		out, err := tensor.Call(name, []any{tensor.New([]float64{x}, 1)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out[0].Item()
	}
	near := func(what string, x, got, want float64) {
		t.Helper()
		if d := math.Abs(got - want); got != want && !(d <= 4e-15*math.Max(1, math.Abs(want))) {
			t.Errorf("%s of %v is %v, want %v", what, x, got, want)
		}
	}
	for _, x := range []float64{1e-9, 0.1, 0.5, 1, 1.9, 2, 2.1, 3, 5, 7.99, 8, 8.01, 12.5, 20, 31} {
		near("J₀", x, call("special_bessel_j0", x), math.J0(x))
		near("J₁", x, call("special_bessel_j1", x), math.J1(x))
		near("J₁", -x, call("special_bessel_j1", -x), -math.J1(x))
		near("Y₀", x, call("special_bessel_y0", x), math.Y0(x))
		near("Y₁", x, call("special_bessel_y1", x), math.Y1(x))
		i0, i1 := call("special_i0e", x), call("special_i1e", x)
		k0, k1 := call("special_scaled_modified_bessel_k0", x), call("special_scaled_modified_bessel_k1", x)
		near("the Wronskian of I and K", x, x*(i0*k1+i1*k0), 1)
		near("erfcx", x, call("special_erfcx", x), erfcx(x))
		near("erfcx", -x/10, call("special_erfcx", -x/10), erfcx(-x/10))
		near("sin x/x", x, call("special_spherical_bessel_j0", x), math.Sin(x)/x)
	}
	for _, y := range []float64{-1, -0.999999, -0.76, -0.75, -0.3, 0, 1e-8, 0.5, 0.749, 0.751, 0.9, 0.9999999999, 1} {
		near("erfinv", y, call("erfinv", y), math.Erfinv(y))
	}
	for _, p := range []float64{0, 5e-324, 1e-300, 1e-20, 1e-8, 1.5e-8, 0.01, 0.12499, 0.125, 0.3, 0.5, 0.874, 0.876, 0.999} {
		x := call("special_ndtri", p)
		if p == 0 && !math.IsInf(x, -1) || p > 0 && math.Abs(math.Erfc(-x/math.Sqrt2)/2-p) > 1e-12*p && p > 1e-305 {
			t.Errorf("ndtri of %v is %v, below which lies %v", p, x, math.Erfc(-x/math.Sqrt2)/2)
		}
	}
	for _, c := range [][2]float64{{-30, -454.321243695634}, {-1.5, -2.705944}, {0, -math.Ln2}} {
		if got := call("special_log_ndtr", c[0]); math.Abs(got-c[1]) > 1e-4 {
			t.Errorf("log_ndtr of %v is %v, want %v", c[0], got, c[1])
		}
	}
	// Ai from tables of 15 places.
	for _, c := range [][2]float64{{0, 0.355028053887817}, {1, 0.135292416312881}, {1.0001, 0.135276502}, {-3, -0.378814293677658}, {-3.0001, -0.378845746372}, {5, 1.08344428136074e-4}, {-10, 0.0402412384864432}} {
		if got := call("special_airy_ai", c[0]); math.Abs(got-c[1]) > 2e-9 {
			t.Errorf("Ai of %v is %v, want %v", c[0], got, c[1])
		}
	}
	for _, name := range []string{"i0", "special_i1e", "special_bessel_j0", "special_bessel_y1", "special_erfcx", "erfinv", "special_ndtri", "special_log_ndtr", "special_airy_ai", "special_modified_bessel_k0"} {
		if got := call(name, math.NaN()); !math.IsNaN(got) {
			t.Errorf("%s of NaN is %v", name, got)
		}
	}
}

// erfcx is exp(x²)·erfc(x), by a continued fraction where erfc is small.
func erfcx(x float64) float64 {
	if x < 3 {
		return math.Exp(x*x) * math.Erfc(x)
	}
	f := x
	for k := 100; k > 0; k-- {
		f = x + float64(k)/2/f
	}
	return 1 / (math.Sqrt(math.Pi) * f)
}

// TestLoops checks what is computed by loops: common divisors, the zeta function, polynomials by their degree.
func TestLoops(t *testing.T) {
	call := func(name string, x, y *tensor.Tensor) *tensor.Tensor {
		t.Helper()
		out, err := tensor.Call(name, []any{x, y}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out[0]
	}
	for _, c := range [][4]int64{{12, 18, 6, 36}, {-12, 18, 6, 36}, {0, 5, 5, 0}, {0, 0, 0, 0}, {7, 13, 1, 91}, {1 << 40, 3 << 38, 1 << 38, 3 << 40}} {
		x, y := tensor.New([]int64{c[0]}, 1), tensor.New([]int64{c[1]}, 1)
		if g, l := call("gcd", x, y).Item(), call("lcm", x, y).Item(); g != float64(c[2]) || l != float64(c[3]) {
			t.Errorf("gcd and lcm of %d and %d are %v and %v", c[0], c[1], g, l)
		}
	}
	one := func(name string, x, y float64) float64 {
		return call(name, tensor.New([]float64{x}, 1), tensor.New([]float64{y}, 1)).Item()
	}
	for _, c := range []struct {
		name       string
		x, y, want float64
	}{
		{"special_zeta", 2, 1, math.Pi * math.Pi / 6}, {"special_zeta", 4, 0.5, math.Pow(math.Pi, 4) / 6}, {"special_zeta", 2, -0.5, math.Pi*math.Pi/2 + 4},
		{"special_zeta", 1, 3, math.Inf(1)}, {"special_zeta", 0.5, 3, math.NaN()}, {"special_zeta", 3, -2, math.Inf(1)}, {"special_zeta", 2.5, -1.5, math.NaN()}, {"special_zeta", 200, 1, 1},
		{"special_chebyshev_polynomial_t", 0.3, 50, math.Cos(50 * math.Acos(0.3))}, {"special_chebyshev_polynomial_t", 1.5, 5, 61.5},
		{"special_chebyshev_polynomial_t", -1, 7, -1}, {"special_chebyshev_polynomial_u", 2, 4, 209}, {"special_chebyshev_polynomial_u", -1, 3, -4},
		{"special_chebyshev_polynomial_v", 2, 3, 41}, {"special_chebyshev_polynomial_w", 2, 3, 71}, {"special_shifted_chebyshev_polynomial_t", 1.25, 5, 61.5},
		{"special_hermite_polynomial_h", 2, 4, 76}, {"special_hermite_polynomial_he", 2, 4, -5}, {"special_hermite_polynomial_he", 2, 600, math.NaN()},
		{"special_laguerre_polynomial_l", 2, 3, -1. / 3}, {"special_legendre_polynomial_p", 2, 4, 55.375}, {"special_legendre_polynomial_p", 2, -1, 0}, {"special_legendre_polynomial_p", 2, 0, 1},
	} {
		if got := one(c.name, c.x, c.y); got != c.want && !(math.Abs(got-c.want) <= 1e-13*math.Abs(c.want)) && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s of %v and %v is %v, want %v", c.name, c.x, c.y, got, c.want)
		}
	}
	if got := call("gcd", tensor.New([]int64{}, 0), tensor.New([]int64{}, 0)); got.Size(0) != 0 {
		t.Errorf("gcd of nothing is %v", got)
	}
}

// TestGammaDerivatives compares the derivatives of the gamma function's kin with differences, and checks their ends.
func TestGammaDerivatives(t *testing.T) {
	call := func(name string, args ...any) *tensor.Tensor {
		t.Helper()
		out, err := tensor.Call(name, args, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out[0]
	}
	functions := map[string]func(a, x *tensor.Tensor) *tensor.Tensor{
		"lgamma":    func(a, _ *tensor.Tensor) *tensor.Tensor { return call("lgamma", a) },
		"digamma":   func(a, _ *tensor.Tensor) *tensor.Tensor { return call("digamma", a) },
		"polygamma": func(a, _ *tensor.Tensor) *tensor.Tensor { return call("polygamma", 2, a) },
		"mvlgamma":  func(a, _ *tensor.Tensor) *tensor.Tensor { return call("mvlgamma", a.AddScalar(1), 3) },
		"igamma":    func(a, x *tensor.Tensor) *tensor.Tensor { return call("igamma", a, x) },
		"igammac":   func(a, x *tensor.Tensor) *tensor.Tensor { return call("igammac", a, x) },
	}
	at := []float64{0.6, 1.3, 2.5, 7}
	for name, f := range functions {
		for _, a := range at {
			for _, x := range at {
				p, q := tensor.Of(a).RequiresGrad(), tensor.Of(x).RequiresGrad()
				f(p, q).Backward()
				const h = 1e-5
				value := func(a, x float64) float64 { return f(tensor.Of(a), tensor.Of(x)).Item() }
				byA, byX := (value(a+h, x)-value(a-h, x))/(2*h), (value(a, x+h)-value(a, x-h))/(2*h)
				for i, want := range []float64{byA, byX} {
					got := 0.0
					if g := []*tensor.Tensor{p, q}[i].Grad(); g != nil {
						got = g.Item()
					}
					if !(math.Abs(got-want) <= 1e-7*(1+math.Abs(want))) {
						t.Errorf("%s(%v, %v): derivative %d is %v, by differences %v", name, a, x, i, got, want)
					}
				}
			}
		}
	}
	for name, want := range map[string]float64{"lgamma": math.Inf(1), "digamma": math.Inf(-1)} {
		if got := call(name, tensor.Of(0.0)).Item(); got != want {
			t.Errorf("%s of 0 is %v", name, got)
		}
	}
	if d := call("lgamma", tensor.New([]int64{3}, 1)); d.DType() != tensor.Float32 || math.Abs(d.Item()-math.Ln2) > 1e-7 {
		t.Errorf("lgamma of the integer 3 is %v, %s", d, d.DType())
	}
	for _, args := range [][]any{{"polygamma", -1, tensor.Of(1.0)}, {"mvlgamma", tensor.Of(1.0), 0}} {
		if _, err := tensor.Call(args[0].(string), args[1:], nil); err == nil {
			t.Errorf("%v does not fail", args)
		}
	}
}

// TestGammaDraws checks means of draws and of their gradients: the mean of a gamma draw has derivative 1, and that of a
// Dirichlet draw is the parameters over their sum, however small they are.
func TestGammaDraws(t *testing.T) {
	const n = 20000
	g := tensor.NewGenerator(4)
	for _, a := range []float64{0.3, 1, 8} {
		p := tensor.Of(a).RequiresGrad()
		mean := p.Expand(n).StandardGamma(g).Mean()
		mean.Backward()
		if d := math.Abs(mean.Item() - a); d > 5*math.Sqrt(a/n) {
			t.Errorf("the mean of gamma draws with %v is %v", a, mean.Item())
		}
		if d := math.Abs(p.Grad().Item() - 1); d > 0.05 {
			t.Errorf("the derivative of that mean at %v is %v", a, p.Grad().Item())
		}
	}
	small := tensor.New([]float32{1e-6, 3e-6}, 2).Expand(n, 2)
	if got := small.SampleDirichlet(g).Mean(0).Float64s(); !(math.Abs(got[0]-0.25) < 0.02 && math.Abs(got[1]-0.75) < 0.02) {
		t.Errorf("the mean of Dirichlet draws with small parameters is %v, want [0.25 0.75]", got)
	}
	rate := tensor.Of(3.5).RequiresGrad()
	k := rate.Expand(n).Poisson(g)
	if m := k.Mean().Item(); math.Abs(m-3.5) > 0.1 {
		t.Errorf("the mean of Poisson draws is %v, want 3.5", m)
	}
	for what, f := range map[string]func() *tensor.Tensor{
		"a negative rate":          func() *tensor.Tensor { return tensor.Of(-1.0).Poisson(g) },
		"a probability above 1":    func() *tensor.Tensor { return tensor.Binomial(g, tensor.Of(3.0), tensor.Of(1.5)) },
		"a negative concentration": func() *tensor.Tensor { return tensor.Of(-1.0).StandardGamma(g) },
	} {
		if err := tensor.Try(func() { f().Item() }); err == nil {
			t.Errorf("%s is drawn from", what)
		}
	}
}
