// Package fft computes discrete Fourier transforms of any length.
package fft

import (
	"math"
	"math/bits"
)

// A Plan holds what transforms of one length share. It is not changed by them.
type Plan struct {
	n       int
	factors []int
	roots   []complex128 // exp(−2πi·k/n)
	chirp   *chirp       // of lengths with a large prime factor
}

// chirp is what Bluestein's algorithm needs: a transform as a convolution of a length that is a power of two.
type chirp struct {
	wave []complex128 // exp(−πi·k²/n)
	plan *Plan        // of the convolution
	filt []complex128 // the transform of the conjugate wave, which is the filter
}

// largestFactor is the largest prime factor that is transformed by its definition.
const largestFactor = 37

// NewPlan makes the plan of transforms of length n ≥ 1.
func NewPlan(n int) *Plan {
	p := &Plan{n: n}
	rest := n
	for _, f := range []int{4, 2, 3, 5} {
		for rest%f == 0 {
			p.factors, rest = append(p.factors, f), rest/f
		}
	}
	for f := 7; f*f <= rest; f += 2 {
		for rest%f == 0 {
			p.factors, rest = append(p.factors, f), rest/f
		}
	}
	if rest > 1 {
		p.factors = append(p.factors, rest)
	}
	if k := len(p.factors); k > 0 && p.factors[k-1] > largestFactor {
		p.chirp = newChirp(n)
		return p
	}
	p.roots = make([]complex128, n)
	for k := range p.roots {
		p.roots[k] = root(k, n)
	}
	return p
}

// root is exp(−2πi·k/n), of an angle of at most an eighth of the circle.
func root(k, n int) complex128 {
	k %= n
	if 2*k > n {
		r := root(n-k, n)
		return complex(real(r), -imag(r))
	}
	var c, s float64
	switch angle := func(num, den int) float64 { return 2 * math.Pi * float64(num) / float64(den) }; 8 * k / n {
	case 0:
		s, c = math.Sincos(angle(k, n))
	case 1:
		c, s = math.Sincos(angle(n-4*k, 4*n))
	case 2:
		c, s = math.Sincos(angle(4*k-n, 4*n))
		c = -c
	default:
		s, c = math.Sincos(angle(n-2*k, 2*n))
		c = -c
	}
	return complex(c, -s)
}

func newChirp(n int) *chirp {
	size := 1 << bits.Len(uint(2*n-2))
	c := &chirp{wave: make([]complex128, n), plan: NewPlan(size), filt: make([]complex128, size)}
	square := 0 // k² modulo 2n
	for k := range c.wave {
		c.wave[k] = root(square, 2*n)
		square = (square + 2*k + 1) % (2 * n)
	}
	f := make([]complex128, size)
	for k, w := range c.wave {
		w = complex(real(w), -imag(w))
		f[k] = w
		if k > 0 {
			f[size-k] = w
		}
	}
	c.plan.Transform(c.filt, f)
	return c
}

// Transform writes to out Σ in[j]·exp(−2πi·jk/n) for each k. It leaves in alone.
func (p *Plan) Transform(out, in []complex128) {
	if p.chirp != nil {
		p.chirp.transform(out, in)
		return
	}
	p.step(out, in, 1, p.n, p.factors, make([]complex128, largestFactor))
}

// step transforms the n numbers of in that lie stride apart, by the first of factors: that many transforms of what is
// left, which are then put together.
func (p *Plan) step(out, in []complex128, stride, n int, factors []int, t []complex128) {
	if n == 1 {
		out[0] = in[0]
		return
	}
	f := factors[0]
	m := n / f
	for i := range f {
		p.step(out[i*m:i*m+m], in[i*stride:], stride*f, m, factors[1:], t)
	}
	for k := range m {
		for i := range f {
			t[i] = out[i*m+k] * p.roots[i*k*stride]
		}
		switch f {
		case 2:
			out[k], out[m+k] = t[0]+t[1], t[0]-t[1]
		case 4:
			a, b, c, d := t[0]+t[2], t[0]-t[2], t[1]+t[3], t[1]-t[3]
			d = complex(imag(d), -real(d))
			out[k], out[m+k], out[2*m+k], out[3*m+k] = a+c, b+d, a-c, b-d
		default:
			for j := range f {
				sum := t[0]
				at := 0
				for i := 1; i < f; i++ {
					if at += j; at >= f {
						at -= f
					}
					sum += t[i] * p.roots[at*(p.n/f)]
				}
				out[j*m+k] = sum
			}
		}
	}
}

// transform is Bluestein's: jk = (j² + k² − (k−j)²)/2 makes the sum a convolution with the conjugate wave.
func (c *chirp) transform(out, in []complex128) {
	size := len(c.filt)
	x, y := make([]complex128, size), make([]complex128, size)
	for k, w := range c.wave {
		x[k] = in[k] * w
	}
	c.plan.Transform(y, x)
	for k, f := range c.filt {
		v := y[k] * f
		y[k] = complex(real(v), -imag(v)) // the inverse by way of conjugates
	}
	c.plan.Transform(x, y)
	for k, w := range c.wave {
		v := complex(real(x[k])/float64(size), -imag(x[k])/float64(size))
		out[k] = v * w
	}
}
