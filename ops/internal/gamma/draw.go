package gamma

import "math"

// Bits is a stream of random numbers that begins at its value: the splitmix64 generator.
type Bits uint64

// NewBits is the stream of two random words.
func NewBits(high, low uint32) *Bits {
	b := Bits(uint64(high)<<32 | uint64(low))
	return &b
}

// unit is between 0 and 1, and neither.
func (b *Bits) unit() float64 {
	*b += 0x9e3779b97f4a7c15
	z := uint64(*b)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return (float64(z>>11) + 0.5) * 0x1p-53
}

// normal is a number of the standard normal distribution.
func (b *Bits) normal() float64 {
	return math.Sqrt(-2*math.Log(b.unit())) * math.Cos(2*math.Pi*b.unit())
}

// LogGammaDraw is the logarithm of a number drawn from the gamma distribution with parameter a and rate 1, by the method of
// Marsaglia and Tsang. Below 1 the number itself may be too small for a float.
func LogGammaDraw(a float64, b *Bits) float64 {
	if !(a > 0) || math.IsInf(a, 1) {
		if a == 0 {
			return math.Inf(-1)
		}
		return math.NaN()
	}
	var log float64
	if a < 1 {
		log = math.Log(b.unit()) / a
		a++
	}
	d := a - 1./3
	c := 1 / (3 * math.Sqrt(d))
	for {
		z := b.normal()
		v := 1 + c*z
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(b.unit()) < 0.5*z*z+d*(1-v+math.Log(v)) {
			return log + math.Log(d*v)
		}
	}
}

// PoissonDraw is a number drawn from the Poisson distribution: NaN where the rate is negative or no number.
func PoissonDraw(rate float64, b *Bits) float64 {
	switch {
	case !(rate >= 0) || math.IsInf(rate, 1):
		return math.NaN()
	case rate < 10:
		n, least := 0.0, math.Exp(-rate)
		for p := b.unit(); p > least; p *= b.unit() {
			n++
		}
		return n
	}
	// Hörmann's transformed rejection, PTRS.
	log, root := math.Log(rate), math.Sqrt(rate)
	beta := 0.931 + 2.53*root
	alpha := -0.059 + 0.02483*beta
	inverse := 1.1239 + 1.1328/(beta-3.4)
	quick := 0.9277 - 3.6224/(beta-2)
	for {
		u, v := b.unit()-0.5, b.unit()
		s := 0.5 - math.Abs(u)
		k := math.Floor((2*alpha/s+beta)*u + rate + 0.43)
		switch {
		case s >= 0.07 && v <= quick:
			return k
		case k < 0 || s < 0.013 && v > s:
		case math.Log(v)+math.Log(inverse)-math.Log(alpha/(s*s)+beta) <= k*log-rate-LogGamma(k+1):
			return k
		}
	}
}

// BinomialDraw is how many of n trials of probability p succeed: NaN where n is negative or p outside [0, 1].
func BinomialDraw(n, p float64, b *Bits) float64 {
	n = math.Floor(n)
	switch {
	case !(n >= 0 && p >= 0 && p <= 1) || math.IsInf(n, 1):
		return math.NaN()
	case n == 0 || p == 0:
		return 0
	case p > 0.5:
		return n - BinomialDraw(n, 1-p, b)
	case n*p < 10: // the trials between successes
		log := math.Log1p(-p)
		k, at := 0.0, 0.0
		for {
			at += math.Ceil(math.Log(b.unit()) / log)
			if at > n {
				return k
			}
			k++
		}
	}
	// Hörmann's transformed rejection, BTRS.
	spread := math.Sqrt(n * p * (1 - p))
	beta := 1.15 + 2.53*spread
	alpha := -0.0873 + 0.0248*beta + 0.01*p
	middle := n*p + 0.5
	quick := 0.92 - 4.2/beta
	scale := (2.83 + 5.1/beta) * spread
	log := math.Log(p / (1 - p))
	m := math.Floor((n + 1) * p)
	best := LogGamma(m+1) + LogGamma(n-m+1)
	for {
		u, v := b.unit()-0.5, b.unit()
		s := 0.5 - math.Abs(u)
		k := math.Floor((2*alpha/s+beta)*u + middle)
		switch {
		case k < 0 || k > n:
		case s >= 0.07 && v <= quick:
			return k
		case math.Log(v*scale/(alpha/(s*s)+beta)) <= best-LogGamma(k+1)-LogGamma(n-k+1)+(k-m)*log:
			return k
		}
	}
}
