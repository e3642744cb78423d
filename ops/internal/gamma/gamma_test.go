package gamma

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestDigamma(t *testing.T) {
	const euler = 0.577215664901532860606512090082402431
	for _, c := range [][2]float64{
		{1, -euler}, {0.5, -euler - 2*math.Ln2}, {2, 1 - euler}, {0.25, -euler - math.Pi/2 - 3*math.Ln2}, {-0.5, -euler - 2*math.Ln2 + 2},
		{10, 2.251752589066721107647}, {1e10, math.Log(1e10) - 0.5e-10}, {math.Inf(1), math.Inf(1)}, {-1, math.NaN()}, {0, math.Inf(-1)}, {math.NaN(), math.NaN()},
	} {
		near(t, "ψ", Digamma(c[0]), c[1], 2e-15)
	}
	for x := -4.7; x < 20; x += 0.31 {
		near(t, "ψ(x+1) − ψ(x)", Digamma(x+1)-Digamma(x), 1/x, 1e-14*max(1, math.Abs(Digamma(x))))
		for n := range 6 {
			n := float64(n)
			factorial, _ := math.Lgamma(n + 1)
			step := math.Exp(factorial) * math.Pow(-1, n) * math.Pow(x, -n-1)
			near(t, "the step of polygamma", Polygamma(n, x+1)-Polygamma(n, x), step, 1e-11*max(1, math.Abs(Polygamma(n, x))))
		}
	}
	near(t, "ψ′(1)", Polygamma(1, 1), math.Pi*math.Pi/6, 1e-15)
	near(t, "ψ′(−20000.5)", Polygamma(1, -20000.5), math.Pi*math.Pi-Polygamma(1, 20001.5), 1e-12)
	near(t, "ψ‴(½)", Polygamma(3, 0.5), math.Pow(math.Pi, 4), 1e-15)
	near(t, "ψ⁗(0)", Polygamma(4, 0), math.Inf(-1), 0)
}

func TestIncomplete(t *testing.T) {
	for _, x := range []float64{1e-12, 0.01, 0.5, 1, 1.9, 2.1, 7, 30, 200} {
		p, q := Incomplete(1, x)
		near(t, "P(1, x)", p, -math.Expm1(-x), 4e-16)
		if near(t, "Q(1, x)", q, math.Exp(-x), 1e-15); q > 0 {
			near(t, "Q(1, x) by its logarithm", math.Log(q), -x, 4e-15)
		}
		p, q = Incomplete(0.5, x)
		near(t, "P(½, x)", p, math.Erf(math.Sqrt(x)), 1e-15)
		near(t, "Q(½, x)", q, math.Erfc(math.Sqrt(x)), 1e-15)
		for _, a := range []float64{1e-3, 0.3, 1.5, 12, 80} { // P(a+1, x) = P(a, x) − xᵃe⁻ˣ/Γ(a+1)
			p, _ := Incomplete(a, x)
			next, _ := Incomplete(a+1, x)
			near(t, "the step of P", p-next, math.Exp(a*math.Log(x)-x-LogGamma(a+1)), 1e-13)
		}
	}
	// P(a, a) is ½ + 1/(3·√(2πa)) and less for large a.
	for _, a := range []float64{1e3, 1e5, 1e7, 1e9} {
		p, _ := Incomplete(a, a)
		near(t, "P(a, a)", p, 0.5+1/(3*math.Sqrt(2*math.Pi*a)), 1/a)
	}
	for _, c := range [][3]float64{{0, 0, math.NaN()}, {0, 1, 1}, {1, 0, 0}, {2, math.Inf(1), 1}, {math.Inf(1), 2, 0}, {-1, 2, math.NaN()}, {1, -2, math.NaN()}} {
		p, _ := Incomplete(c[0], c[1])
		near(t, "P at an end", p, c[2], 0)
	}
}

// TestLogGammaSlope compares the slope with differences of P along both arguments.
func TestLogGammaSlope(t *testing.T) {
	for _, a := range []float64{1e-3, 0.1, 0.5, 1, 2.5, 9, 60, 500, 2e4} {
		for _, z := range []float64{-2.5, -1, -0.2, 0, 0.4, 1.3, 3} {
			x := a * math.Pow(max(0.05, 1-1/(9*a)+z/(3*math.Sqrt(a))), 3)
			lower, upper := Incomplete(a, x)
			log := func(a, x float64) float64 { // of the smaller tail
				p, q := Incomplete(a, x)
				if lower < upper {
					return math.Log(p)
				}
				return math.Log(q)
			}
			h := 1e-4 * a / (1 + math.Sqrt(a))
			byA := (8*(log(a+h, x)-log(a-h, x)) - (log(a+2*h, x) - log(a-2*h, x))) / (12 * h)
			k := 1e-4 / (1 + math.Sqrt(a))
			up := func(k float64) float64 { return log(a, x*math.Exp(k)) }
			byLog := (8*(up(k)-up(-k)) - (up(2*k) - up(-2*k))) / (12 * k)
			got, want := LogGammaSlope(a, math.Log(x)), -byA/byLog
			if !(math.Abs(got-want) <= 1e-7*math.Abs(want)) {
				t.Errorf("the slope at a = %v, x = %v is %v, by differences %v", a, x, got, want)
			}
		}
	}
	near(t, "the slope where x underflows", LogGammaSlope(1e-3, -2000), (Digamma(1.001)+2000)/1e-3, 1e-15)
	near(t, "the slope on both sides of a limit", LogGammaSlope(0.9e8, math.Log(0.9e8+9000))*0.9, LogGammaSlope(1e8+1, math.Log(1e8+1+9500))*(1+1e-8), 1e-6)
}

// TestDraws compares draws with the distributions by the test of Kolmogorov and Smirnov, or by frequencies.
func TestDraws(t *testing.T) {
	const n = 40000
	for _, a := range []float64{0.01, 0.6, 1, 3.3, 400} {
		b := NewBits(5, uint32(a*100))
		var below [64]float64
		for range n {
			p, _ := Incomplete(a, math.Exp(LogGammaDraw(a, b)))
			below[int(p*64)%64]++
		}
		var sum float64
		for i, k := range below {
			if sum += k; math.Abs(sum/n-float64(i+1)/64) > 1.95/math.Sqrt(n) && a > 0.05 {
				t.Errorf("gamma draws for %v: %v lie below the quantile %v/64", a, sum/n, i+1)
			}
		}
	}
	frequencies := func(what string, mean float64, draw func() float64, logProb func(k float64) float64) {
		t.Helper()
		counts := map[float64]float64{}
		for range n {
			counts[draw()]++
		}
		for k := math.Floor(mean - 10*math.Sqrt(mean+1)); k < mean+10*math.Sqrt(mean+1); k++ {
			if k < 0 {
				continue
			}
			p := math.Exp(logProb(k))
			if d := math.Abs(counts[k] - n*p); d > 5*math.Sqrt(n*p)+5 {
				t.Errorf("%s: %v comes %v times of %v, expected %v", what, k, counts[k], n, n*p)
			}
		}
	}
	for _, rate := range []float64{0, 0.3, 4, 11, 150} {
		b := NewBits(1, 2)
		frequencies("Poisson", rate, func() float64 { return PoissonDraw(rate, b) }, func(k float64) float64 {
			if rate == 0 {
				return math.Log(1 - min(k, 1))
			}
			return k*math.Log(rate) - rate - LogGamma(k+1)
		})
	}
	for _, c := range [][2]float64{{0, 0.4}, {7, 0.2}, {7, 0.9}, {60, 0.3}, {300, 0.55}, {5, 0}, {5, 1}} {
		m, p := c[0], c[1]
		b := NewBits(3, 4)
		frequencies("binomial", m*p, func() float64 { return BinomialDraw(m, p, b) }, func(k float64) float64 {
			if k > m {
				return math.Inf(-1)
			}
			power := func(x, k float64) float64 {
				if k == 0 {
					return 0
				}
				return k * math.Log(x)
			}
			return LogGamma(m+1) - LogGamma(k+1) - LogGamma(m-k+1) + power(p, k) + power(1-p, m-k)
		})
	}
}
