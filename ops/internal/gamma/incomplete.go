package gamma

import "math"

// most is how many terms of a series or of a continued fraction are added at most: enough for parameters up to normalFrom.
const (
	most       = 1 << 20
	normalFrom = 1e8
)

// dual is a number with its derivative.
type dual struct{ x, d float64 }

func (a dual) plus(b dual) dual  { return dual{a.x + b.x, a.d + b.d} }
func (a dual) times(b dual) dual { return dual{a.x * b.x, a.d*b.x + a.x*b.d} }
func (a dual) over(b dual) dual {
	q := a.x / b.x
	return dual{q, (a.d - q*b.d) / b.x}
}

// lowerSeries is Σ xⁿ/((a+1)…(a+n)) over n from 0, and its derivative by a.
func lowerSeries(a, x float64) dual {
	sum, term := dual{1, 0}, dual{1, 0}
	for n := 1.0; n < most; n++ {
		term = term.times(dual{x, 0}.over(dual{a + n, 1}))
		sum = sum.plus(term)
		if term.x <= sum.x*0x1p-54 && math.Abs(term.d) <= math.Abs(sum.d)*0x1p-54 {
			break
		}
	}
	return sum
}

// upperFraction is Γ(a, x)·exp(x)/xᵃ, and its derivative by a, for x above a: a continued fraction by Lentz's method.
func upperFraction(a, x float64) dual {
	const tiny = 1e-300
	b := dual{x + 1 - a, -1}
	c := dual{1 / tiny, 0}
	d := dual{1, 0}.over(b)
	h := d
	for i := 1.0; i < most; i++ {
		an := dual{-i * (i - a), i}
		b.x += 2
		d = an.times(d).plus(b)
		if d.x == 0 {
			d.x = tiny
		}
		c = b.plus(an.over(c))
		if c.x == 0 {
			c.x = tiny
		}
		d = dual{1, 0}.over(d)
		step := d.times(c)
		h = h.times(step)
		if math.Abs(step.x-1) < 0x1p-53 && math.Abs(step.d*h.x) <= math.Abs(h.d)*0x1p-52 {
			break
		}
	}
	return h
}

// log1pLess is log(1+x) − x, exact for small x, too.
func log1pLess(x float64) float64 {
	if math.Abs(x) > 0.4 {
		return math.Log1p(x) - x
	}
	power, sum := x*x, 0.0
	for k := 2.0; ; k++ {
		term := power / k
		sum -= term
		if math.Abs(term) <= math.Abs(sum)*0x1p-54 {
			return sum
		}
		power *= -x
	}
}

// stirling is log Γ(a+1) less (a + ½)·log a − a + log √(2π), for a of at least 10.
func stirling(a float64) float64 {
	z := 1 / (a * a)
	return (1./12 - z*(1./360-z*(1./1260-z*(1./1680-z*(1./1188-z*(691./360360-z/156)))))) / a
}

// logTerm is a·log x − x − log Γ(a+1), without the cancellation of large numbers.
func logTerm(a, x float64) float64 {
	if a < 10 {
		return a*math.Log(x) - x - LogGamma(a+1)
	}
	return a*log1pLess((x-a)/a) - 0.5*math.Log(2*math.Pi*a) - stirling(a)
}

// Incomplete are the regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P, for a and x that are not
// negative: NaN elsewhere, and where both are 0 or infinite.
func Incomplete(a, x float64) (p, q float64) {
	switch {
	case !(a >= 0 && x >= 0) || a == 0 && x == 0 || math.IsInf(a, 1) && math.IsInf(x, 1):
		return math.NaN(), math.NaN()
	case a == 0 || math.IsInf(x, 1):
		return 1, 0
	case x == 0 || math.IsInf(a, 1):
		return 0, 1
	case a > normalFrom: // Wilson and Hilferty
		z := 3 * math.Sqrt(a) * (math.Cbrt(x/a) - 1 + 1/(9*a))
		return math.Erfc(-z/math.Sqrt2) / 2, math.Erfc(z/math.Sqrt2) / 2
	case x < a+1:
		p = min(1, math.Exp(logTerm(a, x))*lowerSeries(a, x).x)
		return p, 1 - p
	}
	q = min(1, math.Exp(logTerm(a, x)+math.Log(a))*upperFraction(a, x).x)
	return 1 - q, q
}

// LogGammaSlope is the derivative by a of the logarithm of a number drawn from the gamma distribution with parameter a: of
// log x at a constant P(a, x).
func LogGammaSlope(a, logX float64) float64 {
	if !(a > 0) || math.IsNaN(logX) {
		return math.NaN()
	}
	x := math.Exp(logX)
	switch {
	case a > normalFrom: // Cornish and Fisher
		root := math.Sqrt(a)
		z := (x - a) / root
		z -= (z*z - 1) / (3 * root)
		return (1 + z/(2*root)) / x
	case x < 1e-18: // P is xᵃ/Γ(a+1)
		return (Digamma(a+1) - logX) / a
	case x < a+1:
		s := lowerSeries(a, x)
		return -(s.x*(logX-Digamma(a+1)) + s.d) / a
	}
	f := upperFraction(a, x)
	return f.x*(logX-Digamma(a)) + f.d
}
