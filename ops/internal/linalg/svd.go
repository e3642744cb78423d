package linalg

import (
	"math"
	"slices"
)

// SVD writes the singular value decomposition of a, m rows of n with m ≥ n, which it overwrites: to u m rows of n, to s
// the n values, descending, to v n by n, such that A = U·diag(s)·Vᴴ. It is Jacobi's method on the triangle of a QR
// factorisation, which finds small values with the accuracy of large ones.
func SVD[T Scalar](a []T, m, n int, u []T, s []float64, v []T) error {
	q, r := make([]T, m*n), make([]T, n*n)
	unit := norm(a)
	if unit != unit || math.IsInf(unit, 0) {
		return ErrConvergence
	}
	if unit > 0 {
		for i := range a {
			a[i] /= of[T](unit)
		}
	}
	QR(a, m, n, q, r)
	// The columns of L = Rᴴ, as rows: conj(R). L·W = G·S with orthonormal G gives R = W·S·Gᴴ.
	cols, w := make([]T, n*n), make([]T, n*n)
	for i := range r {
		cols[i] = conj(r[i])
	}
	for i := range n {
		w[i*n+i] = 1
	}
	if err := jacobi(cols, w, n); err != nil {
		return err
	}
	norms, order := make([]float64, n), make([]int, n)
	for i := range n {
		norms[i], order[i] = norm(cols[i*n:i*n+n]), i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case norms[i] > norms[j]:
			return -1
		case norms[i] < norms[j]:
			return 1
		}
		return 0
	})
	rank := n
	g := make([]T, n*n) // columns: right singular vectors
	for k, o := range order {
		s[k] = norms[o] * unit
		if norms[o] == 0 {
			rank = min(rank, k)
			continue
		}
		for i := range n {
			g[i*n+k] = cols[o*n+i] / of[T](norms[o])
		}
	}
	if rank < n {
		fill(g, n, rank)
	}
	copy(v, g)
	clear(u)
	for i := range m {
		for k, o := range order {
			u[i*n+k] = dot(q[i*n:i*n+n], w[o*n:o*n+n])
		}
	}
	return nil
}

// fill completes the first rank columns of g, n by n, which are orthonormal, to a unitary matrix.
func fill[T Scalar](g []T, n, rank int) {
	first, rest := make([]T, n*rank), make([]T, n*(n-rank))
	for i := range n {
		copy(first[i*rank:(i+1)*rank], g[i*n:i*n+rank])
	}
	Complement(first, n, rank, rest)
	for i := range n {
		copy(g[i*n+rank:i*n+n], rest[i*(n-rank):(i+1)*(n-rank)])
	}
}

// jacobi makes the n rows of x, whose elements are at most 1, orthogonal by rotations of two at a time, which it applies to the rows of w, too.
func jacobi[T Scalar](x, w []T, n int) error {
	const eps = 0x1p-52
	const nothing = 1e-100 // next to 1: products of what is smaller underflow
	for range 60 {
		turned := false
		for i := range n {
			if row := x[i*n : i*n+n]; norm(row) < nothing {
				clear(row)
			}
		}
		for i := range n {
			for j := i + 1; j < n; j++ {
				p, q := x[i*n:i*n+n], x[j*n:j*n+n]
				a, b := norm(p), norm(q)
				if a == 0 || b == 0 {
					continue
				}
				c := inner(p, q)
				size := modulus(c)
				if size <= eps*float64(n+4)*a*b {
					continue
				}
				turned = true
				// With q times conj(phase), the product of the two is real and positive.
				phase := conj(c / of[T](size))
				scale(q, phase)
				scale(w[j*n:j*n+n], phase)
				zeta := (b/size*b - a/size*a) / 2
				t := math.Copysign(1, zeta) / (math.Abs(zeta) + math.Hypot(1, zeta))
				cos := 1 / math.Hypot(1, t)
				rotate(p, q, cos, cos*t)
				rotate(w[i*n:i*n+n], w[j*n:j*n+n], cos, cos*t)
			}
		}
		if !turned {
			return nil
		}
	}
	return ErrConvergence
}
