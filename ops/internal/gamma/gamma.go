// Package gamma computes the gamma function and what belongs to it, number by number in float64: its logarithm and that
// one's derivatives, the incomplete functions, and draws from distributions that are made of them. Whoever draws gives the
// random bits.
package gamma

import "math"

// LogGamma is log |Γ(x)|.
func LogGamma(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.Inf(1)
	}
	y, _ := math.Lgamma(x)
	return y
}

// digammaTail are the coefficients Bₖ/k, k = 2, 4, …, of the asymptotic series of the digamma function.
var digammaTail = []float64{1. / 12, -1. / 120, 1. / 252, -1. / 240, 1. / 132, -691. / 32760, 1. / 12, -3617. / 8160}

// Digamma is the derivative of log Γ: infinite at 0, NaN at the negative whole numbers.
func Digamma(x float64) float64 {
	switch {
	case x == 0:
		return math.Copysign(math.Inf(1), -x)
	case math.IsInf(x, 1):
		return x
	case x < 0:
		if x == math.Floor(x) || math.IsInf(x, -1) {
			return math.NaN()
		}
		_, part := math.Modf(x)
		return Digamma(1-x) - math.Pi/math.Tan(math.Pi*part)
	}
	var y float64
	for ; x < 10; x++ {
		y -= 1 / x
	}
	z := 1 / (x * x)
	var tail float64
	for i := len(digammaTail) - 1; i >= 0; i-- {
		tail = z * (digammaTail[i] + tail)
	}
	return y + math.Log(x) - 0.5/x - tail
}

// zetaShares are (2k)!/B₂ₖ, the divisors in the formula of Euler and Maclaurin.
var zetaShares = []float64{12, -720, 30240, -1209600, 47900160, -1307674368000. / 691, 74724249600, -10670622842880000. / 3617,
	5109094217170944000. / 43867, -802857662698291200000. / 174611, 14101100039391805440000. / 77683, -1693824136731743669452800000. / 236364091}

// zeta is Σ (q + k)⁻ˢ over k from 0, that of Hurwitz, for whole s of at least 2: infinite where q is 0 or a negative whole number.
func zeta(s, q float64) float64 {
	switch {
	case q <= 0 && q == math.Floor(q):
		return math.Inf(1)
	case math.IsInf(q, 1):
		return 0
	case math.IsInf(q, -1):
		return math.NaN()
	}
	var sum float64
	for q < 10 {
		term := math.Pow(q, -s)
		sum += term
		if q > 0 && term < sum*0x1p-60 {
			return sum
		}
		q++
	}
	b := math.Pow(q, -s)
	rest := b*0.5 + b*q/(s-1)
	t := s * b / q
	for k, share := range zetaShares {
		rest += t / share
		t *= (s + float64(2*k+1)) / q * (s + float64(2*k+2)) / q
	}
	return sum + rest
}

// Polygamma is the derivative of order n, a whole number that is not negative, of the digamma function.
func Polygamma(n, x float64) float64 {
	if n == 0 {
		return Digamma(x)
	}
	if n == 1 && x < 0.5 { // by reflection, as PyTorch: at the poles below 0 it is large, and not infinite
		s := math.Sin(math.Pi * x)
		return math.Pi*math.Pi/(s*s) - zeta(2, 1-x)
	}
	z := zeta(n+1, x)
	log, _ := math.Lgamma(n + 1)
	size := math.Exp(log) * z
	if n < 20 {
		size = math.Round(math.Exp(log)) * z
	}
	if math.IsInf(size, 0) && !math.IsInf(z, 0) || size == 0 || math.IsNaN(size) {
		size = math.Copysign(math.Exp(log+math.Log(math.Abs(z))), z)
	}
	if math.Mod(n, 2) == 0 {
		return -size
	}
	return size
}
