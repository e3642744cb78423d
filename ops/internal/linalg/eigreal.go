package linalg

import "math"

// EigReal is Eig of a real matrix, which it overwrites: real eigenvalues have real vectors, and of complex ones both of
// each pair are there, exactly conjugate, the one above the real axis first. The steps are Francis' with two shifts.
func EigReal(a []float64, n int, values, v []complex128) error {
	if s := norm(a); s != s || math.IsInf(s, 0) {
		return ErrConvergence
	}
	q := make([]float64, n*n)
	for i := range n {
		q[i*n+i] = 1
	}
	hessenberg(a, n, q)
	if err := realSchur(a, n, q); err != nil {
		return err
	}
	t := make([]complex128, n*n)
	for i := range t {
		t[i], v[i] = complex(a[i], 0), complex(q[i], 0)
	}
	paired := make([]bool, n) // with the row before
	for k := 1; k < n; k++ {
		if a[k*n+k-1] != 0 {
			paired[k] = true
			splitPair(a, t, v, n, k)
		}
	}
	for i := range n {
		values[i] = t[i*n+i]
	}
	triangularVectors(t, n, v)
	for k := range n {
		pair := paired[k] || k+1 < n && paired[k+1]
		for i := range n {
			switch x := v[i*n+k]; {
			case paired[k]:
				v[i*n+k] = conj(v[i*n+k-1])
			case !pair:
				v[i*n+k] = complex(real(x), 0)
			}
		}
	}
	return nil
}

// splitPair makes the block of rows k − 1 and k of t, which stands in a, triangular by a rotation.
func splitPair(a []float64, t, v []complex128, n, k int) {
	half := (a[(k-1)*n+k-1] - a[k*n+k]) / 2
	root := math.Sqrt(math.Abs(half*half + a[k*n+k-1]*a[(k-1)*n+k]))
	mu, below := complex(half, root), complex(a[k*n+k-1], 0)
	value := mu + complex(a[k*n+k], 0)
	r := complex(math.Hypot(modulus(mu), modulus(below)), 0)
	c, s := mu/r, below/r
	for j := range n {
		x, y := t[(k-1)*n+j], t[k*n+j]
		t[(k-1)*n+j], t[k*n+j] = conj(c)*x+s*y, c*y-s*x
	}
	for _, m := range [][]complex128{t, v} {
		for i := range n {
			x, y := m[i*n+k-1], m[i*n+k]
			m[i*n+k-1], m[i*n+k] = c*x+s*y, conj(c)*y-s*x
		}
	}
	t[k*n+k-1], t[(k-1)*n+k-1], t[k*n+k] = 0, value, conj(value)
}

// realSchur makes the Hessenberg matrix h triangular but for blocks of two rows that have complex eigenvalues, by
// similarities which it applies to the columns of v, too (hqr2 of Peters and Wilkinson 1970).
func realSchur(h []float64, n int, v []float64) error {
	const eps = 0x1p-52
	at := func(i, j int) *float64 { return &h[i*n+j] }
	all := norm(h)
	moved, tries := 0.0, 0
	for high := n - 1; high >= 0; {
		low := high
		for ; low > 0; low-- {
			s := math.Abs(*at(low-1, low-1)) + math.Abs(*at(low, low))
			if s == 0 {
				s = all
			}
			if math.Abs(*at(low, low-1)) <= eps*s {
				*at(low, low-1) = 0
				break
			}
		}
		if low == high {
			*at(high, high) += moved
			high, tries = high-1, 0
			continue
		}
		x, y := *at(high, high), *at(high-1, high-1)
		w := *at(high, high-1) * *at(high-1, high)
		if low == high-1 {
			*at(high, high) += moved
			*at(high-1, high-1) += moved
			if p := (y - x) / 2; p*p+w >= 0 { // two real values
				z := p + math.Copysign(math.Sqrt(p*p+w), p)
				r := math.Hypot(*at(high, high-1), z)
				s, c := *at(high, high-1)/r, z/r
				for j := high - 1; j < n; j++ {
					f, g := *at(high-1, j), *at(high, j)
					*at(high-1, j), *at(high, j) = c*f+s*g, c*g-s*f
				}
				for _, m := range [][]float64{h, v} {
					rows := n
					if &m[0] == &h[0] {
						rows = high + 1
					}
					for i := range rows {
						f, g := m[i*n+high-1], m[i*n+high]
						m[i*n+high-1], m[i*n+high] = c*f+s*g, c*g-s*f
					}
				}
				*at(high, high-1) = 0
			}
			high, tries = high-2, 0
			continue
		}
		if tries == 30*max(10, n) {
			return ErrConvergence
		}
		if tries%10 == 9 { // it may go round in circles
			moved += x
			for i := range high + 1 {
				*at(i, i) -= x
			}
			s := math.Abs(*at(high, high-1)) + math.Abs(*at(high-1, high-2))
			x, y, w = 0.75*s, 0.75*s, -0.4375*s*s
		}
		if p := (y - x) / 2; p*p+w >= 0 { // of two real shifts the nearer one, twice
			near := x - w/(p+math.Copysign(math.Sqrt(p*p+w), p))
			if p == 0 && w == 0 {
				near = x
			}
			x, y, w = near, near, 0
		}
		tries++
		francis(h, v, n, low, high, x, y, w)
	}
	return nil
}

// francis is one step on rows low to high with the shifts whose sum is x + y, and whose product x·y − w.
func francis(h, v []float64, n, low, high int, x, y, w float64) {
	const eps = 0x1p-52
	at := func(i, j int) *float64 { return &h[i*n+j] }
	var p, q, r float64
	m := high - 2
	for ; ; m-- { // it may begin further down
		z := *at(m, m)
		a, b := x-z, y-z
		p = (a*b-w) / *at(m+1, m) + *at(m, m+1)
		q = *at(m+1, m+1) - z - a - b
		r = *at(m+2, m+1)
		s := math.Abs(p) + math.Abs(q) + math.Abs(r)
		p, q, r = p/s, q/s, r/s
		if m == low || math.Abs(*at(m, m-1))*(math.Abs(q)+math.Abs(r)) < eps*math.Abs(p)*(math.Abs(*at(m-1, m-1))+math.Abs(z)+math.Abs(*at(m+1, m+1))) {
			break
		}
	}
	for i := m + 2; i <= high; i++ {
		*at(i, i-2) = 0
		if i > m+2 {
			*at(i, i-3) = 0
		}
	}
	for k := m; k < high; k++ {
		three := k != high-1
		size := 1.0
		if k != m {
			p, q, r = *at(k, k-1), *at(k+1, k-1), 0
			if three {
				r = *at(k+2, k-1)
			}
			if size = math.Abs(p) + math.Abs(q) + math.Abs(r); size == 0 {
				return
			}
			p, q, r = p/size, q/size, r/size
		}
		s := math.Copysign(math.Sqrt(p*p+q*q+r*r), p)
		if s == 0 {
			continue
		}
		if k != m {
			*at(k, k-1) = -s * size
		} else if low != m {
			*at(k, k-1) = -*at(k, k-1)
		}
		p += s
		a, b, c := p/s, q/s, r/s
		q, r = q/p, r/p
		for j := k; j < n; j++ {
			f := *at(k, j) + q**at(k+1, j)
			if three {
				f += r * *at(k+2, j)
				*at(k+2, j) -= f * c
			}
			*at(k, j) -= f * a
			*at(k+1, j) -= f * b
		}
		for pass, mat := range [][]float64{h, v} {
			rows := n
			if pass == 0 {
				rows = min(high, k+3) + 1
			}
			for i := range rows {
				row := mat[i*n : i*n+n]
				f := a*row[k] + b*row[k+1]
				if three {
					f += c * row[k+2]
					row[k+2] -= f * r
				}
				row[k] -= f
				row[k+1] -= f * q
			}
		}
	}
}
